//! A layer's nonlinearity and its derivative, in one pass over the outputs of the matrix product.

use fearless_simd::{Level, Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;
use symbreak_linalg::gemm::vectors::{load, store};

use crate::math;
use crate::spec::Activation;

/// Replaces every z of `values` by activation(z) and writes the derivative there to `slopes`.
pub(crate) fn apply(level: Level, activation: Activation, values: &mut [f32], slopes: &mut [f32]) {
    dispatch!(level, simd => choose(simd, activation, values, slopes));
}

#[simd]
fn choose<S: Simd>(simd: S, activation: Activation, values: &mut [f32], slopes: &mut [f32]) {
    let zero = S::f32s::splat(simd, 0.0);
    let one = S::f32s::splat(simd, 1.0);
    match activation {
        Activation::Linear => slopes.fill(1.0),
        Activation::Relu => each(simd, values, slopes, |z| {
            (z.simd_le(zero).select(zero, z), z.simd_gt(zero).select(one, zero))
        }),
        Activation::LeakyRelu(slope) => each(simd, values, slopes, |z| {
            let positive = z.simd_gt(zero);
            (positive.select(z, z * slope), positive.select(one, S::f32s::splat(simd, slope)))
        }),
        Activation::Elu(alpha) => each(simd, values, slopes, |z| math::elu(simd, alpha, z)),
        Activation::Gelu => each(simd, values, slopes, |z| math::gelu(simd, z)),
        Activation::Silu => each(simd, values, slopes, |z| math::silu(simd, z)),
        Activation::Tanh => each(simd, values, slopes, |z| math::tanh(simd, z)),
        Activation::Sigmoid => each(simd, values, slopes, |z| math::sigmoid(simd, z)),
        Activation::Softplus => each(simd, values, slopes, |z| math::softplus(simd, z)),
    }
}

#[inline(always)]
fn each<S: Simd>(simd: S, values: &mut [f32], slopes: &mut [f32], f: impl Fn(S::f32s) -> (S::f32s, S::f32s)) {
    let width = S::f32s::LEN;
    for (values, slopes) in values.chunks_mut(width).zip(slopes.chunks_mut(width)) {
        let (value, slope) = f(load(simd, values));
        store::<S>(value, values);
        store::<S>(slope, slopes);
    }
}
