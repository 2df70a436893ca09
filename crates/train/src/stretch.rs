//! Training for a stretch of an epoch.

use std::ops::ControlFlow;

use crate::dropout;
use crate::epoch::Epoch;
use crate::error::TrainError;
use crate::run::{Position, RunSpec, Stretch, Totals};
use crate::team::with_team;
use crate::trainer::Trainer;

impl Trainer {
    /// Trains from `from` with one learning rate a batch, until the rates or the bound rows are used up or `observer`,
    /// which is called after every batch with their number so far, breaks off.
    ///
    /// # Errors
    /// [`TrainError::Unbound`] before [`Trainer::bind`]; [`TrainError::NotFinite`] when the loss is NaN or infinite, or
    /// a parameter at the end of the stretch.
    pub fn run(
        &mut self,
        from: Position,
        rates: &[f64],
        observer: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Stretch, TrainError> {
        self.stretch(from, rates, 0, observer)
    }

    /// As [`Trainer::run`]; `observer` is told of `told` batches more.
    pub(crate) fn stretch(
        &mut self,
        from: Position,
        rates: &[f64],
        told: u64,
        observer: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Stretch, TrainError> {
        let bound = self.bound.as_mut().ok_or(TrainError::Unbound)?;
        let RunSpec { batch_size, window, .. } = bound.run;
        bound.begin(self.level, self.network.seed(), from.epoch);
        if from.step == 0 && window.number == 0 {
            self.totals = Totals::default();
        }
        let masks = dropout::of_epoch(&self.network, from.epoch, window.first);
        let work = bound.work(self.level, &self.network, &self.weights, &masks);
        let before = window.first / batch_size as u64;
        let mut epoch = Epoch {
            work: &work,
            batches: bound.batches(),
            batch_size,
            before,
            told,
            updates: &mut self.updates,
            pending: &mut self.pending,
            totals: &mut self.totals,
        };
        let stretch = with_team(
            bound.desks.len(),
            3 * self.network.products() * batch_size,
            &mut self.experience,
            &|phase, member| work.run(phase, member),
            |team| epoch.run(team, from, rates, observer),
        )?;
        if stretch.steps > 0 && !self.is_finite() {
            let step = before + from.step + stretch.steps - 1;
            return Err(TrainError::NotFinite { epoch: from.epoch, step });
        }
        Ok(stretch)
    }

    /// Whether no parameter is NaN or infinite.
    fn is_finite(&self) -> bool {
        self.weights
            .iter()
            .all(|shard| shard.borrow().blocks.iter().all(|block| block.values.iter().all(|w| w.is_finite())))
    }
}
