//! Measures of small dense matrices, in f64 over `nalgebra`: norms, singular values, eigenvalues.
//!
//! They measure weights and reservoirs; no value of a tensor depends on them, so they are outside the bit promise.

use nalgebra::{DMatrix, DVector};

/// The largest singular value, by power iteration on `W'W` (von Mises) from one fixed vector, whatever the matrix, until
/// it changes by less than one part in 2^40 or after 10,000 rounds. 0 for an empty matrix.
///
/// # Panics
/// If `w`, row-major, doesn't hold `rows * columns` elements.
pub fn spectral_norm(w: &[f32], rows: usize, columns: usize) -> f64 {
    let w = matrix(w, rows, columns);
    // A start with all directions in it: even the worst matrix can't be orthogonal to it but by chance.
    let mut x = DVector::from_fn(columns, |i, _| 1.0 + ((i as f64 + 1.0) * 0.754_877_666_246_693).fract());
    let mut norm = 0.0;
    for _ in 0..10_000 {
        let length = x.norm();
        if length == 0.0 {
            return 0.0;
        }
        x /= length;
        let y = &w * &x;
        let next = y.norm();
        if (next - norm).abs() <= next * 2f64.powi(-40) {
            return next;
        }
        norm = next;
        x = w.tr_mul(&y);
    }
    norm
}

/// All singular values, the largest first; as many as the shorter side is long.
///
/// # Panics
/// If `w`, row-major, doesn't hold `rows * columns` elements.
pub fn singular_values(w: &[f32], rows: usize, columns: usize) -> Vec<f64> {
    if rows == 0 || columns == 0 {
        return Vec::new();
    }
    descending(matrix(w, rows, columns).singular_values().iter().copied().collect())
}

/// The eigenvalues of the symmetric part `(A + A') / 2`, the largest first.
///
/// # Panics
/// If `a`, row-major, doesn't hold `size * size` elements.
pub fn symmetric_eigenvalues(a: &[f32], size: usize) -> Vec<f64> {
    if size == 0 {
        return Vec::new();
    }
    let a = matrix(a, size, size);
    let symmetric = (&a + a.transpose()) * 0.5;
    descending(symmetric.symmetric_eigenvalues().iter().copied().collect())
}

/// The largest modulus of an eigenvalue of a square matrix: what scales a reservoir (Jaeger 2001). 0 for an empty one.
///
/// # Panics
/// If `a`, row-major, doesn't hold `size * size` elements.
pub fn spectral_radius(a: &[f32], size: usize) -> f64 {
    if size == 0 {
        return 0.0;
    }
    matrix(a, size, size).complex_eigenvalues().iter().map(|value| value.norm()).fold(0.0, f64::max)
}

/// The largest entry of `|Q'Q - I|`, or of `|QQ' - I|` if there are more columns than rows: 0 for exactly orthonormal
/// columns (rows).
///
/// # Panics
/// If `q`, row-major, doesn't hold `rows * columns` elements.
pub fn orthogonality_error(q: &[f32], rows: usize, columns: usize) -> f64 {
    let q = matrix(q, rows, columns);
    let gram = if rows >= columns { q.tr_mul(&q) } else { &q * q.transpose() };
    let size = gram.nrows();
    (gram - DMatrix::identity(size, size)).iter().fold(0.0, |worst, x| x.abs().max(worst))
}

fn matrix(data: &[f32], rows: usize, columns: usize) -> DMatrix<f64> {
    assert_eq!(data.len(), rows * columns, "elements of a {rows} x {columns} matrix");
    DMatrix::from_row_iterator(rows, columns, data.iter().map(|x| f64::from(*x)))
}

fn descending(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagonal_matrix_has_its_entries() {
        let w = [3.0, 0.0, 0.0, 0.0, -5.0, 0.0];
        assert!((spectral_norm(&w, 2, 3) - 5.0).abs() < 1e-9);
        let values = singular_values(&w, 2, 3);
        assert_eq!(values.len(), 2);
        assert!((values[0] - 5.0).abs() < 1e-12 && (values[1] - 3.0).abs() < 1e-12);
    }

    #[test]
    fn norm_agrees_with_singular_values() {
        let w: Vec<f32> = (0..35).map(|i| (i as f32 * 1.3).sin()).collect();
        let norm = spectral_norm(&w, 7, 5);
        assert!((norm - singular_values(&w, 7, 5)[0]).abs() < 1e-6 * norm);
    }

    #[test]
    fn rotation_has_complex_eigenvalues_of_its_scale() {
        assert!((spectral_radius(&[0.0, -2.0, 2.0, 0.0], 2) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn symmetric_eigenvalues_descend() {
        let values = symmetric_eigenvalues(&[2.0, 1.0, 1.0, 2.0], 2);
        assert!((values[0] - 3.0).abs() < 1e-12 && (values[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn orthogonality_of_tall_and_wide() {
        let q = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
        assert_eq!(orthogonality_error(&q, 3, 2), 0.0);
        let wide = [1.0, 0.0, 0.0, 0.0, 0.5, 0.0];
        assert_eq!(orthogonality_error(&wide, 2, 3), 0.75);
    }

    #[test]
    fn empty_matrices_are_fine() {
        assert_eq!(spectral_norm(&[], 0, 3), 0.0);
        assert!(singular_values(&[], 0, 3).is_empty());
        assert!(symmetric_eigenvalues(&[], 0).is_empty());
        assert_eq!(spectral_radius(&[], 0), 0.0);
        assert_eq!(orthogonality_error(&[], 5, 0), 0.0);
    }

    #[test]
    fn zero_matrix_has_norm_zero() {
        assert_eq!(spectral_norm(&[0.0; 6], 2, 3), 0.0);
    }
}
