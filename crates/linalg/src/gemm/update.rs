//! A matrix that takes a product of few rows and is multiplied by as many while it passes through the registers.

use fearless_simd::{Level, Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;

use super::epilogue::Epilogue;
use super::vectors::{load, part, store};
use super::{DEPTH, Init, gemm_scratch_len, pack, run};
use crate::matrix::{MatMut, MatRef};

/// The most rows whose sums the registers hold.
pub const MAX_UPDATE_ROWS: usize = 8;

/// `B += X^T D`, then `C = epilogue(C + Y B)` with the new B: the bits of two calls of [`gemm`](fn@super::gemm).
///
/// If X and Y have the same number of rows, 1, 2, 4 or 8, B is read and written once for both: with so few
/// multiply-adds for each of its elements, its way from the cache and back is what takes time.
///
/// X is r x k, D r x n, `b` k x n without gaps, Y q x k and C q x n; `scratch` holds enough for a product of inner
/// dimension k and one of r, with n columns: see [`gemm_scratch_len`].
///
/// # Panics
/// If shapes don't fit, or `scratch` is too short.
pub fn update_and_multiply(
    level: Level,
    (x, d): (MatRef, MatRef),
    b: &mut [f32],
    y: MatRef,
    mut c: MatMut,
    epilogue: Epilogue,
    scratch: &mut [f32],
) {
    let (k, n) = (x.columns(), d.columns());
    assert_eq!((x.rows(), b.len()), (d.rows(), k * n), "rows of X and D, and elements of B");
    assert_eq!((y.columns(), c.rows(), c.columns()), (k, y.rows(), n), "columns of Y, and C's shape");
    if n > 0 {
        let scratch = &mut scratch[..gemm_scratch_len(k, n).max(gemm_scratch_len(x.rows(), n))];
        dispatch!(level, simd => both(simd, (x, d), b, y, &mut c, epilogue, scratch));
    }
}

#[simd]
fn both<S: Simd>(
    simd: S,
    (x, d): (MatRef, MatRef),
    b: &mut [f32],
    y: MatRef,
    c: &mut MatMut,
    epilogue: Epilogue,
    scratch: &mut [f32],
) {
    let straight = S::f32s::LEN >= 8 && d.columns() > 1 && !d.is_transposed() && x.rows() == y.rows();
    match if straight { x.rows() } else { 0 } {
        1 => passes::<S, 1, 8>(simd, (x, d), b, y, c, epilogue, scratch),
        2 => passes::<S, 2, 4>(simd, (x, d), b, y, c, epilogue, scratch),
        4 => passes::<S, 4, 2>(simd, (x, d), b, y, c, epilogue, scratch),
        // With 16 registers the two products by themselves are as fast.
        8 if const { S::f32s::LEN > 8 } => passes::<S, 8, 1>(simd, (x, d), b, y, c, epilogue, scratch),
        _ => {
            let (k, n) = (x.columns(), d.columns());
            run(
                simd,
                1.0,
                x.t(),
                d,
                Init::Accumulate,
                &mut MatMut::new(b, k, n),
                Epilogue::Identity,
                scratch,
            );
            run(simd, 1.0, y, MatRef::new(b, k, n), Init::Accumulate, c, epilogue, scratch);
        }
    }
}

/// Runs of the inner index whose columns of X and Y lie side by side in scratch memory.
#[inline(always)]
fn passes<S: Simd, const R: usize, const NV: usize>(
    simd: S,
    (x, d): (MatRef, MatRef),
    b: &mut [f32],
    y: MatRef,
    c: &mut MatMut,
    epilogue: Epilogue,
    scratch: &mut [f32],
) {
    let (k, n, width) = (x.columns(), d.columns(), S::f32s::LEN);
    let (xs, ys) = scratch.split_at_mut(R * k.min(DEPTH));
    for first in (0..k).step_by(DEPTH).chain((k == 0).then_some(0)) {
        let depth = DEPTH.min(k - first);
        let (xs, ys) = (
            side_by_side::<S, R>(simd, x, first, depth, xs),
            side_by_side::<S, R>(simd, y, first, depth, ys),
        );
        let pass = Pass { xs, ys, d, n, last: first + depth == k };
        let b = &mut b[first * n..];
        let mut at = 0;
        while at + NV * width <= n {
            tile::<S, R, NV, true>(simd, pass, b, at, c, epilogue);
            at += NV * width;
        }
        while at < n {
            tile::<S, R, 1, false>(simd, pass, b, at, c, epilogue);
            at += width;
        }
    }
}

/// Columns `first ..` of a matrix one after the other.
#[inline(always)]
fn side_by_side<'a, S: Simd, const R: usize>(
    simd: S,
    a: MatRef<'a>,
    first: usize,
    depth: usize,
    room: &'a mut [f32],
) -> &'a [f32] {
    if const { R == 1 } {
        return &a.tail(0, first)[..depth];
    }
    pack::pack_panel(simd, a.t(), 1.0, (first, depth), (0, R), R, room);
    &room[..R * depth]
}

/// A run of rows of B, and what they are made from and multiplied by.
#[derive(Clone, Copy)]
struct Pass<'a> {
    /// Columns of X, each of as many elements as there are rows.
    xs: &'a [f32],
    /// Those of Y.
    ys: &'a [f32],
    d: MatRef<'a>,
    /// Columns of B.
    n: usize,
    /// Whether C is complete after it.
    last: bool,
}

/// The columns `at ..` of B and C, NV vectors of them, or what is left of one.
#[inline(always)]
fn tile<S: Simd, const R: usize, const NV: usize, const FULL: bool>(
    simd: S,
    pass: Pass,
    b: &mut [f32],
    at: usize,
    c: &mut MatMut,
    epilogue: Epilogue,
) {
    let width = S::f32s::LEN;
    let live = if FULL { NV * width } else { width.min(pass.n - at) };
    let mut deltas = [[S::f32s::splat(simd, 0.0); NV]; R];
    let mut sums = deltas;
    let mut rows = c.rows_from((0, at));
    for r in 0..R {
        let (d, c) = (&pass.d.tail(r, at)[..live], rows.next(live, r + 1 == R));
        for v in 0..NV {
            deltas[r][v] = load(simd, part(d, v * width, width));
            sums[r][v] = load(simd, part(c, v * width, width));
        }
    }
    let columns = pass.xs.chunks_exact(R).zip(pass.ys.chunks_exact(R));
    // In larger batches a row of B is multiplied while the next one's chains are made, so that nothing waits for their
    // ends. What stands for the row before the first, -0 times 1, leaves every sum as it is.
    let late = const { R >= 4 };
    let (mut last, mut last_y) = ([S::f32s::splat(simd, -0.0); NV], &[1.0; R][..]);
    for (row, (x, y)) in b.get_mut(at..).unwrap_or_default().chunks_mut(pass.n).zip(columns) {
        let row = &mut row[..live];
        let mut values = [S::f32s::splat(simd, 0.0); NV];
        for v in 0..NV {
            values[v] = load(simd, part(row, v * width, width));
        }
        if late {
            multiply(simd, last_y, &last, &mut sums);
        }
        for r in 0..R {
            let x = S::f32s::splat(simd, x[r]);
            for v in 0..NV {
                values[v] = x.mul_add_precise(deltas[r][v], values[v]);
            }
        }
        for v in 0..NV {
            store::<S>(values[v], &mut row[(v * width).min(live)..((v + 1) * width).min(live)]);
        }
        if late {
            (last, last_y) = (values, y);
        } else {
            multiply(simd, y, &values, &mut sums);
        }
    }
    if late {
        multiply(simd, last_y, &last, &mut sums);
    }
    epilogue.store(simd, &sums, (0, at), live, c, pass.last);
}

/// One step of the sums: `sums[r] += y[r] * values`, rounded once.
#[inline(always)]
fn multiply<S: Simd, const R: usize, const NV: usize>(
    simd: S,
    y: &[f32],
    values: &[S::f32s; NV],
    sums: &mut [[S::f32s; NV]; R],
) {
    for r in 0..R {
        let y = S::f32s::splat(simd, y[r]);
        for v in 0..NV {
            sums[r][v] = y.mul_add_precise(values[v], sums[r][v]);
        }
    }
}
