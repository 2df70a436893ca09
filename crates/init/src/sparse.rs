//! Normal values with an exact number of zeros in every line: torch's `sparse_` (Martens 2010, "Deep learning via
//! Hessian-free optimization").

use fearless_simd::Level;
use symbreak_rng::{BLOCK, Stream, fill_words};
use symbreak_samplers::half::Half;
use symbreak_samplers::normal::Normal;

use crate::out::Out;

/// A matrix of `lines` x `length` whose entry (line, k) is element `line * line_stride + k * stride`.
///
/// Element e is element e of the normal law on the stream, but for the `zeros` entries of each line whose words
/// `word(W + e)` are smallest (ties: the smaller k), W the number of elements rounded up to a whole block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sparse {
    /// The law of the entries that are not zeroed.
    pub normal: Normal,
    /// Zeros a line, at most `length`.
    pub zeros: usize,
    /// Number of lines.
    pub lines: usize,
    /// Entries a line.
    pub length: usize,
    /// Distance between the first elements of neighbouring lines.
    pub line_stride: usize,
    /// Distance between neighbours in a line.
    pub stride: usize,
}

impl Sparse {
    /// Number of elements.
    pub(crate) fn len(&self) -> usize {
        self.lines * self.length
    }

    /// 32-bit words of memory that a fill takes beside its output, about.
    pub(crate) fn scratch_len(&self) -> usize {
        (self.len() + self.len() / 4).saturating_add(self.length.saturating_mul(4))
    }

    /// Fills the whole tensor.
    pub(crate) fn fill(&self, level: Level, stream: Stream, out: Out<'_>) {
        let zeroed = self.zeroed(level, stream);
        match out {
            Out::F32(s) => {
                self.normal.fill(level, stream, 0, s);
                clear(s, &zeroed);
            }
            Out::F16(s) => {
                self.normal.fill_half(Half::F16, level, stream, 0, s);
                clear(s, &zeroed);
            }
            Out::Bf16(s) => {
                self.normal.fill_half(Half::Bf16, level, stream, 0, s);
                clear(s, &zeroed);
            }
            Out::F64(s) => {
                self.normal.fill_f64(level, stream, 0, s);
                clear(s, &zeroed);
            }
            Out::U8(_) | Out::I32(_) => unreachable!("float laws never fill integers"),
        }
    }

    /// Which elements are zero.
    fn zeroed(&self, level: Level, stream: Stream) -> Vec<bool> {
        let n = self.len();
        let mut keys = vec![0u32; n];
        fill_words(level, stream, (n.div_ceil(BLOCK) * BLOCK) as u64, &mut keys);
        let mut zeroed = vec![false; n];
        let mut line_keys: Vec<(u32, usize)> = Vec::with_capacity(self.length);
        for line in 0..self.lines {
            let at = |k: usize| line * self.line_stride + k * self.stride;
            line_keys.clear();
            line_keys.extend((0..self.length).map(|k| (keys[at(k)], k)));
            if self.zeros < self.length {
                line_keys.select_nth_unstable(self.zeros);
            }
            for &(_, k) in &line_keys[..self.zeros] {
                zeroed[at(k)] = true;
            }
        }
        zeroed
    }
}

fn clear<T: Default>(out: &mut [T], zeroed: &[bool]) {
    for (o, &zero) in out.iter_mut().zip(zeroed) {
        if zero {
            *o = T::default();
        }
    }
}
