//! Rows to learn from, in native memory.

use std::sync::Arc;

use napi::Result;
use napi::bindgen_prelude::{Float32ArraySlice, Int32ArraySlice};
use napi_derive::napi;
use symbreak_train::{Checked, Data, Shape, Targets};

use crate::error::{Code, error};
use crate::guard::guarded;
use crate::memory::copied;
use crate::network::{from_train, loss_of};

/// Copies rows into Rust's memory, whose pages up to so many threads ask for; only this thread touches JavaScript's.
fn data(
    x: &Float32ArraySlice,
    rows: u32,
    labels: Option<&Int32ArraySlice>,
    targets: Option<&Float32ArraySlice>,
    weights: Option<&Float32ArraySlice>,
    threads: usize,
) -> Result<Data> {
    let values =
        |array: Option<&Float32ArraySlice>| array.map_or(Ok(Vec::new()), |array| copied(array, threads));
    let targets = match labels {
        // A negative label becomes too large a class number, which is refused.
        Some(labels) => Targets::Labels(copied(bytemuck::cast_slice(labels), threads)?),
        None => Targets::Values(values(targets)?),
    };
    Ok(Data { x: copied(x, threads)?, rows: rows as usize, targets, weights: values(weights)? })
}

/// Rows in native memory, checked for networks of one shape and loss; any number of trainers may use them at once.
#[napi]
pub struct NativeRows {
    rows: Option<Arc<Checked>>,
}

#[napi]
impl NativeRows {
    #[napi(constructor)]
    pub fn new(
        inputs: u32,
        outputs: u32,
        loss: String,
        x: Float32ArraySlice,
        rows: u32,
        threads: u32,
        labels: Option<Int32ArraySlice>,
        targets: Option<Float32ArraySlice>,
        weights: Option<Float32ArraySlice>,
    ) -> Result<Self> {
        guarded(|| {
            let shape =
                Shape { inputs: inputs as usize, outputs: outputs as usize, loss: loss_of(&loss, 0.0, 1.0)? };
            let threads = threads as usize;
            let data = data(&x, rows, labels.as_ref(), targets.as_ref(), weights.as_ref(), threads)?;
            Ok(Self { rows: Some(Arc::new(data.check(shape).map_err(from_train)?)) })
        })
    }

    /// The rows, which live on as long as anybody uses them.
    pub(crate) fn shared(&self) -> Result<Arc<Checked>> {
        self.rows.clone().ok_or_else(|| error(Code::InvalidArgument, "the rows have been disposed of"))
    }

    /// Frees the memory, once no trainer uses it.
    #[napi]
    pub fn dispose(&mut self) {
        self.rows = None;
    }
}
