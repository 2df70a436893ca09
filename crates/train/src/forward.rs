//! Outputs of a layer, piece by piece.

use atomic_refcell::AtomicRefCell;
use fearless_simd::Level;
use symbreak_linalg::{Epilogue, Init, MatMut, MatRef, gemm};

use crate::activation;
use crate::dropout::Dropout;
use crate::pieces::{Piece, overlap};
use crate::spec::{Activation, Network};
use crate::weights::WeightShard;

/// Multiplies what goes into layer `l` by its kernel and adds the bias, for the rows and columns of `out`. A rectifier
/// whose slope is read off its output is applied on the way to memory; what else follows is [`activate`]'s.
pub(crate) fn multiply(
    level: Level,
    network: &Network,
    weights: &[AtomicRefCell<WeightShard>],
    inputs: &[AtomicRefCell<Piece>],
    out: &mut Piece,
    l: usize,
    scratch: &mut [f32],
) {
    if network.layers()[l].units == 1 && inputs.len() > 1 {
        joined_product(level, network, weights, inputs, out, l, scratch);
    } else {
        product(level, network, weights, inputs, out, l, scratch);
    }
}

/// Takes the products of layer `l` through its activation. In training, `dropout` is the layer's mask of the epoch and the
/// place of the batch's first row in the epoch's order.
pub(crate) fn activate(
    level: Level,
    network: &Network,
    out: &mut Piece,
    l: usize,
    dropout: Option<(&Dropout, usize)>,
) {
    let layer = &network.layers()[l];
    if layer.keeps_slope() {
        let live = out.live();
        activation::apply(level, layer.activation, &mut out.outputs[..live], &mut out.slopes[..live]);
    }
    if let Some((dropout, place)) = dropout {
        dropout.apply(level, place, layer.units, out);
    }
}

fn product(
    level: Level,
    network: &Network,
    weights: &[AtomicRefCell<WeightShard>],
    inputs: &[AtomicRefCell<Piece>],
    out: &mut Piece,
    l: usize,
    scratch: &mut [f32],
) {
    for shard in weights {
        let shard = shard.borrow();
        let block = &shard.blocks[l];
        let columns = overlap(&block.columns, &out.columns);
        if columns.is_empty() {
            continue;
        }
        for piece in inputs {
            let piece = piece.borrow();
            let rows = overlap(&piece.rows, &out.rows);
            // A layer without inputs is its bias.
            if rows.is_empty() || (piece.columns.is_empty() && network.fan_in(l) > 0) {
                continue;
            }
            let a = MatRef::new(&piece.outputs[piece.at(rows.start)..], rows.len(), piece.width());
            let kernel = &block.kernel()[piece.columns.start * block.width()..];
            let b = MatRef::new(kernel, piece.width(), block.width());
            let (at, width) = (out.at(rows.start) + columns.start - out.columns.start, out.width());
            let c = MatMut::with_stride(&mut out.outputs[at..], rows.len(), columns.len(), width);
            let init = match (piece.columns.start, network.layers()[l].use_bias) {
                (0, true) => Init::Bias(block.bias()),
                (0, false) => Init::Zero,
                _ => Init::Accumulate,
            };
            let last = piece.columns.end == network.fan_in(l);
            let epilogue = if last && is_rectified(network, l) { Epilogue::Relu } else { Epilogue::Identity };
            gemm(level, 1.0, a, b, init, c, epilogue, scratch);
        }
    }
}

/// Whether the layer is a rectifier whose slope is read off its output.
pub(crate) fn is_rectified(network: &Network, l: usize) -> bool {
    let layer = &network.layers()[l];
    layer.activation == Activation::Relu && !layer.keeps_slope()
}

/// The one column of a layer of one unit, whose sum over 16 lanes can't be taken up in the middle: the inputs are put
/// side by side first.
fn joined_product(
    level: Level,
    network: &Network,
    weights: &[AtomicRefCell<WeightShard>],
    inputs: &[AtomicRefCell<Piece>],
    out: &mut Piece,
    l: usize,
    scratch: &mut [f32],
) {
    let fan_in = network.fan_in(l);
    let mut joined = Piece {
        rows: out.rows.clone(),
        columns: 0..fan_in,
        outputs: std::mem::take(&mut out.joined),
        ..Piece::default()
    };
    for piece in inputs {
        let piece = piece.borrow();
        for row in overlap(&piece.rows, &out.rows) {
            let source = &piece.outputs[piece.at(row)..][..piece.width()];
            let at = joined.at(row) + piece.columns.start;
            joined.outputs[at..at + source.len()].copy_from_slice(source);
        }
    }
    let joined = AtomicRefCell::new(joined);
    product(level, network, weights, std::slice::from_ref(&joined), out, l, scratch);
    out.joined = joined.into_inner().outputs;
}
