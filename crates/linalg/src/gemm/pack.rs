//! Panels of B in the order in which the micro-kernel reads them.

use fearless_simd::{Simd, prelude::*};

use crate::matrix::MatRef;

/// Copies `alpha` times rows `first .. first + depth` of B's columns `column .. column + live` to `depth` rows of
/// `width`, zero behind the last column. `width` is a whole number of vectors, or 1.
#[inline(always)]
pub(super) fn pack_panel<S: Simd>(
    simd: S,
    b: MatRef,
    alpha: f32,
    (first, depth): (usize, usize),
    (column, live): (usize, usize),
    width: usize,
    panel: &mut [f32],
) {
    if depth == 0 {
        return;
    }
    let (source, panel) = (b.tail(first, column), &mut panel[..depth * width]);

    if b.is_transposed() {
        if live < width {
            panel.fill(0.0);
        }
        pack_transposed(alpha, source, b.stride(), live, width, panel);
    } else if live == width && width.is_multiple_of(S::f32s::LEN) {
        for (row, source) in panel.chunks_exact_mut(width).zip(source.chunks(b.stride())) {
            let vectors = source[..width].chunks_exact(S::f32s::LEN);
            for (target, source) in row.chunks_exact_mut(S::f32s::LEN).zip(vectors) {
                (S::f32s::from_slice(simd, source) * alpha).store_slice(target);
            }
        }
    } else {
        for (row, source) in panel.chunks_exact_mut(width).zip(source.chunks(b.stride())) {
            let (head, padding) = row.split_at_mut(live);
            for (slot, x) in head.iter_mut().zip(source) {
                *slot = alpha * x;
            }
            padding.fill(0.0);
        }
    }
}

/// Columns of a transposed B lie in consecutive elements: 16 inner indices of each at a time, so that what is written
/// stays in the first-level cache until its lines are full.
#[inline(always)]
fn pack_transposed(alpha: f32, source: &[f32], stride: usize, live: usize, width: usize, panel: &mut [f32]) {
    const RUN: usize = 16;
    for (run, rows) in panel.chunks_mut(RUN * width).enumerate() {
        let count = rows.len() / width;
        for j in 0..live {
            let column = &source[j * stride + run * RUN..][..count];
            for (row, x) in rows.chunks_exact_mut(width).zip(column) {
                row[j] = alpha * x;
            }
        }
    }
}
