//! Vectors of which only the first lanes may lie in a row.

use std::mem;

use fearless_simd::{Simd, prelude::*};

use crate::matrix::MatMut;

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

/// The first `live` elements of each row of a tile of C, from the top: one look at a row's end is all that it takes.
pub(super) struct Rows<'a> {
    rest: &'a mut [f32],
    stride: usize,
}

impl<'a> Rows<'a> {
    #[inline(always)]
    pub fn new(c: &'a mut MatMut, row: usize, column: usize) -> Self {
        let stride = c.stride();
        Self { rest: c.tail_mut(row, column), stride }
    }

    /// The next row, `last` if there is none behind it.
    #[inline(always)]
    pub fn next(&mut self, live: usize, last: bool) -> &'a mut [f32] {
        let (head, tail) = mem::take(&mut self.rest).split_at_mut(if last { live } else { self.stride });
        self.rest = tail;
        &mut head[..live]
    }
}

/// Stores a tile whose first element is `at`, `live` columns of it.
#[inline(always)]
pub(super) fn store_rows<S: Simd, const MR: usize, const NV: usize>(
    _: S,
    sums: &[[S::f32s; NV]; MR],
    (row, column): (usize, usize),
    live: usize,
    c: &mut MatMut,
) {
    let width = S::f32s::LEN;
    let mut rows = Rows::new(c, row, column);
    for i in 0..MR {
        let row = rows.next(live, i + 1 == MR);
        for v in 0..NV {
            let at = (v * width).min(live);
            store::<S>(sums[i][v], &mut row[at..(at + width).min(live)]);
        }
    }
}
