//! From normals to the packed vectors of a block of reflectors.

use std::cmp::Ordering;

use fearless_simd::{Simd, f32x4, f32x8, f64x4, prelude::*};
use fearless_simd_macros::simd;

use super::QUAD;
use super::gram::{gram, invert};

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
    for quad in (0..diagonal.len()).step_by(QUAD) {
        scales(s, part, quad, &mut inverse[quad..quad + QUAD], &mut diagonal[quad..]);
    }
    pack(s, part, &inverse[..diagonal.len()], vectors);
    let gram = gram::<S, B>(s, part.rows, vectors);
    invert::<B>(&gram, diagonal.len(), triangle);
}

/// The factors that give the four reflectors from `first` on a unit head, and their diagonal; fewer than four at the end.
#[inline(always)]
fn scales<S: Simd>(s: S, part: Part<'_>, first: usize, inverse: &mut [f32], diagonal: &mut [f32]) {
    let mut heads = [0.0; QUAD];
    let mut squares = [0.0; QUAD];
    for p in 0..QUAD.min(diagonal.len()) {
        let x = &part.normals[(first + p) * part.m..];
        heads[p] = f64::from(x[0]);
        squares[p] = sum_of_squares(s, x, part.rows - first - p);
        diagonal[p] = -(1f32.copysign(x[0]));
    }
    // Together: roots and quotients take long, but as long for four as for one.
    let (head, squares) = (f64x4::from_slice(s, &heads), f64x4::from_slice(s, &squares));
    let scale = f64x4::splat(s, 1.0) / (head + squares.sqrt().copysign(head));
    for p in 0..QUAD {
        // A tail of zeros keeps the reflector e_1, whose scale is of no consequence.
        inverse[p] = if squares.as_slice()[p] > 0.0 { scale.as_slice()[p] as f32 } else { 0.0 };
    }
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
        // A square is exact in f64: fused or not, the sum is the same.
        sums[2 * half] = low.mul_add(low, sums[2 * half]);
        sums[2 * half + 1] = high.mul_add(high, sums[2 * half + 1]);
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
        if p0 + QUAD > inverse.len() || p0 + QUAD > rows {
            pack_entries(part, p0, inverse, packed);
            continue;
        }
        let (above, below) = packed.split_at_mut(p0 * QUAD);
        above.fill(0.0);
        let (head, below) = below.split_at_mut(QUAD * QUAD);
        for p in 0..QUAD {
            let x = &normals[(p0 + p) * m..][..QUAD - p];
            for i in 0..QUAD {
                head[i * QUAD + p] = match i.cmp(&p) {
                    Ordering::Less => 0.0,
                    Ordering::Equal => 1.0,
                    Ordering::Greater => x[i - p] * inverse[p0 + p],
                };
            }
        }
        interleave(s, normals, m, p0, &inverse[p0..p0 + QUAD], below);
    }
}

/// As [`pack`], for the reflectors from `first` on of a quad that the block's end cuts.
#[cold]
fn pack_entries(part: Part<'_>, first: usize, inverse: &[f32], packed: &mut [f32]) {
    let Part { normals, m, rows } = part;
    packed.fill(0.0);
    for p in first..inverse.len().min(first + QUAD) {
        packed[p * QUAD + p - first] = 1.0;
        for i in p + 1..rows {
            packed[i * QUAD + p - first] = normals[p * m + i - p] * inverse[p];
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
    if whole < rows {
        interleave_rows([a, b, c, d], scale, whole, out);
    }
}

/// The rows from `first` on, fewer than four. Out of line, or the compiler would make vectors of it at every use.
#[cold]
fn interleave_rows(columns: [&[f32]; QUAD], scale: &[f32], first: usize, out: &mut [f32]) {
    for i in first..columns[0].len() {
        for q in 0..QUAD {
            out[i * QUAD + q] = columns[q][i] * scale[q];
        }
    }
}
