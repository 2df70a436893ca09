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

/// The parameter, refused unless it is finite.
pub(crate) fn finite(argument: &'static str, value: f64) -> Result<f64, LawError> {
    if value.is_finite() {
        // Adding 0 turns -0 into 0, which comparisons can't tell apart.
        Ok(value + 0.0)
    } else {
        Err(LawError::new(argument, value, "a finite number"))
    }
}

/// The parameter rounded to f32; callers refuse what lies beyond its range, here it only must not become infinite.
pub(crate) fn to_f32(value: f64) -> f32 {
    (value as f32).clamp(f32::MIN, f32::MAX) + 0.0
}
