//! Normal values with one range of zeros: an embedding whose padding token has no vector.

use std::ops::Range;

use fearless_simd::Level;
use symbreak_rng::Stream;
use symbreak_samplers::half::Half;
use symbreak_samplers::normal::Normal;

/// Element i is element i of the normal law on the stream, but 0 within `zeros`.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    /// The law of the other elements.
    pub normal: Normal,
    /// The padding token's row.
    pub zeros: Range<u64>,
}

impl Embedding {
    pub(crate) fn fill(&self, level: Level, stream: Stream, offset: u64, out: &mut [f32]) {
        self.normal.fill(level, stream, offset, out);
        self.clear(offset, out);
    }

    pub(crate) fn fill_f64(&self, level: Level, stream: Stream, offset: u64, out: &mut [f64]) {
        self.normal.fill_f64(level, stream, offset, out);
        self.clear(offset, out);
    }

    pub(crate) fn fill_half(&self, format: Half, level: Level, stream: Stream, offset: u64, out: &mut [u16]) {
        self.normal.fill_half(format, level, stream, offset, out);
        self.clear(offset, out);
    }

    /// Zeroes what of the padding row lies in a range that begins at `offset`.
    fn clear<T: Copy + Default>(&self, offset: u64, out: &mut [T]) {
        let length = out.len() as u64;
        let place = |element: u64| element.saturating_sub(offset).min(length) as usize;
        out[place(self.zeros.start)..place(self.zeros.end)].fill(T::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_range_has_the_zeros_of_the_whole(
            start in 0u64..50, length in 0u64..20, offset in 0usize..60, size in 0usize..60,
        ) {
            let level = Level::new();
            let law = Embedding { normal: Normal::new(0.0, 1.0).unwrap(), zeros: start..start + length };
            let stream = Stream::new(7, 1);
            let mut whole = [0.0; 128];
            law.normal.fill(level, stream, 0, &mut whole);
            whole[start as usize..][..length as usize].fill(0.0);
            let mut range = vec![1.0; size];
            law.fill(level, stream, offset as u64, &mut range);
            prop_assert_eq!(range, &whole[offset..offset + size]);
        }
    }
}
