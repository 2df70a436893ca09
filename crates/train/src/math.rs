//! Transcendental functions in single precision, built on `+ - * /` and bit shifts alone: no libm, no fused
//! multiply-add, so that every instruction set and TypeScript give the same bits. Accurate to a few units in the last
//! place. Coefficients are minimax fits of this project; the specification lists them.

use fearless_simd::{Simd, prelude::*};

/// Where exp stops: below it the result is zero, so that a probability is never subnormal.
const EXP_LOW: f32 = -87.0;
/// Where exp stops growing: exp(88) = 1.65e38 is finite.
const EXP_HIGH: f32 = 88.0;
/// 1.5 * 2^23 + 127: adding it rounds to an integer and leaves that integer's exponent bits at the bottom.
const ROUNDER: f32 = 12_583_039.0;
const LOG2_E: f32 = f32::from_bits(0x3fb8aa3b);
/// ln 2 in two parts; the first has few bits, so that its multiples are exact.
const LN2_HIGH: f32 = f32::from_bits(0x3f318000);
const LN2_LOW: f32 = f32::from_bits(0xb95e8083);

/// (exp(r) - 1 - r) / r^2 for |r| <= ln(2) / 2.
const EXPM1: [u32; 6] = [0x3f000000, 0x3e2aaaaa, 0x3d2aaa55, 0x3c0888c7, 0x3ab6bc6d, 0x39501996];
/// (ln((1 + s) / (1 - s)) - 2 s) / s^3 in s^2, for 0 <= s <= 1/3.
const LOG1P: [u32; 5] = [0x3f2aaaac, 0x3ecccb58, 0x3e928458, 0x3e5b736a, 0x3e78b994];
/// Numerator and denominator of Q(a) exp(a^2 / 2), Q the normal distribution's upper tail, for 0 <= a <= 14.
const TAIL_UP: [u32; 5] = [0x3f000000, 0x3edfdac3, 0x3e3ad07d, 0x3d25548f, 0x3b8592a7];
const TAIL_DOWN: [u32; 6] = [0x3f800000, 0x3fd60e79, 0x3f997ed5, 0x3eef49ea, 0x3dcf398c, 0x3c276819];
/// 1 / sqrt(2 pi).
const NORMAL_DENSITY: f32 = f32::from_bits(0x3ecc422a);

/// A polynomial with ascending coefficients, by Horner's rule.
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, coefficients: [u32; N], x: S::f32s) -> S::f32s {
    let mut sum = S::f32s::splat(simd, f32::from_bits(coefficients[N - 1]));
    for c in coefficients[..N - 1].iter().rev() {
        sum = sum * x + f32::from_bits(*c);
    }
    sum
}

/// |x|; a NaN stays.
#[inline(always)]
pub(crate) fn abs<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    x.simd_lt(S::f32s::splat(simd, 0.0)).select(-x, x)
}

/// exp(x) = scale (1 + rest) as (scale, rest), x between the two bounds; NaN stays in `rest`.
#[inline(always)]
fn exp_parts<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let low = S::f32s::splat(simd, EXP_LOW);
    let high = S::f32s::splat(simd, EXP_HIGH);
    let x = x.simd_lt(low).select(low, x);
    let x = x.simd_gt(high).select(high, x);
    let shifted = x * LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    let rest = r + (r * r) * polynomial(simd, EXPM1, r);
    (S::f32s::from_bits(shifted.to_bits() << 23), rest)
}

/// exp(x); 0 below -87, exp(88) above 88.
#[inline(always)]
pub(crate) fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let (scale, rest) = exp_parts(simd, x);
    let value = scale + scale * rest;
    x.simd_lt(S::f32s::splat(simd, EXP_LOW)).select(S::f32s::splat(simd, 0.0), value)
}

/// (exp(x), exp(x) - 1) for x <= 0, the latter accurate near 0.
#[inline(always)]
fn exp_and_expm1<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let (scale, rest) = exp_parts(simd, x);
    let small = scale * rest;
    (scale + small, small + (scale - 1.0))
}

/// ln(1 + e) for 0 <= e <= 1.
#[inline(always)]
pub(crate) fn log1p<S: Simd>(simd: S, e: S::f32s) -> S::f32s {
    let s = e / (e + 2.0);
    let square = s * s;
    (s + s) + (s * square) * polynomial(simd, LOG1P, square)
}

/// (exp(-|x|), 1 / (1 + exp(-|x|))): what sigmoid and softplus are made of.
#[inline(always)]
fn sigmoid_parts<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let e = exp(simd, -abs(simd, x));
    (e, S::f32s::splat(simd, 1.0) / (e + 1.0))
}

/// 1 / (1 + exp(-x)) and its derivative.
#[inline(always)]
pub(crate) fn sigmoid<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let (e, above) = sigmoid_parts(simd, x);
    let below = e * above;
    (x.simd_lt(S::f32s::splat(simd, 0.0)).select(below, above), below * above)
}

/// ln(1 + exp(x)) and its derivative, the sigmoid.
#[inline(always)]
pub(crate) fn softplus<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let zero = S::f32s::splat(simd, 0.0);
    let (e, above) = sigmoid_parts(simd, x);
    let negative = x.simd_lt(zero);
    (negative.select(zero, x) + log1p(simd, e), negative.select(e * above, above))
}

/// The hyperbolic tangent and its derivative.
#[inline(always)]
pub(crate) fn tanh<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let a = abs(simd, x);
    let (e, m) = exp_and_expm1(simd, -(a + a));
    let down = m + 2.0;
    let value = -m / down;
    (x.simd_lt(S::f32s::splat(simd, 0.0)).select(-value, value), (e * 4.0) / (down * down))
}

/// x sigmoid(x) and its derivative.
#[inline(always)]
pub(crate) fn silu<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let (s, slope) = sigmoid(simd, x);
    (x * s, s + x * slope)
}

/// x Phi(x) and its derivative, Phi the normal distribution function.
#[inline(always)]
pub(crate) fn gelu<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let a = abs(simd, x);
    let e = exp(simd, (a * a) * -0.5);
    let end = S::f32s::splat(simd, 14.0);
    let a = a.simd_gt(end).select(end, a);
    let tail = e * (polynomial(simd, TAIL_UP, a) / polynomial(simd, TAIL_DOWN, a));
    let one = S::f32s::splat(simd, 1.0);
    let phi = x.simd_lt(S::f32s::splat(simd, 0.0)).select(tail, one - tail);
    (x * phi, phi + x * (e * NORMAL_DENSITY))
}

/// x above 0, else `alpha` (exp(x) - 1), and its derivative.
#[inline(always)]
pub(crate) fn elu<S: Simd>(simd: S, alpha: f32, x: S::f32s) -> (S::f32s, S::f32s) {
    let zero = S::f32s::splat(simd, 0.0);
    let (e, m) = exp_and_expm1(simd, x.simd_gt(zero).select(zero, x));
    let positive = x.simd_gt(zero);
    (positive.select(x, m * alpha), positive.select(S::f32s::splat(simd, 1.0), e * alpha))
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use symbreak_rng::Kernel;

    use super::*;

    /// A function's name, itself, and its exact value and derivative.
    type Case = (&'static str, fn(Level, f32) -> (f32, f32), fn(f64) -> (f64, f64));

    macro_rules! at_level {
        ($f:expr) => {
            |level, x| {
                #[inline(always)]
                fn run<S: Simd>(simd: S, x: f32) -> (f32, f32) {
                    let (value, slope) = $f(simd, S::f32s::splat(simd, x));
                    (value[0], slope[0])
                }
                dispatch!(level, simd => run(simd, x))
            }
        };
    }

    /// Phi(x) by integrating the density from -infinity in steps that double precision resolves.
    fn normal_cdf(x: f64) -> f64 {
        let density = |t: f64| (-t * t / 2.0).exp() * 0.398_942_280_401_432_7;
        let low = x.min(0.0) - 12.0;
        let n = 4000;
        let h = (x - low) / f64::from(n);
        let inner: f64 =
            (1..n).map(|i| density(low + h * f64::from(i)) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
        (density(low) + inner + density(x)) * h / 3.0
    }

    fn cases() -> Vec<Case> {
        vec![
            ("exp", at_level!(|s, x| (exp(s, x), exp(s, x))), |x| (x.exp(), x.exp())),
            ("sigmoid", at_level!(sigmoid), |x| {
                let (s, below) = (1.0 / (1.0 + (-x).exp()), 1.0 / (1.0 + x.exp()));
                (s, s * below)
            }),
            ("softplus", at_level!(softplus), |x| {
                (x.max(0.0) + (-x.abs()).exp().ln_1p(), 1.0 / (1.0 + (-x).exp()))
            }),
            ("tanh", at_level!(tanh), |x| (x.tanh(), 1.0 / x.cosh().powi(2))),
            ("silu", at_level!(silu), |x| {
                let (s, below) = (1.0 / (1.0 + (-x).exp()), 1.0 / (1.0 + x.exp()));
                (x * s, s * (1.0 + x * below))
            }),
            ("gelu", at_level!(gelu), |x| {
                let phi = normal_cdf(x);
                (x * phi, phi + x * (-x * x / 2.0).exp() * 0.398_942_280_401_432_7)
            }),
            ("elu", at_level!(|s, x| elu(s, 1.5, x)), |x| {
                if x > 0.0 { (x, 1.0) } else { (1.5 * x.exp_m1(), 1.5 * x.exp()) }
            }),
        ]
    }

    fn points() -> impl Iterator<Item = f32> {
        (0..2000).map(|i| (i as f32 - 1000.0) / 100.0).chain((0..40).map(|i| 0.5f32.powi(i)))
    }

    #[test]
    fn functions_and_derivatives_are_accurate() {
        for (name, f, exact) in cases() {
            for x in points() {
                let (value, slope) = f(Level::new(), x);
                let (true_value, true_slope) = exact(f64::from(x));
                for (got, want) in [(value, true_value), (slope, true_slope)] {
                    let error = (f64::from(got) - want).abs();
                    // The exponent's own rounding costs a relative x^2 2^-25 in the far tail of gelu.
                    let bound =
                        1.2e-6 * want.abs() + 6e-8 * f64::from(u8::from(name == "gelu" || name == "silu"));
                    assert!(error <= bound + 1e-37, "{name}({x}) = {got}, not {want}");
                }
            }
        }
    }

    #[test]
    fn every_kernel_gives_the_scalar_bits() {
        let scalar = Kernel::Scalar.level().expect("always there");
        let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1e-40, 87.5, -87.5, 1e30];
        for level in Kernel::available().into_iter().filter_map(Kernel::level) {
            for (name, f, _) in cases() {
                for x in points().chain(odd) {
                    let (a, b) = (f(scalar, x), f(level, x));
                    let same = |a: f32, b: f32| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
                    assert!(same(a.0, b.0) && same(a.1, b.1), "{name}({x}): {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn extremes_stay_finite_and_nan_stays_nan() {
        for (name, f, _) in cases() {
            for x in [-1e4, -100.0, 100.0, 1e4] {
                let (value, slope) = f(Level::new(), x);
                assert!(value.is_finite() && slope.is_finite(), "{name}({x})");
            }
            assert!(f(Level::new(), f32::NAN).0.is_nan(), "{name}(NaN)");
        }
    }
}
