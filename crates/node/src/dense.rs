//! Measures of matrices.

use napi::Result;
use napi::bindgen_prelude::{AsyncTask, Float32ArraySlice, Float64Array};
use napi_derive::napi;
use symbreak_linalg::dense;

use crate::error::{Code, error};
use crate::guard::{Guarded, Work, guarded};
use crate::memory::copied;

/// Refuses other lengths than that of a matrix of `rows` x `columns`.
fn sizes(w: &[f32], rows: u32, columns: u32) -> Result<(usize, usize)> {
    let (rows, columns) = (rows as usize, columns as usize);
    if rows.checked_mul(columns) == Some(w.len()) {
        return Ok((rows, columns));
    }
    Err(error(Code::LengthMismatch, format_args!("{} elements are no {rows} x {columns}", w.len())))
}

/// Runs a measure on a matrix of `rows` x `columns`.
fn measured<T>(w: &[f32], rows: u32, columns: u32, measure: impl Fn(&[f32], usize, usize) -> T) -> Result<T> {
    let (rows, columns) = sizes(w, rows, columns)?;
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

/// A measure on another thread, of a copy of the matrix.
pub struct MeasureWork {
    w: Vec<f32>,
    rows: usize,
    columns: usize,
    measure: fn(&[f32], usize, usize) -> Vec<f64>,
}

impl Work for MeasureWork {
    type Output = Vec<f64>;
    type JsValue = Float64Array;

    fn run(&mut self) -> Result<Vec<f64>> {
        Ok((self.measure)(&self.w, self.rows, self.columns))
    }

    fn finish(&mut self, values: Vec<f64>) -> Result<Float64Array> {
        Ok(Float64Array::new(values))
    }
}

/// The measure of this name, on another thread: one value, or all singular values.
#[napi(ts_return_type = "Promise<Float64Array>")]
pub fn measure(
    name: String,
    w: Float32ArraySlice,
    rows: u32,
    columns: u32,
) -> Result<AsyncTask<Guarded<MeasureWork>>> {
    let (rows, columns) = sizes(&w, rows, columns)?;
    let measure: fn(&[f32], usize, usize) -> Vec<f64> = match name.as_str() {
        "spectralNorm" => |w, rows, columns| vec![dense::spectral_norm(w, rows, columns)],
        "singularValues" => dense::singular_values,
        "orthogonalityError" => |w, rows, columns| vec![dense::orthogonality_error(w, rows, columns)],
        _ => return Err(error(Code::Internal, format_args!("there is no measure {name}"))),
    };
    Ok(AsyncTask::new(Guarded(MeasureWork { w: copied(&w, 1)?, rows, columns, measure })))
}
