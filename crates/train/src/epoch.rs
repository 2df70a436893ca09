//! The loop over the batches of an epoch, as the leader of the team goes through it.

use std::ops::ControlFlow;

use crate::error::TrainError;
use crate::optimizer::Update;
use crate::pieces::rows_of;
use crate::regularize::{norm_factor, penalty};
use crate::run::{Position, Stretch, Totals};
use crate::spec::LayerSpec;
use crate::step::{Step, Work};
use crate::team::Team;

/// The leader's view of an epoch.
pub(crate) struct Epoch<'a> {
    pub work: &'a Work<'a>,
    pub batches: usize,
    pub batch_size: usize,
    /// Batches of the epoch that belong to windows before this one.
    pub before: u64,
    /// Batches that the observer has been told of.
    pub told: u64,
    pub updates: &'a mut u64,
    pub pending: &'a mut usize,
    pub totals: &'a mut Totals,
}

impl Epoch<'_> {
    /// Trains from batch `from.step` on, one batch a rate.
    pub fn run<W: Fn(usize, usize) + Sync>(
        &mut self,
        team: &mut Team<W>,
        from: Position,
        rates: &[f64],
        observer: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Stretch, TrainError> {
        let (mut steps, mut stopped) = (0, false);
        for (index, rate) in (from.step as usize..self.batches).zip(rates) {
            let goes_on = index + 1 < self.batches && steps + 1 < rates.len() as u64;
            if !self.step(team, index, *rate, goes_on) {
                return Err(TrainError::NotFinite { epoch: from.epoch, step: self.before + index as u64 });
            }
            steps += 1;
            stopped = observer(self.told + steps).is_break();
            if stopped {
                break;
            }
        }
        Ok(Stretch { steps, totals: *self.totals, stopped })
    }

    /// One batch; false if the loss is not finite, with the parameters as they were.
    fn step<W: Fn(usize, usize) + Sync>(
        &mut self,
        team: &mut Team<W>,
        index: usize,
        rate: f64,
        goes_on: bool,
    ) -> bool {
        let work = self.work;
        let step = self.plan(index, rate, goes_on);
        *work.step.borrow_mut() = step;
        work.phases.before_loss().for_each(|phase| team.run(phase));
        if !self.count(step) {
            return false;
        }
        work.phases.after_loss().for_each(|phase| team.run(phase));
        let bound = work.optimizer.clip_norm;
        if step.complete && bound > 0.0 {
            let clip = norm_factor(work.level, work.network, work.weights, bound);
            work.step.borrow_mut().update.clip = clip;
            team.run(work.phases.update());
        }
        *self.pending = if step.complete { 0 } else { *self.pending + 1 };
        *self.updates += u64::from(step.complete);
        team.step();
        true
    }

    /// Groups of batches that share an update are counted from the epoch's start; the last may be short.
    fn plan(&self, index: usize, rate: f64, goes_on: bool) -> Step {
        let work = self.work;
        let place = index * self.batch_size;
        let count = self.batch_size.min(work.data.rows - place);
        let first = index - index % work.optimizer.accumulate;
        let group = work.optimizer.accumulate.min(self.batches - first);
        let share = 1.0 / group as f64;
        let base = work.network.loss().factor(work.network.outputs()) / count as f64;
        Step {
            place,
            count,
            factor: (base * if work.plain { -rate } else { share }) as f32,
            fresh: *self.pending == 0,
            share,
            complete: index + 1 == first + group,
            next: if goes_on { self.batch_size.min(work.data.rows - place - count) } else { 0 },
            update: Update { count: *self.updates + 1, learning_rate: rate, clip: 1.0 },
        }
    }

    /// Adds the batch's scores, row by row, to the totals; false if their sum is not finite.
    fn count(&mut self, step: Step) -> bool {
        let work = self.work;
        let (mut loss, mut correct) = (0.0, 0.0);
        for (member, desk) in work.desks.iter().enumerate() {
            let rows = rows_of(step.count, member, work.desks.len());
            for score in &desk.borrow().scores[..rows.len()] {
                loss += score.loss;
                correct += score.correct;
            }
        }
        if work.network.layers().iter().any(LayerSpec::is_regularized) {
            loss += step.count as f64 * penalty(work.level, work.network, work.weights);
        }
        if !loss.is_finite() {
            return false;
        }
        self.totals.rows += step.count as u64;
        self.totals.loss += loss;
        self.totals.correct += correct;
        true
    }
}
