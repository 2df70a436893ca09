//! Products against a plain loop in the documented order, against f64 and nalgebra, on every level.

mod support;

use fearless_simd::{Level, dispatch, prelude::*};
use nalgebra::DMatrix;
use support::{levels, values};
use symbreak_linalg::{Epilogue, Init, MatMut, MatRef, gemm, gemm_scratch_len};

/// The bits of values, so that comparisons see signs of zeros.
fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| x.to_bits()).collect()
}

/// The definition: a fused multiply-add rounded once, through the exact scalar level.
fn fma(a: f32, b: f32, c: f32) -> f32 {
    dispatch!(Level::fallback(), s => {
        let sum = fearless_simd::f32x4::splat(s, a).mul_add_precise(
            fearless_simd::f32x4::splat(s, b),
            fearless_simd::f32x4::splat(s, c),
        );
        let mut lanes = [0.0; 4];
        sum.store_slice(&mut lanes);
        lanes[0]
    })
}

fn initial(init: Init, j: usize, old: f32) -> Option<f32> {
    match init {
        Init::Zero => None,
        Init::Bias(bias) => Some(bias[j]),
        Init::Accumulate => Some(old),
        Init::Scaled(beta) => Some(beta * old),
    }
}

/// One element by the book.
fn element(
    k: usize,
    n: usize,
    start: Option<f32>,
    alpha: f32,
    a: impl Fn(usize) -> f32,
    b: impl Fn(usize) -> f32,
) -> f32 {
    if n > 1 {
        return (0..k).fold(start.unwrap_or(0.0), |sum, p| fma(a(p), alpha * b(p), sum));
    }
    let mut partial = [0f32; 16];
    for p in 0..k {
        partial[p % 16] = fma(a(p), alpha * b(p), partial[p % 16]);
    }
    for half in [8, 4, 2, 1] {
        for l in 0..half {
            partial[l] += partial[l + half];
        }
    }
    start.map_or(partial[0], |start| start + partial[0])
}

struct Case {
    m: usize,
    n: usize,
    k: usize,
    a: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
    bias: Vec<f32>,
    transpose_a: bool,
    transpose_b: bool,
}

impl Case {
    fn new(m: usize, n: usize, k: usize, form: usize) -> Self {
        let seed = (m * 10_007 + n * 101 + k) as u64;
        Self {
            m,
            n,
            k,
            a: values(seed, m * k),
            b: values(seed + 1, k * n),
            c: values(seed + 2, m * n),
            bias: values(seed + 3, n),
            transpose_a: form & 1 == 1,
            transpose_b: form & 2 == 2,
        }
    }

    fn a(&self) -> MatRef<'_> {
        if self.transpose_a {
            MatRef::new(&self.a, self.k, self.m).t()
        } else {
            MatRef::new(&self.a, self.m, self.k)
        }
    }

    fn b(&self) -> MatRef<'_> {
        if self.transpose_b {
            MatRef::new(&self.b, self.n, self.k).t()
        } else {
            MatRef::new(&self.b, self.k, self.n)
        }
    }

    fn a_at(&self, i: usize, p: usize) -> f32 {
        if self.transpose_a { self.a[p * self.m + i] } else { self.a[i * self.k + p] }
    }

    fn b_at(&self, p: usize, j: usize) -> f32 {
        if self.transpose_b { self.b[j * self.k + p] } else { self.b[p * self.n + j] }
    }

    fn run(&self, level: Level, alpha: f32, init: Init, epilogue: Epilogue) -> Vec<f32> {
        let mut c = self.c.clone();
        let mut scratch = vec![f32::NAN; gemm_scratch_len(self.k, self.n)];
        let target = MatMut::new(&mut c, self.m, self.n);
        gemm(level, alpha, self.a(), self.b(), init, target, epilogue, &mut scratch);
        c
    }

    fn expected(&self, alpha: f32, init: Init) -> Vec<f32> {
        let at = |q: usize| {
            let (i, j) = (q / self.n, q % self.n);
            let start = initial(init, j, self.c[q]);
            element(self.k, self.n, start, alpha, |p| self.a_at(i, p), |p| self.b_at(p, j))
        };
        (0..self.m * self.n).map(at).collect()
    }
}

fn check(case: &Case, levels: &[Level]) {
    let inits = [
        (1.0, Init::Zero),
        (1.0, Init::Bias(&case.bias)),
        (1.0, Init::Accumulate),
        (1.0, Init::Scaled(1.0)),
        (-0.3, Init::Scaled(0.7)),
    ];
    for (alpha, init) in inits {
        let expected = bits(&case.expected(alpha, init));
        for &level in levels {
            let got = bits(&case.run(level, alpha, init, Epilogue::Identity));
            assert!(got == expected, "{} x {} x {}, {init:?}, {level:?}", case.m, case.n, case.k);
        }
    }
}

#[test]
fn every_small_shape_is_the_documented_chain() {
    let levels = levels();
    for m in 0..=17 {
        for n in 0..=17 {
            for k in 0..=17 {
                check(&Case::new(m, n, k, m + n + k), &levels);
            }
        }
    }
}

#[test]
fn shapes_around_tile_panel_and_pass_edges_are_the_documented_chain() {
    let levels = levels();
    let shapes = [
        (5, 61, 31),
        (6, 64, 1),
        (7, 67, 33),
        (13, 127, 7),
        (97, 17, 5),
        (96, 16, 257),
        (101, 1, 300),
        (1, 131, 255),
        (1, 37, 1030),
        (48, 33, 256),
        (49, 80, 259),
        (11, 513, 3),
        (2, 1030, 5),
        (193, 3, 513),
    ];
    for (m, n, k) in shapes {
        for form in 0..4 {
            check(&Case::new(m, n, k, form), &levels);
        }
    }
}

#[test]
fn agrees_with_nalgebra() {
    let case = Case::new(61, 83, 300, 3);
    let wide = |x: &f32| f64::from(*x);
    let a = DMatrix::from_iterator(61, 300, case.a.iter().map(wide));
    let b = DMatrix::from_iterator(300, 83, case.b.iter().map(wide));
    let product = a * b;
    for (q, got) in case.run(Level::new(), 1.0, Init::Zero, Epilogue::Identity).into_iter().enumerate() {
        assert!((f64::from(got) - product[(q / 83, q % 83)]).abs() < 2e-5);
    }
}

#[test]
fn epilogues_see_their_place() {
    // A row times a transposed B is made in another way than whole tiles, and in two passes of the inner index.
    for (m, n, k, form) in [(9, 1, 300, 0), (9, 5, 300, 0), (9, 16, 300, 0), (9, 70, 300, 0), (1, 70, 600, 2)]
    {
        let case = Case::new(m, n, k, form);
        let plain = case.run(Level::new(), 1.0, Init::Zero, Epilogue::Identity);
        let rectified: Vec<f32> = plain.iter().map(|x| x.max(0.0)).collect();
        let outputs = values(77, m * n);
        let masked: Vec<f32> =
            plain.iter().zip(&outputs).map(|(x, y)| if *y > 0.0 { *x } else { 0.0 }).collect();
        for level in levels() {
            assert_eq!(case.run(level, 1.0, Init::Zero, Epilogue::Relu), rectified);
            let gradient = Epilogue::ReluGradient(MatRef::new(&outputs, m, n));
            assert_eq!(case.run(level, 1.0, Init::Zero, gradient), masked);
        }
    }
}

#[test]
fn rows_can_be_split_anywhere_and_strides_leave_gaps_alone() {
    let case = Case::new(53, 37, 290, 1);
    let expected = bits(&case.expected(1.0, Init::Zero));
    for split in [0, 1, 6, 29, 53] {
        let mut c = vec![7.0; 53 * 40];
        let mut scratch = vec![0.0; gemm_scratch_len(290, 37)];
        for rows in [0..split, split..53] {
            let a = MatRef::with_stride(&case.a[rows.start..], 290, rows.len(), 53).t();
            let part = &mut c[rows.start * 40..rows.end * 40];
            let part = MatMut::with_stride(part, rows.len(), 37, 40);
            gemm(Level::new(), 1.0, a, case.b(), Init::Zero, part, Epilogue::Identity, &mut scratch);
        }
        let inside: Vec<f32> = c.chunks(40).flat_map(|row| row[..37].to_vec()).collect();
        assert_eq!(bits(&inside), expected, "split at {split}");
        assert!(c.chunks(40).all(|row| row[37..].iter().all(|x| *x == 7.0)));
    }
}

#[test]
#[should_panic(expected = "A's columns and B's rows")]
fn refuses_shapes_that_do_not_fit() {
    let (a, b, mut c) = ([0.0; 6], [0.0; 6], [0.0; 9]);
    let c = MatMut::new(&mut c, 3, 3);
    gemm(
        Level::new(),
        1.0,
        MatRef::new(&a, 3, 2),
        MatRef::new(&b, 3, 2),
        Init::Zero,
        c,
        Epilogue::Identity,
        &mut [],
    );
}
