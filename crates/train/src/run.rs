//! What a run of training is told, and what it tells.

use crate::optimizer::OptimizerSpec;

/// How a network is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunSpec {
    /// How parameters are updated.
    pub optimizer: OptimizerSpec,
    /// Rows of a step, at least 1; the last batch of an epoch has what is left.
    pub batch_size: usize,
    /// Whether every epoch has its own order of the rows.
    pub shuffle: bool,
    /// Upper bound on threads, at least 1; the bits don't depend on it.
    pub threads: usize,
    /// Which part of every epoch the rows are.
    pub window: Window,
}

/// A part of an epoch's rows, where not all are bound at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// From 0.
    pub number: u64,
    /// Rows of the epoch before it.
    pub first: u64,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// From 0.
    pub epoch: u64,
    /// Batch within the bound rows, from 0.
    pub step: u64,
}

/// Sums over rows: those of the epoch so far, or of an evaluation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Number of rows.
    pub rows: u64,
    /// Sum of their losses, regularizers included.
    pub loss: f64,
    /// Sum of their shares of right decisions.
    pub correct: f64,
}

/// What a call of [`Trainer::run`](crate::Trainer::run) did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Batches trained on.
    pub steps: u64,
    /// Sums over the epoch so far.
    pub totals: Totals,
    /// Whether the observer broke off.
    pub stopped: bool,
}

/// What a call of [`Trainer::run_epochs`](crate::Trainer::run_epochs) did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Epochs {
    /// Batches trained on.
    pub steps: u64,
    /// Sums over each epoch that was touched, as far as it has come.
    pub totals: Vec<Totals>,
    /// Sums over the validation rows after each epoch that was completed.
    pub validation: Vec<Totals>,
}
