//! Laws that are made as one piece, of which a range is a copy.

use std::ops::{ControlFlow, Range};
use std::sync::OnceLock;

use bytemuck::Zeroable;
use fearless_simd::Level;
use symbreak_linalg::{probe, share};

use crate::job::{FillError, Job, Progress};
use crate::law::Law;
use crate::memory::zeros;
use crate::out::Out;

/// Fills many outputs. A piece that is more than a thread's share of the work is made by all threads together, the
/// others one a thread.
pub(crate) fn fill_all(
    level: Level,
    threads: usize,
    tasks: Vec<(&Job, Out<'_>)>,
    progress: &dyn Progress,
) -> Result<(), FillError> {
    let total: usize = tasks.iter().map(|(_, out)| out.len()).sum();
    let fair = total / threads.max(1);
    let (large, small): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|(_, out)| out.len() > fair);
    for (job, out) in large {
        fill(level, threads, job, out, progress)?;
    }
    let failure = OnceLock::new();
    let end = share(threads, small.into_iter(), |(job, out)| match fill(level, 1, job, out, progress) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            let _ = failure.set(error);
            ControlFlow::Break(())
        }
    });
    if end.is_break() { Err(failure.into_inner().unwrap_or(FillError::Cancelled)) } else { Ok(()) }
}

/// Fills `out` with the job's range of a whole law.
pub(crate) fn fill(
    level: Level,
    threads: usize,
    job: &Job,
    out: Out<'_>,
    progress: &dyn Progress,
) -> Result<(), FillError> {
    if out.is_empty() {
        return Ok(());
    }
    let offset = job.offset as usize;
    match (&job.law, out) {
        (Law::Orthogonal(law), out) => {
            rounded(out, |values| law.fill(level, threads, job.stream, offset, values, progress))
        }
        (Law::ConvOrthogonal(law), out) => {
            rounded(out, |values| law.fill(level, threads, job.stream, offset, values, progress))
        }
        (Law::Sparse(law), out) => {
            let range = offset..offset + out.len();
            probe(law.scratch_len())?;
            if range == (0..law.len()) {
                law.fill(level, job.stream, out);
            } else {
                copy_range(out, law.len(), range, |whole| law.fill(level, job.stream, whole))?;
            }
            if progress.advance(law.len()).is_break() { Err(FillError::Cancelled) } else { Ok(()) }
        }
        _ => unreachable!("only whole laws come here"),
    }
}

/// Makes f32 values in place, or aside and rounded once.
fn rounded(out: Out<'_>, make: impl FnOnce(&mut [f32]) -> Result<(), FillError>) -> Result<(), FillError> {
    if let Out::F32(values) = out {
        return make(values);
    }
    let mut values = zeros(out.len())?;
    make(&mut values)?;
    out.write_f32(&values);
    Ok(())
}

/// Makes `length` elements aside and copies a range of them.
fn copy_range(
    out: Out<'_>,
    length: usize,
    range: Range<usize>,
    make: impl FnOnce(Out<'_>),
) -> Result<(), FillError> {
    fn copy<T: Copy + Zeroable>(
        out: &mut [T],
        length: usize,
        range: Range<usize>,
        make: impl FnOnce(&mut [T]),
    ) -> Result<(), FillError> {
        let mut whole = zeros(length)?;
        make(&mut whole);
        out.copy_from_slice(&whole[range]);
        Ok(())
    }
    match out {
        Out::F32(s) => copy(s, length, range, |v| make(Out::F32(v))),
        Out::F64(s) => copy(s, length, range, |v| make(Out::F64(v))),
        Out::F16(s) => copy(s, length, range, |v| make(Out::F16(v))),
        Out::Bf16(s) => copy(s, length, range, |v| make(Out::Bf16(v))),
        Out::U8(_) | Out::I32(_) => unreachable!("float laws never fill integers"),
    }
}
