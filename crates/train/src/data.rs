//! Rows to learn from.

use std::mem::discriminant;

use symbreak_linalg::probe;

use crate::error::TrainError;
use crate::spec::{Loss, Network};

/// What the outputs should be.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// A class number a row.
    Labels(Vec<u32>),
    /// A value an output, row after row.
    Values(Vec<f32>),
}

/// Rows of input, row after row, with their targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// `rows * inputs` values.
    pub x: Vec<f32>,
    /// Number of rows.
    pub rows: usize,
    /// As many as there are rows.
    pub targets: Targets,
    /// Factor of each row's loss; empty for all ones.
    pub weights: Vec<f32>,
}

/// Data that fits networks of one shape and loss, with targets in the form the loss reads. Any number of trainers may
/// share it.
#[derive(Clone, Debug)]
pub struct Checked {
    shape: Shape,
    pub(crate) x: Vec<f32>,
    pub(crate) rows: usize,
    /// Class numbers, where there are any.
    pub(crate) labels: Vec<u32>,
    /// A value an output, unless softmax reads the labels themselves.
    pub(crate) values: Vec<f32>,
    pub(crate) weights: Vec<f32>,
}

/// What of a network its data depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Values in a row of input.
    pub inputs: usize,
    /// Outputs of a row.
    pub outputs: usize,
    /// Only its kind matters.
    pub loss: Loss,
}

/// One row's target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub label: Option<u32>,
    /// Empty if the label says it all.
    pub values: &'a [f32],
    pub weight: f32,
}

impl Checked {
    /// Refuses networks of another shape or loss.
    pub(crate) fn check_for(&self, network: &Network) -> Result<(), TrainError> {
        let Shape { inputs, outputs, loss } = self.shape;
        let same = inputs == network.inputs() && outputs == network.outputs();
        if same && discriminant(&loss) == discriminant(&network.loss()) {
            return Ok(());
        }
        Err(TrainError::invalid("rows", self.shape, "made for this network's inputs, outputs and loss"))
    }

    pub(crate) fn target(&self, row: usize, outputs: usize) -> Target<'_> {
        Target {
            label: self.labels.get(row).copied(),
            values: self.values.get(row * outputs..(row + 1) * outputs).unwrap_or(&[]),
            weight: self.weights.get(row).copied().unwrap_or(1.0),
        }
    }
}

impl Data {
    /// Checks lengths and labels for networks of a shape, and writes labels as the values that elementwise losses
    /// compare with: the class number's own place 1 among zeros (a single output: the label, 0 or 1), for hinge 1 among
    /// minus ones. Hinge takes 0 and 1 for -1 and 1 when there is nothing else, as Keras does.
    ///
    /// # Errors
    /// [`TrainError::Length`], [`TrainError::Invalid`] naming the array; [`TrainError::OutOfMemory`].
    pub fn check(self, shape: Shape) -> Result<Checked, TrainError> {
        let Shape { inputs, outputs, loss } = shape;
        let Self { x, rows, targets, weights } = self;
        TrainError::check_len("x", rows * inputs, x.len())?;
        if !weights.is_empty() {
            TrainError::check_len("weights", rows, weights.len())?;
        }
        let (labels, mut values) = match targets {
            Targets::Labels(labels) => {
                TrainError::check_len("labels", rows, labels.len())?;
                check_labels(&labels, classes(outputs, loss))?;
                (labels, Vec::new())
            }
            Targets::Values(values) => {
                TrainError::check_len("targets", rows * outputs, values.len())?;
                (Vec::new(), values)
            }
        };
        if !matches!(loss, Loss::SoftmaxCrossEntropy { .. }) && !labels.is_empty() {
            probe(rows.saturating_mul(outputs))?;
            values = one_hot(&labels, outputs);
        }
        if loss == Loss::Hinge && values.iter().all(|t| *t == 0.0 || *t == 1.0) {
            for t in &mut values {
                *t = *t * 2.0 - 1.0;
            }
        }
        Ok(Checked { shape, x, rows, labels, values, weights })
    }
}

/// A single output tells two classes apart, but for softmax, whose outputs are a class each.
fn classes(outputs: usize, loss: Loss) -> usize {
    if matches!(loss, Loss::SoftmaxCrossEntropy { .. }) { outputs } else { outputs.max(2) }
}

fn check_labels(labels: &[u32], classes: usize) -> Result<(), TrainError> {
    match labels.iter().position(|label| *label as usize >= classes) {
        Some(row) => {
            Err(TrainError::invalid(format!("labels[{row}]"), labels[row], "below the number of classes"))
        }
        None => Ok(()),
    }
}

fn one_hot(labels: &[u32], outputs: usize) -> Vec<f32> {
    if outputs == 1 {
        return labels.iter().map(|label| *label as f32).collect();
    }
    let mut values = vec![0.0; labels.len() * outputs];
    for (row, label) in values.chunks_exact_mut(outputs).zip(labels) {
        row[*label as usize] = 1.0;
    }
    values
}
