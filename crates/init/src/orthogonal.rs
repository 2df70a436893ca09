//! Haar matrices and where they lie in a tensor.

use std::cell::Cell;
use std::ops::ControlFlow;

use fearless_simd::Level;
use symbreak_linalg::orthogonal::{Orthogonal, Workspace};
use symbreak_linalg::{probe, share};
use symbreak_rng::Stream;

use crate::job::{FillError, Progress};
use crate::memory::zeros;

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
    /// Whether `batch` matrices follow each other without gaps in row-major order from element 0. Distances between
    /// things of which there is one are of no consequence.
    fn is_contiguous(self, batch: usize, rows: usize, columns: usize) -> bool {
        self.base == 0
            && (self.column == 1 || columns == 1)
            && (self.row == columns || rows == 1)
            && (self.batch == rows * columns || batch == 1)
    }

    /// First and last element of matrix `b`, which isn't empty.
    fn reach(self, b: usize, rows: usize, columns: usize) -> (usize, usize) {
        let first = self.base + b * self.batch;
        (first, first + (rows - 1) * self.row + (columns - 1) * self.column)
    }

    /// Copies matrix `b` of the batch to its place within the range of the tensor that starts at `offset`.
    fn scatter(self, b: usize, matrix: &[f32], columns: usize, offset: usize, range: &mut [f32]) {
        for (i, row) in matrix.chunks_exact(columns.max(1)).enumerate() {
            let first = self.base + b * self.batch + i * self.row;
            let whole = first.checked_sub(offset).filter(|_| self.column == 1);
            if let Some(slots) = whole.and_then(|at| range.get_mut(at..at + columns)) {
                slots.copy_from_slice(row);
                continue;
            }
            for (j, &value) in row.iter().enumerate() {
                let slot = (first + j * self.column).checked_sub(offset).and_then(|at| range.get_mut(at));
                if let Some(slot) = slot {
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

impl PlacedOrthogonal {
    /// Fills the range of the tensor that starts at `offset` with the matrices that reach into it.
    pub(crate) fn fill(
        &self,
        level: Level,
        threads: usize,
        stream: Stream,
        offset: usize,
        range: &mut [f32],
        progress: &dyn Progress,
    ) -> Result<(), FillError> {
        let size = self.law.rows * self.law.columns;
        if size == 0 {
            range.fill(0.0);
            return Ok(());
        }
        // A tensor may go on in zeros behind its matrices: at the first tap of a small kernel they lie so.
        let in_place = self.placement.is_contiguous(self.batch, self.law.rows, self.law.columns)
            && offset.is_multiple_of(size)
            && range.len().is_multiple_of(size)
            && offset + range.len() <= self.batch * size;
        let aside = self.law.scratch_len(threads);
        let aside = if self.batch > 1 { aside.saturating_mul(threads) } else { aside };
        // More than what threads keep.
        if aside > KEPT / size_of::<f32>() {
            probe(aside)?;
        }
        let outcome = if in_place && self.batch > 1 {
            self.fill_many(level, threads, stream, offset / size, range, progress)
        } else if in_place {
            with_workspace(|w| self.fill_next(level, threads, stream, 0, range, w, progress))
        } else {
            let mut matrix = zeros(size)?;
            self.fill_scattered(level, threads, stream, offset, &mut matrix, range, progress)
        };
        if outcome.is_break() { Err(FillError::Cancelled) } else { Ok(()) }
    }

    /// Matrices from number `index` on, as many as `out` holds; threads share each one's columns.
    fn fill_next(
        &self,
        level: Level,
        threads: usize,
        stream: Stream,
        index: usize,
        out: &mut [f32],
        workspace: &mut Workspace,
        progress: &dyn Progress,
    ) -> ControlFlow<()> {
        let size = out.len();
        let mut told = 0;
        self.law.fill(level, threads, stream, index as u64, out, workspace, &mut |done, total| {
            let now = (size as u128 * done as u128 / total as u128) as usize;
            let news = now - told;
            told = now;
            progress.advance(news)
        })
    }

    /// Matrices from number `first` on, one after another in `out`; threads share the matrices.
    fn fill_many(
        &self,
        level: Level,
        threads: usize,
        stream: Stream,
        first: usize,
        out: &mut [f32],
        progress: &dyn Progress,
    ) -> ControlFlow<()> {
        let size = self.law.rows * self.law.columns;
        let count = out.len() / size;
        let threads = threads.min(count);
        // Enough at a time that threads rarely meet at the queue, few enough that they end together.
        let together = (HANDFUL / size).min(count / threads.max(1)).max(1);
        let groups = out.chunks_mut(together * size).zip((first..).step_by(together));
        share(threads, groups, |(matrices, first)| {
            with_workspace(|workspace| self.fill_next(level, 1, stream, first, matrices, workspace, progress))
        })
    }

    /// Matrices that lie among zeros, or that the range cuts: made aside in `matrix` and copied.
    fn fill_scattered(
        &self,
        level: Level,
        threads: usize,
        stream: Stream,
        offset: usize,
        matrix: &mut [f32],
        range: &mut [f32],
        progress: &dyn Progress,
    ) -> ControlFlow<()> {
        range.fill(0.0);
        with_workspace(|workspace| {
            for b in 0..self.batch {
                let (first, last) = self.placement.reach(b, self.law.rows, self.law.columns);
                if last < offset || first >= offset + range.len() {
                    continue;
                }
                self.fill_next(level, threads, stream, b, matrix, workspace, progress)?;
                self.placement.scatter(b, matrix, self.law.columns, offset, range);
            }
            ControlFlow::Continue(())
        })
    }
}

/// Elements of the matrices of a batch that a thread takes at a time.
const HANDFUL: usize = 1 << 15;

/// Bytes that a thread keeps from one draw to the next: more than a 1152 x 128 one needs. Fresh memory costs a small
/// matrix half as much again, and a large one nothing that counts.
const KEPT: usize = 2 << 20;

/// Lends the thread's workspace.
fn with_workspace<R>(work: impl FnOnce(&mut Workspace) -> R) -> R {
    thread_local!(static SPARE: Cell<Workspace> = Cell::default());
    let mut workspace = SPARE.take();
    let result = work(&mut workspace);
    if workspace.bytes() <= KEPT {
        SPARE.set(workspace);
    }
    result
}
