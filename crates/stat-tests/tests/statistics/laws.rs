//! Every sampler in every element type on every kernel against its law: the distribution function, equiprobable bins,
//! moments, both ends. Each combination has a stream of its own.

use symbreak_rng::{Kernel, Stream};
use symbreak_stat_tests::{
    Format, Law, Sampler, assert_p, chi_squared_p, fill, kolmogorov_p, normal_p, poisson_p,
    standardized_moments,
};

/// Values of each combination.
const LENGTH: usize = 1 << 19;

const BINS: usize = 200;

const INFINITY: f64 = f64::INFINITY;

const fn cut(a: f64, b: f64) -> Law {
    Law::Normal { mean: 0.0, stddev: 1.0, cut: [a, b] }
}

/// The samples of one law and what they are of.
struct Sample {
    name: String,
    format: Format,
    law: Law,
    /// In ascending order.
    sorted: Vec<f64>,
}

/// Runs all tests of a law; `seed` keeps its streams apart from those of the others.
fn check(law: Law, seed: u64) {
    let sampler = Sampler::of(&law);
    let (mean, stddev, moments) = law.moments();
    for (i, format) in Format::ALL.into_iter().enumerate() {
        for (j, kernel) in Kernel::available().into_iter().enumerate() {
            let stream = Stream::new(seed, (8 * i + j) as u64);
            // Not from the beginning of a block.
            let mut sorted = fill(&sampler, format, kernel, stream, 1000, LENGTH);
            let name = format!("{law:?} in {format:?} on {kernel}");
            if resolves(&law, format) {
                let units = sorted.iter().map(|x| (x - mean) / stddev);
                for (k, z) in standardized_moments(units, &moments).into_iter().enumerate() {
                    assert_p(normal_p(z), &format!("moment {} of {name}", k + 1));
                }
            }
            sorted.sort_unstable_by(f64::total_cmp);
            let sample = Sample { name, format, law, sorted };
            sample.distribution();
            sample.bins();
            sample.outermost();
            sample.ends();
        }
    }
}

/// Whether the format's steps are so fine against the law's width that rounding does not move the moments.
fn resolves(law: &Law, format: Format) -> bool {
    let [low, high] = law.support();
    let step = |x: f64| format.above(x) - format.nearest(x);
    let (_, stddev, _) = law.moments();
    step(low).max(step(high)) < 0.003 * stddev
}

impl Sample {
    /// The empirical distribution function at every distinct value; rounding to the format is part of the law.
    fn distribution(&self) {
        let n = self.sorted.len();
        let mut distance = 0.0_f64;
        let mut from = 0;
        for group in self.sorted.chunk_by(|a, b| a == b) {
            let to = from + group.len();
            let value = group[0];
            if from > 0 {
                let below = self.law.below(self.format.border_below(value));
                distance = distance.max((below - from as f64 / n as f64).abs());
            }
            if to < n {
                let up_to = self.law.below(self.format.border_above(value));
                distance = distance.max((up_to - to as f64 / n as f64).abs());
            }
            from = to;
        }
        assert_p(kolmogorov_p(distance, n), &format!("Kolmogorov-Smirnov of {}", self.name));
    }

    /// Values in bins of equal probability, their borders moved to where rounding puts the format's.
    fn bins(&self) {
        let [least, greatest] = self.law.extremes(self.format);
        let mut borders: Vec<f64> = (1..BINS)
            .map(|i| self.format.nearest(self.law.quantile(i as f64 / BINS as f64)))
            .filter(|x| *x >= least && *x < greatest)
            .map(|x| self.format.border_above(x))
            .collect();
        borders.dedup();
        let n = self.sorted.len() as f64;
        let (mut counts, mut expected) = (Vec::new(), Vec::new());
        let (mut last, mut mass) = (0, 0.0);
        for border in borders.into_iter().chain([INFINITY]) {
            let up_to = self.law.below(border);
            // A coarse format's last bins can be too small for the approximation, and join the next.
            if (up_to - mass) * n < 20.0 || (1.0 - up_to) * n < 20.0 && border < INFINITY {
                continue;
            }
            let index = self.sorted.partition_point(|x| *x <= border);
            counts.push((index - last) as u64);
            expected.push((up_to - mass) * n);
            (last, mass) = (index, up_to);
        }
        if counts.len() > 1 {
            assert_p(chi_squared_p(&counts, &expected), &format!("bins of {}", self.name));
        }
    }

    /// The least and the greatest value of the format, which are all that lies beyond as well: no heap, and none missing.
    fn outermost(&self) {
        let n = self.sorted.len();
        let [least, greatest] = self.law.extremes(self.format);
        let at_least = self.sorted.partition_point(|x| *x <= least);
        let at_greatest = n - self.sorted.partition_point(|x| *x < greatest);
        let shares = [
            (at_least, self.law.below(self.format.border_above(least))),
            (at_greatest, 1.0 - self.law.below(self.format.border_below(greatest))),
        ];
        for ((count, share), end) in shares.into_iter().zip([least, greatest]) {
            if end.is_finite() && share < 1.0 {
                let p = poisson_p(count as u64, (share * n as f64).max(1e-9));
                assert_p(p, &format!("{count} times {end} of {}", self.name));
            }
        }
    }

    /// Rare values at both ends, as a Poisson count.
    fn ends(&self) {
        let n = self.sorted.len() as f64;
        let [least, greatest] = self.law.extremes(self.format);
        for expected in [4.0, 64.0] {
            let low = self.format.nearest(self.law.quantile(expected / n)).max(least);
            let below = self.sorted.partition_point(|x| *x <= low);
            let high = self.format.nearest(self.law.quantile(1.0 - expected / n)).min(greatest);
            let above = self.sorted.len() - self.sorted.partition_point(|x| *x < high);
            let shares = [
                (below, self.law.below(self.format.border_above(low))),
                (above, 1.0 - self.law.below(self.format.border_below(high))),
            ];
            for (count, share) in shares {
                // A coarse format's outermost value can be anything but rare.
                if share * n < 1e4 {
                    let p = poisson_p(count as u64, share * n);
                    assert_p(p, &format!("{count} for {} at an end of {}", share * n, self.name));
                }
            }
        }
    }
}

#[test]
fn uniform() {
    check(Law::Uniform { low: 0.0, high: 1.0 }, 1);
    check(Law::Uniform { low: -0.05, high: 0.05 }, 2);
}

#[test]
fn normal() {
    check(Law::normal(0.0, 1.0), 3);
    check(Law::normal(3.0, 0.02), 4);
}

#[test]
fn truncated_about_the_mean() {
    check(cut(-2.0, 2.0), 5);
    check(cut(-1.0, 1.5), 6);
}

#[test]
fn truncated_widely() {
    check(cut(-3.0, 3.0), 7);
    check(cut(-1.0, INFINITY), 8);
    // Bounds so far off that nothing is cut, absolute +-2: as good as a normal law, kurtosis and all.
    check(Law::Normal { mean: 0.0, stddev: 1e-3, cut: [-2000.0, 2000.0] }, 9);
}

#[test]
fn truncated_in_the_tails() {
    check(cut(8.0, 9.0), 10);
    check(cut(-INFINITY, -4.0), 11);
    check(cut(30.0, 31.0), 12);
}

#[test]
fn truncated_off_the_mean() {
    check(cut(-3.0, -2.5), 13);
    check(cut(0.5, 1.5), 14);
    check(cut(-5e-5, 5e-5), 15);
    check(cut(3.0, 3.0001), 16);
}

/// Tails that need many values to be seen: counted where they are made.
#[test]
fn normal_tails() {
    let kernel = Kernel::best();
    let sampler = Sampler::of(&Law::normal(0.0, 1.0));
    let thresholds = [4.0, 4.5, 5.0, 5.5, 6.0];
    let mut counts = [[0u64; 5]; 2];
    let mut zeros = 0;
    let (chunk, chunks) = (1 << 20, 256);
    for i in 0..chunks {
        let values = fill(&sampler, Format::F32, kernel, Stream::new(17, 0), i * chunk, chunk as usize);
        for z in values {
            zeros += u64::from(z == 0.0);
            if z.abs() > thresholds[0] {
                for (k, threshold) in thresholds.into_iter().enumerate() {
                    counts[usize::from(z < 0.0)][k] += u64::from(z.abs() > threshold);
                }
            }
        }
    }
    assert_eq!(zeros, 0, "no atom at 0");
    for side in counts {
        for (count, threshold) in side.into_iter().zip(thresholds) {
            let expected = Law::normal(0.0, 1.0).below(-threshold) * (chunk * chunks) as f64;
            assert_p(poisson_p(count, expected), &format!("{count} beyond {threshold}"));
        }
    }
}
