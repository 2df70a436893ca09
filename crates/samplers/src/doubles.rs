//! Groups of f64 vectors: each vector of 32-bit lanes becomes a pair of them.

use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Sub};

use fearless_simd::prelude::*;

use crate::group::{Ints, Words};

/// `U` pairs of vectors of f64.
#[derive(Clone, Copy)]
pub(crate) struct Doubles<S: Simd, const U: usize>(pub [[S::f64s; 2]; U]);

/// `U` pairs of vectors of u64.
#[derive(Clone, Copy)]
pub(crate) struct Longs<S: Simd, const U: usize>(pub [[S::u64s; 2]; U]);

macro_rules! operators {
    ($($group:ident: $($operator:ident $method:ident),*;)*) => {$($(
        impl<S: Simd, const U: usize> $operator for $group<S, U> {
            type Output = Self;
            #[inline(always)]
            fn $method(mut self, other: Self) -> Self {
                for ([a, b], [c, d]) in self.0.iter_mut().zip(other.0) {
                    *a = a.$method(c);
                    *b = b.$method(d);
                }
                self
            }
        }
    )*)*};
}

operators! {
    Doubles: Add add, Sub sub, Mul mul, Div div;
    Longs: BitAnd bitand, BitOr bitor, BitXor bitxor;
}

impl<S: Simd, const U: usize> Doubles<S, U> {
    #[inline(always)]
    pub fn splat(s: S, value: f64) -> Self {
        Self([[S::f64s::splat(s, value); 2]; U])
    }

    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(self.0.map(|pair| pair.map(SimdFloat::sqrt)))
    }

    /// The smaller of each and `bound`; no element is NaN, and none is a zero where `bound` is one.
    #[inline(always)]
    pub fn min(self, s: S, bound: f64) -> Self {
        let bound = S::f64s::splat(s, bound);
        Self(self.0.map(|pair| pair.map(|x| x.min(bound))))
    }

    /// The bits.
    #[inline(always)]
    pub fn longs(self) -> Longs<S, U> {
        Longs(self.0.map(|pair| pair.map(Bytes::bitcast)))
    }

    /// The polynomial with these coefficients, lowest degree first, by Horner's rule.
    #[inline(always)]
    pub fn polynomial<const N: usize>(self, s: S, coefficients: &[f64; N]) -> Self {
        let mut sum = Self::splat(s, coefficients[N - 1]);
        for &c in coefficients[..N - 1].iter().rev() {
            sum = sum * self + Self::splat(s, c);
        }
        sum
    }

    /// Stores pair `i` to consecutive places.
    #[inline(always)]
    pub fn store(&self, i: usize, out: &mut [f64]) {
        let (low, high) = out.split_at_mut(S::f64s::LEN);
        self.0[i][0].store_slice(low);
        self.0[i][1].store_slice(high);
    }
}

impl<S: Simd, const U: usize> Longs<S, U> {
    #[inline(always)]
    pub fn splat(s: S, value: u64) -> Self {
        Self([[S::u64s::splat(s, value); 2]; U])
    }

    /// The f64 with these bits.
    #[inline(always)]
    pub fn doubles(self) -> Doubles<S, U> {
        Doubles(self.0.map(|pair| pair.map(Bytes::bitcast)))
    }

    #[inline(always)]
    pub fn shl(self, bits: u32) -> Self {
        Self(self.0.map(|pair| pair.map(|x| x << bits)))
    }

    #[inline(always)]
    pub fn shr(self, bits: u32) -> Self {
        Self(self.0.map(|pair| pair.map(|x| x >> bits)))
    }

    /// `yes` where these are all ones, `no` where they are 0.
    #[inline(always)]
    pub fn select(self, yes: Doubles<S, U>, no: Doubles<S, U>) -> Doubles<S, U> {
        let no = no.longs();
        (no ^ ((yes.longs() ^ no) & self)).doubles()
    }
}

impl<S: Simd, const U: usize> Words<S, U> {
    /// Each in 64 bits, zeros above.
    #[inline(always)]
    pub fn widen(self) -> Longs<S, U> {
        Longs(self.0.map(|x| x.widen().into()))
    }
}

impl<S: Simd, const U: usize> Ints<S, U> {
    /// Each in 64 bits, the sign above.
    #[inline(always)]
    pub fn widen(self) -> Longs<S, U> {
        Longs(self.0.map(|x| {
            let (low, high) = x.widen();
            [low.bitcast(), high.bitcast()]
        }))
    }
}

/// Bits of 2^k as f64.
const fn power(k: i64) -> u64 {
    ((1023 + k) as u64) << 52
}

/// `high * 2^(scale + 22) + odd * 2^scale + shift`, for `high` and `odd` below 2^32, where that is an f64. Numbers are put
/// below the leading bit of a power of 2, which is then taken off again: the one exact way that every CPU has.
#[inline(always)]
pub(crate) fn join<S: Simd, const U: usize>(
    s: S,
    high: Words<S, U>,
    odd: Words<S, U>,
    scale: i64,
    shift: f64,
) -> Doubles<S, U> {
    let (upper, lower) = (power(74 + scale), power(52 + scale));
    let upper_part = (high.widen() | Longs::splat(s, upper)).doubles();
    let lower_part = (odd.widen() | Longs::splat(s, lower)).doubles();
    // Few bits make up the powers and the shift: their sum is exact.
    (upper_part - Doubles::splat(s, f64::from_bits(upper) + f64::from_bits(lower) - shift)) + lower_part
}

/// `K 2^-53` of the 53-bit `K = high * 2^21 + low / 2^11`.
#[inline(always)]
pub(crate) fn u53<S: Simd, const U: usize>(s: S, high: Words<S, U>, low: Words<S, U>) -> Doubles<S, U> {
    let upper = (high.widen().shl(20) | Longs::splat(s, power(0))).doubles();
    let lower = (low.shr(11).widen() | Longs::splat(s, power(-1))).doubles();
    (upper - Doubles::splat(s, 1.5)) + lower
}
