//! Which words: a seed and a stream.

use sha2::{Digest, Sha256};

use crate::philox::philox_lanes;
use crate::{LANES, LaneStates};

/// One of the 2^64 word streams of one of the 2^64 seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stream {
    /// The key of the cipher.
    pub seed: u64,
    /// The upper half of the cipher's counter.
    pub id: u64,
}

impl Stream {
    /// Stream number `id` of a seed.
    pub const fn new(seed: u64, id: u64) -> Self {
        Self { seed, id }
    }

    /// The stream that a path names: 0 for the empty path, else the first 8 bytes, little-endian, of the SHA-256 of
    /// its UTF-8 bytes.
    pub fn from_path(seed: u64, path: &str) -> Self {
        if path.is_empty() {
            return Self::new(seed, 0);
        }
        let digest = Sha256::digest(path);
        let id = digest[..8].iter().rev().fold(0, |id, &byte| id << 8 | u64::from(byte));
        Self::new(seed, id)
    }

    /// The states that block `block`'s lanes start from.
    #[inline(always)]
    pub fn lane_states(self, block: u64) -> LaneStates {
        let key = [self.seed as u32, (self.seed >> 32) as u32];
        let mut states = philox_lanes(block.wrapping_mul(LANES as u64), self.id, key);
        let [s0, s1, s2, s3] = &mut states;
        for (((a, b), c), d) in s0.iter_mut().zip(s1).zip(s2).zip(s3) {
            // xoshiro never leaves the all-zero state.
            if *a | *b | *c | *d == 0 {
                *a = 1;
            }
        }
        states
    }
}
