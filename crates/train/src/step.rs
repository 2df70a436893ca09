//! One step of training, in phases that a team shares.

use std::ops::Range;

use atomic_refcell::AtomicRefCell;
use fearless_simd::{Level, dispatch};
use symbreak_linalg::Aligned;

use crate::ahead::Ahead;
use crate::backward::{backward, through_activation};
use crate::data::Checked;
use crate::dropout::Dropout;
use crate::forward::{activate, is_rectified, multiply};
use crate::gather::gather;
use crate::loss::{self, Score};
use crate::optimizer::{self, OptimizerSpec, Parameters, Update};
use crate::pieces::{Piece, Pieces, rows_of};
use crate::spec::Network;
use crate::weights::{Block, WeightShard};
use crate::{regularize, update};

/// What every member of the team does at a time: a phase reads what others made in the phases before.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Phase {
    /// Makes its columns of a layer that isn't the last. Whoever reads the batch's rows first copies them.
    Forward(usize),
    /// Takes its rows through the last layer and the loss.
    Score,
    /// Makes the deltas of its columns of a layer.
    Backward(usize),
    /// Makes the gradients of its weights, and updates them unless all gradients are needed first.
    Weights,
    /// Updates its weights, after their gradients' norm is known.
    Update,
}

/// The phases of a step in their order; threads are told of them by number.
#[derive(Debug)]
pub(crate) struct Phases {
    all: Vec<Phase>,
    /// The number of those up to the loss.
    loss: usize,
}

impl Phases {
    pub fn new(network: &Network) -> Self {
        let top = network.layers().len() - 1;
        let mut all: Vec<_> = (0..top).map(Phase::Forward).collect();
        all.push(Phase::Score);
        let loss = all.len();
        all.extend((network.first_trainable()..top).rev().map(Phase::Backward));
        all.extend([Phase::Weights, Phase::Update]);
        Self { all, loss }
    }

    pub fn before_loss(&self) -> Range<usize> {
        0..self.loss
    }

    pub fn after_loss(&self) -> Range<usize> {
        self.loss..self.update()
    }

    pub fn update(&self) -> usize {
        self.all.len() - 1
    }
}

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
    /// Rows of the batch that will be taken right after it; 0 if none.
    pub next: usize,
    pub update: Update,
}

/// A member's scores, one a row of its part of the batch, what it has made of the next one if that pays, and where its matrix products
/// pack their operands.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    pub scores: Vec<Score>,
    pub ahead: Option<Ahead>,
    pub scratch: Aligned,
}

/// Everything that the members of a team work on. What is written is borrowed by one member at a time.
pub(crate) struct Work<'a> {
    pub phases: &'a Phases,
    pub level: Level,
    pub network: &'a Network,
    pub optimizer: &'a OptimizerSpec,
    pub plain: bool,
    pub data: &'a Checked,
    pub order: &'a [u32],
    pub dropout: &'a [Option<Dropout>],
    pub weights: &'a [AtomicRefCell<WeightShard>],
    pub inputs: &'a Pieces,
    pub layers: &'a [Pieces],
    pub desks: &'a [AtomicRefCell<Desk>],
    pub step: AtomicRefCell<Step>,
}

impl Work<'_> {
    /// One member's part of a phase.
    pub fn run(&self, phase: usize, member: usize) {
        let step = *self.step.borrow();
        let desk = &mut *self.desks[member].borrow_mut();
        match self.phases.all[phase] {
            Phase::Forward(l) => self.forward(step, member, l, 0..step.count, desk),
            Phase::Score => self.score(step, member, desk),
            Phase::Backward(l) => self.backward(member, l, desk),
            Phase::Weights => self.weights(step, member, desk),
            Phase::Update => self.update(step, &mut self.weights[member].borrow_mut()),
        }
    }

    /// Copies the rows at these places of the epoch's order.
    fn gather(&self, batch: Range<usize>, out: &mut [f32]) {
        let (x, inputs) = (&self.data.x, self.network.inputs());
        if inputs == 0 {
            return;
        }
        dispatch!(self.level, simd => gather(simd, x, inputs, self.order, batch, out));
    }

    /// What goes into layer `l`.
    fn below(&self, member: usize, l: usize) -> &[AtomicRefCell<Piece>] {
        if l == 0 { &self.inputs[member..=member] } else { &self.layers[l - 1] }
    }

    fn forward(&self, step: Step, member: usize, l: usize, rows: Range<usize>, desk: &mut Desk) {
        let piece = &mut *self.layers[l][member].borrow_mut();
        piece.rows = rows;
        if !(l == 0 && self.begin(step, member, piece, desk)) {
            let below = self.below(member, l);
            multiply(self.level, self.network, self.weights, below, piece, l, &mut desk.scratch);
        }
        let dropout = self.dropout.get(l).and_then(Option::as_ref).map(|dropout| (dropout, step.place));
        activate(self.level, self.network, piece, l, dropout);
    }

    /// Gets the batch's rows, and says whether the first layer's products were made in the step before.
    fn begin(&self, step: Step, member: usize, layer: &mut Piece, desk: &mut Desk) -> bool {
        let inputs = &mut *self.inputs[member].borrow_mut();
        inputs.rows = 0..step.count;
        let batch = step.place..step.place + step.count;
        let made = desk.ahead.as_mut().is_some_and(|ahead| ahead.take(batch.clone(), inputs, layer));
        if !made {
            self.gather(batch, &mut inputs.outputs);
        }
        made
    }

    /// The rows' losses, and their derivatives by the outputs as the last layer's deltas.
    fn score(&self, step: Step, member: usize, desk: &mut Desk) {
        let top = self.layers.len() - 1;
        let rows = rows_of(step.count, member, self.layers[top].len());
        self.forward(step, member, top, rows, desk);
        let piece = &mut *self.layers[top][member].borrow_mut();
        let (outputs, loss) = (self.network.outputs(), self.network.loss());
        let order = &self.order[step.place + piece.rows.start..step.place + piece.rows.end];
        let numbers = order.iter().map(|row| *row as usize);
        let (outs, deltas, scores) = (&piece.outputs, &mut piece.deltas, &mut desk.scores);
        let (data, factor) = (self.data, step.factor);
        dispatch!(self.level, simd => loss::rows(simd, loss, data, numbers, (outputs, outs), factor, deltas, scores));
        through_activation(self.level, self.network, piece, top);
    }

    fn backward(&self, member: usize, l: usize, desk: &mut Desk) {
        let piece = &mut *self.layers[l][member].borrow_mut();
        let above = &self.layers[l + 1];
        backward(self.level, self.network, self.weights, above, piece, l, &mut desk.scratch);
    }

    fn weights(&self, step: Step, member: usize, desk: &mut Desk) {
        let shard = &mut *self.weights[member].borrow_mut();
        for (l, layer) in self.network.layers().iter().enumerate().filter(|(_, layer)| layer.trainable) {
            let block = &mut shard.blocks[l];
            if block.columns.is_empty() {
                continue;
            }
            if l == 0
                && step.next > 0
                && let Some(ahead) = &mut desk.ahead
            {
                self.update_ahead(step, member, block, ahead, &mut desk.scratch);
                continue;
            }
            let mut target = std::mem::take(if self.plain { &mut block.values } else { &mut block.gradient });
            if !self.plain && step.fresh {
                target.fill(0.0);
            }
            let below = self.below(member, l);
            update::accumulate(self.level, below, &self.layers[l], block, &mut target, &mut desk.scratch);
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

    /// Updates the first layer for this batch and makes its products for the next.
    fn update_ahead(
        &self,
        step: Step,
        member: usize,
        block: &mut Block,
        ahead: &mut Ahead,
        scratch: &mut [f32],
    ) {
        let first = step.place + step.count;
        let next = first..first + step.next;
        self.gather(next.clone(), &mut ahead.inputs);
        let made_of = (&*self.inputs[member].borrow(), &*self.layers[0][member].borrow());
        ahead.make(self.level, next, made_of, block, is_rectified(self.network, 0), scratch);
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
