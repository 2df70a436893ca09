//! Measures of matrices.

use napi::Result;
use napi::bindgen_prelude::{Float32ArraySlice, Float64Array};
use napi_derive::napi;
use symbreak_linalg::dense;

use crate::error::{Code, error};
use crate::guard::guarded;

/// Runs a measure on a matrix of `rows` x `columns`.
fn measured<T>(w: &[f32], rows: u32, columns: u32, measure: impl Fn(&[f32], usize, usize) -> T) -> Result<T> {
    let (rows, columns) = (rows as usize, columns as usize);
    if rows.checked_mul(columns) != Some(w.len()) {
        return Err(error(
            Code::LengthMismatch,
            format_args!("{} elements are no {rows} x {columns}", w.len()),
        ));
    }
    guarded(|| Ok(measure(w, rows, columns)))
}

/// The largest singular value.
#[napi]
pub fn spectral_norm(w: Float32ArraySlice, rows: u32, columns: u32) -> Result<f64> {
    measured(&w, rows, columns, dense::spectral_norm)
}

/// All singular values, the largest first.
#[napi]
pub fn singular_values(w: Float32ArraySlice, rows: u32, columns: u32) -> Result<Float64Array> {
    measured(&w, rows, columns, dense::singular_values).map(Float64Array::new)
}

/// The largest entry of |QtQ - I|, or of |QQt - I| where there are more columns than rows.
#[napi]
pub fn orthogonality_error(w: Float32ArraySlice, rows: u32, columns: u32) -> Result<f64> {
    measured(&w, rows, columns, dense::orthogonality_error)
}
