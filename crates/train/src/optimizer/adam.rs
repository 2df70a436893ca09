//! `m = m + (1 - beta1) (g - m)`, `v = beta2 v + (1 - beta2) g^2`, then
//! `value -= rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)`.

use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;

use super::{Decay, OptimizerSpec, Parameters, Update};

#[derive(Clone, Copy)]
pub(super) struct Adam {
    decay: Decay,
    /// The learning rate over the bias of the mean.
    rate: f32,
    fresh1: f32,
    beta2: f32,
    fresh2: f32,
    /// Root of the bias of the squares' mean.
    root: f32,
    epsilon: f32,
}

impl Adam {
    pub fn new(spec: &OptimizerSpec, update: Update, beta1: f64, beta2: f64, epsilon: f64) -> Self {
        Self {
            decay: Decay::new(spec, update),
            rate: (update.learning_rate / (1.0 - power(beta1, update.count))) as f32,
            fresh1: (1.0 - beta1) as f32,
            beta2: beta2 as f32,
            fresh2: (1.0 - beta2) as f32,
            root: (1.0 - power(beta2, update.count)).sqrt() as f32,
            epsilon: epsilon as f32,
        }
    }

    pub fn apply(self, level: Level, parameters: Parameters) {
        let Parameters { values, gradient, slots } = parameters;
        let [mean, squares] = slots else { unreachable!("Adam remembers two arrays") };
        dispatch!(level, simd => update(simd, self, values, gradient, mean, squares));
    }
}

#[simd]
fn update<S: Simd>(
    simd: S,
    rule: Adam,
    values: &mut [f32],
    gradient: &[f32],
    mean: &mut [f32],
    squares: &mut [f32],
) {
    for (((value, g), m), v) in values.iter_mut().zip(gradient).zip(mean).zip(squares) {
        let (kept, g) = rule.decay.apply(*value, *g);
        *m += rule.fresh1 * (g - *m);
        *v = rule.beta2 * *v + rule.fresh2 * (g * g);
        *value = kept - rule.rate * (*m / (v.sqrt() / rule.root + rule.epsilon));
    }
}

/// base^n by squaring, least significant bit of n first.
fn power(base: f64, mut n: u64) -> f64 {
    let (mut product, mut square) = (1.0, base);
    while n > 0 {
        if n & 1 == 1 {
            product *= square;
        }
        square *= square;
        n >>= 1;
    }
    product
}
