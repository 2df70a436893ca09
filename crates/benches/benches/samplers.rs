//! Samplers on every kernel of this machine, beside `rand` and `rand_distr` filling the same memory in a loop.

use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use fearless_simd::Level;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use rand_distr::{Distribution, StandardNormal, StandardUniform};
use symbreak_rng::{Kernel, Stream};
use symbreak_samplers::{
    normal::Normal,
    truncated::{Bounds, Truncated},
    uniform::Uniform,
};

/// 256 KiB of f32: within the second-level cache, so that the arithmetic is measured and not the memory.
const LENGTH: usize = 1 << 16;

/// Measures `fill` on every kernel.
fn on_every_kernel(group: &mut BenchmarkGroup<WallTime>, fill: impl Fn(Level, Stream, &mut [f32])) {
    let mut out = vec![0.0; LENGTH];
    let stream = Stream::new(7, 0);
    for kernel in Kernel::available() {
        let Some(level) = kernel.level() else { continue };
        group.bench_function(kernel.name(), |b| b.iter(|| fill(level, stream, &mut out)));
    }
}

/// Measures a loop over a distribution of `rand`.
fn with_rand<D: Distribution<f32>>(group: &mut BenchmarkGroup<WallTime>, distribution: &D) {
    let mut out = vec![0.0; LENGTH];
    let mut rng = SmallRng::seed_from_u64(7);
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
    let mut group = c.benchmark_group("uniform");
    group.throughput(Throughput::Elements(LENGTH as u64));
    let law = Uniform::new(0.0, 1.0).expect("a law");
    on_every_kernel(&mut group, |level, stream, out| law.fill(level, stream, 0, out));
    with_rand(&mut group, &StandardUniform);
}

fn normal(c: &mut Criterion) {
    let mut group = c.benchmark_group("normal");
    group.throughput(Throughput::Elements(LENGTH as u64));
    let law = Normal::new(0.0, 1.0).expect("a law");
    on_every_kernel(&mut group, |level, stream, out| law.fill(level, stream, 0, out));
    with_rand(&mut group, &StandardNormal);
}

fn truncated(c: &mut Criterion) {
    let mut group = c.benchmark_group("truncated");
    group.throughput(Throughput::Elements(LENGTH as u64));
    let law = Truncated::new(0.0, 1.0, -2.0, 2.0, Bounds::Sigma).expect("a law");
    on_every_kernel(&mut group, |level, stream, out| law.fill(level, stream, 0, out));
    with_rand(&mut group, &Rejection);
}

criterion_group!(samplers, uniform, normal, truncated);
criterion_main!(samplers);
