//! Filling a range of a law on any number of threads.

use fearless_simd::Level;
use symbreak_linalg::share;
use symbreak_samplers::half::Half;

use crate::chunks::{CHUNK, Chunk, Chunks};
use crate::job::{FillError, Job, Progress};
use crate::law::Law;
use crate::out::Out;
use crate::{constant, whole};

/// Fills `out` with the job's range on at most `threads` threads. The bits don't depend on `level` or `threads`.
///
/// # Errors
/// [`FillError::Unsupported`] before anything is written; [`FillError::Cancelled`] when `progress` says so.
///
/// # Panics
/// If a range of a whole law or of literal values lies outside its tensor.
pub fn fill(
    level: Level,
    threads: usize,
    job: &Job,
    out: Out<'_>,
    progress: &dyn Progress,
) -> Result<(), FillError> {
    check(&job.law, &out)?;
    if job.law.is_whole() {
        return whole::fill(level, threads, job, out, progress);
    }
    let length = out.len();
    fill_chunks(level, threads, length, std::iter::once((job, out)), progress)
}

/// Fills many outputs as [`fill`] does each, sharing the threads among all of them.
///
/// # Errors
/// As [`fill`].
///
/// # Panics
/// As [`fill`].
pub fn fill_all<'a>(
    level: Level,
    threads: usize,
    tasks: Vec<(&'a Job, Out<'a>)>,
    progress: &dyn Progress,
) -> Result<(), FillError> {
    for (job, out) in &tasks {
        check(&job.law, out)?;
    }
    let (wholes, others): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|(job, _)| job.law.is_whole());
    whole::fill_all(level, threads, wholes, progress)?;
    let length = others.iter().map(|(_, out)| out.len()).sum();
    fill_chunks(level, threads, length, others.into_iter(), progress)
}

/// Fills `length` elements of elementwise laws, chunk by chunk.
fn fill_chunks<'a>(
    level: Level,
    threads: usize,
    length: usize,
    tasks: impl Iterator<Item = (&'a Job, Out<'a>)> + Send,
    progress: &dyn Progress,
) -> Result<(), FillError> {
    let end = share(threads.min(length / CHUNK), Chunks::new(tasks), |Chunk { job, offset, out }| {
        let length = out.len();
        fill_elements(level, job, offset, out);
        progress.advance(length)
    });
    if end.is_break() { Err(FillError::Cancelled) } else { Ok(()) }
}

/// Refuses the element types that a law has no form in.
fn check(law: &Law, out: &Out<'_>) -> Result<(), FillError> {
    let fits = match (law, out) {
        (Law::Bernoulli(_), out) => matches!(out, Out::U8(_)),
        (Law::Integers(_), out) => matches!(out, Out::I32(_)),
        // Haar matrices are products of f32 reflectors: an f64 array would promise digits that are not there.
        (_, Out::U8(_) | Out::I32(_)) | (Law::Orthogonal(_) | Law::ConvOrthogonal(_), Out::F64(_)) => false,
        _ => true,
    };
    if fits { Ok(()) } else { Err(FillError::Unsupported) }
}

/// Fills a chunk of an elementwise law.
fn fill_elements(level: Level, job: &Job, offset: u64, out: Out<'_>) {
    /// The four float forms of a sampler are methods of the same names.
    macro_rules! floats {
        ($law:expr, $out:expr) => {
            match $out {
                Out::F32(s) => $law.fill(level, job.stream, offset, s),
                Out::F64(s) => $law.fill_f64(level, job.stream, offset, s),
                Out::F16(s) => $law.fill_half(Half::F16, level, job.stream, offset, s),
                Out::Bf16(s) => $law.fill_half(Half::Bf16, level, job.stream, offset, s),
                Out::U8(_) | Out::I32(_) => unreachable!("refused by check"),
            }
        };
    }
    match (&job.law, out) {
        (Law::Constant(value), out) => constant::fill(*value, out),
        (Law::Values(data), out) => constant::copy(data, offset as usize, out),
        (Law::Diagonal(law), out) => {
            let positions = law.positions(offset, out.len());
            constant::scatter(law.gain, positions, out);
        }
        (Law::Uniform(law), out) => floats!(law, out),
        (Law::Normal(law), out) => floats!(law, out),
        (Law::Truncated(law), out) => floats!(law, out),
        (Law::Embedding(law), out) => floats!(law, out),
        (Law::Bernoulli(law), Out::U8(s)) => law.fill(level, job.stream, offset, s),
        (Law::Integers(law), Out::I32(s)) => law.fill(level, job.stream, offset, s),
        _ => unreachable!("refused by check, or whole"),
    }
}
