//! Dropout (Srivastava et al. 2014), inverted: what is kept is scaled up, so that nothing changes outside training.
//!
//! The mask of a layer and epoch is one stream of trials; the outputs of the row in place p of the epoch's order take
//! elements p * units and on, so neither batches nor threads nor a resumed run change it.

use fearless_simd::Level;
use symbreak_rng::Stream;
use symbreak_samplers::bernoulli::Bernoulli;

use crate::rows::LayerRows;
use crate::spec::Network;

/// The mask of one layer in one epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dropout {
    stream: Stream,
    dropped: Bernoulli,
    /// Factor of an output that is kept.
    scale: f32,
}

/// The masks of every layer, `None` where nothing is dropped.
pub(crate) fn of_epoch(network: &Network, epoch: u64) -> Vec<Option<Dropout>> {
    let mask = |layer: &crate::LayerSpec| {
        let dropped = Bernoulli::new(layer.dropout).ok().filter(|_| layer.dropout > 0.0)?;
        let path = format!("{}/dropout/{epoch}", layer.name);
        let scale = (1.0 / (1.0 - layer.dropout)) as f32;
        Some(Dropout { stream: Stream::from_path(network.seed(), &path), dropped, scale })
    };
    network.layers().iter().map(mask).collect()
}

impl Dropout {
    /// Drops outputs of the `count` rows from `place` of the epoch's order on.
    pub fn apply(
        &self,
        level: Level,
        place: usize,
        count: usize,
        units: usize,
        layer: &mut LayerRows,
        mask: &mut [u8],
    ) {
        let mask = &mut mask[..count * units];
        self.dropped.fill(level, self.stream, (place * units) as u64, mask);
        for ((output, slope), dropped) in layer.outputs.iter_mut().zip(&mut layer.slopes).zip(mask) {
            let scale = if *dropped == 1 { 0.0 } else { self.scale };
            *output *= scale;
            *slope *= scale;
        }
    }
}
