//! Outputs of the layers, row by row of a batch.

use atomic_refcell::AtomicRefCell;
use fearless_simd::Level;
use symbreak_linalg::gemm::epilogue::{Identity, Relu};
use symbreak_linalg::{Init, MatMut, MatRef, gemm};

use crate::activation;
use crate::dropout::Dropout;
use crate::rows::RowShard;
use crate::spec::{Activation, Network};
use crate::weights::WeightShard;

/// Carries the rows of `x` through every layer. In training, `dropout` are the epoch's masks and `place` is where the
/// first row stands in the epoch's order; else `dropout` is empty.
pub(crate) fn forward(
    level: Level,
    network: &Network,
    weights: &[AtomicRefCell<WeightShard>],
    rows: &mut RowShard,
    (dropout, place): (&[Option<Dropout>], usize),
) {
    for (l, layer) in network.layers().iter().enumerate() {
        product(level, network, weights, rows, l);
        let (count, units) = (rows.count, layer.units);
        let values = &mut rows.layers[l];
        if layer.keeps_slope() {
            let live = count * units;
            activation::apply(
                level,
                layer.activation,
                &mut values.outputs[..live],
                &mut values.slopes[..live],
            );
        }
        if let Some(Some(dropout)) = dropout.get(l) {
            dropout.apply(level, place, count, units, values, &mut rows.mask);
        }
    }
}

/// Outputs of layer `l` before its activation, unless that is a rectifier which can be applied on the way to memory.
fn product(
    level: Level,
    network: &Network,
    weights: &[AtomicRefCell<WeightShard>],
    rows: &mut RowShard,
    l: usize,
) {
    let layer = &network.layers()[l];
    let (units, fan_in) = (layer.units, network.fan_in(l));
    let relu = layer.activation == Activation::Relu && !layer.keeps_slope();
    let (below, from) = rows.layers.split_at_mut(l);
    let inputs: &[f32] = below.last().map_or(&rows.x, |layer| &layer.outputs);
    let bias = weights.last().map(|shard| shard.borrow());
    let bias = bias.as_ref().map_or(&[][..], |shard| shard.blocks[l].bias(units));
    let mut init = if layer.use_bias { Init::Bias(bias) } else { Init::Zero };
    for (member, shard) in weights.iter().enumerate() {
        let last = member + 1 == weights.len();
        let shard = shard.borrow();
        let block = &shard.blocks[l];
        if block.rows.is_empty() && !last {
            continue;
        }
        let a = MatRef::with_stride(
            &inputs[block.rows.start.min(inputs.len())..],
            rows.count,
            block.rows.len(),
            fan_in,
        );
        let b = MatRef::new(block.kernel(units), block.rows.len(), units);
        let c = MatMut::new(&mut from[0].outputs, rows.count, units);
        if relu && last {
            gemm(level, 1.0, a, b, init, c, &Relu, &mut rows.scratch);
        } else {
            gemm(level, 1.0, a, b, init, c, &Identity, &mut rows.scratch);
        }
        init = Init::Scaled(1.0);
    }
}
