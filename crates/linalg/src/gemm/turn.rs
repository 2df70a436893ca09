//! A single row times a transposed B, whose squares of 4 x 4 are turned in registers and used at once: to pack them for
//! the one row would cost more than the product.

use fearless_simd::{Simd, f32x4, prelude::*};

use super::Init;
use super::epilogue::Epilogue;
use super::tile::Pass;
use crate::matrix::{MatMut, MatRef};

/// Sides of a square.
const SIDE: usize = 4;
/// Columns of C at a time, enough for their chains not to wait for each other.
const GROUP: usize = 16;

/// Computes as many columns from `column` on as there are whole groups of; how many that were.
#[inline(always)]
pub(super) fn fill_row<S: Simd>(
    simd: S,
    pass: Pass,
    a: &[f32],
    b: MatRef,
    (column, columns): (usize, usize),
    c: &mut MatMut,
    epilogue: Epilogue,
) -> usize {
    let whole = columns / GROUP * GROUP;
    for at in (column..column + whole).step_by(GROUP) {
        let target = &mut c.tail_mut(0, at)[..GROUP];
        let mut sums = start(pass.init, at, target);
        if pass.depth > 0 {
            accumulate(simd, &a[..pass.depth], b.tail(pass.first, at), b.stride(), &mut sums);
        }
        target.copy_from_slice(&sums);
        if pass.last {
            epilogue.apply(simd, (0, at), (1, GROUP), c);
        }
    }
    whole
}

#[inline(always)]
fn start(init: Init, column: usize, old: &[f32]) -> [f32; GROUP] {
    core::array::from_fn(|j| match init {
        Init::Zero => 0.0,
        Init::Bias(bias) => bias[column + j],
        Init::Accumulate => old[j],
        Init::Scaled(beta) => old[j] * beta,
    })
}

/// The chains of a group of columns, each of which lies in consecutive elements of `b`.
#[inline(always)]
fn accumulate<S: Simd>(simd: S, a: &[f32], b: &[f32], stride: usize, sums: &mut [f32; GROUP]) {
    let (squares, rest) = a.as_chunks::<SIDE>();
    let deep = a.len() - rest.len();
    let columns: [&[f32]; GROUP] = core::array::from_fn(|j| &b[j * stride..][..a.len()]);
    let mut chains: [f32x4<S>; GROUP / SIDE] =
        core::array::from_fn(|g| f32x4::from_slice(simd, &sums[g * SIDE..(g + 1) * SIDE]));
    for (i, x) in squares.iter().enumerate() {
        for g in 0..GROUP / SIDE {
            let part = |q: usize| f32x4::from_slice(simd, &columns[g * SIDE + q][i * SIDE..(i + 1) * SIDE]);
            for (x, b) in x.iter().zip(turned(simd, [part(0), part(1), part(2), part(3)])) {
                chains[g] = f32x4::splat(simd, *x).mul_add_precise(b, chains[g]);
            }
        }
    }
    for (p, x) in rest.iter().enumerate() {
        for g in 0..GROUP / SIDE {
            let b: [f32; SIDE] = core::array::from_fn(|q| columns[g * SIDE + q][deep + p]);
            chains[g] = f32x4::splat(simd, *x).mul_add_precise(f32x4::from_slice(simd, &b), chains[g]);
        }
    }
    for (chain, sums) in chains.iter().zip(sums.chunks_exact_mut(SIDE)) {
        chain.store_slice(sums);
    }
}

/// The transpose of a square: zipped twice, columns become rows.
#[inline(always)]
pub(super) fn turned<S: Simd>(simd: S, [a, b, c, d]: [f32x4<S>; SIDE]) -> [f32x4<S>; SIDE] {
    let (ac, bd) = (simd.zip_low_f32x4(a, c), simd.zip_low_f32x4(b, d));
    let (ac2, bd2) = (simd.zip_high_f32x4(a, c), simd.zip_high_f32x4(b, d));
    [
        simd.zip_low_f32x4(ac, bd),
        simd.zip_high_f32x4(ac, bd),
        simd.zip_low_f32x4(ac2, bd2),
        simd.zip_high_f32x4(ac2, bd2),
    ]
}
