//! Dropout (Srivastava et al. 2014), inverted: what is kept is scaled up, so that nothing changes outside training.
//!
//! The mask of a layer and epoch is one stream of trials; the outputs of the row in place p of the epoch's order take
//! elements p * units and on, so neither batches nor threads nor a resumed run change it.

use fearless_simd::Level;
use symbreak_rng::Stream;
use symbreak_samplers::bernoulli::Bernoulli;

use crate::pieces::Piece;
use crate::spec::Network;

/// The mask of one layer in one epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dropout {
    stream: Stream,
    dropped: Bernoulli,
    /// Factor of an output that is kept.
    scale: f32,
    /// Rows of the epoch before those that are bound.
    first: u64,
}

/// The masks of every layer, `None` where nothing is dropped, for rows that begin at place `first` of the epoch.
pub(crate) fn of_epoch(network: &Network, epoch: u64, first: u64) -> Vec<Option<Dropout>> {
    let mask = |layer: &crate::LayerSpec| {
        let dropped = Bernoulli::new(layer.dropout).ok().filter(|_| layer.dropout > 0.0)?;
        let path = format!("{}/dropout/{epoch}", layer.name);
        let scale = (1.0 / (1.0 - layer.dropout)) as f32;
        Some(Dropout { stream: Stream::from_path(network.seed(), &path), dropped, scale, first })
    };
    network.layers().iter().map(mask).collect()
}

impl Dropout {
    /// Drops outputs of the piece; `place` is where the batch's first row stands in the order of the bound rows.
    pub fn apply(&self, level: Level, place: usize, units: usize, piece: &mut Piece) {
        let (rows, columns, width) = (piece.rows.clone(), piece.columns.clone(), piece.width());
        if width == 0 {
            return;
        }
        let mask = &mut piece.mask[..rows.len() * units];
        let first = (self.first + (place + rows.start) as u64) * units as u64;
        self.dropped.fill(level, self.stream, first, mask);
        let outputs = piece.outputs.chunks_exact_mut(width).zip(piece.slopes.chunks_exact_mut(width));
        for (mask, (outputs, slopes)) in mask.chunks_exact(units).zip(outputs) {
            for ((output, slope), dropped) in outputs.iter_mut().zip(slopes).zip(&mask[columns.clone()]) {
                let scale = if *dropped == 1 { 0.0 } else { self.scale };
                *output *= scale;
                *slope *= scale;
            }
        }
    }
}
