//! Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011).

use crate::{LANES, LaneStates};

const MULTIPLIER: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;
const LOW: u64 = 0xffff_ffff;

/// The cipher's four words for each of [`LANES`] consecutive counters: `first ..` with `stream` above them, least
/// significant words first. Lane by lane in arrays, so that compilers make vectors of it.
///
/// Words live in the low halves of 64-bit integers: their products need no shuffling. The upper halves of `c0` and
/// `c2` carry the other product's low words along unread until the end.
#[inline(always)]
pub(crate) fn philox_lanes(first: u64, stream: u64, mut key: [u32; 2]) -> LaneStates {
    let mut c0 = [0u64; LANES];
    let mut c1 = [0u64; LANES];
    let mut c2 = [stream; LANES];
    let mut c3 = [stream >> 32; LANES];
    for lane in 0..LANES {
        c0[lane] = first.wrapping_add(lane as u64);
        c1[lane] = c0[lane] >> 32;
    }
    for _ in 0..ROUNDS {
        for lane in 0..LANES {
            let p0 = (c0[lane] & LOW) * MULTIPLIER[0];
            let p1 = (c2[lane] & LOW) * MULTIPLIER[1];
            c0[lane] = (p1 >> 32) ^ c1[lane] ^ u64::from(key[0]);
            c2[lane] = (p0 >> 32) ^ c3[lane] ^ u64::from(key[1]);
            c1[lane] = p1;
            c3[lane] = p0;
        }
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    [c0, c1, c2, c3].map(|words| words.map(|word| word as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cipher by the book: four words for a 128-bit counter under a 64-bit key, least significant words first.
    fn philox4x32_10(counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
        let mut c = counter;
        for _ in 0..ROUNDS {
            let p0 = MULTIPLIER[0] * u64::from(c[0]);
            let p1 = MULTIPLIER[1] * u64::from(c[2]);
            c = [(p1 >> 32) as u32 ^ c[1] ^ key[0], p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ key[1], p0 as u32];
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        c
    }

    /// Random123's published vectors.
    #[test]
    fn known_answers() {
        let ones = u32::MAX;
        assert_eq!(philox4x32_10([0; 4], [0; 2]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
        assert_eq!(philox4x32_10([ones; 4], [ones; 2]), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
        assert_eq!(
            philox4x32_10([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        );
    }

    #[test]
    fn lanes_are_single_ciphers() {
        // The second counter carries into its upper word half way through the lanes.
        for first in [0, (1 << 32) - 8, u64::MAX - 7, 0x0123_4567_89ab_cdef] {
            let stream = 0xfedc_ba98_7654_3210u64;
            let states = philox_lanes(first, stream, [7, u32::MAX]);
            for lane in 0..LANES {
                let c = first.wrapping_add(lane as u64);
                let counter = [c as u32, (c >> 32) as u32, stream as u32, (stream >> 32) as u32];
                assert_eq!(states.map(|words| words[lane]), philox4x32_10(counter, [7, u32::MAX]));
            }
        }
    }
}
