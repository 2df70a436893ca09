//! Panels of B in the order in which the micro-kernel reads them.

use fearless_simd::{Simd, f32x4, prelude::*};

use super::turn::turned;
use crate::matrix::MatRef;

/// Copies `alpha` times rows `first .. first + depth` of B's columns `column .. column + live` to `depth` rows of
/// `width`; what lies behind the last column is of no consequence. `width` is a whole number of vectors, or 1.
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
        pack_transposed(simd, alpha, source, b.stride(), (depth, live), width, panel);
    } else if width.is_multiple_of(S::f32s::LEN) {
        // Rows of fewer columns take what lies behind them along: nothing that comes of it is stored.
        for (p, row) in panel.chunks_exact_mut(width).enumerate() {
            let source = &source[p * b.stride()..];
            if let Some(source) = source.get(..width) {
                for (target, source) in
                    row.chunks_exact_mut(S::f32s::LEN).zip(source.chunks_exact(S::f32s::LEN))
                {
                    (S::f32s::from_slice(simd, source) * alpha).store_slice(target);
                }
            } else {
                pack_row(alpha, &source[..live], row);
            }
        }
    } else {
        for (row, source) in panel.chunks_exact_mut(width).zip(source.chunks(b.stride())) {
            pack_row(alpha, &source[..live], row);
        }
    }
}

#[inline(always)]
fn pack_row(alpha: f32, source: &[f32], row: &mut [f32]) {
    let (head, padding) = row.split_at_mut(source.len());
    for (slot, x) in head.iter_mut().zip(source) {
        *slot = alpha * x;
    }
    padding.fill(0.0);
}

/// Columns of a transposed B lie in consecutive elements: squares of 4 x 4 are turned in registers.
#[inline(always)]
fn pack_transposed<S: Simd>(
    simd: S,
    alpha: f32,
    source: &[f32],
    stride: usize,
    (depth, live): (usize, usize),
    width: usize,
    panel: &mut [f32],
) {
    let (deep, wide) = if width < 4 { (0, 0) } else { (depth / 4 * 4, live / 4 * 4) };
    for j in (0..wide).step_by(4) {
        let column = |q: usize| &source[(j + q) * stride..][..deep];
        let (a, b, c, d) = (column(0), column(1), column(2), column(3));
        for (i, rows) in panel[..deep * width].chunks_exact_mut(4 * width).enumerate() {
            let part = |x: &[f32]| f32x4::from_slice(simd, &x[4 * i..4 * i + 4]) * alpha;
            let square = turned(simd, [part(a), part(b), part(c), part(d)]);
            for (row, values) in rows.chunks_exact_mut(width).zip(square) {
                values.store_slice(&mut row[j..j + 4]);
            }
        }
    }
    for j in 0..live {
        let first = if j < wide { deep } else { 0 };
        for p in first..depth {
            panel[p * width + j] = alpha * source[j * stride + p];
        }
    }
}
