//! What a tensor's values are.

use std::sync::Arc;

use symbreak_samplers::{
    bernoulli::Bernoulli, integers::Integers, normal::Normal, truncated::Truncated, uniform::Uniform,
};

use crate::{Diagonal, Embedding, PlacedConvOrthogonal, PlacedOrthogonal, Sparse};

/// A law whose parameters have been checked: filling it can't fail on them.
#[derive(Clone, Debug)]
pub enum Law {
    /// Every element is this value.
    Constant(f64),
    /// Literal values, one an element.
    Values(Arc<[f64]>),
    /// Uniform on a half-open interval.
    Uniform(Uniform),
    /// Normal.
    Normal(Normal),
    /// Normal cut to an interval.
    Truncated(Box<Truncated>),
    /// Normal but for a row of zeros.
    Embedding(Embedding),
    /// Trials, into `u8`.
    Bernoulli(Bernoulli),
    /// Integers of a range, into `i32`.
    Integers(Integers),
    /// Zeros with one value on diagonals.
    Diagonal(Diagonal),
    /// Haar-distributed matrices, placed by strides.
    Orthogonal(PlacedOrthogonal),
    /// An orthogonal convolution kernel, placed by strides.
    ConvOrthogonal(PlacedConvOrthogonal),
    /// Normal with an exact number of zeros a line.
    Sparse(Sparse),
}

impl Law {
    /// Whether the law is made as one piece rather than element by element.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Orthogonal(_) | Self::ConvOrthogonal(_) | Self::Sparse(_))
    }
}
