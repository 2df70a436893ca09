//! Test statistics and their p-values.

use statrs::distribution::{ChiSquared, ContinuousCDF, DiscreteCDF, Poisson};
use statrs::function::erf::erfc;

/// What no p-value may be at or below.
pub const SMALLEST_P: f64 = 1e-6;

/// # Panics
/// If `p` is too small.
#[track_caller]
pub fn assert_p(p: f64, what: &str) {
    assert!(p > SMALLEST_P, "{what}: p = {p:e}");
}

/// Two-sided p of a standard normal statistic.
pub fn normal_p(z: f64) -> f64 {
    erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// p of counts against their expectations, in both directions: too good a fit is a defect as well.
///
/// # Panics
/// If the law has no such parameter: nothing is expected.
pub fn chi_squared_p(counts: &[u64], expected: &[f64]) -> f64 {
    let sum: f64 = counts.iter().zip(expected).map(|(&c, e)| (c as f64 - e).powi(2) / e).sum();
    in_both_directions(sum, counts.len())
}

/// p of two samples of the same size having one law, from their counts in bins that some value lies in.
///
/// # Panics
/// If the law has no such parameter: there is one bin.
pub fn two_samples_p(left: &[u64], right: &[u64]) -> f64 {
    let term = |(&a, &b): (&u64, &u64)| (a as f64 - b as f64).powi(2) / (a + b) as f64;
    in_both_directions(left.iter().zip(right).map(term).sum(), left.len())
}

/// p of a chi-squared statistic over so many bins.
fn in_both_directions(sum: f64, bins: usize) -> f64 {
    let law = ChiSquared::new((bins - 1) as f64).expect("two bins or more");
    2.0 * law.sf(sum).min(law.cdf(sum))
}

/// p of the largest distance between an empirical distribution of `n` values and the law, by Kolmogorov's limit with
/// Stephens's correction (1970).
pub fn kolmogorov_p(distance: f64, n: usize) -> f64 {
    let root = (n as f64).sqrt();
    let t = distance * (root + 0.12 + 0.11 / root);
    if t < 0.3 {
        return 1.0;
    }
    let terms = (1..100).map(|k| {
        let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * f64::from(k * k) * t * t).exp()
    });
    terms.sum::<f64>().clamp(0.0, 1.0)
}

/// Two-sided p of a count of rare events.
///
/// # Panics
/// If the law has no such parameter: nothing is expected.
pub fn poisson_p(count: u64, expected: f64) -> f64 {
    let law = Poisson::new(expected).expect("a positive expectation");
    let at_most = law.cdf(count);
    let at_least = if count == 0 { 1.0 } else { law.sf(count - 1) };
    (2.0 * at_most.min(at_least)).min(1.0)
}

/// For k = 1 to 6 how many of its exact standard errors the sample's k-th moment lies off, values given in the law's
/// standard units and `moments` being the law's 0 to 12.
pub fn standardized_moments(values: impl Iterator<Item = f64>, moments: &[f64; 13]) -> [f64; 6] {
    let mut sums = [0.0; 6];
    let mut n = 0.0;
    for y in values {
        let mut power = 1.0;
        for sum in &mut sums {
            power *= y;
            *sum += power;
        }
        n += 1.0;
    }
    std::array::from_fn(|i| {
        let k = i + 1;
        let variance = moments[2 * k] - moments[k] * moments[k];
        (sums[i] / n - moments[k]) / (variance / n).sqrt()
    })
}
