//! Every sampler on every instruction set against the scalar form, and any slice against the whole.

use proptest::prelude::*;
use symbreak_rng::{BLOCK, Kernel, Stream};
use symbreak_samplers::half::Half;
use symbreak_samplers::normal::Normal;
use symbreak_samplers::truncated::{Bounds, Truncated};
use symbreak_samplers::uniform::Uniform;

/// All forms of a law, as bits.
fn forms(kernel: Kernel, law: &Law, stream: Stream, offset: u64, length: usize) -> Vec<Vec<u64>> {
    let level = kernel.level().expect("an available kernel");
    let (mut single, mut double) = (vec![0f32; length], vec![0f64; length]);
    let mut halves = [vec![0u16; length], vec![0u16; length]];
    macro_rules! fill {
        ($law:expr) => {{
            $law.fill(level, stream, offset, &mut single);
            $law.fill_f64(level, stream, offset, &mut double);
            $law.fill_half(Half::F16, level, stream, offset, &mut halves[0]);
            $law.fill_half(Half::Bf16, level, stream, offset, &mut halves[1]);
        }};
    }
    match law {
        Law::Uniform(law) => fill!(law),
        Law::Normal(law) => fill!(law),
        Law::Truncated(law) => fill!(law),
    }
    let [f16, bf16] = halves.map(|values| values.into_iter().map(u64::from).collect());
    let single = single.into_iter().map(|x| u64::from(x.to_bits())).collect();
    vec![single, double.into_iter().map(f64::to_bits).collect(), f16, bf16]
}

enum Law {
    Uniform(Uniform),
    Normal(Normal),
    Truncated(Truncated),
}

/// Every sampler, every plan of the truncated one, mirrored and not.
fn laws() -> Vec<Law> {
    let mut laws = vec![
        Law::Uniform(Uniform::new(0.0, 1.0).unwrap()),
        Law::Uniform(Uniform::new(-0.05, 0.05).unwrap()),
        Law::Normal(Normal::new(0.0, 1.0).unwrap()),
        Law::Normal(Normal::new(-1.5, 0.02).unwrap()),
    ];
    let intervals =
        [(-2.0, 2.0), (-3.0, -2.5), (-4.0, f64::INFINITY), (8.0, 9.0), (-31.0, -30.0), (3.0, 3.0001)];
    laws.extend(
        intervals.map(|(a, b)| Law::Truncated(Truncated::new(0.5, 0.1, a, b, Bounds::Sigma).unwrap())),
    );
    laws
}

/// The worked examples of SPEC.md: elements 0, 1, 16, 17 of seed 7, stream 0.
#[test]
fn worked_examples_hold_on_every_kernel() {
    let cut = |a, b| Law::Truncated(Truncated::new(0.0, 1.0, a, b, Bounds::Sigma).unwrap());
    let cases: [(Law, [u64; 4]); 7] = [
        (Law::Uniform(Uniform::new(-0.05, 0.05).unwrap()), [0xbd20e04b, 0xbd228482, 0xbce2e8cd, 0x3d26197b]),
        (Law::Normal(Normal::new(0.0, 1.0).unwrap()), [0x40054d6a, 0xbf9897d8, 0xbeb697e1, 0xbfe21be3]),
        (cut(-2.0, 2.0), [0xbf932da6, 0xbf9594cb, 0xbf387183, 0x3f9b0449]),
        (cut(8.0, 9.0), [0x41003926, 0x410036e5, 0x41007eff, 0x410490ce]),
        (cut(-5e-5, 5e-5), [0xb824bcb6, 0xb8266b03, 0xb7e85aec, 0x382a1601]),
        (cut(-3.0, 3.0), [0xbf9e296b, 0xbfa0f356, 0xbf427283, 0x3fa75132]),
        (cut(-3.0, -2.5), [0xc0398b3a, 0xc039c0f3, 0xc0343427, 0xc021bbf4]),
    ];
    let doubles: [(Law, [u64; 3]); 3] = [
        (
            Law::Uniform(Uniform::new(0.0, 1.0).unwrap()),
            [0x3fbb73d1b2391740, 0x3fba6d2f49e7cfe8, 0x3fe4bbc8fd71fe75],
        ),
        (
            Law::Normal(Normal::new(0.0, 1.0).unwrap()),
            [0xbffb17762f4a499f, 0xc00087f3475aa7d8, 0xbff43a869b7eda31],
        ),
        (cut(-2.0, 2.0), [0xbff265b48409241b, 0xbff2b29974925b03, 0x3fd7253da1b3402a]),
    ];
    for kernel in Kernel::available() {
        for (law, expected) in &cases {
            let values = &forms(kernel, law, Stream::new(7, 0), 0, 100)[0];
            assert_eq!([values[0], values[1], values[16], values[17]], *expected, "{kernel}");
        }
        for (law, expected) in &doubles {
            let values = &forms(kernel, law, Stream::new(7, 0), 0, 100)[1];
            assert_eq!([values[0], values[1], values[16]], *expected, "{kernel} in f64");
        }
    }
}

#[test]
fn every_kernel_gives_the_scalar_bits() {
    let stream = Stream::new(0x0123_4567_89ab_cdef, u64::MAX);
    for law in laws() {
        let expected = forms(Kernel::Scalar, &law, stream, 4000, 20_000);
        for kernel in Kernel::available() {
            assert_eq!(forms(kernel, &law, stream, 4000, 20_000), expected, "{kernel}");
        }
    }
}

#[test]
fn every_tail_equals_the_whole() {
    let stream = Stream::new(1, 2);
    for law in laws() {
        for offset in [0, 1, 31, BLOCK as u64 - 33, BLOCK as u64] {
            let whole = forms(Kernel::best(), &law, stream, offset, 300);
            for length in 1..=300 {
                let part = forms(Kernel::best(), &law, stream, offset, length);
                assert!(part.iter().zip(&whole).all(|(part, whole)| part[..] == whole[..length]));
            }
        }
    }
}

proptest! {
    #[test]
    fn any_split_equals_the_whole(which in 0usize..10, seed: u64, offset in 0u64..1 << 40, cut in 0usize..5000, rest in 0usize..5000) {
        let (law, stream) = (&laws()[which], Stream::new(seed, 3));
        let whole = forms(Kernel::best(), law, stream, offset, cut + rest);
        let head = forms(Kernel::best(), law, stream, offset, cut);
        let tail = forms(Kernel::best(), law, stream, offset + cut as u64, rest);
        for (whole, (head, tail)) in whole.into_iter().zip(head.into_iter().zip(tail)) {
            prop_assert_eq!(whole, [head, tail].concat());
        }
    }
}
