//! The interval that rounded values are held in.
//!
//! It ends at values of the format, and rounding keeps order: so it makes no difference whether values are held within it
//! before they are rounded or after.

use fearless_simd::{Level, prelude::*};

use super::format::Format;

/// An interval of real numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub low: f64,
    pub high: f64,
    /// Whether `high` itself belongs to it.
    pub closed: bool,
}

impl Interval {
    pub const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY, closed: true };

    /// The smallest and the largest value of a format inside; everything where there is none, as then the nearest
    /// value of the format is the best there is.
    pub(super) fn ends<F: Format>(self) -> Ends {
        let mut first = -floor::<F>(-self.low);
        let mut last = floor::<F>(self.high);
        if f64::from(last) == self.high && !self.closed {
            last = F::below(last);
        }
        if first > last {
            (first, last) = (f32::NEG_INFINITY, f32::INFINITY);
        }
        Ends { first, last, last_bits: F::bits(last) }
    }
}

/// The largest value of the format that is at most `x`.
fn floor<F: Format>(x: f64) -> f32 {
    let nearest = F::nearest(x);
    if f64::from(nearest) > x { F::below(nearest) } else { nearest }
}

/// The smallest and the largest value of a format in an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ends {
    pub first: f32,
    pub last: f32,
    /// The bits of the last.
    pub last_bits: u16,
}

/// How a law's values are held between the ends, before they are rounded or after.
pub(crate) trait Hold {
    /// Below the first end that end, above the last that one, else `x`, which is never -0.
    fn values<S: Simd, V: SimdFloat<S, Element = f32>>(s: S, x: V, ends: Ends) -> V
    where
        V::Mask: Select<V>;

    /// The same of rounded values, where that is not yet done.
    fn bits<S: Simd, V: SimdInt<S, Element = u16>>(s: S, bits: V, ends: Ends) -> V;
}

/// At both ends.
pub(crate) struct Both;

impl Hold for Both {
    #[inline(always)]
    fn values<S: Simd, V: SimdFloat<S, Element = f32>>(s: S, x: V, ends: Ends) -> V
    where
        V::Mask: Select<V>,
    {
        let (first, last) = (V::splat(s, ends.first), V::splat(s, ends.last));
        if matches!(s.level(), Level::Fallback(_)) {
            // The scalar maximum of zeros of both signs is anybody's choice.
            let raised = x.simd_lt(first).select(first, x);
            return raised.simd_gt(last).select(last, raised);
        }
        // In this order, as x86 takes the second of two zeros; elsewhere 0 is above -0.
        last.min(first.max(x))
    }

    #[inline(always)]
    fn bits<S: Simd, V: SimdInt<S, Element = u16>>(_: S, bits: V, _: Ends) -> V {
        bits
    }
}

/// Of values from 0 on: no rounding takes them below it, and their bits are in the order of the values.
pub(crate) struct FromZero;

impl Hold for FromZero {
    #[inline(always)]
    fn values<S: Simd, V: SimdFloat<S, Element = f32>>(_: S, x: V, _: Ends) -> V {
        x
    }

    #[inline(always)]
    fn bits<S: Simd, V: SimdInt<S, Element = u16>>(s: S, bits: V, ends: Ends) -> V {
        bits.min(V::splat(s, ends.last_bits))
    }
}

#[cfg(test)]
mod tests {
    use half::f16;

    use super::super::format::{Bf16, F16};
    use super::*;

    #[test]
    fn intervals_end_at_values_of_the_format() {
        let open = Interval { low: -0.05, high: 1.0, closed: false };
        let Ends { first, last, last_bits } = open.ends::<F16>();
        assert!(first >= -0.05 && F16::below(first) < -0.05);
        assert_eq!((last, last_bits), (f16::from_bits(0x3bff).to_f32(), 0x3bff));
        assert_eq!(Interval { closed: true, ..open }.ends::<Bf16>().last, 1.0);
        // Neither format has a value here: nothing to hold values to.
        let none = Interval { low: 1.0001, high: 1.0002, closed: true };
        let Ends { first, last, .. } = none.ends::<F16>();
        assert_eq!([first, last], [f32::NEG_INFINITY, f32::INFINITY]);
    }
}
