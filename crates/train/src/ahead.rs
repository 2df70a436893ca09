//! The first layer of the next batch, made while its kernel takes the update of this one.
//!
//! In small batches there are few multiply-adds for every time that a weight is read from a cache which the kernel
//! barely fits, and the second reading for every update: going through it once for both passes saves one.

use std::mem;
use std::ops::Range;

use fearless_simd::Level;
use symbreak_linalg::gemm::{MAX_UPDATE_ROWS, update_and_multiply};
use symbreak_linalg::{Aligned, Epilogue, MatMut, MatRef};

use crate::pieces::Piece;
use crate::spec::Network;
use crate::update;
use crate::weights::Block;

/// What a member has ready of the next batch.
#[derive(Debug)]
pub(crate) struct Ahead {
    /// The places of its rows in the epoch's order; empty if nothing is.
    pub batch: Range<usize>,
    /// What goes into the network.
    pub inputs: Aligned,
    /// The products of the member's columns of the first layer, as [`multiply`](crate::forward::multiply) leaves them.
    pub outputs: Aligned,
}

/// Whether steps of up to `rows` rows gain by it and can do it: the first layer isn't the last, learns, and its
/// products are no sums over lanes.
pub(crate) fn pays(network: &Network, rows: usize) -> bool {
    let first = &network.layers()[0];
    rows <= MAX_UPDATE_ROWS && network.layers().len() > 1 && first.trainable && first.units > 1
}

impl Ahead {
    /// Memory for a member whose parts of a batch these are.
    pub fn new(inputs: &Piece, layer: &Piece) -> Self {
        let zeros = |like: &[f32]| Aligned::zeros(like.len());
        Self { batch: 0..0, inputs: zeros(&inputs.outputs), outputs: zeros(&layer.outputs) }
    }

    /// Updates the `block` of the first layer by what went into it and its deltas, and multiplies the rows of `batch`, which
    /// are here already, by the new one.
    pub fn make(
        &mut self,
        level: Level,
        batch: Range<usize>,
        (inputs, layer): (&Piece, &Piece),
        block: &mut Block,
        rectified: bool,
        scratch: &mut [f32],
    ) {
        let (rows, fan_in, n) = (layer.rows.len(), block.fan_in, block.width());
        let (kernel, bias) = block.values.split_at_mut(fan_in * n);
        update::add_deltas(level, &layer.deltas, n, rows, bias);
        let outputs = &mut self.outputs[..batch.len() * n];
        if bias.is_empty() {
            outputs.fill(0.0);
        } else {
            outputs.chunks_exact_mut(n).for_each(|row| row.copy_from_slice(bias));
        }
        let made_of = (MatRef::new(&inputs.outputs, rows, fan_in), MatRef::new(&layer.deltas, rows, n));
        let (y, c) = (MatRef::new(&self.inputs, batch.len(), fan_in), MatMut::new(outputs, batch.len(), n));
        let epilogue = if rectified { Epilogue::Relu } else { Epilogue::Identity };
        update_and_multiply(level, made_of, kernel, y, c, epilogue, scratch);
        self.batch = batch;
    }

    /// Hands what is ready over, if it's this batch.
    pub fn take(&mut self, batch: Range<usize>, inputs: &mut Piece, layer: &mut Piece) -> bool {
        let ready = mem::take(&mut self.batch) == batch;
        if ready {
            mem::swap(&mut inputs.outputs, &mut self.inputs);
            mem::swap(&mut layer.outputs, &mut self.outputs);
        }
        ready
    }
}
