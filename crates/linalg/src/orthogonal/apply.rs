//! The kernels: `W1 = V'Q`, `W2 = T W1`, `Q -= V W2` on a panel.

use fearless_simd::{Simd, prelude::*};
use fearless_simd_macros::simd;

use super::reflectors::{Block, Reflectors};
use super::{PANEL, QUAD};
use crate::prefetch;

/// Rows of Q that are updated together.
const ROWS: usize = 4;

/// Bytes of a panel that stays in the second-level cache while the blocks of a group pass over it.
const CACHED: usize = 1 << 18;

/// Rows of a narrow strip that all quads of a block read one after another, from the first-level cache.
const ROWS_AT_ONCE: usize = 128;

/// Columns of a strip of so many rows: the whole panel, so that a block's vectors are read from afar once, or as many as
/// registers hold at once where a panel would be read from afar for each block.
#[simd]
pub(super) fn strip_width<S: Simd>(_: S, rows: usize) -> usize {
    if S::f32s::LEN == 16 || rows * PANEL * size_of::<f32>() <= CACHED { PANEL } else { 2 * S::f32s::LEN }
}

/// Applies the blocks of a group, the last first, to a strip of `width` columns from `column` on; the strip's row 0 is
/// the group's first row. A part of the memory `ahead` is asked for with each block.
#[simd]
pub(super) fn apply_group<S: Simd>(
    s: S,
    group: &Reflectors,
    strip: &mut [f32],
    width: usize,
    column: usize,
    ahead: &[f32],
) {
    if group.block_size() == 4 {
        apply_blocks::<S, 4>(s, group, strip, width, column, ahead);
    } else {
        apply_blocks::<S, 16>(s, group, strip, width, column, ahead);
    }
}

#[inline(always)]
fn apply_blocks<S: Simd, const B: usize>(
    s: S,
    group: &Reflectors,
    strip: &mut [f32],
    width: usize,
    column: usize,
    ahead: &[f32],
) {
    let mut parts = ahead.chunks(ahead.len().div_ceil(group.blocks()).max(1));
    for block in group.blocks_backwards() {
        parts.next().into_iter().for_each(prefetch::near);
        if block.first >= column + width {
            continue;
        }
        let q = &mut strip[(block.first - group.first()) * width..];
        let own = block.first + B > column;
        if own {
            // The block's own columns start as those of the diagonal.
            let left = column.saturating_sub(block.first);
            let top = block.first + left - column;
            for (i, &d) in block.diagonal.iter().enumerate().skip(left).take(width - top) {
                q[i * width + top + i - left] = d;
            }
        }
        // Columns left of the block are still zero in its rows, and so are all others' in the block's own rows.
        let live = block.first.saturating_sub(column) / S::f32s::LEN;
        let above = if own { 0 } else { B };
        columns::<S, B>(s, &block, above, live, q, width);
    }
}

/// Applies one block to the strip's vectors from vector `first` on, as many at once as registers hold.
#[inline(always)]
fn columns<S: Simd, const B: usize>(
    s: S,
    block: &Block<'_>,
    above: usize,
    first: usize,
    q: &mut [f32],
    width: usize,
) {
    let vectors = width / S::f32s::LEN;
    if const { S::f32s::LEN == 16 } {
        match vectors - first {
            4 => apply::<S, 4, B, false>(s, block, above, 0, q),
            3 => apply::<S, 3, B, false>(s, block, above, 16, q),
            2 => apply::<S, 2, B, false>(s, block, above, 32, q),
            _ => apply::<S, 1, B, false>(s, block, above, 48, q),
        }
    } else if width < PANEL {
        apply::<S, 2, B, true>(s, block, above, 0, q);
    } else {
        for vector in (first / 2 * 2..vectors).step_by(2) {
            apply::<S, 2, B, false>(s, block, above, vector * S::f32s::LEN, q);
        }
    }
}

/// `Q -= V (T (V'Q))` for `NV` vectors of the columns from `column` on of rows of `width`; the first `above` rows of Q
/// are known to be zero.
/// A function of its own for each width, and loops of constant bounds: that keeps the sums in registers.
#[simd]
fn apply<S: Simd, const NV: usize, const B: usize, const NARROW: bool>(
    s: S,
    block: &Block<'_>,
    above: usize,
    column: usize,
    q: &mut [f32],
) {
    let width = if NARROW { NV * S::f32s::LEN } else { PANEL };
    let at_once = if NARROW { ROWS_AT_ONCE } else { block.rows };
    let mut products = [[S::f32s::splat(s, 0.0); NV]; B];
    let mut first = above.min(block.rows);
    while first < block.rows {
        let end = block.rows.min(first + at_once);
        for k in 0..B / QUAD {
            let quad = &block.vectors[(k * block.rows + first) * QUAD..(k * block.rows + end) * QUAD];
            let mut sums = [[S::f32s::splat(s, 0.0); NV]; QUAD];
            if NARROW {
                sums.copy_from_slice(&products[k * QUAD..(k + 1) * QUAD]);
            }
            project(s, quad, &q[first * width..], width, column, &mut sums);
            for p in 0..QUAD {
                products[k * QUAD + p] = sums[p];
            }
        }
        first = end;
    }
    let mut weights = [[S::f32s::splat(s, 0.0); NV]; B];
    for i in 0..B {
        let mut sums = [S::f32s::splat(s, 0.0); NV];
        for k in i..B {
            let t = S::f32s::splat(s, block.triangle[i * B + k]);
            for n in 0..NV {
                sums[n] = t.mul_add_precise(products[k][n], sums[n]);
            }
        }
        weights[i] = sums;
    }
    let whole = block.rows / ROWS * ROWS;
    for row in (0..whole).step_by(ROWS) {
        subtract::<S, NV, B, ROWS>(s, block, row, &weights, &mut q[row * width..], width, column);
    }
    for row in whole..block.rows {
        subtract::<S, NV, B, 1>(s, block, row, &weights, &mut q[row * width..], width, column);
    }
}

/// Adds the sums over rows i of `v[i][p] q[i]` for the reflectors of a quad to `sums`, rows ascending.
#[inline(always)]
fn project<S: Simd, const NV: usize>(
    s: S,
    quad: &[f32],
    q: &[f32],
    width: usize,
    column: usize,
    sums: &mut [[S::f32s; NV]; QUAD],
) {
    for (v, row) in quad.chunks_exact(QUAD).zip(q.chunks_exact(width)) {
        let entries: [S::f32s; NV] = vectors(s, &row[column..]);
        for p in 0..QUAD {
            let v = S::f32s::splat(s, v[p]);
            for n in 0..NV {
                sums[p][n] = v.mul_add_precise(entries[n], sums[p][n]);
            }
        }
    }
}

/// `q[i] -= sum over reflectors p of v[i][p] weights[p]`, p ascending from +0, for `MR` rows from `row` on.
#[inline(always)]
fn subtract<S: Simd, const NV: usize, const B: usize, const MR: usize>(
    s: S,
    block: &Block<'_>,
    row: usize,
    weights: &[[S::f32s; NV]; B],
    q: &mut [f32],
    width: usize,
    column: usize,
) {
    let mut sums = [[S::f32s::splat(s, 0.0); NV]; MR];
    for k in 0..B / QUAD {
        let v = &block.vectors[(k * block.rows + row) * QUAD..][..MR * QUAD];
        for p in 0..QUAD {
            for r in 0..MR {
                let v = S::f32s::splat(s, v[r * QUAD + p]);
                for n in 0..NV {
                    sums[r][n] = v.mul_add_precise(weights[k * QUAD + p][n], sums[r][n]);
                }
            }
        }
    }
    for r in 0..MR {
        let target = &mut q[r * width + column..][..NV * S::f32s::LEN];
        let entries: [S::f32s; NV] = vectors(s, target);
        for (n, target) in target.chunks_exact_mut(S::f32s::LEN).enumerate() {
            (entries[n] - sums[r][n]).store_slice(target);
        }
    }
}

/// The first `NV` vectors of a row.
#[inline(always)]
fn vectors<S: Simd, const NV: usize>(s: S, row: &[f32]) -> [S::f32s; NV] {
    let width = S::f32s::LEN;
    let row = &row[..NV * width];
    core::array::from_fn(|n| S::f32s::from_slice(s, &row[n * width..(n + 1) * width]))
}
