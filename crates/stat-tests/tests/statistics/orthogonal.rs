//! The orthogonal family against Haar measure, on fixed seeds: thresholds of 5 standard errors, p below 6e-7.

use std::ops::ControlFlow;

use fearless_simd::Level;
use nalgebra::DMatrix;
use symbreak_linalg::orthogonal::{Orthogonal, Workspace};
use symbreak_rng::Stream;

const DRAWS: u64 = 20_000;
/// Large enough for the first eight moments of the trace to be those of the limiting normal law.
const SIZE: usize = 16;

/// One matrix of the test's own stream.
pub fn draw(rows: usize, columns: usize, index: u64) -> DMatrix<f64> {
    let law = Orthogonal { rows, columns, gain: 1.0, special: false };
    let mut out = vec![0.0; rows * columns];
    let end = law.fill(
        Level::new(),
        1,
        Stream::new(20, 7),
        index,
        &mut out,
        &mut Workspace::default(),
        &mut |_, _| ControlFlow::Continue(()),
    );
    assert!(end.is_continue());
    DMatrix::from_row_iterator(rows, columns, out.into_iter().map(f64::from))
}

/// Checks the mean of `values` against its expectation and variance.
fn check(name: &str, values: &[f64], mean: f64, variance: f64) {
    let count = values.len() as f64;
    let error = (values.iter().sum::<f64>() / count - mean) / (variance / count).sqrt();
    assert!(error.abs() < 5.0, "{name}: {error} standard errors from {mean}");
}

/// Diaconis and Shahshahani 1994: tr Q^k has mean 1 for even k, else 0, and variance k, normal in the limit and in its
/// low moments exactly. The variance of independent angles would be near n: this is the spacing of eigenvalues.
#[test]
fn traces_of_powers_are_those_of_haar_measure() {
    let mut traces = vec![Vec::new(); 4];
    for index in 0..DRAWS {
        let q = draw(SIZE, SIZE, index);
        let mut power = q.clone();
        for traces in &mut traces[1..] {
            traces.push(power.trace());
            power *= &q;
        }
    }
    for (k, traces) in traces.iter().enumerate().skip(1) {
        let (mean, variance) = (if k % 2 == 0 { 1.0 } else { 0.0 }, k as f64);
        check(&format!("tr Q^{k}"), traces, mean, variance);
        let squares: Vec<f64> = traces.iter().map(|t| (t - mean).powi(2)).collect();
        check(&format!("(tr Q^{k})^2"), &squares, variance, 2.0 * variance * variance);
    }
    let fourth: Vec<f64> = traces[1].iter().map(|t| t.powi(4)).collect();
    check("(tr Q)^4", &fourth, 3.0, 105.0 - 9.0);
}

#[test]
fn entries_have_the_moments_of_a_sphere() {
    for (rows, columns) in [(5, 5), (9, 4), (3, 7)] {
        let n = rows.max(columns) as f64;
        let draws: Vec<DMatrix<f64>> = (0..DRAWS).map(|index| draw(rows, columns, index)).collect();
        for (i, j) in [(0, 0), (rows - 1, columns - 1), (0, columns - 1), (rows - 1, 0)] {
            let entries: Vec<f64> = draws.iter().map(|q| q[(i, j)]).collect();
            let second = 1.0 / n;
            let fourth = 3.0 / (n * (n + 2.0));
            let eighth = 105.0 / (n * (n + 2.0) * (n + 4.0) * (n + 6.0));
            let place = format!("entry ({i}, {j}) of {rows} x {columns}");
            check(&place, &entries, 0.0, second);
            let squares: Vec<f64> = entries.iter().map(|x| x * x).collect();
            check(&format!("{place} squared"), &squares, second, fourth - second * second);
            let fourths: Vec<f64> = entries.iter().map(|x| x.powi(4)).collect();
            check(&format!("{place} to the fourth"), &fourths, fourth, eighth - fourth * fourth);
        }
    }
}

#[test]
fn both_determinants_are_equally_likely() {
    for size in [1, 2, 7] {
        let signs: Vec<f64> =
            (0..DRAWS).map(|index| draw(size, size, index).determinant().signum()).collect();
        check(&format!("determinant of size {size}"), &signs, 0.0, 1.0);
    }
}

/// The largest entry of `|Q'Q - I|`, from the columns and what is left of them: the product is symmetric.
fn error(q: &DMatrix<f64>) -> f64 {
    let (transposed, n) = (q.transpose(), q.ncols());
    let worst = |first: usize| {
        let count = PANEL.min(n - first);
        let mut gram = transposed.rows(0, first + count) * q.columns(first, count);
        for i in 0..count {
            gram[(first + i, i)] -= 1.0;
        }
        gram.amax()
    };
    (0..n).step_by(PANEL).map(worst).fold(0.0, f64::max)
}

/// Columns that are multiplied at a time.
const PANEL: usize = 256;

fn assert_orthogonal(rows: usize, columns: usize, bound: f64) {
    let q = draw(rows, columns, 1);
    let error = error(&if rows < columns { q.transpose() } else { q });
    assert!(error <= bound, "{rows} x {columns}: {error}");
}

/// `MATRIX=4096` in front of the command looks at a square one that takes too long otherwise.
#[test]
fn large_matrices_stay_orthogonal() {
    for (rows, columns) in [(512, 512), (1024, 1024), (2048, 2048), (1152, 128), (300, 1000)] {
        assert_orthogonal(rows, columns, 5e-7);
    }
    if let Ok(text) = std::env::var("MATRIX") {
        let size = text.parse().expect("MATRIX is a number");
        assert_orthogonal(size, size, 1e-6);
    }
}
