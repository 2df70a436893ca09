//! Networks and runs as the facade describes them.

use napi::{Error, Result};
use napi_derive::napi;
use symbreak_train::{
    Activation, LayerSpec, Loss, Method, NetworkSpec, OptimizerSpec, RunSpec, TrainError, Window,
};

use crate::error::{Code, error};

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

/// The loss by its name, as far as rows depend on it.
pub(crate) fn loss_of(name: &str, smoothing: f64, delta: f64) -> Result<Loss> {
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

/// What the crate refuses, with the facade's code.
pub(crate) fn from_train(e: TrainError) -> Error {
    let code = match e {
        TrainError::Invalid { .. } => Code::InvalidArgument,
        TrainError::Length { .. } => Code::LengthMismatch,
        TrainError::NotFinite { .. } => Code::NotFinite,
        TrainError::Unbound => Code::Internal,
        TrainError::OutOfMemory => Code::OutOfMemory,
    };
    error(code, e)
}

fn unknown(what: &str, name: &str) -> Error {
    error(Code::InvalidArgument, format_args!("{what} is \"{name}\", which the native engine doesn't know"))
}

impl TrainerLayer {
    pub(crate) fn spec(self) -> Result<LayerSpec> {
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
    pub(crate) fn spec(self) -> Result<NetworkSpec> {
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
    pub(crate) fn spec(&self) -> Result<RunSpec> {
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
