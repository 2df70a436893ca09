//! The loss of one row and its gradient with respect to the network's outputs.

mod elementwise;
mod softmax;

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::data::Checked;
use crate::spec::Loss;

/// What one row adds to the totals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Score {
    /// The row's loss times its weight.
    pub loss: f64,
    /// The part of the row's outputs, of 0 .. 1, that decides as the target does.
    pub correct: f64,
}

impl Loss {
    /// The factor that stands before a row's gradient: 1 over the number of outputs where a row's loss is their mean.
    pub(crate) fn factor(self, outputs: usize) -> f64 {
        match self {
            Self::SoftmaxCrossEntropy { .. } => 1.0,
            Self::MeanSquaredError => 2.0 / outputs as f64,
            _ => 1.0 / outputs as f64,
        }
    }
}

/// Scores of rows of outputs, whose numbers in the data are given; `gradients` become `factor` times the derivatives of
/// their losses without [`Loss::factor`]. As many rows as there are numbers.
#[simd]
pub(crate) fn rows<S: Simd>(
    simd: S,
    loss: Loss,
    data: &Checked,
    numbers: impl ExactSizeIterator<Item = usize>,
    (width, outputs): (usize, &[f32]),
    factor: f32,
    gradients: &mut [f32],
    scores: &mut [Score],
) {
    let live = numbers.len() * width;
    let (outputs, gradients) = (&outputs[..live], &mut gradients[..live]);
    if let Loss::SoftmaxCrossEntropy { .. } = loss {
        softmax::exponentials(simd, width, outputs, gradients);
    }
    let rows = outputs.chunks_exact(width).zip(gradients.chunks_exact_mut(width)).zip(scores);
    for (((outputs, gradient), score), number) in rows.zip(numbers) {
        let target = data.target(number, width);
        let factor = factor * target.weight;
        *score = match loss {
            Loss::SoftmaxCrossEntropy { smoothing } => {
                softmax::row(smoothing, outputs, target, factor, gradient)
            }
            _ => elementwise::row(simd, loss, outputs, target, factor, gradient),
        };
        score.loss *= f64::from(target.weight);
    }
}

/// The place of the largest value; the first of several.
fn largest(values: &[f32]) -> usize {
    let mut best = 0;
    for (j, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = j;
        }
    }
    best
}
