//! Splits a range into block-aligned chunks that threads take one after another.

use std::sync::Mutex;

use symbreak_rng::BLOCK;

use crate::out::Out;

/// Elements a thread takes at a time: 64 blocks, 1 MiB of f32. Long enough to hide the lock, short enough that two
/// threads end together and that a cancelled fill stops within a millisecond.
pub(crate) const CHUNK: usize = 64 * BLOCK;

/// Chunks of one output, handed out in order.
pub(crate) struct Queue<'a> {
    rest: Mutex<Option<(u64, Out<'a>)>>,
}

impl<'a> Queue<'a> {
    /// A queue over `out`, whose first element is element `offset` of the tensor.
    pub(crate) fn new(offset: u64, out: Out<'a>) -> Self {
        Self { rest: Mutex::new(Some((offset, out))) }
    }

    /// The next chunk and the tensor element it starts at. Cuts fall on block boundaries, so no block is made twice.
    pub(crate) fn take(&self) -> Option<(u64, Out<'a>)> {
        let mut rest = self.rest.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (offset, out) = rest.take()?;
        let cut = CHUNK - (offset % BLOCK as u64) as usize;
        if out.len() <= cut {
            return Some((offset, out));
        }
        let (head, tail) = out.split_at(cut);
        *rest = Some((offset + cut as u64, tail));
        Some((offset, head))
    }
}
