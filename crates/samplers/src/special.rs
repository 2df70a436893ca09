//! The few transcendental functions that set-ups need, in f64: `+ - * / sqrt` in a fixed order, so that every engine
//! computes the same constants. Never the platform's libm.

/// `sqrt(2 pi)`.
const ROOT_TAU: f64 = 2.5066282746310002;
const LOG2_E: f64 = core::f64::consts::LOG2_E;
/// `ln 2` in two parts; the first has zeros enough at its end that multiples by exponents are exact.
const LN_2_HIGH: f64 = 0.6931471803691238;
const LN_2_LOW: f64 = 1.9082149292705877e-10;

/// `1 / k!` for k = 0 ..= 13.
const EXP: [f64; 14] = [
    1.0,
    1.0,
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5040.0,
    1.0 / 40320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];

/// `1 / (2 k + 1)` for k = 0 ..= 11.
const LN: [f64; 12] = [
    1.0,
    1.0 / 3.0,
    1.0 / 5.0,
    1.0 / 7.0,
    1.0 / 9.0,
    1.0 / 11.0,
    1.0 / 13.0,
    1.0 / 15.0,
    1.0 / 17.0,
    1.0 / 19.0,
    1.0 / 21.0,
    1.0 / 23.0,
];

/// The polynomial with these coefficients, lowest degree first, by Horner's rule.
pub(crate) fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// `e^x` for x <= 0, within 2 ulp; 0 where the result would be subnormal.
pub(crate) fn exp(x: f64) -> f64 {
    if x < -708.0 {
        return 0.0;
    }
    let k = (x * LOG2_E + 0.5).floor();
    let r = x - k * LN_2_HIGH - k * LN_2_LOW;
    polynomial(&EXP, r) * f64::from_bits(((k as i64 + 1023) as u64) << 52)
}

/// `ln x` for a normal positive x, within 2 ulp.
pub fn ln(x: f64) -> f64 {
    // Mantissas from sqrt(1/2) to sqrt(2): nothing cancels on either side of 1.
    let high = (x.to_bits() >> 32) as u32;
    let shifted = high + (0x3ff00000 - 0x3fe6a09e);
    let e = f64::from((shifted >> 20) as i32 - 1023);
    let mantissa_high = (shifted & 0xfffff) + 0x3fe6a09e;
    let m = f64::from_bits(u64::from(mantissa_high) << 32 | x.to_bits() & 0xffff_ffff);
    let s = (m - 1.0) / (m + 1.0);
    e * LN_2_HIGH + (2.0 * s * polynomial(&LN, s * s) + e * LN_2_LOW)
}

/// The standard normal density.
pub(crate) fn density(z: f64) -> f64 {
    exp(-0.5 * z * z) / ROOT_TAU
}

/// Mills's ratio: the mass beyond `z` over the density there, for `z >= 1`, by Laplace's continued fraction.
pub(crate) fn mills(z: f64) -> f64 {
    let terms = if z > 8.0 {
        16
    } else if z > 3.0 {
        60
    } else if z > 1.0625 {
        300
    } else {
        400
    };
    let mut fraction = z;
    for k in (1..=terms).rev() {
        fraction = z + f64::from(k) / fraction;
    }
    1.0 / fraction
}

/// `ln(Q(a) / Q(z))` for `z^2 = a^2 + 2 depth`, Q the mass beyond, given Mills's ratio at `a`.
pub(crate) fn log_ratio(a: f64, at_a: f64, depth: f64) -> f64 {
    depth + ln(at_a / mills((a * a + 2.0 * depth).sqrt()))
}

/// The standard normal mass between `-z` and `z`, for `z >= 0`, by the series whose terms are all positive.
pub(crate) fn central_mass(z: f64) -> f64 {
    if z > 3.0 {
        return 1.0 - 2.0 * tail_mass(z);
    }
    let mut term = z;
    let mut sum = z;
    let mut k = 1.0;
    while term > sum * 1e-18 {
        k += 2.0;
        term *= z * z / k;
        sum += term;
    }
    2.0 * density(z) * sum
}

/// The standard normal mass beyond `z`, for `z >= 0`.
pub(crate) fn tail_mass(z: f64) -> f64 {
    if z > 1.0 { density(z) * mills(z) } else { 0.5 - 0.5 * central_mass(z) }
}
