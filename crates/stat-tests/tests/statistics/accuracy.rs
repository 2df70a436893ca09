//! The normal's transform against the same in f64, for words chosen by stride and at the ends.

use fearless_simd::{Simd, dispatch, prelude::*};
use fearless_simd_macros::simd;
use symbreak_rng::Kernel;
use symbreak_samplers::normal::standard_pair;

/// What bits.md allows: 4 ulp, or 2^-24 next to 0.
const ULPS: f64 = 4.0;
const ABSOLUTE: f64 = 1.0 / 16_777_216.0;

/// Cosine and sine elements of one radius word with many angle words.
#[simd]
fn pairs<S: Simd>(s: S, radius: u32, angles: &[u32], out: &mut [(f32, f32)]) {
    let radius = S::u32s::splat(s, radius);
    for (angles, out) in angles.chunks_exact(S::u32s::LEN).zip(out.chunks_exact_mut(S::u32s::LEN)) {
        let (x, y) = standard_pair(s, radius, S::u32s::from_slice(s, angles));
        for (i, pair) in out.iter_mut().enumerate() {
            *pair = (x.as_slice()[i], y.as_slice()[i]);
        }
    }
}

/// `sqrt(-2 ln u)`, u = (word + 1/2) 2^-32, to f64's precision at both ends.
fn radius(word: u32) -> f64 {
    let upper = word >> 31 != 0;
    let share = (f64::from(if upper { !word } else { word }) + 0.5) / 4_294_967_296.0;
    (-2.0 * if upper { (-share).ln_1p() } else { share.ln() }).sqrt()
}

/// The point on the circle that the specification gives a word.
fn direction(word: u32) -> (f64, f64) {
    let angle = f64::from((word << 2 | 2) as i32) / 2_147_483_648.0 * std::f64::consts::FRAC_PI_4;
    let (sin, cos) = angle.sin_cos();
    let cos = if word >> 31 != 0 { -cos } else { cos };
    if word >> 30 & 1 != 0 { (sin, cos) } else { (cos, sin) }
}

/// Error in units of the last place of the exact value, 0 where the absolute bound holds.
fn ulps(got: f32, want: f64) -> f64 {
    let error = (f64::from(got) - want).abs();
    let exponent = (want.abs() as f32).to_bits() >> 23;
    let ulp = 2f64.powi(exponent as i32 - 127 - 23);
    if error <= ABSOLUTE { 0.0 } else { error / ulp }
}

/// Words spread over all, and as many of every size of distance from both ends.
fn chosen(n: u32) -> Vec<u32> {
    let spread = |i: u32| i.wrapping_mul(0x9e37_79b9);
    (0..n)
        .map(|i| match i % 4 {
            0 | 1 => spread(i),
            2 => spread(i) >> (i / 4 % 32),
            _ => !(spread(i) >> (i / 4 % 32)),
        })
        .collect()
}

#[test]
fn normals_are_exact_to_4_ulp() {
    // Small angles of either sign and in either octant, and angles anywhere.
    let angles: Vec<u32> = chosen(1 << 12).into_iter().map(|w| w ^ (w & 3) << 30).collect();
    let points: Vec<(f64, f64)> = angles.iter().map(|&w| direction(w)).collect();
    let mut found = vec![(0.0, 0.0); angles.len()];
    let level = Kernel::best().level().expect("the best kernel runs");
    let mut largest = 0.0_f64;
    for word in chosen(1 << 14) {
        dispatch!(level, s => pairs(s, word, &angles, &mut found));
        let r = radius(word);
        for ((found, point), angle) in found.iter().zip(&points).zip(&angles) {
            let error = ulps(found.0, r * point.0).max(ulps(found.1, r * point.1));
            assert!(error <= ULPS, "words {word:#x}, {angle:#x}: {found:?} is {error} ulp off");
            largest = largest.max(error);
        }
    }
    assert!(largest > 1.0, "errors of {largest} ulp at most are too good to be measured rightly");
}

#[test]
fn the_tail_reaches_beyond_6_6_and_no_value_is_0() {
    let level = Kernel::best().level().expect("the best kernel runs");
    let angles: Vec<u32> = (0..16).map(|i| ((i & 3) << 30) | ((i >> 2) * 0x0fff_ffff)).collect();
    let mut found = vec![(0.0, 0.0); angles.len()];
    dispatch!(level, s => pairs(s, 0, &angles, &mut found));
    let largest = found.iter().fold(0.0_f32, |m, (x, y)| m.max(x.abs()).max(y.abs()));
    assert!(largest > 6.6, "{largest}");
    dispatch!(level, s => pairs(s, u32::MAX, &angles, &mut found));
    assert!(found.iter().all(|&(x, y)| x != 0.0 && y != 0.0), "{found:?}");
}

/// Flipping the sign's bit negates one element, complementing the angle's bits the other: the law is symmetric.
#[test]
fn normals_are_symmetric_word_by_word() {
    let level = Kernel::best().level().expect("the best kernel runs");
    let angles = chosen(1 << 12);
    let complements: Vec<u32> = angles.iter().map(|w| w ^ 0xbfff_ffff).collect();
    let (mut found, mut mirrored) = (vec![(0.0, 0.0); angles.len()], vec![(0.0, 0.0); angles.len()]);
    for word in chosen(1 << 10) {
        dispatch!(level, s => pairs(s, word, &angles, &mut found));
        dispatch!(level, s => pairs(s, word, &complements, &mut mirrored));
        assert!(found.iter().zip(&mirrored).all(|(a, b)| (a.0, a.1) == (-b.0, -b.1)), "{word:#x}");
    }
}
