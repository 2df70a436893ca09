//! Intervals beyond 3 sigma: the quantile by the logarithm of the mass, anchored at the near bound.

use fearless_simd::prelude::*;

use super::{Quantile, Setup, WORDS, split};
use crate::group::{Floats, Ints, Words};
use crate::normal::{complement, double_log};
use crate::special::{exp, ln, log_ratio, mills};

/// Degree of the polynomial that is fitted to each cut.
const DEGREE: usize = 8;

/// With `l = ln(Q(a) / Q(z))`, `Q` the mass beyond, and `D = (z^2 - a^2) / 2`: D is `l R(l)` with a smooth R.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tail {
    /// `a` in two parts, and its square.
    high: f32,
    low: f32,
    square: f32,
    /// `Q(b) / Q(a)`.
    rest: f32,
    /// Share of Q(a) that a word takes.
    word: f32,
    /// Words below this are nearer to `a` by mass.
    near: u32,
    /// `R` as a polynomial of `2 l`.
    c: [f32; DEGREE + 1],
}

impl Tail {
    pub fn fits(a: f64) -> bool {
        a >= 3.0
    }

    pub fn new(a: f64, b: f64) -> Setup<Self> {
        let at_a = mills(a);
        let depth = 0.5 * (b - a) * (b + a);
        let rest = if depth > 700.0 { 0.0 } else { exp(-log_ratio(a, at_a, depth)) };
        let share = 1.0 - rest;
        let (high, low) = split(a);
        let deepest = -ln(rest + share * (0.5 / WORDS));
        let plan = Self {
            high,
            low,
            square: (a * a) as f32,
            rest: rest as f32,
            word: (share / WORDS) as f32,
            near: (0.5 / share * WORDS).min(WORDS - 1.0) as u32,
            c: fit(a, at_a, deepest),
        };
        // The mass over the density, at each end, over the number of words.
        let near = share * at_a / WORDS;
        let far = if rest == 0.0 { f64::INFINITY } else { near / (rest * at_a / mills(b)) };
        Setup { plan, spacing: [near, far] }
    }
}

/// The depth at which [`log_ratio`] is `l`, by Newton's method from above; the slope is `1 / (z mills(z))`.
fn depth_of(a: f64, at_a: f64, l: f64) -> f64 {
    let mut depth = l;
    for _ in 0..6 {
        let z = (a * a + 2.0 * depth).sqrt();
        depth -= (log_ratio(a, at_a, depth) - l) * (z * mills(z));
    }
    depth
}

/// `cos(pi (k + 1/2) / 9)` for k = 0 ..= 8, negated: the Chebyshev nodes.
const NODES: [f64; DEGREE + 1] = [
    -0.984_807_753_012_208,
    -0.866_025_403_784_438_6,
    -0.642_787_609_686_539_3,
    -0.342_020_143_325_668_7,
    0.0,
    0.342_020_143_325_668_7,
    0.642_787_609_686_539_3,
    0.866_025_403_784_438_6,
    0.984_807_753_012_208,
];

/// Interpolates `R` between 0 and `deepest` at the depths' Chebyshev nodes, where no equation has to be solved.
fn fit(a: f64, at_a: f64, deepest: f64) -> [f32; DEGREE + 1] {
    let bottom = depth_of(a, at_a, deepest);
    let mut x = [0.0; DEGREE + 1];
    let mut difference = [0.0; DEGREE + 1];
    for k in 0..=DEGREE {
        let depth = 0.5 * bottom * (1.0 + NODES[k]);
        let l = log_ratio(a, at_a, depth);
        x[k] = l / deepest;
        difference[k] = depth / l;
    }
    // Newton's divided differences, then the powers of x by nested multiplication.
    for order in 1..=DEGREE {
        for k in (order..=DEGREE).rev() {
            difference[k] = (difference[k] - difference[k - 1]) / (x[k] - x[k - order]);
        }
    }
    let mut c = [0.0; DEGREE + 1];
    for k in (0..=DEGREE).rev() {
        for i in (1..=DEGREE).rev() {
            c[i] = c[i - 1] - c[i] * x[k];
        }
        c[0] = difference[k] - c[0] * x[k];
    }
    let scale = 1.0 / (2.0 * deepest);
    let mut power = 1.0;
    c.map(|value| {
        let scaled = value * power;
        power *= scale;
        scaled as f32
    })
}

impl Quantile for Tail {
    #[inline(always)]
    fn quantile<S: Simd, const U: usize>(&self, s: S, word: Words<S, U>) -> Floats<S, U> {
        let f = |x: f32| Floats::splat(s, x);
        let near = word.less(Words::splat(s, self.near));
        let count = near.words(word, word ^ Words::splat(s, u32::MAX));
        let v = (count.to_float() + f(0.5)) * f(self.word);
        let (rest, exponent) = complement(s, f(self.rest) + v);
        let n = near.floats(v + v, rest);
        let e = near.ints(Ints::splat(s, 0), Ints::splat(s, 126) - exponent);
        let l = double_log(s, n, e.to_float());
        let d = l * l.polynomial(s, &self.c);
        f(self.high) + (f(self.low) + d / (f(self.high) + (f(self.square) + d).sqrt()))
    }
}
