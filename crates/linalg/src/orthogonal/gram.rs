//! The products of a block's vectors with each other, and the triangle of the compact-WY form.

use fearless_simd::{Simd, f32x4, f64x4, prelude::*};

use super::reflectors::QUAD;

/// The upper triangle of V'V in f64, rows ascending; what is below it is of no consequence.
#[inline(always)]
pub(super) fn gram<S: Simd, const B: usize>(s: S, rows: usize, vectors: &[f32]) -> [[f64; B]; B] {
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
pub(super) fn invert<const B: usize>(gram: &[[f64; B]; B], live: usize, triangle: &mut [f32]) {
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
