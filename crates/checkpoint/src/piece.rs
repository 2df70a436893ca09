//! What a file is made of.

use symbreak_init::{Dtype, Job};

/// A run of elements of one law: a tensor, or a part of one.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The law and where in its tensor the run starts.
    pub job: Job,
    /// How elements are stored, little-endian.
    pub dtype: Dtype,
    /// Number of elements.
    pub elements: u64,
}

impl Piece {
    /// Bytes in the file.
    pub fn bytes(&self) -> u64 {
        self.elements * self.dtype.size() as u64
    }
}
