//! 16-bit floats: the f32 value pulled back inside the law's interval and rounded once, to nearest even.
//!
//! The interval ends at values of the format, and rounding keeps order: so it makes no difference that values are held
//! within it before they are rounded.

use core::marker::PhantomData;

use fearless_simd::{Level, prelude::*};
use half::{bf16, f16};
use symbreak_rng::{LANES, LaneStates, Stream, Transform, fill_range};

/// A 16-bit format; values are handled as their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// IEEE binary16.
    F16,
    /// The upper half of an f32.
    Bf16,
}

impl Half {
    /// Fills `out` with elements `offset ..` of a stream: the values of `kernel` in this format.
    pub(crate) fn fill<K: Transform<f32>>(
        self,
        level: Level,
        stream: Stream,
        offset: u64,
        out: &mut [u16],
        interval: Interval,
        kernel: &K,
    ) {
        match self {
            Self::F16 => fill_range(level, stream, offset, out, &Rounded::<K, F16>::new(kernel, interval)),
            Self::Bf16 => fill_range(level, stream, offset, out, &Rounded::<K, Bf16>::new(kernel, interval)),
        }
    }
}

/// How a format rounds.
trait Format: Copy {
    /// The nearest value of the format.
    fn nearest(x: f64) -> f32;
    /// The next smaller value of the format.
    fn below(x: f32) -> f32;
    /// The bits, sign-extended, of the values nearest to finite f32.
    fn round<S: Simd>(s: S, x: S::f32s) -> S::i32s;

    /// Rounds whole groups, each value held within `ends` first.
    #[inline(always)]
    fn convert<S: Simd>(s: S, values: &[f32], out: &mut [u16], ends: [f32; 2]) {
        convert_portably::<S, Self>(s, values, out, ends);
    }
}

#[inline(always)]
fn convert_portably<S: Simd, F: Format>(s: S, values: &[f32], out: &mut [u16], ends: [f32; 2]) {
    let round = |x: &[f32]| F::round(s, hold(s, S::f32s::from_slice(s, x), ends));
    let chunks = out.chunks_exact_mut(2 * S::f32s::LEN);
    for (bits, pair) in chunks.zip(values.chunks_exact(2 * S::f32s::LEN)) {
        let (low, high) = pair.split_at(S::f32s::LEN);
        round(low).relaxed_narrow(round(high)).bitcast::<S::u16s>().store_slice(bits);
    }
}

/// Below the first end that end, above the last that one.
#[inline(always)]
fn hold<S: Simd, F: SimdFloat<S, Element = f32>>(s: S, x: F, [first, last]: [f32; 2]) -> F
where
    F::Mask: Select<F>,
{
    let (first, last) = (F::splat(s, first), F::splat(s, last));
    let raised = x.simd_lt(first).select(first, x);
    raised.simd_gt(last).select(last, raised)
}

#[derive(Clone, Copy)]
struct F16;

#[derive(Clone, Copy)]
struct Bf16;

impl Format for F16 {
    fn nearest(x: f64) -> f32 {
        f16::from_f64(x).to_f32()
    }

    fn below(x: f32) -> f32 {
        f16::from_bits(bits_below(f16::from_f32(x).to_bits())).to_f32()
    }

    #[inline(always)]
    fn round<S: Simd>(s: S, x: S::f32s) -> S::i32s {
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

    #[inline(always)]
    fn convert<S: Simd>(s: S, values: &[f32], out: &mut [u16], ends: [f32; 2]) {
        match s.level() {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512(token) => x86::convert512(token, values, out, ends),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2(token) => x86::convert256(token, values, out, ends),
            _ => convert_portably::<S, Self>(s, values, out, ends),
        }
    }
}

impl Format for Bf16 {
    fn nearest(x: f64) -> f32 {
        bf16::from_f64(x).to_f32()
    }

    fn below(x: f32) -> f32 {
        bf16::from_bits(bits_below(bf16::from_f32(x).to_bits())).to_f32()
    }

    #[inline(always)]
    fn round<S: Simd>(s: S, x: S::f32s) -> S::i32s {
        let bits: S::i32s = x.bitcast();
        ((bits + S::i32s::splat(s, 0x7fff)) + ((bits >> 16u32) & S::i32s::splat(s, 1))) >> 16u32
    }
}

/// The instruction that x86 has for it: portable code takes 17, and made a third of the f32 values a second.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::{_mm256_cvtps_ph, _mm512_cvtps_ph};

    use fearless_simd::{Avx2, Avx512, f32x8, f32x16, prelude::*};

    use super::hold;

    /// To nearest, ties to even.
    const NEAREST: i32 = 0;

    fearless_simd::kernel!(
        #[inline(always)]
        fn round512(token: Avx512, x: f32x16<Avx512>) -> [u16; 16] {
            let bits: fearless_simd::u16x16<Avx512> = _mm512_cvtps_ph::<NEAREST>(x.into()).simd_into(token);
            bits.into()
        }
    );

    fearless_simd::kernel!(
        #[inline(always)]
        fn round256(token: Avx2, x: f32x8<Avx2>) -> [u16; 8] {
            let bits: fearless_simd::u16x8<Avx2> = _mm256_cvtps_ph::<NEAREST>(x.into()).simd_into(token);
            bits.into()
        }
    );

    #[inline(always)]
    pub fn convert512(token: Avx512, values: &[f32], out: &mut [u16], ends: [f32; 2]) {
        for (bits, x) in out.chunks_exact_mut(16).zip(values.chunks_exact(16)) {
            let x = hold(token, f32x16::from_slice(token, x), ends);
            bits.copy_from_slice(&round512(token, x));
        }
    }

    #[inline(always)]
    pub fn convert256(token: Avx2, values: &[f32], out: &mut [u16], ends: [f32; 2]) {
        for (bits, x) in out.chunks_exact_mut(8).zip(values.chunks_exact(8)) {
            let x = hold(token, f32x8::from_slice(token, x), ends);
            bits.copy_from_slice(&round256(token, x));
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

/// The interval that rounded values are held in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub low: f64,
    pub high: f64,
    /// Whether `high` itself belongs to it.
    pub closed: bool,
}

impl Interval {
    pub const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY, closed: true };

    /// The smallest and the largest value of a format inside; everything where there is none, as then the nearest
    /// value of the format is the best there is.
    fn ends<F: Format>(self) -> [f32; 2] {
        let low = -floor::<F>(-self.low);
        let mut high = floor::<F>(self.high);
        if f64::from(high) == self.high && !self.closed {
            high = F::below(high);
        }
        if low <= high { [low, high] } else { [f32::NEG_INFINITY, f32::INFINITY] }
    }
}

/// The largest value of the format that is at most `x`.
fn floor<F: Format>(x: f64) -> f32 {
    let nearest = F::nearest(x);
    if f64::from(nearest) > x { F::below(nearest) } else { nearest }
}

/// A law's f32 values as a 16-bit format, by way of a stretch on the stack.
struct Rounded<'a, K, F> {
    kernel: &'a K,
    ends: [f32; 2],
    format: PhantomData<F>,
}

/// Values on their way from f32 to 16 bits.
const STRETCH: usize = 512;

impl<'a, K, F: Format> Rounded<'a, K, F> {
    fn new(kernel: &'a K, interval: Interval) -> Self {
        Self { kernel, ends: interval.ends::<F>(), format: PhantomData }
    }
}

impl<K: Transform<f32>, F: Format> Transform<u16> for Rounded<'_, K, F> {
    // Two steps even where the kernel needs one: vectors of 16-bit values are made of two.
    const GROUP: usize = 2 * LANES;
    const WORDS: usize = K::WORDS;

    #[inline(always)]
    fn transform<S: Simd>(&self, s: S, states: &mut LaneStates, out: &mut [u16]) {
        let mut values = [0.0; STRETCH];
        for part in out.chunks_mut(STRETCH) {
            let values = &mut values[..part.len()];
            self.kernel.transform(s, states, values);
            F::convert(s, values, part, self.ends);
        }
    }
}

#[cfg(test)]
mod tests {
    use symbreak_rng::Kernel;

    use super::*;

    #[test]
    fn agrees_with_the_half_crate() {
        fn bits<F: Format>(level: Level, values: &[f32]) -> Vec<u16> {
            let mut out = vec![0; values.len()];
            fearless_simd::dispatch!(level, s => F::convert(s, values, &mut out, Interval::ALL.ends::<F>()));
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

    #[test]
    fn intervals_end_at_values_of_the_format() {
        let open = Interval { low: -0.05, high: 1.0, closed: false };
        let [low, high] = open.ends::<F16>();
        assert!(low >= -0.05 && F16::below(low) < -0.05);
        assert_eq!(high, f16::from_bits(0x3bff).to_f32());
        assert_eq!(Interval { closed: true, ..open }.ends::<Bf16>()[1], 1.0);
        // Neither format has a value here: nothing to hold values to.
        let none = Interval { low: 1.0001, high: 1.0002, closed: true };
        assert_eq!(none.ends::<F16>(), [f32::NEG_INFINITY, f32::INFINITY]);
    }
}
