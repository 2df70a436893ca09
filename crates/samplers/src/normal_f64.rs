//! The normal's transform in f64: the same formulas as in f32, with 53 bits of radius and angle.

use fearless_simd::Simd;
use symbreak_rng::{LANES, LaneStates, Transform, step};

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

#[inline(always)]
fn horner(c: &[f64], x: f64) -> f64 {
    let mut sum = c[c.len() - 1];
    for &k in c[..c.len() - 1].iter().rev() {
        sum = sum * x + k;
    }
    sum
}

/// `sqrt(-2 ln((2 K + 1) 2^-54))` for the 53-bit `K = high * 2^21 + low`, from its distance to the nearer end.
#[inline(always)]
fn radius(high: u32, low: u32) -> f64 {
    let upper = high >> 31 != 0;
    let flip = if upper { u32::MAX } else { 0 };
    let (high, low) = (high ^ flip, (low ^ flip) & 0x1f_ffff);
    // 2 k + 1, exact.
    let t = f64::from(high) * 4_194_304.0 + f64::from(2 * low + 1);
    let bits = t.to_bits();
    let mantissa = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    let n = if upper { t * (1.0 / 9_007_199_254_740_992.0) } else { 2.0 - mantissa };
    let e = if upper { 0.0 } else { f64::from(1076 - (bits >> 52) as i32) };
    let q = n / (4.0 - n);
    let z = q * q;
    (e * LN_4 + (n + q * (n + z * horner(&LOG, z)))).sqrt()
}

/// A point on the unit circle: the upper two of 53 bits are the sign of the cosine and the swap, as in f32; the others
/// are the angle within 45 degrees of the axis, as a signed integer.
#[inline(always)]
fn direction(high: u32, low: u32) -> (f64, f64) {
    let angle = f64::from((high << 2) as i32 >> 2);
    // 2 i + 1 for the 51-bit integer i, over 2^51; exact.
    let x = (angle * 4_194_304.0 + f64::from(2 * low + 1)) * (1.0 / 2_251_799_813_685_248.0);
    let y = x * x;
    let sin = x * horner(&SIN, y);
    let cos = horner(&COS, y);
    let cos = if high >> 31 != 0 { -cos } else { cos };
    if high << 1 >> 31 != 0 { (sin, cos) } else { (cos, sin) }
}

impl Transform<f64> for Double {
    const GROUP: usize = 2 * LANES;
    const WORDS: usize = 2;

    #[inline(always)]
    fn transform<S: Simd>(&self, _: S, states: &mut LaneStates, out: &mut [f64]) {
        for pair in out.chunks_exact_mut(2 * LANES) {
            let [radius_high, radius_low, angle_high, angle_low] = [(); 4].map(|()| step(states));
            let (first, second) = pair.split_at_mut(LANES);
            for lane in 0..LANES {
                let r = radius(radius_high[lane], radius_low[lane] >> 11);
                let (x, y) = direction(angle_high[lane], angle_low[lane] >> 11);
                first[lane] = self.mean + self.stddev * (r * x);
                second[lane] = self.mean + self.stddev * (r * y);
            }
        }
    }
}
