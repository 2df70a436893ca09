//! Fills from the long tail of distributions, whose draws take a number of words that nobody knows beforehand.
//!
//! Every chunk of draws has words of its own, many more than it will use. So where a fill ends does not depend on what
//! its draws rejected, any range is made by itself, and threads take chunks in any order.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use symbreak_linalg::share;
use symbreak_rng::{Stream, Words};
use symbreak_samplers::long_tail::LongTail;

use crate::job::{FillError, Progress};
use crate::memory::zeros;

/// Words set aside for a value. The draws of any of the distributions take fewer on average, most of them below 10.
pub const WORDS_PER_VALUE: u64 = 64;

/// Draws that share their words; with all their words, a whole number of blocks.
const DRAWS: usize = 1024;

/// Fills `out` with values `offset ..` of the draws that start at word `position` of `stream`, which is the first of a
/// block, on at most `threads` threads. The result does not depend on `threads`.
///
/// # Errors
/// [`FillError::Cancelled`] when `progress` says so, [`FillError::NotANumber`] if a value of the range is NaN; the output
/// holds some of the values then.
pub fn fill_long_tail(
    threads: usize,
    law: &LongTail,
    stream: Stream,
    position: u64,
    offset: u64,
    out: &mut [f32],
    progress: &dyn Progress,
) -> Result<(), FillError> {
    let values = DRAWS * law.width();
    let words = values as u64 * WORDS_PER_VALUE;
    let (chunk, skipped) = (offset / values as u64, (offset % values as u64) as usize);
    let (head, tail) = out.split_at_mut(if skipped == 0 { 0 } else { out.len().min(values - skipped) });
    if !head.is_empty() {
        let mut whole = zeros(skipped + head.len())?;
        law.fill(&mut Words::new(stream, position + chunk * words), &mut whole);
        head.copy_from_slice(&whole[skipped..]);
        numbers(head)?;
    }
    let next = chunk + u64::from(skipped != 0);
    let strange = AtomicBool::new(false);
    let end = share(threads, tail.chunks_mut(values).enumerate(), |(index, part)| {
        law.fill(&mut Words::new(stream, position + (next + index as u64) * words), part);
        if numbers(part).is_err() {
            strange.store(true, Relaxed);
            return ControlFlow::Break(());
        }
        progress.advance(part.len())
    });
    match end {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) if strange.into_inner() => Err(FillError::NotANumber),
        ControlFlow::Break(()) => Err(FillError::Cancelled),
    }
}

/// Refuses values among which is NaN; those of a chunk at a time, while they are in the cache.
fn numbers(values: &[f32]) -> Result<(), FillError> {
    if values.iter().any(|x| x.is_nan()) { Err(FillError::NotANumber) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Unwatched;

    fn draw(threads: usize, name: &str, parameters: &[f64], offset: u64, length: usize) -> Vec<f32> {
        let law = LongTail::new(name, parameters).unwrap();
        let mut out = vec![f32::NAN; length];
        fill_long_tail(threads, &law, Stream::new(1, 2), 4096, offset, &mut out, &Unwatched).unwrap();
        out
    }

    #[test]
    fn threads_and_ranges_change_nothing() {
        for (name, parameters) in
            [("gamma", &[0.5, 1.0][..]), ("unitSphere", &[]), ("dirichlet", &[1.0, 2.0])]
        {
            let whole = draw(1, name, parameters, 0, 9000);
            assert_eq!(draw(3, name, parameters, 0, 9000), whole);
            for (offset, length) in [(1, 5), (1023, 2), (1024, 4000), (3071, 3), (4096, 0), (8999, 1)] {
                assert_eq!(draw(2, name, parameters, offset, length), whole[offset as usize..][..length]);
            }
        }
    }

    #[test]
    fn nan_is_refused_where_it_is_asked_for() {
        let law = LongTail::new("fisherF", &[1e-3, 1e-3]).unwrap();
        let mut drawn = vec![0.0; 3000];
        for (chunk, part) in drawn.chunks_mut(DRAWS).enumerate() {
            let words = DRAWS as u64 * WORDS_PER_VALUE;
            law.fill(&mut Words::new(Stream::new(1, 2), chunk as u64 * words), part);
        }
        assert!(drawn.iter().any(|x| x.is_nan()) && drawn.iter().any(|x| !x.is_nan()));
        for (offset, value) in drawn.iter().enumerate().step_by(100) {
            let mut out = [7.0];
            let end = fill_long_tail(1, &law, Stream::new(1, 2), 0, offset as u64, &mut out, &Unwatched);
            assert_eq!(end.is_ok(), !value.is_nan(), "{offset}");
        }
        for threads in [1, 3] {
            let end = fill_long_tail(threads, &law, Stream::new(1, 2), 0, 0, &mut [0.0; 3000], &Unwatched);
            assert_eq!(end, Err(FillError::NotANumber));
        }
    }

    #[test]
    fn no_distribution_comes_near_its_words() {
        for (name, parameters) in
            [("poisson", &[11.9][..]), ("beta", &[0.01, 0.01]), ("dirichlet", &[0.01; 3])]
        {
            let law = LongTail::new(name, parameters).unwrap();
            let mut words = Words::new(Stream::new(5, 6), 0);
            law.fill(&mut words, &mut vec![0.0; 3 * DRAWS]);
            assert!(words.position() < 3 * DRAWS as u64 * WORDS_PER_VALUE * 3 / 4, "{name}");
        }
    }
}
