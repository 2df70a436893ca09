//! Normal cut to an interval, by inverting the distribution function: one word an element, no rejection.
//!
//! Four ways to compute the quantile share the work, chosen by where the interval lies (in sigma): [`Narrow`],
//! [`Tail`], [`Central`] and [`Wide`]. All set-up is done in f64 with the crate's own functions.

mod central;
mod double;
mod edge;
mod narrow;
mod tail;
mod wide;

use fearless_simd::{Level, prelude::*};
use fearless_simd_macros::simd;
use symbreak_rng::{LANES, LaneStates, Lanes, Stream, Transform, fill_range};

use self::central::Central;
use self::double::{Double, Masses};
use self::edge::Edges;
use self::narrow::Narrow;
use self::tail::Tail;
use self::wide::Wide;
use crate::error::{LawError, finite, to_f32};
use crate::group::{Floats, Words, draw};
use crate::half::{Half, Interval};
use crate::passes::{self, Steps};

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
    /// The smallest and the largest f32 strictly inside.
    inside: [f32; 2],
    /// What was asked for.
    asked: Asked,
    edges: Edges,
    /// The plan is for the interval's mirror image.
    mirrored: bool,
    plan: Plan,
}

/// Parameters before any rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Asked {
    mean: f64,
    stddev: f64,
    /// The bounds, absolute.
    absolute: [f64; 2],
    /// The bounds in sigma.
    sigma: [f64; 2],
}

impl Bounds {
    /// Bounds in sigma of a normal.
    fn in_sigma(self, [lower, upper]: [f64; 2], mean: f64, stddev: f64) -> [f64; 2] {
        match self {
            Self::Sigma => [lower, upper],
            Self::Absolute => [(lower - mean) / stddev, (upper - mean) / stddev],
        }
    }

    /// Bounds in the units of the values.
    fn absolute(self, [lower, upper]: [f64; 2], mean: f64, stddev: f64) -> [f64; 2] {
        match self {
            Self::Sigma => [mean + stddev * lower, mean + stddev * upper],
            Self::Absolute => [lower, upper],
        }
    }
}

impl Asked {
    /// Refuses what [`Truncated::new`] refuses.
    fn new(mean: f64, stddev: f64, given: [f64; 2], bounds: Bounds) -> Result<Self, LawError> {
        let (mean, stddev) = (finite("mean", mean)?, finite("stddev", stddev)?);
        let [lower, upper] = given;
        if stddev < 0.0 {
            return Err(LawError::new("stddev", stddev, "at least 0"));
        }
        if lower.is_nan() {
            return Err(LawError::new("lower", lower, "a number"));
        }
        if upper.is_nan() || upper < lower {
            return Err(LawError::new("upper", upper, &format!("at least lower, which is {lower}")));
        }
        let [absolute, sigma] = [bounds.absolute(given, mean, stddev), bounds.in_sigma(given, mean, stddev)];
        if stddev == 0.0 {
            let place = if bounds == Bounds::Sigma { 0.0 } else { mean };
            if lower > place || upper < place {
                let allowed = format!("between lower, {lower}, and upper, {upper}, as stddev is 0");
                return Err(LawError::new("mean", mean, &allowed));
            }
        } else {
            interior(absolute)?;
            reachable(sigma, given)?;
        }
        Ok(Self { mean, stddev, absolute, sigma })
    }
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
    /// Whether the plan is for cuts about the mean only, which are never mirrored.
    const SYMMETRIC: bool = false;

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

/// Evaluates an expression with a law whose plan the compiler knows, or another where all values are the mean.
macro_rules! with_plan {
    ($truncated:expr, $law:ident => $then:expr, $mean:expr) => {
        match $truncated.plan {
            Plan::Mean => $mean,
            Plan::Narrow(plan) => {
                let $law = $truncated.with(plan);
                $then
            }
            Plan::Central(plan) if plan.sides.is_symmetric() => {
                let $law = $truncated.with(Symmetric(plan));
                $then
            }
            Plan::Central(plan) => {
                let $law = $truncated.with(plan);
                $then
            }
            Plan::Tail(plan) => {
                let $law = $truncated.with(plan);
                $then
            }
            Plan::Wide(plan) if plan.sides.is_symmetric() => {
                let $law = $truncated.with(Symmetric(plan));
                $then
            }
            Plan::Wide(plan) => {
                let $law = $truncated.with(plan);
                $then
            }
        }
    };
}

impl Truncated {
    /// A normal with `mean` and `stddev`, before truncation, cut to the interval between `lower` and `upper`, which may
    /// be infinite. A standard deviation of 0 gives the mean, which then must lie between the bounds.
    ///
    /// # Errors
    /// Parameters that are not finite, a negative `stddev`, bounds that are NaN or out of order, an interval without
    /// any float strictly inside, or one wholly beyond 38 sigma.
    pub fn new(mean: f64, stddev: f64, lower: f64, upper: f64, bounds: Bounds) -> Result<Self, LawError> {
        let asked = Asked::new(mean, stddev, [lower, upper], bounds)?;
        let (m, s) = (to_f32(asked.mean), to_f32(asked.stddev));
        if s == 0.0 {
            return Ok(Self::constant(asked));
        }
        let cut = bounds.in_sigma([lower, upper], f64::from(m), f64::from(s));
        let mirrored = cut[1] <= 0.0;
        let mut setup = if mirrored { plan(-cut[1], -cut[0]) } else { plan(cut[0], cut[1]) };
        if mirrored {
            setup.spacing.reverse();
        }
        let edges = Edges::new(asked.absolute, cut, setup.spacing, s);
        let inside = inside_f32(asked.absolute);
        Ok(Self { mean: m, stddev: s, inside, asked, edges, mirrored, plan: setup.plan })
    }

    /// Every f32 is the mean.
    fn constant(asked: Asked) -> Self {
        let mean = to_f32(asked.mean);
        let edges = Edges::new([0.0; 2], [0.0; 2], [1.0; 2], 0.0);
        Self { mean, stddev: 0.0, inside: [mean; 2], asked, edges, mirrored: false, plan: Plan::Mean }
    }

    /// Fills `out` with elements `offset ..` of a stream.
    pub fn fill(&self, level: Level, stream: Stream, offset: u64, out: &mut [f32]) {
        with_plan!(self, law => fill_range(level, stream, offset, out, &law), out.fill(self.mean));
    }

    /// As [`fill`](Self::fill), from 53 random bits an element, all in f64.
    pub fn fill_f64(&self, level: Level, stream: Stream, offset: u64, out: &mut [f64]) {
        let Asked { mean, stddev, absolute, sigma: [a, b] } = self.asked;
        if stddev == 0.0 {
            return out.fill(mean);
        }
        let mirrored = b <= 0.0;
        let masses = if mirrored { Masses::new(-b, -a) } else { Masses::new(a, b) };
        let inside = inside_f64(absolute);
        fill_range(level, stream, offset, out, &Double { mean, stddev, inside, mirrored, masses });
    }

    /// As [`fill`](Self::fill), as the bits of 16-bit values held within the bounds.
    pub fn fill_half(&self, format: Half, level: Level, stream: Stream, offset: u64, out: &mut [u16]) {
        format.fill_from(level, offset, out, self.interval(), |at, values| {
            self.fill(level, stream, at, values);
        });
    }

    fn interval(&self) -> Interval {
        if self.plan == Plan::Mean {
            return Interval::ALL;
        }
        let [low, high] = self.asked.absolute;
        Interval { low, high, closed: true }
    }

    fn with<Q: Quantile>(&self, plan: Q) -> Cut<'_, Q> {
        Cut { law: self, plan }
    }
}

/// The smallest and the largest f64 strictly between two bounds; infinite bounds leave every finite one.
fn inside_f64([lower, upper]: [f64; 2]) -> [f64; 2] {
    [lower.next_up().max(f64::MIN) + 0.0, upper.next_down().min(f64::MAX) + 0.0]
}

/// The smallest and the largest f32 strictly between two bounds; infinite and huge bounds leave every finite one.
/// Adding 0 turns -0 into 0.
fn inside_f32([lower, upper]: [f64; 2]) -> [f32; 2] {
    let (l, u) = (lower as f32, upper as f32);
    let first = if f64::from(l) > lower { l } else { l.next_up() };
    let last = if f64::from(u) < upper { u } else { u.next_down() };
    [first.max(f32::MIN) + 0.0, last.min(f32::MAX) + 0.0]
}

/// Refuses an interval that no f64 lies in.
fn interior(absolute: [f64; 2]) -> Result<(), LawError> {
    let [first, last] = inside_f64(absolute);
    if first > last {
        let allowed = format!("farther from lower, {}: no float lies between them", absolute[0]);
        return Err(LawError::new("upper", absolute[1], &allowed));
    }
    Ok(())
}

/// Refuses an interval in sigma, `given` by these bounds, that is too far out to have any mass.
fn reachable([a, b]: [f64; 2], [lower, upper]: [f64; 2]) -> Result<(), LawError> {
    if a > FARTHEST || b < -FARTHEST {
        let (argument, bound) = if a > 0.0 { ("lower", lower) } else { ("upper", upper) };
        return Err(LawError::new(argument, bound, "within 38 standard deviations of the mean"));
    }
    Ok(())
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

/// A plan for a cut of which half the words lie on either side of the mean: most selects fall away.
#[derive(Clone, Copy)]
struct Symmetric<Q>(Q);

/// A law with its plan known to the compiler.
struct Cut<'a, Q> {
    law: &'a Truncated,
    plan: Q,
}

impl<Q: Quantile> Transform<f32> for Cut<'_, Q> {
    const GROUP: usize = LANES;
    const WORDS: usize = 1;

    #[inline(always)]
    fn transform<S: Simd>(&self, s: S, states: &mut LaneStates, out: &mut [f32]) {
        passes::run::<S, f32, 8>(s, states, out, self);
    }
}

impl<Q: Quantile> Steps<f32> for Cut<'_, Q> {
    const ELEMENTS: usize = LANES;

    #[inline(always)]
    fn steps<S: Simd, const U: usize>(&self, s: S, lanes: &mut Lanes<S>, first: usize, out: &mut [f32]) {
        let mut before = *lanes;
        let [word] = draw::<S, U, 1>(s, lanes);
        let hit = self.law.edges.hit(s, word);
        let x = self.values(s, word);
        store(&x.clamp(s, self.law.inside), first, out);
        // Rare, and nothing but the lanes as they were has to be kept for it.
        if hit.any() {
            self.rest(s, &mut before, first, out);
        }
    }

    /// Steps with the values of words next to a bound, which most don't have.
    #[inline(always)]
    fn rest<S: Simd>(&self, s: S, lanes: &mut Lanes<S>, first: usize, out: &mut [f32]) {
        self.edge_steps(s, lanes, first, out);
    }
}

impl<Q: Quantile> Cut<'_, Q> {
    /// One step at a time, out of the way of the loop that does nearly all.
    #[simd]
    #[inline(never)]
    fn edge_steps<S: Simd>(&self, s: S, lanes: &mut Lanes<S>, first: usize, out: &mut [f32]) {
        for step in out.chunks_exact_mut(LANES) {
            let [word] = draw::<S, 1, 1>(s, lanes);
            let x = self.law.edges.apply(s, word, self.values(s, word));
            store(&x.clamp(s, self.law.inside), first, step);
        }
    }

    /// Values before they are held within the bounds.
    #[inline(always)]
    fn values<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>) -> Floats<S, U> {
        let f = |x: f32| Floats::splat(s, x);
        let law = self.law;
        let z = if Q::SYMMETRIC {
            self.plan.quantile(s, word)
        } else {
            let mirror = if law.mirrored { u32::MAX } else { 0 };
            let z = self.plan.quantile(s, word ^ Words::splat(s, mirror));
            (z.words() ^ Words::splat(s, mirror & 0x8000_0000)).floats()
        };
        f(law.mean) + f(law.stddev) * z
    }
}

#[inline(always)]
fn store<S: Simd, const U: usize>(values: &Floats<S, U>, first: usize, out: &mut [f32]) {
    for (value, step) in values.0.into_iter().zip(out.chunks_exact_mut(LANES)) {
        value.store_slice(&mut step[first..first + S::f32s::LEN]);
    }
}

#[cfg(test)]
mod tests;
