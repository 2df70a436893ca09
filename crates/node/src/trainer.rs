//! Training: the crate's trainer behind a class whose runs go on on another thread.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use napi::Result;
use napi::bindgen_prelude::{AsyncTask, Float32Array, Float32ArraySlice, Float64Array, Float64ArraySlice};
use napi_derive::napi;
use symbreak_train::{Checked, Epochs, Position, Totals, Trainer};

use crate::error::{Code, error};
use crate::guard::{Guarded, Work, guarded};
use crate::info::level;
use crate::memory::copied;
use crate::network::{TrainerNetwork, TrainerRun, from_train};
use crate::rows::NativeRows;

/// What a stretch of training did.
#[napi(object)]
pub struct TrainerStretch {
    /// Batches trained on.
    pub steps: f64,
    /// Rows, loss and right decisions of each epoch that was touched, one after the other.
    pub totals: Float64Array,
    /// The same of the validation rows after each epoch that was completed.
    pub validation: Float64Array,
}

/// Sums over the rows of an evaluation.
#[napi(object)]
pub struct TrainerTotals {
    pub rows: f64,
    pub loss: f64,
    pub correct: f64,
}

type Shared = Arc<Mutex<Trainer>>;

/// The trainer, unless a run is on its way. One that panicked leaves the step that it was in half done.
fn lock(shared: &Mutex<Trainer>) -> Result<MutexGuard<'_, Trainer>> {
    match shared.try_lock() {
        Ok(trainer) => Ok(trainer),
        Err(TryLockError::Poisoned(trainer)) => Ok(trainer.into_inner()),
        Err(TryLockError::WouldBlock) => {
            Err(error(Code::InvalidArgument, "the trainer is busy with another call"))
        }
    }
}

/// JavaScript's memory for `length` values: a synchronous call hands none of Rust's over, which some hosts refuse.
fn room<'a>(out: &'a mut Float32ArraySlice<'_>, length: usize) -> Result<&'a mut [f32]> {
    // SAFETY: the call that this is part of runs to its end on the JavaScript thread, so no script can read, write,
    // detach or resize the buffer meanwhile; the array is the engine's own.
    let out = unsafe { out.as_mut() };
    if out.len() == length {
        return Ok(out);
    }
    Err(error(Code::Internal, format_args!("{length} numbers for an array of {}", out.len())))
}

/// A network in native memory.
#[napi]
pub struct NativeTrainer {
    trainer: Option<Shared>,
}

#[napi]
impl NativeTrainer {
    #[napi(constructor)]
    pub fn new(network: TrainerNetwork) -> Result<Self> {
        guarded(|| {
            let network = network.spec()?.check().map_err(from_train)?;
            let trainer = Trainer::new(level(), network).map_err(from_train)?;
            Ok(Self { trainer: Some(Arc::new(Mutex::new(trainer))) })
        })
    }

    fn shared(&self) -> Result<Shared> {
        self.trainer.clone().ok_or_else(|| error(Code::InvalidArgument, "the trainer has been disposed of"))
    }

    /// How many parameters there are.
    #[napi]
    pub fn parameter_count(&self) -> Result<f64> {
        let shared = self.shared()?;
        guarded(|| Ok(lock(&shared)?.network().parameter_count() as f64))
    }

    /// Writes the parameters to an array of their number.
    #[napi]
    pub fn get_parameters(&self, mut out: Float32ArraySlice) -> Result<()> {
        let shared = self.shared()?;
        guarded(|| {
            let trainer = lock(&shared)?;
            trainer.write_parameters(room(&mut out, trainer.network().parameter_count())?);
            Ok(())
        })
    }

    /// Replaces the parameters.
    #[napi]
    pub fn set_parameters(&self, values: Float32ArraySlice) -> Result<()> {
        let shared = self.shared()?;
        guarded(|| lock(&shared)?.set_parameters(&values).map_err(from_train))
    }

    /// How many numbers the optimizer's state has.
    #[napi]
    pub fn state_length(&self) -> Result<f64> {
        let shared = self.shared()?;
        guarded(|| Ok(lock(&shared)?.state_len() as f64))
    }

    /// Writes the optimizer's state to an array of its length.
    #[napi]
    pub fn get_state(&self, mut out: Float32ArraySlice) -> Result<()> {
        let shared = self.shared()?;
        guarded(|| {
            let trainer = lock(&shared)?;
            trainer.write_state(room(&mut out, trainer.state_len())?);
            Ok(())
        })
    }

    /// Replaces the optimizer's state.
    #[napi]
    pub fn set_state(&self, values: Float32ArraySlice) -> Result<()> {
        let shared = self.shared()?;
        guarded(|| lock(&shared)?.set_state(&values).map_err(from_train))
    }

    /// Takes rows and plans every workspace.
    #[napi]
    pub fn bind(&self, rows: &NativeRows, run: TrainerRun) -> Result<()> {
        let shared = self.shared()?;
        guarded(|| lock(&shared)?.bind(rows.shared()?, run.spec()?).map_err(from_train))
    }

    /// Sets the sums of the epoch so far.
    #[napi]
    pub fn set_totals(&self, rows: f64, loss: f64, correct: f64) -> Result<()> {
        let shared = self.shared()?;
        lock(&shared)?.set_totals(Totals { rows: rows as u64, loss, correct });
        Ok(())
    }

    /// Trains for at most as many batches as there are rates, on into the next epochs, and about as many milliseconds.
    /// After each epoch the validation rows are evaluated on at most `threads` threads.
    #[napi(ts_return_type = "Promise<TrainerStretch>")]
    pub fn run(
        &self,
        epoch: f64,
        step: f64,
        rates: Float64ArraySlice,
        milliseconds: f64,
        validation: Option<&NativeRows>,
        threads: u32,
    ) -> Result<AsyncTask<Guarded<RunWork>>> {
        let budget = Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(Duration::MAX);
        let from = Position { epoch: epoch as u64, step: step as u64 };
        Ok(AsyncTask::new(Guarded(RunWork {
            trainer: self.shared()?,
            from,
            rates: rates.to_vec(),
            budget,
            validation: validation.map(NativeRows::shared).transpose()?,
            threads: threads as usize,
        })))
    }

    /// Sums of losses and right decisions over rows.
    #[napi(ts_return_type = "Promise<TrainerTotals>")]
    pub fn evaluate(&self, rows: &NativeRows, threads: u32) -> Result<AsyncTask<Guarded<EvaluateWork>>> {
        let rows = rows.shared()?;
        Ok(AsyncTask::new(Guarded(EvaluateWork { trainer: self.shared()?, rows, threads: threads as usize })))
    }

    /// Outputs of the last layer for every row.
    #[napi(ts_return_type = "Promise<Float32Array>")]
    pub fn predict(
        &self,
        x: Float32ArraySlice,
        rows: u32,
        threads: u32,
    ) -> Result<AsyncTask<Guarded<PredictWork>>> {
        let (rows, threads) = (rows as usize, threads as usize);
        Ok(AsyncTask::new(Guarded(PredictWork { trainer: self.shared()?, x: copied(&x, 1)?, rows, threads })))
    }

    /// Frees the memory, once no call is on its way.
    #[napi]
    pub fn dispose(&mut self) {
        self.trainer = None;
    }
}

/// A stretch of training.
pub struct RunWork {
    trainer: Shared,
    from: Position,
    rates: Vec<f64>,
    budget: Duration,
    validation: Option<Arc<Checked>>,
    threads: usize,
}

impl Work for RunWork {
    type Output = Epochs;
    type JsValue = TrainerStretch;

    fn run(&mut self) -> Result<Self::Output> {
        let start = Instant::now();
        let mut watch = |_| {
            if start.elapsed() < self.budget { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let validation = self.validation.as_deref().map(|rows| (rows, self.threads));
        lock(&self.trainer)?.run_epochs(self.from, &self.rates, validation, &mut watch).map_err(from_train)
    }

    fn finish(&mut self, done: Epochs) -> Result<TrainerStretch> {
        let [totals, validation] = [done.totals, done.validation].map(|totals| {
            let numbers = totals.into_iter().flat_map(|t| [t.rows as f64, t.loss, t.correct]);
            Float64Array::new(numbers.collect())
        });
        Ok(TrainerStretch { steps: done.steps as f64, totals, validation })
    }
}

/// An evaluation.
pub struct EvaluateWork {
    trainer: Shared,
    rows: Arc<Checked>,
    threads: usize,
}

impl Work for EvaluateWork {
    type Output = TrainerTotals;
    type JsValue = TrainerTotals;

    fn run(&mut self) -> Result<TrainerTotals> {
        let Totals { rows, loss, correct } =
            lock(&self.trainer)?.evaluate(&self.rows, self.threads).map_err(from_train)?;
        Ok(TrainerTotals { rows: rows as f64, loss, correct })
    }

    fn finish(&mut self, totals: TrainerTotals) -> Result<TrainerTotals> {
        Ok(totals)
    }
}

/// A prediction.
pub struct PredictWork {
    trainer: Shared,
    x: Vec<f32>,
    rows: usize,
    threads: usize,
}

impl Work for PredictWork {
    type Output = Vec<f32>;
    type JsValue = Float32Array;

    fn run(&mut self) -> Result<Vec<f32>> {
        lock(&self.trainer)?.predict(&self.x, self.rows, self.threads).map_err(from_train)
    }

    fn finish(&mut self, outputs: Vec<f32>) -> Result<Float32Array> {
        Ok(Float32Array::new(outputs))
    }
}
