//! Gradients against central differences of a plain double-precision network.

mod common;

use std::ops::ControlFlow;

use common::{PLAIN, SOFTMAX, checked, data, layer, network, run, trainer};
use fearless_simd::Level;
use symbreak_train::{Activation, Data, Loss, Method, NetworkSpec, OptimizerSpec, Position, Targets};

const ACTIVATIONS: [Activation; 9] = [
    Activation::Linear,
    Activation::Relu,
    Activation::LeakyRelu(0.1),
    Activation::Elu(1.3),
    Activation::Gelu,
    Activation::Silu,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
];

const LOSSES: [Loss; 8] = [
    SOFTMAX,
    Loss::SoftmaxCrossEntropy { smoothing: 0.2 },
    Loss::SigmoidCrossEntropy { smoothing: 0.0 },
    Loss::SigmoidCrossEntropy { smoothing: 0.3 },
    Loss::MeanSquaredError,
    Loss::MeanAbsoluteError,
    Loss::Huber { delta: 0.4 },
    Loss::Hinge,
];

/// erf by its Maclaurin series, which converges everywhere and fast for small arguments.
fn erf(x: f64) -> f64 {
    let (mut sum, mut term) = (0.0, x);
    for n in 0..200 {
        sum += term / f64::from(2 * n + 1);
        term *= -x * x / f64::from(n + 1);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

fn activate(activation: Activation, z: f64) -> f64 {
    let sigmoid = 1.0 / (1.0 + (-z).exp());
    match activation {
        Activation::Linear => z,
        Activation::Relu => z.max(0.0),
        Activation::LeakyRelu(slope) => {
            if z > 0.0 {
                z
            } else {
                z * f64::from(slope)
            }
        }
        Activation::Elu(alpha) => {
            if z > 0.0 {
                z
            } else {
                f64::from(alpha) * z.exp_m1()
            }
        }
        Activation::Gelu => z * 0.5 * (1.0 + erf(z / 2.0f64.sqrt())),
        Activation::Silu => z * sigmoid,
        Activation::Tanh => z.tanh(),
        Activation::Sigmoid => sigmoid,
        Activation::Softplus => z.exp().ln_1p(),
    }
}

fn row_loss(loss: Loss, y: &[f64], t: &[f64]) -> f64 {
    let n = y.len() as f64;
    let mean = |f: &dyn Fn(f64, f64) -> f64| y.iter().zip(t).map(|(y, t)| f(*y, *t)).sum::<f64>() / n;
    match loss {
        Loss::SoftmaxCrossEntropy { smoothing } => {
            let log_sum = y.iter().map(|y| y.exp()).sum::<f64>().ln();
            y.iter().zip(t).map(|(y, t)| (t * (1.0 - smoothing) + smoothing / n) * (log_sum - y)).sum()
        }
        Loss::SigmoidCrossEntropy { smoothing } => mean(&|y, t| {
            let t = t * (1.0 - smoothing) + 0.5 * smoothing;
            y.exp().ln_1p() - y * t
        }),
        Loss::MeanSquaredError => mean(&|y, t| (y - t) * (y - t)),
        Loss::MeanAbsoluteError => mean(&|y, t| (y - t).abs()),
        Loss::Huber { delta } => mean(&|y, t| {
            let e = (y - t).abs();
            if e <= delta { 0.5 * e * e } else { delta * (e - 0.5 * delta) }
        }),
        Loss::Hinge => mean(&|y, t| (1.0 - y * (2.0 * t - 1.0)).max(0.0)),
    }
}

/// The mean loss of all rows, in double precision throughout.
fn reference(spec: &NetworkSpec, data: &Data, parameters: &[f64]) -> f64 {
    let outputs = spec.layers.last().map_or(0, |layer| layer.units);
    let mut total = 0.0;
    let mut penalty = 0.0;
    for r in 0..data.rows {
        let mut values: Vec<f64> =
            data.x[r * spec.inputs..(r + 1) * spec.inputs].iter().map(|x| f64::from(*x)).collect();
        let mut rest = parameters;
        penalty = 0.0;
        for layer in &spec.layers {
            let (kernel, tail) = rest.split_at(values.len() * layer.units);
            let (bias, tail) = tail.split_at(if layer.use_bias { layer.units } else { 0 });
            rest = tail;
            penalty += kernel.iter().map(|w| layer.l1 * w.abs() + layer.l2 * w * w).sum::<f64>();
            let unit = |j: usize| {
                let product: f64 =
                    values.iter().enumerate().map(|(i, x)| x * kernel[i * layer.units + j]).sum();
                activate(layer.activation, product + bias.get(j).copied().unwrap_or(0.0))
            };
            values = (0..layer.units).map(unit).collect();
        }
        let targets: Vec<f64> = match &data.targets {
            Targets::Labels(labels) => {
                (0..outputs).map(|j| f64::from(u8::from(labels[r] as usize == j))).collect()
            }
            Targets::Values(values) => {
                values[r * outputs..(r + 1) * outputs].iter().map(|t| f64::from(*t)).collect()
            }
        };
        total +=
            row_loss(spec.loss, &values, &targets) * f64::from(data.weights.get(r).copied().unwrap_or(1.0));
    }
    total / data.rows as f64 + penalty
}

/// Takes one step at learning rate 1: the change of the parameters is minus the gradient.
fn check(spec: &NetworkSpec, data: &Data, optimizer: OptimizerSpec) {
    let mut trainer = trainer(Level::new(), spec.clone());
    let before: Vec<f64> = trainer.parameters().iter().map(|w| f64::from(*w)).collect();
    trainer.bind(checked(spec, data.clone()), run(optimizer, data.rows, 1)).expect("rows that fit");
    let stretch =
        trainer.run(Position::default(), &[1.0], &mut |_| ControlFlow::Continue(())).expect("a finite loss");
    let loss = reference(spec, data, &before) * data.rows as f64;
    assert!(
        (stretch.totals.loss - loss).abs() < 1e-5 * (1.0 + loss.abs()),
        "{spec:?}: {} {loss}",
        stretch.totals.loss
    );
    for (k, after) in trainer.parameters().iter().enumerate() {
        let shifted = |h: f64| {
            let mut moved = before.clone();
            moved[k] += h;
            reference(spec, data, &moved)
        };
        let numeric = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
        let gradient = before[k] - f64::from(*after);
        assert!((gradient - numeric).abs() < 5e-6, "{spec:?}, parameter {k}: {gradient} {numeric}");
    }
}

/// The same gradient through the arrays that other rules read it from.
fn explicit() -> OptimizerSpec {
    OptimizerSpec { method: Method::Sgd { momentum: 0.9, dampening: 0.5, nesterov: false }, ..PLAIN }
}

#[test]
fn every_activation_has_its_gradient() {
    for activation in ACTIVATIONS {
        let layers = vec![layer(5, activation), layer(4, activation), layer(3, Activation::Linear)];
        let spec = network(4, layers, SOFTMAX);
        for optimizer in [PLAIN, explicit()] {
            check(&spec, &data(&spec, 6), optimizer);
        }
    }
}

#[test]
fn every_loss_has_its_gradient() {
    for loss in LOSSES {
        for (units, activation) in
            [(3, Activation::Linear), (1, Activation::Linear), (3, Activation::Tanh), (2, Activation::Relu)]
        {
            let spec = network(4, vec![layer(5, Activation::Tanh), layer(units, activation)], loss);
            check(&spec, &data(&spec, 7), PLAIN);
        }
    }
}

#[test]
fn soft_targets_and_row_weights_have_their_gradient() {
    let spec = network(3, vec![layer(4, Activation::Relu), layer(3, Activation::Linear)], SOFTMAX);
    let mut soft = data(&spec, 4);
    soft.targets = Targets::Values((0..12u8).map(|i| f32::from(i % 5) / 4.0).collect());
    soft.weights = vec![0.5, 2.0, 0.0, 1.25];
    check(&spec, &soft, PLAIN);
    check(&spec, &soft, explicit());
}

#[test]
fn regularizers_have_their_gradient() {
    let mut spec =
        network(4, vec![layer(5, Activation::Tanh), layer(3, Activation::Linear)], Loss::MeanSquaredError);
    spec.layers[0].l1 = 0.01;
    spec.layers[0].l2 = 0.03;
    spec.layers[1].l2 = 0.2;
    spec.layers[1].use_bias = false;
    check(&spec, &data(&spec, 5), PLAIN);
}

#[test]
fn logits_of_any_size_give_a_finite_loss() {
    for loss in [SOFTMAX, Loss::SigmoidCrossEntropy { smoothing: 0.0 }] {
        let spec = network(1, vec![layer(2, Activation::Linear)], loss);
        let mut trainer = trainer(Level::new(), spec.clone());
        trainer.set_parameters(&[1e4, -1e4, 0.0, 0.0]).expect("four parameters");
        let mut rows = data(&spec, 2);
        rows.x = vec![1.0, -1.0];
        let evaluation = trainer.evaluate(&checked(&spec, rows), 1).expect("rows that fit");
        assert!(evaluation.loss.is_finite() && evaluation.loss >= 0.0);
    }
}
