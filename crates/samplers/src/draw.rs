//! 53-bit draws: two words each, u53(k) of the specification.

use symbreak_rng::{LANES, LaneStates, step};

/// 2^-53.
const UNIT: f64 = 1.0 / 9_007_199_254_740_992.0;

/// The next 16 draws of a block's lanes, each an f64 in [0, 1): one step gives the high words, the next the low ones.
#[inline(always)]
pub(crate) fn u53(states: &mut LaneStates) -> [f64; LANES] {
    let high = step(states);
    let low = step(states);
    core::array::from_fn(|l| (u64::from(high[l]) << 21 | u64::from(low[l] >> 11)) as f64 * UNIT)
}
