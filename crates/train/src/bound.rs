//! Everything that steps need beside the parameters, planned before the first.

use std::sync::Arc;

use atomic_refcell::AtomicRefCell;
use fearless_simd::Level;
use symbreak_linalg::{Aligned, probe};

use crate::ahead::{self, Ahead};
use crate::data::Checked;
use crate::dropout::Dropout;
use crate::error::TrainError;
use crate::loss::Score;
use crate::pieces::{self, Pieces};
use crate::run::RunSpec;
use crate::shuffle::Order;
use crate::spec::{LayerSpec, Network};
use crate::step::{Desk, Phases, Work};
use crate::weights::{self, WeightShard};

/// Multiply-adds a step must have before it is shared among threads: about 30 us of work.
const WORTH_SHARING: usize = 1_500_000;

/// What `bind` plans.
#[derive(Debug)]
pub(crate) struct Bound {
    pub data: Arc<Checked>,
    pub run: RunSpec,
    order: Order,
    inputs: Pieces,
    layers: Vec<Pieces>,
    /// One a member of the team.
    pub desks: Vec<AtomicRefCell<Desk>>,
    phases: Phases,
    /// See [`OptimizerSpec::is_plain`](crate::OptimizerSpec); regularizers need the gradient too.
    pub plain: bool,
}

impl Bound {
    /// Checks the run and plans its workspaces.
    pub fn new(network: &Network, data: Arc<Checked>, run: RunSpec) -> Result<Self, TrainError> {
        run.optimizer.check()?;
        if run.batch_size == 0 {
            return Err(TrainError::invalid("batchSize", 0, "at least 1"));
        }
        data.check_for(network)?;
        let capacity = run.batch_size.min(data.rows);
        let members = members(network, capacity, run.threads);
        let plain = run.optimizer.is_plain() && !network.layers().iter().any(LayerSpec::is_regularized);
        probe(floats(network, &run, capacity, members, plain).saturating_add(data.rows))?;
        let (inputs, layers) = pieces::of_batch(network, capacity, members);
        let pays = plain && ahead::pays(network, capacity);
        let desk = |member: usize| Desk {
            ahead: pays.then(|| Ahead::new(&inputs[member].borrow(), &layers[0][member].borrow())),
            scores: vec![Score::default(); capacity.div_ceil(members)],
            scratch: Aligned::zeros(network.scratch_len(capacity)),
        };
        let desks = (0..members).map(|member| AtomicRefCell::new(desk(member))).collect();
        let order = Order::new(data.rows, run.window.number);
        Ok(Self { data, run, order, inputs, layers, desks, phases: Phases::new(network), plain })
    }

    /// The parameters shared out among the members, with room for their gradients and what the optimizer remembers.
    pub fn shards(&self, network: &Network, parameters: &[f32]) -> Vec<AtomicRefCell<WeightShard>> {
        let mut shards = weights::shard(network, self.desks.len());
        weights::scatter(&mut shards, network, parameters, |block| &mut block.values);
        for block in shards.iter_mut().flat_map(|shard| &mut shard.get_mut().blocks) {
            let len = block.values.len();
            block.gradient = Aligned::zeros(if self.plain { 0 } else { len });
            block.slots = (0..self.run.optimizer.slots()).map(|_| Aligned::zeros(len)).collect();
        }
        shards
    }

    /// Batches of the rows.
    pub fn batches(&self) -> usize {
        self.data.rows.div_ceil(self.run.batch_size)
    }

    /// Gets ready for a stretch of an epoch: puts the rows in its order, and forgets what was made for another step.
    pub fn begin(&mut self, level: Level, seed: u64, epoch: u64) {
        if self.run.shuffle {
            self.order.draw(level, seed, epoch);
        }
        for ahead in self.desks.iter_mut().filter_map(|desk| desk.get_mut().ahead.as_mut()) {
            ahead.batch = 0..0;
        }
    }

    /// What the members of a team work on.
    pub fn work<'a>(
        &'a self,
        level: Level,
        network: &'a Network,
        weights: &'a [AtomicRefCell<WeightShard>],
        dropout: &'a [Option<Dropout>],
    ) -> Work<'a> {
        Work {
            phases: &self.phases,
            level,
            network,
            optimizer: &self.run.optimizer,
            plain: self.plain,
            data: &self.data,
            order: self.order.places(),
            dropout,
            weights,
            inputs: &self.inputs,
            layers: &self.layers,
            desks: &self.desks,
            step: AtomicRefCell::default(),
        }
    }
}

/// Threads worth using for batches of `rows`.
fn members(network: &Network, rows: usize, threads: usize) -> usize {
    let products = 3 * network.products() * rows;
    let layers = network.layers();
    // Deltas of a layer of one unit are a sum over 16 lanes, which threads can't share.
    let narrow = layers[..layers.len() - 1].iter().any(|layer| layer.units == 1);
    if products < WORTH_SHARING || narrow { 1 } else { threads.clamp(1, rows.max(1)) }
}

/// Floats that a run takes, about: the parameters flat, in blocks, their gradients, what the optimizer remembers of
/// each, and what the members have for a batch.
fn floats(network: &Network, run: &RunSpec, capacity: usize, members: usize, plain: bool) -> usize {
    let arrays = 2 + usize::from(!plain) + run.optimizer.slots();
    let width: usize = network.layers().iter().map(|layer| layer.units).sum();
    // Outputs, slopes, deltas and masks.
    let values = members.saturating_mul(network.inputs()).saturating_add(4 * width);
    let scratch = members.saturating_mul(network.scratch_len(capacity));
    network
        .parameter_count()
        .saturating_mul(arrays)
        .saturating_add(capacity.saturating_mul(values))
        .saturating_add(scratch)
}
