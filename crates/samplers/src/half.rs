//! 16-bit floats: the f32 value pulled back inside the law's interval and rounded once, to nearest even.
//!
//! The interval ends at values of the format, and rounding keeps order: so it makes no difference that values are held
//! within it before they are rounded.

use core::marker::PhantomData;

use fearless_simd::{Level, dispatch, prelude::*};
use fearless_simd_macros::simd;
use half::{bf16, f16};
use symbreak_rng::{BLOCK, LANES, LaneStates, Stream, Transform, fill_range};

/// A 16-bit format; values are handled as their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// IEEE binary16.
    F16,
    /// The upper half of an f32.
    Bf16,
}

impl Half {
    /// Fills `out` with elements `offset ..` of a stream: the values of `kernel` in this format, `N` at a time by way of
    /// f32. For kernels so fast that a detour through memory would show.
    pub(crate) fn fill<K: Transform<f32>, const N: usize>(
        self,
        level: Level,
        stream: Stream,
        offset: u64,
        out: &mut [u16],
        interval: Interval,
        kernel: &K,
    ) {
        match self {
            Self::F16 => fill_range(level, stream, offset, out, &Rounded::<K, F16, N>::new(kernel, interval)),
            Self::Bf16 => {
                fill_range(level, stream, offset, out, &Rounded::<K, Bf16, N>::new(kernel, interval));
            }
        }
    }

    /// Fills `out`, elements `offset ..` of a law, with the f32 that `values` makes, a block at a time by way of the stack.
    pub(crate) fn fill_from(
        self,
        level: Level,
        offset: u64,
        out: &mut [u16],
        interval: Interval,
        values: impl Fn(u64, &mut [f32]),
    ) {
        let mut single = [0.0; BLOCK];
        let mut bits = [0; BLOCK];
        let mut position = offset;
        let mut rest = out;
        while !rest.is_empty() {
            let room = BLOCK - (position % BLOCK as u64) as usize;
            let (part, after) = rest.split_at_mut(room.min(rest.len()));
            values(position, &mut single[..part.len()]);
            // Whole vectors, whatever lies behind the values.
            let whole = part.len().next_multiple_of(2 * LANES);
            let (single, bits) = (&single[..whole], &mut bits[..whole]);
            match self {
                Self::F16 => dispatch!(level, s => convert::<_, F16>(s, single, bits, interval)),
                Self::Bf16 => dispatch!(level, s => convert::<_, Bf16>(s, single, bits, interval)),
            }
            part.copy_from_slice(&bits[..part.len()]);
            position += part.len() as u64;
            rest = after;
        }
    }
}

#[simd]
fn convert<S: Simd, F: Format>(s: S, values: &[f32], out: &mut [u16], interval: Interval) {
    F::convert(s, values, out, interval.ends::<F>());
}

/// How a format rounds.
trait Format: Copy {
    /// The nearest value of the format.
    fn nearest(x: f64) -> f32;
    /// The next smaller value of the format.
    fn below(x: f32) -> f32;
    /// The bits of the values nearest to the finite f32 of two vectors, one after the other.
    fn pack<S: Simd>(s: S, low: S::f32s, high: S::f32s) -> S::u16s;

    /// Rounds whole groups, each value held within `ends` first.
    #[inline(always)]
    fn convert<S: Simd>(s: S, values: &[f32], out: &mut [u16], ends: [f32; 2]) {
        convert_portably::<S, Self>(s, values, out, ends);
    }
}

#[inline(always)]
fn convert_portably<S: Simd, F: Format>(s: S, values: &[f32], out: &mut [u16], ends: [f32; 2]) {
    let held = |x: &[f32]| hold(s, S::f32s::from_slice(s, x), ends);
    let chunks = out.chunks_exact_mut(2 * S::f32s::LEN);
    for (bits, pair) in chunks.zip(values.chunks_exact(2 * S::f32s::LEN)) {
        let (low, high) = pair.split_at(S::f32s::LEN);
        F::pack(s, held(low), held(high)).store_slice(bits);
    }
}

/// Below the first end that end, above the last that one, else `x`, which is never -0.
#[inline(always)]
fn hold<S: Simd, F: SimdFloat<S, Element = f32>>(s: S, x: F, [first, last]: [f32; 2]) -> F
where
    F::Mask: Select<F>,
{
    let (first, last) = (F::splat(s, first), F::splat(s, last));
    if matches!(s.level(), Level::Fallback(_)) {
        // The scalar maximum of zeros of both signs is anybody's choice.
        let raised = x.simd_lt(first).select(first, x);
        return raised.simd_gt(last).select(last, raised);
    }
    // In this order, as x86 takes the second of two zeros; elsewhere 0 is above -0.
    last.min(first.max(x))
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
    fn pack<S: Simd>(s: S, low: S::f32s, high: S::f32s) -> S::u16s {
        f16_bits(s, low).relaxed_narrow(f16_bits(s, high)).bitcast()
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
        bf16::from_bits(bits_below(bf16::from_f32(x).to_bits())).to_f32()
    }

    #[inline(always)]
    fn pack<S: Simd>(s: S, low: S::f32s, high: S::f32s) -> S::u16s {
        let round = |x: S::f32s| {
            let bits: S::i32s = x.bitcast();
            (bits + S::i32s::splat(s, 0x7fff)) + ((bits >> 16u32) & S::i32s::splat(s, 1))
        };
        let (low, high) = (round(low), round(high));
        if S::f32s::LEN == 16 {
            // One permutation, which narrower vectors don't have.
            return low.bitcast::<S::u16s>().unzip_high(high.bitcast::<S::u16s>());
        }
        (low >> 16u32).relaxed_narrow(high >> 16u32).bitcast()
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

/// A law's f32 values as a 16-bit format, by way of `N` of them on the stack.
struct Rounded<'a, K, F, const N: usize> {
    kernel: &'a K,
    ends: [f32; 2],
    format: PhantomData<F>,
}

impl<'a, K, F: Format, const N: usize> Rounded<'a, K, F, N> {
    fn new(kernel: &'a K, interval: Interval) -> Self {
        Self { kernel, ends: interval.ends::<F>(), format: PhantomData }
    }
}

impl<K: Transform<f32>, F: Format, const N: usize> Transform<u16> for Rounded<'_, K, F, N> {
    const GROUP: usize = N;
    const WORDS: usize = K::WORDS;

    #[inline(always)]
    fn transform<S: Simd>(&self, s: S, states: &mut LaneStates, out: &mut [u16]) {
        let mut values = [0.0; N];
        for part in out.chunks_exact_mut(N) {
            self.kernel.transform(s, states, &mut values);
            F::convert(s, &values, part, self.ends);
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
