//! Products that make a layer's weight gradient, or for plain gradient descent the new weights themselves.
//!
//! Rows of the batch are taken in ascending order: `w = fma(x(r), delta(r), w)` for r = 0, 1, ..., from +0 for a
//! gradient, from the weight itself where the deltas already carry `-rate`. The bias takes sums of its deltas alike.

use atomic_refcell::AtomicRefCell;
use fearless_simd::{Level, Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;
use symbreak_linalg::gemm::epilogue::{Identity, load, store};
use symbreak_linalg::{Init, MatMut, MatRef, gemm};

use crate::rows::RowShard;
use crate::spec::Network;
use crate::weights::Block;

/// Adds the batch's sum of inputs times deltas to `target`, shaped as the block.
pub(crate) fn accumulate(
    level: Level,
    network: &Network,
    batch: &[AtomicRefCell<RowShard>],
    block: &Block,
    l: usize,
    target: &mut [f32],
    scratch: &mut [f32],
) {
    let (units, fan_in) = (network.layers()[l].units, network.fan_in(l));
    let (kernel, bias) = target.split_at_mut(block.rows.len() * units);
    for rows in batch {
        let rows = rows.borrow();
        if rows.count == 0 {
            continue;
        }
        let inputs: &[f32] = if l == 0 { &rows.x } else { &rows.layers[l - 1].outputs };
        let deltas = &rows.layers[l].deltas[..rows.count * units];
        if block.has_bias {
            dispatch!(level, simd => add_rows(simd, deltas, bias));
        }
        if block.rows.is_empty() {
            continue;
        }
        let inputs = &inputs[block.rows.start..];
        if units == 1 {
            dispatch!(level, simd => add_multiples(simd, inputs, fan_in, deltas, kernel));
        } else {
            let a = MatRef::with_stride(inputs, rows.count, block.rows.len(), fan_in).t();
            let b = MatRef::new(deltas, rows.count, units);
            let c = MatMut::new(kernel, block.rows.len(), units);
            gemm(level, 1.0, a, b, Init::Scaled(1.0), c, &Identity, scratch);
        }
    }
}

/// Adds every row of `deltas` to `sum`.
#[simd]
fn add_rows<S: Simd>(simd: S, deltas: &[f32], sum: &mut [f32]) {
    for row in deltas.chunks_exact(sum.len()) {
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
        for (sum, x) in sum.chunks_mut(width).zip(row.chunks(width)) {
            let x = load(simd, &x[..sum.len()]);
            store::<S>(x.mul_add_precise(delta, load(simd, sum)), sum);
        }
    }
}
