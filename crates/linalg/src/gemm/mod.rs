//! Matrix products with one order of operations.
//!
//! `C = epilogue(init + A (alpha B))`: element (i, j) starts from what [`Init`] says and takes
//! `fma(a[i][p], alpha * b[p][j], sum)` for p = 0, 1, ..., each rounded once. A product with a single column is 16
//! partial sums instead, p mod 16, each ascending from +0, then added as a tree (l and l + 8, + 4, + 2, + 1) and to
//! the initial value. The inner index is never split over lanes or threads, so bits don't depend on the instruction
//! set, and rows of C can be shared among threads at will.

mod dot;
mod epilogue;
mod pack;
mod tile;
mod turn;
mod update;
pub mod vectors;

use fearless_simd::{Level, Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;

use crate::matrix::{MatMut, MatRef};
pub use epilogue::Epilogue;
use tile::{MAX_WIDTH, Panel, Pass};
pub use update::{MAX_UPDATE_ROWS, update_and_multiply};

/// What the chain of an output element starts from.
#[derive(Clone, Copy, Debug)]
pub enum Init<'a> {
    /// +0.
    Zero,
    /// This value of the element's column.
    Bias(&'a [f32]),
    /// What C held.
    Accumulate,
    /// This multiple of what C held, rounded.
    Scaled(f32),
}

/// The most inner indices of one pass: every pass reads and writes C once more, which for large products lies beyond
/// the second-level cache, and a longer panel would leave that cache itself.
const DEPTH: usize = 512;
/// The same where A is transposed: each inner index lies in another of its rows, and often in another page. 784x512x256
/// takes 2.6 ms in one pass, 2.3 in four.
const DEPTH_ACROSS: usize = 128;
/// Rows of A that are multiplied by every panel before the next ones: they stay in the second-level cache.
const ROWS: usize = 96;
/// Columns of B that are packed at a time.
const COLUMNS: usize = 256;
/// With at least so many rows, packing costs less than reading B's rows at their stride...
const fn rows_worth_packing(lanes: usize) -> usize {
    if lanes < 16 { 24 } else { 48 }
}
/// ... which costs nothing where a row of the panel fills four lines and the stride is short.
const SHORT_STRIDE: usize = 512;
/// Up to this depth memory is what counts, not the multiply-adds: whole rows of C are read and written one by one.
const SHALLOW: usize = 2;

/// Elements of scratch memory that a product with an inner dimension of `depth` and `columns` columns needs.
pub fn gemm_scratch_len(depth: usize, columns: usize) -> usize {
    if columns == 1 { depth } else { depth.min(DEPTH) * columns.min(COLUMNS).next_multiple_of(MAX_WIDTH) }
}

/// C = epilogue(init + A (alpha B)) in the order that the [module](self) fixes.
///
/// `a` is m x k, `b` k x n, `c` m x n; every size may be 0. `scratch` holds at least [`gemm_scratch_len`]`(k, n)`
/// elements; its contents don't matter.
///
/// # Panics
/// If shapes don't fit, a bias isn't n long, or `scratch` is too short.
pub fn gemm(
    level: Level,
    alpha: f32,
    a: MatRef,
    b: MatRef,
    init: Init,
    mut c: MatMut,
    epilogue: Epilogue,
    scratch: &mut [f32],
) {
    assert_eq!(a.columns(), b.rows(), "A's columns and B's rows");
    assert_eq!(c.rows(), a.rows(), "C's rows and A's rows");
    assert_eq!(c.columns(), b.columns(), "C's columns and B's columns");
    if let Init::Bias(bias) = init {
        assert_eq!(bias.len(), c.columns(), "length of the bias and C's columns");
    }
    if c.rows() > 0 && c.columns() > 0 {
        let scratch = &mut scratch[..gemm_scratch_len(b.rows(), b.columns())];
        dispatch!(level, simd => run(simd, alpha, a, b, init, &mut c, epilogue, scratch));
    }
}

#[simd]
fn run<S: Simd>(
    simd: S,
    alpha: f32,
    a: MatRef,
    b: MatRef,
    init: Init,
    c: &mut MatMut,
    epilogue: Epilogue,
    scratch: &mut [f32],
) {
    if c.columns() == 1 {
        let depth = b.rows();
        let column = if alpha == 1.0 && depth > 0 && !b.is_transposed() && b.stride() == 1 {
            &b.tail(0, 0)[..depth]
        } else {
            pack::pack_panel(simd, b, alpha, (0, depth), (0, 1), 1, scratch);
            &scratch[..depth]
        };
        return dot::fill_column(simd, a, column, init, c, epilogue);
    }
    for column in (0..c.columns()).step_by(COLUMNS) {
        let columns = COLUMNS.min(c.columns() - column);
        // Passes of nearly equal depth; a product with nothing to sum has one all the same.
        let most = if a.is_transposed() { DEPTH_ACROSS } else { DEPTH };
        let passes = a.columns().div_ceil(most).max(1);
        let cut = |pass: usize| a.columns() * pass / passes;
        for p in 0..passes {
            let init = if p == 0 { init } else { Init::Accumulate };
            let pass = Pass { first: cut(p), depth: cut(p + 1) - cut(p), init, last: p + 1 == passes };
            block(simd, alpha, a, b, pass, (column, columns), c, epilogue, scratch);
        }
    }
}

/// One pass over columns `column .. column + columns` of C.
#[inline(always)]
fn block<S: Simd>(
    simd: S,
    alpha: f32,
    a: MatRef,
    b: MatRef,
    pass: Pass,
    (mut column, mut columns): (usize, usize),
    c: &mut MatMut,
    epilogue: Epilogue,
    scratch: &mut [f32],
) {
    let lanes = S::f32s::LEN;
    let width = tile::panel_vectors(lanes) * lanes;
    let reused = a.rows() >= rows_worth_packing(lanes) && (lanes < 16 || b.stride() > SHORT_STRIDE);
    let shallow = pass.depth <= SHALLOW;
    let pack_all = b.is_transposed() || alpha != 1.0 || (reused && !shallow);
    if !pack_all && (shallow || a.rows() == 1) {
        let done = tile::fill_wide(simd, pass, a, b, (column, columns), c, epilogue);
        column += done;
        columns -= done;
    }
    if b.is_transposed() && alpha == 1.0 && a.rows() == 1 && !a.is_transposed() {
        let done = turn::fill_row(simd, pass, a.tail(0, pass.first), b, (column, columns), c, epilogue);
        column += done;
        columns -= done;
    }
    for at in (0..columns).step_by(width) {
        let live = width.min(columns - at);
        if pack_all || live < width {
            let panel = &mut scratch[at * pass.depth..][..width * pass.depth];
            pack::pack_panel(simd, b, alpha, (pass.first, pass.depth), (column + at, live), width, panel);
        }
    }
    for row in (0..c.rows()).step_by(ROWS) {
        let rows = (row, c.rows().min(row + ROWS));
        for at in (0..columns).step_by(width) {
            let live = width.min(columns - at);
            let panel = if pack_all || live < width {
                Panel { data: &scratch[at * pass.depth..], stride: width, column: column + at, live }
            } else {
                Panel { data: b.tail(pass.first, column + at), stride: b.stride(), column: column + at, live }
            };
            let vectors = live.div_ceil(S::f32s::LEN);
            if const { tile::panel_vectors(S::f32s::LEN) >= 4 } && vectors > 2 {
                tile::fill_panel::<S, 4>(simd, pass, a, panel, rows, c, epilogue);
            } else if const { tile::panel_vectors(S::f32s::LEN) >= 2 } && vectors > 1 {
                tile::fill_panel::<S, 2>(simd, pass, a, panel, rows, c, epilogue);
            } else {
                tile::fill_panel::<S, 1>(simd, pass, a, panel, rows, c, epilogue);
            }
        }
    }
}
