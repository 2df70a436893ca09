//! Derivatives of the loss by what goes into each layer's activation.

use atomic_refcell::AtomicRefCell;
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use symbreak_linalg::{Epilogue, Init, MatMut, MatRef, gemm};

use crate::forward::is_rectified;
use crate::pieces::{Piece, overlap};
use crate::spec::{Activation, Network};
use crate::weights::WeightShard;

/// Fills the deltas of `out`, all rows and some columns of layer `l`, from those of the layer above: they are multiplied
/// by its transposed kernel, and masked on the way to memory where layer `l` is a rectifier.
pub(crate) fn backward(
    level: Level,
    network: &Network,
    weights: &[AtomicRefCell<WeightShard>],
    above: &[AtomicRefCell<Piece>],
    out: &mut Piece,
    l: usize,
    scratch: &mut [f32],
) {
    let n = out.width();
    if n == 0 {
        return;
    }
    let units = network.layers()[l + 1].units;
    for shard in weights {
        let shard = shard.borrow();
        let block = &shard.blocks[l + 1];
        for piece in above {
            let piece = piece.borrow();
            let columns = overlap(&block.columns, &piece.columns);
            if columns.is_empty() || piece.rows.is_empty() {
                continue;
            }
            let deltas = &piece.deltas[columns.start - piece.columns.start..];
            let a = MatRef::with_stride(deltas, piece.rows.len(), columns.len(), piece.width());
            let kernel = &block.kernel()[out.columns.start * block.width()..];
            let b = MatRef::new(kernel, n, block.width()).t();
            let at = out.at(piece.rows.start);
            let c = MatMut::new(&mut out.deltas[at..], piece.rows.len(), n);
            let init = if columns.start == 0 { Init::Zero } else { Init::Accumulate };
            let epilogue = if columns.end == units && is_rectified(network, l) {
                Epilogue::ReluGradient(MatRef::new(&out.outputs[at..], piece.rows.len(), n))
            } else {
                Epilogue::Identity
            };
            gemm(level, 1.0, a, b, init, c, epilogue, scratch);
        }
    }
    if network.layers()[l].keeps_slope() {
        through_activation(level, network, out, l);
    }
}

/// Multiplies deltas by the derivative of the activation.
pub(crate) fn through_activation(level: Level, network: &Network, piece: &mut Piece, l: usize) {
    let spec = &network.layers()[l];
    let live = piece.live();
    if spec.keeps_slope() {
        dispatch!(level, simd => multiply(simd, &mut piece.deltas[..live], &piece.slopes[..live]));
    } else if spec.activation == Activation::Relu {
        for (delta, output) in piece.deltas[..live].iter_mut().zip(piece.outputs.iter()) {
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
