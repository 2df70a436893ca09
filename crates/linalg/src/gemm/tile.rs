//! The micro-kernel: a tile of C in registers over a run of the inner index.

use fearless_simd::{Simd, prelude::*};

use super::Init;
use super::epilogue::{Epilogue, load, store};
use crate::matrix::{MatMut, MatRef};

/// Rows of the largest tile.
pub(super) const MAX_ROWS: usize = 6;

/// Columns of the widest panel of any level.
pub(super) const MAX_WIDTH: usize = 64;

/// Vectors in a row of the largest tile: with 6 rows, 12 of AVX2's 16 registers or 24 of 32 hold accumulators. One
/// where the multiply-add is emulated: its dozens of instructions leave nothing to gain from more.
pub(super) const fn panel_vectors(lanes: usize) -> usize {
    match lanes {
        8 => 2,
        4 if !cfg!(target_arch = "aarch64") => 1,
        _ => 4,
    }
}

/// Columns `column .. column + live` of B for the inner indices of one pass: entry (p, j) is `data[p * stride + j]`.
/// There are whole vectors of them, padded if need be.
#[derive(Clone, Copy)]
pub(super) struct Panel<'a> {
    pub data: &'a [f32],
    pub stride: usize,
    pub column: usize,
    pub live: usize,
}

/// One pass over the inner indices `first .. first + depth`.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    pub first: usize,
    pub depth: usize,
    pub init: Init<'a>,
    /// Whether the elements are complete after it.
    pub last: bool,
}

/// Computes rows `row .. end` of the panel's columns in tiles of nearly equal heights.
#[inline(always)]
pub(super) fn fill_panel<S: Simd, E: Epilogue, const NV: usize>(
    simd: S,
    pass: Pass,
    a: MatRef,
    panel: Panel,
    (mut row, end): (usize, usize),
    c: &mut MatMut,
    epilogue: &E,
) {
    if const { panel_vectors(S::f32s::LEN) == 1 } {
        for row in row..end {
            tile::<S, E, 1, NV>(simd, pass, a, panel, row, c, epilogue);
        }
        return;
    }
    while row < end {
        let tiles = (end - row).div_ceil(MAX_ROWS);
        let height = (end - row).div_ceil(tiles);
        match height {
            6 => tile::<S, E, 6, NV>(simd, pass, a, panel, row, c, epilogue),
            5 => tile::<S, E, 5, NV>(simd, pass, a, panel, row, c, epilogue),
            4 => tile::<S, E, 4, NV>(simd, pass, a, panel, row, c, epilogue),
            3 => tile::<S, E, 3, NV>(simd, pass, a, panel, row, c, epilogue),
            2 => tile::<S, E, 2, NV>(simd, pass, a, panel, row, c, epilogue),
            _ => tile::<S, E, 1, NV>(simd, pass, a, panel, row, c, epilogue),
        }
        row += height;
    }
}

#[inline(always)]
fn tile<S: Simd, E: Epilogue, const MR: usize, const NV: usize>(
    simd: S,
    pass: Pass,
    a: MatRef,
    panel: Panel,
    row: usize,
    c: &mut MatMut,
    epilogue: &E,
) {
    let start = initial::<S, MR, NV>(simd, pass.init, panel, row, c);
    let rows = a.tail(row, pass.first);
    let sums = if a.is_transposed() {
        accumulate_transposed(simd, pass.depth, rows, a.stride(), panel, start)
    } else {
        accumulate(simd, pass.depth, rows, a.stride(), panel, start)
    };
    let width = S::f32s::LEN;
    for (i, sums) in sums.into_iter().enumerate() {
        let target = &mut c.tail_mut(row + i, panel.column)[..panel.live];
        for (v, (mut sum, target)) in sums.into_iter().zip(target.chunks_mut(width)).enumerate() {
            if pass.last {
                sum = epilogue.apply(simd, sum, row + i, panel.column + v * width, target.len());
            }
            store::<S>(sum, target);
        }
    }
}

/// What the chains of a tile start from.
#[inline(always)]
fn initial<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    init: Init,
    panel: Panel,
    row: usize,
    c: &mut MatMut,
) -> [[S::f32s; NV]; MR] {
    let width = S::f32s::LEN;
    let mut start = [[S::f32s::splat(simd, 0.0); NV]; MR];
    match init {
        Init::Zero => {}
        Init::Bias(bias) => {
            let bias = &bias[panel.column..panel.column + panel.live];
            for (v, bias) in bias.chunks(width).enumerate().take(NV) {
                let bias = load(simd, bias);
                for row in &mut start {
                    row[v] = bias;
                }
            }
        }
        Init::Scaled(beta) => {
            for (i, start) in start.iter_mut().enumerate() {
                let source = &c.tail_mut(row + i, panel.column)[..panel.live];
                for (start, source) in start.iter_mut().zip(source.chunks(width)) {
                    *start = load(simd, source) * beta;
                }
            }
        }
    }
    start
}

/// The chains of a tile whose rows of A lie in consecutive elements.
#[inline(always)]
fn accumulate<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    depth: usize,
    a: &[f32],
    a_stride: usize,
    panel: Panel,
    mut sums: [[S::f32s; NV]; MR],
) -> [[S::f32s; NV]; MR] {
    let mut rows = [a; MR];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = &a[(i * a_stride).min(a.len())..][..depth];
    }
    for (p, b) in panel.data.chunks(panel.stride).take(depth).enumerate() {
        let mut column = [0.0; MR];
        for (x, row) in column.iter_mut().zip(rows) {
            *x = row[p];
        }
        step(simd, column, b, &mut sums);
    }
    sums
}

/// The chains of a tile whose columns of A lie in consecutive elements.
#[inline(always)]
fn accumulate_transposed<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    depth: usize,
    a: &[f32],
    a_stride: usize,
    panel: Panel,
    mut sums: [[S::f32s; NV]; MR],
) -> [[S::f32s; NV]; MR] {
    for (column, b) in a.chunks(a_stride).zip(panel.data.chunks(panel.stride)).take(depth) {
        let mut heads = [0.0; MR];
        heads.copy_from_slice(&column[..MR]);
        step(simd, heads, b, &mut sums);
    }
    sums
}

/// One step of every chain: `sums[i][j] = column[i] * b[j] + sums[i][j]`, rounded once.
#[inline(always)]
fn step<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    column: [f32; MR],
    b: &[f32],
    sums: &mut [[S::f32s; NV]; MR],
) {
    let width = S::f32s::LEN;
    let b = &b[..NV * width];
    let mut vectors = [S::f32s::splat(simd, 0.0); NV];
    for (v, vector) in vectors.iter_mut().enumerate() {
        *vector = S::f32s::from_slice(simd, &b[v * width..(v + 1) * width]);
    }
    for (x, sums) in column.into_iter().zip(sums) {
        let x = S::f32s::splat(simd, x);
        for (sum, vector) in sums.iter_mut().zip(vectors) {
            *sum = x.mul_add_precise(vector, *sum);
        }
    }
}
