//! Filling JavaScript's arrays in place, and making values on another thread.

use std::marker::PhantomData;
use std::sync::Arc;

use bytemuck::Zeroable;
use napi::Result;
use napi::bindgen_prelude::{
    AsyncTask, Float32Array, Float32ArraySlice, Float64Array, Float64ArraySlice, Int32Array, Int32ArraySlice,
    ToNapiValue, TypeName, Uint8Array, Uint8ArraySlice, Uint16Array, Uint16ArraySlice, Uint32ArraySlice,
};
use napi_derive::napi;
use symbreak_init::{Job, Out, Unwatched, fill, zeros};
use symbreak_samplers::permutation::permute;

use crate::cancel::{CancelToken, Watch};
use crate::error::from_fill;
use crate::guard::{Guarded, Work, guarded};
use crate::info::level;
use crate::job::Record;
use crate::memory::advise_huge_pages;
use crate::place::Place;

fn fill_now(record: &Record<'_>, out: Out<'_>) -> Result<()> {
    guarded(|| fill(level(), record.threads(), &record.job()?, out, &Unwatched).map_err(from_fill))
}

/// Defines the in-place fill of one array type.
macro_rules! fill_in_place {
    ($name:ident, $slice:ident, $doc:literal, |$record:ident, $values:ident| $out:expr) => {
        #[doc = $doc]
        #[napi]
        pub fn $name(mut out: $slice, record: Float64ArraySlice) -> Result<()> {
            let $record = Record::new(&record)?;
            // SAFETY: this call runs to its end on the JavaScript thread, so no script can read, write, detach or
            // resize the buffer meanwhile; the facade refuses shared memory. `record` is the engine's own array.
            let $values = unsafe { out.as_mut() };
            advise_huge_pages($values, $record.threads());
            fill_now(&$record, $out)
        }
    };
}

fill_in_place!(fill_f32, Float32ArraySlice, "Fills a Float32Array with a job's range.", |r, v| Out::F32(v));
fill_in_place!(fill_f64, Float64ArraySlice, "Fills a Float64Array with a job's range.", |r, v| Out::F64(v));
fill_in_place!(fill_u8, Uint8ArraySlice, "Fills a Uint8Array with a job's range.", |r, v| Out::U8(v));
fill_in_place!(fill_i32, Int32ArraySlice, "Fills an Int32Array with a job's range.", |r, v| Out::I32(v));
fill_in_place!(fill_u16, Uint16ArraySlice, "Fills a Uint16Array with binary16 or bfloat16 bits.", |r, v| {
    if r.is_bf16() { Out::Bf16(v) } else { Out::F16(v) }
});

/// Replaces `out` by a permutation of 0 .. length - 1; `place` is the stream and its first draw.
#[napi]
pub fn fill_permutation(mut out: Uint32ArraySlice, place: Float64ArraySlice) -> Result<()> {
    let Place { stream, position, .. } = Place::new(&place)?;
    // SAFETY: as for the fills: the call ends before any script runs again.
    let values = unsafe { out.as_mut() };
    guarded(|| {
        permute(level(), stream, position, values);
        Ok(())
    })
}

/// Element types that values are made in on another thread.
pub trait Element: Copy + Zeroable + Send + 'static {
    /// The typed array that JavaScript gets.
    type Array: ToNapiValue + TypeName;

    /// The slice as the law's output.
    fn out(values: &mut [Self], bf16: bool) -> Out<'_>;

    /// Hands the memory over.
    fn array(values: Vec<Self>) -> Self::Array;
}

macro_rules! element {
    ($type:ty, $array:ident, |$values:ident, $bf16:ident| $out:expr) => {
        impl Element for $type {
            type Array = $array;

            fn out($values: &mut [Self], $bf16: bool) -> Out<'_> {
                $out
            }

            fn array(values: Vec<Self>) -> $array {
                $array::new(values)
            }
        }
    };
}

element!(f32, Float32Array, |v, _bf16| Out::F32(v));
element!(f64, Float64Array, |v, _bf16| Out::F64(v));
element!(u8, Uint8Array, |v, _bf16| Out::U8(v));
element!(i32, Int32Array, |v, _bf16| Out::I32(v));
element!(u16, Uint16Array, |v, bf16| if bf16 { Out::Bf16(v) } else { Out::F16(v) });

/// Makes a job's range in Rust's memory and hands it over once.
pub struct FillWork<T> {
    job: Job,
    threads: usize,
    bf16: bool,
    length: usize,
    watch: Arc<Watch>,
    element: PhantomData<T>,
}

impl<T: Element> Work for FillWork<T> {
    type Output = Vec<T>;
    type JsValue = T::Array;

    fn run(&mut self) -> Result<Vec<T>> {
        let mut values = zeros(self.length).map_err(from_fill)?;
        advise_huge_pages(&mut values, self.threads);
        fill(level(), self.threads, &self.job, T::out(&mut values, self.bf16), &*self.watch)
            .map_err(from_fill)?;
        Ok(values)
    }

    fn finish(&mut self, values: Vec<T>) -> Result<T::Array> {
        Ok(T::array(values))
    }
}

/// Defines the asynchronous form of one array type: `length` elements of the record's range.
macro_rules! make_values {
    ($name:ident, $type:ty, $returns:tt, $doc:literal) => {
        #[doc = $doc]
        #[napi(ts_return_type = $returns)]
        pub fn $name(
            length: u32,
            record: Float64ArraySlice,
            token: &CancelToken,
        ) -> Result<AsyncTask<Guarded<FillWork<$type>>>> {
            let record = Record::new(&record)?;
            Ok(AsyncTask::new(Guarded(FillWork {
                job: guarded(|| record.job())?,
                threads: record.threads(),
                bf16: record.is_bf16(),
                length: length as usize,
                watch: token.watch(),
                element: PhantomData,
            })))
        }
    };
}

make_values!(make_f32, f32, "Promise<Float32Array>", "Makes values on another thread, as a Float32Array.");
make_values!(make_f64, f64, "Promise<Float64Array>", "Makes values on another thread, as a Float64Array.");
make_values!(make_u8, u8, "Promise<Uint8Array>", "Makes values on another thread, as a Uint8Array.");
make_values!(make_i32, i32, "Promise<Int32Array>", "Makes values on another thread, as an Int32Array.");
make_values!(
    make_u16,
    u16,
    "Promise<Uint16Array>",
    "Makes 16-bit values on another thread, as a Uint16Array."
);
