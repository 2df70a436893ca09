//! Many tensors in one call: rows of numbers that `src/engine/native/pieces.ts` writes.

use std::sync::Arc;

use napi::Result;
use symbreak_checkpoint::Piece;
use symbreak_init::{Dtype, Job, Law};
use symbreak_rng::Stream;

use crate::error::{Code, error};
use crate::job::{Record, WIDTH};

/// f64 values of a piece's own row: element type, number of elements, and the position of its literal values or -1.
const ROW: usize = 3;

/// Reads one job record and one row a piece. `literals` holds the values of the laws that no record can carry.
pub(crate) fn read_pieces(records: &[f64], rows: &[f64], literals: &[f64]) -> Result<Vec<Piece>> {
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
