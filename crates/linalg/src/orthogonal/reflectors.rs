//! A group of consecutive reflectors: their normals, their vectors packed for the kernels, their triangular factors.

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
        share(threads, work, |(i, ((vectors, triangles), diagonal))| {
            let first = first + i * run * b;
            let mut normals = pool.take();
            let lead = read_reflectors(level, stream, reads, first, diagonal.len(), &mut normals);
            let blocks = vectors
                .chunks_mut(slot)
                .zip(triangles.chunks_mut(b * b))
                .zip(diagonal.chunks_mut(b))
                .enumerate();
            for (k, ((vectors, triangle), diagonal)) in blocks {
                let rows = m - first - k * b;
                let part = Part { normals: &normals[lead + k * b * m..], m, rows };
                let vectors = &mut vectors[..rows * b];
                if b == 4 {
                    dispatch!(level, s => prepare::<_, 4>(s, part, vectors, triangle, diagonal));
                } else {
                    dispatch!(level, s => prepare::<_, 16>(s, part, vectors, triangle, diagonal));
                }
            }
            pool.put(normals);
        });
    }
}
