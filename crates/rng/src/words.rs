//! The words themselves: as a slice, and as a generator for the `rand` family of crates.

use core::convert::Infallible;

use fearless_simd::{Level, Simd};
use rand_core::TryRng;

use crate::lanes::{skip, step};
use crate::range::{Transform, fill_range};
use crate::{BLOCK, LANES, LaneStates, Stream};

struct Plain;

impl Transform<u32> for Plain {
    const GROUP: usize = LANES;
    const WORDS: usize = 1;

    #[inline(always)]
    fn transform<S: Simd>(&self, _: S, states: &mut LaneStates, out: &mut [u32]) {
        for chunk in out.chunks_exact_mut(LANES) {
            chunk.copy_from_slice(&step(states));
        }
    }
}

/// Fills `out` with words `offset ..` of a stream.
pub fn fill_words(level: Level, stream: Stream, offset: u64, out: &mut [u32]) {
    fill_range(level, stream, offset, out, &Plain);
}

/// A stream's words one after another, for `rand` and `rand_distr`.
#[derive(Clone, Debug)]
pub struct Words {
    stream: Stream,
    position: u64,
    /// The lanes after the step that made `row`.
    states: LaneStates,
    /// The words of the step that word `position` belongs to.
    row: [u32; LANES],
}

impl Words {
    /// The words of `stream` from word `position` on.
    pub fn new(stream: Stream, position: u64) -> Self {
        let mut states = stream.lane_states(position / BLOCK as u64);
        skip(&mut states, (position % BLOCK as u64) as usize / LANES);
        let row = step(&mut states);
        Self { stream, position, states, row }
    }

    /// Number of the next word.
    pub const fn position(&self) -> u64 {
        self.position
    }

    #[inline]
    fn next(&mut self) -> u32 {
        let word = self.row[(self.position % LANES as u64) as usize];
        self.position = self.position.wrapping_add(1);
        if self.position.is_multiple_of(LANES as u64) {
            if self.position.is_multiple_of(BLOCK as u64) {
                self.states = self.stream.lane_states(self.position / BLOCK as u64);
            }
            self.row = step(&mut self.states);
        }
        word
    }
}

impl TryRng for Words {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next())
    }

    /// The first word is the low half.
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.next());
        Ok(u64::from(self.next()) << 32 | low)
    }

    /// Words in little-endian order; what is left of the last one is dropped.
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(4) {
            let bytes = self.next().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}
