#![forbid(unsafe_code)]
//! Tensors between laws and files: writes them in bounded memory, and checks a file against the laws it came from.
//!
//! A file is a head (whatever its format begins with) and then [`Piece`]s, one after another without gaps. This crate
//! knows neither names nor formats: they are the caller's, who puts them into the head.
//!
//! Making values and moving bytes overlap: one thread drives the making, on as many threads as it is allowed, in slabs
//! of a few MiB; another writes or reads them. At most four slabs exist at a time, whatever the size of the file.

mod cut;
mod error;
mod piece;
mod replacement;
mod slab;
mod verify;
mod write;

pub use error::Error;
pub use piece::Piece;
pub use replacement::Destination;
pub use verify::verify;
pub use write::write;

/// Watches a write or a check and may stop it; called from any thread, often.
pub trait Observer: Sync {
    /// `bytes` more are in the file, or compared.
    fn advance(&self, bytes: u64);

    /// Whether the work should end.
    fn is_stopped(&self) -> bool;
}

/// Lets an observer stop a fill in the middle of a slab; bytes are counted when they are moved.
struct Stopper<'a>(&'a dyn Observer);

impl symbreak_init::Progress for Stopper<'_> {
    fn advance(&self, _: usize) -> std::ops::ControlFlow<()> {
        if self.0.is_stopped() {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(())
        }
    }
}
