//! A network's parameters, the rows it learns from, and the loop over batches.

use std::ops::ControlFlow;
use std::sync::Arc;

use atomic_refcell::AtomicRefCell;
use fearless_simd::Level;
use symbreak_linalg::{Aligned, probe};

use crate::ahead::{self, Ahead};
use crate::data::Checked;
use crate::dropout;
use crate::epoch::Epoch;
use crate::error::TrainError;
use crate::loss::Score;
use crate::pieces::{self, Pieces};
use crate::run::{Position, RunSpec, Stretch, Totals};
use crate::shuffle::Order;
use crate::spec::{LayerSpec, Network};
use crate::step::{Desk, Phases, Work};
use crate::team::{Experience, with_team};
use crate::weights::{self, WeightShard};

/// Multiply-adds a step must have before it is shared among threads: about 30 us of work.
const WORTH_SHARING: usize = 1_500_000;

/// What `bind` plans.
#[derive(Debug)]
pub(crate) struct Bound {
    data: Arc<Checked>,
    pub run: RunSpec,
    order: Order,
    inputs: Pieces,
    layers: Vec<Pieces>,
    desks: Vec<AtomicRefCell<Desk>>,
    phases: Phases,
    /// See [`OptimizerSpec::is_plain`]; regularizers need the gradient too.
    pub plain: bool,
}

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
    totals: Totals,
    /// What its teams have met with.
    experience: Experience,
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
        run.optimizer.check()?;
        if run.batch_size == 0 {
            return Err(TrainError::invalid("batchSize", 0, "at least 1"));
        }
        data.check_for(&self.network)?;
        let capacity = run.batch_size.min(data.rows);
        let members = self.members(capacity, run.threads);
        let plain = run.optimizer.is_plain() && !self.network.layers().iter().any(LayerSpec::is_regularized);
        probe(self.floats(&run, capacity, members, plain).saturating_add(data.rows))?;
        let mut shards = weights::shard(&self.network, members);
        weights::scatter(&mut shards, &self.network, &self.parameters(), |block| &mut block.values);
        for shard in &mut shards {
            for block in &mut shard.get_mut().blocks {
                let len = block.values.len();
                block.gradient = Aligned::zeros(if plain { 0 } else { len });
                block.slots = (0..run.optimizer.slots()).map(|_| Aligned::zeros(len)).collect();
            }
        }
        let (inputs, layers) = pieces::of_batch(&self.network, capacity, members);
        let pays = plain && ahead::pays(&self.network, capacity);
        let desk = |member: usize| Desk {
            ahead: pays.then(|| Ahead::new(&inputs[member].borrow(), &layers[0][member].borrow())),
            scores: vec![Score::default(); capacity.div_ceil(members)],
            scratch: Aligned::zeros(self.network.scratch_len(capacity)),
        };
        let desks = (0..members).map(|member| AtomicRefCell::new(desk(member))).collect();
        let phases = Phases::new(&self.network);
        let order = Order::new(data.rows, run.window.number);
        self.weights = shards;
        self.bound = Some(Bound { data, run, order, inputs, layers, desks, phases, plain });
        (self.updates, self.pending) = (0, 0);
        Ok(())
    }

    /// Floats that a run takes, about: the parameters flat, in blocks, their gradients, what the optimizer remembers of
    /// each, and what the members have for a batch.
    fn floats(&self, run: &RunSpec, capacity: usize, members: usize, plain: bool) -> usize {
        let arrays = 2 + usize::from(!plain) + run.optimizer.slots();
        let width: usize = self.network.layers().iter().map(|layer| layer.units).sum();
        // Outputs, slopes, deltas and masks.
        let values = members.saturating_mul(self.network.inputs()).saturating_add(4 * width);
        let scratch = members.saturating_mul(self.network.scratch_len(capacity));
        self.network
            .parameter_count()
            .saturating_mul(arrays)
            .saturating_add(capacity.saturating_mul(values))
            .saturating_add(scratch)
    }

    /// Threads worth using for batches of `rows`.
    fn members(&self, rows: usize, threads: usize) -> usize {
        let products = 3 * self.network.products() * rows;
        let layers = self.network.layers();
        // Deltas of a layer of one unit are a sum over 16 lanes, which threads can't share.
        let narrow = layers[..layers.len() - 1].iter().any(|layer| layer.units == 1);
        if products < WORTH_SHARING || narrow { 1 } else { threads.clamp(1, rows.max(1)) }
    }

    /// Batches of the bound rows; 0 before [`Trainer::bind`].
    pub fn batches(&self) -> u64 {
        self.bound.as_ref().map_or(0, |bound| bound.data.rows.div_ceil(bound.run.batch_size) as u64)
    }

    /// Sets the sums of the epoch so far, for a run that goes on in the middle of one.
    pub fn set_totals(&mut self, totals: Totals) {
        self.totals = totals;
    }

    /// Trains from `from` with one learning rate a batch, until the rates or the bound rows are used up or `observer`, which
    /// is called after every batch, breaks off.
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
        let bound = self.bound.as_mut().ok_or(TrainError::Unbound)?;
        let RunSpec { optimizer, batch_size, shuffle, window, .. } = &bound.run;
        if *shuffle {
            bound.order.draw(self.level, self.network.seed(), from.epoch);
        }
        if from.step == 0 && window.number == 0 {
            self.totals = Totals::default();
        }
        for ahead in bound.desks.iter_mut().filter_map(|desk| desk.get_mut().ahead.as_mut()) {
            ahead.batch = 0..0;
        }
        let masks = dropout::of_epoch(&self.network, from.epoch, window.first);
        let work = Work {
            phases: &bound.phases,
            level: self.level,
            network: &self.network,
            optimizer,
            plain: bound.plain,
            data: &bound.data,
            order: bound.order.places(),
            dropout: &masks,
            weights: &self.weights,
            inputs: &bound.inputs,
            layers: &bound.layers,
            desks: &bound.desks,
            step: AtomicRefCell::default(),
        };
        let mut epoch = Epoch {
            work: &work,
            batches: bound.data.rows.div_ceil(*batch_size),
            batch_size: *batch_size,
            updates: &mut self.updates,
            pending: &mut self.pending,
            totals: &mut self.totals,
        };
        let members = bound.desks.len();
        let products = 3 * self.network.products() * batch_size;
        let steps = with_team(
            members,
            products,
            &mut self.experience,
            &|phase, member| work.run(phase, member),
            |team| epoch.run(team, from, rates, observer),
        );
        let before = window.first / *batch_size as u64;
        let in_epoch = |error| match error {
            TrainError::NotFinite { epoch, step } => TrainError::NotFinite { epoch, step: before + step },
            other => other,
        };
        let steps = steps.map_err(in_epoch)?;
        let finite = |shard: &AtomicRefCell<WeightShard>| {
            shard.borrow().blocks.iter().all(|block| block.values.iter().all(|w| w.is_finite()))
        };
        if steps > 0 && !self.weights.iter().all(finite) {
            let step = from.step + steps - 1;
            return Err(in_epoch(TrainError::NotFinite { epoch: from.epoch, step }));
        }
        Ok(Stretch { steps, totals: self.totals })
    }
}
