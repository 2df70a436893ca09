//! The workspace of some rows of a batch: what goes forward through the layers and what comes back.

use symbreak_linalg::gemm_scratch_len;

use crate::loss::Score;
use crate::spec::Network;

/// One layer's values for every row.
#[derive(Debug, Default)]
pub(crate) struct LayerRows {
    /// Outputs of the layer.
    pub outputs: Vec<f32>,
    /// Derivative of each output by what went into the activation; empty where it can be read off the output.
    pub slopes: Vec<f32>,
    /// Derivative of the loss by what went into the activation; empty where nothing is trained.
    pub deltas: Vec<f32>,
}

/// Some rows of a batch; the first `count` of `capacity` are in use.
#[derive(Debug, Default)]
pub(crate) struct RowShard {
    pub count: usize,
    pub x: Vec<f32>,
    pub layers: Vec<LayerRows>,
    pub scores: Vec<Score>,
    /// Where matrix products pack their operands.
    pub scratch: Vec<f32>,
    /// A dropout mask, 1 for a dropped output.
    pub mask: Vec<u8>,
}

impl RowShard {
    /// Memory for `capacity` rows, for training or for going forward only.
    pub fn new(network: &Network, capacity: usize, training: bool) -> Self {
        let first = if training { network.first_trainable() } else { network.layers().len() };
        let top = network.layers().len() - 1;
        // The loss writes its derivatives even if every layer is frozen.
        let has_deltas = |l: usize| l >= first || (training && l == top);
        let layers = network.layers().iter().enumerate().map(|(l, layer)| LayerRows {
            outputs: vec![0.0; capacity * layer.units],
            slopes: vec![0.0; if layer.keeps_slope() { capacity * layer.units } else { 0 }],
            deltas: vec![0.0; if has_deltas(l) { capacity * layer.units } else { 0 }],
        });
        let widest =
            network.layers().iter().filter(|layer| layer.dropout > 0.0).map(|layer| layer.units).max();
        Self {
            count: 0,
            x: vec![0.0; capacity * network.inputs()],
            layers: layers.collect(),
            scores: vec![Score::default(); capacity],
            scratch: vec![0.0; scratch_len(network)],
            mask: vec![0; if training { capacity * widest.unwrap_or(0) } else { 0 }],
        }
    }
}

/// The most scratch memory that a product needs: forward, and back through the transposed kernel.
fn scratch_len(network: &Network) -> usize {
    (0..network.layers().len())
        .map(|l| (network.fan_in(l), network.layers()[l].units))
        .map(|(fan_in, units)| gemm_scratch_len(fan_in, units).max(gemm_scratch_len(units, fan_in)))
        .max()
        .unwrap_or(0)
}
