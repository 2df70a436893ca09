//! Products with a single output column: 16 partial sums a row, so that a row can use lanes.

use fearless_simd::{Simd, f32x16, prelude::*};

use super::Init;
use super::epilogue::{Epilogue, store};
use crate::matrix::{MatMut, MatRef};

/// Partial sums of a dot product.
pub(super) const PARTIALS: usize = 16;

/// C = epilogue(init + A b) for one column `b` that has been packed, zero behind its end, to whole chunks of 16.
#[inline(always)]
pub(super) fn fill_column<S: Simd, E: Epilogue>(
    simd: S,
    a: MatRef,
    b: &[f32],
    init: Init,
    c: &mut MatMut,
    epilogue: &E,
) {
    for i in 0..a.rows() {
        let sum = if a.is_transposed() {
            dot(simd, a.columns(), b, |p, lanes| {
                let column = a.tail(i, p);
                for (lane, x) in lanes.iter_mut().zip(column.iter().step_by(a.stride())) {
                    *lane = *x;
                }
            })
        } else {
            let row = &a.tail(i, 0)[..a.columns()];
            dot(simd, a.columns(), b, |p, lanes| lanes.copy_from_slice(&row[p..p + lanes.len()]))
        };
        let slot = &mut c.tail_mut(i, 0)[..1];
        let sum = match init {
            Init::Zero => sum,
            Init::Bias(bias) => bias[0] + sum,
            Init::Scaled(beta) => beta * slot[0] + sum,
        };
        store::<S>(epilogue.apply(simd, S::f32s::splat(simd, sum), i, 0, 1), slot);
    }
}

/// The sum of a(p) b(p): partial sum p mod 16 in ascending order of p, then a tree. `read` copies a run of a.
#[inline(always)]
fn dot<S: Simd>(simd: S, depth: usize, b: &[f32], read: impl Fn(usize, &mut [f32])) -> f32 {
    let mut sums = f32x16::splat(simd, 0.0);
    let mut lanes = [0.0; PARTIALS];
    let whole = depth / PARTIALS * PARTIALS;
    for p in (0..whole).step_by(PARTIALS) {
        read(p, &mut lanes);
        let x = f32x16::from_slice(simd, &lanes);
        sums = x.mul_add_precise(f32x16::from_slice(simd, &b[p..p + PARTIALS]), sums);
    }
    let mut partial = [0.0; PARTIALS];
    sums.store_slice(&mut partial);
    let rest = depth - whole;
    if rest > 0 {
        read(whole, &mut lanes[..rest]);
        let x = f32x16::from_slice(simd, &lanes);
        let last = x.mul_add_precise(f32x16::from_slice(simd, &b[whole..whole + PARTIALS]), sums);
        last.store_slice(&mut lanes);
        partial[..rest].copy_from_slice(&lanes[..rest]);
    }
    for half in [8, 4, 2, 1] {
        for l in 0..half {
            partial[l] += partial[l + half];
        }
    }
    partial[0]
}
