//! 53-bit draws: two words each, u53(k) of the specification.

use symbreak_rng::{LANES, LaneStates, step};

/// The next 16 draws of a block's lanes, each an f64 in [0, 1): one step gives the high words, the next the low ones.
#[inline(always)]
pub(crate) fn u53(states: &mut LaneStates) -> [f64; LANES] {
    let high = step(states);
    let low = step(states);
    // Exact, and conversions of 32 bits at a time are what vectors have.
    core::array::from_fn(|l| {
        f64::from(high[l]) * (1.0 / 4_294_967_296.0)
            + f64::from(low[l] >> 11) * (1.0 / 9_007_199_254_740_992.0)
    })
}
