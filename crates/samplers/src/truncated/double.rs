//! The truncated normal in f64: the quantile by Wichura's algorithm AS 241 (1988), from 53-bit draws.

use fearless_simd::Simd;
use symbreak_rng::{LANES, LaneStates, Transform, step};

use crate::double_double::DoubleDouble;
use crate::mass::mass_to;
use crate::special::{exp, ln, log_ratio, mills, polynomial, tail_mass};

/// A cut of the standard normal with `b > 0`, and the law around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Double {
    pub mean: f64,
    pub stddev: f64,
    /// The smallest and the largest value.
    pub inside: [f64; 2],
    pub mirrored: bool,
    pub masses: Masses,
}

/// Where the draws' mass lies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Masses {
    /// Beyond 3 sigma, all in units of the mass beyond `a`: its negative logarithm, what lies beyond `b`, the cut.
    Tail { depth: f64, rest: f64, total: f64 },
    /// On the right of the mean: the mass from it to `a`, the cut's mass, and what lies beyond `b`.
    Right { start: f64, total: f64, beyond: f64 },
    /// On both sides: the share that is the mean, `zero[0] 2^22 + zero[1] + zero[2]` in units of 2^-54 of which the third alone
    /// is no integer, the cut's mass, and what lies beyond `a` and `b`.
    Across { zero: [f64; 3], total: f64, beyond: [f64; 2] },
}

/// `ln sqrt(2 pi)`.
const LN_ROOT_TAU: f64 = 0.9189385332046728;

/// Where the quantile is a function of the mass from the mean, not of the mass beyond.
const CENTRE: f64 = 0.425;

impl Masses {
    pub fn new(a: f64, b: f64) -> Self {
        if a >= 3.0 {
            let at_a = mills(a);
            let depth = 0.5 * (b - a) * (b + a);
            let rest = if depth > 700.0 { 0.0 } else { exp(-log_ratio(a, at_a, depth)) };
            let depth = 0.5 * a * a + (LN_ROOT_TAU - ln(at_a));
            return Self::Tail { depth, rest, total: 1.0 - rest };
        }
        if a < 0.0 {
            let left = mass_to(-a);
            let right = if b == -a { left } else { mass_to(b) };
            let total = left.plus(right);
            let share = left.over(total);
            let (high, low) = (share.high * TWO_54, share.low * TWO_54);
            let whole = high.floor();
            let upper = (whole / TWO_22).floor();
            let zero = [upper, whole - upper * TWO_22, (high - whole) + low];
            return Self::Across { zero, total: total.high, beyond: [tail_mass(-a), tail_mass(b)] };
        }
        let start = mass_to(a);
        let total = if a < 1.0 {
            mass_to(b).plus(DoubleDouble { high: -start.high, low: -start.low }).high
        } else {
            tail_mass(a) - tail_mass(b)
        };
        Self::Right { start: start.high, total, beyond: tail_mass(b) }
    }

    /// The quantile at a draw's share of the cut.
    fn quantile(self, draw: Draw) -> f64 {
        match self {
            Self::Tail { depth, rest, total } => {
                tail_quantile(depth - ln(rest + draw.complement().share() * total))
            }
            Self::Right { start, total, beyond } => {
                let q = start + draw.share() * total;
                if q <= CENTRE {
                    central_quantile(q)
                } else {
                    tail_quantile(-ln(beyond + draw.complement().share() * total))
                }
            }
            Self::Across { zero, total, beyond } => {
                let q = draw.beyond(zero) * (total / TWO_54);
                if q.abs() <= CENTRE {
                    central_quantile(q)
                } else if q < 0.0 {
                    -tail_quantile(-ln(beyond[0] + draw.share() * total))
                } else {
                    tail_quantile(-ln(beyond[1] + draw.complement().share() * total))
                }
            }
        }
    }
}

const TWO_22: f64 = 4_194_304.0;
const TWO_54: f64 = 18_014_398_509_481_984.0;

/// The 53-bit integer `high * 2^21 + low`, which stands for the middle of its share of [0, 1).
#[derive(Clone, Copy)]
struct Draw {
    high: u32,
    low: u32,
}

impl Draw {
    fn complement(self) -> Self {
        Self { high: !self.high, low: !self.low & 0x1f_ffff }
    }

    /// `(2 K + 1) 2^-54`, rounded where it needs a 54th bit.
    fn share(self) -> f64 {
        (f64::from(self.high) * TWO_22 + f64::from(2 * self.low + 1)) * (1.0 / TWO_54)
    }

    /// `2 K + 1` less a place in three parts: the integers' differences are exact where they are small.
    fn beyond(self, place: [f64; 3]) -> f64 {
        let whole = (f64::from(self.high) - place[0]) * TWO_22 + (f64::from(2 * self.low + 1) - place[1]);
        whole - place[2]
    }
}

/// The quantile at a mass `q` from the mean, |q| <= 0.425.
fn central_quantile(q: f64) -> f64 {
    let r = 0.180625 - q * q;
    q * (polynomial(&CENTRAL[0], r) / polynomial(&CENTRAL[1], r))
}

/// The quantile at a mass `e^-depth` beyond it.
fn tail_quantile(depth: f64) -> f64 {
    let r = depth.sqrt();
    let (r, [numerator, denominator]) = if r <= 5.0 { (r - 1.6, &NEAR) } else { (r - 5.0, &FAR) };
    polynomial(numerator, r) / polynomial(denominator, r)
}

impl Transform<f64> for Double {
    const GROUP: usize = LANES;
    const WORDS: usize = 2;

    #[inline(always)]
    fn transform<S: Simd>(&self, _: S, states: &mut LaneStates, out: &mut [f64]) {
        for chunk in out.chunks_exact_mut(LANES) {
            let high = step(states);
            let low = step(states);
            for (lane, value) in chunk.iter_mut().enumerate() {
                *value = self.value(high[lane], low[lane] >> 11);
            }
        }
    }
}

impl Double {
    /// The value of the 53-bit integer `high * 2^21 + low`.
    pub fn value(&self, high: u32, low: u32) -> f64 {
        let draw = Draw { high, low };
        let z =
            if self.mirrored { -self.masses.quantile(draw.complement()) } else { self.masses.quantile(draw) };
        let x = self.mean + self.stddev * z;
        let [first, last] = self.inside;
        if x < first {
            first
        } else if x > last {
            last
        } else {
            x
        }
    }
}

/// Numerator and denominator of the quantile over `q`, of `0.425^2 - q^2`.
const CENTRAL: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];

/// Of `sqrt(-ln p) - 1.6`, up to 5.
const NEAR: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        0.000_774_545_014_278_341_4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        0.000_547_593_808_499_534_5,
        1.050_750_071_644_416_9e-9,
    ],
];

/// Of `sqrt(-ln p) - 5`.
const FAR: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        0.000_786_869_131_145_613_3,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];
