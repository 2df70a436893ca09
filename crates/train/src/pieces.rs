//! Values of a batch in memory, cut into pieces that the members of a team own.
//!
//! The last layer is cut by rows: a row's loss needs all of its outputs. Layers before it are cut by columns, as their
//! kernels are, so that a kernel stays in the cache of the core that updates it. What goes in, every member has copied
//! for itself: that costs less than to read what another core has just written.

use std::ops::Range;

use atomic_refcell::AtomicRefCell;
use symbreak_linalg::Aligned;

use crate::spec::{LayerSpec, Network};
use crate::weights::columns_of;

/// Some rows and columns of one layer's values, row-major.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    /// Rows of the batch that are in use.
    pub rows: Range<usize>,
    pub columns: Range<usize>,
    /// Outputs of the layer, or the rows that go into the network.
    pub outputs: Aligned,
    /// Derivative of each output by what went into the activation; empty where it can be read off the output.
    pub slopes: Aligned,
    /// Derivative of the loss by what went into the activation; empty where nothing is trained.
    pub deltas: Aligned,
    /// The mask of the batch's rows where outputs are dropped, 1 for each of these; all columns of the layer.
    pub mask: Vec<u8>,
    /// All inputs of a layer of one unit side by side, where those are in several pieces.
    pub joined: Aligned,
}

impl Piece {
    /// The rows that go into the network.
    pub fn of_inputs(inputs: usize, capacity: usize) -> Self {
        Self { columns: 0..inputs, outputs: Aligned::zeros(capacity * inputs), ..Self::default() }
    }

    /// A layer's values for `capacity` rows; `deltas` says whether derivatives come back to it.
    pub fn of_layer(layer: &LayerSpec, columns: Range<usize>, capacity: usize, deltas: bool) -> Self {
        let len = capacity * columns.len();
        Self {
            rows: 0..0,
            outputs: Aligned::zeros(len),
            slopes: Aligned::zeros(if layer.keeps_slope() { len } else { 0 }),
            deltas: Aligned::zeros(if deltas { len } else { 0 }),
            mask: Vec::new(),
            joined: Aligned::default(),
            columns,
        }
    }

    /// Elements of one of its rows.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Elements in use.
    pub fn live(&self) -> usize {
        self.rows.len() * self.width()
    }

    /// Where row `row` of the batch begins.
    pub fn at(&self, row: usize) -> usize {
        (row - self.rows.start) * self.width()
    }
}

/// Pieces of one layer, one a member, in ascending order of rows and columns; or every member's inputs.
pub(crate) type Pieces = Vec<AtomicRefCell<Piece>>;

/// What two ranges share.
pub(crate) fn overlap(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    let start = a.start.max(b.start);
    start..a.end.min(b.end).max(start)
}

/// Rows of a batch of `count` that belong to a member where rows are shared out.
pub(crate) fn rows_of(count: usize, member: usize, members: usize) -> Range<usize> {
    count * member / members..count * (member + 1) / members
}

/// All pieces of a training batch of up to `capacity` rows: what goes in, once a member, then every layer.
pub(crate) fn of_batch(network: &Network, capacity: usize, members: usize) -> (Pieces, Vec<Pieces>) {
    let rows = capacity.div_ceil(members);
    let inputs = (0..members).map(|_| AtomicRefCell::new(Piece::of_inputs(network.inputs(), capacity)));
    let (first, top) = (network.first_trainable(), network.layers().len() - 1);
    let layers = network.layers().iter().enumerate().map(|(l, layer)| {
        // The loss writes its derivatives even if every layer is frozen.
        let deltas = l >= first || l == top;
        let piece = |member| {
            let mut piece = if l == top {
                Piece::of_layer(layer, 0..layer.units, rows, deltas)
            } else {
                Piece::of_layer(layer, columns_of(layer.units, member, members), capacity, deltas)
            };
            if layer.dropout > 0.0 {
                piece.mask = vec![0; if l == top { rows } else { capacity } * layer.units];
            }
            if layer.units == 1 && members > 1 {
                piece.joined = Aligned::zeros(capacity * network.fan_in(l));
            }
            AtomicRefCell::new(piece)
        };
        (0..members).map(piece).collect()
    });
    (inputs.collect(), layers.collect())
}
