//! Permutations by the shuffle of Fisher and Yates (Durstenfeld 1964, Algorithm 235).

use fearless_simd::{Level, Simd};
use symbreak_rng::{LANES, LaneStates, Stream, Transform, fill_range};

use crate::draw::u53;

/// Draws made at a time.
const CHUNK: usize = 1024;

/// The draws u53(k) themselves.
struct Draws;

impl Transform<f64> for Draws {
    const GROUP: usize = LANES;
    const WORDS: usize = 2;

    #[inline(always)]
    fn transform<S: Simd>(&self, _: S, states: &mut LaneStates, out: &mut [f64]) {
        for chunk in out.chunks_exact_mut(LANES) {
            chunk.copy_from_slice(&u53(states));
        }
    }
}

/// Replaces `out` by a permutation of `0 .. out.len()`: draw `offset + k` decides index n - 1 - k.
///
/// # Panics
/// If `out` is longer than 2^32.
pub fn permute(level: Level, stream: Stream, offset: u64, out: &mut [u32]) {
    assert!(out.len() as u64 <= 1 << 32, "a permutation has at most 2^32 elements");
    for (i, value) in out.iter_mut().enumerate() {
        *value = i as u32;
    }
    let n = out.len();
    let mut draws = [0.0; CHUNK];
    for first in (0..n.saturating_sub(1)).step_by(CHUNK) {
        let draws = &mut draws[..CHUNK.min(n - 1 - first)];
        fill_range(level, stream, offset + first as u64, draws, &Draws);
        for (k, u) in draws.iter().enumerate() {
            let i = n - 1 - first - k;
            // The product may round up to i + 1 itself.
            let j = ((u * (i + 1) as f64) as usize).min(i);
            out.swap(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        let mut sixteen = [0; 16];
        permute(Level::new(), Stream::from_path(42, "w"), 0, &mut sixteen);
        assert_eq!(sixteen, [4, 0, 14, 2, 9, 7, 5, 11, 8, 6, 3, 15, 1, 12, 10, 13]);
        let mut forty = [0; 40];
        permute(Level::new(), Stream::from_path(0, "run/shuffle/0"), 0, &mut forty);
        assert_eq!(forty[..8], [4, 38, 15, 31, 19, 9, 11, 2]);
    }

    #[test]
    fn every_element_once() {
        for n in [0, 1, 2, 1025, 1026, 5000] {
            let mut out = vec![0; n];
            permute(Level::new(), Stream::new(1, 1), 7, &mut out);
            out.sort_unstable();
            assert!(out.iter().enumerate().all(|(i, &v)| i == v as usize));
        }
    }
}
