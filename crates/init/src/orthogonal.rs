//! Laws that are made as one piece, and where Haar matrices lie in a tensor.

use std::ops::ControlFlow;

use fearless_simd::Level;
use symbreak_linalg::orthogonal::Orthogonal;

use crate::fill::{FillError, Job, Progress};
use crate::law::Law;
use crate::out::Out;

/// Where a batch of row-major matrices lies in a tensor that is zero elsewhere: entry (b, i, j) is element
/// `base + b * batch + i * row + j * column`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Element of entry (0, 0, 0).
    pub base: usize,
    /// Distance between matrices.
    pub batch: usize,
    /// Distance between rows.
    pub row: usize,
    /// Distance between columns.
    pub column: usize,
}

impl Placement {
    /// Whether matrices follow each other without gaps in row-major order from element 0.
    pub(crate) fn is_contiguous(self, rows: usize, columns: usize) -> bool {
        self.base == 0 && self.column == 1 && self.row == columns && self.batch == rows * columns
    }

    /// Copies matrix `b` of the batch to its place within the range of the tensor that starts at `offset`.
    pub(crate) fn scatter(self, b: usize, matrix: &[f32], columns: usize, offset: usize, range: &mut [f32]) {
        for (i, row) in matrix.chunks_exact(columns.max(1)).enumerate() {
            let first = self.base + b * self.batch + i * self.row;
            for (j, &value) in row.iter().enumerate() {
                if let Some(slot) = (first + j * self.column).checked_sub(offset).and_then(|at| range.get_mut(at)) {
                    *slot = value;
                }
            }
        }
    }
}

/// A batch of Haar-distributed matrices and where they lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedOrthogonal {
    /// One matrix's law.
    pub law: Orthogonal,
    /// Number of matrices, each from its own part of the stream.
    pub batch: usize,
    /// Where they lie.
    pub placement: Placement,
}
