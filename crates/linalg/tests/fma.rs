//! The fused multiply-add that every chain is made of, against exact arithmetic.

mod support;

use fearless_simd::{Simd, dispatch, prelude::*};
use support::levels;

fn word(text: &str) -> f32 {
    f32::from_bits(u32::from_str_radix(text, 16).expect("hexadecimal digits"))
}

#[test]
fn is_rounded_once_on_every_level() {
    let vectors: Vec<[String; 4]> =
        serde_json::from_str(include_str!("vectors/fma-vectors.json")).expect("vectors");
    assert!(!vectors.is_empty());
    for level in levels() {
        for [a, b, c, expected] in &vectors {
            let got = dispatch!(level, simd => fma(simd, word(a), word(b), word(c)));
            assert_eq!(got.to_bits(), word(expected).to_bits(), "{level:?}: {a} * {b} + {c}");
        }
    }
}

#[inline(always)]
fn fma<S: Simd>(simd: S, a: f32, b: f32, c: f32) -> f32 {
    let sum = S::f32s::splat(simd, a).mul_add_precise(S::f32s::splat(simd, b), S::f32s::splat(simd, c));
    let mut lanes = [0.0; 16];
    sum.store_slice(&mut lanes[..S::f32s::LEN]);
    lanes[0]
}
