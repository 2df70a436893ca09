#![forbid(unsafe_code)]
//! What the statistical tests in `tests/` share: the laws as they should be, and the tests' p-values.
//!
//! Every stream is fixed, so a test that passes keeps passing; a p-value at or below [`SMALLEST_P`] is a defect.

mod format;
mod law;
mod measure;
mod sample;

pub use format::Format;
pub use law::Law;
pub use measure::{
    SMALLEST_P, assert_p, chi_squared_p, kolmogorov_p, normal_p, poisson_p, standardized_moments,
    two_samples_p,
};
pub use sample::{Sampler, fill};
