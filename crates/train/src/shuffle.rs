//! The order of the rows within an epoch.

use fearless_simd::Level;
use symbreak_rng::Stream;
use symbreak_samplers::permutation::permute;

/// The epoch whose order is wanted, and that order.
#[derive(Debug, Default)]
pub(crate) struct Order {
    places: Vec<u32>,
    epoch: Option<u64>,
}

impl Order {
    /// Rows in order of their numbers until an epoch is drawn.
    pub fn new(rows: usize) -> Self {
        Self { places: (0..rows as u32).collect(), epoch: None }
    }

    /// Draws an epoch's permutation, unless it is there already.
    pub fn draw(&mut self, level: Level, seed: u64, epoch: u64) {
        if self.epoch != Some(epoch) {
            permute(level, Stream::from_path(seed, &format!("shuffle/{epoch}")), 0, &mut self.places);
            self.epoch = Some(epoch);
        }
    }

    /// Row numbers by their place.
    pub fn places(&self) -> &[u32] {
        &self.places
    }
}
