//! Cross-entropy of softmax(outputs) against a class or a distribution.
//!
//! With m the largest output z, e(j) = exp(z(j) - m) and s their sum in double precision, ascending: the row's loss is
//! sum over j of t(j) (ln s - (z(j) - m)) and its gradient T e(j) / s - t(j), T the sum of the targets t. Nothing can
//! overflow, whatever the outputs.

use fearless_simd::{Simd, prelude::*};
use symbreak_linalg::gemm::vectors::{load, store};
use symbreak_samplers::special::ln;

use super::{Score, largest};
use crate::data::Target;
use crate::math::exp;

/// The e(j) of rows that are `width` wide: of all at once, as a row may be a small part of a vector.
#[inline(always)]
pub(super) fn exponentials<S: Simd>(simd: S, width: usize, outputs: &[f32], e: &mut [f32]) {
    for (outputs, e) in outputs.chunks_exact(width).zip(e.chunks_exact_mut(width)) {
        let shift = outputs[largest(outputs)];
        for (e, z) in e.iter_mut().zip(outputs) {
            *e = z - shift;
        }
    }
    for e in e.chunks_mut(S::f32s::LEN) {
        store::<S>(exp(simd, load(simd, e)), e);
    }
}

/// The score of a row, whose `gradient` holds its e(j).
#[inline(always)]
pub(super) fn row(
    smoothing: f64,
    outputs: &[f32],
    target: Target,
    factor: f32,
    gradient: &mut [f32],
) -> Score {
    let best = largest(outputs);
    let shift = outputs[best];
    let mut total = 0.0;
    for e in &*gradient {
        total += f64::from(*e);
    }
    // A NaN among the outputs must reach the loss.
    let log_total = if total.is_nan() { total } else { ln(total) };
    // Outputs with a NaN choose nothing.
    let right = |chosen: bool| f64::from(u8::from(chosen && !total.is_nan()));
    let surprise = |z: f32| log_total - (f64::from(z) - f64::from(shift));
    let total = total as f32;
    let everywhere = smoothing / outputs.len() as f64;
    if let Some(label) = target.label {
        let label = label as usize;
        let (off, on) = (everywhere as f32, (1.0 - smoothing + everywhere) as f32);
        for (j, g) in gradient.iter_mut().enumerate() {
            *g = factor * (*g / total - if j == label { on } else { off });
        }
        let mut loss = (1.0 - smoothing) * surprise(outputs[label]);
        if smoothing > 0.0 {
            loss += everywhere * outputs.iter().map(|z| surprise(*z)).sum::<f64>();
        }
        return Score { loss, correct: right(best == label) };
    }
    let smooth = |t: f32| f64::from(t) * (1.0 - smoothing) + everywhere;
    let mass = target.values.iter().map(|t| smooth(*t)).sum::<f64>() as f32;
    let mut loss = 0.0;
    for ((g, z), t) in gradient.iter_mut().zip(outputs).zip(target.values) {
        let t = smooth(*t);
        *g = factor * (mass * (*g / total) - t as f32);
        loss += t * surprise(*z);
    }
    Score { loss, correct: right(best == largest(target.values)) }
}
