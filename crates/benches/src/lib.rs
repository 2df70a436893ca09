#![forbid(unsafe_code)]
//! Benchmarks live in `benches/`: `cargo bench -p symbreak-benches`. Rivals are dependencies of this crate alone.
//!
//! `samplers` measures with criterion. `gemm`, `orthogonal` and `training` print tables of their own, since what
//! counts there is the share of the core's peak, measured in the same run.

use std::hint::black_box;
use std::time::Instant;

use fearless_simd::{Level, Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;

/// The best time of one call in seconds: `rounds` rounds of as many calls as take about 10 ms.
pub fn best(rounds: usize, mut call: impl FnMut()) -> f64 {
    call();
    let start = Instant::now();
    call();
    let calls = (0.01 / start.elapsed().as_secs_f64().max(1e-9)).clamp(1.0, 1e6) as usize;
    (0..rounds)
        .map(|_| {
            let start = Instant::now();
            (0..calls).for_each(|_| call());
            start.elapsed().as_secs_f64() / calls as f64
        })
        .fold(f64::INFINITY, f64::min)
}

/// The most multiply-adds in f32 that one core does at this level, in FLOP/s: independent chains in registers.
pub fn peak(level: Level) -> f64 {
    const STEPS: usize = 20_000;
    let mut lanes = 0;
    let time = best(20, || lanes = dispatch!(level, simd => chains(simd, black_box(STEPS))));
    (2 * STEPS * CHAINS * lanes) as f64 / time
}

/// Enough to hide a latency of 4 or 5 at two a cycle; they fit 16 registers.
const CHAINS: usize = 12;

/// Runs the chains; how many lanes each has.
#[simd]
fn chains<S: Simd>(simd: S, steps: usize) -> usize {
    let mut sums = [S::f32s::splat(simd, 1.0); CHAINS];
    let (x, y) = (S::f32s::splat(simd, black_box(0.5)), S::f32s::splat(simd, black_box(0.5)));
    for _ in 0..steps {
        for sum in &mut sums {
            *sum = x.mul_add_precise(*sum, y);
        }
    }
    black_box(sums.map(|sum| sum.as_slice()[0]));
    S::f32s::LEN
}
