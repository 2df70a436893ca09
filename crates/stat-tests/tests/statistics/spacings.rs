//! Angles of the eigenvalues of orthogonal draws against those of matrices that nalgebra's QR makes of normals.

use nalgebra::DMatrix;
use symbreak_rng::{Kernel, Stream};
use symbreak_stat_tests::{Format, Law, SMALLEST_P, Sampler, assert_p, fill, two_samples_p};

use crate::orthogonal::draw;

const DRAWS: u64 = 20_000;
/// Odd: one eigenvalue is real, and there are four pairs.
const SIZE: usize = 9;
const BINS: usize = 40;

/// Numbers that the test itself draws, from one of its streams.
fn numbers(law: Law, id: u64, n: usize) -> Vec<f64> {
    fill(&Sampler::of(&law), Format::F64, Kernel::best(), Stream::new(62, id), 0, n)
}

/// The orthogonal factor of independent normals, signs so that R has a positive diagonal: Haar (Stewart 1980).
fn by_factorization(index: u64) -> DMatrix<f64> {
    let normals = numbers(Law::normal(0.0, 1.0), index, SIZE * SIZE);
    let qr = DMatrix::from_vec(SIZE, SIZE, normals).qr();
    let (mut q, r) = (qr.q(), qr.r());
    for (j, mut column) in q.column_iter_mut().enumerate() {
        column *= r[(j, j)].signum();
    }
    q
}

/// The angles of the upper half circle, ascending.
fn angles(q: &DMatrix<f64>) -> Vec<f64> {
    let eigenvalues = q.complex_eigenvalues();
    let mut angles: Vec<f64> = eigenvalues.iter().filter(|z| z.im > 0.0).map(|z| z.arg()).collect();
    angles.sort_unstable_by(f64::total_cmp);
    angles
}

/// One number a matrix, so that numbers are independent: the distance of the nearest neighbours.
fn nearest(angles: &[f64]) -> f64 {
    angles.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min)
}

/// The distance of the second and the third angle.
fn middle(angles: &[f64]) -> f64 {
    angles[2] - angles[1]
}

/// p of two samples in bins that hold as many values of both together.
fn compare(left: &[f64], right: &[f64]) -> f64 {
    let mut both = [left, right].concat();
    both.sort_unstable_by(f64::total_cmp);
    let borders: Vec<f64> = (1..BINS).map(|i| both[i * both.len() / BINS]).collect();
    let count = |values: &[f64]| {
        let mut counts = vec![0; BINS];
        for value in values {
            counts[borders.partition_point(|border| border <= value)] += 1;
        }
        counts
    };
    two_samples_p(&count(left), &count(right))
}

#[test]
fn spacings_of_eigenvalues_are_those_of_haar_measure() {
    let all = |make: &dyn Fn(u64) -> Vec<f64>| (0..DRAWS).map(make).collect::<Vec<_>>();
    let drawn = all(&|index| angles(&draw(SIZE, SIZE, index)));
    let expected = all(&|index| angles(&by_factorization(index)));
    let independent = all(&|index| {
        let half_turn = Law::Uniform { low: 0.0, high: std::f64::consts::PI };
        let mut angles = numbers(half_turn, DRAWS + index, SIZE / 2);
        angles.sort_unstable_by(f64::total_cmp);
        angles
    });
    for (name, spacing) in [("nearest", nearest as fn(&[f64]) -> f64), ("middle", middle)] {
        let [drawn, expected, independent] = [&drawn, &expected, &independent]
            .map(|all| all.iter().map(|angles| spacing(angles)).collect::<Vec<f64>>());
        assert_p(compare(&drawn, &expected), &format!("spacings, {name}"));
        assert!(
            compare(&independent, &expected) < SMALLEST_P,
            "{name}: angles that do not repel are told apart"
        );
    }
}
