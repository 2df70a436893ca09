//! Zeros with one value on diagonals: identity, eye and dirac.

/// Element `start + g * group_stride + d * stride` is `gain` for g < groups, d < count; every other element is 0.
///
/// The identity of n rows and m columns has `stride = m + 1` and `count = min(n, m)`; torch's `dirac_` has one group
/// a convolution group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diagonal {
    /// The value on the diagonals.
    pub gain: f64,
    /// First element of the first diagonal.
    pub start: u64,
    /// Distance between neighbours on a diagonal, at least 1.
    pub stride: u64,
    /// Elements a diagonal.
    pub count: u64,
    /// Number of diagonals.
    pub groups: u64,
    /// Distance between the starts of diagonals.
    pub group_stride: u64,
}

impl Diagonal {
    /// Positions, relative to `offset`, of the diagonal elements within `[offset, offset + length)`.
    pub(crate) fn positions(self, offset: u64, length: usize) -> impl Iterator<Item = usize> {
        let end = offset + length as u64;
        (0..self.groups).flat_map(move |g| {
            let first = self.start + g * self.group_stride;
            let skip = offset.saturating_sub(first).div_ceil(self.stride);
            let past = end.saturating_sub(first).div_ceil(self.stride).min(self.count);
            (skip..past).map(move |d| (first + d * self.stride - offset) as usize)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn identity_of_three_rows_and_four_columns() {
        let law = Diagonal { gain: 1.0, start: 0, stride: 5, count: 3, groups: 1, group_stride: 0 };
        assert_eq!(law.positions(0, 12).collect::<Vec<_>>(), [0, 5, 10]);
    }

    proptest! {
        #[test]
        fn a_range_sees_what_the_whole_sees(
            start in 0u64..9, stride in 1u64..9, count in 0u64..9, groups in 0u64..4, group_stride in 0u64..40,
            offset in 0u64..120, length in 0usize..120,
        ) {
            let law = Diagonal { gain: 1.0, start, stride, count, groups, group_stride };
            let whole: std::collections::BTreeSet<_> = law.positions(0, 400).collect();
            let range: std::collections::BTreeSet<_> = law.positions(offset, length).collect();
            let cut: std::collections::BTreeSet<_> = whole
                .into_iter()
                .filter(|&p| p as u64 >= offset && (p as u64) < offset + length as u64)
                .map(|p| p - offset as usize)
                .collect();
            prop_assert_eq!(range, cut);
        }
    }
}
