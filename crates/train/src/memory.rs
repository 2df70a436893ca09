//! Memory that the system may refuse: a network can be larger than the machine.

use std::hint::black_box;

use crate::error::TrainError;

/// Asks the system for the memory that is about to be allocated piece by piece, where a refusal would end the process,
/// and gives it back at once.
///
/// # Errors
/// [`TrainError::OutOfMemory`]
pub(crate) fn probe(floats: usize) -> Result<(), TrainError> {
    let mut memory = Vec::<f32>::new();
    memory.try_reserve_exact(floats).map_err(|_| TrainError::OutOfMemory)?;
    // What is never looked at, the compiler need not allocate.
    black_box(memory);
    Ok(())
}
