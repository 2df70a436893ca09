//! A network's parameters and the rows it learns from.

use std::sync::Arc;

use atomic_refcell::AtomicRefCell;
use fearless_simd::Level;
use symbreak_linalg::probe;

use crate::bound::Bound;
use crate::data::Checked;
use crate::error::TrainError;
use crate::run::{RunSpec, Totals};
use crate::spec::Network;
use crate::team::Experience;
use crate::weights::{self, WeightShard};

/// A network that learns. All memory is its own and planned before the first step.
#[derive(Debug)]
pub struct Trainer {
    pub(crate) level: Level,
    pub(crate) network: Network,
    pub(crate) weights: Vec<AtomicRefCell<WeightShard>>,
    pub(crate) bound: Option<Bound>,
    /// Updates so far: the optimizer's step count.
    pub(crate) updates: u64,
    /// Batches whose gradients wait for an update.
    pub(crate) pending: usize,
    pub(crate) totals: Totals,
    /// What its teams have met with.
    pub(crate) experience: Experience,
}

impl Trainer {
    /// A trainer whose parameters are zero.
    ///
    /// # Errors
    /// [`TrainError::OutOfMemory`]
    pub fn new(level: Level, network: Network) -> Result<Self, TrainError> {
        probe(network.parameter_count())?;
        let weights = weights::shard(&network, 1);
        Ok(Self {
            level,
            network,
            weights,
            bound: None,
            updates: 0,
            pending: 0,
            totals: Totals::default(),
            experience: Experience::default(),
        })
    }

    /// The network that is trained.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The flat parameter vector: layer by layer, kernel [in, out] in C order, then the bias [out].
    pub fn parameters(&self) -> Vec<f32> {
        let mut flat = vec![0.0; self.network.parameter_count()];
        self.write_parameters(&mut flat);
        flat
    }

    /// Writes [`Trainer::parameters`] to memory of their number.
    ///
    /// # Panics
    /// If `out` isn't [`Network::parameter_count`] long.
    pub fn write_parameters(&self, out: &mut [f32]) {
        assert_eq!(out.len(), self.network.parameter_count(), "parameters");
        weights::gather(&self.weights, &self.network, |block| &block.values, out);
    }

    /// Replaces the parameters.
    ///
    /// # Errors
    /// [`TrainError::Length`] if `values` isn't as long as [`Network::parameter_count`] says.
    pub fn set_parameters(&mut self, values: &[f32]) -> Result<(), TrainError> {
        TrainError::check_len("parameters", self.network.parameter_count(), values.len())?;
        weights::scatter(&mut self.weights, &self.network, values, |block| &mut block.values);
        Ok(())
    }

    /// Takes rows and plans every workspace: steps allocate nothing. The optimizer starts afresh; see
    /// [`Trainer::set_state`].
    ///
    /// # Errors
    /// What is wrong with the run or the rows' kind; nothing has changed then.
    pub fn bind(&mut self, data: Arc<Checked>, run: RunSpec) -> Result<(), TrainError> {
        let bound = Bound::new(&self.network, data, run)?;
        self.weights = bound.shards(&self.network, &self.parameters());
        self.bound = Some(bound);
        (self.updates, self.pending) = (0, 0);
        Ok(())
    }

    /// Batches of the bound rows; 0 before [`Trainer::bind`].
    pub fn batches(&self) -> u64 {
        self.bound.as_ref().map_or(0, |bound| bound.batches() as u64)
    }

    /// Sets the sums of the epoch so far, for a run that goes on in the middle of one.
    pub fn set_totals(&mut self, totals: Totals) {
        self.totals = totals;
    }
}
