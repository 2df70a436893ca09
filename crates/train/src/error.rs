//! What can be wrong with a request.

use std::collections::TryReserveError;
use std::fmt;

/// Why a network can't be built or trained.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainError {
    /// An argument that has no meaning, with what would be allowed.
    Invalid {
        /// The argument's name, with the layer it belongs to.
        argument: String,
        /// What it was.
        value: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// An array of the wrong length.
    Length {
        /// The array's name.
        argument: &'static str,
        /// How many elements it must have.
        expected: usize,
        /// How many it had.
        actual: usize,
    },
    /// The loss or a parameter became NaN or infinite.
    NotFinite {
        /// Epoch, from 0.
        epoch: u64,
        /// Batch within the epoch, from 0.
        step: u64,
    },
    /// Training was asked for before any rows were bound.
    Unbound,
    /// The system has no more memory.
    OutOfMemory,
}

impl TrainError {
    pub(crate) fn invalid(
        argument: impl Into<String>,
        value: impl fmt::Debug,
        allowed: &'static str,
    ) -> Self {
        Self::Invalid { argument: argument.into(), value: format!("{value:?}"), allowed }
    }

    pub(crate) fn check_len(argument: &'static str, expected: usize, actual: usize) -> Result<(), Self> {
        if expected == actual { Ok(()) } else { Err(Self::Length { argument, expected, actual }) }
    }
}

impl From<TryReserveError> for TrainError {
    fn from(_: TryReserveError) -> Self {
        Self::OutOfMemory
    }
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { argument, value, allowed } => {
                write!(f, "{argument} is {value}, must be {allowed}")
            }
            Self::Length { argument, expected, actual } => {
                write!(f, "{argument} has {actual} elements, must have {expected}")
            }
            Self::NotFinite { epoch, step } => write!(
                f,
                "training met NaN or infinity in epoch {epoch}, batch {step}; a smaller learning rate or clipNorm may help"
            ),
            Self::Unbound => write!(f, "no rows are bound to the trainer"),
            Self::OutOfMemory => write!(f, "training takes more memory than there is"),
        }
    }
}

impl std::error::Error for TrainError {}
