//! `v = alpha v + (1 - alpha) g^2`, then `value -= rate g / (sqrt(v) + epsilon)`, through a momentum buffer if asked.

use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;

use super::{Decay, OptimizerSpec, Parameters, Update};

#[derive(Clone, Copy)]
pub(super) struct RmsProp {
    decay: Decay,
    rate: f32,
    alpha: f32,
    fresh: f32,
    epsilon: f32,
    momentum: f32,
}

impl RmsProp {
    pub fn new(spec: &OptimizerSpec, update: Update, alpha: f64, epsilon: f64, momentum: f64) -> Self {
        Self {
            decay: Decay::new(spec, update),
            rate: update.learning_rate as f32,
            alpha: alpha as f32,
            fresh: (1.0 - alpha) as f32,
            epsilon: epsilon as f32,
            momentum: momentum as f32,
        }
    }

    pub fn apply(self, level: Level, parameters: Parameters) {
        let Parameters { values, gradient, slots } = parameters;
        match slots {
            [squares, buffer] => {
                dispatch!(level, simd => with_momentum(simd, self, values, gradient, squares, buffer));
            }
            [squares, ..] => {
                dispatch!(level, simd => without_momentum(simd, self, values, gradient, squares));
            }
            [] => unreachable!("RMSprop remembers an array"),
        }
    }

    /// The gradient over the root of its squares' mean.
    #[inline(always)]
    fn scaled(self, g: f32, squares: &mut f32) -> f32 {
        *squares = self.alpha * *squares + self.fresh * (g * g);
        g / (squares.sqrt() + self.epsilon)
    }
}

#[simd]
fn without_momentum<S: Simd>(
    simd: S,
    rule: RmsProp,
    values: &mut [f32],
    gradient: &[f32],
    squares: &mut [f32],
) {
    for ((value, g), v) in values.iter_mut().zip(gradient).zip(squares) {
        let (kept, g) = rule.decay.apply(*value, *g);
        *value = kept - rule.rate * rule.scaled(g, v);
    }
}

#[simd]
fn with_momentum<S: Simd>(
    simd: S,
    rule: RmsProp,
    values: &mut [f32],
    gradient: &[f32],
    squares: &mut [f32],
    buffer: &mut [f32],
) {
    for (((value, g), v), b) in values.iter_mut().zip(gradient).zip(squares).zip(buffer) {
        let (kept, g) = rule.decay.apply(*value, *g);
        *b = rule.momentum * *b + rule.scaled(g, v);
        *value = kept - rule.rate * *b;
    }
}
