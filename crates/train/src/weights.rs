//! Parameters in memory, shared out by rows among the members of a team.
//!
//! A layer's parameters are one matrix of `units` columns: the kernel's rows and, below them, the bias. Its rows are
//! cut into one block a member; laid end to end, the blocks are the flat parameter vector.

use std::ops::Range;

use atomic_refcell::AtomicRefCell;

use crate::spec::Network;

/// Height of the matrix product's tiles: blocks end on a multiple of it.
const TILE: usize = 6;

/// Some rows of one layer's parameters.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// Which rows of the kernel.
    pub rows: Range<usize>,
    /// Whether the bias follows.
    pub has_bias: bool,
    pub values: Vec<f32>,
    /// As long as `values` where the optimizer needs it, else empty.
    pub gradient: Vec<f32>,
    /// What the optimizer remembers, each as long as `values`.
    pub slots: Vec<Vec<f32>>,
}

impl Block {
    pub fn kernel(&self, units: usize) -> &[f32] {
        &self.values[..self.rows.len() * units]
    }

    /// Empty unless the bias belongs to this block and the layer has one.
    pub fn bias(&self, units: usize) -> &[f32] {
        &self.values[self.rows.len() * units..]
    }
}

/// One member's part of every layer.
#[derive(Debug, Default)]
pub(crate) struct WeightShard {
    pub blocks: Vec<Block>,
    /// Where matrix products pack their operands.
    pub scratch: Vec<f32>,
}

/// Rows of a kernel with `fan_in` rows that belong to `member`. A layer of one unit is not cut: its product is a sum
/// over 16 lanes that can't be taken up in the middle. No block has a single row, unless the kernel has.
fn rows_of(fan_in: usize, units: usize, member: usize, members: usize) -> Range<usize> {
    let cut = |m: usize| match m {
        0 => 0,
        m if m == members => fan_in,
        _ if units == 1 => 0,
        m => fan_in.saturating_sub(1) * m / members / TILE * TILE,
    };
    cut(member)..cut(member + 1)
}

/// Cuts a flat parameter vector into shards.
pub(crate) fn shard(network: &Network, flat: &[f32], members: usize) -> Vec<WeightShard> {
    let mut shards: Vec<WeightShard> = (0..members).map(|_| WeightShard::default()).collect();
    let mut rest = flat;
    for (l, layer) in network.layers().iter().enumerate() {
        for (member, shard) in shards.iter_mut().enumerate() {
            let rows = rows_of(network.fan_in(l), layer.units, member, members);
            let has_bias = layer.use_bias && member + 1 == members;
            let (values, tail) = rest.split_at((rows.len() + usize::from(has_bias)) * layer.units);
            rest = tail;
            shard.blocks.push(Block { rows, has_bias, values: values.to_vec(), ..Block::default() });
        }
    }
    shards
}

/// Joins one array of every block to a flat vector; `pick` chooses which.
pub(crate) fn gather(
    shards: &[AtomicRefCell<WeightShard>],
    layers: usize,
    pick: impl Fn(&Block) -> &[f32],
) -> Vec<f32> {
    let mut flat = Vec::new();
    for l in 0..layers {
        for shard in shards {
            flat.extend_from_slice(pick(&shard.borrow().blocks[l]));
        }
    }
    flat
}

/// The inverse of [`gather`].
pub(crate) fn scatter(
    shards: &mut [AtomicRefCell<WeightShard>],
    layers: usize,
    mut flat: &[f32],
    pick: impl Fn(&mut Block) -> &mut [f32],
) {
    for l in 0..layers {
        for shard in &mut *shards {
            let target = pick(&mut shard.get_mut().blocks[l]);
            let (head, tail) = flat.split_at(target.len());
            target.copy_from_slice(head);
            flat = tail;
        }
    }
}
