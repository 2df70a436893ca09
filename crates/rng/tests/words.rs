//! Words against published answers, and every instruction set against the scalar one.

use proptest::prelude::*;
use rand_distr::{Distribution, StandardNormal};
use serde_json::Value;
use symbreak_rng::{BLOCK, Kernel, LANES, Stream, Words, fill_words};

fn words(kernel: Kernel, stream: Stream, offset: u64, length: usize) -> Vec<u32> {
    let mut out = vec![0; length];
    fill_words(kernel.level().expect("an available kernel"), stream, offset, &mut out);
    out
}

fn vectors(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("vectors are JSON")
}

#[test]
fn paths_name_their_streams() {
    for case in vectors(include_str!("vectors/path-vectors.json")) {
        let id = u64::from_str_radix(case["stream"].as_str().unwrap(), 16).unwrap();
        assert_eq!(Stream::from_path(7, case["path"].as_str().unwrap()), Stream::new(7, id));
    }
}

#[test]
fn uniform_vectors_hold() {
    for case in vectors(include_str!("vectors/uniform-vectors.json")) {
        let seed = case["seed"].as_str().unwrap().parse().unwrap();
        let stream = Stream::from_path(seed, case["path"].as_str().unwrap());
        let [low, high] = ["low", "high"].map(|name| case[name].as_f64().unwrap() as f32);
        let bits = case["bits"].as_array().unwrap();
        let found = words(Kernel::best(), stream, case["offset"].as_u64().unwrap(), bits.len());
        for (word, expected) in found.into_iter().zip(bits) {
            let u = (word >> 8) as f32 / 16_777_216.0;
            let value = (low + (high - low) * u).min(if low < high { high.next_down() } else { low });
            assert_eq!(format!("{:08x}", value.to_bits()), expected.as_str().unwrap());
        }
    }
}

#[test]
fn every_kernel_gives_the_scalar_words() {
    // High stream bits, and lane counters that carry into their upper word within the range.
    let carry = (1u64 << 32) / LANES as u64 * BLOCK as u64;
    for kernel in Kernel::available() {
        for stream in [Stream::new(0, 0), Stream::new(u64::MAX, 0xfedc_ba98_7654_3210)] {
            for offset in [0, 1, 15, 17, BLOCK as u64 - 1, BLOCK as u64, 3 * BLOCK as u64 + 5, carry - 37] {
                for length in 1..=300 {
                    let expected = words(Kernel::Scalar, stream, offset, length);
                    assert_eq!(words(kernel, stream, offset, length), expected, "{kernel} {offset} {length}");
                }
            }
        }
    }
}

#[test]
fn the_generator_gives_the_same_words() {
    use rand_core::Rng;
    let stream = Stream::from_path(1, "w");
    for position in [0, 5, 4090, 1 << 40] {
        let expected = words(Kernel::best(), stream, position, 100);
        let mut generator = Words::new(stream, position);
        assert!(expected.iter().all(|&word| generator.next_u32() == word));
        assert_eq!(generator.position(), position + 100);
        let mut generator = Words::new(stream, position + 1);
        assert_eq!(generator.next_u64(), u64::from(expected[2]) << 32 | u64::from(expected[1]));
    }
}

#[test]
fn rand_distr_runs_on_the_words() {
    let mut words = Words::new(Stream::new(1, 2), 0);
    let n = 20_000;
    let mean = (0..n).map(|_| -> f64 { StandardNormal.sample(&mut words) }).sum::<f64>() / f64::from(n);
    assert!(mean.abs() < 6.0 / f64::from(n).sqrt(), "{mean}");
}

#[test]
fn kernels_have_names_of_their_own() {
    let names = Kernel::ALL.map(Kernel::name);
    assert!((1..names.len()).all(|i| !names[..i].contains(&names[i])));
    assert!(Kernel::available().contains(&Kernel::Scalar) && Kernel::available().contains(&Kernel::best()));
}

proptest! {
    #[test]
    fn any_split_equals_the_whole(seed: u64, id: u64, offset in 0u64..1 << 50, cut in 0usize..9000, rest in 0usize..9000) {
        let stream = Stream::new(seed, id);
        let whole = words(Kernel::best(), stream, offset, cut + rest);
        prop_assert_eq!(&whole[..cut], words(Kernel::best(), stream, offset, cut));
        prop_assert_eq!(&whole[cut..], words(Kernel::best(), stream, offset + cut as u64, rest));
    }
}
