//! Files of tensors: a head, and pieces whose laws cross the binding as job records.

use std::path::PathBuf;
use std::sync::Arc;

use napi::Result;
use napi::bindgen_prelude::{AsyncTask, Float64Array, Float64ArraySlice, Uint8ArraySlice};
use napi_derive::napi;
use symbreak_checkpoint::{Destination, Error, Observer, Piece, verify, write};

use crate::cancel::{CancelToken, Watch};
use crate::error::{Code, error, from_fill};
use crate::guard::{Guarded, Work, guarded};
use crate::info::level;
use crate::memory::copied;
use crate::pieces::read_pieces;

impl Observer for Watch {
    fn advance(&self, bytes: u64) {
        self.add(bytes);
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped()
    }
}

fn from_checkpoint(e: Error) -> napi::Error {
    match e {
        Error::Fill(e) => from_fill(e),
        e @ Error::Io { .. } => error(Code::Io, e),
    }
}

/// Writes a file on another thread.
pub struct WriteWork {
    path: PathBuf,
    temporary: PathBuf,
    head: Vec<u8>,
    pieces: Vec<Piece>,
    threads: usize,
    watch: Arc<Watch>,
}

impl Work for WriteWork {
    type Output = ();
    type JsValue = ();

    fn run(&mut self) -> Result<()> {
        let destination = Destination { path: &self.path, temporary: &self.temporary };
        write(level(), self.threads, destination, &self.head, &self.pieces, &*self.watch)
            .map_err(from_checkpoint)
    }

    fn finish(&mut self, (): ()) -> Result<()> {
        Ok(())
    }
}

/// Writes `head` and then the pieces to `path`, by way of `temporary`; the token counts bytes.
#[napi(ts_return_type = "Promise<void>")]
pub fn write_tensors(
    path: String,
    temporary: String,
    head: Uint8ArraySlice,
    records: Float64ArraySlice,
    rows: Float64ArraySlice,
    literals: Float64ArraySlice,
    threads: u32,
    token: &CancelToken,
) -> Result<AsyncTask<Guarded<WriteWork>>> {
    Ok(AsyncTask::new(Guarded(WriteWork {
        path: path.into(),
        temporary: temporary.into(),
        head: copied(&head, 1)?,
        pieces: guarded(|| read_pieces(&records, &rows, &literals))?,
        threads: threads.max(1) as usize,
        watch: token.watch(),
    })))
}

/// Compares a file on another thread.
pub struct VerifyWork {
    path: PathBuf,
    position: u64,
    pieces: Vec<Piece>,
    threads: usize,
    watch: Arc<Watch>,
}

impl Work for VerifyWork {
    type Output = Vec<f64>;
    type JsValue = Float64Array;

    fn run(&mut self) -> Result<Vec<f64>> {
        let found = verify(level(), self.threads, &self.path, self.position, &self.pieces, &*self.watch);
        Ok(found.map_err(from_checkpoint)?.into_iter().map(|at| at.map_or(-1.0, |at| at as f64)).collect())
    }

    fn finish(&mut self, mismatches: Vec<f64>) -> Result<Float64Array> {
        Ok(Float64Array::new(mismatches))
    }
}

/// Makes pieces again and compares them with the bytes of `path` from `position` on: the first byte of each piece that
/// differs, or -1.
#[napi(ts_return_type = "Promise<Float64Array>")]
pub fn verify_tensors(
    path: String,
    position: f64,
    records: Float64ArraySlice,
    rows: Float64ArraySlice,
    literals: Float64ArraySlice,
    threads: u32,
    token: &CancelToken,
) -> Result<AsyncTask<Guarded<VerifyWork>>> {
    Ok(AsyncTask::new(Guarded(VerifyWork {
        path: path.into(),
        position: position as u64,
        pieces: guarded(|| read_pieces(&records, &rows, &literals))?,
        threads: threads.max(1) as usize,
        watch: token.watch(),
    })))
}
