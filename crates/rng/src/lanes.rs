//! xoshiro128++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), many at a time.

use fearless_simd::prelude::*;

use crate::{LANES, LaneStates};

/// Steps all lanes of a block and returns their outputs, in arrays: the best form where the words are all the work.
#[inline(always)]
pub fn step(states: &mut LaneStates) -> [u32; LANES] {
    let [a, b, c, d] = states;
    let mut out = [0; LANES];
    for i in 0..LANES {
        out[i] = a[i].wrapping_add(d[i]).rotate_left(7).wrapping_add(a[i]);
        let t = b[i] << 9;
        c[i] ^= a[i];
        d[i] ^= b[i];
        b[i] ^= c[i];
        a[i] ^= d[i];
        c[i] ^= t;
        d[i] = d[i].rotate_left(11);
    }
    out
}

/// Steps all lanes `steps` times.
#[inline(always)]
pub(crate) fn skip(states: &mut LaneStates, steps: usize) {
    for _ in 0..steps {
        step(states);
    }
}

/// As many of a block's lanes as one native vector holds: the best form where long arithmetic follows each word,
/// because the state stays in four registers.
#[derive(Clone, Copy, Debug)]
pub struct Lanes<S: Simd> {
    a: S::u32s,
    b: S::u32s,
    c: S::u32s,
    d: S::u32s,
}

impl<S: Simd> Lanes<S> {
    /// Lanes `first .. first + S::u32s::LEN` of a block.
    #[inline(always)]
    pub fn load(s: S, states: &LaneStates, first: usize) -> Self {
        let row = |words: &[u32; LANES]| S::u32s::from_slice(s, &words[first..first + S::u32s::LEN]);
        Self { a: row(&states[0]), b: row(&states[1]), c: row(&states[2]), d: row(&states[3]) }
    }

    /// Puts the lanes back where [`load`](Self::load) took them.
    #[inline(always)]
    pub fn store(self, states: &mut LaneStates, first: usize) {
        for (row, vector) in states.iter_mut().zip([self.a, self.b, self.c, self.d]) {
            vector.store_slice(&mut row[first..first + S::u32s::LEN]);
        }
    }

    /// The lanes' next outputs.
    #[inline(always)]
    pub fn step(&mut self) -> S::u32s {
        let sum = self.a + self.d;
        let out = ((sum << 7u32) | (sum >> 25u32)) + self.a;
        let t = self.b << 9u32;
        self.c ^= self.a;
        self.d ^= self.b;
        self.b ^= self.c;
        self.a ^= self.d;
        self.c ^= t;
        self.d = (self.d << 11u32) | (self.d >> 21u32);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        let mut states = [[1; LANES], [2; LANES], [3; LANES], [4; LANES]];
        for expected in [641, 1573767, 3222811527, 3517856514, 836907274] {
            assert_eq!(step(&mut states), [expected; LANES]);
        }
    }
}
