//! A group of consecutive reflectors: their normals, their vectors packed for the kernels, their triangular factors.

use std::ops::ControlFlow;

use fearless_simd::{Level, dispatch};
use symbreak_rng::Stream;

use super::group_len;
use super::normals::{Reads, read_reflectors};
use super::vectors::{Part, prepare};
use crate::parallel::{Pool, share};

/// Reflectors of one compact-WY block: depends on the number of columns alone, because it is part of the bits.
pub(super) const fn block_size(n: usize) -> usize {
    if n <= 96 { 4 } else { 16 }
}

/// Normals that are read before they are made into vectors: 256 KiB, so that both stay in the second-level cache.
pub(super) const RUN: usize = 1 << 16;

/// Reflectors `first .. first + count` of an m x n draw.
#[derive(Debug, Default)]
pub(super) struct Reflectors {
    m: usize,
    n: usize,
    first: usize,
    count: usize,
    /// Normals of the reflectors that a thread works on.
    normals: Pool,
    /// One slot a block: its vectors by quads, entry (quad, row, reflector of the quad).
    vectors: Vec<f32>,
    /// One B x B upper triangle a block.
    triangles: Vec<f32>,
    /// `-s_j` of every reflector of the draw, once drawn.
    diagonal: Vec<f32>,
}

/// One block of a group.
pub(super) struct Block<'a> {
    /// First reflector, and first row and column that it touches.
    pub first: usize,
    /// Rows from `first` on.
    pub rows: usize,
    pub vectors: &'a [f32],
    pub triangle: &'a [f32],
    /// `-s_j` of its reflectors, fewer than a whole block at the end.
    pub diagonal: &'a [f32],
}

impl Reflectors {
    /// Makes room for a draw of m x n; what earlier draws left is written over.
    pub(super) fn reserve(&mut self, m: usize, n: usize) {
        (self.m, self.n) = (m, n);
        let b = block_size(n);
        let blocks = n.min(group_len(m, n)).div_ceil(b);
        for (array, len) in [
            (&mut self.vectors, blocks * m * b),
            (&mut self.triangles, blocks * b * b),
            (&mut self.diagonal, n),
        ] {
            array.resize(len, 0.0);
        }
    }

    /// Bytes that are kept for the next draw.
    pub(super) fn bytes(&self) -> usize {
        let own = self.vectors.capacity() + self.triangles.capacity() + self.diagonal.capacity();
        own * size_of::<f32>() + self.normals.bytes()
    }

    pub(super) fn first(&self) -> usize {
        self.first
    }

    /// The first reflector behind the group.
    pub(super) fn end(&self) -> usize {
        self.first + self.count
    }

    pub(super) fn block_size(&self) -> usize {
        block_size(self.n)
    }

    /// Number of blocks.
    pub(super) fn blocks(&self) -> usize {
        self.count.div_ceil(self.block_size())
    }

    /// The blocks, the last first: the order in which they are applied.
    pub(super) fn blocks_backwards(&self) -> impl Iterator<Item = Block<'_>> {
        let b = self.block_size();
        let slot = (self.m - self.first) * b;
        (0..self.blocks()).rev().map(move |k| {
            let first = self.first + k * b;
            let rows = self.m - first;
            let end = (first + b).min(self.first + self.count);
            Block {
                first,
                rows,
                vectors: &self.vectors[k * slot..k * slot + rows * b],
                triangle: &self.triangles[k * b * b..(k + 1) * b * b],
                diagonal: &self.diagonal[first..end],
            }
        })
    }

    /// Whether the whole draw's determinant, the product of all signs, is -1.
    pub(super) fn determinant_is_negative(&self) -> bool {
        self.diagonal.iter().filter(|&&d| d > 0.0).count() % 2 == 1
    }

    /// Draws the group from reflector `first` on, from the matrix whose normals begin at element `start`.
    pub(super) fn draw(&mut self, level: Level, threads: usize, stream: Stream, start: u64, first: usize) {
        self.first = first;
        self.count = group_len(self.m, self.n).min(self.n - first);
        let (m, n, b, count) = (self.m, self.n, self.block_size(), self.count);
        let slot = (m - first) * b;
        let run = (RUN / (b * m)).max(1);
        let reads = Reads { start, m, n };
        let work = self.vectors[..count.div_ceil(b) * slot]
            .chunks_mut(run * slot)
            .zip(self.triangles.chunks_mut(run * b * b))
            .zip(self.diagonal[first..first + count].chunks_mut(run * b))
            .enumerate();
        let pool = &self.normals;
        // Nobody stops it.
        let _ = share(threads, work, |(i, ((vectors, triangles), diagonal))| {
            let first = first + i * run * b;
            let mut normals = pool.take();
            let lead = read_reflectors(level, stream, reads, first, diagonal.len(), &mut normals);
            let part = Part { normals: &normals[lead..], m, rows: m - first };
            prepare_blocks(level, b, part, vectors, triangles, diagonal);
            pool.put(normals);
            ControlFlow::Continue(())
        });
    }
}

/// Prepares the blocks of `b` reflectors from a part's first on, each vectors' slot as long as the group's first needs.
fn prepare_blocks(
    level: Level,
    b: usize,
    part: Part<'_>,
    vectors: &mut [f32],
    triangles: &mut [f32],
    diagonal: &mut [f32],
) {
    let slot = vectors.len() / diagonal.len().div_ceil(b);
    let blocks =
        vectors.chunks_mut(slot).zip(triangles.chunks_mut(b * b)).zip(diagonal.chunks_mut(b)).enumerate();
    for (k, ((vectors, triangle), diagonal)) in blocks {
        let rows = part.rows - k * b;
        let part = Part { normals: &part.normals[k * b * part.m..], rows, ..part };
        let vectors = &mut vectors[..rows * b];
        if b == 4 {
            dispatch!(level, s => prepare::<_, 4>(s, part, vectors, triangle, diagonal));
        } else {
            dispatch!(level, s => prepare::<_, 16>(s, part, vectors, triangle, diagonal));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dense::orthogonality_error;
    use crate::orthogonal::{PANEL, panel::Rows};
    use symbreak_rng::Kernel;

    /// The matrix of the reflectors that these columns are the normals of.
    fn reflected(level: Level, m: usize, n: usize, normals: &[f32]) -> Vec<f32> {
        let mut group = Reflectors { count: n, ..Reflectors::default() };
        group.reserve(m, n);
        let part = Part { normals, m, rows: m };
        let Reflectors { vectors, triangles, diagonal, .. } = &mut group;
        prepare_blocks(level, block_size(n), part, vectors, triangles, diagonal);
        let mut out = vec![f32::NAN; m * n];
        let q = Rows::new(&mut out, m, n, false);
        for column in (0..n).step_by(PANEL) {
            q.reflect(level, &group, column, &Pool::default());
        }
        out
    }

    /// Entry `i` of column `j`, of a kind that is hard to make a reflector of.
    fn degenerate(kind: usize, i: usize, j: usize) -> f32 {
        let ordinary = (i as f32 * (1.7 + 0.1 * j as f32)).cos();
        match (kind, i) {
            (1, _) => -0.0,
            // Multiples of e_1.
            (2, 0) => 3.0,
            (3, 0) => -1e-30,
            (0 | 2 | 3, _) => 0.0,
            // Subnormal tails, heads, and both but for one entry: no normal is nearer to 0 than 1e-14.
            (4, 0) | (6, 1) => -0.5,
            (4 | 6, _) | (5, 0) => ordinary * 1e-39,
            // The squares would vanish in f32.
            (7, _) => ordinary * 1e-30,
            _ => ordinary,
        }
    }

    #[test]
    fn degenerate_columns_give_orthogonal_matrices() {
        const KINDS: usize = 9;
        // Blocks of 4 and of 16, and a last one that is cut.
        for (m, n) in [(KINDS, KINDS), (40, 30), (150, 103), (103, 103)] {
            for shift in 0..KINDS {
                let columns = (0..n).flat_map(|j| (0..m).map(move |i| degenerate((j + shift) % KINDS, i, j)));
                let normals: Vec<f32> = columns.collect();
                for kernel in [Kernel::Scalar, Kernel::best()] {
                    let q = reflected(kernel.level().expect("it runs"), m, n, &normals);
                    assert!(q.iter().all(|x| x.is_finite()), "{m} x {n} from {shift} on, {kernel}");
                    let error = orthogonality_error(&q, m, n);
                    assert!(error <= 5e-7, "{m} x {n} from {shift} on, {kernel}: {error}");
                }
            }
        }
    }

    #[test]
    fn columns_without_a_tail_are_reflections_of_an_axis() {
        let (m, n) = (5, 3);
        let mut normals = vec![0.0; m * n];
        (normals[0], normals[m], normals[2 * m]) = (2.0, -7.0, -0.0);
        let q = reflected(Level::new(), m, n, &normals);
        // -s on the diagonal, and each reflection turns its own axis back.
        let sign = |j: usize| 1f32.copysign(normals[j * m]);
        let expected = (0..m * n).map(|k| if k / n == k % n { sign(k % n) } else { 0.0 });
        assert!(q.iter().copied().eq(expected), "{q:?}");
    }
}
