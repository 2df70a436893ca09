//! Products that make a layer's weight gradient, or for plain gradient descent the new weights themselves.
//!
//! Rows of the batch are taken in ascending order: `w = fma(x(r), delta(r), w)` for r = 0, 1, ..., from +0 for a
//! gradient, from the weight itself where the deltas already carry `-rate`. The bias takes sums of its deltas alike.

use atomic_refcell::AtomicRefCell;
use fearless_simd::{Level, Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;
use symbreak_linalg::gemm::vectors::{load, store};
use symbreak_linalg::{Epilogue, Init, MatMut, MatRef, gemm};

use crate::pieces::{Piece, overlap};
use crate::weights::Block;

/// Adds the batch's sum of inputs times deltas to `target`, shaped as the block.
pub(crate) fn accumulate(
    level: Level,
    inputs: &[AtomicRefCell<Piece>],
    layer: &[AtomicRefCell<Piece>],
    block: &Block,
    target: &mut [f32],
    scratch: &mut [f32],
) {
    let width = block.width();
    let (kernel, bias) = target.split_at_mut(block.kernel_len());
    for piece in layer {
        let piece = piece.borrow();
        if overlap(&piece.columns, &block.columns).is_empty() || piece.rows.is_empty() {
            continue;
        }
        let deltas = |row: usize| &piece.deltas[piece.at(row) + block.columns.start - piece.columns.start..];
        add_deltas(level, deltas(piece.rows.start), piece.width(), piece.rows.len(), bias);
        for input in inputs {
            let input = input.borrow();
            let rows = overlap(&input.rows, &piece.rows);
            if rows.is_empty() || input.columns.is_empty() {
                continue;
            }
            let x = &input.outputs[input.at(rows.start)..];
            let kernel = &mut kernel[input.columns.start * width..input.columns.end * width];
            if width == 1 && piece.width() == 1 {
                let deltas = &deltas(rows.start)[..rows.len()];
                dispatch!(level, simd => add_multiples(simd, x, input.width(), deltas, kernel));
            } else {
                let a = MatRef::new(x, rows.len(), input.width()).t();
                let b = MatRef::with_stride(deltas(rows.start), rows.len(), width, piece.width());
                let c = MatMut::new(kernel, input.width(), width);
                gemm(level, 1.0, a, b, Init::Accumulate, c, Epilogue::Identity, scratch);
            }
        }
    }
}

/// Adds the first `rows` rows of `deltas` to a bias, if there is one.
pub(crate) fn add_deltas(level: Level, deltas: &[f32], stride: usize, rows: usize, bias: &mut [f32]) {
    if !bias.is_empty() {
        dispatch!(level, simd => add_rows(simd, deltas, stride, rows, bias));
    }
}

#[simd]
fn add_rows<S: Simd>(simd: S, deltas: &[f32], stride: usize, rows: usize, sum: &mut [f32]) {
    for row in deltas.chunks(stride).take(rows) {
        for (sum, delta) in sum.iter_mut().zip(row) {
            *sum += delta;
        }
    }
}

/// Adds row r of `inputs` times delta r, for a layer of one unit.
#[simd]
fn add_multiples<S: Simd>(simd: S, inputs: &[f32], stride: usize, deltas: &[f32], sum: &mut [f32]) {
    let width = S::f32s::LEN;
    for (row, delta) in inputs.chunks(stride).zip(deltas) {
        let delta = S::f32s::splat(simd, *delta);
        let (whole, rest) = sum.split_at_mut(sum.len() / width * width);
        let (x, x_rest) = row[..whole.len() + rest.len()].split_at(whole.len());
        for (sum, x) in whole.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
            let x = S::f32s::from_slice(simd, x);
            x.mul_add_precise(delta, S::f32s::from_slice(simd, sum)).store_slice(sum);
        }
        if !rest.is_empty() {
            let value = load(simd, x_rest).mul_add_precise(delta, load(simd, rest));
            store::<S>(value, rest);
        }
    }
}
