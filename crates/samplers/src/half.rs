//! 16-bit values: f32 values rounded once to nearest even, and pulled back where a law has an interval.

use half::{bf16, f16};

/// A 16-bit format; values are handled as their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// IEEE binary16.
    F16,
    /// The upper half of a binary32.
    Bf16,
}

/// The least and the greatest value that a law may take, as f32.
pub(crate) type Range = Option<[f32; 2]>;

/// Values rounded at a time.
const CHUNK: usize = 4096;

impl Half {
    fn round(self, value: f32) -> u16 {
        match self {
            Self::F16 => f16::from_f32(value).to_bits(),
            Self::Bf16 => bf16::from_f32(value).to_bits(),
        }
    }

    fn value(self, bits: u16) -> f32 {
        match self {
            Self::F16 => f16::from_bits(bits).to_f32(),
            Self::Bf16 => bf16::from_bits(bits).to_f32(),
        }
    }

    /// The value next to `x`, upwards or downwards.
    fn next(self, x: f32, up: bool) -> f32 {
        let bits = self.round(x);
        let magnitude = bits & 0x7fff;
        let next = if magnitude == 0 {
            if up { 1 } else { 0x8001 }
        } else if (bits & 0x8000 == 0) == up {
            bits + 1
        } else {
            bits - 1
        };
        self.value(next)
    }

    /// The least value at or above `low` and the greatest below `high` (or at it, where `closed`); `None` where no
    /// value of the format lies between them.
    pub(crate) fn range(self, low: f64, high: f64, closed: bool) -> Range {
        let nearest = self.value(self.round(low as f32));
        let first = if f64::from(nearest) < low { self.next(nearest, true) } else { nearest };
        let nearest = self.value(self.round(high as f32));
        let inside = if closed { f64::from(nearest) <= high } else { f64::from(nearest) < high };
        let last = if inside { nearest } else { self.next(nearest, false) };
        (first <= last).then_some([first, last])
    }

    /// Fills `out` from f32 values: `make(start, values)` gives those from element `start` of `out` on.
    pub(crate) fn fill(self, out: &mut [u16], range: Range, make: impl Fn(u64, &mut [f32])) {
        let [first, last] = range.unwrap_or([f32::NEG_INFINITY, f32::INFINITY]);
        let (least, most) = (self.round(first), self.round(last));
        let mut values = [0.0; CHUNK];
        for (i, out) in out.chunks_mut(CHUNK).enumerate() {
            let values = &mut values[..out.len()];
            make((i * CHUNK) as u64, values);
            for (slot, &value) in out.iter_mut().zip(&*values) {
                // Rounding is monotone: only a value beyond the range's own ends can round out of it.
                *slot = if value < first {
                    least
                } else if value > last {
                    most
                } else {
                    self.round(value)
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_lie_inside_their_bounds() {
        assert_eq!(Half::Bf16.range(0.0, 1.0, false), Some([0.0, 0.996_093_75]));
        assert_eq!(Half::Bf16.range(-2.0, 2.0, true), Some([-2.0, 2.0]));
        assert_eq!(Half::F16.range(0.1, 0.100_000_1, false), None);
        assert_eq!(Half::F16.range(-1e-9, 0.0, false), None);
        let [low, high] = Half::Bf16.range(-0.05, 0.05, false).unwrap();
        assert!(f64::from(low) >= -0.05 && f64::from(high) < 0.05);
    }
}
