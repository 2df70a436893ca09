//! Several epochs in one call: what they are one by one, however often the call is stopped.

mod common;

use std::ops::ControlFlow;

use common::{PLAIN, SOFTMAX, bits, checked, data, layer, network, run, trainer};
use fearless_simd::Level;
use symbreak_train::{Activation, Epochs, Method, NetworkSpec, OptimizerSpec, Position, Totals, Trainer};

/// Rows and batches of an epoch: the last batch is short.
const ROWS: usize = 30;
const BATCHES: u64 = 4;

fn spec() -> NetworkSpec {
    let mut spec = network(6, vec![layer(5, Activation::Tanh), layer(3, Activation::Linear)], SOFTMAX);
    spec.layers[0].dropout = 0.2;
    spec
}

/// A trainer whose state goes on from epoch to epoch, with gradients that wait within one.
fn fresh() -> Trainer {
    let method = Method::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let optimizer = OptimizerSpec { method, accumulate: 3, ..PLAIN };
    let mut trainer = trainer(Level::new(), spec());
    trainer.bind(checked(&spec(), data(&spec(), ROWS)), run(optimizer, 8, 1)).expect("rows that fit");
    trainer
}

/// As many rates as batches, none like another.
fn rates(batches: u64) -> Vec<f64> {
    (0..batches).map(|batch| 0.01 + 0.001 * batch as f64).collect()
}

fn go_on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The epochs of `rates` one by one, each followed by an evaluation on 11 rows if it was completed.
fn one_by_one(trainer: &mut Trainer, rates: &[f64]) -> Epochs {
    let rows = checked(&spec(), data(&spec(), 11));
    let mut done = Epochs::default();
    for (epoch, rates) in rates.chunks(BATCHES as usize).enumerate() {
        let from = Position { epoch: epoch as u64, step: 0 };
        let stretch = trainer.run(from, rates, &mut go_on).expect("finite");
        done.steps += stretch.steps;
        done.totals.push(stretch.totals);
        if stretch.steps == BATCHES {
            done.validation.push(trainer.evaluate(&rows, 1).expect("rows that fit"));
        }
    }
    done
}

fn assert_same(found: &Trainer, expected: &Trainer) {
    assert_eq!(bits(&found.parameters()), bits(&expected.parameters()));
    assert_eq!(bits(&found.state()), bits(&expected.state()));
}

#[test]
fn epochs_in_one_call_are_those_one_by_one() {
    // The last epoch ends with the rates, or before.
    for batches in [3 * BATCHES, 3 * BATCHES + 2] {
        let (mut expected, mut found) = (fresh(), fresh());
        let epochs = one_by_one(&mut expected, &rates(batches));
        let rows = checked(&spec(), data(&spec(), 11));
        let mut asked = Vec::new();
        let done = found.run_epochs(Position::default(), &rates(batches), Some((&rows, 2)), &mut |steps| {
            asked.push(steps);
            ControlFlow::Continue(())
        });
        assert_eq!(done, Ok(epochs));
        assert_same(&found, &expected);
        // After each batch, and after each evaluation.
        let evaluated = |steps: &u64| steps.is_multiple_of(BATCHES);
        let expected: Vec<u64> =
            (1..=batches).flat_map(|steps| vec![steps; 1 + usize::from(evaluated(&steps))]).collect();
        assert_eq!(asked, expected);
    }
}

#[test]
fn without_validation_only_that_is_missing() {
    let (mut expected, mut found) = (fresh(), fresh());
    let epochs = one_by_one(&mut expected, &rates(10));
    let done = found.run_epochs(Position::default(), &rates(10), None, &mut go_on);
    assert_eq!(done, Ok(Epochs { validation: Vec::new(), ..epochs }));
    assert_same(&found, &expected);
}

/// Goes through the epochs of `rates` in calls that are stopped when they have been asked `asked` times.
fn with_stops(trainer: &mut Trainer, rates: &[f64], asked: u64) -> Epochs {
    let rows = checked(&spec(), data(&spec(), 11));
    let (mut all, mut at) = (Epochs::default(), Position::default());
    while all.steps < rates.len() as u64 {
        let mut times = 0;
        let rest = &rates[all.steps as usize..];
        let done = trainer.run_epochs(at, rest, Some((&rows, 1)), &mut |_| {
            times += 1;
            if times == asked { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let done = done.expect("finite");
        assert!(done.steps > 0 && times <= asked + 1, "nothing but an evaluation after a break");
        if at.step > 0 {
            all.totals.pop();
        }
        all.steps += done.steps;
        all.totals.extend(done.totals);
        all.validation.extend(done.validation);
        at = Position { epoch: all.steps / BATCHES, step: all.steps % BATCHES };
    }
    all
}

#[test]
fn stopping_anywhere_and_going_on_changes_no_bit() {
    let mut expected = fresh();
    let epochs = one_by_one(&mut expected, &rates(14));
    // Within an epoch, at its last batch, after its evaluation, in the next one.
    for asked in 1..=9 {
        let mut found = fresh();
        assert_eq!(with_stops(&mut found, &rates(14), asked), epochs, "stopped when asked {asked} times");
        assert_same(&found, &expected);
    }
}

#[test]
fn a_break_after_an_evaluation_ends_the_call() {
    let rows = checked(&spec(), data(&spec(), 11));
    let mut times = 0;
    let done = fresh().run_epochs(Position::default(), &rates(12), Some((&rows, 1)), &mut |_| {
        times += 1;
        if times == BATCHES + 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let Epochs { steps, totals, validation } = done.expect("finite");
    assert_eq!((steps, totals.len(), validation.len()), (BATCHES, 1, 1));
    assert_eq!([totals[0].rows, validation[0].rows], [ROWS as u64, 11]);
}

#[test]
fn no_rates_train_nothing() {
    let mut trainer = fresh();
    let totals = vec![Totals::default()];
    let done = trainer.run_epochs(Position::default(), &[], None, &mut go_on);
    assert_eq!(done, Ok(Epochs { totals, ..Epochs::default() }));
    assert_same(&trainer, &fresh());
}
