//! A group of consecutive reflectors: their normals, their vectors packed for the kernels, their triangular factors.

use fearless_simd::{Level, Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;
use symbreak_rng::{BLOCK, LANES, Lanes, Stream};
use symbreak_samplers::normal::standard_pair;

use super::GROUP;
use crate::parallel::share;

/// Reflectors of one compact-WY block: depends on the number of columns alone, because it is part of the bits.
pub(super) const fn block_size(n: usize) -> usize {
    if n <= 96 { 4 } else { 16 }
}

/// Reflectors whose entries lie side by side in the packed vectors.
pub(super) const QUAD: usize = 4;

/// Reflectors `first .. first + count` of an m x n draw.
pub(super) struct Reflectors {
    m: usize,
    n: usize,
    first: usize,
    count: usize,
    normals: Vec<f32>,
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
    pub(super) fn new(m: usize, n: usize) -> Self {
        let b = block_size(n);
        let blocks = n.min(GROUP).div_ceil(b);
        Self {
            m,
            n,
            first: 0,
            count: 0,
            normals: vec![0.0; (n.min(GROUP) * m + BLOCK).next_multiple_of(BLOCK)],
            vectors: vec![0.0; blocks * m * b],
            triangles: vec![0.0; blocks * b * b],
            diagonal: vec![0.0; n],
        }
    }

    pub(super) fn first(&self) -> usize {
        self.first
    }

    pub(super) fn block_size(&self) -> usize {
        block_size(self.n)
    }

    /// The blocks, the last first: the order in which they are applied.
    pub(super) fn blocks_backwards(&self) -> impl Iterator<Item = Block<'_>> {
        let b = self.block_size();
        let slot = (self.m - self.first) * b;
        (0..self.count.div_ceil(b)).rev().map(move |k| {
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
        self.count = GROUP.min(self.n - first);
        let (m, n, b, count) = (self.m, self.n, self.block_size(), self.count);
        let begin = start + (first * m) as u64;
        let aligned = begin / BLOCK as u64;
        let lead = (begin % BLOCK as u64) as usize;
        let needed = (lead + (count - 1) * m + (m - first - count + 1)).next_multiple_of(BLOCK);
        let reads = Reads { start, m, n };
        share(threads, self.normals[..needed].chunks_mut(BLOCK).enumerate(), |(i, out)| {
            let block = aligned + i as u64;
            dispatch!(level, s => read_normals(s, stream, block, reads, out));
        });
        let normals = &self.normals[lead..needed];
        let slot = (m - first) * b;
        let work = self.vectors[..count.div_ceil(b) * slot]
            .chunks_mut(slot)
            .zip(self.triangles.chunks_mut(b * b))
            .zip(self.diagonal[first..first + count].chunks_mut(b))
            .enumerate();
        share(threads, work, |(k, ((vectors, triangle), diagonal))| {
            let rows = m - first - k * b;
            let part = Part { normals: &normals[k * b * m..], m, rows };
            let vectors = &mut vectors[..rows * b];
            if b == 4 {
                dispatch!(level, s => prepare::<_, 4>(s, part, vectors, triangle, diagonal));
            } else {
                dispatch!(level, s => prepare::<_, 16>(s, part, vectors, triangle, diagonal));
            }
        });
    }
}

/// Which normals of the stream a draw reads: reflector j the elements `start + j m .. start + j m + (m - j)`.
#[derive(Clone, Copy)]
struct Reads {
    start: u64,
    m: usize,
    n: usize,
}

impl Reads {
    /// Whether any of the 32 elements from `element` on is read.
    fn any(self, element: u64) -> bool {
        let end = element + 2 * LANES as u64;
        if end <= self.start {
            return false;
        }
        let at = element.saturating_sub(self.start);
        let (row, column) = (at / self.m as u64, at % self.m as u64);
        row < self.n as u64
            && (column + row < self.m as u64 || at - column + (self.m as u64) < end - self.start)
    }
}

/// Makes the standard normals of a block, groups of 32 that nothing reads are only stepped over.
#[simd]
fn read_normals<S: Simd>(s: S, stream: Stream, block: u64, reads: Reads, out: &mut [f32]) {
    let states = stream.lane_states(block);
    let width = S::f32s::LEN;
    for lane in (0..LANES).step_by(width) {
        let mut lanes = Lanes::load(s, &states, lane);
        let mut element = block * BLOCK as u64;
        for pair in out.chunks_exact_mut(2 * LANES) {
            let radius = lanes.step();
            let angle = lanes.step();
            if reads.any(element) {
                let (x, y) = standard_pair(s, radius, angle);
                x.store_slice(&mut pair[lane..lane + width]);
                y.store_slice(&mut pair[LANES + lane..LANES + lane + width]);
            }
            element += 2 * LANES as u64;
        }
    }
}

/// The normals of a block's reflectors: reflector p is `normals[p * m ..][.. rows - p]`.
#[derive(Clone, Copy)]
struct Part<'a> {
    normals: &'a [f32],
    m: usize,
    rows: usize,
}

/// Turns a block's normals into unit-headed vectors `v_p` (zero above row p), the triangle
/// `T = (strict upper triangle of V'V + half its diagonal)^-1`, and the diagonal `-s_p`.
#[simd]
fn prepare<S: Simd, const B: usize>(
    _: S,
    part: Part<'_>,
    vectors: &mut [f32],
    triangle: &mut [f32],
    diagonal: &mut [f32],
) {
    let mut inverse = [0.0; B];
    for (p, d) in diagonal.iter_mut().enumerate() {
        let x = &part.normals[p * part.m..][..part.rows - p];
        let head = f64::from(x[0]);
        let norm = sum_of_squares(x).sqrt();
        // A tail of zeros keeps the reflector e_1, whose scale is of no consequence.
        inverse[p] = if norm > 0.0 { (1.0 / (head + norm.copysign(head))) as f32 } else { 0.0 };
        *d = -(1f32.copysign(x[0]));
    }
    pack(part, &inverse[..diagonal.len()], vectors);
    let gram = gram::<B>(part.rows, vectors);
    invert::<B>(&gram, diagonal.len(), triangle);
}

/// The sum of squares in f64: 16 stripes, then a tree.
#[inline(always)]
fn sum_of_squares(x: &[f32]) -> f64 {
    let mut sums = [0f64; 16];
    let chunks = x.chunks_exact(16);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (sum, &value) in sums.iter_mut().zip(chunk) {
            *sum += f64::from(value) * f64::from(value);
        }
    }
    for (sum, &value) in sums.iter_mut().zip(rest) {
        *sum += f64::from(value) * f64::from(value);
    }
    for half in [8, 4, 2, 1] {
        for l in 0..half {
            sums[l] += sums[l + half];
        }
    }
    sums[0]
}

/// Entry (row i, reflector p) is 0 for i < p, 1 for i = p, and below that the normal times `inverse[p]`.
#[inline(always)]
fn pack(part: Part<'_>, inverse: &[f32], vectors: &mut [f32]) {
    let Part { normals, m, rows } = part;
    for (quad, packed) in vectors.chunks_exact_mut(rows * QUAD).enumerate() {
        let p0 = quad * QUAD;
        let top = (p0 + QUAD).min(rows);
        packed[..top * QUAD].fill(0.0);
        for p in p0..inverse.len().min(p0 + QUAD) {
            packed[p * QUAD + p - p0] = 1.0;
            for i in p + 1..top {
                packed[i * QUAD + p - p0] = normals[p * m + i - p] * inverse[p];
            }
        }
        let below = &mut packed[top * QUAD..];
        if p0 + QUAD <= inverse.len() {
            let n = rows - top;
            let tails: [&[f32]; QUAD] = core::array::from_fn(|q| &normals[(p0 + q) * m + QUAD - q..][..n]);
            for (i, row) in below.chunks_exact_mut(QUAD).enumerate() {
                for q in 0..QUAD {
                    row[q] = tails[q][i] * inverse[p0 + q];
                }
            }
        } else {
            below.fill(0.0);
            for p in p0..inverse.len() {
                for i in top..rows {
                    packed[i * QUAD + p - p0] = normals[p * m + i - p] * inverse[p];
                }
            }
        }
    }
}

/// The upper triangle of V'V in f64, rows ascending.
#[inline(always)]
fn gram<const B: usize>(rows: usize, vectors: &[f32]) -> [[f64; B]; B] {
    let mut gram = [[0f64; B]; B];
    for right in 0..B / QUAD {
        // Rows above the right quad's first reflector hold zeros there.
        let skip = (right * QUAD).min(rows) * QUAD;
        let y = &vectors[right * rows * QUAD..(right + 1) * rows * QUAD][skip..];
        for left in 0..=right {
            let x = &vectors[left * rows * QUAD..(left + 1) * rows * QUAD][skip..];
            let mut sums = [[0f64; QUAD]; QUAD];
            for (x, y) in x.chunks_exact(QUAD).zip(y.chunks_exact(QUAD)) {
                for (sums, &x) in sums.iter_mut().zip(x) {
                    for (sum, &y) in sums.iter_mut().zip(y) {
                        *sum += f64::from(x) * f64::from(y);
                    }
                }
            }
            for (i, sums) in sums.iter().enumerate() {
                gram[left * QUAD + i][right * QUAD..][..QUAD].copy_from_slice(sums);
            }
        }
    }
    gram
}

/// `T`, the inverse of the strict upper triangle plus half the diagonal, column by column in f64; zero beyond `live`.
#[inline(always)]
fn invert<const B: usize>(gram: &[[f64; B]; B], live: usize, triangle: &mut [f32]) {
    let mut t = [[0f64; B]; B];
    for j in 0..live {
        let head = 2.0 / gram[j][j];
        t[j][j] = head;
        for row in t[..j].iter_mut().enumerate() {
            let (i, row) = row;
            let mut sum = 0.0;
            for l in i..j {
                sum += row[l] * gram[l][j];
            }
            row[j] = -sum * head;
        }
    }
    for (out, value) in triangle.iter_mut().zip(t.as_flattened()) {
        *out = *value as f32;
    }
}
