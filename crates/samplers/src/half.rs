//! 16-bit floats: the f32 value rounded once, to nearest even, then pulled back inside the law's interval.

use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use half::{bf16, f16};
use symbreak_rng::BLOCK;

/// A 16-bit format; values are handled as their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// IEEE binary16.
    F16,
    /// The upper half of an f32.
    Bf16,
}

impl Half {
    /// Fills `out`, elements `offset ..` of a law, with its f32 values in this format.
    pub(crate) fn fill(
        self,
        level: Level,
        offset: u64,
        out: &mut [u16],
        interval: Interval,
        values: impl Fn(u64, &mut [f32]),
    ) {
        match self {
            Self::F16 => fill_half::<F16>(level, offset, out, interval, values),
            Self::Bf16 => fill_half::<Bf16>(level, offset, out, interval, values),
        }
    }
}

/// How a format rounds.
trait Format: Copy {
    /// The f32 of the nearest value of the format, for a finite x.
    fn round(x: f32) -> f32;
    /// The bits of a value of the format.
    fn pack(x: f32) -> u16;
    /// The nearest value of the format.
    fn nearest(x: f64) -> f32;
    /// The next smaller value of the format.
    fn below(x: f32) -> f32;
}

#[derive(Clone, Copy)]
struct F16;

#[derive(Clone, Copy)]
struct Bf16;

const SIGN: u32 = 0x8000_0000;
/// 2^-14, the smallest normal number of binary16.
const F16_NORMAL: f32 = 1.0 / 16384.0;

impl Format for F16 {
    #[inline(always)]
    fn round(x: f32) -> f32 {
        let bits = x.to_bits();
        let a = f32::from_bits(bits & !SIGN);
        // Adding 1/2 leaves multiples of 2^-24, which subnormal numbers are.
        let subnormal = (a + 0.5) - 0.5;
        let normal = f32::from_bits((a.to_bits() + 0xfff + (a.to_bits() >> 13 & 1)) & !0x1fff);
        let finite = if a < F16_NORMAL { subnormal } else { normal };
        let rounded = if finite >= 65536.0 { f32::INFINITY } else { finite };
        f32::from_bits(rounded.to_bits() | bits & SIGN)
    }

    #[inline(always)]
    fn pack(x: f32) -> u16 {
        let bits = x.to_bits();
        let a = f32::from_bits(bits & !SIGN);
        let subnormal = (a + 0.5).to_bits().wrapping_sub(0x3f00_0000);
        let normal = a.to_bits().wrapping_sub(112 << 23) >> 13;
        let finite = if a < F16_NORMAL { subnormal } else { normal };
        let magnitude = if a >= 65536.0 { 0x7c00 } else { finite };
        (magnitude | (bits & SIGN) >> 16) as u16
    }

    fn nearest(x: f64) -> f32 {
        f16::from_f64(x).to_f32()
    }

    fn below(x: f32) -> f32 {
        f16::from_bits(bits_below(f16::from_f32(x).to_bits())).to_f32()
    }
}

impl Format for Bf16 {
    #[inline(always)]
    fn round(x: f32) -> f32 {
        let bits = x.to_bits();
        f32::from_bits((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
    }

    #[inline(always)]
    fn pack(x: f32) -> u16 {
        (x.to_bits() >> 16) as u16
    }

    fn nearest(x: f64) -> f32 {
        bf16::from_f64(x).to_f32()
    }

    fn below(x: f32) -> f32 {
        bf16::from_bits(bits_below(bf16::from_f32(x).to_bits())).to_f32()
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
    fn ends<F: Format>(self) -> (f32, f32) {
        let low = -floor::<F>(-self.low);
        let mut high = floor::<F>(self.high);
        if f64::from(high) == self.high && !self.closed {
            high = F::below(high);
        }
        if low <= high { (low, high) } else { (f32::NEG_INFINITY, f32::INFINITY) }
    }
}

/// The largest value of the format that is at most `x`.
fn floor<F: Format>(x: f64) -> f32 {
    let nearest = F::nearest(x);
    if f64::from(nearest) > x { F::below(nearest) } else { nearest }
}

/// Fills `out` with a law's f32 values as a 16-bit format, a block at a time by way of the stack.
fn fill_half<F: Format>(
    level: Level,
    offset: u64,
    out: &mut [u16],
    interval: Interval,
    fill: impl Fn(u64, &mut [f32]),
) {
    let ends = interval.ends::<F>();
    let mut values = [0.0; BLOCK];
    let mut position = offset;
    let mut rest = out;
    while !rest.is_empty() {
        let room = BLOCK - (position % BLOCK as u64) as usize;
        let (part, after) = rest.split_at_mut(room.min(rest.len()));
        let values = &mut values[..part.len()];
        fill(position, values);
        dispatch!(level, s => convert::<_, F>(s, values, part, ends));
        position += part.len() as u64;
        rest = after;
    }
}

#[simd]
fn convert<S: Simd, F: Format>(s: S, values: &[f32], out: &mut [u16], ends: (f32, f32)) {
    let _ = s;
    for (bits, &value) in out.iter_mut().zip(values) {
        let rounded = F::round(value);
        let raised = if rounded < ends.0 { ends.0 } else { rounded };
        *bits = F::pack(if raised > ends.1 { ends.1 } else { raised });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_half_crate() {
        for i in 0..1 << 22 {
            let x = f32::from_bits(i << 10 | i >> 13);
            if x.is_finite() {
                assert_eq!(F16::pack(F16::round(x)), f16::from_f32(x).to_bits(), "{x:e}");
                assert_eq!(Bf16::pack(Bf16::round(x)), bf16::from_f32(x).to_bits(), "{x:e}");
            }
        }
    }

    #[test]
    fn intervals_end_at_values_of_the_format() {
        let open = Interval { low: -0.05, high: 1.0, closed: false };
        let (low, high) = open.ends::<F16>();
        assert!(low >= -0.05 && F16::below(low) < -0.05);
        assert_eq!(high, f16::from_bits(0x3bff).to_f32());
        assert_eq!(Interval { closed: true, ..open }.ends::<Bf16>().1, 1.0);
        // Neither format has a value here: nothing to hold values to.
        let none = Interval { low: 1.0001, high: 1.0002, closed: true };
        assert_eq!(none.ends::<F16>(), (f32::NEG_INFINITY, f32::INFINITY));
    }
}
