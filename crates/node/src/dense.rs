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

/// What a measure finds: one value, or all singular values.
type Measure = fn(&[f32], usize, usize) -> Vec<f64>;

fn named(name: &str) -> Result<Measure> {
    Ok(match name {
        "spectralNorm" => |w, rows, columns| vec![dense::spectral_norm(w, rows, columns)],
        "singularValues" => dense::singular_values,
        "orthogonalityError" => |w, rows, columns| vec![dense::orthogonality_error(w, rows, columns)],
        _ => return Err(error(Code::Internal, format_args!("there is no measure {name}"))),
    })
}

/// The measure of this name. Numbers of JavaScript's own: a synchronous call hands no memory over, which some hosts refuse.
#[napi]
pub fn measure_now(name: String, w: Float32ArraySlice, rows: u32, columns: u32) -> Result<Vec<f64>> {
    let (rows, columns) = sizes(&w, rows, columns)?;
    let measure = named(&name)?;
    guarded(|| Ok(measure(&w, rows, columns)))
}

/// A measure on another thread, of a copy of the matrix.
pub struct MeasureWork {
    w: Vec<f32>,
    rows: usize,
    columns: usize,
    measure: Measure,
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

/// As `measureNow`, on another thread.
#[napi(ts_return_type = "Promise<Float64Array>")]
pub fn measure(
    name: String,
    w: Float32ArraySlice,
    rows: u32,
    columns: u32,
) -> Result<AsyncTask<Guarded<MeasureWork>>> {
    let (rows, columns) = sizes(&w, rows, columns)?;
    let measure = named(&name)?;
    Ok(AsyncTask::new(Guarded(MeasureWork { w: copied(&w, 1)?, rows, columns, measure })))
}
