//! Several native vectors handled as one, so that the program order itself interleaves independent chains of
//! arithmetic: a single vector waits on the latency of each operation.

use core::array::from_fn;
use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Sub};

use fearless_simd::prelude::*;
use symbreak_rng::Lanes;

/// `U` vectors of f32.
#[derive(Clone, Copy)]
pub(crate) struct Floats<S: Simd, const U: usize>(pub [S::f32s; U]);

/// `U` vectors of i32.
#[derive(Clone, Copy)]
pub(crate) struct Ints<S: Simd, const U: usize>(pub [S::i32s; U]);

/// `U` vectors of u32.
#[derive(Clone, Copy)]
pub(crate) struct Words<S: Simd, const U: usize>(pub [S::u32s; U]);

/// `U` masks of 32-bit lanes.
#[derive(Clone, Copy)]
pub(crate) struct Mask<S: Simd, const U: usize>([S::mask32s; U]);

macro_rules! operators {
    ($($group:ident: $($operator:ident $method:ident),*;)*) => {$($(
        impl<S: Simd, const U: usize> $operator for $group<S, U> {
            type Output = Self;
            #[inline(always)]
            fn $method(mut self, other: Self) -> Self {
                for (x, y) in self.0.iter_mut().zip(other.0) {
                    *x = x.$method(y);
                }
                self
            }
        }
    )*)*};
}

operators! {
    Floats: Add add, Sub sub, Mul mul, Div div;
    Ints: Sub sub, BitAnd bitand, BitOr bitor, BitXor bitxor;
    Words: Add add, Sub sub, BitAnd bitand, BitOr bitor, BitXor bitxor;
}

impl<S: Simd, const U: usize> Floats<S, U> {
    #[inline(always)]
    pub fn splat(s: S, value: f32) -> Self {
        Self([S::f32s::splat(s, value); U])
    }

    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(self.0.map(SimdFloat::sqrt))
    }

    /// Held within two values; no element is NaN.
    #[inline(always)]
    pub fn clamp(self, s: S, [low, high]: [f32; 2]) -> Self {
        let (low, high) = (S::f32s::splat(s, low), S::f32s::splat(s, high));
        Self(self.0.map(|x| x.max(low).min(high)))
    }

    /// The bits.
    #[inline(always)]
    pub fn ints(self) -> Ints<S, U> {
        Ints(self.0.map(Bytes::bitcast))
    }

    /// The bits.
    #[inline(always)]
    pub fn words(self) -> Words<S, U> {
        Words(self.0.map(Bytes::bitcast))
    }

    /// The polynomial with these coefficients, lowest degree first, by Horner's rule.
    #[inline(always)]
    pub fn polynomial<const N: usize>(self, s: S, coefficients: &[f32; N]) -> Self {
        let mut sum = Self::splat(s, coefficients[N - 1]);
        for &c in coefficients[..N - 1].iter().rev() {
            sum = sum * self + Self::splat(s, c);
        }
        sum
    }
}

impl<S: Simd, const U: usize> Ints<S, U> {
    #[inline(always)]
    pub fn splat(s: S, value: i32) -> Self {
        Self([S::i32s::splat(s, value); U])
    }

    /// The f32 nearest to each.
    #[inline(always)]
    pub fn to_float(self) -> Floats<S, U> {
        Floats(self.0.map(SimdInt::to_float))
    }

    /// The bits.
    #[inline(always)]
    pub fn words(self) -> Words<S, U> {
        Words(self.0.map(Bytes::bitcast))
    }

    /// The f32 with these bits.
    #[inline(always)]
    pub fn floats(self) -> Floats<S, U> {
        Floats(self.0.map(Bytes::bitcast))
    }

    /// Arithmetic shift.
    #[inline(always)]
    pub fn shr(self, bits: u32) -> Self {
        Self(self.0.map(|x| x >> bits))
    }

    #[inline(always)]
    pub fn is_negative(self, s: S) -> Mask<S, U> {
        self.less(s, 0)
    }

    /// Which are below `bound`.
    #[inline(always)]
    pub fn less(self, s: S, bound: i32) -> Mask<S, U> {
        Mask(self.0.map(|x| x.simd_lt(S::i32s::splat(s, bound))))
    }
}

/// The lanes' next `U` times `N` outputs: of each `N` that follow each other one goes to each group. A loop and not
/// `from_fn`, which the compiler does not always inline, and a call costs twenty times the work here.
#[inline(always)]
pub(crate) fn draw<S: Simd, const U: usize, const N: usize>(s: S, lanes: &mut Lanes<S>) -> [Words<S, U>; N] {
    let mut words = [Words::splat(s, 0); N];
    for i in 0..U {
        for group in &mut words {
            group.0[i] = lanes.step();
        }
    }
    words
}

impl<S: Simd, const U: usize> Words<S, U> {
    #[inline(always)]
    pub fn splat(s: S, value: u32) -> Self {
        Self([S::u32s::splat(s, value); U])
    }

    #[inline(always)]
    pub fn ints(self) -> Ints<S, U> {
        Ints(self.0.map(Bytes::bitcast))
    }

    /// The f32 with these bits.
    #[inline(always)]
    pub fn floats(self) -> Floats<S, U> {
        Floats(self.0.map(Bytes::bitcast))
    }

    /// The f32 nearest to each.
    #[inline(always)]
    pub fn to_float(self) -> Floats<S, U> {
        Floats(self.0.map(SimdInt::to_float))
    }

    /// Which are below the other.
    #[inline(always)]
    pub fn less(self, other: Self) -> Mask<S, U> {
        Mask(from_fn(|i| self.0[i].simd_lt(other.0[i])))
    }

    #[inline(always)]
    pub fn shl(self, bits: u32) -> Self {
        Self(self.0.map(|x| x << bits))
    }

    #[inline(always)]
    pub fn shr(self, bits: u32) -> Self {
        Self(self.0.map(|x| x >> bits))
    }
}

impl<S: Simd, const U: usize> Mask<S, U> {
    #[inline(always)]
    pub fn floats(self, yes: Floats<S, U>, no: Floats<S, U>) -> Floats<S, U> {
        Floats(from_fn(|i| self.0[i].select(yes.0[i], no.0[i])))
    }

    #[inline(always)]
    pub fn words(self, yes: Words<S, U>, no: Words<S, U>) -> Words<S, U> {
        Words(from_fn(|i| self.0[i].select(yes.0[i], no.0[i])))
    }

    /// Whether any lane is set.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.into_iter().reduce(|x, y| x | y).is_some_and(SimdMask::any_true)
    }

    #[inline(always)]
    pub fn ints(self, yes: Ints<S, U>, no: Ints<S, U>) -> Ints<S, U> {
        Ints(from_fn(|i| self.0[i].select(yes.0[i], no.0[i])))
    }
}

/// The f32 with these bits: constants are written as the specification lists them.
pub(crate) const fn hex(bits: u32) -> f32 {
    f32::from_bits(bits)
}
