//! The order of the rows within an epoch.

use fearless_simd::Level;
use symbreak_rng::Stream;
use symbreak_samplers::permutation::permute;

/// The epoch whose order is wanted, and that order.
#[derive(Debug)]
pub(crate) struct Order {
    places: Vec<u32>,
    epoch: Option<u64>,
    window: u64,
}

impl Order {
    /// The rows of a window of every epoch, in order of their numbers until an epoch is drawn.
    pub fn new(rows: usize, window: u64) -> Self {
        Self { places: (0..rows as u32).collect(), epoch: None, window }
    }

    /// Name of an epoch's stream; windows after the first have streams of their own.
    fn path(&self, epoch: u64) -> String {
        match self.window {
            0 => format!("shuffle/{epoch}"),
            window => format!("shuffle/{epoch}/{window}"),
        }
    }

    /// Draws an epoch's permutation, unless it is there already.
    pub fn draw(&mut self, level: Level, seed: u64, epoch: u64) {
        if self.epoch != Some(epoch) {
            permute(level, Stream::from_path(seed, &self.path(epoch)), 0, &mut self.places);
            self.epoch = Some(epoch);
        }
    }

    /// Row numbers by their place.
    pub fn places(&self) -> &[u32] {
        &self.places
    }
}
