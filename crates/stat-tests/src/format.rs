//! Element types: where rounding puts the borders between neighbouring values.

use half::{bf16, f16};

/// An element type of the samplers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
    /// IEEE binary16.
    F16,
    /// The upper half of a binary32.
    Bf16,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::F32, Self::F64, Self::F16, Self::Bf16];

    /// The value nearest to `x`.
    pub fn nearest(self, x: f64) -> f64 {
        match self {
            Self::F64 => x,
            Self::F32 => f64::from(x as f32),
            Self::F16 => f16::from_f64(x).to_f64(),
            Self::Bf16 => bf16::from_f64(x).to_f64(),
        }
    }

    /// The next larger value.
    pub fn above(self, x: f64) -> f64 {
        match self {
            Self::F64 => x.next_up(),
            Self::F32 => f64::from((x as f32).next_up()),
            Self::F16 => f16::from_bits(bits_above(f16::from_f64(x).to_bits())).to_f64(),
            Self::Bf16 => bf16::from_bits(bits_above(bf16::from_f64(x).to_bits())).to_f64(),
        }
    }

    /// The next smaller value.
    pub fn below(self, x: f64) -> f64 {
        -self.above(-x)
    }

    /// What rounds to `x` or below lies below this; exactly so for the law, whose values are not rounded, but for F64.
    pub fn border_above(self, x: f64) -> f64 {
        if self == Self::F64 { x } else { 0.5 * (x + self.above(x)) }
    }

    /// What rounds to `x` or above lies above this.
    pub fn border_below(self, x: f64) -> f64 {
        if self == Self::F64 { x } else { 0.5 * (x + self.below(x)) }
    }
}

/// Bits of the next larger value of a 16-bit format.
fn bits_above(bits: u16) -> u16 {
    match bits {
        0 | 0x8000 => 1,
        0x8001.. => bits - 1,
        _ => bits + 1,
    }
}
