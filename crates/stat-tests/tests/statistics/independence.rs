//! Words and values against one another: bits, lags, neighbouring streams, avalanche.

use symbreak_rng::{BLOCK, Kernel, Stream, fill_words};
use symbreak_stat_tests::{Format, Law, Sampler, assert_p, chi_squared_p, fill, normal_p};

fn words(stream: Stream, offset: u64, n: usize) -> Vec<u32> {
    let mut out = vec![0; n];
    fill_words(Kernel::best().level().expect("the best kernel runs"), stream, offset, &mut out);
    out
}

/// The statistic of a count of successes of probability 1/2.
fn fair(count: u64, trials: u64) -> f64 {
    (count as f64 - 0.5 * trials as f64) / (0.25 * trials as f64).sqrt()
}

/// Checks many standard normal statistics, that the largest is not too large and that their squares add up.
fn assert_all(statistics: &[f64], what: &str) {
    let n = statistics.len() as f64;
    let largest = statistics.iter().fold(0.0_f64, |m, z| m.max(z.abs()));
    assert_p(n * normal_p(largest), &format!("largest of {n} {what}"));
    // The sum of n squares has mean n and variance 2 n; n is large.
    let sum: f64 = statistics.iter().map(|z| z * z).sum();
    assert_p(normal_p((sum - n) / (2.0 * n).sqrt()), &format!("sum of squares of {n} {what}"));
}

#[test]
fn bits_are_fair_alone_and_in_pairs() {
    let n = 1 << 20;
    let words = words(Stream::new(21, 0), 0, n);
    let mut statistics = Vec::new();
    for bit in 0..32 {
        let ones = words.iter().filter(|w| *w >> bit & 1 == 1).count();
        statistics.push(fair(ones as u64, n as u64));
        for other in 0..bit {
            let equal = words.iter().filter(|w| (*w >> bit ^ *w >> other) & 1 == 0).count();
            statistics.push(fair(equal as u64, n as u64));
        }
    }
    assert_all(&statistics, "bits and pairs of bits");
}

/// Neighbours in a lane, in a step, in a pair of steps and in a block.
const LAGS: [usize; 10] = [1, 2, 8, 15, 16, 17, 31, 32, 33, BLOCK];

#[test]
fn pairs_of_words_fill_the_square() {
    let words = words(Stream::new(22, 0), 0, 1 << 22);
    for lag in LAGS {
        for shift in [26, 0] {
            let mut counts = vec![0u64; 1 << 12];
            for (a, b) in words.iter().zip(&words[lag..]) {
                counts[((a >> shift & 63) << 6 | b >> shift & 63) as usize] += 1;
            }
            let expected = vec![(words.len() - lag) as f64 / 4096.0; 4096];
            assert_p(chi_squared_p(&counts, &expected), &format!("pairs at lag {lag}, bits from {shift} on"));
        }
    }
}

#[test]
fn values_do_not_depend_on_earlier_ones() {
    let laws = [
        Law::Uniform { low: 0.0, high: 1.0 },
        Law::normal(0.0, 1.0),
        Law::Normal { mean: 0.0, stddev: 1.0, cut: [-2.0, 2.0] },
        Law::Normal { mean: 0.0, stddev: 1.0, cut: [8.0, 9.0] },
    ];
    for (i, law) in laws.into_iter().enumerate() {
        let (mean, stddev, moments) = law.moments();
        for format in [Format::F32, Format::F64] {
            let values =
                fill(&Sampler::of(&law), format, Kernel::best(), Stream::new(23, i as u64), 0, 1 << 20);
            let y: Vec<f64> = values.iter().map(|x| (x - mean) / stddev).collect();
            for lag in LAGS {
                let pairs = y.iter().zip(&y[lag..]);
                let n = (y.len() - lag) as f64;
                let product: f64 = pairs.clone().map(|(a, b)| a * b).sum();
                assert_p(normal_p(product / n.sqrt()), &format!("{law:?} {format:?}, lag {lag}"));
                // The squares as well: the radius that two normals share must not show.
                let variance = (moments[4] - 1.0).powi(2);
                let squares: f64 = pairs.map(|(a, b)| (a * a - 1.0) * (b * b - 1.0)).sum();
                let z = squares / (n * variance).sqrt();
                assert_p(normal_p(z), &format!("squares of {law:?} {format:?}, lag {lag}"));
            }
        }
    }
}

/// All pairs of some sequences: as numbers, and bit by bit.
fn assert_unrelated(sequences: &[Vec<u32>], what: &str) {
    let n = sequences[0].len();
    // Uniform on (-1/2, 1/2) has the variance 1/12.
    let centred = |w: u32| (f64::from(w) + 0.5) / 4_294_967_296.0 - 0.5;
    let numbers: Vec<Vec<f64>> = sequences.iter().map(|s| s.iter().map(|&w| centred(w)).collect()).collect();
    let (mut products, mut distances) = (Vec::new(), Vec::new());
    for i in 0..sequences.len() {
        for j in 0..i {
            let product: f64 = numbers[i].iter().zip(&numbers[j]).map(|(a, b)| a * b).sum();
            products.push(12.0 * product / (n as f64).sqrt());
            let pairs = sequences[i].iter().zip(&sequences[j]);
            let different: u64 = pairs.map(|(a, b)| u64::from((a ^ b).count_ones())).sum();
            distances.push(fair(different, 32 * n as u64));
        }
    }
    assert_all(&products, &format!("products of {what}"));
    assert_all(&distances, &format!("distances of {what}"));
}

#[test]
fn neighbouring_streams_are_unrelated() {
    let n = 1 << 14;
    let seeds: Vec<Vec<u32>> = (0..64).map(|seed| words(Stream::new(seed, 0), 0, n)).collect();
    assert_unrelated(&seeds, "neighbouring seeds");
    let high: Vec<Vec<u32>> = (0..64).map(|seed| words(Stream::new(seed << 32, 0), 0, n)).collect();
    assert_unrelated(&high, "seeds that differ above 32 bits");
    let path = |i: usize| Stream::from_path(24, &format!("blocks.{i}.weight"));
    let paths: Vec<Vec<u32>> = (0..64).map(|i| words(path(i), 0, n)).collect();
    assert_unrelated(&paths, "paths");
    let ids: Vec<Vec<u32>> = (0..64).map(|id| words(Stream::new(24, id), 0, n)).collect();
    assert_unrelated(&ids, "neighbouring streams");
    let blocks: Vec<Vec<u32>> = (0..64).map(|i| words(Stream::new(25, 0), i * n as u64, n)).collect();
    assert_unrelated(&blocks, "neighbouring ranges of blocks");
    let far: Vec<Vec<u32>> = (0..64).map(|i| words(Stream::new(25, 0), i << 44, n)).collect();
    assert_unrelated(&far, "ranges of blocks that differ above 32 bits");
    let whole = words(Stream::new(26, 0), 0, 16 * n);
    let lanes: Vec<Vec<u32>> =
        (0..16).map(|lane| whole.iter().skip(lane).step_by(16).copied().collect()).collect();
    assert_unrelated(&lanes, "lanes");
}

/// Each bit of the key, of the stream and of the block's number flips each bit of what it gives with probability 1/2.
#[test]
fn avalanche() {
    const TRIALS: u64 = 2048;
    /// Bits of the states and of the first words of a lane.
    const OUTPUTS: usize = 128 + 32;
    let output = |stream: Stream, block: u64| -> [u32; 5] {
        let states = stream.lane_states(block);
        let first = words(stream, block.wrapping_mul(BLOCK as u64), 1)[0];
        [states[0][0], states[1][0], states[2][0], states[3][0], first]
    };
    // The block's upper bits leave the counter, and no tensor has as many words.
    let inputs = 64 + 64 + 48;
    let mut statistics = Vec::with_capacity(inputs * OUTPUTS);
    let mut counts = vec![[0u64; OUTPUTS]; inputs];
    for trial in 0..TRIALS {
        let random = words(Stream::new(27, trial), 0, 6);
        let wide = |k: usize| u64::from(random[k]) << 32 | u64::from(random[k + 1]);
        // Every other trial starts from the small numbers that people use.
        let small = trial % 2 == 0;
        let (seed, id, block) =
            if small { (trial % 64, trial / 64, trial % 7) } else { (wide(0), wide(2), wide(4) >> 16) };
        let before = output(Stream::new(seed, id), block);
        for (input, counts) in counts.iter_mut().enumerate() {
            let flip =
                |first: usize| if (first..first + 64).contains(&input) { 1u64 << (input - first) } else { 0 };
            let after = output(Stream::new(seed ^ flip(0), id ^ flip(64)), block ^ flip(128));
            for (k, count) in counts.iter_mut().enumerate() {
                *count += u64::from((before[k / 32] ^ after[k / 32]) >> (k % 32) & 1);
            }
        }
    }
    for counts in &counts {
        statistics.extend(counts.iter().map(|&count| fair(count, TRIALS)));
    }
    assert_all(&statistics, "flips of bits");
}
