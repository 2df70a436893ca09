//! Many outputs at once are what each would be alone, on any number of threads.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use fearless_simd::Level;
use proptest::prelude::*;
use symbreak_init::{
    Dtype, FillError, Job, Law, Out, PlacedOrthogonal, Placement, Progress, Unwatched, fill, fill_all,
};
use symbreak_linalg::orthogonal::Orthogonal;
use symbreak_rng::Stream;
use symbreak_samplers::bernoulli::Bernoulli;
use symbreak_samplers::normal::Normal;
use symbreak_samplers::uniform::Uniform;

fn orthogonal(rows: usize, columns: usize) -> Law {
    Law::Orthogonal(PlacedOrthogonal {
        law: Orthogonal { rows, columns, gain: 1.0, special: false },
        batch: 1,
        placement: Placement { base: 0, batch: rows * columns, row: columns, column: 1 },
    })
}

/// A law, where its range starts and how long it is.
fn task() -> impl Strategy<Value = (Job, Dtype, usize)> {
    let elementwise = prop_oneof![
        Just(Law::Constant(0.5)),
        Just(Law::Normal(Normal::new(0.0, 1.0).unwrap())),
        Just(Law::Uniform(Uniform::new(-1.0, 1.0).unwrap())),
    ];
    let dtype = prop_oneof![Just(Dtype::F32), Just(Dtype::F64), Just(Dtype::F16), Just(Dtype::Bf16)];
    let ranged = (elementwise, any::<u64>(), 0u64..10_000, dtype, 0usize..600_000).prop_map(
        |(law, seed, offset, dtype, length)| {
            (Job { law, stream: Stream::new(seed, 1), offset }, dtype, length)
        },
    );
    let whole = (1usize..40, 1usize..40, any::<u64>()).prop_map(|(rows, columns, seed)| {
        let job = Job { law: orthogonal(rows, columns), stream: Stream::new(seed, 2), offset: 0 };
        (job, Dtype::F32, rows * columns)
    });
    prop_oneof![3 => ranged, 1 => whole]
}

/// Memory for a task, aligned for any element type.
fn memory((_, dtype, length): &(Job, Dtype, usize)) -> Vec<u64> {
    vec![0; (length * dtype.size()).div_ceil(8)]
}

fn out<'a>((_, dtype, length): &(Job, Dtype, usize), words: &'a mut [u64]) -> Out<'a> {
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(words);
    Out::of_bytes(*dtype, &mut bytes[..length * dtype.size()]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn filling_all_equals_filling_each(tasks in prop::collection::vec(task(), 0..8), threads in 1usize..5) {
        let level = Level::new();
        let mut each: Vec<_> = tasks.iter().map(memory).collect();
        let mut all = each.clone();
        for (task, words) in tasks.iter().zip(&mut each) {
            fill(level, 1, &task.0, out(task, words), &Unwatched).unwrap();
        }
        let together = tasks.iter().zip(&mut all).map(|(task, words)| (&task.0, out(task, words))).collect();
        fill_all(level, threads, together, &Unwatched).unwrap();
        prop_assert!(all == each);
    }
}

/// Stops after a number of elements.
struct After(AtomicUsize);

impl Progress for After {
    fn advance(&self, elements: usize) -> ControlFlow<()> {
        let left = self.0.load(Ordering::Relaxed).saturating_sub(elements);
        self.0.store(left, Ordering::Relaxed);
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn a_watcher_stops_all() {
    for law in [Law::Constant(1.0), orthogonal(8, 8)] {
        let job = Job { law, stream: Stream::new(1, 1), offset: 0 };
        for threads in [1, 3] {
            let mut memory = vec![vec![0f32; 64]; 100];
            let tasks = memory.iter_mut().map(|out| (&job, Out::F32(out))).collect();
            let end = fill_all(Level::new(), threads, tasks, &After(AtomicUsize::new(6400 / 4)));
            assert_eq!(end, Err(FillError::Cancelled));
            assert!(memory.last().unwrap().iter().all(|&value| value == 0.0));
        }
    }
}

#[test]
fn one_law_without_a_form_refuses_all_before_anything_is_written() {
    let good = Job { law: Law::Constant(1.0), stream: Stream::new(1, 1), offset: 0 };
    let bad = Job { law: Law::Bernoulli(Bernoulli::new(0.5).unwrap()), ..good.clone() };
    let (mut first, mut second) = ([0f32; 4], [0f32; 4]);
    let tasks = vec![(&good, Out::F32(&mut first)), (&bad, Out::F32(&mut second))];
    assert_eq!(fill_all(Level::new(), 1, tasks, &Unwatched), Err(FillError::Unsupported));
    assert_eq!(first, [0.0; 4]);
}

#[test]
fn bytes_that_do_not_fit_an_element_type_are_no_memory_for_it() {
    let mut words = [0u64; 2];
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
    assert!(Out::of_bytes(Dtype::F64, &mut bytes[4..12]).is_none());
    assert!(Out::of_bytes(Dtype::F32, &mut bytes[..6]).is_none());
    assert_eq!(Out::of_bytes(Dtype::F16, &mut bytes[2..6]).unwrap().len(), 2);
}
