//! The loop around a kernel: a block's lanes are taken one native vector at a time, so that their state stays in
//! registers, and several steps are transformed side by side, so that one does not wait for another.

use fearless_simd::{Level, prelude::*};
use symbreak_rng::{LANES, LaneStates, Lanes};

/// A map from a vector's steps to values.
pub(crate) trait Steps<T> {
    /// Elements of all lanes that one call with `U = 1` makes.
    const ELEMENTS: usize;

    /// Makes `U` times as many, of the lanes from `first` on alone: every other place of `out` is left as it is.
    fn steps<S: Simd, const U: usize>(&self, s: S, lanes: &mut Lanes<S>, first: usize, out: &mut [T]);

    /// Fills the groups that are left over, fewer than go side by side.
    #[inline(always)]
    fn rest<S: Simd>(&self, s: S, lanes: &mut Lanes<S>, first: usize, out: &mut [T]) {
        for group in out.chunks_exact_mut(Self::ELEMENTS) {
            self.steps::<S, 1>(s, lanes, first, group);
        }
    }
}

/// Fills `out`, whole groups, `U` of them side by side where there are vectors.
#[inline(always)]
pub(crate) fn run<S: Simd, T, const U: usize>(
    s: S,
    states: &mut LaneStates,
    out: &mut [T],
    kernel: &impl Steps<T>,
) {
    for first in (0..LANES).step_by(S::u32s::LEN) {
        let mut lanes = Lanes::load(s, states, first);
        let rest = if matches!(s.level(), Level::Fallback(_)) {
            &mut *out
        } else {
            side_by_side::<S, T, U>(s, &mut lanes, first, out, kernel)
        };
        if !rest.is_empty() {
            kernel.rest(s, &mut lanes, first, rest);
        }
        lanes.store(states, first);
    }
}

/// Returns the groups that are left over.
#[inline(always)]
fn side_by_side<'a, S: Simd, T, const U: usize>(
    s: S,
    lanes: &mut Lanes<S>,
    first: usize,
    out: &'a mut [T],
    kernel: &impl Steps<T>,
) -> &'a mut [T] {
    fn elements<T, K: Steps<T>>(_: &K) -> usize {
        K::ELEMENTS
    }
    let mut chunks = out.chunks_exact_mut(elements(kernel) * U);
    for chunk in &mut chunks {
        kernel.steps::<S, U>(s, lanes, first, chunk);
    }
    chunks.into_remainder()
}
