//! From words to values: any range of a stream, through one transform of whole groups.

use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;

use crate::lanes::skip;
use crate::{BLOCK, LANES, LaneStates, Stream};

/// A map from words to values that works on whole groups of elements.
pub trait Transform<T> {
    /// Elements that are made together: [`LANES`] or twice that.
    const GROUP: usize;

    /// Words that an element reads, 1 or 2: element `i` lies in block `i / (BLOCK / WORDS)`.
    const WORDS: usize;

    /// Fills `out`, whole groups, from the lanes' next steps, and leaves the lanes after the last step read.
    fn transform<S: Simd>(&self, s: S, states: &mut LaneStates, out: &mut [T]);
}

/// Fills `out` with elements `offset ..` of the stream under a transform; equal to that slice of the whole.
pub fn fill_range<T: Copy + Default, K: Transform<T>>(
    level: Level,
    stream: Stream,
    offset: u64,
    out: &mut [T],
    kernel: &K,
) {
    dispatch!(level, s => fill_blocks(s, stream, offset, out, kernel));
}

#[simd]
fn fill_blocks<S: Simd, T: Copy + Default, K: Transform<T>>(
    s: S,
    stream: Stream,
    offset: u64,
    mut out: &mut [T],
    kernel: &K,
) {
    let per_block = BLOCK / K::WORDS;
    let mut block = offset / per_block as u64;
    let mut first = (offset % per_block as u64) as usize;
    while !out.is_empty() {
        let (part, rest) = out.split_at_mut(out.len().min(per_block - first));
        fill_part(s, stream.lane_states(block), first, part, kernel);
        out = rest;
        block = block.wrapping_add(1);
        first = 0;
    }
}

/// Fills elements `first ..` of a block: ragged ends by way of a group on the stack, whole groups in place.
#[inline(always)]
fn fill_part<S: Simd, T: Copy + Default, K: Transform<T>>(
    s: S,
    mut states: LaneStates,
    first: usize,
    mut out: &mut [T],
    kernel: &K,
) {
    // No transform needs more than a pair of steps.
    let mut group = [T::default(); 2 * LANES];
    let group = &mut group[..K::GROUP];
    let mut head = first % K::GROUP;
    skip(&mut states, (first - head) * K::WORDS / LANES);
    while !out.is_empty() {
        let whole = if head == 0 { out.len() / K::GROUP * K::GROUP } else { 0 };
        let target = if whole == 0 { &mut *group } else { &mut out[..whole] };
        kernel.transform(s, &mut states, target);
        let taken = if whole == 0 { out.len().min(K::GROUP - head) } else { whole };
        let (done, rest) = out.split_at_mut(taken);
        if whole == 0 {
            done.copy_from_slice(&group[head..head + taken]);
        }
        out = rest;
        head = 0;
    }
}
