//! Memory that pieces are made in on their way to a file.

use std::ops::Range;

use fearless_simd::Level;
use symbreak_init::{FillError, Job, Out, Progress, fill_all};

use crate::cut::{Run, SLAB};
use crate::piece::Piece;

// Files are little-endian, and values reach them as they lie in memory.
const _: () = assert!(cfg!(target_endian = "little"), "files are written from little-endian memory");

/// Runs of pieces, each starting at a multiple of 8 bytes, so that their memory can be seen as any element type.
#[derive(Default)]
pub(crate) struct Slab {
    words: Vec<u64>,
    /// Where each run's bytes lie, in the order of the file.
    ranges: Vec<Range<usize>>,
}

impl Slab {
    /// Makes the values of `runs`, in place of what the slab held.
    pub(crate) fn make(
        &mut self,
        level: Level,
        threads: usize,
        pieces: &[Piece],
        runs: &[Run],
        progress: &dyn Progress,
    ) -> Result<(), FillError> {
        self.lay_out(pieces, runs)?;
        let jobs: Vec<Job> = runs.iter().map(|run| pieces[run.piece].job.skip(run.first)).collect();
        let mut rest: &mut [u8] = bytemuck::cast_slice_mut(&mut self.words);
        let mut end = 0;
        let mut tasks = Vec::with_capacity(runs.len());
        for ((job, run), range) in jobs.iter().zip(runs).zip(&self.ranges) {
            let (head, tail) = std::mem::take(&mut rest).split_at_mut(range.end - end);
            let out = Out::of_bytes(pieces[run.piece].dtype, &mut head[range.start - end..]);
            tasks.push((job, out.expect("runs start at multiples of 8 bytes")));
            (rest, end) = (tail, range.end);
        }
        fill_all(level, threads, tasks, progress)
    }

    fn lay_out(&mut self, pieces: &[Piece], runs: &[Run]) -> Result<(), FillError> {
        self.ranges.clear();
        let mut end = 0usize;
        for run in runs {
            let start = end.next_multiple_of(8);
            end = start + run.elements * pieces[run.piece].dtype.size();
            self.ranges.push(start..end);
        }
        if self.words.capacity() * 8 > SLAB {
            // The memory of a law that is made as one piece doesn't stay.
            self.words = Vec::new();
        }
        let words = end.div_ceil(8);
        let more = words.saturating_sub(self.words.len());
        self.words.try_reserve_exact(more).map_err(|_| FillError::OutOfMemory)?;
        self.words.resize(words, 0);
        Ok(())
    }

    /// Each run's bytes, in the order of the file.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &[u8]> {
        let bytes: &[u8] = bytemuck::cast_slice(&self.words);
        self.ranges.iter().map(move |range| &bytes[range.clone()])
    }

    /// Number of bytes of the file that the slab holds.
    pub(crate) fn len(&self) -> usize {
        self.ranges.iter().map(Range::len).sum()
    }
}
