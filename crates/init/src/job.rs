//! What is to be filled, who watches it, and why it may not finish.

use std::collections::TryReserveError;
use std::ops::ControlFlow;

use symbreak_rng::Stream;

use crate::law::Law;

/// A range of one law on one stream: the output's first element is element `offset` of the tensor.
#[derive(Clone, Debug)]
pub struct Job {
    /// What the values are.
    pub law: Law,
    /// Where the randomness comes from.
    pub stream: Stream,
    /// First element of the range within the tensor.
    pub offset: u64,
}

impl Job {
    /// The same range without its first `elements`.
    #[must_use]
    pub fn skip(&self, elements: u64) -> Self {
        Self { offset: self.offset + elements, ..self.clone() }
    }
}

/// Watches a fill and may stop it; called from any thread, often.
pub trait Progress: Sync {
    /// `elements` more are done. `Break` stops the fill as soon as running chunks end.
    fn advance(&self, elements: usize) -> ControlFlow<()>;
}

/// Nobody watches and nobody stops.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn advance(&self, _: usize) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Why a fill did not finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillError {
    /// The watcher stopped it; the output holds some of the values.
    Cancelled,
    /// The law has no form in this element type.
    Unsupported,
    /// There is no memory for what the law needs aside; nothing is written.
    OutOfMemory,
    /// A value is not a number: the law's parameters lead beyond the numbers that f64 has.
    NotANumber,
}

impl From<TryReserveError> for FillError {
    fn from(_: TryReserveError) -> Self {
        Self::OutOfMemory
    }
}

impl std::fmt::Display for FillError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "the fill was stopped",
            Self::Unsupported => "the law has no form in this element type",
            Self::OutOfMemory => "there is no memory for a law that is made as one piece",
            Self::NotANumber => "a value is not a number",
        })
    }
}

impl std::error::Error for FillError {}
