//! Small networks and rows to try things on.
#![allow(dead_code, reason = "each test file uses a part")]

use fearless_simd::Level;
use std::ops::ControlFlow;
use std::sync::Arc;
use symbreak_train::{
    Activation, Checked, Data, LayerSpec, Loss, Method, NetworkSpec, OptimizerSpec, Position, RunSpec, Shape,
    Targets, Trainer, Window,
};

/// Numbers that look random, uniform in [-1, 1).
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    pub fn take(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.next()).collect()
    }
}

pub fn layer(units: usize, activation: Activation) -> LayerSpec {
    LayerSpec {
        units,
        activation,
        use_bias: true,
        l1: 0.0,
        l2: 0.0,
        dropout: 0.0,
        name: format!("dense_{units}"),
        trainable: true,
    }
}

pub fn network(inputs: usize, layers: Vec<LayerSpec>, loss: Loss) -> NetworkSpec {
    NetworkSpec { seed: 7, inputs, layers, loss }
}

pub const SOFTMAX: Loss = Loss::SoftmaxCrossEntropy { smoothing: 0.0 };

/// A trainer with small random parameters.
pub fn trainer(level: Level, spec: NetworkSpec) -> Trainer {
    let mut trainer = Trainer::new(level, spec.check().expect("a valid network")).expect("memory");
    let values: Vec<f32> =
        Noise(3).take(trainer.network().parameter_count()).iter().map(|w| w * 0.5).collect();
    trainer.set_parameters(&values).expect("as many as asked for");
    trainer
}

/// Rows with labels (for softmax) or values.
pub fn data(spec: &NetworkSpec, rows: usize) -> Data {
    let mut noise = Noise(11);
    let outputs = spec.layers.last().map_or(0, |layer| layer.units);
    let targets = match spec.loss {
        Loss::SoftmaxCrossEntropy { .. } => {
            Targets::Labels((0..rows).map(|i| (i * 7 % outputs) as u32).collect())
        }
        Loss::Hinge | Loss::SigmoidCrossEntropy { .. } => Targets::Values(
            noise.take(rows * outputs).iter().map(|t| f32::from(u8::from(*t > 0.0))).collect(),
        ),
        _ => Targets::Values(noise.take(rows * outputs)),
    };
    Data { x: noise.take(rows * spec.inputs), rows, targets, weights: Vec::new() }
}

/// The rows as trainers of the network take them.
pub fn checked(spec: &NetworkSpec, data: Data) -> Arc<Checked> {
    let outputs = spec.layers.last().map_or(0, |layer| layer.units);
    let shape = Shape { inputs: spec.inputs, outputs, loss: spec.loss };
    Arc::new(data.check(shape).expect("data that fits"))
}

pub const PLAIN: OptimizerSpec = OptimizerSpec {
    method: Method::Sgd { momentum: 0.0, dampening: 0.0, nesterov: false },
    weight_decay: 0.0,
    decoupled: false,
    clip_norm: 0.0,
    clip_value: 0.0,
    accumulate: 1,
};

pub fn run(optimizer: OptimizerSpec, batch_size: usize, threads: usize) -> RunSpec {
    RunSpec { optimizer, batch_size, shuffle: true, threads, window: Window::default() }
}

/// Trains whole epochs.
pub fn epochs(trainer: &mut Trainer, epochs: u64, rate: f64) {
    for epoch in 0..epochs {
        let rates = [rate; 1000];
        trainer.run(Position { epoch, step: 0 }, &rates, &mut |_| ControlFlow::Continue(())).expect("finite");
    }
}

pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}
