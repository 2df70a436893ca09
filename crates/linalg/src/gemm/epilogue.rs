//! What happens to the elements of a product between the registers and memory.

use fearless_simd::{Simd, prelude::*};

use crate::matrix::MatRef;

/// A function of each output element that is applied before it is stored.
pub trait Epilogue {
    /// Maps `values`, the elements of `row` from `column` on. Only the first `live` lanes lie in the matrix.
    fn apply<S: Simd>(&self, simd: S, values: S::f32s, row: usize, column: usize, live: usize) -> S::f32s;
}

/// Stores the product as it is.
#[derive(Clone, Copy, Debug)]
pub struct Identity;

impl Epilogue for Identity {
    #[inline(always)]
    fn apply<S: Simd>(
        &self,
        _simd: S,
        values: S::f32s,
        _row: usize,
        _column: usize,
        _live: usize,
    ) -> S::f32s {
        values
    }
}

/// The rectifier max(x, 0). A NaN stays.
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl Epilogue for Relu {
    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, values: S::f32s, _row: usize, _column: usize, _live: usize) -> S::f32s {
        let zero = S::f32s::splat(simd, 0.0);
        values.simd_le(zero).select(zero, values)
    }
}

/// The rectifier's gradient: keeps an element where the layer's output of the same place is above zero, else zero.
#[derive(Clone, Copy, Debug)]
pub struct ReluGradient<'a> {
    /// Outputs of the rectifier, row-major, as large as the product.
    pub outputs: MatRef<'a>,
}

impl Epilogue for ReluGradient<'_> {
    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, values: S::f32s, row: usize, column: usize, live: usize) -> S::f32s {
        let zero = S::f32s::splat(simd, 0.0);
        let outputs = load(simd, &self.outputs.tail(row, column)[..live]);
        outputs.simd_gt(zero).select(values, zero)
    }
}

/// A vector from at most as many elements as it has lanes; the others are zero.
#[inline(always)]
pub fn load<S: Simd>(simd: S, source: &[f32]) -> S::f32s {
    let width = S::f32s::LEN;
    if source.len() >= width {
        return S::f32s::from_slice(simd, &source[..width]);
    }
    let mut lanes = [0.0; MAX_LANES];
    lanes[..source.len()].copy_from_slice(source);
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
    target.copy_from_slice(&lanes[..target.len()]);
}

/// Lanes of the widest vector.
const MAX_LANES: usize = 16;
