//! Laws that are made as one piece and need more memory than any machine has: an error, never an abort.

use fearless_simd::Level;
use symbreak_init::{
    FillError, Job, Law, Out, PlacedConvOrthogonal, PlacedOrthogonal, Placement, Sparse, Unwatched, fill,
    fill_all, zeros,
};
use symbreak_linalg::conv_orthogonal::ConvOrthogonal;
use symbreak_linalg::orthogonal::Orthogonal;
use symbreak_rng::Stream;
use symbreak_samplers::normal::Normal;

const HUGE: usize = 1 << 24;

fn laws() -> [Law; 4] {
    let orthogonal = |rows, columns| {
        Law::Orthogonal(PlacedOrthogonal {
            law: Orthogonal { rows, columns, gain: 1.0, special: false },
            batch: 1,
            placement: Placement { base: 0, batch: rows * columns, row: columns, column: 1 },
        })
    };
    let kernel = ConvOrthogonal { kernel: [3, 3, 1], inputs: HUGE, outputs: HUGE, gain: 1.0 };
    [
        orthogonal(HUGE, HUGE),
        // The draw's own memory: the reflectors are far longer than the one column that is wanted.
        orthogonal(1 << 48, 1),
        Law::ConvOrthogonal(PlacedConvOrthogonal {
            law: kernel,
            tap_stride: HUGE * HUGE,
            in_stride: HUGE,
            out_stride: 1,
        }),
        Law::Sparse(Sparse {
            normal: Normal::new(0.0, 1.0).unwrap(),
            zeros: 1,
            lines: HUGE,
            length: HUGE,
            line_stride: HUGE,
            stride: 1,
        }),
    ]
}

#[test]
fn a_range_of_a_law_that_does_not_fit_is_refused_untouched() {
    for law in laws() {
        let job = Job { law, stream: Stream::new(1, 1), offset: 5 };
        let mut out = [7.0f32; 4];
        assert_eq!(fill(Level::new(), 2, &job, Out::F32(&mut out), &Unwatched), Err(FillError::OutOfMemory));
        assert_eq!(out, [7.0; 4]);
        let mut half = [7u16; 4];
        assert_eq!(fill(Level::new(), 2, &job, Out::F16(&mut half), &Unwatched), Err(FillError::OutOfMemory));
        assert_eq!(half, [7; 4]);
    }
}

#[test]
fn the_reason_comes_through_from_any_thread() {
    let jobs = laws().map(|law| Job { law, stream: Stream::new(1, 1), offset: 0 });
    let mut outs = [[0.0f32; 4]; 4];
    let tasks = jobs.iter().zip(&mut outs).map(|(job, out)| (job, Out::F32(out))).collect();
    assert_eq!(fill_all(Level::new(), 2, tasks, &Unwatched), Err(FillError::OutOfMemory));
}

#[test]
fn an_empty_range_needs_nothing() {
    let [law, ..] = laws();
    let job = Job { law, stream: Stream::new(1, 1), offset: 0 };
    assert_eq!(fill(Level::new(), 2, &job, Out::F32(&mut []), &Unwatched), Ok(()));
}

#[test]
fn zeros_are_zeros_or_an_error() {
    assert_eq!(zeros::<u16>(3).unwrap(), [0; 3]);
    assert_eq!(zeros::<f64>(usize::MAX / 8).unwrap_err(), FillError::OutOfMemory);
    assert_eq!(zeros::<f64>(usize::MAX).unwrap_err(), FillError::OutOfMemory);
}
