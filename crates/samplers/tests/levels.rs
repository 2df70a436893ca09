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
