//! The normals that reflectors are made of.

use fearless_simd::{Level, Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;
use symbreak_rng::{BLOCK, LANES, Lanes, Stream};
use symbreak_samplers::normal::standard_pair;

use crate::aligned::Aligned;

/// Reads the normals of reflectors `first .. first + count`, from whole blocks of the stream; where they begin.
pub(super) fn read_reflectors(
    level: Level,
    stream: Stream,
    reads: Reads,
    first: usize,
    count: usize,
    normals: &mut Aligned,
) -> usize {
    let Reads { start, m, .. } = reads;
    let begin = start + (first * m) as u64;
    let lead = (begin % BLOCK as u64) as usize;
    let needed = (lead + (count - 1) * m + (m - first - count + 1)).next_multiple_of(BLOCK);
    normals.resize(needed);
    for (i, out) in normals.chunks_exact_mut(BLOCK).enumerate() {
        let block = begin / BLOCK as u64 + i as u64;
        dispatch!(level, s => read_normals(s, stream, block, reads, out));
    }
    lead
}

/// Which normals of the stream a draw reads: reflector j the elements `start + j m .. start + j m + (m - j)`.
#[derive(Clone, Copy)]
pub(super) struct Reads {
    pub start: u64,
    pub m: usize,
    pub n: usize,
}

/// A walk over the stream's elements, as entries of the matrix that is read.
struct Walk {
    reads: Reads,
    row: usize,
    column: usize,
}

impl Walk {
    /// Begins at an element that isn't before the matrix.
    fn new(reads: Reads, element: u64) -> Self {
        let at = element - reads.start;
        let m = reads.m as u64;
        Self { reads, row: (at / m) as usize, column: (at % m) as usize }
    }

    /// Goes on by `count` elements; whether any of them is read.
    fn step(&mut self, count: usize) -> bool {
        let Reads { m, n, .. } = self.reads;
        let mut read = self.row < n && self.column + self.row < m;
        self.column += count;
        // No division: it would take longer than a group's normals.
        while self.column >= m {
            self.column -= m;
            self.row += 1;
            read |= self.row < n && self.column > 0;
        }
        read
    }
}

/// Makes the standard normals of a block, groups of 32 that nothing reads are only stepped over.
#[simd]
fn read_normals<S: Simd>(s: S, stream: Stream, block: u64, reads: Reads, out: &mut [f32]) {
    let states = stream.lane_states(block);
    let width = S::f32s::LEN;
    for lane in (0..LANES).step_by(width) {
        let mut lanes = Lanes::load(s, &states, lane);
        let mut walk = Walk::new(reads, block * BLOCK as u64);
        for pair in out.chunks_exact_mut(2 * LANES) {
            let radius = lanes.step();
            let angle = lanes.step();
            if walk.step(2 * LANES) {
                let (x, y) = standard_pair(s, radius, angle);
                x.store_slice(&mut pair[lane..lane + width]);
                y.store_slice(&mut pair[LANES + lane..LANES + lane + width]);
            }
        }
    }
}
