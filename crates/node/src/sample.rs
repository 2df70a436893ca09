//! Drawing from the long tail of distributions.

use std::sync::Arc;

use napi::Result;
use napi::bindgen_prelude::{AsyncTask, Float32Array, Float32ArraySlice, Float64ArraySlice};
use napi_derive::napi;
use symbreak_init::{Unwatched, fill_long_tail, zeros};
use symbreak_samplers::long_tail::LongTail;

use crate::cancel::{CancelToken, Watch};
use crate::error::{Code, error, from_fill};
use crate::guard::{Guarded, Work, guarded};
use crate::place::Place;

fn law(name: &str, parameters: &[f64]) -> Result<LongTail> {
    LongTail::new(name, parameters).map_err(|e| error(Code::InvalidArgument, e))
}

/// Checks a distribution's parameters and tells how many values one draw has.
#[napi]
pub fn sample_width(name: String, parameters: Float64ArraySlice) -> Result<u32> {
    guarded(|| Ok(law(&name, &parameters)?.width() as u32))
}

/// Fills a Float32Array with draws.
#[napi]
pub fn fill_sample(
    mut out: Float32ArraySlice,
    name: String,
    parameters: Float64ArraySlice,
    place: Float64ArraySlice,
) -> Result<()> {
    let Place { stream, position, offset, threads } = Place::new(&place)?;
    // SAFETY: this call runs to its end on the JavaScript thread, so no script can read, write, detach or resize the
    // buffer meanwhile; the facade refuses shared memory, and `parameters` and `place` are the engine's own arrays.
    let values = unsafe { out.as_mut() };
    guarded(|| {
        let law = law(&name, &parameters)?;
        fill_long_tail(threads, &law, stream, position, offset, values, &Unwatched).map_err(from_fill)
    })
}

/// Draws made in Rust's memory and handed over once.
pub struct SampleWork {
    law: LongTail,
    place: Place,
    length: usize,
    watch: Arc<Watch>,
}

impl Work for SampleWork {
    type Output = Vec<f32>;
    type JsValue = Float32Array;

    fn run(&mut self) -> Result<Vec<f32>> {
        let Place { stream, position, offset, threads } = self.place;
        let mut values = zeros(self.length).map_err(from_fill)?;
        fill_long_tail(threads, &self.law, stream, position, offset, &mut values, &*self.watch)
            .map_err(from_fill)?;
        Ok(values)
    }

    fn finish(&mut self, values: Vec<f32>) -> Result<Float32Array> {
        Ok(Float32Array::new(values))
    }
}

/// Makes draws on another thread.
#[napi(ts_return_type = "Promise<Float32Array>")]
pub fn make_sample(
    length: u32,
    name: String,
    parameters: Float64ArraySlice,
    place: Float64ArraySlice,
    token: &CancelToken,
) -> Result<AsyncTask<Guarded<SampleWork>>> {
    let (place, watch) = (Place::new(&place)?, token.watch());
    let law = guarded(|| law(&name, &parameters))?;
    Ok(AsyncTask::new(Guarded(SampleWork { law, place, length: length as usize, watch })))
}
