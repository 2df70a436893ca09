#![deny(unsafe_code)]
//! Dense linear algebra whose bits depend on nothing but its operands.
//!
//! Every output element of a product is one chain of fused multiply-adds in ascending order of the inner index, the
//! same on every instruction set and for any split over threads: see [`gemm`](mod@gemm).

mod aligned;
pub mod conv_orthogonal;
pub mod dense;
pub mod gemm;
pub mod matrix;
mod memory;
pub mod orthogonal;
mod parallel;
pub mod prefetch;

pub use aligned::Aligned;
pub use gemm::{Epilogue, Init, gemm, gemm_scratch_len};
pub use matrix::{MatMut, MatRef};
pub use memory::probe;
pub use parallel::share;
