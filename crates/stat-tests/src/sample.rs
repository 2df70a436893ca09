//! Values of every sampler in every element type.

use half::{bf16, f16};
use symbreak_rng::{Kernel, Stream};
use symbreak_samplers::half::Half;
use symbreak_samplers::normal::Normal;
use symbreak_samplers::truncated::{Bounds, Truncated};
use symbreak_samplers::uniform::Uniform;

use crate::{Format, Law};

/// A sampler of the library.
#[derive(Clone, Copy, Debug)]
pub enum Sampler {
    /// Uniform.
    Uniform(Uniform),
    /// Normal.
    Normal(Normal),
    /// Normal, cut.
    Truncated(Truncated),
}

impl Sampler {
    /// The sampler of a law.
    ///
    /// # Panics
    /// If the library refuses the law.
    pub fn of(law: &Law) -> Self {
        match *law {
            Law::Uniform { low, high } => Self::Uniform(Uniform::new(low, high).expect("a law")),
            Law::Normal { mean, stddev, cut } if cut == [f64::NEG_INFINITY, f64::INFINITY] => {
                Self::Normal(Normal::new(mean, stddev).expect("a law"))
            }
            Law::Normal { mean, stddev, cut: [a, b] } => {
                Self::Truncated(Truncated::new(mean, stddev, a, b, Bounds::Sigma).expect("a law"))
            }
        }
    }
}

/// `n` elements from `offset` on, as f64.
///
/// # Panics
/// If the kernel does not run on this machine.
pub fn fill(
    sampler: &Sampler,
    format: Format,
    kernel: Kernel,
    stream: Stream,
    offset: u64,
    n: usize,
) -> Vec<f64> {
    let level = kernel.level().expect("an available kernel");
    macro_rules! with_law {
        ($method:ident ($($argument:expr),*)) => {
            match sampler {
                Sampler::Uniform(law) => law.$method($($argument),*),
                Sampler::Normal(law) => law.$method($($argument),*),
                Sampler::Truncated(law) => law.$method($($argument),*),
            }
        };
    }
    match format {
        Format::F32 => {
            let mut out = vec![0f32; n];
            with_law!(fill(level, stream, offset, &mut out));
            out.into_iter().map(f64::from).collect()
        }
        Format::F64 => {
            let mut out = vec![0f64; n];
            with_law!(fill_f64(level, stream, offset, &mut out));
            out
        }
        Format::F16 => {
            let mut out = vec![0u16; n];
            with_law!(fill_half(Half::F16, level, stream, offset, &mut out));
            out.into_iter().map(|bits| f16::from_bits(bits).to_f64()).collect()
        }
        Format::Bf16 => {
            let mut out = vec![0u16; n];
            with_law!(fill_half(Half::Bf16, level, stream, offset, &mut out));
            out.into_iter().map(|bits| bf16::from_bits(bits).to_f64()).collect()
        }
    }
}
