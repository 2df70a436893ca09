//! How binary16 and bfloat16 round: once, to nearest even.

use fearless_simd::{Level, prelude::*};
use half::{bf16, f16};

use super::ends::{Ends, Hold};

/// How a format rounds.
pub(super) trait Format: Copy {
    /// The nearest value of the format.
    fn nearest(x: f64) -> f32;
    /// The next smaller value of the format.
    fn below(x: f32) -> f32;
    /// The bits of a value of the format.
    fn bits(x: f32) -> u16;
    /// The bits of the values nearest to the finite f32 of two vectors, one after the other.
    fn pack<S: Simd>(s: S, low: S::f32s, high: S::f32s) -> S::u16s;

    /// Rounds whole groups, each value held within `ends`.
    #[inline(always)]
    fn convert<S: Simd, H: Hold>(s: S, values: &[f32], out: &mut [u16], ends: Ends) {
        convert_portably::<S, Self, H>(s, values, out, ends);
    }
}

#[inline(always)]
fn convert_portably<S: Simd, F: Format, H: Hold>(s: S, values: &[f32], out: &mut [u16], ends: Ends) {
    let held = |x: &[f32]| H::values(s, S::f32s::from_slice(s, x), ends);
    let chunks = out.chunks_exact_mut(2 * S::f32s::LEN);
    for (bits, pair) in chunks.zip(values.chunks_exact(2 * S::f32s::LEN)) {
        let (low, high) = pair.split_at(S::f32s::LEN);
        H::bits(s, F::pack(s, held(low), held(high)), ends).store_slice(bits);
    }
}

#[derive(Clone, Copy)]
pub(super) struct F16;

#[derive(Clone, Copy)]
pub(super) struct Bf16;

impl Format for F16 {
    fn nearest(x: f64) -> f32 {
        f16::from_f64(x).to_f32()
    }

    fn below(x: f32) -> f32 {
        f16::from_bits(bits_below(Self::bits(x))).to_f32()
    }

    fn bits(x: f32) -> u16 {
        f16::from_f32(x).to_bits()
    }

    #[inline(always)]
    fn pack<S: Simd>(s: S, low: S::f32s, high: S::f32s) -> S::u16s {
        f16_bits(s, low).relaxed_narrow(f16_bits(s, high)).bitcast()
    }

    #[inline(always)]
    fn convert<S: Simd, H: Hold>(s: S, values: &[f32], out: &mut [u16], ends: Ends) {
        match s.level() {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512(token) => x86::convert512::<H>(token, values, out, ends),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2(token) => x86::convert256::<H>(token, values, out, ends),
            _ => convert_portably::<S, Self, H>(s, values, out, ends),
        }
    }
}

/// The binary16 nearest to each. Not a closure: the compiler doesn't inline it at every level, and calls cost ten times
/// the work.
#[inline(always)]
fn f16_bits<S: Simd>(s: S, x: S::f32s) -> S::i32s {
    let i = |x: i32| S::i32s::splat(s, x);
    let f = |x: f32| S::f32s::splat(s, x);
    let bits: S::i32s = x.bitcast();
    // From 65,536 on all is infinite, which that rounds to.
    let a = (bits & i(i32::MAX)).bitcast::<S::f32s>().min(f(65_536.0));
    let a_bits: S::i32s = a.bitcast();
    // Adding 1/2 leaves multiples of 2^-24, which subnormal numbers are.
    let subnormal = (a + f(0.5)).bitcast::<S::i32s>() - i(0x3f00_0000);
    let normal = ((a_bits + i(0xfff - (112 << 23))) + ((a_bits >> 13u32) & i(1))) >> 13u32;
    // 2^-14 is the smallest normal number.
    let magnitude = a.simd_lt(f(1.0 / 16_384.0)).select(subnormal, normal);
    magnitude | ((bits >> 16u32) & i(-0x8000))
}

impl Format for Bf16 {
    fn nearest(x: f64) -> f32 {
        bf16::from_f64(x).to_f32()
    }

    fn below(x: f32) -> f32 {
        bf16::from_bits(bits_below(Self::bits(x))).to_f32()
    }

    fn bits(x: f32) -> u16 {
        bf16::from_f32(x).to_bits()
    }

    #[inline(always)]
    fn pack<S: Simd>(s: S, low: S::f32s, high: S::f32s) -> S::u16s {
        if S::f32s::LEN == 16 {
            // Halves of words are one permutation away, which narrower vectors don't have.
            let (low, high) = (low.bitcast::<S::u16s>(), high.bitcast::<S::u16s>());
            let (upper, lower) = (low.unzip_high(high), low.unzip_low(high));
            let u = |x: u16| S::u16s::splat(s, x);
            let least = (!upper & u(1)) | u(0x8000);
            return lower.simd_ge(least).select(upper + u(1), upper);
        }
        let round = |x: S::f32s| {
            let bits: S::i32s = x.bitcast();
            (bits + S::i32s::splat(s, 0x7fff)) + ((bits >> 16u32) & S::i32s::splat(s, 1))
        };
        let (low, high) = (round(low), round(high));
        (low >> 16u32).relaxed_narrow(high >> 16u32).bitcast()
    }
}

/// The instruction that x86 has for it: portable code takes 17, and made a third of the f32 values a second.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::{_mm256_cvtps_ph, _mm512_cvtps_ph};

    use fearless_simd::{Avx2, Avx512, f32x8, f32x16, prelude::*, u16x8, u16x16};

    use super::super::ends::{Ends, Hold};

    /// To nearest, ties to even.
    const NEAREST: i32 = 0;

    fearless_simd::kernel!(
        #[inline(always)]
        fn round512(token: Avx512, x: f32x16<Avx512>) -> u16x16<Avx512> {
            _mm512_cvtps_ph::<NEAREST>(x.into()).simd_into(token)
        }
    );

    fearless_simd::kernel!(
        #[inline(always)]
        fn round256(token: Avx2, x: f32x8<Avx2>) -> u16x8<Avx2> {
            _mm256_cvtps_ph::<NEAREST>(x.into()).simd_into(token)
        }
    );

    #[inline(always)]
    pub fn convert512<H: Hold>(token: Avx512, values: &[f32], out: &mut [u16], ends: Ends) {
        for (bits, x) in out.chunks_exact_mut(16).zip(values.chunks_exact(16)) {
            let x = H::values(token, f32x16::from_slice(token, x), ends);
            H::bits(token, round512(token, x), ends).store_slice(bits);
        }
    }

    #[inline(always)]
    pub fn convert256<H: Hold>(token: Avx2, values: &[f32], out: &mut [u16], ends: Ends) {
        for (bits, x) in out.chunks_exact_mut(8).zip(values.chunks_exact(8)) {
            let x = H::values(token, f32x8::from_slice(token, x), ends);
            H::bits(token, round256(token, x), ends).store_slice(bits);
        }
    }
}

/// Bits of the next smaller value of a 16-bit format.
fn bits_below(bits: u16) -> u16 {
    match bits {
        0 | 0x8000 => 0x8001,
        1..0x8000 => bits - 1,
        _ => bits + 1,
    }
}

#[cfg(test)]
mod tests {
    use symbreak_rng::Kernel;

    use super::super::ends::{Both, Interval};
    use super::*;

    #[test]
    fn agrees_with_the_half_crate() {
        fn bits<F: Format>(level: Level, values: &[f32]) -> Vec<u16> {
            let mut out = vec![0; values.len()];
            fearless_simd::dispatch!(level, s => F::convert::<_, Both>(s, values, &mut out, Interval::ALL.ends::<F>()));
            out
        }
        for kernel in Kernel::available() {
            let level = kernel.level().expect("an available kernel");
            for chunk in 0..1 << 12 {
                let values: Vec<f32> = (0..1 << 10)
                    .map(|i| chunk << 10 | i)
                    .map(|i: u32| f32::from_bits(i << 10 | i >> 12))
                    .map(|x| if x.is_finite() { x } else { 1.0 })
                    .collect();
                let f16s: Vec<u16> = values.iter().map(|&x| f16::from_f32(x).to_bits()).collect();
                let bf16s: Vec<u16> = values.iter().map(|&x| bf16::from_f32(x).to_bits()).collect();
                assert_eq!(bits::<F16>(level, &values), f16s, "{kernel}");
                assert_eq!(bits::<Bf16>(level, &values), bf16s, "{kernel}");
            }
        }
    }
}
