#![forbid(unsafe_code)]
//! The words that everything random in symbreak is made of: a pure function of (seed, stream, position).
//!
//! Words come in blocks of [`BLOCK`]. A block is made by [`LANES`] independent xoshiro128++ generators (Blackman and
//! Vigna 2021) side by side, whose states are outputs of Philox4x32-10 (Salmon et al. 2011) for a counter that names
//! the block and the lane, under a key that is the seed. Any range can so be made alone, and a step of all lanes is a
//! plain vector of 16 words.

mod kernel;
mod lanes;
mod philox;
mod range;
mod stream;
mod words;

pub use kernel::Kernel;
pub use lanes::{Lanes, step};
pub use range::{Transform, fill_range};
pub use stream::Stream;
pub use words::{Words, fill_words};

/// Words in a block.
pub const BLOCK: usize = 4096;

/// Generators in a block; word `i` of a block is output `i / LANES` of lane `i % LANES`.
pub const LANES: usize = 16;

/// The four state words of each of a block's lanes.
pub type LaneStates = [[u32; LANES]; 4];
