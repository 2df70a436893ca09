//! Samplers on every kernel of this machine, beside `rand` and `rand_distr` filling the same memory in a loop.
//!
//! `cargo bench -p symbreak-benches --bench samplers [-- FILTER]`; a filter is the beginning of a name such as
//! `truncated +-2/avx2`. `peers/samplers.py` measures torch, numpy and scipy.

use std::time::Duration;

use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use fearless_simd::Level;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use rand_distr::{Distribution, StandardNormal, StandardUniform};
use symbreak_init::{Job, Law, Out, Unwatched, fill};
use symbreak_rng::{Kernel, Stream};
use symbreak_samplers::{
    half::Half,
    normal::Normal,
    truncated::{Bounds, Truncated},
    uniform::Uniform,
};

/// 256 KiB of f32: within the second-level cache, so that the arithmetic is measured and not the memory.
const SMALL: usize = 1 << 16;

/// 256 MiB of f32: nothing but memory.
const LARGE: usize = 1 << 26;

const STREAM: Stream = Stream::new(7, 0);

fn group<'a>(c: &'a mut Criterion, name: &str, length: usize) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(length as u64));
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    if length == LARGE {
        group.sample_size(10);
    }
    group
}

/// Measures `fill` on every kernel.
fn on_every_kernel<T: Clone + Default>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    fill: impl Fn(Level, u64, &mut [T]),
) {
    let mut out = vec![T::default(); SMALL];
    for kernel in Kernel::available() {
        let Some(level) = kernel.level() else { continue };
        group.bench_function(kernel.name(), |b| b.iter(|| fill(level, 0, &mut out)));
    }
}

/// Measures a law in every element type on every kernel; a macro, as the laws share the names of methods alone.
macro_rules! every_type {
    ($c:expr, $name:expr, $law:expr) => {
        let (name, law) = ($name, $law);
        on_every_kernel(&mut group($c, &format!("{name} f64"), SMALL), |level, at, out| {
            law.fill_f64(level, STREAM, at, out);
        });
        for (format, half) in [("f16", Half::F16), ("bf16", Half::Bf16)] {
            on_every_kernel(&mut group($c, &format!("{name} {format}"), SMALL), |level, at, out| {
                law.fill_half(half, level, STREAM, at, out);
            });
        }
        on_every_kernel(&mut group($c, name, SMALL), |level, at, out| law.fill(level, STREAM, at, out));
    };
}

/// Measures a loop over a distribution of `rand`.
fn with_rand<D: Distribution<f32>>(c: &mut Criterion, name: &str, distribution: &D) {
    let mut out = vec![0.0; SMALL];
    let mut rng = SmallRng::seed_from_u64(7);
    let mut group = group(c, name, SMALL);
    group.bench_function("rand", |b| b.iter(|| out.fill_with(|| rng.sample(distribution))));
}

/// rand's usual truncation: normals are drawn until one is within two standard deviations.
struct Rejection;

impl Distribution<f32> for Rejection {
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f32 {
        loop {
            let value: f32 = StandardNormal.sample(rng);
            if value.abs() <= 2.0 {
                return value;
            }
        }
    }
}

fn uniform(c: &mut Criterion) {
    let law = Uniform::new(-0.05, 0.05).expect("a law");
    on_every_kernel(&mut group(c, "uniform +-0.05", SMALL), |level, at, out| {
        law.fill(level, STREAM, at, out)
    });
    let law = Uniform::new(0.0, 1.0).expect("a law");
    every_type!(c, "uniform", law);
    with_rand(c, "uniform", &StandardUniform);
    // The fastest way that rand has: bytes in bulk, converted in place of a second array.
    let mut rng = SmallRng::seed_from_u64(7);
    let (mut words, mut out) = (vec![0u32; SMALL], vec![0.0; SMALL]);
    group(c, "uniform", SMALL).bench_function("rand, in bulk", |b| {
        b.iter(|| {
            rng.fill(&mut words[..]);
            for (value, word) in out.iter_mut().zip(&words) {
                *value = (word >> 8) as f32 * (1.0 / 16_777_216.0);
            }
        });
    });
}

fn normal(c: &mut Criterion) {
    let law = Normal::new(0.0, 0.05).expect("a law");
    every_type!(c, "normal", law);
    with_rand(c, "normal", &StandardNormal);
}

fn truncated(c: &mut Criterion) {
    for (name, a, b) in [
        ("truncated +-2", -2.0, 2.0),
        ("truncated [-1, 1.5]", -1.0, 1.5),
        ("truncated [8, 9]", 8.0, 9.0),
        ("truncated +-2000", -2000.0, 2000.0),
        ("truncated [-1, inf]", -1.0, f64::INFINITY),
        ("truncated +-5e-5", -5e-5, 5e-5),
    ] {
        let law = Truncated::new(0.0, 1.0, a, b, Bounds::Sigma).expect("a law");
        every_type!(c, name, law);
    }
    with_rand(c, "truncated +-2", &Rejection);
}

/// The time to make a law's constants, in laws a second.
fn setup(c: &mut Criterion) {
    let mut group = group(c, "truncated, set-up", 1);
    for (name, a, b) in
        [("narrow", 0.0, 1e-4), ("central", -2.0, 2.0), ("tail", 3.0, 4.0), ("wide", -3.0, 3.0)]
    {
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let (a, b) = (std::hint::black_box(a), std::hint::black_box(b));
                Truncated::new(0.0, 1.0, a, b, Bounds::Sigma)
            });
        });
    }
}

/// What memory leaves of the rates: beside storing a constant, on one thread and on two.
fn memory(c: &mut Criterion) {
    let mut group = group(c, "256 MiB", LARGE);
    let level = Kernel::best().level().expect("the best kernel runs");
    let mut out = vec![0.0; LARGE];
    group.bench_function("constant", |b| b.iter(|| out.fill(std::hint::black_box(1.5f32))));
    let uniform = Law::Uniform(Uniform::new(0.0, 1.0).expect("a law"));
    let normal = Law::Normal(Normal::new(0.0, 0.05).expect("a law"));
    for (name, law) in [("uniform", uniform), ("normal", normal)] {
        let job = Job { law, stream: STREAM, offset: 0 };
        for threads in [1, 2] {
            group.bench_function(format!("{name}, {threads} threads"), |b| {
                b.iter(|| fill(level, threads, &job, Out::F32(&mut out), &Unwatched));
            });
        }
    }
}

criterion_group!(samplers, uniform, normal, truncated, setup, memory);
criterion_main!(samplers);
