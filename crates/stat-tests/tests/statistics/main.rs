//! One program for all: linking with optimization across crates is most of what it costs.

mod accuracy;
mod discrete;
mod independence;
mod laws;
mod levels;
mod orthogonal;
mod spacings;
