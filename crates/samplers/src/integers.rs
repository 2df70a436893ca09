//! Integers of a range.

use fearless_simd::{Level, Simd};
use symbreak_rng::{LANES, LaneStates, Stream, Transform, fill_range};

use crate::draw::u53;
use crate::error::LawError;

/// Integers in `[low, high)`: each has probability `1 / (high - low)` to within 2^-53.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integers {
    low: i64,
    /// `high - low`, from 1 to 2^32.
    range: i64,
}

impl Integers {
    /// Integers from `low` up to, not including, `high`.
    ///
    /// # Errors
    /// An empty range, or one that 32-bit integers can't hold.
    pub fn new(low: i64, high: i64) -> Result<Self, LawError> {
        let (least, most) = (i64::from(i32::MIN), i64::from(i32::MAX));
        if !(least..=most).contains(&low) {
            return Err(LawError::new("low", low, "a 32-bit integer"));
        }
        if high <= low || high > most + 1 {
            return Err(LawError::new("high", high, "above low and at most 2147483648"));
        }
        Ok(Self { low, range: high - low })
    }

    /// Fills `out` with draws `offset ..` of a stream.
    pub fn fill(&self, level: Level, stream: Stream, offset: u64, out: &mut [i32]) {
        fill_range(level, stream, offset, out, self);
    }
}

impl Transform<i32> for Integers {
    const GROUP: usize = LANES;
    const WORDS: usize = 2;

    #[inline(always)]
    fn transform<S: Simd>(&self, _: S, states: &mut LaneStates, out: &mut [i32]) {
        for chunk in out.chunks_exact_mut(LANES) {
            for (value, u) in chunk.iter_mut().zip(u53(states)) {
                // The product may round up to the range itself.
                let step = ((u * self.range as f64) as i64).min(self.range - 1);
                *value = (self.low + step) as i32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_the_whole_of_i32() {
        let law = Integers::new(i64::from(i32::MIN), i64::from(i32::MAX) + 1).unwrap();
        let mut out = vec![0; 10_000];
        law.fill(Level::new(), Stream::new(1, 2), 0, &mut out);
        assert!(out.iter().any(|&v| v < -2_000_000_000) && out.iter().any(|&v| v > 2_000_000_000));
    }

    #[test]
    fn stays_in_the_range_and_any_slice_equals_the_whole() {
        let law = Integers::new(-3, 4).unwrap();
        let mut whole = vec![0; 9000];
        law.fill(Level::new(), Stream::new(1, 2), 0, &mut whole);
        assert!((-3..4).all(|v| whole.contains(&v)) && whole.iter().all(|v| (-3..4).contains(v)));
        let mut part = vec![0; 777];
        law.fill(Level::new(), Stream::new(1, 2), 1999, &mut part);
        assert_eq!(part, whole[1999..1999 + 777]);
    }

    #[test]
    fn refuses_empty_and_too_wide_ranges() {
        for (low, high) in [(0, 0), (5, 4), (0, 1 << 40), (-(1 << 40), 0)] {
            assert!(Integers::new(low, high).is_err());
        }
    }
}
