//! The rows of a batch side by side, while those of the next ones are on their way.
//!
//! They are scattered over memory in the epoch's order: a batch of one row would wait for each.

use std::ops::Range;

use fearless_simd::{Simd, prelude::*};
use fearless_simd_macros::simd;
use symbreak_linalg::prefetch;

/// Values of input between a row that is copied and the one that is asked for then: a memory's latency of work.
const AHEAD: usize = 2048;

/// Copies those rows of `x`, `width` wide, that stand at the places `batch` of `order`.
#[simd]
pub(crate) fn gather<S: Simd>(
    simd: S,
    x: &[f32],
    width: usize,
    order: &[u32],
    batch: Range<usize>,
    out: &mut [f32],
) {
    let row = |place: usize| &x[order[place] as usize * width..][..width];
    let ahead = (AHEAD / width).max(1);
    for (place, out) in batch.zip(out.chunks_exact_mut(width)) {
        if place + ahead < order.len() {
            // A step with its weights goes through the first-level cache before the row is used.
            prefetch::far(row(place + ahead));
        }
        copy(simd, row(place), out);
    }
}

/// As `copy_from_slice`, which for rows of a few kilobytes takes an instruction that is slow to start.
#[inline(always)]
fn copy<S: Simd>(simd: S, source: &[f32], out: &mut [f32]) {
    let width = S::f32s::LEN;
    let (chunks, rest) = (source.chunks_exact(4 * width), source.len() % (4 * width));
    let whole = source.len() - rest;
    for (source, out) in chunks.zip(out.chunks_exact_mut(4 * width)) {
        // Four at a time, or the compiler would know it for a copy.
        for v in 0..4 {
            S::f32s::from_slice(simd, &source[v * width..(v + 1) * width])
                .store_slice(&mut out[v * width..(v + 1) * width]);
        }
    }
    out[whole..].copy_from_slice(&source[whole..]);
}
