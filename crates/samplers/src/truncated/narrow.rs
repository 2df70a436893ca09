//! Intervals so narrow that the density is nearly constant: the quantile's Taylor series about the middle.

use fearless_simd::prelude::*;

use super::{Quantile, Setup, WORDS, split};
use crate::group::{Floats, Words};
use crate::special::{exp, polynomial};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Narrow {
    /// The quantile at the middle word, in two parts.
    high: f32,
    low: f32,
    /// Coefficients of the first to fifth power of the word's distance from the middle, as a share of all words.
    c: [f32; 5],
}

impl Narrow {
    /// Whether `[a, b]` is narrow enough: then the series' sixth term is below 1e-8 of the width.
    pub fn fits(a: f64, b: f64) -> bool {
        (b - a) * (1.0 + a.abs().max(b.abs())) <= 0.0625
    }

    pub fn new(a: f64, b: f64) -> Setup<Self> {
        let z = 0.5 * (a + b);
        let radius = 0.5 * (b - a);
        let (right, left) = (relative_mass(z, radius), -relative_mass(z, -radius));
        let total = right + left;
        // The mass from the middle of the interval to the middle of the mass.
        let shift = 0.5 * (right - left);
        let z2 = z * z;
        let quantile = [
            0.0,
            1.0,
            z / 2.0,
            (2.0 * z2 + 1.0) / 6.0,
            (6.0 * z2 + 7.0) * z / 24.0,
            ((24.0 * z2 + 46.0) * z2 + 7.0) / 120.0,
        ];
        let mut c = shifted(quantile, shift);
        let mut power = 1.0;
        for value in &mut c {
            *value *= power;
            power *= total;
        }
        let (high, low) = split(z + c[0]);
        let plan = Self { high, low, c: [c[1] as f32, c[2] as f32, c[3] as f32, c[4] as f32, c[5] as f32] };
        // Densities at the ends, relative to the one at the middle.
        let at_a = exp(0.5 * radius * (a + z) - 0.0625) * EXP_16TH;
        let at_b = exp(-0.5 * radius * (b + z) - 0.0625) * EXP_16TH;
        Setup { plan, spacing: [total / at_a / WORDS, total / at_b / WORDS] }
    }
}

/// `e^(1/16)`: the exponents above are at most 1/32 before 1/16 is taken off, so that `exp` sees none above 0.
const EXP_16TH: f64 = 1.0644944589178593;

/// The mass between `z` and `z + x` over the density at `z`: Taylor's series, x within 1/16.
fn relative_mass(z: f64, x: f64) -> f64 {
    let z2 = z * z;
    let terms = [
        1.0,
        -z / 2.0,
        (z2 - 1.0) / 6.0,
        (3.0 - z2) * z / 24.0,
        ((z2 - 6.0) * z2 + 3.0) / 120.0,
        ((10.0 - z2) * z2 - 15.0) * z / 720.0,
    ];
    x * polynomial(&terms, x)
}

/// The coefficients of `p(x + shift)`, by repeated synthetic division.
fn shifted(mut p: [f64; 6], shift: f64) -> [f64; 6] {
    for first in 0..5 {
        for k in (first..5).rev() {
            p[k] += p[k + 1] * shift;
        }
    }
    p
}

impl Quantile for Narrow {
    #[inline(always)]
    fn quantile<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>) -> Floats<S, U> {
        let centred = (word ^ Words::splat(s, 0x8000_0000)).ints().to_float() + Floats::splat(s, 0.5);
        let v = centred * Floats::splat(s, 1.0 / 4_294_967_296.0);
        Floats::splat(s, self.high) + (Floats::splat(s, self.low) + v * v.polynomial(s, &self.c))
    }
}
