//! Whole epochs of a 784-256-128-10 network by batch size and threads, as samples a second and as a share of what the
//! core's multiply-adds allow; then the step of a tiny network and a linear model.
//! `cargo bench -p symbreak-benches --bench training`

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use fearless_simd::Level;
use symbreak_benches::peak;
use symbreak_train::{
    Activation, Data, LayerSpec, Loss, Method, Network, NetworkSpec, OptimizerSpec, Position, RunSpec, Shape,
    Targets, Trainer, Window,
};

fn layer(units: usize, activation: Activation, name: &str) -> LayerSpec {
    LayerSpec {
        units,
        activation,
        use_bias: true,
        l1: 0.0,
        l2: 0.0,
        dropout: 0.0,
        name: name.into(),
        trainable: true,
    }
}

fn network(inputs: usize, widths: &[usize], loss: Loss) -> Network {
    let top = widths.len() - 1;
    let layers = widths.iter().enumerate().map(|(l, &units)| {
        let activation = if l == top { Activation::Linear } else { Activation::Relu };
        layer(units, activation, &format!("dense_{}", l + 1))
    });
    NetworkSpec { seed: 7, inputs, layers: layers.collect(), loss }.check().expect("a network")
}

/// Numbers in [-1, 1).
fn noise(len: usize) -> impl Iterator<Item = f32> {
    let mut state = 1u64;
    (0..len).map(move |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    })
}

/// Samples a second, the best of `epochs` epochs.
fn rate(network: Network, rows: usize, batch_size: usize, threads: usize, epochs: u64) -> f64 {
    let (inputs, classes) = (network.inputs(), network.outputs().max(2));
    let mut trainer = Trainer::new(Level::new(), network).expect("memory");
    let parameters: Vec<f32> = noise(trainer.network().parameter_count()).map(|x| x * 0.05).collect();
    trainer.set_parameters(&parameters).expect("as many as there are");
    let data = Data {
        x: noise(rows * inputs).collect(),
        rows,
        targets: Targets::Labels((0..rows as u32).map(|row| row * 7 % classes as u32).collect()),
        weights: Vec::new(),
    };
    let optimizer = OptimizerSpec {
        method: Method::Sgd { momentum: 0.0, dampening: 0.0, nesterov: false },
        weight_decay: 0.0,
        decoupled: false,
        clip_norm: 0.0,
        clip_value: 0.0,
        accumulate: 1,
    };
    let shape = Shape { inputs, outputs: trainer.network().outputs(), loss: trainer.network().loss() };
    let data = Arc::new(data.check(shape).expect("rows that fit"));
    let run = RunSpec { optimizer, batch_size, shuffle: true, threads, window: Window::default() };
    trainer.bind(data, run).expect("a run");
    let rates = vec![0.01; rows.div_ceil(batch_size)];
    let epoch = |epoch| {
        let start = Instant::now();
        let stretch = trainer.run(Position { epoch, step: 0 }, &rates, &mut |_| ControlFlow::Continue(()));
        stretch.expect("finite numbers");
        rows as f64 / start.elapsed().as_secs_f64()
    };
    (0..epochs).map(epoch).fold(0.0, f64::max)
}

fn main() {
    const ROWS: usize = 12_800;
    let top = peak(Level::new());
    println!("peak of one core: {:.1} GFLOP/s\n\n784-256-128-10, ReLU, softmax, plain SGD", top / 1e9);
    let softmax = Loss::SoftmaxCrossEntropy { smoothing: 0.0 };
    // Forward and weight gradients of every layer, deltas of all but the first.
    let flops = (2 * (2 * 784 * 256 + 3 * 256 * 128 + 3 * 128 * 10)) as f64;
    for batch in [1, 8, 32, 128, 512] {
        for threads in [1, 2] {
            let rows = if batch == 1 { 2000 } else { ROWS };
            let rate = rate(network(784, &[256, 128, 10], softmax), rows, batch, threads, 6);
            let share = 100.0 * rate * flops / (top * threads as f64);
            println!(
                "batch {batch:>3}, {threads} threads  {rate:9.0} samples/s  {:6.1} us/step  {:6.1} GFLOP/s  {share:5.1} %",
                batch as f64 / rate * 1e6,
                rate * flops / 1e9,
            );
        }
    }
    let tiny = rate(network(4, &[16, 3], softmax), 1600, 16, 1, 200);
    println!("\n4-16-3, batch 16: {:.2} us/step", 16.0 / tiny * 1e6);
    for batch in [1, 64] {
        let linear = network(784, &[1], Loss::SigmoidCrossEntropy { smoothing: 0.0 });
        println!("784-1 logistic, batch {batch}: {:.2} M samples/s", rate(linear, 4000, batch, 1, 20) / 1e6);
    }
}
