//! Every kernel against the scalar one, bit for bit, on many elements; all mantissas of the uniform.
//!
//! `ELEMENTS=67108864 cargo test --release -p symbreak-stat-tests levels` compares 2^26 elements of each form.

use std::fmt::Debug;

use fearless_simd::Level;
use symbreak_rng::{Kernel, Stream};
use symbreak_samplers::bernoulli::Bernoulli;
use symbreak_samplers::half::Half;
use symbreak_samplers::integers::Integers;
use symbreak_samplers::normal::Normal;
use symbreak_samplers::truncated::{Bounds, Truncated};
use symbreak_samplers::uniform::Uniform;

/// Elements made at a time: whole blocks and a part of one.
const CHUNK: usize = (1 << 18) + 1000;

const STREAM: Stream = Stream::new(31, u64::MAX - 5);

fn elements(default: usize) -> usize {
    std::env::var("ELEMENTS").map_or(default, |text| text.parse().expect("ELEMENTS is a number"))
}

/// Compares `elements` elements of a fill between kernels.
fn compare<T: Copy + Default + PartialEq + Debug>(
    elements: usize,
    name: &str,
    fill: impl Fn(Level, u64, &mut [T]),
) {
    let kernels: Vec<(Kernel, Level)> =
        Kernel::available().into_iter().filter_map(|kernel| Some((kernel, kernel.level()?))).collect();
    let (mut expected, mut found) = (vec![T::default(); CHUNK], vec![T::default(); CHUNK]);
    for start in (0..elements as u64).step_by(CHUNK) {
        fill(kernels[0].1, start, &mut expected);
        for &(kernel, level) in &kernels[1..] {
            fill(level, start, &mut found);
            assert!(found == expected, "{name} on {kernel} from {start} on");
        }
    }
}

/// Values are never NaN, and a zero's sign is tested by the ordinary tests: `==` compares bits.
macro_rules! compare_all {
    ($law:expr, $name:expr) => {{
        let (law, name) = ($law, $name);
        compare(elements(1 << 22), &name, |level, at, out: &mut [f32]| law.fill(level, STREAM, at, out));
        compare(elements(1 << 20), &name, |level, at, out: &mut [f64]| law.fill_f64(level, STREAM, at, out));
        for half in [Half::F16, Half::Bf16] {
            compare(elements(1 << 20), &name, |level, at, out: &mut [u16]| {
                law.fill_half(half, level, STREAM, at, out);
            });
        }
    }};
}

#[test]
fn uniform() {
    for [low, high] in [[0.0, 1.0], [-0.05, 0.05], [1.0, 1.000_000_2]] {
        compare_all!(Uniform::new(low, high).unwrap(), format!("uniform [{low}, {high})"));
    }
}

#[test]
fn normal() {
    compare_all!(Normal::new(0.0, 0.05).unwrap(), "normal".to_owned());
    compare_all!(Normal::new(-3.0, 2.0).unwrap(), "normal about -3".to_owned());
}

#[test]
fn truncated() {
    let cuts = [
        [-2.0, 2.0],
        [-1.0, 1.5],
        [-3.0, 3.0],
        [-1.0, f64::INFINITY],
        [8.0, 9.0],
        [-31.0, -30.0],
        [3.0, 3.0001],
        [-3.0, -2.5],
    ];
    for [a, b] in cuts {
        let law = Truncated::new(0.5, 0.1, a, b, Bounds::Sigma).unwrap();
        compare_all!(law, format!("truncated [{a}, {b}]"));
    }
}

#[test]
fn trials_and_integers() {
    for p in [1e-6, 1.0 / 3.0, 1.0] {
        let law = Bernoulli::new(p).unwrap();
        let name = format!("trials of {p}");
        compare(elements(1 << 22), &name, |level, at, out: &mut [u8]| law.fill(level, STREAM, at, out));
    }
    for (low, high) in [(-3, 4), (-1_147_483_648, 2_000_000_000), (i64::from(i32::MIN), 1 << 31)] {
        let law = Integers::new(low, high).unwrap();
        let name = format!("integers of [{low}, {high})");
        compare(elements(1 << 20), &name, |level, at, out: &mut [i32]| law.fill(level, STREAM, at, out));
    }
}
