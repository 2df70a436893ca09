//! Memory that the system may refuse: a law that is made as one piece can be larger than the machine.

use bytemuck::Zeroable;
use bytemuck::allocation::try_zeroed_vec;

use crate::job::FillError;

/// `length` zeros.
///
/// # Errors
/// [`FillError::OutOfMemory`]
pub fn zeros<T: Zeroable>(length: usize) -> Result<Vec<T>, FillError> {
    try_zeroed_vec(length).map_err(|()| FillError::OutOfMemory)
}

/// Asks the system for the memory that a draw is about to allocate, where a refusal would end the process, and gives
/// it back at once.
pub(crate) fn probe(floats: usize) -> Result<(), FillError> {
    // What is never looked at, the compiler need not allocate.
    std::hint::black_box(zeros::<f32>(floats)?);
    Ok(())
}
