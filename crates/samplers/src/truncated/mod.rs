//! Normal cut to an interval, by inverting the distribution function: one word an element, no rejection.
//!
//! Four ways to compute the quantile share the work, chosen by where the interval lies (in sigma): [`Narrow`],
//! [`Tail`], [`Central`] and [`Wide`]. All set-up is done in f64 with the crate's own functions.

mod central;
mod edge;
mod narrow;

mod tail;
#[cfg(test)]
mod tests;
mod wide;

use core::array::from_fn;

use fearless_simd::{Level, prelude::*};
use symbreak_rng::{LANES, LaneStates, Lanes, Stream, Transform, fill_range};

use self::central::Central;
use self::edge::Edges;
use self::narrow::Narrow;
use self::tail::Tail;
use self::wide::Wide;
use crate::error::{LawError, finite_f32};
use crate::group::{Floats, Words};
use crate::half::Half;

/// Number of words.
const WORDS: f64 = 4_294_967_296.0;

/// Beyond this the mass of a normal is not representable, and no interval can be.
const FARTHEST: f64 = 38.0;

/// What bounds are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// Standard deviations from the mean.
    Sigma,
    /// The units of the values.
    Absolute,
}

/// A normal with values strictly between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truncated {
    mean: f32,
    stddev: f32,
    /// The bounds in the units of the values.
    hull: [f64; 2],
    /// The smallest and the largest f32 strictly inside.
    inside: [f32; 2],
    edges: Edges,
    /// The plan is for the interval's mirror image.
    mirrored: bool,
    plan: Plan,
}

/// How the quantile is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Plan {
    Mean,
    Narrow(Narrow),
    Central(Central),
    Tail(Tail),
    Wide(Wide),
}

/// The quantile in sigma of the middle of a word's share.
trait Quantile: Copy {
    fn quantile<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>) -> Floats<S, U>;
}

/// A plan, and the sigmas between neighbouring words at the lower and the upper end.
struct Setup<P> {
    plan: P,
    spacing: [f64; 2],
}

impl<P> Setup<P> {
    fn wrap(self, wrap: impl FnOnce(P) -> Plan) -> Setup<Plan> {
        Setup { plan: wrap(self.plan), spacing: self.spacing }
    }
}

/// A number as the sum of two f32.
fn split(x: f64) -> (f32, f32) {
    let high = x as f32;
    (high, (x - f64::from(high)) as f32)
}

impl Truncated {
    /// A normal with `mean` and `stddev`, before truncation, cut to the interval between `lower` and `upper`, which may
    /// be infinite. A standard deviation of 0 gives the mean, which then must lie between the bounds.
    ///
    /// # Errors
    /// Parameters that f32 can't hold, a negative `stddev`, bounds that are NaN or out of order, an interval without
    /// any f32 strictly inside, or one wholly beyond 38 sigma.
    pub fn new(mean: f64, stddev: f64, lower: f64, upper: f64, bounds: Bounds) -> Result<Self, LawError> {
        let m = finite_f32("mean", mean)?;
        let s = finite_f32("stddev", stddev)?;
        if stddev < 0.0 {
            return Err(LawError::new("stddev", stddev, "at least 0"));
        }
        if lower.is_nan() {
            return Err(LawError::new("lower", lower, "a number"));
        }
        if upper.is_nan() || upper < lower {
            return Err(LawError::new("upper", upper, &format!("at least lower, which is {lower}")));
        }
        if s == 0.0 {
            return Self::constant(m, mean, lower, upper, bounds);
        }
        let (cut, absolute) = match bounds {
            Bounds::Sigma => ([lower, upper], [mean + stddev * lower, mean + stddev * upper]),
            Bounds::Absolute => ([lower, upper].map(|x| (x - f64::from(m)) / f64::from(s)), [lower, upper]),
        };
        let inside = interior(absolute)?;
        if cut[0] > FARTHEST || cut[1] < -FARTHEST {
            let which = if cut[0] > 0.0 { ("lower", lower) } else { ("upper", upper) };
            return Err(LawError::new(which.0, which.1, "within 38 standard deviations of the mean"));
        }
        let mirrored = cut[1] <= 0.0;
        let mut setup = if mirrored { plan(-cut[1], -cut[0]) } else { plan(cut[0], cut[1]) };
        if mirrored {
            setup.spacing.reverse();
        }
        let edges = Edges::new(absolute, cut, setup.spacing, s);
        Ok(Self { mean: m, stddev: s, hull: absolute, inside, edges, mirrored, plan: setup.plan })
    }

    /// Every value is the mean.
    fn constant(m: f32, mean: f64, lower: f64, upper: f64, bounds: Bounds) -> Result<Self, LawError> {
        let place = if bounds == Bounds::Sigma { 0.0 } else { mean };
        if lower > place || upper < place {
            let allowed =
                format!("between lower, which is {lower}, and upper, which is {upper}, as stddev is 0");
            return Err(LawError::new("mean", mean, &allowed));
        }
        let edges = Edges::new([0.0; 2], [0.0; 2], [1.0; 2], 0.0);
        let hull = [f64::from(m); 2];
        Ok(Self { mean: m, stddev: 0.0, hull, inside: [m; 2], edges, mirrored: false, plan: Plan::Mean })
    }

    /// Fills `out` with elements `offset ..` of a stream.
    pub fn fill(&self, level: Level, stream: Stream, offset: u64, out: &mut [f32]) {
        match self.plan {
            Plan::Mean => out.fill(self.mean),
            Plan::Narrow(plan) => fill_range(level, stream, offset, out, &self.with(plan)),
            Plan::Central(plan) => fill_range(level, stream, offset, out, &self.with(plan)),
            Plan::Tail(plan) => fill_range(level, stream, offset, out, &self.with(plan)),
            Plan::Wide(plan) => fill_range(level, stream, offset, out, &self.with(plan)),
        }
    }

    /// Fills `out` with the f32 values rounded once to 16 bits, pulled back into the closed interval of the bounds.
    pub fn fill_half(&self, format: Half, level: Level, stream: Stream, offset: u64, out: &mut [u16]) {
        let [lower, upper] = self.hull;
        let range = format.range(lower, upper, true);
        format.fill(out, range, |start, values| self.fill(level, stream, offset + start, values));
    }

    fn with<Q: Quantile>(&self, plan: Q) -> Cut<'_, Q> {
        Cut { law: self, plan }
    }
}

/// The smallest and the largest f32 strictly between two bounds.
fn interior([lower, upper]: [f64; 2]) -> Result<[f32; 2], LawError> {
    let (l, u) = (lower as f32, upper as f32);
    let first = if f64::from(l) > lower { l } else { l.next_up() };
    let last = if f64::from(u) < upper { u } else { u.next_down() };
    // Infinite and huge bounds leave every finite float; adding 0 turns -0 into 0.
    let (first, last) = (first.max(f32::MIN) + 0.0, last.min(f32::MAX) + 0.0);
    if first > last {
        return Err(LawError::new(
            "upper",
            upper,
            &format!("farther from the lower bound, {lower}: no 32-bit float lies between them"),
        ));
    }
    Ok([first, last])
}

/// Chooses the plan for a cut with `b > 0`.
fn plan(a: f64, b: f64) -> Setup<Plan> {
    if Narrow::fits(a, b) {
        Narrow::new(a, b).wrap(Plan::Narrow)
    } else if Tail::fits(a) {
        Tail::new(a, b).wrap(Plan::Tail)
    } else if Central::fits(a, b) {
        Central::new(a, b).wrap(Plan::Central)
    } else {
        Wide::new(a, b).wrap(Plan::Wide)
    }
}

/// A law with its plan known to the compiler.
struct Cut<'a, Q> {
    law: &'a Truncated,
    plan: Q,
}

/// Steps that are transformed side by side: what measured fastest.
const STEPS: usize = 4;

impl<Q: Quantile> Transform<f32> for Cut<'_, Q> {
    const GROUP: usize = LANES;
    const WORDS: usize = 1;

    #[inline(always)]
    fn transform<S: Simd>(&self, s: S, states: &mut LaneStates, out: &mut [f32]) {
        for first in (0..LANES).step_by(S::f32s::LEN) {
            let mut lanes = Lanes::load(s, states, first);
            let mut chunks = out.chunks_exact_mut(LANES * STEPS);
            for chunk in &mut chunks {
                self.steps::<S, STEPS>(s, &mut lanes, first, chunk);
            }
            for chunk in chunks.into_remainder().chunks_exact_mut(LANES) {
                self.steps::<S, 1>(s, &mut lanes, first, chunk);
            }
            lanes.store(states, first);
        }
    }
}

impl<Q: Quantile> Cut<'_, Q> {
    #[inline(always)]
    fn steps<S: Simd, const U: usize>(&self, s: S, lanes: &mut Lanes<S>, first: usize, out: &mut [f32]) {
        let values = self.values(s, Words::<S, U>(from_fn(|_| lanes.step())));
        for (value, step) in values.0.into_iter().zip(out.chunks_exact_mut(LANES)) {
            value.store_slice(&mut step[first..first + S::f32s::LEN]);
        }
    }

    #[inline(always)]
    fn values<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>) -> Floats<S, U> {
        let f = |x: f32| Floats::splat(s, x);
        let law = self.law;
        let mirror = if law.mirrored { u32::MAX } else { 0 };
        let z = self.plan.quantile(s, word ^ Words::splat(s, mirror));
        let z = (z.words() ^ Words::splat(s, mirror & 0x8000_0000)).floats();
        let x = law.edges.apply(s, word, f(law.mean) + f(law.stddev) * z);
        x.clamp(s, law.inside)
    }
}
