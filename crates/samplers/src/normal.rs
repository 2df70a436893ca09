//! Normal by the Box-Muller transform (Box and Muller 1958) of pairs of steps.
//!
//! No rejection: a group of 32 elements reads exactly its 32 words. Words `i` and `i + 16` of a group give elements
//! `i` (radius times cosine) and `i + 16` (radius times sine).

use fearless_simd::{Level, prelude::*};
use symbreak_rng::{LANES, LaneStates, Lanes, Stream, Transform, fill_range};

use crate::error::{LawError, finite, to_f32};
use crate::group::{Floats, Ints, Words, draw, hex};
use crate::half::{Half, Interval};
use crate::normal_f64::Double;
use crate::passes::{self, Steps};

/// Normal with a mean and a standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    mean: f64,
    stddev: f64,
}

impl Normal {
    /// Normal with parameters that are rounded to f32, except for [`fill_f64`](Self::fill_f64). A standard deviation
    /// of 0 gives the mean.
    ///
    /// # Errors
    /// Parameters that are not finite, or a negative `stddev`.
    pub fn new(mean: f64, stddev: f64) -> Result<Self, LawError> {
        let law = Self { mean: finite("mean", mean)?, stddev: finite("stddev", stddev)? };
        if stddev < 0.0 {
            return Err(LawError::new("stddev", stddev, "at least 0"));
        }
        Ok(law)
    }

    /// Fills `out` with elements `offset ..` of a stream.
    pub fn fill(&self, level: Level, stream: Stream, offset: u64, out: &mut [f32]) {
        let single = Single { mean: to_f32(self.mean), stddev: to_f32(self.stddev) };
        fill_range(level, stream, offset, out, &single);
    }

    /// As [`fill`](Self::fill), with 53 random bits where that has 32, all in f64.
    pub fn fill_f64(&self, level: Level, stream: Stream, offset: u64, out: &mut [f64]) {
        fill_range(level, stream, offset, out, &Double { mean: self.mean, stddev: self.stddev });
    }

    /// As [`fill`](Self::fill), as the bits of 16-bit values rounded to nearest even.
    pub fn fill_half(&self, format: Half, level: Level, stream: Stream, offset: u64, out: &mut [u16]) {
        format
            .fill_from(level, offset, out, Interval::ALL, |at, values| self.fill(level, stream, at, values));
    }
}

/// The law in single precision.
#[derive(Clone, Copy)]
struct Single {
    mean: f32,
    stddev: f32,
}

impl Transform<f32> for Single {
    const GROUP: usize = 2 * LANES;
    const WORDS: usize = 1;

    #[inline(always)]
    fn transform<S: Simd>(&self, s: S, states: &mut LaneStates, out: &mut [f32]) {
        passes::run::<S, f32, 4>(s, states, out, self);
    }
}

impl Steps<f32> for Single {
    const ELEMENTS: usize = 2 * LANES;

    #[inline(always)]
    fn steps<S: Simd, const U: usize>(&self, s: S, lanes: &mut Lanes<S>, first: usize, out: &mut [f32]) {
        let [radius, angle] = draw::<S, U, 2>(s, lanes);
        let (x, y) = standard(s, radius, angle);
        let mean = S::f32s::splat(s, self.mean);
        let stddev = S::f32s::splat(s, self.stddev);
        for (i, pair) in out.chunks_exact_mut(2 * LANES).enumerate() {
            (mean + stddev * x.0[i]).store_slice(&mut pair[first..first + S::f32s::LEN]);
            (mean + stddev * y.0[i]).store_slice(&mut pair[LANES + first..LANES + first + S::f32s::LEN]);
        }
    }
}

/// Two vectors of standard normals from two vectors of words: radius times cosine, radius times sine.
#[inline(always)]
pub fn standard_pair<S: Simd>(s: S, radius: S::u32s, angle: S::u32s) -> (S::f32s, S::f32s) {
    let (x, y) = standard::<S, 1>(s, Words([radius]), Words([angle]));
    (x.0[0], y.0[0])
}

#[inline(always)]
fn standard<S: Simd, const U: usize>(
    s: S,
    radius_word: Words<S, U>,
    angle_word: Words<S, U>,
) -> (Floats<S, U>, Floats<S, U>) {
    let r = radius(s, radius_word);
    let (x, y) = direction(s, angle_word);
    (r * x, r * y)
}

/// `ln 4`.
pub(crate) const LN_4: f32 = hex(0x3fb17218);

/// `(atanh(q) / q - 1) / z * 2` of `z = q^2`: see [`double_log`].
const LOG: [f32; 4] = [hex(0x3faaaa80), hex(0x3f4ce94f), hex(0x3f0f59d1), hex(0x3f0f82bc)];

/// `-2 ln((1 - n / 2) * 2^-e)`: every term is at least 0, so nothing cancels, and `n` alone carries most of it.
#[inline(always)]
pub(crate) fn double_log<S: Simd, const U: usize>(s: S, n: Floats<S, U>, e: Floats<S, U>) -> Floats<S, U> {
    let q = n / (Floats::splat(s, 4.0) - n);
    let z = q * q;
    e * Floats::splat(s, LN_4) + (n + q * (n + z * z.polynomial(s, &LOG)))
}

/// `sqrt(-2 ln u)` for `u = (word + 1/2) 2^-32`, from the word's distance to its nearer end: 32 bits at both ends.
#[inline(always)]
fn radius<S: Simd, const U: usize>(s: S, word: Words<S, U>) -> Floats<S, U> {
    let word = word.ints();
    let upper = word.is_negative(s);
    let t = (word ^ word.shr(31)).to_float() + Floats::splat(s, 0.5);
    let (rest, exponent) = complement(s, t);
    let n = upper.floats(t * Floats::splat(s, 1.0 / 2_147_483_648.0), rest);
    let e = upper.ints(Ints::splat(s, 0), Ints::splat(s, 158) - exponent);
    double_log(s, n, e.to_float()).sqrt()
}

/// Twice the mantissa's distance below 1, `2 - m` for `m` in `[1, 2)`, and the biased exponent.
#[inline(always)]
pub(crate) fn complement<S: Simd, const U: usize>(s: S, t: Floats<S, U>) -> (Floats<S, U>, Ints<S, U>) {
    let bits = t.ints();
    let mantissa = (bits & Ints::splat(s, 0x7fffff)) | Ints::splat(s, 0x3f800000);
    (Floats::splat(s, 2.0) - mantissa.floats(), bits.shr(23))
}

/// `sin(pi/4 x) / x - 1` of `x^2`.
const SIN: [f32; 4] = [hex(0xbe5bc096), hex(0xbda55dd7), hex(0x3b232df2), hex(0xb8169945)];

/// `cos(pi/4 x)` of `x^2`.
const COS: [f32; 5] = [hex(0x3f800000), hex(0xbe9de9e6), hex(0x3c81e0d8), hex(0xb9aad95b), hex(0x366a7bf7)];

/// A point on the unit circle: bit 31 is the sign of the cosine, bit 30 swaps the two, the rest is an angle within
/// 45 degrees of the axis. Each of the 2^32 words has its own point, not in order.
#[inline(always)]
fn direction<S: Simd, const U: usize>(s: S, word: Words<S, U>) -> (Floats<S, U>, Floats<S, U>) {
    let angle = (word.shl(2) | Words::splat(s, 2)).ints();
    let x = angle.to_float() * Floats::splat(s, 1.0 / 2_147_483_648.0);
    let y = x * x;
    let sin = x + x * y.polynomial(s, &SIN);
    let cos = (y.polynomial(s, &COS).words() ^ (word & Words::splat(s, 0x80000000))).floats();
    let swap = word.shl(1).ints().is_negative(s);
    (swap.floats(sin, cos), swap.floats(cos, sin))
}
