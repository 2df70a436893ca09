//! Trials, integers and permutations against their laws. Each combination has a stream of its own.

use symbreak_rng::{Kernel, Stream};
use symbreak_samplers::bernoulli::Bernoulli;
use symbreak_samplers::integers::Integers;
use symbreak_samplers::permutation::permute;
use symbreak_stat_tests::{assert_p, chi_squared_p, poisson_p};

/// Draws of each combination.
const DRAWS: usize = 1 << 20;

/// Bins of the values of a wide range.
const BINS: u64 = 250;

/// Calls `check` with the outcomes of a law on every kernel, not from the beginning of a block, and with what they are of.
fn trials(p: f64, seed: u64, check: impl Fn(&[u8], &str)) {
    let law = Bernoulli::new(p).expect("a law");
    for (i, kernel) in Kernel::available().into_iter().enumerate() {
        let mut out = vec![0; DRAWS];
        law.fill(kernel.level().expect("it runs"), Stream::new(seed, i as u64), 1000, &mut out);
        check(&out, &format!("trials of {p} on {kernel}"));
    }
}

/// In pairs, so that the trials' independence is part of it.
#[test]
fn trials_succeed_with_their_probability() {
    for (i, p) in [0.01, 0.25, 1.0 / 3.0, 0.5, 0.9].into_iter().enumerate() {
        trials(p, 40 + i as u64, |out, name| {
            let mut counts = [0; 4];
            for pair in out.chunks_exact(2) {
                counts[usize::from(2 * pair[0] + pair[1])] += 1;
            }
            let pairs = (DRAWS / 2) as f64;
            let expected = [(1.0 - p) * (1.0 - p), (1.0 - p) * p, p * (1.0 - p), p * p].map(|q| q * pairs);
            assert_p(chi_squared_p(&counts, &expected), name);
        });
    }
}

#[test]
fn rare_trials_succeed_and_fail() {
    for (i, (p, rare)) in [(2e-5, 1), (1.0 - 2e-5, 0)].into_iter().enumerate() {
        trials(p, 45 + i as u64, |out, name| {
            let count: u64 = out.iter().map(|&outcome| u64::from(outcome == rare)).sum();
            assert_p(poisson_p(count, 2e-5 * DRAWS as f64), name);
        });
    }
    trials(0.0, 47, |out, name| assert!(out.iter().all(|&outcome| outcome == 0), "{name}"));
    trials(1.0, 48, |out, name| assert!(out.iter().all(|&outcome| outcome == 1), "{name}"));
}

/// Numbers from 0 to `range` sorted by `bin` against how many of them each of the bins holds.
fn assert_even(
    steps: &[u64],
    range: u64,
    bins: u64,
    bin: impl Fn(u64) -> u64,
    held: impl Fn(u64) -> u64,
    name: &str,
) {
    let mut counts = vec![0; bins as usize];
    for &step in steps {
        counts[bin(step) as usize] += 1;
    }
    let share = |k| held(k) as f64 / range as f64;
    let expected: Vec<f64> = (0..bins).map(|k| share(k) * steps.len() as f64).collect();
    assert_p(chi_squared_p(&counts, &expected), name);
}

/// Ranges of few numbers, each a bin; wide ones by their size, and by their rest, which is their lower digits.
#[test]
fn integers_are_equally_likely() {
    let wide = [(0, 3_000_001), (-1_147_483_648, 2_000_000_000), (i64::from(i32::MIN), 1 << 31)];
    let ranges = [(0, 2), (-3, 4), (5, 261), (-500, 500)].into_iter().chain(wide);
    for (i, (low, high)) in ranges.enumerate() {
        let law = Integers::new(low, high).expect("a law");
        let range = (high - low) as u64;
        let bins = BINS.min(range);
        for (j, kernel) in Kernel::available().into_iter().enumerate() {
            let mut out = vec![0; DRAWS];
            let stream = Stream::new(50 + i as u64, j as u64);
            law.fill(kernel.level().expect("it runs"), stream, 1000, &mut out);
            let steps: Vec<u64> = out.into_iter().map(|v| (i64::from(v) - low) as u64).collect();
            let name = format!("integers of [{low}, {high}) on {kernel}");
            // Bin k begins at the first number x with x * bins >= k * range.
            let start = |k: u64| (k * range).div_ceil(bins);
            assert_even(&steps, range, bins, |x| x * bins / range, |k| start(k + 1) - start(k), &name);
            let rest = |k: u64| range / bins + u64::from(k < range % bins);
            assert_even(&steps, range, bins, |x| x % bins, rest, &format!("rests of {name}"));
        }
    }
}

/// Permutation number `index`; each is of a stream of its own, as the epochs of a training run are.
fn permutation(seed: u64, index: u64, out: &mut [u32]) {
    permute(Kernel::best().level().expect("the best kernel runs"), Stream::new(seed, index), 0, out);
}

#[test]
fn every_order_is_equally_likely() {
    for (n, orders) in [(2, 2), (3, 6), (4, 24), (5, 120)] {
        let mut counts = vec![0; usize::pow(n, n as u32)];
        let mut out = vec![0; n];
        let draws = 60_000;
        for index in 0..draws {
            permutation(60, index, &mut out);
            counts[out.iter().fold(0, |number, &v| number * n + v as usize)] += 1;
        }
        // What is no permutation is never drawn: as many numbers as there are orders are left.
        counts.retain(|&count| count > 0);
        assert_eq!(counts.len(), orders);
        let expected = vec![draws as f64 / orders as f64; orders];
        assert_p(chi_squared_p(&counts, &expected), &format!("orders of {n}"));
    }
}

/// More elements than are drawn at a time, and no multiple of the bins.
#[test]
fn every_place_is_equally_likely() {
    const N: usize = 1500;
    let (draws, bins) = (20_000, 100);
    let elements = [0, 1, N / 2, N - 2, N - 1];
    let mut counts = vec![vec![0; bins]; elements.len()];
    let mut out = vec![0; N];
    for index in 0..draws {
        permutation(61, index, &mut out);
        for (place, &value) in out.iter().enumerate() {
            if let Some(which) = elements.iter().position(|&element| element == value as usize) {
                counts[which][place * bins / N] += 1;
            }
        }
    }
    let expected = vec![draws as f64 / bins as f64; bins];
    for (element, counts) in elements.into_iter().zip(&counts) {
        assert_p(chi_squared_p(counts, &expected), &format!("places of element {element} of {N}"));
    }
}
