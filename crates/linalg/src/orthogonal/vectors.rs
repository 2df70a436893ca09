//! From normals to the packed vectors of a block of reflectors.

use fearless_simd::{Simd, f32x4, f32x8, f64x4, prelude::*};
use fearless_simd_macros::simd;

use super::gram::{gram, invert};
use super::reflectors::QUAD;

/// The normals of a block's reflectors: reflector p is `normals[p * m ..][.. rows - p]`.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub normals: &'a [f32],
    pub m: usize,
    pub rows: usize,
}

/// Turns a block's normals into unit-headed vectors `v_p` (zero above row p), the triangle
/// `T = (strict upper triangle of V'V + half its diagonal)^-1`, and the diagonal `-s_p`.
#[simd]
pub(super) fn prepare<S: Simd, const B: usize>(
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
