//! `buffer = momentum buffer + (1 - dampening) gradient` (the first buffer is the gradient itself), then
//! `value -= rate buffer`, or `rate (gradient + momentum buffer)` with Nesterov's momentum.

use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;

use super::{Decay, OptimizerSpec, Parameters, Update};

#[derive(Clone, Copy)]
pub(super) struct Sgd {
    decay: Decay,
    rate: f32,
    momentum: f32,
    /// Share of the gradient that enters the buffer.
    fresh: f32,
    nesterov: bool,
}

impl Sgd {
    pub fn new(spec: &OptimizerSpec, update: Update, momentum: f64, dampening: f64, nesterov: bool) -> Self {
        let first = update.count == 1;
        Self {
            decay: Decay::new(spec, update),
            rate: update.learning_rate as f32,
            momentum: momentum as f32,
            fresh: if first { 1.0 } else { (1.0 - dampening) as f32 },
            nesterov,
        }
    }

    pub fn apply(self, level: Level, parameters: Parameters) {
        let Parameters { values, gradient, slots } = parameters;
        match slots {
            [] => dispatch!(level, simd => without_momentum(simd, self, values, gradient)),
            [buffer, ..] => dispatch!(level, simd => with_momentum(simd, self, values, gradient, buffer)),
        }
    }
}

#[simd]
fn without_momentum<S: Simd>(simd: S, rule: Sgd, values: &mut [f32], gradient: &[f32]) {
    for (value, g) in values.iter_mut().zip(gradient) {
        let (kept, g) = rule.decay.apply(*value, *g);
        *value = kept - rule.rate * g;
    }
}

#[simd]
fn with_momentum<S: Simd>(simd: S, rule: Sgd, values: &mut [f32], gradient: &[f32], buffer: &mut [f32]) {
    for ((value, g), buffer) in values.iter_mut().zip(gradient).zip(buffer) {
        let (kept, g) = rule.decay.apply(*value, *g);
        *buffer = rule.momentum * *buffer + rule.fresh * g;
        let direction = if rule.nesterov { g + rule.momentum * *buffer } else { *buffer };
        *value = kept - rule.rate * direction;
    }
}
