//! 16-bit floats: the f32 value held inside the law's interval and rounded once, to nearest even.

mod ends;
mod format;

use core::marker::PhantomData;

use fearless_simd::{Level, dispatch, prelude::*};
use fearless_simd_macros::simd;
use symbreak_rng::{BLOCK, LANES, LaneStates, Stream, Transform, fill_range};

use ends::Ends;
pub(crate) use ends::{Both, FromZero, Hold, Interval};
use format::{Bf16, F16, Format};

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
    pub(crate) fn fill<K: Transform<f32>, H: Hold, const N: usize>(
        self,
        level: Level,
        stream: Stream,
        offset: u64,
        out: &mut [u16],
        interval: Interval,
        kernel: &K,
    ) {
        match self {
            Self::F16 => {
                fill_range(level, stream, offset, out, &Rounded::<K, F16, H, N>::new(kernel, interval));
            }
            Self::Bf16 => {
                fill_range(level, stream, offset, out, &Rounded::<K, Bf16, H, N>::new(kernel, interval));
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
    F::convert::<S, Both>(s, values, out, interval.ends::<F>());
}

/// A law's f32 values as a 16-bit format, by way of `N` of them on the stack.
struct Rounded<'a, K, F, H, const N: usize> {
    kernel: &'a K,
    ends: Ends,
    format: PhantomData<(F, H)>,
}

impl<'a, K, F: Format, H, const N: usize> Rounded<'a, K, F, H, N> {
    fn new(kernel: &'a K, interval: Interval) -> Self {
        Self { kernel, ends: interval.ends::<F>(), format: PhantomData }
    }
}

impl<K: Transform<f32>, F: Format, H: Hold, const N: usize> Transform<u16> for Rounded<'_, K, F, H, N> {
    const GROUP: usize = N;
    const WORDS: usize = K::WORDS;

    #[inline(always)]
    fn transform<S: Simd>(&self, s: S, states: &mut LaneStates, out: &mut [u16]) {
        let mut values = [0.0; N];
        for part in out.chunks_exact_mut(N) {
            self.kernel.transform(s, states, &mut values);
            F::convert::<S, H>(s, &values, part, self.ends);
        }
    }
}
