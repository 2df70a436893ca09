//! The products of a block's vectors with each other, and the triangle of the compact-WY form.

use fearless_simd::{Simd, f32x4, f32x8, f64x4, prelude::*};

use super::QUAD;

/// The upper triangle of V'V in f64, rows ascending; what is below it is of no consequence.
///
/// The product of two f32 is exact in f64, so that a fused multiply-add and two roundings are the same here.
#[inline(always)]
pub(super) fn gram<S: Simd, const B: usize>(s: S, rows: usize, vectors: &[f32]) -> [[f64; B]; B] {
    let mut gram = [[0f64; B]; B];
    if const { B == QUAD } {
        let sums = gram_of_quad(s, vectors);
        for i in 0..QUAD {
            sums[i].store_slice(&mut gram[i][..QUAD]);
        }
        return gram;
    }
    // Rows are widened once, a few at a time, and then read by every product.
    let mut wide = [[0f64; 16]; CHUNK];
    for first in (0..rows).step_by(CHUNK) {
        let count = CHUNK.min(rows - first);
        for k in 0..B / QUAD {
            let quad = &vectors[(k * rows + first) * QUAD..][..count * QUAD];
            widen(s, quad, k * QUAD, &mut wide);
        }
        let wide = &wide[..count];
        // Four rows of the triangle at a time: enough chains to hide a multiply-add's latency, few enough for 16 registers.
        add_products::<S, 2, B>(s, wide, 0, 0, &mut gram);
        add_products::<S, 2, B>(s, wide, 0, 8, &mut gram);
        add_products::<S, 3, B>(s, wide, 4, 4, &mut gram);
        add_products::<S, 2, B>(s, wide, 8, 8, &mut gram);
        add_products::<S, 1, B>(s, wide, 12, 12, &mut gram);
    }
    gram
}

/// Rows that are widened at a time: 8 KiB.
const CHUNK: usize = 64;

/// Widens the rows of a quad into the columns from `column` on. Said in vectors: left to itself the compiler gathers.
#[inline(always)]
fn widen<S: Simd>(s: S, quad: &[f32], column: usize, wide: &mut [[f64; 16]; CHUNK]) {
    let pairs = quad.chunks_exact(2 * QUAD);
    let last = pairs.remainder();
    for (rows, pair) in wide.chunks_exact_mut(2).zip(pairs) {
        let (even, odd) = s.widen_f32x8(f32x8::from_slice(s, pair));
        even.store_slice(&mut rows[0][column..column + QUAD]);
        odd.store_slice(&mut rows[1][column..column + QUAD]);
    }
    if !last.is_empty() {
        let row = &mut wide[quad.len() / QUAD - 1];
        for q in 0..QUAD {
            row[column + q] = last[q].into();
        }
    }
}

/// Adds the products of the four columns from `left` on with the `V` vectors of columns from `column` on, row by row.
#[inline(always)]
fn add_products<S: Simd, const V: usize, const B: usize>(
    s: S,
    rows: &[[f64; 16]],
    left: usize,
    column: usize,
    gram: &mut [[f64; B]; B],
) {
    let mut chains = [[f64x4::splat(s, 0.0); V]; QUAD];
    for i in 0..QUAD {
        for v in 0..V {
            chains[i][v] = f64x4::from_slice(s, &gram[left + i][column + 4 * v..column + 4 * v + 4]);
        }
    }
    for row in rows {
        let x = &row[left..left + QUAD];
        let y = &row[column..column + 4 * V];
        for v in 0..V {
            let y = f64x4::from_slice(s, &y[4 * v..4 * v + 4]);
            for i in 0..QUAD {
                chains[i][v] = y.mul_add(f64x4::splat(s, x[i]), chains[i][v]);
            }
        }
    }
    for i in 0..QUAD {
        for v in 0..V {
            chains[i][v].store_slice(&mut gram[left + i][column + 4 * v..column + 4 * v + 4]);
        }
    }
}

#[inline(always)]
fn gram_of_quad<S: Simd>(s: S, vectors: &[f32]) -> [f64x4<S>; QUAD] {
    let mut sums = [f64x4::splat(s, 0.0); QUAD];
    let pairs = vectors.chunks_exact(2 * QUAD);
    let last = pairs.remainder();
    for pair in pairs {
        let (even, odd) = s.widen_f32x8(f32x8::from_slice(s, pair));
        add_row(s, even, &mut sums);
        add_row(s, odd, &mut sums);
    }
    if !last.is_empty() {
        let (low, high) = s.widen_f32x4(f32x4::from_slice(s, last));
        add_row(s, s.combine_f64x2(low, high), &mut sums);
    }
    sums
}

#[inline(always)]
fn add_row<S: Simd>(s: S, row: f64x4<S>, sums: &mut [f64x4<S>; QUAD]) {
    let x = row.as_slice();
    for i in 0..QUAD {
        sums[i] = row.mul_add(f64x4::splat(s, x[i]), sums[i]);
    }
}

/// `T`, the inverse of the strict upper triangle plus half the diagonal, column by column in f64; zero beyond `live`.
#[inline(always)]
pub(super) fn invert<const B: usize>(gram: &[[f64; B]; B], live: usize, triangle: &mut [f32]) {
    // By columns: all rows of a column advance together, each in its own order. Zeros below the diagonal add nothing.
    let mut t = [[0f64; B]; B];
    // A constant bound, so that the compiler lays the rounds out: a twentieth of a small matrix.
    for j in 0..B {
        if j >= live {
            break;
        }
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
