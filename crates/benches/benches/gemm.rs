//! Products of the shapes that training and the orthogonal family have, on every kernel, beside three rivals; one core
//! and two. `cargo bench -p symbreak-benches --bench gemm`

use std::hint::black_box;

use fearless_simd::Level;
use symbreak_benches::{best, peak};
use symbreak_linalg::{Epilogue, Init, MatMut, MatRef, gemm, gemm_scratch_len};
use symbreak_rng::Kernel;

const ROUNDS: usize = 30;

/// m, k, n, and whether A lies transposed.
const SHAPES: [(usize, usize, usize, bool); 6] = [
    (32, 784, 256, false),
    (784, 32, 256, true),
    (128, 784, 256, false),
    (784, 128, 256, true),
    (32, 256, 128, false),
    (1024, 1024, 1024, false),
];

struct Problem {
    shape: (usize, usize, usize, bool),
    a: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
    scratch: Vec<f32>,
}

impl Problem {
    fn new(shape: (usize, usize, usize, bool)) -> Self {
        let (m, k, n, _) = shape;
        let noise =
            |len: usize, step: usize| (0..len).map(|i| (i * step % 101) as f32 / 50.0 - 1.0).collect();
        let scratch = vec![0.0; 2 * gemm_scratch_len(k, n)];
        Self { shape, a: noise(m * k, 37), b: noise(k * n, 53), c: vec![0.0; m * n], scratch }
    }

    fn flops(&self) -> f64 {
        let (m, k, n, _) = self.shape;
        2.0 * (m * k * n) as f64
    }

    /// Strides of A's rows and columns.
    fn strides(&self) -> (isize, isize) {
        let (m, k, _, transposed) = self.shape;
        if transposed { (1, m as isize) } else { (k as isize, 1) }
    }

    fn ours(&mut self, level: Level) {
        let (m, k, n, transposed) = self.shape;
        let a = if transposed { MatRef::new(&self.a, k, m).t() } else { MatRef::new(&self.a, m, k) };
        let (b, c) = (MatRef::new(&self.b, k, n), MatMut::new(&mut self.c, m, n));
        gemm(level, 1.0, black_box(a), black_box(b), Init::Zero, c, Epilogue::Identity, &mut self.scratch);
    }

    /// Each of two threads makes half of C's rows.
    fn ours_on_two(&mut self, level: Level) {
        let (m, k, n, transposed) = self.shape;
        let (b, half) = (MatRef::new(&self.b, k, n), m / 2);
        let part = |first: usize, rows: usize| {
            if transposed {
                MatRef::with_stride(&self.a[first..], k, rows, m).t()
            } else {
                MatRef::new(&self.a[first * k..], rows, k)
            }
        };
        let (upper_a, lower_a) = (part(0, half), part(half, m - half));
        let (upper, lower) = self.c.split_at_mut(half * n);
        let (upper, lower) = (MatMut::new(upper, half, n), MatMut::new(lower, m - half, n));
        let (mine, theirs) = self.scratch.split_at_mut(gemm_scratch_len(k, n));
        std::thread::scope(|scope| {
            scope.spawn(move || {
                gemm(level, 1.0, lower_a, b, Init::Zero, lower, Epilogue::Identity, theirs);
            });
            gemm(level, 1.0, upper_a, b, Init::Zero, upper, Epilogue::Identity, mine);
        });
    }

    fn gemm_crate(&mut self, threads: usize) {
        let (m, k, n, _) = self.shape;
        let ((rows, columns), n_stride) = (self.strides(), n as isize);
        let par = if threads == 1 { ::gemm::Parallelism::None } else { ::gemm::Parallelism::Rayon(threads) };
        let (a, b, c) = (self.a.as_ptr(), self.b.as_ptr(), self.c.as_mut_ptr());
        // SAFETY: the three arrays hold m x k, k x n and m x n elements at these strides, and only C is written.
        unsafe {
            ::gemm::gemm(
                m, n, k, c, 1, n_stride, false, a, columns, rows, b, 1, n_stride, 0.0f32, 1.0f32, false,
                false, false, par,
            );
        }
    }

    fn matrixmultiply(&mut self) {
        let (m, k, n, _) = self.shape;
        let ((rows, columns), n_stride) = (self.strides(), n as isize);
        let (a, b, c) = (self.a.as_ptr(), self.b.as_ptr(), self.c.as_mut_ptr());
        // SAFETY: as above.
        unsafe {
            matrixmultiply::sgemm(m, k, n, 1.0, a, rows, columns, b, n_stride, 1, 0.0, c, n_stride, 1);
        }
    }

    fn faer(&mut self, threads: usize) {
        let (m, k, n, transposed) = self.shape;
        let a = if transposed {
            faer::MatRef::from_row_major_slice(&self.a, k, m).transpose()
        } else {
            faer::MatRef::from_row_major_slice(&self.a, m, k)
        };
        let b = faer::MatRef::from_row_major_slice(&self.b, k, n);
        let c = faer::MatMut::from_row_major_slice_mut(&mut self.c, m, n);
        let par = if threads == 1 { faer::Par::Seq } else { faer::Par::rayon(threads) };
        faer::linalg::matmul::matmul(c, faer::Accum::Replace, black_box(a), black_box(b), 1.0f32, par);
    }
}

fn main() {
    let level = Level::new();
    let top = peak(level);
    println!("peak of one core: {:.1} GFLOP/s ({})", top / 1e9, Kernel::best().name());
    for shape in SHAPES {
        let mut problem = Problem::new(shape);
        let flops = problem.flops();
        let (m, k, n, transposed) = shape;
        println!("\n{m} x {k} x {n}{}", if transposed { ", A transposed" } else { "" });
        let row = |name: &str, time: f64| {
            println!(
                "{name:>28}  {:7.1} GFLOP/s  {:5.1} % of peak",
                flops / time / 1e9,
                100.0 * flops / time / top
            );
        };
        row("symbreak", best(ROUNDS, || problem.ours(level)));
        for kernel in Kernel::available() {
            if let Some(level) = kernel.level().filter(|_| matches!(kernel.name(), "avx2")) {
                row(&format!("symbreak, {}", kernel.name()), best(ROUNDS, || problem.ours(level)));
                println!("{:>28}  peak {:.1}", "", peak(level) / 1e9);
            }
        }
        row("faer", best(ROUNDS, || problem.faer(1)));
        row("gemm", best(ROUNDS, || problem.gemm_crate(1)));
        row("matrixmultiply", best(ROUNDS, || problem.matrixmultiply()));
        if m * k * n > 1 << 28 {
            row("symbreak, 2 threads", best(ROUNDS, || problem.ours_on_two(level)));
            row("faer, 2 threads", best(ROUNDS, || problem.faer(2)));
            row("gemm, 2 threads", best(ROUNDS, || problem.gemm_crate(2)));
        }
    }
}
