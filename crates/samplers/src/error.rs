//! Why a law is refused.

use core::fmt;

/// A parameter that no law can be made of: which one, what it was and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawError {
    /// The parameter's name.
    pub argument: &'static str,
    /// What it was, and what is allowed.
    pub message: String,
}

impl LawError {
    pub(crate) fn new(argument: &'static str, value: impl fmt::Display, allowed: &str) -> Self {
        Self { argument, message: format!("{argument} must be {allowed}, not {value}") }
    }
}

impl fmt::Display for LawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LawError {}

/// The parameter rounded to f32, refused unless it is finite there.
pub(crate) fn finite_f32(argument: &'static str, value: f64) -> Result<f32, LawError> {
    // Adding 0 turns -0 into 0, which other engines can't tell apart everywhere.
    let rounded = value as f32 + 0.0;
    if rounded.is_finite() {
        Ok(rounded)
    } else {
        Err(LawError::new(argument, value, "a finite number within the range of a 32-bit float"))
    }
}
