//! Derivatives of the loss by what goes into each layer's activation.

use atomic_refcell::AtomicRefCell;
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use symbreak_linalg::gemm::epilogue::{Identity, ReluGradient};
use symbreak_linalg::{Init, MatMut, MatRef, gemm};

use crate::rows::{LayerRows, RowShard};
use crate::spec::{Activation, Network};
use crate::weights::WeightShard;

/// Carries the loss's derivatives by the network's outputs, which stand in the last layer's deltas, down to the first
/// layer that is trained.
pub(crate) fn backward(
    level: Level,
    network: &Network,
    weights: &[AtomicRefCell<WeightShard>],
    rows: &mut RowShard,
) {
    let first = network.first_trainable();
    let top = network.layers().len() - 1;
    if first > top {
        return;
    }
    through_activation(level, network, &mut rows.layers[top], top);
    for l in (first + 1..=top).rev() {
        product(level, network, weights, rows, l);
        if network.layers()[l - 1].keeps_slope() {
            through_activation(level, network, &mut rows.layers[l - 1], l - 1);
        }
    }
}

/// Deltas of layer `l - 1`: the deltas above times the transposed kernel, masked on the way to memory where layer
/// `l - 1` is a rectifier.
fn product(
    level: Level,
    network: &Network,
    weights: &[AtomicRefCell<WeightShard>],
    rows: &mut RowShard,
    l: usize,
) {
    let (units, fan_in) = (network.layers()[l].units, network.fan_in(l));
    let below = &network.layers()[l - 1];
    let (lower, upper) = rows.layers.split_at_mut(l);
    let LayerRows { outputs, deltas, .. } = &mut lower[l - 1];
    let a = MatRef::new(&upper[0].deltas, rows.count, units);
    for shard in weights {
        let shard = shard.borrow();
        let block = &shard.blocks[l];
        let n = block.rows.len();
        if n == 0 || rows.count == 0 {
            continue;
        }
        let b = MatRef::new(block.kernel(units), n, units).t();
        let c = MatMut::with_stride(&mut deltas[block.rows.start..], rows.count, n, fan_in);
        if below.activation == Activation::Relu && !below.keeps_slope() {
            let outputs = MatRef::with_stride(&outputs[block.rows.start..], rows.count, n, fan_in);
            gemm(level, 1.0, a, b, Init::Zero, c, &ReluGradient { outputs }, &mut rows.scratch);
        } else {
            gemm(level, 1.0, a, b, Init::Zero, c, &Identity, &mut rows.scratch);
        }
    }
}

/// Multiplies deltas by the derivative of the activation.
fn through_activation(level: Level, network: &Network, layer: &mut LayerRows, l: usize) {
    let spec = &network.layers()[l];
    if spec.keeps_slope() {
        dispatch!(level, simd => multiply(simd, &mut layer.deltas, &layer.slopes));
    } else if spec.activation == Activation::Relu {
        for (delta, output) in layer.deltas.iter_mut().zip(&layer.outputs) {
            *delta = if *output > 0.0 { *delta } else { 0.0 };
        }
    }
}

#[simd]
fn multiply<S: Simd>(simd: S, deltas: &mut [f32], slopes: &[f32]) {
    for (delta, slope) in deltas.iter_mut().zip(slopes) {
        *delta *= slope;
    }
}
