#![forbid(unsafe_code)]
//! Random laws over the words of [`symbreak_rng`], the same bits on every instruction set.
//!
//! Each law is checked when it is made and can't fail afterwards. A fill of any range equals that slice of the whole.
//! Per element only `+ - * / sqrt`, integer operations, conversions and selects are used: all of them are exact or
//! correctly rounded everywhere. There is no fused multiply-add and no libm.

pub mod bernoulli;
mod double_double;
mod doubles;
mod draw;
mod error;
mod group;
pub mod half;
mod hypergeometric;
pub mod integers;
pub mod long_tail;
mod mass;
pub mod normal;
mod normal_f64;
#[cfg(test)]
mod oracle;
mod passes;
pub mod permutation;
pub mod special;
pub mod truncated;
pub mod uniform;

pub use error::LawError;
