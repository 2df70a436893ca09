//! Training on from one epoch into the next.

use std::ops::ControlFlow;

use crate::data::Checked;
use crate::error::TrainError;
use crate::run::{Epochs, Position};
use crate::trainer::Trainer;

impl Trainer {
    /// Trains as [`Trainer::run`] does, but on into the next epochs, until the rates are used up or `observer` breaks
    /// off. After each epoch that was completed the rows of `validation` are evaluated, on at most as many threads as
    /// it says; then `observer` is asked again.
    ///
    /// # Errors
    /// As [`Trainer::run`] and [`Trainer::evaluate`].
    pub fn run_epochs(
        &mut self,
        from: Position,
        rates: &[f64],
        validation: Option<(&Checked, usize)>,
        observer: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Epochs, TrainError> {
        let batches = self.batches();
        let mut done = Epochs::default();
        let mut at = from;
        loop {
            let left = &rates[done.steps as usize..];
            let stretch = self.stretch(at, left, done.steps, observer)?;
            done.steps += stretch.steps;
            done.totals.push(stretch.totals);
            let complete = at.step + stretch.steps == batches;
            let mut stopped = stretch.stopped;
            if let Some((rows, threads)) = validation.filter(|_| complete) {
                done.validation.push(self.evaluate(rows, threads)?);
                stopped |= observer(done.steps).is_break();
            }
            let used_up = done.steps == rates.len() as u64;
            if !complete || stopped || used_up || stretch.steps == 0 {
                return Ok(done);
            }
            at = Position { epoch: at.epoch + 1, step: 0 };
        }
    }
}
