//! The normal's transform in f64: the same formulas as in f32, with 53 bits of radius and angle.

use fearless_simd::prelude::*;
use symbreak_rng::{LANES, LaneStates, Lanes, Transform};

use crate::doubles::{Doubles, Longs, join};
use crate::group::{Words, draw};
use crate::passes::{self, Steps};

/// The law in double precision.
pub(crate) struct Double {
    pub mean: f64,
    pub stddev: f64,
}

/// `ln 4`.
const LN_4: f64 = 1.3862943611198906;

/// Terms of `4 (atanh(q) / q - 1) / z` of `z = q^2`, which is at most 1/9: `4 / (2 k + 3)`.
const LOG: [f64; 16] = [
    4.0 / 3.0,
    4.0 / 5.0,
    4.0 / 7.0,
    4.0 / 9.0,
    4.0 / 11.0,
    4.0 / 13.0,
    4.0 / 15.0,
    4.0 / 17.0,
    4.0 / 19.0,
    4.0 / 21.0,
    4.0 / 23.0,
    4.0 / 25.0,
    4.0 / 27.0,
    4.0 / 29.0,
    4.0 / 31.0,
    4.0 / 33.0,
];

/// Terms of `sin(pi/4 x) / x` of `x^2`.
const SIN: [f64; 9] = [
    core::f64::consts::FRAC_PI_4,
    -0.08074551218828079,
    0.0024903945701927202,
    -3.657620418217725e-05,
    3.1336168903781217e-07,
    -1.757247673443401e-09,
    6.948453273886629e-12,
    -2.0410263396641442e-14,
    4.628704628834683e-17,
];

/// Terms of `cos(pi/4 x)` of `x^2`.
const COS: [f64; 9] = [
    1.0,
    -0.30842513753404244,
    0.015854344243815502,
    -0.00032599188692739,
    3.59086044859151e-06,
    -2.4611369504942e-08,
    1.1501159127974052e-10,
    -3.8980731712596753e-13,
    1.001886461636272e-15,
];

/// `sqrt(-2 ln((2 K + 1) 2^-54))` for the 53-bit `K = high * 2^21 + low / 2^11`, from its distance to the nearer end.
#[inline(always)]
fn radius<S: Simd, const U: usize>(s: S, high: Words<S, U>, low: Words<S, U>) -> Doubles<S, U> {
    let f = |x: f64| Doubles::splat(s, x);
    let flip = high.ints().shr(31);
    // 2 k + 1 of the 52-bit distance k.
    let odd = ((low ^ flip.words()).shr(10) & Words::splat(s, 0x3f_fffe)) | Words::splat(s, 1);
    let t = join(s, high ^ flip.words(), odd, 0, 0.0);
    let bits = t.longs();
    let mantissa =
        ((bits & Longs::splat(s, 0x000f_ffff_ffff_ffff)) | Longs::splat(s, 0x3ff0_0000_0000_0000)).doubles();
    let upper = flip.widen();
    let n = upper.select(t * f(1.0 / 9_007_199_254_740_992.0), f(2.0) - mantissa);
    // Exponents are put below the leading bit of 2^52, which is then taken off: an exact conversion.
    let exponent = (bits.shr(52) | Longs::splat(s, 0x4330_0000_0000_0000)).doubles();
    let e = upper.select(f(0.0), f(4_503_599_627_370_496.0 + 1076.0) - exponent);
    let q = n / (f(4.0) - n);
    let z = q * q;
    (e * f(LN_4) + (n + q * (n + z * z.polynomial(s, &LOG)))).sqrt()
}

/// A point on the unit circle: the upper two of 53 bits are the sign of the cosine and the swap, as in f32; the others
/// are the angle within 45 degrees of the axis, as a signed integer.
#[inline(always)]
fn direction<S: Simd, const U: usize>(
    s: S,
    high: Words<S, U>,
    low: Words<S, U>,
) -> (Doubles<S, U>, Doubles<S, U>) {
    let odd = (low.shr(10) & Words::splat(s, 0x3f_fffe)) | Words::splat(s, 1);
    // The signed 30-bit upper part plus 2^29, so that it is not negative.
    let biased = (high & Words::splat(s, 0x3fff_ffff)) ^ Words::splat(s, 0x2000_0000);
    // 2 i + 1 for the 51-bit integer i, over 2^51; exact.
    let x = join(s, biased, odd, -51, -1.0);
    let y = x * x;
    let sin = x * y.polynomial(s, &SIN);
    let sign = (high & Words::splat(s, 0x8000_0000)).widen().shl(32);
    let cos = (y.polynomial(s, &COS).longs() ^ sign).doubles();
    let swap = high.shl(1).ints().shr(31).widen();
    (swap.select(sin, cos), swap.select(cos, sin))
}

impl Transform<f64> for Double {
    const GROUP: usize = 2 * LANES;
    const WORDS: usize = 2;

    #[inline(always)]
    fn transform<S: Simd>(&self, s: S, states: &mut LaneStates, out: &mut [f64]) {
        passes::run::<S, f64, 2>(s, states, out, self);
    }
}

impl Steps<f64> for Double {
    const ELEMENTS: usize = 2 * LANES;

    #[inline(always)]
    fn steps<S: Simd, const U: usize>(&self, s: S, lanes: &mut Lanes<S>, first: usize, out: &mut [f64]) {
        let [radius_high, radius_low, angle_high, angle_low] = draw::<S, U, 4>(s, lanes);
        let r = radius(s, radius_high, radius_low);
        let (x, y) = direction(s, angle_high, angle_low);
        // No closure: called twice it is not inlined, and its calls cost ten times the work.
        let (mean, stddev) = (Doubles::splat(s, self.mean), Doubles::splat(s, self.stddev));
        let (x, y) = (mean + stddev * (r * x), mean + stddev * (r * y));
        for (i, pair) in out.chunks_exact_mut(2 * LANES).enumerate() {
            x.store(i, &mut pair[first..first + S::f32s::LEN]);
            y.store(i, &mut pair[LANES + first..LANES + first + S::f32s::LEN]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{Exact, NORMAL, read};
    use fearless_simd::Fallback;

    /// Both values of two 53-bit integers.
    fn values(radius_bits: u64, angle_bits: u64) -> [f64; 2] {
        let s = Fallback::new();
        let word = |word: u64| Words::<_, 1>::splat(s, word as u32);
        // The sampler's low words have eleven bits more, which it does not read.
        let halves = |k: u64| (word(k >> 21), word(k << 11 | 0x555));
        let ((high, low), (angle_high, angle_low)) = (halves(radius_bits), halves(angle_bits));
        let r = radius(s, high, low);
        let (x, y) = direction(s, angle_high, angle_low);
        [(r * x).0[0][0].as_slice()[0], (r * y).0[0][0].as_slice()[0]]
    }

    #[test]
    fn values_are_exact_to_8_ulp() {
        let mut largest = 0.0_f64;
        for line in NORMAL.lines() {
            let columns = &mut line.split(' ');
            for got in values(read(columns), read(columns)) {
                let (error, ulp) = Exact::read(columns).error(got);
                assert!(error <= 8.0 * ulp, "{line}: {got} is {} ulp off", error / ulp);
                largest = largest.max(error / ulp);
            }
        }
        assert!(largest > 0.5, "errors of {largest} ulp at most are too good to be measured rightly");
    }
}
