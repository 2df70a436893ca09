//! Losses that are a mean over the outputs.

use fearless_simd::{Simd, prelude::*};
use symbreak_linalg::gemm::vectors::{load, store};

use super::{Score, largest};
use crate::data::Target;
use crate::math::{abs, exp, log1p, sigmoid};
use crate::spec::Loss;

#[inline(always)]
pub(super) fn row<S: Simd>(
    simd: S,
    loss: Loss,
    outputs: &[f32],
    target: Target,
    factor: f32,
    gradient: &mut [f32],
) -> Score {
    let targets = target.values;
    let zero = S::f32s::splat(simd, 0.0);
    let one = S::f32s::splat(simd, 1.0);
    let sum = match loss {
        Loss::SigmoidCrossEntropy { smoothing } => {
            let (keep, half) = ((1.0 - smoothing) as f32, (0.5 * smoothing) as f32);
            each(simd, outputs, targets, factor, gradient, |z, t| {
                let t = t * keep + half;
                let positive = z.simd_lt(zero).select(zero, z);
                let value = (positive - z * t) + log1p(simd, exp(simd, -abs(simd, z)));
                (value, sigmoid(simd, z).0 - t)
            })
        }
        Loss::MeanAbsoluteError => each(simd, outputs, targets, factor, gradient, |y, t| {
            let e = y - t;
            (abs(simd, e), sign(simd, e))
        }),
        Loss::Huber { delta } => {
            let (delta, half) = (delta as f32, (0.5 * delta) as f32);
            each(simd, outputs, targets, factor, gradient, |y, t| {
                let e = y - t;
                let a = abs(simd, e);
                let near = a.simd_le(S::f32s::splat(simd, delta));
                (near.select((e * e) * 0.5, (a - half) * delta), near.select(e, sign(simd, e) * delta))
            })
        }
        Loss::Hinge => each(simd, outputs, targets, factor, gradient, |y, t| {
            let margin = one - y * t;
            let inside = margin.simd_gt(zero);
            // A NaN is neither inside nor out: it must reach the loss.
            (margin.simd_le(zero).select(zero, margin), inside.select(-t, zero))
        }),
        Loss::MeanSquaredError => each(simd, outputs, targets, factor, gradient, |y, t| {
            let e = y - t;
            (e * e, e)
        }),
        Loss::SoftmaxCrossEntropy { .. } => unreachable!("scored by softmax::row"),
    };
    Score { loss: sum / outputs.len() as f64, correct: correct(loss, outputs, target) }
}

/// Sum of the losses, ascending in double precision, with `factor` times the derivatives in `gradient`.
#[inline(always)]
fn each<S: Simd>(
    simd: S,
    outputs: &[f32],
    targets: &[f32],
    factor: f32,
    gradient: &mut [f32],
    f: impl Fn(S::f32s, S::f32s) -> (S::f32s, S::f32s),
) -> f64 {
    let width = S::f32s::LEN;
    let mut sum = 0.0;
    let chunks = outputs.chunks(width).zip(targets.chunks(width)).zip(gradient.chunks_mut(width));
    for ((outputs, targets), gradient) in chunks {
        let (value, slope) = f(load(simd, outputs), load(simd, targets));
        for value in &value.as_slice()[..outputs.len()] {
            sum += f64::from(*value);
        }
        store::<S>(slope * factor, gradient);
    }
    sum
}

/// -1, 0 or 1; a NaN stays.
#[inline(always)]
fn sign<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let zero = S::f32s::splat(simd, 0.0);
    let one = S::f32s::splat(simd, 1.0);
    x.simd_gt(zero).select(one, x.simd_lt(zero).select(-one, x))
}

/// The share of the outputs that decide as the targets do: the largest output of several where classes exclude each
/// other, else the side of the threshold that every output lies on. A NaN decides wrongly, a regression nothing.
fn correct(loss: Loss, outputs: &[f32], target: Target) -> f64 {
    let threshold = match loss {
        Loss::SigmoidCrossEntropy { .. } => 0.5,
        Loss::Hinge => 0.0,
        _ => return 0.0,
    };
    if let Some(label) = target.label
        && outputs.len() > 1
    {
        let chosen = largest(outputs) == label as usize && !outputs.iter().any(|z| z.is_nan());
        return f64::from(u8::from(chosen));
    }
    let agrees = |z: f32, t: f32| !z.is_nan() && (z > 0.0) == (t > threshold);
    let agree = outputs.iter().zip(target.values).filter(|(z, t)| agrees(**z, **t)).count();
    agree as f64 / outputs.len() as f64
}
