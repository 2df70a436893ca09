//! What the tests share.

#![allow(dead_code, reason = "no test uses all of it")]

use fearless_simd::Level;
use symbreak_rng::Kernel;

/// Every level that this CPU can run, the scalar one first.
pub fn levels() -> Vec<Level> {
    Kernel::available().into_iter().filter_map(Kernel::level).collect()
}

/// Values in (-1, 1) with 24 significant bits, from a linear congruential generator.
pub fn values(seed: u64, len: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 40) as f32 - 8_388_607.5) / 8_388_608.0
        })
        .collect()
}
