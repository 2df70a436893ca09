//! Vectors of which only the first lanes may lie in a row.

use fearless_simd::{Simd, prelude::*};

/// At most `width` elements of a row from `at` on.
#[inline(always)]
pub(super) fn part(row: &[f32], at: usize, width: usize) -> &[f32] {
    let at = at.min(row.len());
    &row[at..(at + width).min(row.len())]
}

/// A vector from at most as many elements as it has lanes; the others are zero.
#[inline(always)]
pub fn load<S: Simd>(simd: S, source: &[f32]) -> S::f32s {
    let width = S::f32s::LEN;
    if source.len() >= width {
        return S::f32s::from_slice(simd, &source[..width]);
    }
    let mut lanes = [0.0; MAX_LANES];
    for (l, lane) in lanes[..width].iter_mut().enumerate() {
        if let Some(x) = source.get(l) {
            *lane = *x;
        }
    }
    S::f32s::from_slice(simd, &lanes[..width])
}

/// Stores the first lanes of a vector, as many as fit.
#[inline(always)]
pub fn store<S: Simd>(values: S::f32s, target: &mut [f32]) {
    let width = S::f32s::LEN;
    if target.len() >= width {
        return values.store_slice(&mut target[..width]);
    }
    let mut lanes = [0.0; MAX_LANES];
    values.store_slice(&mut lanes[..width]);
    for (l, lane) in lanes[..width].iter().enumerate() {
        if let Some(x) = target.get_mut(l) {
            *x = *lane;
        }
    }
}

/// Lanes of the widest vector.
const MAX_LANES: usize = 16;
