//! Files of tensors: a head, and pieces whose laws cross the binding as job records.

use std::path::PathBuf;
use std::sync::Arc;

use napi::Result;
use napi::bindgen_prelude::{AsyncTask, Float64Array, Float64ArraySlice, Uint8ArraySlice};
use napi_derive::napi;
use symbreak_checkpoint::{Destination, Error, Observer, Piece, verify, write};
use symbreak_init::{Dtype, Job, Law};
use symbreak_rng::Stream;

use crate::cancel::{CancelToken, Watch};
use crate::error::{Code, error, from_fill};
use crate::guard::{Guarded, Work};
use crate::info::level;
use crate::job::{Record, WIDTH};

impl Observer for Watch {
    fn advance(&self, bytes: u64) {
        self.add(bytes);
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped()
    }
}

/// f64 values of a piece's own row: element type, number of elements, and the position of its literal values or -1.
const ROW: usize = 3;

/// Reads one job record and one row a piece. `literals` holds the values of the laws that no record can carry.
fn read_pieces(records: &[f64], rows: &[f64], literals: &[f64]) -> Result<Vec<Piece>> {
    if records.len() / WIDTH != rows.len() / ROW {
        return Err(error(Code::Internal, "a file's records and rows differ in number"));
    }
    records
        .chunks_exact(WIDTH)
        .zip(rows.chunks_exact(ROW))
        .map(|(record, row)| read_piece(record, row, literals))
        .collect()
}

fn read_piece(record: &[f64], row: &[f64], literals: &[f64]) -> Result<Piece> {
    let dtype = match row[0] as u32 {
        0 => Dtype::F32,
        1 => Dtype::F64,
        2 => Dtype::F16,
        3 => Dtype::Bf16,
        other => return Err(error(Code::Internal, format_args!("unknown element type {other} of a piece"))),
    };
    let elements = row[1] as u64;
    let job = if row[2] < 0.0 {
        Record::new(record)?.job()?
    } else {
        let start = row[2] as usize;
        let values = literals.get(start..start + elements as usize);
        let values = values.ok_or_else(|| error(Code::Internal, "literal values lie outside their array"))?;
        Job { law: Law::Values(Arc::from(values)), stream: Stream::new(0, 0), offset: 0 }
    };
    Ok(Piece { job, dtype, elements })
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
        head: head.to_vec(),
        pieces: read_pieces(&records, &rows, &literals)?,
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
        pieces: read_pieces(&records, &rows, &literals)?,
        threads: threads.max(1) as usize,
        watch: token.watch(),
    })))
}
