//! Splits ranges into block-aligned chunks that threads take one after another.

use symbreak_rng::BLOCK;

use crate::job::Job;
use crate::out::Out;

/// Elements a thread takes at a time: 64 blocks, 1 MiB of f32. Long enough to hide the lock, short enough that two
/// threads end together and that a cancelled fill stops within a millisecond.
pub(crate) const CHUNK: usize = 64 * BLOCK;

/// A part of one job's range: the output's first element is element `offset` of the tensor.
pub(crate) struct Chunk<'a> {
    pub(crate) job: &'a Job,
    pub(crate) offset: u64,
    pub(crate) out: Out<'a>,
}

/// The chunks of any number of jobs, in order.
pub(crate) struct Chunks<'a, I> {
    open: Option<Chunk<'a>>,
    tasks: I,
}

impl<'a, I: Iterator<Item = (&'a Job, Out<'a>)>> Chunks<'a, I> {
    pub(crate) fn new(tasks: I) -> Self {
        Self { open: None, tasks }
    }
}

impl<'a, I: Iterator<Item = (&'a Job, Out<'a>)>> Iterator for Chunks<'a, I> {
    type Item = Chunk<'a>;

    /// Cuts fall on block boundaries, so no block is made twice.
    fn next(&mut self) -> Option<Chunk<'a>> {
        let Chunk { job, offset, out } = match self.open.take() {
            Some(chunk) => chunk,
            None => self.tasks.next().map(|(job, out)| Chunk { job, offset: job.offset, out })?,
        };
        let cut = CHUNK - (offset % BLOCK as u64) as usize;
        if out.len() <= cut {
            return Some(Chunk { job, offset, out });
        }
        let (head, tail) = out.split_at(cut);
        self.open = Some(Chunk { job, offset: offset + cut as u64, out: tail });
        Some(Chunk { job, offset, out: head })
    }
}
