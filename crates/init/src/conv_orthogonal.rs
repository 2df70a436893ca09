//! Orthogonal convolution kernels and where their taps lie in a tensor.

use fearless_simd::Level;
use symbreak_linalg::conv_orthogonal::ConvOrthogonal;
use symbreak_linalg::probe;
use symbreak_rng::Stream;

use crate::job::{FillError, Progress};
use crate::memory::zeros;

/// An orthogonal convolution kernel that fills its tensor: entry (tap, i, j), taps in C order of the spatial axes, is
/// element `tap * tap_stride + i * in_stride + j * out_stride`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedConvOrthogonal {
    /// The kernel's law.
    pub law: ConvOrthogonal,
    /// Distance between taps.
    pub tap_stride: usize,
    /// Distance between input channels.
    pub in_stride: usize,
    /// Distance between output channels.
    pub out_stride: usize,
}

impl PlacedConvOrthogonal {
    /// Fills the range of the tensor that starts at `offset`.
    pub(crate) fn fill(
        &self,
        level: Level,
        threads: usize,
        stream: Stream,
        offset: usize,
        range: &mut [f32],
        progress: &dyn Progress,
    ) -> Result<(), FillError> {
        probe(self.law.scratch_len(threads))?;
        let mut kernel = zeros(self.law.elements())?;
        let mut observer = |_: usize, _: usize| progress.advance(0);
        if self.law.fill(level, threads, stream, &mut kernel, &mut observer).is_break() {
            return Err(FillError::Cancelled);
        }
        let (inputs, outputs) = (self.law.inputs, self.law.outputs);
        for (at, &value) in kernel.iter().enumerate() {
            let (tap, i, j) = (at / (inputs * outputs), at / outputs % inputs, at % outputs);
            let element = tap * self.tap_stride + i * self.in_stride + j * self.out_stride;
            if let Some(slot) = element.checked_sub(offset).and_then(|at| range.get_mut(at)) {
                *slot = value;
            }
        }
        if progress.advance(range.len()).is_break() { Err(FillError::Cancelled) } else { Ok(()) }
    }
}
