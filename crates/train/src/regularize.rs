//! Terms of the loss in the kernels, bounds on gradients, and the sums over all parameters that both need.

use atomic_refcell::AtomicRefCell;
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;

use crate::spec::{LayerSpec, Network};
use crate::weights::{Block, WeightShard};

/// Partial sums of a row, so that a sum over lanes has one order.
const PARTIALS: usize = 8;

/// Adds the derivative of `l1 sum |w| + l2 sum w^2` to the kernel's gradient, times `share`.
pub(crate) fn add_gradient(level: Level, layer: &LayerSpec, share: f64, block: &mut Block) {
    let (l1, l2) = ((layer.l1 * share) as f32, (2.0 * layer.l2 * share) as f32);
    let live = block.kernel_len();
    let (gradient, values) = (&mut block.gradient[..live], &block.values[..live]);
    dispatch!(level, simd => add_slopes(simd, l1, l2, gradient, values));
}

#[simd]
fn add_slopes<S: Simd>(simd: S, l1: f32, l2: f32, gradient: &mut [f32], values: &[f32]) {
    for (g, w) in gradient.iter_mut().zip(values) {
        let sign = if *w > 0.0 {
            l1
        } else if *w < 0.0 {
            -l1
        } else {
            0.0
        };
        *g += sign + l2 * w;
    }
}

/// Keeps every gradient within `bound`.
pub(crate) fn clip_values(level: Level, bound: f32, gradient: &mut [f32]) {
    dispatch!(level, simd => clip(simd, bound, gradient));
}

#[simd]
fn clip<S: Simd>(simd: S, bound: f32, gradient: &mut [f32]) {
    for g in gradient {
        let low = if *g < -bound { -bound } else { *g };
        *g = if low > bound { bound } else { low };
    }
}

/// What the kernels add to the loss.
pub(crate) fn penalty(level: Level, network: &Network, weights: &[AtomicRefCell<WeightShard>]) -> f64 {
    let mut total = 0.0;
    for (l, layer) in network.layers().iter().enumerate().filter(|(_, layer)| layer.is_regularized()) {
        let rows = network.fan_in(l);
        let absolute = sum(level, weights, l, rows, |block| &block.values, f64::abs);
        let squared = sum(level, weights, l, rows, |block| &block.values, |w| w * w);
        total += layer.l1 * absolute + layer.l2 * squared;
    }
    total
}

/// Factor that brings the 2-norm of all gradients together to `bound` where it is above, as
/// `torch.nn.utils.clip_grad_norm_`.
pub(crate) fn norm_factor(
    level: Level,
    network: &Network,
    weights: &[AtomicRefCell<WeightShard>],
    bound: f64,
) -> f32 {
    let trainable = network.layers().iter().enumerate().filter(|(_, layer)| layer.trainable);
    let mut squared = 0.0;
    for (l, _) in trainable {
        squared = sum_from(squared, level, weights, l, network.rows(l), |block| &block.gradient, |g| g * g);
    }
    let factor = bound / (squared.sqrt() + 1e-6);
    if factor < 1.0 { factor as f32 } else { 1.0 }
}

/// Sum of f over the first `rows` rows of a layer's matrix.
fn sum(
    level: Level,
    weights: &[AtomicRefCell<WeightShard>],
    l: usize,
    rows: usize,
    pick: impl Fn(&Block) -> &[f32],
    f: impl Fn(f64) -> f64 + Copy,
) -> f64 {
    sum_from(0.0, level, weights, l, rows, pick, f)
}

/// Adds to `total`, row by row, what f sums to over a row: partial sum j mod 8 of column j in ascending order, then l and
/// l + 4, + 2, + 1. A row goes through all blocks, which begin at whole rounds of it.
fn sum_from(
    mut total: f64,
    level: Level,
    weights: &[AtomicRefCell<WeightShard>],
    l: usize,
    rows: usize,
    pick: impl Fn(&Block) -> &[f32],
    f: impl Fn(f64) -> f64 + Copy,
) -> f64 {
    for row in 0..rows {
        let mut partial = [0.0; PARTIALS];
        for shard in weights {
            let shard = shard.borrow();
            let block = &shard.blocks[l];
            let part = &pick(block)[row * block.width()..(row + 1) * block.width()];
            dispatch!(level, simd => add_row(simd, &mut partial, part, f));
        }
        for half in [4, 2, 1] {
            for l in 0..half {
                partial[l] += partial[l + half];
            }
        }
        total += partial[0];
    }
    total
}

#[simd]
fn add_row<S: Simd>(simd: S, partial: &mut [f64; PARTIALS], row: &[f32], f: impl Fn(f64) -> f64) {
    for chunk in row.chunks(PARTIALS) {
        for (sum, x) in partial.iter_mut().zip(chunk) {
            *sum += f(f64::from(*x));
        }
    }
}
