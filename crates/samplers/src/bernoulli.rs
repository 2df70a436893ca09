//! Trials that succeed with a given probability.

use fearless_simd::{Level, Simd};
use symbreak_rng::{LANES, LaneStates, Stream, Transform, fill_range, step};

use crate::error::LawError;

/// Success, 1, where `word < p * 2^32` as real numbers: exact to 2^-32, and p = 1 always succeeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bernoulli {
    /// Words below this succeed: `p * 2^32` rounded up, at most 2^32.
    threshold: u64,
}

impl Bernoulli {
    /// Success with probability `p`.
    ///
    /// # Errors
    /// A probability outside [0, 1], or NaN.
    pub fn new(p: f64) -> Result<Self, LawError> {
        if !(0.0..=1.0).contains(&p) {
            return Err(LawError::new("p", p, "from 0 to 1"));
        }
        Ok(Self { threshold: (p * 4_294_967_296.0).ceil() as u64 })
    }

    /// Fills `out` with outcomes `offset ..` of a stream, 0 or 1.
    pub fn fill(&self, level: Level, stream: Stream, offset: u64, out: &mut [u8]) {
        fill_range(level, stream, offset, out, self);
    }
}

impl Transform<u8> for Bernoulli {
    const GROUP: usize = LANES;
    const WORDS: usize = 1;

    #[inline(always)]
    fn transform<S: Simd>(&self, _: S, states: &mut LaneStates, out: &mut [u8]) {
        for chunk in out.chunks_exact_mut(LANES) {
            for (value, word) in chunk.iter_mut().zip(step(states)) {
                *value = u8::from(u64::from(word) < self.threshold);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use symbreak_rng::fill_words;

    #[test]
    fn compares_words_with_the_probability() {
        let stream = Stream::new(3, 4);
        let mut words = [0; 500];
        fill_words(Level::new(), stream, 11, &mut words);
        for p in [0.0, 1e-9, 0.25, 1.0 / 3.0, 1.0] {
            let mut out = [9; 500];
            Bernoulli::new(p).unwrap().fill(Level::new(), stream, 11, &mut out);
            let expected = words.map(|w| u8::from(f64::from(w) < p * 4_294_967_296.0));
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn refuses_what_is_no_probability() {
        for p in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Bernoulli::new(p).unwrap_err().argument, "p");
        }
    }
}
