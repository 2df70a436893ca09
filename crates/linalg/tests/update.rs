//! A matrix updated and multiplied at once, against the two products one after the other.

mod support;

use fearless_simd::Level;
use proptest::prelude::*;
use support::{levels, values};
use symbreak_linalg::gemm::update_and_multiply;
use symbreak_linalg::{Epilogue, Init, MatMut, MatRef, gemm, gemm_scratch_len};

/// Both ways over the same operands: r rows of X, q of Y, B is k x n. Gives B and C, as bits.
fn both(level: Level, [r, q, k, n]: [usize; 4], epilogue: Epilogue) -> [Vec<u32>; 4] {
    let (x, d, y) = (values(1, r * k), values(2, r * n), values(3, q * k));
    let (mut b, mut c) = (values(4, k * n), values(5, q * n));
    let mut scratch = vec![f32::NAN; gemm_scratch_len(k, n).max(gemm_scratch_len(r, n))];
    let (x, d, y) = (MatRef::new(&x, r, k), MatRef::new(&d, r, n), MatRef::new(&y, q, k));
    let (mut b2, mut c2) = (b.clone(), c.clone());
    update_and_multiply(level, (x, d), &mut b, y, MatMut::new(&mut c, q, n), epilogue, &mut scratch);
    gemm(
        level,
        1.0,
        x.t(),
        d,
        Init::Accumulate,
        MatMut::new(&mut b2, k, n),
        Epilogue::Identity,
        &mut scratch,
    );
    let (kernel, out) = (MatRef::new(&b2, k, n), MatMut::new(&mut c2, q, n));
    gemm(level, 1.0, y, kernel, Init::Accumulate, out, epilogue, &mut scratch);
    [b, c, b2, c2].map(|values| values.iter().map(|x| x.to_bits()).collect())
}

#[test]
fn one_pass_has_the_bits_of_two() {
    // Whole tiles and what is left of them on every level, and more than one run of the inner index.
    for n in [1, 2, 7, 16, 37, 64, 129, 300] {
        for k in [0, 1, 5, 31, 513, 1100] {
            for (r, q) in [(1, 1), (2, 2), (4, 4), (8, 8), (3, 3), (8, 5), (1, 2)] {
                for level in levels() {
                    let [b, c, b2, c2] = both(level, [r, q, k, n], Epilogue::Relu);
                    assert_eq!((b, c), (b2, c2), "{level:?} {r} {q} {k} {n}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn of_any_shape(r in 0usize..10, q in 0usize..10, k in 0usize..40, n in 0usize..70) {
        let [b, c, b2, c2] = both(Level::new(), [r, q, k, n], Epilogue::Identity);
        prop_assert_eq!((b, c), (b2, c2));
    }
}
