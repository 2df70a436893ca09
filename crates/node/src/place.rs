//! A place in a stream, as it crosses the binding: one row of f64, which `src/engine/native/place.ts` writes.

use napi::Result;
use symbreak_rng::Stream;

use crate::error::{Code, error};

/// f64 values a row: seed and stream as 32-bit halves, low first; position; offset; threads.
const WIDTH: usize = 7;

/// Where in a stream values start, and on how many threads they are made.
pub(crate) struct Place {
    pub(crate) stream: Stream,
    /// Word or draw of the stream that values are counted from.
    pub(crate) position: u64,
    /// First value from there.
    pub(crate) offset: u64,
    /// Upper bound on threads, at least 1.
    pub(crate) threads: usize,
}

impl Place {
    pub(crate) fn new(row: &[f64]) -> Result<Self> {
        let row: &[f64; WIDTH] = row.try_into().map_err(|_| {
            error(Code::InvalidArgument, format_args!("a place has {WIDTH} fields, got {}", row.len()))
        })?;
        let [k0, k1, s0, s1, position, offset, threads] = row.map(|field| field as u64);
        let stream = Stream::new(k0 | k1 << 32, s0 | s1 << 32);
        Ok(Self { stream, position, offset, threads: (threads as usize).max(1) })
    }
}
