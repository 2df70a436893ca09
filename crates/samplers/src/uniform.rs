//! Uniform on a half-open interval.

use fearless_simd::{Level, Simd};
use symbreak_rng::{LANES, LaneStates, Stream, Transform, fill_range, step};

use crate::draw::u53;
use crate::error::{LawError, finite, to_f32};
use crate::half::{Half, Interval};

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
        fill_range(level, stream, offset, out, self);
    }

    /// As [`fill`](Self::fill), as the bits of 16-bit values held inside the interval.
    pub fn fill_half(&self, format: Half, level: Level, stream: Stream, offset: u64, out: &mut [u16]) {
        format.fill(level, offset, out, self.interval(), |at, values| self.fill(level, stream, at, values));
    }

    fn interval(&self) -> Interval {
        if self.width == 0.0 {
            return Interval::ALL;
        }
        Interval { low: self.bounds[0], high: self.bounds[1], closed: false }
    }
}

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

impl Transform<f64> for Uniform {
    const GROUP: usize = LANES;
    const WORDS: usize = 2;

    #[inline(always)]
    fn transform<S: Simd>(&self, _: S, states: &mut LaneStates, out: &mut [f64]) {
        let [low, high] = self.bounds;
        let width = high - low;
        let cap = if low < high { high.next_down() } else { low };
        for chunk in out.chunks_exact_mut(LANES) {
            for (value, u) in chunk.iter_mut().zip(u53(states)) {
                let x = low + width * u;
                *value = if x < cap { x } else { cap };
            }
        }
    }
}
