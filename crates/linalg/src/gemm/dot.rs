//! Products with a single output column: 16 partial sums a row, so that a row can use lanes.

use fearless_simd::{Simd, f32x16, prelude::*};

use super::Init;
use super::epilogue::Epilogue;
use crate::matrix::{MatMut, MatRef};

/// Partial sums of a dot product.
pub(super) const PARTIALS: usize = 16;

/// C = epilogue(init + A b) for one column `b` in consecutive elements.
#[inline(always)]
pub(super) fn fill_column<S: Simd>(
    simd: S,
    a: MatRef,
    b: &[f32],
    init: Init,
    c: &mut MatMut,
    epilogue: Epilogue,
) {
    for i in 0..a.rows() {
        let sum = if a.is_transposed() {
            dot(simd, b, |p, len| {
                let mut lanes = [0.0; PARTIALS];
                for (lane, x) in lanes[..len].iter_mut().zip(a.tail(i, p).iter().step_by(a.stride())) {
                    *lane = *x;
                }
                f32x16::from_slice(simd, &lanes)
            })
        } else {
            let row = &a.tail(i, 0)[..b.len()];
            dot(simd, b, |p, len| padded(simd, &row[p..p + len]))
        };
        let target = &mut c.tail_mut(i, 0)[0];
        *target = match init {
            Init::Zero => sum,
            Init::Bias(bias) => bias[0] + sum,
            Init::Accumulate => *target + sum,
            Init::Scaled(beta) => beta * *target + sum,
        };
        epilogue.apply(simd, (i, 0), (1, 1), c);
    }
}

/// The sum of a(p) b(p): partial sum p mod 16 in ascending order of p, then a tree. `read` gives a run of a, at most 16
/// long, with zeros behind it.
#[inline(always)]
fn dot<S: Simd>(simd: S, b: &[f32], read: impl Fn(usize, usize) -> f32x16<S>) -> f32 {
    let mut sums = f32x16::splat(simd, 0.0);
    let whole = b.len() / PARTIALS * PARTIALS;
    for p in (0..whole).step_by(PARTIALS) {
        sums = read(p, PARTIALS).mul_add_precise(f32x16::from_slice(simd, &b[p..p + PARTIALS]), sums);
    }
    let mut partial = [0.0; PARTIALS];
    sums.store_slice(&mut partial);
    let rest = b.len() - whole;
    if rest > 0 {
        // The other lanes have no more terms: a zero would turn -0 into +0.
        let last = read(whole, rest).mul_add_precise(padded(simd, &b[whole..]), sums);
        partial[..rest].copy_from_slice(&last.as_slice()[..rest]);
    }
    for half in [8, 4, 2, 1] {
        for l in 0..half {
            partial[l] += partial[l + half];
        }
    }
    partial[0]
}

/// Up to 16 elements, with zeros behind them.
#[inline(always)]
fn padded<S: Simd>(simd: S, source: &[f32]) -> f32x16<S> {
    if source.len() == PARTIALS {
        return f32x16::from_slice(simd, source);
    }
    let mut lanes = [0.0; PARTIALS];
    lanes[..source.len()].copy_from_slice(source);
    f32x16::from_slice(simd, &lanes)
}
