#![forbid(unsafe_code)]
//! From a law to values: fills any range of a tensor's law, on any number of threads, with the same bits.
//!
//! A [`Law`] says what element `i` of a flat tensor is, as a pure function of (seed, stream, i). Most laws are
//! *elementwise*: any range is made alone. The *whole* laws (orthogonal matrices, sparse lines) are made as one piece,
//! of which the range is a copy.

mod chunks;
mod constant;
mod conv_orthogonal;
mod diagonal;
mod embedding;
mod fill;
mod job;
mod law;
mod long_tail;
mod memory;
mod orthogonal;
mod out;
mod sparse;
mod whole;

pub use conv_orthogonal::PlacedConvOrthogonal;
pub use diagonal::Diagonal;
pub use embedding::Embedding;
pub use fill::{fill, fill_all};
pub use job::{FillError, Job, Progress, Unwatched};
pub use law::Law;
pub use long_tail::{WORDS_PER_VALUE, fill_long_tail};
pub use memory::zeros;
pub use orthogonal::{PlacedOrthogonal, Placement};
pub use out::{Dtype, Out};
pub use sparse::Sparse;
