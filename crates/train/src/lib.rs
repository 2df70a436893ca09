#![forbid(unsafe_code)]
//! Training of dense networks by stochastic gradient descent, with the same bits on every machine.
//!
//! A [`NetworkSpec`] is checked once into a [`Network`]; a [`Trainer`] holds its parameters, is given its rows by
//! [`Trainer::bind`], which plans every workspace, and then runs steps that allocate nothing. Threads share a step by
//! columns of the kernels (by rows of the batch in the last layer): every sum keeps its one order, so
//! neither their number nor the instruction set changes a bit. There is no clock in here: an observer that is called
//! after every step decides when a run stops.

mod activation;
mod ahead;
mod backward;
mod bound;
mod data;
mod dropout;
mod epoch;
mod epochs;
mod error;
mod evaluate;
mod forward;
mod gather;
mod loss;
mod math;
mod optimizer;
mod pieces;
mod regularize;
mod run;
mod shuffle;
mod spec;
mod state;
mod step;
mod stretch;
mod team;
mod trainer;
mod update;
mod weights;

pub use data::{Checked, Data, Shape, Targets};
pub use error::TrainError;
pub use optimizer::{Method, OptimizerSpec};
pub use run::{Epochs, Position, RunSpec, Stretch, Totals, Window};
pub use spec::{Activation, LayerSpec, Loss, Network, NetworkSpec};
pub use trainer::Trainer;
