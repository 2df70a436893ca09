//! A group of consecutive reflectors: their normals, their vectors packed for the kernels, their triangular factors.

use fearless_simd::{Level, Simd, dispatch, f32x4, f32x8, f64x4, prelude::*};
use fearless_simd_macros::simd;
use symbreak_rng::{BLOCK, LANES, Lanes, Stream};
use symbreak_samplers::normal::standard_pair;

use super::GROUP;
use crate::parallel::{Pool, share};

/// Reflectors of one compact-WY block: depends on the number of columns alone, because it is part of the bits.
pub(super) const fn block_size(n: usize) -> usize {
    if n <= 96 { 4 } else { 16 }
}

/// Normals that are read before they are made into vectors: 256 KiB, so that both stay in the second-level cache.
const RUN: usize = 1 << 16;

/// Reflectors whose entries lie side by side in the packed vectors.
pub(super) const QUAD: usize = 4;

/// Reflectors `first .. first + count` of an m x n draw.
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
    pub(super) fn new(m: usize, n: usize) -> Self {
        let b = block_size(n);
        let blocks = n.min(GROUP).div_ceil(b);
        Self {
            m,
            n,
            first: 0,
            count: 0,
            normals: Pool::default(),
            vectors: vec![0.0; blocks * m * b],
            triangles: vec![0.0; blocks * b * b],
            diagonal: vec![0.0; n],
        }
    }

    /// Rows and columns of the draw.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.m, self.n)
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

/// Reads the normals of reflectors `first .. first + count`, from whole blocks of the stream; where they begin.
fn read_reflectors(
    level: Level,
    stream: Stream,
    reads: Reads,
    first: usize,
    count: usize,
    normals: &mut Vec<f32>,
) -> usize {
    let Reads { start, m, .. } = reads;
    let begin = start + (first * m) as u64;
    let lead = (begin % BLOCK as u64) as usize;
    let needed = (lead + (count - 1) * m + (m - first - count + 1)).next_multiple_of(BLOCK);
    normals.resize(needed, 0.0);
    for (i, out) in normals.chunks_exact_mut(BLOCK).enumerate() {
        let block = begin / BLOCK as u64 + i as u64;
        dispatch!(level, s => read_normals(s, stream, block, reads, out));
    }
    lead
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
    s: S,
    part: Part<'_>,
    vectors: &mut [f32],
    triangle: &mut [f32],
    diagonal: &mut [f32],
) {
    let mut inverse = [0.0; B];
    for (p, d) in diagonal.iter_mut().enumerate() {
        let x = &part.normals[p * part.m..];
        let head = f64::from(x[0]);
        let norm = sum_of_squares(s, x, part.rows - p).sqrt();
        // A tail of zeros keeps the reflector e_1, whose scale is of no consequence.
        inverse[p] = if norm > 0.0 { (1.0 / (head + norm.copysign(head))) as f32 } else { 0.0 };
        *d = -(1f32.copysign(x[0]));
    }
    pack(s, part, &inverse[..diagonal.len()], vectors);
    let gram = gram::<S, B>(s, part.rows, vectors);
    invert::<B>(&gram, diagonal.len(), triangle);
}

/// The sum of squares of the first `count` values in f64: 16 stripes, then a tree. What lies behind them is read and
/// counts nothing.
#[inline(always)]
fn sum_of_squares<S: Simd>(s: S, x: &[f32], count: usize) -> f64 {
    let mut sums = [f64x4::splat(s, 0.0); 4];
    let whole = count / 16 * 16;
    for chunk in x[..whole].chunks_exact(16) {
        add_squares(s, chunk, &mut sums);
    }
    if whole < count {
        let mut last = [0.0; 16];
        if let Some(chunk) = x[whole..].first_chunk::<16>() {
            // Times 0, not a shorter loop: its square is +0.
            let live = &LIVE[16 - (count - whole)..];
            for l in 0..16 {
                last[l] = chunk[l] * live[l];
            }
        } else {
            last[..count - whole].copy_from_slice(&x[whole..count]);
        }
        add_squares(s, &last, &mut sums);
    }
    // Stripes l and l + 8, + 4, + 2, + 1.
    let sums = (sums[0] + sums[2]) + (sums[1] + sums[3]);
    let sums = sums.as_slice();
    (sums[0] + sums[2]) + (sums[1] + sums[3])
}

/// Adds the squares of 16 values to 16 stripes.
#[inline(always)]
fn add_squares<S: Simd>(s: S, chunk: &[f32], sums: &mut [f64x4<S>; 4]) {
    for half in 0..2 {
        let (low, high) = s.widen_f32x8(f32x8::from_slice(s, &chunk[half * 8..half * 8 + 8]));
        sums[2 * half] += low * low;
        sums[2 * half + 1] += high * high;
    }
}

/// Sixteen ones, sixteen zeros.
const LIVE: [f32; 32] = {
    let mut live = [0.0; 32];
    let mut l = 0;
    while l < 16 {
        live[l] = 1.0;
        l += 1;
    }
    live
};

/// Entry (row i, reflector p) is 0 for i < p, 1 for i = p, and below that the normal times `inverse[p]`.
#[inline(always)]
fn pack<S: Simd>(s: S, part: Part<'_>, inverse: &[f32], vectors: &mut [f32]) {
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
            interleave(s, normals, m, p0, &inverse[p0..p0 + QUAD], below);
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

/// The rows below a quad's triangle: entry (i, q) is normal number `QUAD - q + i` of reflector `first + q`, scaled.
#[inline(always)]
fn interleave<S: Simd>(s: S, normals: &[f32], m: usize, first: usize, scale: &[f32], out: &mut [f32]) {
    let rows = out.len() / QUAD;
    let a = &normals[first * m + 4..][..rows];
    let b = &normals[(first + 1) * m + 3..][..rows];
    let c = &normals[(first + 2) * m + 2..][..rows];
    let d = &normals[(first + 3) * m + 1..][..rows];
    let scales = f32x4::from_slice(s, scale);
    let whole = rows / 4 * 4;
    for i in (0..whole).step_by(4) {
        let column = |x: &[f32]| f32x4::from_slice(s, &x[i..i + 4]);
        let (a, b, c, d) = (column(a), column(b), column(c), column(d));
        // Twice zipping transposes four rows of four.
        let (ac, bd) = (s.zip_low_f32x4(a, c), s.zip_low_f32x4(b, d));
        let (ac2, bd2) = (s.zip_high_f32x4(a, c), s.zip_high_f32x4(b, d));
        let rows = &mut out[i * QUAD..(i + 4) * QUAD];
        (s.zip_low_f32x4(ac, bd) * scales).store_slice(&mut rows[..4]);
        (s.zip_high_f32x4(ac, bd) * scales).store_slice(&mut rows[4..8]);
        (s.zip_low_f32x4(ac2, bd2) * scales).store_slice(&mut rows[8..12]);
        (s.zip_high_f32x4(ac2, bd2) * scales).store_slice(&mut rows[12..16]);
    }
    for i in whole..rows {
        for (q, x) in [a[i], b[i], c[i], d[i]].into_iter().enumerate() {
            out[i * QUAD + q] = x * scale[q];
        }
    }
}

/// The upper triangle of V'V in f64, rows ascending; what is below it is of no consequence.
#[inline(always)]
fn gram<S: Simd, const B: usize>(s: S, rows: usize, vectors: &[f32]) -> [[f64; B]; B] {
    let mut gram = [[0f64; B]; B];
    if const { B == QUAD } {
        let mut sums = [f64x4::splat(s, 0.0); QUAD];
        for v in vectors.chunks_exact(QUAD) {
            let v = widened(v);
            let y = f64x4::from_slice(s, &v);
            for i in 0..QUAD {
                sums[i] += f64x4::splat(s, v[i]) * y;
            }
        }
        for i in 0..QUAD {
            sums[i].store_slice(&mut gram[i][..QUAD]);
        }
        return gram;
    }
    // Rows are widened once, a few at a time, and then read by every product.
    let mut wide = [[0f64; 16]; CHUNK];
    let mut sums = [[f64x4::splat(s, 0.0); 8]; TILES.len()];
    for first in (0..rows).step_by(CHUNK) {
        let count = CHUNK.min(rows - first);
        for k in 0..B / QUAD {
            let quad = &vectors[(k * rows + first) * QUAD..][..count * QUAD];
            for (row, v) in wide.iter_mut().zip(quad.chunks_exact(QUAD)) {
                // Said in vectors: left to itself the compiler gathers over rows.
                let (low, high) = s.widen_f32x4(f32x4::from_slice(s, v));
                low.store_slice(&mut row[k * QUAD..k * QUAD + 2]);
                high.store_slice(&mut row[k * QUAD + 2..k * QUAD + 4]);
            }
        }
        for (sums, (left, column)) in sums.iter_mut().zip(TILES) {
            add_products(s, &wide[..count], left, column, sums);
        }
    }
    for (sums, (left, column)) in sums.iter().zip(TILES) {
        for i in 0..8 {
            sums[i].store_slice(&mut gram[left + i][column..column + 4]);
        }
    }
    gram
}

/// Rows that are widened at a time: 4 KiB.
const CHUNK: usize = 32;

/// First column on the left and on the right of the products that make the upper triangle of 16, 8 x 4 at a time:
/// enough chains to hide an addition's latency, few enough for 16 registers.
const TILES: [(usize, usize); 6] = [(0, 0), (0, 4), (0, 8), (0, 12), (8, 8), (8, 12)];

/// Adds the products of the eight columns from `left` on with the four from `column` on, row by row.
#[inline(always)]
fn add_products<S: Simd>(s: S, rows: &[[f64; 16]], left: usize, column: usize, sums: &mut [f64x4<S>; 8]) {
    let mut chains = *sums;
    for row in rows {
        let x = &row[left..left + 8];
        let y = f64x4::from_slice(s, &row[column..column + 4]);
        for i in 0..8 {
            chains[i] += f64x4::splat(s, x[i]) * y;
        }
    }
    *sums = chains;
}

#[inline(always)]
fn widened(quad: &[f32]) -> [f64; QUAD] {
    [quad[0].into(), quad[1].into(), quad[2].into(), quad[3].into()]
}

/// `T`, the inverse of the strict upper triangle plus half the diagonal, column by column in f64; zero beyond `live`.
#[inline(always)]
fn invert<const B: usize>(gram: &[[f64; B]; B], live: usize, triangle: &mut [f32]) {
    // By columns: all rows of a column advance together, each in its own order. Zeros below the diagonal add nothing.
    let mut t = [[0f64; B]; B];
    for j in 0..live {
        let head = 2.0 / gram[j][j];
        let mut sums = [0f64; B];
        for l in 0..j {
            let g = gram[l][j];
            for i in 0..B {
                sums[i] += t[l][i] * g;
            }
        }
        for i in 0..j {
            t[j][i] = -sums[i] * head;
        }
        t[j][j] = head;
    }
    for i in 0..B {
        for j in 0..B {
            triangle[i * B + j] = t[j][i] as f32;
        }
    }
}
