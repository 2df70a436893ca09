#![forbid(unsafe_code)]
//! Benchmarks live in `benches/`: `cargo bench -p symbreak-benches`. Rivals are dependencies of this crate alone.
