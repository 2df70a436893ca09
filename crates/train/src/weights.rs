//! Parameters in memory, shared out by columns among the members of a team.
//!
//! A layer's parameters are one matrix of `units` columns: the kernel's rows and, below them, the bias. Its columns are
//! cut into one block a member; its rows, laid end to end, are the flat parameter vector.

use std::ops::Range;

use atomic_refcell::AtomicRefCell;
use symbreak_linalg::Aligned;

use crate::spec::Network;

/// Blocks begin at a multiple of it: whole vectors, and whole rounds of the sums over a row.
const CUT: usize = 16;

/// Some columns of one layer's parameters.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub columns: Range<usize>,
    /// Rows of the kernel.
    pub fan_in: usize,
    /// Kernel, and bias if there is one, row after row.
    pub values: Aligned,
    /// As long as `values` where the optimizer needs it, else empty.
    pub gradient: Aligned,
    /// What the optimizer remembers, each as long as `values`.
    pub slots: Vec<Aligned>,
}

impl Block {
    /// Elements of one of its rows.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// How many of its elements belong to the kernel.
    pub fn kernel_len(&self) -> usize {
        self.fan_in * self.width()
    }

    pub fn kernel(&self) -> &[f32] {
        &self.values[..self.kernel_len()]
    }

    /// Empty if the layer has none.
    pub fn bias(&self) -> &[f32] {
        &self.values[self.kernel_len()..]
    }
}

/// One member's part of every layer.
#[derive(Debug, Default)]
pub(crate) struct WeightShard {
    pub blocks: Vec<Block>,
}

/// Columns of a layer that belong to `member`. None has a single column, unless the layer has: such a product is summed
/// in another order.
pub(crate) fn columns_of(units: usize, member: usize, members: usize) -> Range<usize> {
    let cut = |m: usize| match m {
        m if m == members => units,
        m => match units * m / members / CUT * CUT {
            cut if cut > 0 && cut + 1 == units => cut - CUT,
            cut => cut,
        },
    };
    cut(member)..cut(member + 1)
}

/// Shards of parameters that are zero.
pub(crate) fn shard(network: &Network, members: usize) -> Vec<AtomicRefCell<WeightShard>> {
    let mut shards: Vec<WeightShard> = (0..members).map(|_| WeightShard::default()).collect();
    for (l, layer) in network.layers().iter().enumerate() {
        let (fan_in, rows) = (network.fan_in(l), network.rows(l));
        for (member, shard) in shards.iter_mut().enumerate() {
            let columns = columns_of(layer.units, member, members);
            let values = Aligned::zeros(rows * columns.len());
            shard.blocks.push(Block { columns, fan_in, values, ..Block::default() });
        }
    }
    shards.into_iter().map(AtomicRefCell::new).collect()
}

/// Joins one array of every block to a flat vector; `pick` chooses which.
pub(crate) fn gather(
    shards: &[AtomicRefCell<WeightShard>],
    network: &Network,
    pick: impl Fn(&Block) -> &[f32],
    flat: &mut [f32],
) {
    let mut rest = flat;
    for (l, layer) in network.layers().iter().enumerate() {
        let (matrix, tail) = rest.split_at_mut(network.rows(l) * layer.units);
        rest = tail;
        for shard in shards {
            let shard = shard.borrow();
            let block = &shard.blocks[l];
            let rows =
                matrix.chunks_exact_mut(layer.units).zip(pick(block).chunks_exact(block.width().max(1)));
            for (row, part) in rows {
                row[block.columns.clone()].copy_from_slice(part);
            }
        }
    }
}

/// The inverse of [`gather`].
pub(crate) fn scatter(
    shards: &mut [AtomicRefCell<WeightShard>],
    network: &Network,
    mut flat: &[f32],
    pick: impl Fn(&mut Block) -> &mut [f32],
) {
    for (l, layer) in network.layers().iter().enumerate() {
        let (matrix, tail) = flat.split_at(network.rows(l) * layer.units);
        flat = tail;
        for shard in &mut *shards {
            let block = &mut shard.get_mut().blocks[l];
            let (columns, width) = (block.columns.clone(), block.width().max(1));
            let rows = matrix.chunks_exact(layer.units).zip(pick(block).chunks_exact_mut(width));
            for (row, part) in rows {
                part.copy_from_slice(&row[columns.clone()]);
            }
        }
    }
}
