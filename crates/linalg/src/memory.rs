//! Memory that the system may refuse: what is asked for can be larger than the machine.

use std::collections::TryReserveError;
use std::hint::black_box;

/// Asks the system for the memory that is about to be allocated piece by piece, where a refusal would end the process,
/// and gives it back at once.
///
/// # Errors
/// If it is refused.
pub fn probe(floats: usize) -> Result<(), TryReserveError> {
    let mut memory = Vec::<f32>::new();
    memory.try_reserve_exact(floats)?;
    // What is never looked at, the compiler need not allocate.
    black_box(memory);
    Ok(())
}
