//! Convolution kernels that keep norms under circular padding (Xiao, Bahri, Sohl-Dickstein, Schoenholz and Pennington
//! 2018, "Dynamical isometry and a mean field theory of CNNs", Algorithm 1).
//!
//! A matrix with orthonormal rows is a kernel of one tap. Convolving it with the kernel [P, I - P] of two taps, P a
//! projection, keeps norms and adds a tap to one axis; with products P1 P2, P1 (I - P2), ... to several axes at once.
//! P projects onto the columns of a Haar matrix that coin flips keep, as in TensorFlow 1's
//! `convolutional_orthogonal_2d`.

use std::ops::ControlFlow;

use fearless_simd::Level;
use symbreak_rng::Stream;
use symbreak_samplers::normal::Normal;

use crate::orthogonal::{Observer, Orthogonal, Workspace};
use crate::{Epilogue, Init, MatMut, MatRef, gemm, gemm_scratch_len};

/// The law of a random orthogonal convolution kernel with 1 to 3 spatial axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConvOrthogonal {
    /// Spatial sizes, padded to three with ones.
    pub kernel: [usize; 3],
    /// Input channels, at most as many as output channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Factor of every entry.
    pub gain: f32,
}

impl ConvOrthogonal {
    /// Number of elements of the kernel.
    pub fn elements(&self) -> usize {
        self.kernel.iter().product::<usize>() * self.inputs * self.outputs
    }

    /// f32 values of memory that a fill on so many threads takes beside its output, about.
    pub fn scratch_len(&self, threads: usize) -> usize {
        let square = Orthogonal { rows: self.outputs, columns: self.outputs, gain: 1.0, special: false };
        // The kernel so far and the next one; a block of up to eight taps, twice; and what makes a projection.
        let squares = self.outputs.saturating_mul(self.outputs).saturating_mul(2 * 8 + 5);
        (2 * self.elements()).saturating_add(squares).saturating_add(square.scratch_len(threads))
    }

    /// Writes the kernel to `out`: taps in C order, each a row-major matrix of `inputs` x `outputs`. The observer is
    /// called after each random matrix; when it breaks, so does this, and `out` is unspecified.
    ///
    /// # Panics
    /// If `out` isn't [`elements`](Self::elements) long or there are more input than output channels.
    pub fn fill(
        &self,
        level: Level,
        threads: usize,
        stream: Stream,
        out: &mut [f32],
        observer: Observer<'_>,
    ) -> ControlFlow<()> {
        assert_eq!(out.len(), self.elements(), "elements of a convolution kernel");
        assert!(self.inputs <= self.outputs, "{} input channels for {}", self.inputs, self.outputs);
        if out.is_empty() {
            return ControlFlow::Continue(());
        }
        let (inputs, outputs) = (self.inputs, self.outputs);
        let mut draws = Draws::new(self, level, threads, stream);
        draws.square(observer)?;
        let mut taps = Taps { sizes: [1; 3], data: draws.square[..inputs * outputs].to_vec() };
        for size in 1..self.kernel.into_iter().max().unwrap_or(1) {
            let mut block = Taps { sizes: [1; 3], data: identity(outputs) };
            for axis in (0..3).filter(|&axis| self.kernel[axis] > size) {
                draws.square(observer)?;
                block = draws.split(&block, axis);
            }
            taps = draws.product.convolve(&taps, &block, inputs, outputs);
        }
        for (slot, x) in out.iter_mut().zip(taps.data) {
            *slot = self.gain * x;
        }
        ControlFlow::Continue(())
    }
}

/// Equally large row-major matrices in C order of three axes.
struct Taps {
    sizes: [usize; 3],
    data: Vec<f32>,
}

impl Taps {
    fn zeros(sizes: [usize; 3], elements: usize) -> Self {
        Self { sizes, data: vec![0.0; sizes.into_iter().product::<usize>() * elements] }
    }

    /// The places of all taps in their order.
    fn places(&self) -> impl Iterator<Item = [usize; 3]> + use<> {
        let [a, b, c] = self.sizes;
        (0..a * b * c).map(move |i| [i / (b * c), i / c % b, i % c])
    }

    fn index(&self, [a, b, c]: [usize; 3]) -> usize {
        (a * self.sizes[1] + b) * self.sizes[2] + c
    }
}

fn identity(size: usize) -> Vec<f32> {
    (0..size * size).map(|i| if i % (size + 1) == 0 { 1.0 } else { 0.0 }).collect()
}

/// Matrix products of one size.
struct Product {
    level: Level,
    scratch: Vec<f32>,
}

impl Product {
    fn run(&mut self, a: MatRef, b: MatRef, init: Init, c: &mut [f32]) {
        let c = MatMut::new(c, a.rows(), b.columns());
        gemm(self.level, 1.0, a, b, init, c, Epilogue::Identity, &mut self.scratch);
    }

    /// The sum of `a[s] b[t]` at `s + t`, taps of `a` outermost, each chain going on from the one before.
    fn convolve(&mut self, a: &Taps, b: &Taps, inputs: usize, outputs: usize) -> Taps {
        let sizes = std::array::from_fn(|axis| a.sizes[axis] + b.sizes[axis] - 1);
        let elements = inputs * outputs;
        let mut sum = Taps::zeros(sizes, elements);
        for (left, s) in a.data.chunks_exact(elements).zip(a.places()) {
            for (right, t) in b.data.chunks_exact(outputs * outputs).zip(b.places()) {
                let at = sum.index(std::array::from_fn(|axis| s[axis] + t[axis])) * elements;
                let (left, right) =
                    (MatRef::new(left, inputs, outputs), MatRef::new(right, outputs, outputs));
                self.run(left, right, Init::Accumulate, &mut sum.data[at..at + elements]);
            }
        }
        sum
    }
}

/// The random matrices of a kernel, in their order: orthogonal ones are numbers 0, 1, ... of a batch on the stream,
/// coin flips for number q read from where number `projections + q` would.
struct Draws {
    law: Orthogonal,
    threads: usize,
    stream: Stream,
    projections: u64,
    count: u64,
    coins: Normal,
    square: Vec<f32>,
    workspace: Workspace,
    product: Product,
}

impl Draws {
    fn new(kernel: &ConvOrthogonal, level: Level, threads: usize, stream: Stream) -> Self {
        let size = kernel.outputs;
        let law = Orthogonal { rows: size, columns: size, gain: 1.0, special: false };
        Self {
            law,
            threads,
            stream,
            projections: kernel.kernel.iter().map(|size| *size as u64 - 1).sum(),
            count: 0,
            coins: Normal::new(0.0, 1.0).expect("the standard normal is a law"),
            square: vec![0.0; size * size],
            workspace: Workspace::default(),
            product: Product { level, scratch: vec![0.0; gemm_scratch_len(size, size)] },
        }
    }

    /// Draws the next orthogonal matrix.
    fn square(&mut self, observer: Observer<'_>) -> ControlFlow<()> {
        let (done, total) = (self.count as usize, self.projections as usize + 1);
        let mut part = |_: usize, _: usize| observer(done, total);
        let Self { law, threads, stream, count, square, workspace, product, .. } = self;
        law.fill(product.level, *threads, *stream, *count, square, workspace, &mut part)?;
        *count += 1;
        observer(done + 1, total)
    }

    /// The projection onto those columns of the matrix drawn last whose normal is positive.
    fn projection(&mut self) -> Vec<f32> {
        let size = self.law.rows;
        let mut normals = vec![0.0; size];
        let first = (self.projections + self.count - 1) * self.law.stream_elements();
        self.coins.fill(self.product.level, self.stream, first, &mut normals);
        for row in self.square.chunks_exact_mut(size) {
            for (x, normal) in row.iter_mut().zip(&normals) {
                *x = if *normal > 0.0 { *x } else { 0.0 };
            }
        }
        let kept = MatRef::new(&self.square, size, size);
        let mut projection = vec![0.0; size * size];
        self.product.run(kept, kept.t(), Init::Zero, &mut projection);
        projection
    }

    /// Every tap times P, and beside it on `axis` every tap times I - P.
    fn split(&mut self, block: &Taps, axis: usize) -> Taps {
        let size = self.law.rows;
        let elements = size * size;
        let projection = self.projection();
        let rest: Vec<f32> = identity(size).iter().zip(&projection).map(|(x, p)| x - p).collect();
        let mut sizes = block.sizes;
        sizes[axis] = 2;
        let mut grown = Taps::zeros(sizes, elements);
        for (tap, mut place) in block.data.chunks_exact(elements).zip(block.places()) {
            for (side, factor) in [&projection, &rest].into_iter().enumerate() {
                place[axis] = side;
                let at = grown.index(place) * elements;
                let (tap, factor) = (MatRef::new(tap, size, size), MatRef::new(factor, size, size));
                self.product.run(tap, factor, Init::Zero, &mut grown.data[at..at + elements]);
            }
        }
        grown
    }
}
