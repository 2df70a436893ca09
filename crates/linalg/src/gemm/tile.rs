//! The micro-kernel: a tile of C in registers over a run of the inner index.

use fearless_simd::{Simd, prelude::*};

use super::Init;
use super::epilogue::Epilogue;
use super::vectors::{load, part};
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

/// Vectors in a row of a tile of one row: they read and write whole lines of B and C in the order of memory.
const fn wide_vectors(lanes: usize) -> usize {
    match lanes {
        16 => 16,
        8 => 8,
        _ => 0,
    }
}

/// Computes as many columns from `column` on as there are whole wide tiles of; how many that were.
#[inline(always)]
pub(super) fn fill_wide<S: Simd>(
    simd: S,
    pass: Pass,
    a: MatRef,
    b: MatRef,
    (column, columns): (usize, usize),
    c: &mut MatMut,
    epilogue: Epilogue,
) -> usize {
    let width = wide_vectors(S::f32s::LEN) * S::f32s::LEN;
    if width == 0 {
        return 0;
    }
    let whole = columns / width * width;
    let panel =
        |at: usize| Panel { data: b.tail(pass.first, at), stride: b.stride(), column: at, live: width };
    let places = || (column..column + whole).step_by(width);
    if pass.depth == 1 {
        for at in places() {
            if const { S::f32s::LEN == 16 } {
                outer::<S, 16>(simd, pass, a, panel(at), c, epilogue);
            } else {
                outer::<S, 8>(simd, pass, a, panel(at), c, epilogue);
            }
        }
        return whole;
    }
    for row in 0..if whole > 0 { c.rows() } else { 0 } {
        for at in places() {
            if const { S::f32s::LEN == 16 } {
                tile::<S, 1, 16, true>(simd, pass, a, panel(at), row, c, epilogue);
            } else {
                tile::<S, 1, 8, true>(simd, pass, a, panel(at), row, c, epilogue);
            }
        }
    }
    whole
}

/// A column times a row, which is read once.
#[inline(always)]
fn outer<S: Simd, const NV: usize>(
    simd: S,
    pass: Pass,
    a: MatRef,
    panel: Panel,
    c: &mut MatMut,
    epilogue: Epilogue,
) {
    let b: [S::f32s; NV] =
        core::array::from_fn(|v| load(simd, part(panel.data, v * S::f32s::LEN, S::f32s::LEN)));
    for row in 0..c.rows() {
        let x = S::f32s::splat(simd, a.tail(row, pass.first)[0]);
        let at = (row, panel.column);
        let mut sums = start::<S, 1, NV>(simd, pass, at, NV * S::f32s::LEN, c);
        for v in 0..NV {
            sums[0][v] = x.mul_add_precise(b[v], sums[0][v]);
        }
        epilogue.store(simd, &sums, at, NV * S::f32s::LEN, c, pass.last);
    }
}

/// Computes rows `row .. end` of the panel's columns in tiles of nearly equal heights.
#[inline(always)]
pub(super) fn fill_panel<S: Simd, const NV: usize>(
    simd: S,
    pass: Pass,
    a: MatRef,
    panel: Panel,
    rows: (usize, usize),
    c: &mut MatMut,
    epilogue: Epilogue,
) {
    // Whole vectors are what counts; a panel's last columns go through memory of their own.
    if panel.live == NV * S::f32s::LEN {
        fill_rows::<S, NV, true>(simd, pass, a, panel, rows, c, epilogue);
    } else {
        fill_rows::<S, NV, false>(simd, pass, a, panel, rows, c, epilogue);
    }
}

#[inline(always)]
fn fill_rows<S: Simd, const NV: usize, const FULL: bool>(
    simd: S,
    pass: Pass,
    a: MatRef,
    panel: Panel,
    (mut row, end): (usize, usize),
    c: &mut MatMut,
    epilogue: Epilogue,
) {
    if const { panel_vectors(S::f32s::LEN) == 1 } {
        for row in row..end {
            tile::<S, 1, NV, FULL>(simd, pass, a, panel, row, c, epilogue);
        }
        return;
    }
    if const { !FULL } {
        // A last panel is narrow: two heights do for it, and keep the code small.
        while row + 4 <= end {
            tile::<S, 4, NV, FULL>(simd, pass, a, panel, row, c, epilogue);
            row += 4;
        }
        for row in row..end {
            tile::<S, 1, NV, FULL>(simd, pass, a, panel, row, c, epilogue);
        }
        return;
    }
    let tiles = (end - row).div_ceil(MAX_ROWS);
    let (height, taller) = ((end - row) / tiles, (end - row) % tiles);
    for tile in 0..tiles {
        let height = height + usize::from(tile < taller);
        match height {
            6 => self::tile::<S, 6, NV, FULL>(simd, pass, a, panel, row, c, epilogue),
            5 => self::tile::<S, 5, NV, FULL>(simd, pass, a, panel, row, c, epilogue),
            4 => self::tile::<S, 4, NV, FULL>(simd, pass, a, panel, row, c, epilogue),
            3 => self::tile::<S, 3, NV, FULL>(simd, pass, a, panel, row, c, epilogue),
            2 => self::tile::<S, 2, NV, FULL>(simd, pass, a, panel, row, c, epilogue),
            _ => self::tile::<S, 1, NV, FULL>(simd, pass, a, panel, row, c, epilogue),
        }
        row += height;
    }
}

/// One tile. Loops have constant bounds and sums are indexed, never moved: they stay in registers.
#[inline(always)]
fn tile<S: Simd, const MR: usize, const NV: usize, const FULL: bool>(
    simd: S,
    pass: Pass,
    a: MatRef,
    panel: Panel,
    row: usize,
    c: &mut MatMut,
    epilogue: Epilogue,
) {
    let live = if FULL { NV * S::f32s::LEN } else { panel.live };
    let mut sums = start::<S, MR, NV>(simd, pass, (row, panel.column), live, c);
    if a.is_transposed() {
        accumulate_transposed(simd, pass, a.tail(row, pass.first), a.stride(), panel, &mut sums);
    } else {
        accumulate(simd, pass, a.tail(row, pass.first), a.stride(), panel, &mut sums);
    }
    epilogue.store(simd, &sums, (row, panel.column), live, c, pass.last);
}

/// What the chains of a tile start from.
#[inline(always)]
fn start<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    pass: Pass,
    (row, column): (usize, usize),
    live: usize,
    c: &mut MatMut,
) -> [[S::f32s; NV]; MR] {
    let width = S::f32s::LEN;
    let mut sums = [[S::f32s::splat(simd, 0.0); NV]; MR];
    match pass.init {
        Init::Zero => {}
        Init::Bias(bias) => {
            let bias = &bias[column..][..live];
            for v in 0..NV {
                let bias = load(simd, part(bias, v * width, width));
                for sums in &mut sums {
                    sums[v] = bias;
                }
            }
        }
        Init::Accumulate => {
            let mut rows = c.rows_from((row, column));
            for i in 0..MR {
                let row = rows.next(live, i + 1 == MR);
                for v in 0..NV {
                    sums[i][v] = load(simd, part(row, v * width, width));
                }
            }
        }
        Init::Scaled(beta) => {
            let mut rows = c.rows_from((row, column));
            for i in 0..MR {
                let row = rows.next(live, i + 1 == MR);
                for v in 0..NV {
                    sums[i][v] = load(simd, part(row, v * width, width)) * beta;
                }
            }
        }
    }
    sums
}

/// The chains of a tile whose rows of A lie in consecutive elements.
#[inline(always)]
fn accumulate<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    pass: Pass,
    a: &[f32],
    a_stride: usize,
    panel: Panel,
    sums: &mut [[S::f32s; NV]; MR],
) {
    let Some(last) = pass.depth.checked_sub(1) else { return };
    let rows: [&[f32]; MR] = core::array::from_fn(|i| &a[(i * a_stride).min(a.len())..][..pass.depth]);
    let (mut upper, bottom) = panel.data.split_at(last * panel.stride);
    // A copy of its own, which nothing else can see: the loop needs not keep memory up to date.
    let mut chains = *sums;
    for p in 0..last {
        let Some((b, rest)) = upper.split_at_checked(panel.stride) else { break };
        upper = rest;
        step(simd, |i| rows[i][p], b, &mut chains);
    }
    step(simd, |i| rows[i][last], bottom, &mut chains);
    *sums = chains;
}

/// The chains of a tile whose columns of A lie in consecutive elements.
#[inline(always)]
fn accumulate_transposed<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    pass: Pass,
    a: &[f32],
    a_stride: usize,
    panel: Panel,
    sums: &mut [[S::f32s; NV]; MR],
) {
    let Some(last) = pass.depth.checked_sub(1) else { return };
    let (left, right) = a.split_at(last * a_stride);
    let (upper, bottom) = panel.data.split_at(last * panel.stride);
    let mut chains = *sums;
    for (column, b) in left.chunks_exact(a_stride).zip(upper.chunks_exact(panel.stride)) {
        let column = &column[..MR];
        step(simd, |i| column[i], b, &mut chains);
    }
    let right = &right[..MR];
    step(simd, |i| right[i], bottom, &mut chains);
    *sums = chains;
}

/// One step of every chain: `sums[i][j] = column[i] * b[j] + sums[i][j]`, rounded once.
#[inline(always)]
fn step<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    column: impl Fn(usize) -> f32,
    b: &[f32],
    sums: &mut [[S::f32s; NV]; MR],
) {
    let width = S::f32s::LEN;
    let b = &b[..NV * width];
    let mut vectors = [S::f32s::splat(simd, 0.0); NV];
    for v in 0..NV {
        vectors[v] = S::f32s::from_slice(simd, &b[v * width..(v + 1) * width]);
    }
    for i in 0..MR {
        let x = S::f32s::splat(simd, column(i));
        for v in 0..NV {
            sums[i][v] = x.mul_add_precise(vectors[v], sums[i][v]);
        }
    }
}
