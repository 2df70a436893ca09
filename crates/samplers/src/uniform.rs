//! Uniform on a half-open interval.

use fearless_simd::{Level, prelude::*};
use symbreak_rng::{LANES, LaneStates, Lanes, Stream, Transform, fill_range, step};

use crate::doubles::{Doubles, u53};
use crate::error::{LawError, finite, to_f32};
use crate::group::draw;
use crate::half::{Both, FromZero, Half, Interval};
use crate::passes::{self, Steps};

/// Uniform on `[low, high)`: the interval stays half-open after rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    low: f32,
    width: f32,
    /// The largest value: the f32 below `high`, or `low` itself where the two are equal.
    cap: f32,
    /// The bounds as they were given.
    bounds: [f64; 2],
}

impl Uniform {
    /// Uniform between two bounds, each rounded to f32 except for [`fill_f64`](Self::fill_f64). Where they round to
    /// the same value every draw is that one.
    ///
    /// # Errors
    /// Bounds that are not finite, `high` below `low`, or a width beyond f64's range.
    pub fn new(low: f64, high: f64) -> Result<Self, LawError> {
        let bounds = [finite("low", low)?, finite("high", high)?];
        if low > high {
            return Err(LawError::new("high", high, &format!("at least low, which is {low}")));
        }
        if (high - low).is_infinite() {
            let allowed = format!("within a float's range of low, which is {low}");
            return Err(LawError::new("high", high, &allowed));
        }
        let [l, h] = bounds.map(to_f32);
        let cap = if l < h { h.next_down() } else { l };
        Ok(Self { low: l, width: (h - l).min(f32::MAX), cap, bounds })
    }

    /// Fills `out` with elements `offset ..` of a stream.
    pub fn fill(&self, level: Level, stream: Stream, offset: u64, out: &mut [f32]) {
        if self.low == 0.0 && self.width == 1.0 {
            fill_range(level, stream, offset, out, &Unit);
        } else {
            fill_range(level, stream, offset, out, self);
        }
    }

    /// As [`fill`](Self::fill), with 53 random bits an element and the bounds in f64.
    pub fn fill_f64(&self, level: Level, stream: Stream, offset: u64, out: &mut [f64]) {
        if self.bounds == [0.0, 1.0] {
            fill_range(level, stream, offset, out, &Unit);
        } else {
            fill_range(level, stream, offset, out, self);
        }
    }

    /// As [`fill`](Self::fill), as the bits of 16-bit values held inside the interval.
    pub fn fill_half(&self, format: Half, level: Level, stream: Stream, offset: u64, out: &mut [u16]) {
        if self.low == 0.0 && self.width == 1.0 {
            format.fill::<_, FromZero, PAIR>(level, stream, offset, out, self.interval(), &Unit);
        } else {
            format.fill::<_, Both, PAIR>(level, stream, offset, out, self.interval(), self);
        }
    }

    fn interval(&self) -> Interval {
        if self.width == 0.0 {
            return Interval::ALL;
        }
        Interval { low: self.bounds[0], high: self.bounds[1], closed: false }
    }
}

/// Values that are made and rounded together: so few that they stay in registers, enough for the widest vector of 16 bits.
const PAIR: usize = 2 * LANES;

/// 24 bits of a word as a multiple of 2^-24 below 1.
#[inline(always)]
fn unit(word: u32) -> f32 {
    // The cast from i32 is a single instruction everywhere; the value is never negative.
    (word >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// `[0, 1)`: scaling would change nothing.
struct Unit;

impl Transform<f32> for Unit {
    const GROUP: usize = LANES;
    const WORDS: usize = 1;

    #[inline(always)]
    fn transform<S: Simd>(&self, _: S, states: &mut LaneStates, out: &mut [f32]) {
        for chunk in out.chunks_exact_mut(LANES) {
            for (value, word) in chunk.iter_mut().zip(step(states)) {
                *value = unit(word);
            }
        }
    }
}

impl Transform<f32> for Uniform {
    const GROUP: usize = LANES;
    const WORDS: usize = 1;

    #[inline(always)]
    fn transform<S: Simd>(&self, _: S, states: &mut LaneStates, out: &mut [f32]) {
        let Self { low, width, cap, .. } = *self;
        for chunk in out.chunks_exact_mut(LANES) {
            for (value, word) in chunk.iter_mut().zip(step(states)) {
                let x = low + width * unit(word);
                *value = if x < cap { x } else { cap };
            }
        }
    }
}

impl Transform<f64> for Unit {
    const GROUP: usize = LANES;
    const WORDS: usize = 2;

    #[inline(always)]
    fn transform<S: Simd>(&self, s: S, states: &mut LaneStates, out: &mut [f64]) {
        passes::run::<S, f64, 2>(s, states, out, self);
    }
}

impl Steps<f64> for Unit {
    const ELEMENTS: usize = LANES;

    #[inline(always)]
    fn steps<S: Simd, const U: usize>(&self, s: S, lanes: &mut Lanes<S>, first: usize, out: &mut [f64]) {
        store(&draws::<S, U>(s, lanes), first, out);
    }
}

impl Transform<f64> for Uniform {
    const GROUP: usize = LANES;
    const WORDS: usize = 2;

    #[inline(always)]
    fn transform<S: Simd>(&self, s: S, states: &mut LaneStates, out: &mut [f64]) {
        passes::run::<S, f64, 2>(s, states, out, self);
    }
}

impl Steps<f64> for Uniform {
    const ELEMENTS: usize = LANES;

    #[inline(always)]
    fn steps<S: Simd, const U: usize>(&self, s: S, lanes: &mut Lanes<S>, first: usize, out: &mut [f64]) {
        let [low, high] = self.bounds;
        let cap = if low < high { high.next_down() } else { low };
        let x = Doubles::splat(s, low) + Doubles::splat(s, high - low) * draws::<S, U>(s, lanes);
        store(&x.min(s, cap), first, out);
    }
}

/// 53-bit draws of the lanes' next `U` pairs of steps.
#[inline(always)]
fn draws<S: Simd, const U: usize>(s: S, lanes: &mut Lanes<S>) -> Doubles<S, U> {
    let [high, low] = draw::<S, U, 2>(s, lanes);
    u53(s, high, low)
}

#[inline(always)]
fn store<S: Simd, const U: usize>(x: &Doubles<S, U>, first: usize, out: &mut [f64]) {
    for (i, step) in out.chunks_exact_mut(LANES).enumerate() {
        x.store(i, &mut step[first..first + S::f32s::LEN]);
    }
}

#[cfg(test)]
mod tests {
    use half::{bf16, f16};
    use symbreak_rng::Kernel;

    use super::*;

    #[test]
    fn every_mantissa_is_its_multiple_of_2_to_the_minus_24() {
        for k in 0..1u32 << 24 {
            // The lower bits of the word must not matter.
            let u = unit(k << 8 | (k & 0xff));
            assert!(f64::from(u) == f64::from(k) / 16_777_216.0 && u < 1.0, "{k}");
        }
    }

    /// What a word becomes under a law, one lane's way.
    fn value(law: &Uniform, word: u32) -> f32 {
        let x = law.low + law.width * unit(word);
        if x < law.cap { x } else { law.cap }
    }

    #[test]
    fn every_mantissa_stays_in_a_half_open_interval() {
        let cases = [
            (0.0, 1.0),
            (-0.05, 0.05),
            (0.1, 0.1 + 1e-8),
            (1.0, 1.000_000_2),
            (-3.0, -2.999_999),
            (1e30, 1.1e30),
            (-1.7e38, 1.7e38),
            (-1e-45, 1e-45),
            (16_777_216.0, 16_777_220.0),
        ];
        for (low, high) in cases {
            let law = Uniform::new(low, high).unwrap();
            let mut last = law.low;
            for k in 0..1u32 << 24 {
                let x = value(&law, k << 8);
                assert!(x >= last && (x < to_f32(high) || law.width == 0.0), "[{low}, {high}) {k}: {x}");
                last = x;
            }
        }
    }

    /// Narrow and wide intervals in every type, on every kernel.
    #[test]
    fn values_stay_in_half_open_intervals_in_every_type() {
        let stream = Stream::new(5, 0);
        for kernel in Kernel::available() {
            let level = kernel.level().unwrap();
            for (low, high) in [(1.0, 1.0 + f64::EPSILON), (-1e308, 7e307), (0.1, 0.3), (-5e-324, 5e-324)] {
                let mut out = vec![0.0; 5000];
                Uniform::new(low, high).unwrap().fill_f64(level, stream, 7, &mut out);
                assert!(out.iter().all(|x| (low..high).contains(x)), "{kernel} [{low}, {high})");
            }
            // Two values of each format lie in the last but one of these, none in the last.
            let cases = [
                (-0.05, 0.05),
                (0.0, 1.0),
                (-60000.0, 65504.0),
                (1.0, 1.0156),
                (0.999, 1.0),
                (1.0001, 1.0002),
            ];
            for (low, high) in cases {
                let law = Uniform::new(low, high).unwrap();
                let mut bits = vec![0; 5000];
                law.fill_half(Half::F16, level, stream, 7, &mut bits);
                let f16s: Vec<f64> = bits.iter().map(|&b| f16::from_bits(b).to_f64()).collect();
                law.fill_half(Half::Bf16, level, stream, 7, &mut bits);
                let bf16s: Vec<f64> = bits.iter().map(|&b| bf16::from_bits(b).to_f64()).collect();
                for values in [f16s, bf16s] {
                    let inside = values.iter().all(|x| (low..high).contains(x));
                    assert!(inside || values.iter().all(|x| *x == 1.0), "{kernel} [{low}, {high})");
                }
            }
        }
    }
}
