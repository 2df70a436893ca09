//! Going forward only: outputs for rows, and how good they are.

use std::sync::{Mutex, PoisonError};
use std::thread;

use atomic_refcell::AtomicRefCell;
use fearless_simd::dispatch;
use symbreak_linalg::{Aligned, probe};

use crate::data::Checked;
use crate::error::TrainError;
use crate::forward::{activate, multiply};
use crate::loss::{self, Score};
use crate::pieces::{Piece, Pieces};
use crate::regularize::penalty;
use crate::run::Totals;
use crate::trainer::Trainer;

/// Rows that go through the network at a time.
const BLOCK: usize = 96;

/// Floats that a score takes.
const SCORE: usize = size_of::<Score>() / size_of::<f32>();

impl Trainer {
    /// Outputs of the last layer for every row of `x`, on at most `threads` threads.
    ///
    /// # Errors
    /// [`TrainError::Length`] if `x` isn't `rows` times the network's inputs long, [`TrainError::OutOfMemory`].
    pub fn predict(&self, x: &[f32], rows: usize, threads: usize) -> Result<Vec<f32>, TrainError> {
        TrainError::check_len("x", rows * self.network.inputs(), x.len())?;
        let outputs = self.network.outputs();
        probe(self.forward_floats(rows, threads).saturating_add(rows * outputs))?;
        let mut result = vec![0.0; rows * outputs];
        self.each_block(x, rows, threads, &mut result, outputs, |_, outputs, target| {
            target.copy_from_slice(outputs);
        });
        Ok(result)
    }

    /// Loss and right decisions over all rows, on at most `threads` threads.
    ///
    /// # Errors
    /// [`TrainError::Invalid`] if the rows were made for another kind of network, [`TrainError::OutOfMemory`].
    pub fn evaluate(&self, data: &Checked, threads: usize) -> Result<Totals, TrainError> {
        data.check_for(&self.network)?;
        probe(self.forward_floats(data.rows, threads).saturating_add(data.rows * SCORE))?;
        let mut scores = vec![Score::default(); data.rows];
        self.each_block(&data.x, data.rows, threads, &mut scores, 1, |first, outputs, scores| {
            self.score(data, first, outputs, scores);
        });
        let penalty = penalty(self.level, &self.network, &self.weights);
        let mut totals = Totals { rows: data.rows as u64, ..Totals::default() };
        for score in scores {
            totals.loss += score.loss;
            totals.correct += score.correct;
        }
        totals.loss += data.rows as f64 * penalty;
        Ok(totals)
    }

    fn score(&self, data: &Checked, first: usize, outputs: &[f32], scores: &mut [Score]) {
        let units = self.network.outputs();
        let mut unused = vec![0.0; outputs.len()];
        let (loss, numbers) = (self.network.loss(), first..first + scores.len());
        dispatch!(self.level, simd => {
            loss::rows(simd, loss, data, numbers, (units, outputs), 1.0, &mut unused, scores);
        });
    }

    /// Takes blocks of rows forward; `each` gets a block's first row, its outputs, and its part of `result`, which has
    /// `width` elements a row.
    fn each_block<T: Send>(
        &self,
        x: &[f32],
        rows: usize,
        threads: usize,
        result: &mut [T],
        width: usize,
        each: impl Fn(usize, &[f32], &mut [T]) + Sync,
    ) {
        let inputs = self.network.inputs();
        let blocks = |first: usize, result: &mut [T]| {
            let mut rooms = Rooms::new(self, BLOCK.min(rows));
            for (i, part) in result.chunks_mut(BLOCK * width).enumerate() {
                let (first, count) = (first + i * BLOCK, part.len() / width);
                let top = rooms.forward(self, &x[first * inputs..(first + count) * inputs], count);
                each(first, &top[..count * self.network.outputs()], part);
            }
        };
        let share = rows.div_ceil(threads.max(1)).next_multiple_of(BLOCK);
        if share >= rows {
            return blocks(0, result);
        }
        let parts = Mutex::new(result.chunks_mut(share * width).enumerate());
        let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            while let Some((i, part)) = next() {
                blocks(i * share, part);
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                // Without a helper it takes longer, that's all.
                let _ = thread::Builder::new().spawn_scoped(scope, work);
            }
            work();
        });
    }

    /// Floats that threads which go forward have for themselves, about.
    fn forward_floats(&self, rows: usize, threads: usize) -> usize {
        let (network, capacity) = (&self.network, BLOCK.min(rows));
        let width: usize = network.layers().iter().map(|layer| layer.units).sum();
        // Outputs and slopes, and the derivatives that a score has no use for.
        let values = network.inputs() + 2 * width + network.outputs();
        let threads = threads.clamp(1, rows.div_ceil(BLOCK).max(1));
        capacity.saturating_mul(values).saturating_add(network.scratch_len(capacity)).saturating_mul(threads)
    }
}

/// Workspace of one thread that goes forward.
struct Rooms {
    inputs: Pieces,
    layers: Vec<Pieces>,
    scratch: Aligned,
}

impl Rooms {
    fn new(trainer: &Trainer, capacity: usize) -> Self {
        let network = &trainer.network;
        let whole = |piece: Piece| vec![AtomicRefCell::new(piece)];
        Self {
            inputs: whole(Piece::of_inputs(network.inputs(), capacity)),
            layers: network
                .layers()
                .iter()
                .map(|layer| whole(Piece::of_layer(layer, 0..layer.units, capacity, false)))
                .collect(),
            scratch: Aligned::zeros(network.scratch_len(capacity)),
        }
    }

    /// Outputs of the last layer for `count` rows.
    fn forward(&mut self, trainer: &Trainer, x: &[f32], count: usize) -> &[f32] {
        let input = self.inputs[0].get_mut();
        input.rows = 0..count;
        input.outputs[..x.len()].copy_from_slice(x);
        for l in 0..self.layers.len() {
            let (below, from) = self.layers.split_at_mut(l);
            let below = below.last().unwrap_or(&self.inputs);
            let out = from[0][0].get_mut();
            out.rows = 0..count;
            let Trainer { level, network, weights, .. } = trainer;
            multiply(*level, network, weights, below, out, l, &mut self.scratch);
            activate(*level, network, out, l, None);
        }
        self.layers.last_mut().map_or(&[], |layer| &layer[0].get_mut().outputs)
    }
}
