//! Training: the crate's trainer behind a class whose runs go on on another thread.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::{
    AsyncTask, Float32Array, Float32ArraySlice, Float64Array, Float64ArraySlice, Int32ArraySlice,
};
use napi::{Error, Result};
use napi_derive::napi;
use symbreak_train::{
    Activation, Checked, Data, LayerSpec, Loss, Method, NetworkSpec, OptimizerSpec, Position, RunSpec, Shape,
    Targets, Totals, TrainError, Trainer, Window,
};

use crate::error::{Code, error};
use crate::guard::{Guarded, Work, guarded};
use crate::info::{available_threads, level};
use crate::memory::copied;

/// One dense layer.
#[napi(object, object_to_js = false)]
pub struct TrainerLayer {
    pub units: u32,
    pub activation: String,
    pub slope: f64,
    pub use_bias: bool,
    pub l1: f64,
    pub l2: f64,
    pub dropout: f64,
    pub name: String,
    pub trainable: bool,
}

/// A network: its seed in halves.
#[napi(object, object_to_js = false)]
pub struct TrainerNetwork {
    pub seed_low: u32,
    pub seed_high: u32,
    pub inputs: u32,
    pub layers: Vec<TrainerLayer>,
    pub loss: String,
    pub label_smoothing: f64,
    pub huber_delta: f64,
}

/// An optimizer and how batches are made.
#[napi(object, object_to_js = false)]
pub struct TrainerRun {
    pub kind: String,
    pub momentum: f64,
    pub dampening: f64,
    pub nesterov: bool,
    pub weight_decay: f64,
    pub decoupled: bool,
    pub beta1: f64,
    pub beta2: f64,
    pub alpha: f64,
    pub epsilon: f64,
    pub clip_norm: f64,
    pub clip_value: f64,
    pub accumulate: u32,
    pub batch_size: u32,
    pub shuffle: bool,
    pub threads: u32,
    /// Number of the rows' window within an epoch.
    pub window: f64,
    /// Rows of the epoch before it.
    pub first: f64,
}

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

/// The loss by its name, as far as rows depend on it.
fn loss_of(name: &str, smoothing: f64, delta: f64) -> Result<Loss> {
    Ok(match name {
        "softmaxCrossEntropy" => Loss::SoftmaxCrossEntropy { smoothing },
        "sigmoidCrossEntropy" => Loss::SigmoidCrossEntropy { smoothing },
        "meanSquaredError" => Loss::MeanSquaredError,
        "meanAbsoluteError" => Loss::MeanAbsoluteError,
        "huber" => Loss::Huber { delta },
        "hinge" => Loss::Hinge,
        name => return Err(unknown("loss", name)),
    })
}

fn from_train(e: TrainError) -> Error {
    let code = match e {
        TrainError::Invalid { .. } => Code::InvalidArgument,
        TrainError::Length { .. } => Code::LengthMismatch,
        TrainError::NotFinite { .. } => Code::NotFinite,
        TrainError::Unbound => Code::Internal,
    };
    error(code, e)
}

fn unknown(what: &str, name: &str) -> Error {
    error(Code::InvalidArgument, format_args!("{what} is \"{name}\", which the native engine doesn't know"))
}

impl TrainerLayer {
    fn spec(self) -> Result<LayerSpec> {
        let activation = match self.activation.as_str() {
            "linear" => Activation::Linear,
            "relu" => Activation::Relu,
            "leakyRelu" => Activation::LeakyRelu(self.slope as f32),
            "elu" => Activation::Elu(self.slope as f32),
            "gelu" => Activation::Gelu,
            "silu" => Activation::Silu,
            "tanh" => Activation::Tanh,
            "sigmoid" => Activation::Sigmoid,
            "softplus" => Activation::Softplus,
            name => return Err(unknown("activation", name)),
        };
        Ok(LayerSpec {
            units: self.units as usize,
            activation,
            use_bias: self.use_bias,
            l1: self.l1,
            l2: self.l2,
            dropout: self.dropout,
            name: self.name,
            trainable: self.trainable,
        })
    }
}

impl TrainerNetwork {
    fn spec(self) -> Result<NetworkSpec> {
        let loss = loss_of(&self.loss, self.label_smoothing, self.huber_delta)?;
        Ok(NetworkSpec {
            seed: u64::from(self.seed_low) | u64::from(self.seed_high) << 32,
            inputs: self.inputs as usize,
            layers: self.layers.into_iter().map(TrainerLayer::spec).collect::<Result<_>>()?,
            loss,
        })
    }
}

impl TrainerRun {
    fn spec(&self) -> Result<RunSpec> {
        let Self { momentum, dampening, nesterov, beta1, beta2, alpha, epsilon, .. } = *self;
        let method = match self.kind.as_str() {
            "sgd" => Method::Sgd { momentum, dampening, nesterov },
            "adam" | "adamW" => Method::Adam { beta1, beta2, epsilon },
            "rmsprop" => Method::RmsProp { alpha, epsilon, momentum },
            name => return Err(unknown("optimizer", name)),
        };
        Ok(RunSpec {
            optimizer: OptimizerSpec {
                method,
                weight_decay: self.weight_decay,
                decoupled: self.decoupled,
                clip_norm: self.clip_norm,
                clip_value: self.clip_value,
                accumulate: self.accumulate as usize,
            },
            batch_size: self.batch_size as usize,
            shuffle: self.shuffle,
            threads: self.threads as usize,
            window: Window { number: self.window as u64, first: self.first as u64 },
        })
    }
}

/// Copies rows into Rust's memory; only this thread touches JavaScript's.
fn data(
    x: &Float32ArraySlice,
    rows: u32,
    labels: Option<&Int32ArraySlice>,
    targets: Option<&Float32ArraySlice>,
    weights: Option<&Float32ArraySlice>,
) -> Data {
    let targets = match (labels, targets) {
        // A negative label becomes too large a class number, which is refused.
        (Some(labels), _) => Targets::Labels(labels.iter().map(|label| *label as u32).collect()),
        (None, targets) => Targets::Values(targets.map_or_else(Vec::new, |targets| targets.to_vec())),
    };
    Data {
        x: copied(x, available_threads() as usize),
        rows: rows as usize,
        targets,
        weights: weights.map_or_else(Vec::new, |w| w.to_vec()),
    }
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
        labels: Option<Int32ArraySlice>,
        targets: Option<Float32ArraySlice>,
        weights: Option<Float32ArraySlice>,
    ) -> Result<Self> {
        guarded(|| {
            let shape =
                Shape { inputs: inputs as usize, outputs: outputs as usize, loss: loss_of(&loss, 0.0, 1.0)? };
            let data = data(&x, rows, labels.as_ref(), targets.as_ref(), weights.as_ref());
            Ok(Self { rows: Some(Arc::new(data.check(shape).map_err(from_train)?)) })
        })
    }

    fn shared(&self) -> Result<Arc<Checked>> {
        self.rows.clone().ok_or_else(|| error(Code::InvalidArgument, "the rows have been disposed of"))
    }

    /// Frees the memory, once no trainer uses it.
    #[napi]
    pub fn dispose(&mut self) {
        self.rows = None;
    }
}

type Shared = Arc<Mutex<Trainer>>;

/// The trainer, unless a run is on its way. A run that panicked leaves it as it was.
fn lock(shared: &Mutex<Trainer>) -> Result<MutexGuard<'_, Trainer>> {
    match shared.try_lock() {
        Ok(trainer) => Ok(trainer),
        Err(TryLockError::Poisoned(trainer)) => Ok(trainer.into_inner()),
        Err(TryLockError::WouldBlock) => {
            Err(error(Code::InvalidArgument, "the trainer is busy with another call"))
        }
    }
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
            Ok(Self { trainer: Some(Arc::new(Mutex::new(Trainer::new(level(), network)))) })
        })
    }

    fn shared(&self) -> Result<Shared> {
        self.trainer.clone().ok_or_else(|| error(Code::InvalidArgument, "the trainer has been disposed of"))
    }

    /// Gives the parameters as a new array.
    #[napi]
    pub fn get_parameters(&self) -> Result<Float32Array> {
        let shared = self.shared()?;
        guarded(|| Ok(Float32Array::new(lock(&shared)?.parameters())))
    }

    /// Replaces the parameters.
    #[napi]
    pub fn set_parameters(&self, values: Float32ArraySlice) -> Result<()> {
        let shared = self.shared()?;
        guarded(|| lock(&shared)?.set_parameters(&values).map_err(from_train))
    }

    /// Gives the optimizer's state as a new array.
    #[napi]
    pub fn get_state(&self) -> Result<Float32Array> {
        let shared = self.shared()?;
        guarded(|| Ok(Float32Array::new(lock(&shared)?.state())))
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
        Ok(AsyncTask::new(Guarded(PredictWork { trainer: self.shared()?, x: x.to_vec(), rows, threads })))
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
    type Output = (u64, Vec<f64>, Vec<f64>);
    type JsValue = TrainerStretch;

    fn run(&mut self) -> Result<Self::Output> {
        let start = Instant::now();
        let mut watch = |_| {
            if start.elapsed() < self.budget { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let mut trainer = lock(&self.trainer)?;
        let batches = trainer.batches();
        let (mut at, mut rates, mut steps) = (self.from, &self.rates[..], 0);
        let (mut sums, mut validation) = (Vec::new(), Vec::new());
        loop {
            let stretch = trainer.run(at, rates, &mut watch).map_err(from_train)?;
            let Totals { rows, loss, correct } = stretch.totals;
            sums.extend([rows as f64, loss, correct]);
            steps += stretch.steps;
            rates = rates.get(stretch.steps as usize..).unwrap_or_default();
            let done = at.step + stretch.steps == batches;
            if let Some(rows) = self.validation.as_ref().filter(|_| done) {
                let sums = trainer.evaluate(rows, self.threads).map_err(from_train)?;
                validation.extend([sums.rows as f64, sums.loss, sums.correct]);
            }
            if !done || stretch.steps == 0 || rates.is_empty() || start.elapsed() >= self.budget {
                return Ok((steps, sums, validation));
            }
            at = Position { epoch: at.epoch + 1, step: 0 };
        }
    }

    fn finish(&mut self, (steps, totals, validation): Self::Output) -> Result<TrainerStretch> {
        let [totals, validation] = [totals, validation].map(Float64Array::new);
        Ok(TrainerStretch { steps: steps as f64, totals, validation })
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
        let sums = lock(&self.trainer)?.evaluate(&self.rows, self.threads).map_err(from_train)?;
        Ok(TrainerTotals { rows: sums.rows as f64, loss: sums.loss, correct: sums.correct })
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
