//! Cutting pieces into slabs.

use crate::piece::Piece;

/// Bytes of a slab: enough for every core to have a share, few enough to stay in a cache.
pub(crate) const SLAB: usize = 8 << 20;

/// Elements that a cut keeps together: one block of the word generator, so that no block is made twice.
const BLOCK: u64 = 4096;

/// Elements `first .. first + elements` of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) piece: usize,
    pub(crate) first: u64,
    pub(crate) elements: usize,
}

/// The slabs of a list of pieces, in order. A law that is made as one piece gets a slab of its own, however large.
pub(crate) struct Cuts<'a> {
    pieces: &'a [Piece],
    piece: usize,
    first: u64,
}

impl<'a> Cuts<'a> {
    pub(crate) fn new(pieces: &'a [Piece]) -> Self {
        Self { pieces, piece: 0, first: 0 }
    }

    /// The next run that fits into `room` bytes, or `None` if none does. `fresh` tells that the slab is still empty.
    fn run(&mut self, room: usize, fresh: bool) -> Option<Run> {
        let piece = self.pieces.get(self.piece)?;
        let left = piece.elements - self.first;
        let fits = (room / piece.dtype.size()) as u64;
        let elements = if left <= fits {
            left
        } else if piece.job.law.is_whole() {
            if !fresh {
                return None;
            }
            left
        } else {
            // The cut falls on a block of the law's tensor, of which the piece may be a part.
            let start = piece.job.offset + self.first;
            ((start + fits) / BLOCK * BLOCK).saturating_sub(start)
        };
        if elements == 0 && left > 0 {
            return None;
        }
        let run = Run { piece: self.piece, first: self.first, elements: elements as usize };
        self.first += elements;
        if self.first == piece.elements {
            (self.piece, self.first) = (self.piece + 1, 0);
        }
        Some(run)
    }
}

impl Iterator for Cuts<'_> {
    type Item = Vec<Run>;

    fn next(&mut self) -> Option<Vec<Run>> {
        let mut runs = Vec::new();
        let mut used = 0usize;
        while let Some(run) = self.run(SLAB.saturating_sub(used), used == 0) {
            let size = self.pieces[run.piece].dtype.size();
            used = (used + run.elements * size).next_multiple_of(8);
            runs.push(run);
        }
        if runs.is_empty() { None } else { Some(runs) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use symbreak_init::{Dtype, Job, Law};
    use symbreak_rng::Stream;

    fn piece(elements: u64, offset: u64, dtype: Dtype) -> Piece {
        Piece { job: Job { law: Law::Constant(1.0), stream: Stream::new(0, 0), offset }, dtype, elements }
    }

    fn dtype() -> impl Strategy<Value = Dtype> {
        prop_oneof![Just(Dtype::F32), Just(Dtype::F64), Just(Dtype::F16), Just(Dtype::Bf16)]
    }

    proptest! {
        #[test]
        fn cuts_cover_every_element_once_in_order(
            sizes in prop::collection::vec((0u64..9_000_000, 0u64..10_000, dtype()), 0..6),
        ) {
            let pieces: Vec<_> = sizes.iter().map(|&(n, offset, dtype)| piece(n, offset, dtype)).collect();
            let mut next = (0, 0);
            for runs in Cuts::new(&pieces) {
                let mut bytes = 0;
                for run in runs {
                    prop_assert_eq!((run.piece, run.first), next);
                    bytes = (bytes + run.elements * pieces[run.piece].dtype.size()).next_multiple_of(8);
                    let end = run.first + run.elements as u64;
                    let whole = end == pieces[run.piece].elements;
                    prop_assert!(whole || (pieces[run.piece].job.offset + end).is_multiple_of(BLOCK));
                    next = if whole { (run.piece + 1, 0) } else { (run.piece, end) };
                }
                prop_assert!(bytes <= SLAB);
            }
            prop_assert_eq!(next, (pieces.len(), 0));
        }
    }
}
