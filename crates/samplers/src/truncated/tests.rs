//! The quantile of single words against its definition, over intervals of every plan.

use fearless_simd::{Fallback, Level};

use super::*;
use crate::oracle::{Exact, TRUNCATED, read};
use crate::special::{central_mass, density, tail_mass};

const INFINITY: f64 = f64::INFINITY;

/// Every plan, both signs, one-sided, far, narrow, wide.
const INTERVALS: [(f64, f64); 33] = [
    (-2.0, 2.0),
    (-1.9, 1.9),
    (-2.0, 1.0),
    (-1.0, 1.5),
    (-0.3, 2.03),
    (0.5, 1.5),
    (-1.5, -0.5),
    (0.9, 1.7),
    (1.0, 1.04),
    (-0.05, 0.05),
    (-3.0, -2.5),
    (2.5, 3.0),
    (-3.0, 3.0),
    (-4.0, 4.0),
    (-1.0, 3.0),
    (-1.0, 2.5),
    (-2.7, -0.1),
    (2.0, 2.2),
    (2.9, 6.0),
    (0.0, INFINITY),
    (-INFINITY, 0.0),
    (2.0, INFINITY),
    (-2000.0, 2000.0),
    (-INFINITY, INFINITY),
    (3.0, INFINITY),
    (3.0, 3.2),
    (8.0, 9.0),
    (30.0, 31.0),
    (-31.0, -30.0),
    (37.0, INFINITY),
    (-5e-5, 5e-5),
    (3.0, 3.0001),
    (-7.501, -7.5),
];

/// Value of one word.
fn value(law: &Truncated, word: u32) -> f32 {
    let s = Fallback::new();
    let words = Words::<_, 1>::splat(s, word);
    with_plan!(
        law,
        cut => cut.law.edges.apply(s, words, cut.values(s, words)).clamp(s, law.inside).0[0][0],
        law.mean
    )
}

fn standard(a: f64, b: f64) -> Truncated {
    Truncated::new(0.0, 1.0, a, b, Bounds::Sigma).unwrap()
}

/// The standard normal mass between two points, without cancellation between tails.
fn mass(a: f64, b: f64) -> f64 {
    if b - a < 0.01 {
        // Gauss and Legendre's rule of three points.
        let (m, r) = (0.5 * (a + b), 0.5 * (b - a));
        let x = r * 0.6_f64.sqrt();
        return r * (5.0 * density(m - x) + 8.0 * density(m) + 5.0 * density(m + x)) / 9.0;
    }
    match (a < 0.0, b > 0.0) {
        (true, true) => 0.5 * (central_mass(-a) + central_mass(b)),
        (true, false) => mass(-b, -a),
        _ if a < 1.0 => 0.5 * (central_mass(b) - central_mass(a)),
        _ => tail_mass(a) - tail_mass(b),
    }
}

#[test]
fn quantiles_are_exact_to_2e_6() {
    for (a, b) in INTERVALS {
        let law = standard(a, b);
        let total = mass(a, b);
        for i in 0..4000u32 {
            // Every size of distance from both ends, and everywhere between.
            let word = match i % 3 {
                0 => i.wrapping_mul(0x9e37_79b9),
                1 => u32::MAX >> (i % 32) ^ i.wrapping_mul(0x85eb_ca6b) >> (i % 31 + 1),
                _ => !(u32::MAX >> (i % 32) ^ i.wrapping_mul(0x85eb_ca6b) >> (i % 31 + 1)),
            };
            let z = f64::from(value(&law, word));
            let below = (f64::from(word) + 0.5) / WORDS;
            // From the nearer end, so that no digits are lost.
            let excess =
                if below < 0.5 { mass(a, z) - below * total } else { (1.0 - below) * total - mass(z, b) };
            let error = excess / density(z);
            let allowed = (2e-6 * z.abs()).max(2f64.powi(-24));
            assert!(error.abs() <= allowed, "[{a}, {b}] word {word:#x}: {z} is off by {error:e}");
        }
    }
}

/// Words that the outermost float gets, counted from the end `word = 0` or `word = u32::MAX`.
fn outermost(law: &Truncated, end: usize) -> f64 {
    let float = law.inside[end];
    let at = |k: u32| value(law, if end == 0 { k } else { !k }) == float;
    let (mut inside, mut outside) = (0u64, 1u64 << 32);
    while outside - inside > 1 {
        let middle = u64::midpoint(inside, outside);
        if at((middle - 1) as u32) { inside = middle } else { outside = middle }
    }
    inside as f64
}

/// The share of words that lie nearer to the outermost float than to the next.
fn fair(law: &Truncated, end: usize, cut: [f64; 2]) -> f64 {
    let float = law.inside[end];
    let next = if end == 0 { float.next_up() } else { float.next_down() };
    let border = 0.5 * (f64::from(float) + f64::from(next));
    let z = (border - f64::from(law.mean)) / f64::from(law.stddev);
    let part = if end == 0 { mass(cut[0], z) } else { mass(z, cut[1]) };
    part / mass(cut[0], cut[1]) * WORDS
}

fn assert_fair(law: &Truncated, cut: [f64; 2]) {
    for end in [0, 1] {
        if cut[end].is_infinite() || cut[end] == 0.0 {
            continue;
        }
        let (got, fair) = (outermost(law, end), fair(law, end, cut));
        let whole = got >= 0.5 * fair - 1.0 && got <= 2.0 * fair + 1.0;
        assert!(whole, "{cut:?} {law:?} end {end}: {got} words for {fair}");
    }
}

#[test]
fn outermost_floats_get_their_share() {
    for (a, b) in INTERVALS {
        assert_fair(&standard(a, b), [a, b]);
    }
}

#[test]
fn outermost_floats_get_their_share_in_other_units() {
    for (mean, stddev) in [(0.0, 0.02), (0.0, 0.0624), (1.0, 0.3), (-5.0, 2.0), (100.0, 7.0)] {
        for (a, b) in [(-2.0, 2.0), (-1.01, 1.7), (0.5, 1.5), (-3.0, -2.5), (3.0, 4.0), (-2.0, 3.0)] {
            let (lower, upper) = (mean + stddev * a, mean + stddev * b);
            let law = Truncated::new(mean, stddev, lower, upper, Bounds::Absolute).unwrap();
            let sigma = |x: f64| (x - f64::from(law.mean)) / f64::from(law.stddev);
            assert_fair(&law, [sigma(lower), sigma(upper)]);
        }
    }
}

#[test]
fn bounds_in_sigma_and_absolute_agree() {
    let sigma = Truncated::new(1.0, 0.5, -2.0, 3.0, Bounds::Sigma).unwrap();
    let absolute = Truncated::new(1.0, 0.5, 0.0, 2.5, Bounds::Absolute).unwrap();
    assert_eq!(sigma, absolute);
}

#[test]
fn a_standard_deviation_of_zero_is_the_mean() {
    let law = Truncated::new(0.25, 0.0, 0.0, 1.0, Bounds::Absolute).unwrap();
    let mut out = [1.0; 3];
    law.fill(Level::new(), Stream::new(0, 0), 0, &mut out);
    assert_eq!(out, [0.25; 3]);
    assert_eq!(Truncated::new(3.0, 0.0, 0.0, 1.0, Bounds::Absolute).unwrap_err().argument, "mean");
}

#[test]
fn refusals_name_the_argument() {
    let sigma = |mean, stddev, lower, upper| {
        Truncated::new(mean, stddev, lower, upper, Bounds::Sigma).unwrap_err().argument
    };
    assert_eq!(sigma(f64::NAN, 1.0, -2.0, 2.0), "mean");
    assert_eq!(sigma(INFINITY, 1.0, -2.0, 2.0), "mean");
    assert_eq!(sigma(0.0, -1.0, -2.0, 2.0), "stddev");
    assert_eq!(sigma(0.0, 1.0, f64::NAN, 2.0), "lower");
    assert_eq!(sigma(0.0, 1.0, -2.0, f64::NAN), "upper");
    assert_eq!(sigma(0.0, 1.0, 2.0, -2.0), "upper");
    assert_eq!(sigma(0.0, 1.0, 38.5, 40.0), "lower");
    assert_eq!(sigma(0.0, 1.0, -INFINITY, -38.5), "upper");
    // No f64 lies strictly between 1 and its successor.
    let one = Truncated::new(0.0, 1.0, 1.0, 1f64.next_up(), Bounds::Absolute);
    assert_eq!(one.unwrap_err().argument, "upper");
}

/// Value of one 53-bit integer in f64.
fn value_f64(a: f64, b: f64, integer: u64) -> f64 {
    let masses = if b <= 0.0 { Masses::new(-b, -a) } else { Masses::new(a, b) };
    let law = Double { mean: 0.0, stddev: 1.0, inside: inside_f64([a, b]), mirrored: b <= 0.0, masses };
    law.value((integer >> 21) as u32, (integer & 0x1f_ffff) as u32)
}

#[test]
fn f64_quantiles_agree_with_f32() {
    for (a, b) in INTERVALS {
        let law = standard(a, b);
        for i in 0..500u32 {
            let word = i.wrapping_mul(0x9e37_79b9);
            let single = f64::from(value(&law, word));
            // The same middle of the word's share.
            let double = value_f64(a, b, (u64::from(word) << 21) + (1 << 20));
            let allowed = (4e-6 * single.abs()).max(2f64.powi(-23));
            assert!((single - double).abs() <= allowed, "[{a}, {b}] {word:#x}: {single} {double}");
        }
    }
}

#[test]
fn f64_values_stay_inside() {
    for (a, b) in INTERVALS {
        for integer in [0, 1, (1 << 53) - 2, (1 << 53) - 1] {
            let z = value_f64(a, b, integer);
            assert!(z > a && z < b, "[{a}, {b}] {integer}: {z}");
        }
    }
}

#[test]
fn f64_quantiles_are_exact_to_8_ulp() {
    let mut largest = 0.0_f64;
    for line in TRUNCATED.lines() {
        let columns = &mut line.split(' ');
        let got = value_f64(read(columns), read(columns), read(columns));
        let (error, ulp) = Exact::read(columns).error(got);
        assert!(error <= 8.0 * ulp, "{line}: {got} is {} ulp off", error / ulp);
        largest = largest.max(error / ulp);
    }
    assert!(largest > 1.0, "errors of {largest} ulp at most are too good to be measured rightly");
}
