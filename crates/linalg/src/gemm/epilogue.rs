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
    /// Stores a tile of C whose first element is (`row`, `column`), `live` columns of it.
    #[inline(always)]
    pub(super) fn store<S: Simd, const MR: usize, const NV: usize>(
        self,
        simd: S,
        sums: &[[S::f32s; NV]; MR],
        at: (usize, usize),
        live: usize,
        c: &mut MatMut,
    ) {
        match self {
            Self::Identity => store_rows(simd, sums, at, live, c, &Identity),
            Self::Relu => store_rows(simd, sums, at, live, c, &Relu),
            Self::ReluGradient(outputs) => store_rows(simd, sums, at, live, c, &ReluGradient { outputs }),
        }
    }
}

#[inline(always)]
fn store_rows<S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    sums: &[[S::f32s; NV]; MR],
    (row, column): (usize, usize),
    live: usize,
    c: &mut MatMut,
    function: &impl Function,
) {
    let width = S::f32s::LEN;
    for i in 0..MR {
        let target = &mut c.tail_mut(row + i, column)[..live];
        for v in 0..NV {
            let at = (v * width).min(live);
            let target = &mut target[at..(at + width).min(live)];
            let value = function.apply(simd, sums[i][v], row + i, column + v * width, target.len());
            store::<S>(value, target);
        }
    }
}

/// One kind of [`Epilogue`]. No closures: they would not be compiled for the instruction set around them.
trait Function {
    /// Maps `values`, the elements of `row` from `column` on. Only the first `live` lanes lie in the matrix.
    fn apply<S: Simd>(&self, simd: S, values: S::f32s, row: usize, column: usize, live: usize) -> S::f32s;
}

struct Identity;

impl Function for Identity {
    #[inline(always)]
    fn apply<S: Simd>(&self, _: S, values: S::f32s, _: usize, _: usize, _: usize) -> S::f32s {
        values
    }
}

struct Relu;

impl Function for Relu {
    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, values: S::f32s, _: usize, _: usize, _: usize) -> S::f32s {
        let zero = S::f32s::splat(simd, 0.0);
        values.simd_le(zero).select(zero, values)
    }
}

struct ReluGradient<'a> {
    outputs: MatRef<'a>,
}

impl Function for ReluGradient<'_> {
    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, values: S::f32s, row: usize, column: usize, live: usize) -> S::f32s {
        let zero = S::f32s::splat(simd, 0.0);
        let outputs = load(simd, part(self.outputs.tail(row, column), 0, live));
        outputs.simd_gt(zero).select(values, zero)
    }
}
