//! Intervals within 2.03 sigma of the mean: a rational function of the mass from the mean, no logarithm.

use fearless_simd::prelude::*;

use super::{Quantile, Setup, Symmetric, WORDS};
use crate::group::{Floats, Ints, Mask, Words, hex};
use crate::special::{central_mass, density, tail_mass};

/// How the words of a cut are counted from the mean: both sides outwards, word `zero` the first on the right.
///
/// `y` is twice the mass between the mean and the quantile, `p` the mass beyond it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sides {
    pub zero: u32,
    /// What to add to a word's count on the right and on the left, for the middle of the word.
    pub half: [f32; 2],
    /// `y` of the first word: 0 unless the whole cut lies on the right.
    pub y0: f32,
    /// `y` of a word.
    pub dy: f32,
    /// The same in f64, and `y0`.
    pub exact: [f64; 2],
}

impl Sides {
    /// A cut with `b > 0`.
    pub fn new(a: f64, b: f64) -> Self {
        if a >= 0.0 {
            let y0 = central_mass(a);
            // Beyond 1 sigma tails are the smaller, so the more exact.
            let total = if a < 1.0 { central_mass(b) - y0 } else { 2.0 * (tail_mass(a) - tail_mass(b)) };
            let dy = total / WORDS;
            return Self { zero: 0, half: [0.5; 2], y0: y0 as f32, dy: dy as f32, exact: [dy, y0] };
        }
        let left = central_mass(-a);
        let total = left + central_mass(b);
        let crossing = WORDS * (left / total);
        let zero = (crossing + 0.5).floor().min(WORDS - 1.0);
        let rest = crossing - zero;
        let dy = total / WORDS;
        Self {
            zero: zero as u32,
            half: [(0.5 - rest) as f32, (0.5 + rest) as f32],
            y0: 0.0,
            dy: dy as f32,
            exact: [dy, 0.0],
        }
    }

    /// Sigmas between neighbouring words at both ends.
    pub fn spacing(&self, a: f64, b: f64) -> [f64; 2] {
        [0.5 * self.exact[0] / density(a), 0.5 * self.exact[0] / density(b)]
    }

    /// Whether half the words lie on either side of the mean, which is a border between words.
    pub fn is_symmetric(&self) -> bool {
        self.zero == 1 << 31 && self.half == [0.5; 2] && self.y0 == 0.0
    }

    /// The word's count from the mean outwards, whether it lies on the left, and its share to the middle.
    #[inline(always)]
    pub fn count<S: Simd, const U: usize>(
        &self,
        s: S,
        word: Words<S, U>,
    ) -> (Words<S, U>, Mask<S, U>, Floats<S, U>) {
        let zero = Words::splat(s, self.zero);
        let left = word.less(zero);
        let distance = word - zero;
        let count = left.words(distance ^ Words::splat(s, u32::MAX), distance);
        (count, left, left.floats(Floats::splat(s, self.half[1]), Floats::splat(s, self.half[0])))
    }
}

/// The word's count from the mean outwards where half the words lie on either side.
#[inline(always)]
pub(super) fn symmetric_count<S: Simd, const U: usize>(s: S, word: Words<S, U>) -> Ints<S, U> {
    let word = word.ints();
    (word ^ (word.shr(31) ^ Ints::splat(s, -1))) & Ints::splat(s, i32::MAX)
}

/// The sign of the left side where half the words lie on either side.
#[inline(always)]
pub(super) fn symmetric_signed<S: Simd, const U: usize>(
    s: S,
    word: Words<S, U>,
    z: Floats<S, U>,
) -> Floats<S, U> {
    let left = (word ^ Words::splat(s, u32::MAX)) & Words::splat(s, 0x8000_0000);
    (z.words() ^ left).floats()
}

/// The sign of the left side.
#[inline(always)]
pub(super) fn signed<S: Simd, const U: usize>(s: S, left: Mask<S, U>, z: Floats<S, U>) -> Floats<S, U> {
    let sign = left.words(Words::splat(s, 0x8000_0000), Words::splat(s, 0));
    (z.words() ^ sign).floats()
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Central {
    pub sides: Sides,
}

/// `z / y` is `NUMERATOR / DENOMINATOR` of `ORIGIN - y^2`, which is positive almost everywhere, as all coefficients
/// are: nothing cancels. Fitted for |z| <= 2.03 with a relative error of 1.3e-7.
const ORIGIN: f32 = 0.91796875;
const NUMERATOR: [f32; 5] =
    [hex(0x4007e81c), hex(0x41f17731), hex(0x42d73b5a), hex(0x42b3baeb), hex(0x4103aa49)];
const DENOMINATOR: [f32; 5] =
    [hex(0x3f800000), hex(0x4181ba0f), hex(0x428eb998), hex(0x42acafcc), hex(0x4197cb16)];

impl Central {
    pub fn fits(a: f64, b: f64) -> bool {
        a.abs().max(b) <= 2.03
    }

    pub fn new(a: f64, b: f64) -> Setup<Self> {
        let sides = Sides::new(a, b);
        Setup { plan: Self { sides }, spacing: sides.spacing(a, b) }
    }
}

/// `z` of `y >= 0`.
#[inline(always)]
fn quantile_of<S: Simd, const U: usize>(s: S, y: Floats<S, U>) -> Floats<S, U> {
    let r = Floats::splat(s, ORIGIN) - y * y;
    y * (r.polynomial(s, &NUMERATOR) / r.polynomial(s, &DENOMINATOR))
}

impl Quantile for Central {
    #[inline(always)]
    fn quantile<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>) -> Floats<S, U> {
        let (count, left, half) = self.sides.count(s, word);
        let y = Floats::splat(s, self.sides.y0) + (count.to_float() + half) * Floats::splat(s, self.sides.dy);
        signed(s, left, quantile_of(s, y))
    }
}

impl Quantile for Symmetric<Central> {
    const SYMMETRIC: bool = true;

    #[inline(always)]
    fn quantile<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>) -> Floats<S, U> {
        let v = symmetric_count(s, word).to_float() + Floats::splat(s, 0.5);
        symmetric_signed(s, word, quantile_of(s, v * Floats::splat(s, self.0.sides.dy)))
    }
}
