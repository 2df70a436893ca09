//! The rows of a batch side by side, while those of the next ones are on their way.
//!
//! They are scattered over memory in the epoch's order: a batch of one row would wait for each.

#![allow(
    unsafe_code,
    reason = "the hint to load a line has no safe form; 1.6 to 2.1 M rows of 784 a second, one by one"
)]

use std::ops::Range;

use fearless_simd::{Simd, prelude::*};
use fearless_simd_macros::simd;

/// Values of input between a row that is copied and the one that is asked for then: a memory's latency of work.
const AHEAD: usize = 2048;

/// Elements of a cache line.
const LINE: usize = 16;

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
            prefetch(row(place + ahead));
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

/// Asks for the lines of a row, no nearer than the second-level cache: a step with its weights goes through the first
/// before they are used. Where the processor has no such hint, or none that Rust can give, nothing happens.
#[inline(always)]
fn prefetch(row: &[f32]) {
    #[cfg(target_arch = "x86_64")]
    for line in row.chunks(LINE) {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: the instruction is part of every x86-64 processor; it gives no value and can't fault, whatever the
        // address, and this one lies in a slice that is borrowed here.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (row, LINE);
}
