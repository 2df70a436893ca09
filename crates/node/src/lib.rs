//! The binding: converts JavaScript's arguments, calls the crates below, converts back. No arithmetic lives here.
//!
//! Everything has been validated by the TypeScript facade; what is checked again here is what memory safety and the
//! crates' own preconditions need. `unsafe` is allowed here, and for one hint to the processor in the linear algebra.

// The macros of napi-derive generate undocumented glue, and docs become JSDoc, which names arrays without backticks.
#![allow(
    missing_docs,
    clippy::needless_pass_by_value,
    clippy::doc_markdown,
    reason = "signatures and docs are fixed by the binding's conversions"
)]

mod cancel;
mod checkpoint;
mod dense;
mod error;
mod fill;
mod guard;
mod info;
mod job;
mod memory;
mod network;
mod pieces;
mod place;
mod rows;
mod sample;
mod tensors;
mod trainer;

#[cfg(feature = "track-allocations")]
mod tracking;
