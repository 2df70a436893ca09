//! What happens to the elements of a product between the registers and memory.

use fearless_simd::{Simd, prelude::*};

use super::vectors::{load, part, store};
use crate::matrix::{MatMut, MatRef};

/// A function of each output element that is applied before it is stored.
///
/// It is chosen anew for each tile, not by a type: a product is compiled once for each instruction set.
#[derive(Clone, Copy, Debug)]
pub enum Epilogue<'a> {
    /// The product as it is.
    Identity,
    /// The rectifier max(x, 0). A NaN stays.
    Relu,
    /// The rectifier's gradient: keeps an element where the rectifier's output of the same place, in this row-major
    /// matrix as large as the product, is above zero, else zero.
    ReluGradient(MatRef<'a>),
}

impl Epilogue<'_> {
    /// Stores a tile of C whose first element is `at`, `live` columns of it, or what it becomes if it is `complete`.
    #[inline(always)]
    pub(super) fn store<S: Simd, const MR: usize, const NV: usize>(
        self,
        simd: S,
        sums: &[[S::f32s; NV]; MR],
        at: (usize, usize),
        live: usize,
        c: &mut MatMut,
        complete: bool,
    ) {
        let width = S::f32s::LEN;
        let mut rows = c.rows_from(at);
        for i in 0..MR {
            let row = rows.next(live, i + 1 == MR);
            for v in 0..NV {
                let at = (v * width).min(live);
                store::<S>(sums[i][v], &mut row[at..(at + width).min(live)]);
            }
        }
        if complete {
            self.apply(simd, at, (MR, live), c);
        }
    }

    /// Applies it to the products of a tile, which `c` holds: `columns` elements of `rows` rows from `at` on. Sums that
    /// nothing else is done with go from registers to memory without a detour.
    #[inline(always)]
    pub(super) fn apply<S: Simd>(
        self,
        simd: S,
        (row, column): (usize, usize),
        (rows, columns): (usize, usize),
        c: &mut MatMut,
    ) {
        for i in row..row + rows {
            match self {
                Self::Identity => return,
                Self::Relu => rectify(simd, &mut c.tail_mut(i, column)[..columns]),
                Self::ReluGradient(outputs) => {
                    mask(simd, outputs.tail(i, column), &mut c.tail_mut(i, column)[..columns]);
                }
            }
        }
    }
}

#[inline(always)]
fn rectify<S: Simd>(simd: S, values: &mut [f32]) {
    let zero = S::f32s::splat(simd, 0.0);
    for values in values.chunks_mut(S::f32s::LEN) {
        let x = load(simd, values);
        store::<S>(x.simd_le(zero).select(zero, x), values);
    }
}

#[inline(always)]
fn mask<S: Simd>(simd: S, outputs: &[f32], values: &mut [f32]) {
    let zero = S::f32s::splat(simd, 0.0);
    for (values, outputs) in values.chunks_mut(S::f32s::LEN).zip(outputs.chunks(S::f32s::LEN)) {
        let outputs = load(simd, part(outputs, 0, values.len()));
        store::<S>(outputs.simd_gt(zero).select(load(simd, values), zero), values);
    }
}
