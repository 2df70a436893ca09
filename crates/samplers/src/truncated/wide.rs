//! Intervals that reach from the middle into the tails: `y` near the mean, the mass beyond in the tails.

use fearless_simd::prelude::*;

use super::central::{Sides, signed, symmetric_count, symmetric_signed};
use super::{Quantile, Setup, Symmetric};
use crate::group::{Floats, Ints, Mask, Words, hex};
use crate::normal::{complement, double_log};
use crate::special::tail_mass;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wide {
    pub sides: Sides,
    /// The mass of a word.
    dp: f32,
    /// The mass beyond the right and the left end.
    beyond: [f32; 2],
    /// Counts below this are near the mean.
    near: u32,
}

/// `y` up to which a word is near the mean.
const NEAR: f64 = 0.6;

/// `z / y` is `NUMERATOR / DENOMINATOR` of `-2 ln(4 p (1 - p))`. Fitted up to 74, which is p = 2^-54, with a relative
/// error of 1.8e-7.
const NUMERATOR: [f32; 7] = [
    hex(0x3fa06c9a),
    hex(0x3e6b5410),
    hex(0x3cc168b9),
    hex(0x3ad60557),
    hex(0x389c8e01),
    hex(0x35dc34e8),
    hex(0x3122fd68),
];
const DENOMINATOR: [f32; 6] =
    [hex(0x3f800000), hex(0x3d56e690), hex(0x3c0eb11c), hex(0x39a94831), hex(0x37776005), hex(0x33d188a4)];

impl Wide {
    pub fn new(a: f64, b: f64) -> Setup<Self> {
        let sides = Sides::new(a, b);
        let [dy, y0] = sides.exact;
        // Nothing lies on the left where the cut does not reach it.
        let beyond_left = if a < 0.0 { tail_mass(-a) } else { 0.0 };
        let near = ((NEAR - y0) / dy).clamp(0.0, super::WORDS - 1.0) as u32;
        let plan =
            Self { sides, dp: (0.5 * dy) as f32, beyond: [tail_mass(b) as f32, beyond_left as f32], near };
        Setup { plan, spacing: sides.spacing(a, b) }
    }
}

impl Quantile for Wide {
    #[inline(always)]
    fn quantile<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>) -> Floats<S, U> {
        let f = |x: f32| Floats::splat(s, x);
        let (count, left, half) = self.sides.count(s, word);
        let near = count.less(Words::splat(s, self.near));
        let from_end = left.words(word, word ^ Words::splat(s, u32::MAX));
        let v = near.words(count, from_end).to_float() + near.floats(half, f(0.5));
        let y = f(self.sides.y0) + v * f(self.sides.dy);
        let beyond = left.floats(f(self.beyond[1]), f(self.beyond[0]));
        signed(s, left, self.quantile_of(s, near, v, y, beyond))
    }
}

impl Quantile for Symmetric<Wide> {
    const SYMMETRIC: bool = true;

    #[inline(always)]
    fn quantile<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>) -> Floats<S, U> {
        let f = |x: f32| Floats::splat(s, x);
        let plan = self.0;
        let count = symmetric_count(s, word);
        // Below 2^31, as the cut is wide and reaches beyond what is near on both sides.
        let near = count.less(s, plan.near as i32);
        let v = near.ints(count, count ^ Ints::splat(s, i32::MAX)).to_float() + f(0.5);
        let z = plan.quantile_of(s, near, v, v * f(plan.sides.dy), f(plan.beyond[0]));
        symmetric_signed(s, word, z)
    }
}

impl Wide {
    /// `z` from `y` near the mean, elsewhere from the mass beyond the end and `v` words.
    #[inline(always)]
    fn quantile_of<S: Simd, const U: usize>(
        &self,
        s: S,
        near: Mask<S, U>,
        v: Floats<S, U>,
        y: Floats<S, U>,
        beyond: Floats<S, U>,
    ) -> Floats<S, U> {
        let f = |x: f32| Floats::splat(s, x);
        let p = beyond + v * f(self.dp);
        let n = y * y;
        let (rest, exponent) = complement(s, (p * f(4.0)) * (f(1.0) - p));
        let n = near.floats(n + n, rest);
        let e = near.ints(Ints::splat(s, 0), Ints::splat(s, 126) - exponent);
        let l = double_log(s, n, e.to_float());
        let y = near.floats(y, f(1.0) - (p + p));
        y * (l.polynomial(s, &NUMERATOR) / l.polynomial(s, &DENOMINATOR))
    }
}
