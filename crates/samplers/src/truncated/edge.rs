//! The words next to a bound: there the value is counted from the bound itself.
//!
//! The quantile is good to a few ulp, which next to a bound is the difference between the outermost float getting no
//! words at all and getting those of its neighbours. Within 2^-20 of the bound (relative, in sigma) the density is
//! constant for all purposes, and a straight line from the bound gives every float its fair share.

use fearless_simd::prelude::*;

use super::split;
use crate::group::{Floats, Mask, Words};

/// Straight lines at both ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edges {
    lower: Line,
    upper: Line,
}

/// Words from the end of the line on, and the bound in two parts.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    words: u32,
    high: f32,
    low: f32,
    /// From word to word, away from the bound.
    step: f32,
}

/// How far from a bound its line reaches, in units of the bound: above twice the quantile's error.
const REACH: f64 = 1.0 / 1_048_576.0;

impl Line {
    /// The line at `bound`, which is `z` sigmas from the mean, with words `spacing` sigmas apart.
    fn new(bound: f64, z: f64, spacing: f64, stddev: f32, sign: f64) -> Self {
        let words = (REACH * z.abs() / spacing).min(1_073_741_824.0);
        // An end that words don't come near needs no line; nor has an infinite one any.
        if !z.is_finite() || !bound.is_finite() || words < 1.0 {
            return Self { words: 0, high: 0.0, low: 0.0, step: 0.0 };
        }
        let (high, low) = split(bound);
        Self { words: words as u32, high, low, step: (sign * spacing * f64::from(stddev)) as f32 }
    }

    #[inline(always)]
    fn value<S: Simd, const U: usize>(self, s: S, count: Floats<S, U>) -> Floats<S, U> {
        let f = |x: f32| Floats::splat(s, x);
        f(self.high) + (f(self.low) + count * f(self.step))
    }
}

impl Edges {
    /// Lines at absolute `bounds` that lie at `cut` in sigma.
    pub fn new(bounds: [f64; 2], cut: [f64; 2], spacing: [f64; 2], stddev: f32) -> Self {
        Self {
            lower: Line::new(bounds[0], cut[0], spacing[0], stddev, 1.0),
            upper: Line::new(bounds[1], cut[1], spacing[1], stddev, -1.0),
        }
    }

    /// Which words lie next to a bound.
    #[inline(always)]
    pub fn hit<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>) -> Mask<S, U> {
        // Both ends are one range of the words turned by `upper.words`; signed, because every CPU compares that.
        let turn = Words::splat(s, self.upper.words.wrapping_add(0x8000_0000));
        let end = (self.upper.words + self.lower.words).wrapping_add(0x8000_0000);
        (word + turn).ints().less(s, end as i32)
    }

    /// Replaces the values of words next to a bound.
    #[inline(always)]
    pub fn apply<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>, x: Floats<S, U>) -> Floats<S, U> {
        let lower = word.less(Words::splat(s, self.lower.words));
        let count = lower.words(word, word ^ Words::splat(s, u32::MAX)).to_float() + Floats::splat(s, 0.5);
        let line = lower.floats(self.lower.value(s, count), self.upper.value(s, count));
        self.hit(s, word).floats(line, x)
    }
}
