//! Orthogonal matrices: orthogonality, shapes, determinants, and the same bits for every level and thread count.

use std::ops::ControlFlow;

use fearless_simd::Level;
use nalgebra::DMatrix;
use proptest::prelude::*;
use symbreak_linalg::orthogonal::{Orthogonal, Workspace};
use symbreak_rng::{Kernel, Stream};

fn law(rows: usize, columns: usize) -> Orthogonal {
    Orthogonal { rows, columns, gain: 1.0, special: false }
}

fn draw(law: Orthogonal, level: Level, threads: usize, stream: Stream, index: u64) -> Vec<f32> {
    let mut out = vec![f32::NAN; law.rows * law.columns];
    let end = law.fill(level, threads, stream, index, &mut out, &mut Workspace::default(), &mut |_, _| {
        ControlFlow::Continue(())
    });
    assert!(end.is_continue());
    out
}

/// Largest entry of |Q'Q - I| (or |QQ' - I| for wide matrices), in f64.
fn error(law: Orthogonal, q: &[f32]) -> f64 {
    let q = DMatrix::from_row_iterator(law.rows, law.columns, q.iter().map(|&x| f64::from(x)));
    let q = if law.rows < law.columns { q.transpose() } else { q };
    let product = q.transpose() * &q;
    (product - DMatrix::identity(q.ncols(), q.ncols())).amax()
}

#[test]
fn a_draw_keeps_within_the_memory_that_it_announces() {
    for (rows, columns) in [(1, 1), (64, 64), (3, 500), (500, 97), (700, 700), (5000, 2)] {
        for threads in [1, 3] {
            let law = law(rows, columns);
            let mut workspace = Workspace::default();
            let mut out = vec![0.0; rows * columns];
            let stream = Stream::new(1, 2);
            let end = law.fill(Level::new(), threads, stream, 0, &mut out, &mut workspace, &mut |_, _| {
                ControlFlow::Continue(())
            });
            assert!(end.is_continue());
            let announced = 4 * law.scratch_len(threads);
            assert!(workspace.bytes() <= announced, "{rows} x {columns}, {threads}: {}", workspace.bytes());
            assert!(announced < 64 * (workspace.bytes() + (4 << 17)), "{rows} x {columns}: {announced}");
        }
    }
}

#[test]
fn known_answer() {
    let q = draw(law(2, 2), Level::new(), 1, Stream::new(0x2_0000_0001, 7), 0);
    let bits: Vec<u32> = q.iter().map(|x| x.to_bits()).collect();
    assert_eq!(bits, [0x3f6f0340, 0x3eb76685, 0xbeb76687, 0x3f6f0340]);
}

#[test]
fn columns_are_orthonormal() {
    let shapes = [
        (1, 1),
        (2, 2),
        (5, 5),
        (64, 64),
        (97, 97),
        (130, 130),
        (256, 256),
        (200, 70),
        (70, 200),
        (333, 129),
    ];
    for (rows, columns) in shapes {
        let law = law(rows, columns);
        let e = error(law, &draw(law, Level::new(), 1, Stream::new(1, 2), 0));
        assert!(e <= 5e-7, "{rows} x {columns}: {e}");
    }
}

#[test]
fn vectors_have_length_one_and_random_signs() {
    for (rows, columns) in [(1, 9), (9, 1), (1, 1)] {
        let law = law(rows, columns);
        let mut negative = 0;
        for seed in 0..64 {
            let q = draw(law, Level::new(), 1, Stream::new(seed, 0), 0);
            assert!((q.iter().map(|x| f64::from(x * x)).sum::<f64>() - 1.0).abs() < 1e-6);
            negative += usize::from(q[0] < 0.0);
        }
        assert!((10..54).contains(&negative), "{rows} x {columns}: {negative} of 64");
    }
}

#[test]
fn empty_matrices_are_fine() {
    for (rows, columns) in [(0, 0), (0, 5), (5, 0)] {
        assert!(draw(law(rows, columns), Level::new(), 1, Stream::new(1, 2), 0).is_empty());
    }
}

#[test]
fn a_wide_matrix_is_the_transpose_of_the_tall_one() {
    let (tall, wide) = (law(150, 40), law(40, 150));
    let stream = Stream::new(9, 8);
    let (t, w) = (draw(tall, Level::new(), 1, stream, 3), draw(wide, Level::new(), 1, stream, 3));
    for i in 0..150 {
        for j in 0..40 {
            assert_eq!(t[i * 40 + j].to_bits(), w[j * 150 + i].to_bits());
        }
    }
}

#[test]
fn determinants_take_both_signs_unless_special() {
    let mut positive = 0;
    for seed in 0..40 {
        for special in [false, true] {
            let law = Orthogonal { rows: 6, columns: 6, gain: 1.0, special };
            let q = draw(law, Level::new(), 1, Stream::new(seed, 0), 0);
            let det = DMatrix::from_row_iterator(6, 6, q.iter().map(|&x| f64::from(x))).determinant();
            assert!((det.abs() - 1.0).abs() < 1e-5);
            if special {
                assert!(det > 0.0);
            } else {
                positive += usize::from(det > 0.0);
            }
        }
    }
    assert!((6..34).contains(&positive), "{positive} of 40");
}

#[test]
fn gain_multiplies_every_entry() {
    let stream = Stream::new(1, 1);
    let plain = draw(law(20, 7), Level::new(), 1, stream, 0);
    let scaled = draw(Orthogonal { gain: 1.7, ..law(20, 7) }, Level::new(), 1, stream, 0);
    assert!(plain.iter().zip(&scaled).all(|(p, s)| (p * 1.7).to_bits() == s.to_bits()));
}

#[test]
fn an_observer_can_stop_a_large_draw() {
    let law = law(600, 600);
    let mut out = vec![0.0; 600 * 600];
    let mut calls = 0;
    let end = law.fill(
        Level::new(),
        1,
        Stream::new(1, 1),
        0,
        &mut out,
        &mut Workspace::default(),
        &mut |done, total| {
            assert!(done <= total);
            calls += 1;
            ControlFlow::Break(())
        },
    );
    assert!(end.is_break());
    assert_eq!(calls, 1);
}

#[test]
fn every_level_and_thread_count_gives_the_same_bits() {
    let small = [(5, 5), (33, 33), (64, 64), (97, 96), (130, 130), (300, 17), (450, 400)];
    // Panels of more than 1024 rows are worked on in strips, whose width is the level's.
    let long = [(1030, 40), (1300, 150), (1100, 300), (21, 1030)];
    for (rows, columns) in small.into_iter().chain(long) {
        let law = law(rows, columns);
        let stream = Stream::new(u64::MAX, 1 << 63);
        let expected = draw(law, Kernel::Scalar.level().unwrap(), 1, stream, 1);
        for kernel in Kernel::available() {
            for threads in [1, 3] {
                let found = draw(law, kernel.level().unwrap(), threads, stream, 1);
                let same = expected.iter().zip(&found).all(|(a, b)| a.to_bits() == b.to_bits());
                assert!(same, "{rows} x {columns}, {kernel}, {threads} threads");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_shape_is_orthonormal(rows in 1usize..140, columns in 1usize..140, seed: u64, index in 0u64..5) {
        let law = law(rows, columns);
        let e = error(law, &draw(law, Level::new(), 1, Stream::new(seed, 5), index));
        prop_assert!(e <= 5e-7, "{}", e);
    }
}

#[test]
fn matrices_of_a_batch_are_those_that_are_made_alone() {
    for (rows, columns) in [(64, 64), (70, 64), (64, 70), (9, 5), (130, 97)] {
        let law = law(rows, columns);
        let stream = Stream::new(5, 6);
        let mut out = vec![f32::NAN; 4 * rows * columns];
        let mut told = Vec::new();
        let end =
            law.fill(Level::new(), 1, stream, 3, &mut out, &mut Workspace::default(), &mut |done, total| {
                told.push((done, total));
                ControlFlow::Continue(())
            });
        assert!(end.is_continue());
        for (k, matrix) in out.chunks(rows * columns).enumerate() {
            assert_eq!(matrix, draw(law, Level::new(), 1, stream, 3 + k as u64), "{rows} x {columns}, {k}");
        }
        let n = rows.min(columns);
        assert!(told.is_sorted() && told.last() == Some(&(4 * n, 4 * n)), "{told:?}");
    }
}

/// Their groups of reflectors begin and end within a panel.
#[test]
fn long_columns_are_orthonormal_and_the_same_for_any_number_of_threads() {
    for (rows, columns) in [(140_003, 70), (131_101, 64), (100_003, 130)] {
        let law = law(rows, columns);
        let stream = Stream::new(1, 2);
        let mut calls = 0;
        let mut q = vec![f32::NAN; rows * columns];
        let end = law.fill(Level::new(), 1, stream, 0, &mut q, &mut Workspace::default(), &mut |_, _| {
            calls += 1;
            ControlFlow::Continue(())
        });
        assert!(end.is_continue() && calls > 1, "{calls} calls");
        let e = error(law, &q);
        assert!(e <= 1e-6, "{rows} x {columns}: {e}");
        assert!(q == draw(law, Level::new(), 2, stream, 0), "{rows} x {columns}");
        let turned = draw(self::law(columns, rows), Level::new(), 1, stream, 0);
        let back = DMatrix::from_row_slice(columns, rows, &turned).transpose();
        assert!(DMatrix::from_row_slice(rows, columns, &q) == back, "{columns} x {rows}");
    }
}
