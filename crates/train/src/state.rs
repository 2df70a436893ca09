//! The optimizer's state as one flat array, so that a run can be taken up where it was left.
//!
//! Layout: updates so far as two numbers (modulo 2^20, and the rest), batches that wait for an update, then the flat
//! vectors of what the rule remembers, and the gradients so far if a batch waits. Nothing at all before the first step.

use crate::error::TrainError;
use crate::trainer::Trainer;
use crate::weights;

const HEADER: usize = 3;
const LOW: u64 = 1 << 20;

impl Trainer {
    /// Everything that the optimizer remembers; empty before the first step.
    pub fn state(&self) -> Vec<f32> {
        let mut state = vec![0.0; self.state_len()];
        self.write_state(&mut state);
        state
    }

    /// Writes [`Trainer::state`] to memory of its length.
    ///
    /// # Panics
    /// If `out` isn't [`Trainer::state_len`] long.
    pub fn write_state(&self, out: &mut [f32]) {
        assert_eq!(out.len(), self.state_len(), "numbers of a state");
        let Some((header, arrays)) = out.split_at_mut_checked(HEADER) else { return };
        header.copy_from_slice(&[
            (self.updates % LOW) as f32,
            (self.updates / LOW) as f32,
            self.pending as f32,
        ]);
        for (i, array) in arrays.chunks_exact_mut(self.network.parameter_count().max(1)).enumerate() {
            // The gradients that wait come behind what is remembered.
            weights::gather(
                &self.weights,
                &self.network,
                |block| block.slots.get(i).unwrap_or(&block.gradient),
                array,
            );
        }
    }

    /// How long [`Trainer::state`] is.
    pub fn state_len(&self) -> usize {
        if self.updates == 0 && self.pending == 0 {
            return 0;
        }
        let slots = self.bound.as_ref().map_or(0, |bound| bound.run.optimizer.slots());
        HEADER + (slots + usize::from(self.pending > 0)) * self.network.parameter_count()
    }

    /// Takes up a state that [`Trainer::state`] gave under the same optimizer; an empty one starts afresh.
    ///
    /// # Errors
    /// [`TrainError::Unbound`] before [`Trainer::bind`], [`TrainError::Length`] or
    /// [`TrainError::Invalid`] if the state is another rule's.
    pub fn set_state(&mut self, state: &[f32]) -> Result<(), TrainError> {
        let bound = self.bound.as_ref().ok_or(TrainError::Unbound)?;
        let slots = bound.run.optimizer.slots();
        let count = self.network.parameter_count();
        let pending = state.get(2).is_some_and(|pending| *pending > 0.0);
        if pending && bound.plain {
            return Err(TrainError::invalid(
                "state",
                "gradients that wait",
                "without them under this optimizer",
            ));
        }
        let arrays = slots + usize::from(pending);
        if !state.is_empty() {
            TrainError::check_len("state", HEADER + arrays * count, state.len())?;
        }
        self.updates =
            state.first().map_or(0, |low| *low as u64) + state.get(1).map_or(0, |high| *high as u64 * LOW);
        self.pending = state.get(2).map_or(0, |pending| *pending as usize);
        let Some(values) = state.get(HEADER..) else {
            let blocks = self.weights.iter_mut().flat_map(|shard| &mut shard.get_mut().blocks);
            blocks.flat_map(|block| &mut block.slots).for_each(|slot| slot.fill(0.0));
            return Ok(());
        };
        for slot in 0..slots {
            weights::scatter(&mut self.weights, &self.network, &values[slot * count..], |block| {
                &mut block.slots[slot]
            });
        }
        if pending {
            weights::scatter(&mut self.weights, &self.network, &values[slots * count..], |block| {
                &mut block.gradient
            });
        }
        Ok(())
    }
}
