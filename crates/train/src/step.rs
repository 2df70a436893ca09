//! One step of training, in phases that a team shares.

use atomic_refcell::AtomicRefCell;
use fearless_simd::{Level, dispatch};

use crate::backward::backward;
use crate::data::Checked;
use crate::dropout::Dropout;
use crate::forward::forward;
use crate::optimizer::{self, OptimizerSpec, Parameters, Update};
use crate::rows::RowShard;
use crate::spec::Network;
use crate::weights::WeightShard;
use crate::{loss, regularize, update};

/// Every member takes its rows of the batch forward and back.
pub(crate) const ROWS: usize = 0;
/// Every member makes the gradients of its weights, and updates them unless all gradients are needed first.
pub(crate) const WEIGHTS: usize = 1;
/// Every member updates its weights, after their gradients' norm is known.
pub(crate) const UPDATE: usize = 2;

/// What is different in every step.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Step {
    /// Place of the batch's first row in the epoch's order.
    pub place: usize,
    pub count: usize,
    /// What the derivatives of a row's loss are multiplied by.
    pub factor: f32,
    /// Whether gradients start from zero, not from those of the batches before.
    pub fresh: bool,
    /// The share of the regularizers' derivatives that joins the gradients of this batch.
    pub share: f64,
    /// Whether an update follows.
    pub complete: bool,
    pub update: Update,
}

/// Everything that the members of a team work on. What is written is borrowed by one member at a time.
pub(crate) struct Work<'a> {
    pub level: Level,
    pub network: &'a Network,
    pub optimizer: &'a OptimizerSpec,
    pub plain: bool,
    pub data: &'a Checked,
    pub order: &'a [u32],
    pub dropout: &'a [Option<Dropout>],
    pub weights: &'a [AtomicRefCell<WeightShard>],
    pub batch: &'a [AtomicRefCell<RowShard>],
    pub step: AtomicRefCell<Step>,
}

impl Work<'_> {
    /// One member's part of a phase.
    pub fn run(&self, phase: usize, member: usize) {
        let step = *self.step.borrow();
        match phase {
            ROWS => self.rows(step, member),
            WEIGHTS => self.weights(step, member),
            _ => self.update(step, &mut self.weights[member].borrow_mut()),
        }
    }

    fn rows(&self, step: Step, member: usize) {
        let rows = &mut *self.batch[member].borrow_mut();
        let members = self.batch.len();
        let (first, end) = (step.count * member / members, step.count * (member + 1) / members);
        let place = step.place + first;
        rows.count = end - first;
        let order = &self.order[place..place + rows.count];
        self.gather(order, rows);
        forward(self.level, self.network, self.weights, rows, (self.dropout, place));
        self.score(step.factor, order, rows);
        backward(self.level, self.network, self.weights, rows);
    }

    fn gather(&self, order: &[u32], rows: &mut RowShard) {
        let inputs = self.network.inputs();
        if inputs > 0 {
            for (row, target) in order.iter().zip(rows.x.chunks_exact_mut(inputs)) {
                let first = *row as usize * inputs;
                target.copy_from_slice(&self.data.x[first..first + inputs]);
            }
        }
    }

    /// The rows' losses, and their derivatives by the outputs as the last layer's deltas.
    fn score(&self, factor: f32, order: &[u32], rows: &mut RowShard) {
        let Some(top) = rows.layers.last_mut() else { return };
        let outputs = self.network.outputs();
        let loss = self.network.loss();
        let chunks = top.outputs.chunks_exact(outputs).zip(top.deltas.chunks_exact_mut(outputs));
        for (((output, delta), row), score) in chunks.zip(order).zip(&mut rows.scores) {
            let target = self.data.target(*row as usize, outputs);
            *score = dispatch!(self.level, simd => loss::row(simd, loss, output, target, factor, delta));
        }
    }

    fn weights(&self, step: Step, member: usize) {
        let shard = &mut *self.weights[member].borrow_mut();
        let WeightShard { blocks, scratch } = shard;
        for (l, layer) in self.network.layers().iter().enumerate().filter(|(_, layer)| layer.trainable) {
            let block = &mut blocks[l];
            let mut target = std::mem::take(if self.plain { &mut block.values } else { &mut block.gradient });
            if !self.plain && step.fresh {
                target.fill(0.0);
            }
            update::accumulate(self.level, self.network, self.batch, block, l, &mut target, scratch);
            if self.plain {
                block.values = target;
                continue;
            }
            block.gradient = target;
            if layer.is_regularized() {
                regularize::add_gradient(self.level, layer, step.share, block);
            }
            if step.complete && self.optimizer.clip_value > 0.0 {
                regularize::clip_values(self.level, self.optimizer.clip_value as f32, &mut block.gradient);
            }
        }
        if !self.plain && step.complete && self.optimizer.clip_norm == 0.0 {
            self.update(step, shard);
        }
    }

    fn update(&self, step: Step, shard: &mut WeightShard) {
        for (block, layer) in shard.blocks.iter_mut().zip(self.network.layers()) {
            if layer.trainable {
                let parameters = Parameters {
                    values: &mut block.values,
                    gradient: &block.gradient,
                    slots: &mut block.slots,
                };
                optimizer::apply(self.level, self.optimizer, step.update, parameters);
            }
        }
    }
}
