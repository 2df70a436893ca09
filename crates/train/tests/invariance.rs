//! What must not change a bit: threads, kernels, slices of a run, a state that was put away.

mod common;

use std::ops::ControlFlow;

use common::{PLAIN, SOFTMAX, bits, checked, data, epochs, layer, network, run, trainer};
use fearless_simd::Level;
use symbreak_rng::Kernel;
use symbreak_train::{
    Activation, Data, Loss, Method, NetworkSpec, OptimizerSpec, Position, RunSpec, Shape, Targets,
    TrainError, Trainer, Window,
};

fn optimizers() -> Vec<OptimizerSpec> {
    let sgd = |momentum, dampening, nesterov| Method::Sgd { momentum, dampening, nesterov };
    let adam = Method::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    vec![
        PLAIN,
        OptimizerSpec { method: sgd(0.9, 0.1, false), weight_decay: 0.01, ..PLAIN },
        OptimizerSpec { method: sgd(0.9, 0.0, true), clip_norm: 0.5, accumulate: 2, ..PLAIN },
        OptimizerSpec { method: adam, weight_decay: 0.01, decoupled: true, ..PLAIN },
        OptimizerSpec {
            method: Method::RmsProp { alpha: 0.99, epsilon: 1e-8, momentum: 0.3 },
            clip_value: 0.01,
            ..PLAIN
        },
    ]
}

/// Large enough for several threads, with every kind of layer.
fn large() -> NetworkSpec {
    let mut layers = vec![
        layer(70, Activation::Relu),
        layer(33, Activation::Gelu),
        layer(1, Activation::Tanh),
        layer(10, Activation::Linear),
    ];
    layers[0].dropout = 0.2;
    layers[1].l2 = 0.001;
    network(301, layers, SOFTMAX)
}

fn trained(spec: &NetworkSpec, level: Level, optimizer: OptimizerSpec, threads: usize) -> Vec<u32> {
    let mut trainer = trainer(level, spec.clone());
    trainer.bind(checked(spec, data(spec, 100)), run(optimizer, 48, threads)).expect("data that fits");
    epochs(&mut trainer, 2, 0.05);
    bits(&trainer.parameters())
}

#[test]
fn threads_change_no_bit() {
    let plain = network(301, vec![layer(70, Activation::Relu), layer(10, Activation::Linear)], SOFTMAX);
    for spec in [large(), plain] {
        for optimizer in optimizers() {
            let alone = trained(&spec, Level::new(), optimizer, 1);
            for threads in [2, 3, 5] {
                assert_eq!(
                    alone,
                    trained(&spec, Level::new(), optimizer, threads),
                    "{threads} {optimizer:?}"
                );
            }
        }
    }
}

#[test]
fn every_kernel_gives_the_scalar_bits() {
    let mut spec = large();
    spec.inputs = 19;
    let scalar = Kernel::Scalar.level().expect("always there");
    for optimizer in optimizers() {
        let expected = trained(&spec, scalar, optimizer, 1);
        for level in Kernel::available().into_iter().filter_map(Kernel::level) {
            assert_eq!(expected, trained(&spec, level, optimizer, 2), "{level:?} {optimizer:?}");
        }
    }
}

#[test]
fn slices_and_restored_states_change_no_bit() {
    let spec = network(6, vec![layer(5, Activation::Tanh), layer(3, Activation::Linear)], SOFTMAX);
    for optimizer in optimizers() {
        let fresh = || {
            let mut trainer = trainer(Level::new(), spec.clone());
            trainer.bind(checked(&spec, data(&spec, 50)), run(optimizer, 8, 1)).expect("data that fits");
            trainer
        };
        let mut whole = fresh();
        epochs(&mut whole, 2, 0.1);
        let mut first = fresh();
        let mut position = Position::default();
        let mut totals =
            whole.run(position, &[], &mut |_| ControlFlow::Continue(())).expect("no step").totals;
        while position.epoch < 2 {
            let mut next = fresh();
            next.set_parameters(&first.parameters()).expect("the same network");
            next.set_state(&first.state()).expect("the same optimizer");
            next.set_totals(totals);
            let stretch = next
                .run(position, &[0.1; 100], &mut |step| {
                    if step == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })
                .expect("finite");
            totals = stretch.totals;
            position.step += stretch.steps;
            if position.step == 7 {
                position = Position { epoch: position.epoch + 1, step: 0 };
            }
            first = next;
        }
        assert_eq!(bits(&whole.parameters()), bits(&first.parameters()), "{optimizer:?}");
        assert_eq!(whole.state(), first.state());
        assert_eq!(totals.rows, 50);
    }
}

#[test]
fn what_is_made_ahead_changes_no_bit() {
    let mut spec = network(700, vec![layer(100, Activation::Relu), layer(3, Activation::Linear)], SOFTMAX);
    let mut specs = vec![spec.clone()];
    spec.layers[0].use_bias = false;
    spec.layers[0].dropout = 0.2;
    spec.layers[0].activation = Activation::Tanh;
    specs.push(spec);
    for spec in specs {
        for batch_size in [1, 2, 3, 4, 8] {
            let after = |level, threads, steps: usize| {
                let mut trainer = trainer(level, spec.clone());
                trainer.bind(checked(&spec, data(&spec, 21)), run(PLAIN, batch_size, threads)).expect("rows");
                for epoch in 0..2 {
                    let mut step = 0;
                    while step < trainer.batches() {
                        let from = Position { epoch, step };
                        let stretch =
                            trainer.run(from, &vec![0.05; steps], &mut |_| ControlFlow::Continue(()));
                        step += stretch.expect("finite").steps;
                    }
                }
                bits(&trainer.parameters())
            };
            // Runs of one step make nothing ahead.
            let expected = after(Level::new(), 1, 1);
            assert_eq!(expected, after(Level::new(), 1, 100), "{batch_size}");
            assert_eq!(expected, after(Level::new(), 2, 100), "{batch_size} on two threads");
            assert_eq!(expected, after(Kernel::Scalar.level().expect("there"), 1, 4), "{batch_size}, scalar");
        }
    }
}

#[test]
fn new_parameters_and_other_rows_are_not_taken_for_what_was_made_ahead() {
    let spec = network(5, vec![layer(20, Activation::Relu), layer(3, Activation::Linear)], SOFTMAX);
    let mut stopped = trainer(Level::new(), spec.clone());
    stopped.bind(checked(&spec, data(&spec, 9)), run(PLAIN, 1, 1)).expect("rows");
    let start = stopped.parameters();
    let from = Position::default();
    let stop = |step| if step == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    stopped.run(from, &[0.1; 9], &mut { stop }).expect("finite");
    stopped.set_parameters(&start).expect("as many");
    let mut fresh = trainer(Level::new(), spec.clone());
    fresh.bind(checked(&spec, data(&spec, 9)), run(PLAIN, 1, 1)).expect("rows");
    let from = Position { epoch: 0, step: 4 };
    for trainer in [&mut stopped, &mut fresh] {
        trainer.run(from, &[0.1; 9], &mut |_| ControlFlow::Continue(())).expect("finite");
    }
    assert_eq!(bits(&fresh.parameters()), bits(&stopped.parameters()));
}

/// Rows `range` of the data alone.
fn part(spec: &NetworkSpec, rows: usize, range: std::ops::Range<usize>) -> Data {
    let Data { x, targets, .. } = data(spec, rows);
    let Targets::Labels(labels) = targets else { panic!("labels") };
    Data {
        x: x[range.start * spec.inputs..range.end * spec.inputs].to_vec(),
        rows: range.len(),
        targets: Targets::Labels(labels[range].to_vec()),
        weights: Vec::new(),
    }
}

#[test]
fn windows_of_an_epoch_change_no_bit() {
    let mut spec = network(6, vec![layer(5, Activation::Tanh), layer(3, Activation::Linear)], SOFTMAX);
    spec.layers[0].dropout = 0.3;
    for optimizer in optimizers() {
        let ordered = RunSpec { shuffle: false, ..run(optimizer, 8, 1) };
        let mut whole = trainer(Level::new(), spec.clone());
        whole.bind(checked(&spec, data(&spec, 50)), ordered).expect("rows that fit");
        epochs(&mut whole, 2, 0.1);
        let mut windows = trainer(Level::new(), spec.clone());
        let mut state = Vec::new();
        for epoch in 0..2 {
            for (number, range) in [0..16, 16..48, 48..50].into_iter().enumerate() {
                let window = Window { number: number as u64, first: range.start as u64 };
                let rows = checked(&spec, part(&spec, 50, range));
                windows.bind(rows, RunSpec { window, ..ordered }).expect("rows that fit");
                windows.set_state(&state).expect("the same optimizer");
                let from = Position { epoch, step: 0 };
                let stretch = windows.run(from, &[0.1; 9], &mut |_| ControlFlow::Continue(()));
                assert_eq!(stretch.expect("finite").steps, windows.batches());
                state = windows.state();
            }
        }
        assert_eq!(bits(&whole.parameters()), bits(&windows.parameters()), "{optimizer:?}");
        assert_eq!(whole.state(), windows.state());
    }
}

#[test]
fn equal_units_stay_equal_to_the_bit() {
    let spec = network(20, vec![layer(37, Activation::Relu), layer(10, Activation::Linear)], SOFTMAX);
    let mut trainer = trainer(Level::new(), spec.clone());
    let count = trainer.network().parameter_count();
    trainer.set_parameters(&vec![0.05; count]).expect("all of them");
    trainer.bind(checked(&spec, data(&spec, 90)), run(PLAIN, 32, 1)).expect("data that fits");
    epochs(&mut trainer, 5, 0.1);
    let parameters = trainer.parameters();
    for row in parameters[..20 * 37].chunks(37) {
        assert!(row.iter().all(|w| w.to_bits() == row[0].to_bits()));
    }
    assert!(parameters.iter().any(|w| *w != 0.05));
}

#[test]
fn frozen_layers_keep_their_parameters() {
    let mut spec = network(
        6,
        vec![layer(5, Activation::Relu), layer(4, Activation::Tanh), layer(3, Activation::Linear)],
        SOFTMAX,
    );
    // A frozen layer below all trained ones still drops outputs.
    spec.layers[0].dropout = 0.2;
    for frozen in 0..3 {
        spec.layers.iter_mut().enumerate().for_each(|(l, layer)| layer.trainable = l != frozen);
        let mut trainer = trainer(Level::new(), spec.clone());
        let before = trainer.parameters();
        trainer.bind(checked(&spec, data(&spec, 20)), run(PLAIN, 8, 1)).expect("data that fits");
        epochs(&mut trainer, 1, 0.1);
        let after = trainer.parameters();
        let ends = [0, 35, 59, 74];
        for l in 0..3 {
            let range = ends[l]..ends[l + 1];
            assert_eq!(before[range.clone()] == after[range], l == frozen, "layer {l}, frozen {frozen}");
        }
    }
}

#[test]
fn evaluation_and_prediction_agree_over_threads() {
    let spec = large();
    let trainer = trainer(Level::new(), spec.clone());
    let rows = data(&spec, 500);
    let all = checked(&spec, rows.clone());
    let one = trainer.evaluate(&all, 1).expect("rows that fit");
    assert_eq!(one, trainer.evaluate(&all, 4).expect("rows that fit"));
    let outputs = trainer.predict(&rows.x, 500, 1).expect("rows that fit");
    assert_eq!(outputs, trainer.predict(&rows.x, 500, 3).expect("rows that fit"));
    assert_eq!(outputs.len(), 5000);
}

#[test]
fn nothing_finite_is_left_unsaid() {
    let spec =
        network(4, vec![layer(3, Activation::Relu), layer(1, Activation::Linear)], Loss::MeanSquaredError);
    let mut trainer = trainer(Level::new(), spec.clone());
    trainer.bind(checked(&spec, data(&spec, 16)), run(PLAIN, 4, 1)).expect("data that fits");
    let outcome = trainer.run(Position::default(), &[1e30; 4], &mut |_| ControlFlow::Continue(()));
    assert!(matches!(outcome, Err(TrainError::NotFinite { epoch: 0, .. })), "{outcome:?}");
}

#[test]
fn bad_requests_are_refused_by_name() {
    let good = || network(2, vec![layer(2, Activation::Linear)], SOFTMAX);
    let mut no_units = good();
    no_units.layers[0].units = 0;
    let mut dropped = good();
    dropped.layers[0].dropout = 1.0;
    for (spec, name) in [(no_units, "layers[0].units"), (dropped, "layers[0].dropout")] {
        assert!(spec.check().is_err_and(|e| e.to_string().starts_with(name)));
    }
    let mut trainer = trainer(Level::new(), good());
    let mut rows = data(&good(), 3);
    rows.x.pop();
    let refused = rows.check(Shape { inputs: 2, outputs: 2, loss: SOFTMAX }).map(|_| ());
    assert_eq!(refused, Err(TrainError::Length { argument: "x", expected: 6, actual: 5 }));
    let other = network(3, vec![layer(2, Activation::Linear)], SOFTMAX);
    let refused = trainer.bind(checked(&other, data(&other, 3)), run(PLAIN, 4, 1));
    assert!(refused.is_err_and(|e| e.to_string().starts_with("rows")));
    let huge = network(1 << 40, vec![layer(1 << 20, Activation::Linear)], SOFTMAX);
    let refused = Trainer::new(Level::new(), huge.check().expect("valid")).map(|_| ());
    assert_eq!(refused, Err(TrainError::OutOfMemory));
    let nothing = Trainer::new(Level::new(), good().check().expect("valid")).expect("memory").run(
        Position::default(),
        &[0.1],
        &mut |_| ControlFlow::Continue(()),
    );
    assert_eq!(nothing, Err(TrainError::Unbound));
}
