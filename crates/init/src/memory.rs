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
