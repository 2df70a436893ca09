//! Filling many of JavaScript's arrays in one call, with all threads shared among them.

use std::ops::Range;

use napi::Result;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice};
use napi_derive::napi;
use symbreak_init::{Out, Unwatched, fill_all};

use crate::error::{Code, error, from_fill};
use crate::guard::guarded;
use crate::info::level;
use crate::memory::advise_huge_pages_in;
use crate::pieces::read_pieces;

/// Gaps between neighbouring arrays that still belong to the same region: each page of it is touched anyway.
const PAGE: usize = 4096;

/// Fills each view with its piece. The views are the bytes of arrays that don't overlap.
#[napi]
pub fn fill_tensors(
    mut views: Vec<Uint8ArraySlice>,
    records: Float64ArraySlice,
    rows: Float64ArraySlice,
    threads: u32,
) -> Result<()> {
    let pieces = guarded(|| read_pieces(&records, &rows, &[]))?;
    if views.len() != pieces.len() || views.iter().zip(&pieces).any(|(v, p)| v.len() as u64 != p.bytes()) {
        return Err(error(Code::Internal, "the arrays to fill and their records differ"));
    }
    for region in regions(&views)? {
        advise_huge_pages_in(region, threads.max(1) as usize);
    }
    let mut tasks = Vec::with_capacity(pieces.len());
    // An empty array may point anywhere.
    for (view, piece) in views.iter_mut().zip(&pieces).filter(|(_, piece)| piece.elements > 0) {
        // SAFETY: this call runs to its end on the JavaScript thread, so no script can read, write, detach or resize a
        // buffer meanwhile; the facade refuses shared memory; `regions` has seen that no two views overlap, and the
        // two arrays of numbers are the engine's own.
        let bytes = unsafe { view.as_mut() };
        let out = Out::of_bytes(piece.dtype, bytes);
        tasks.push((&piece.job, out.ok_or_else(|| error(Code::Internal, "an array is not aligned"))?));
    }
    guarded(|| fill_all(level(), threads.max(1) as usize, tasks, &Unwatched).map_err(from_fill))
}

/// The addresses that views cover, neighbours joined.
fn regions(views: &[Uint8ArraySlice]) -> Result<Vec<Range<usize>>> {
    let mut ranges: Vec<Range<usize>> = views
        .iter()
        .filter(|view| !view.is_empty())
        .map(|view| {
            let start = view.as_ptr() as usize;
            start..start + view.len()
        })
        .collect();
    ranges.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start < last.end => {
                return Err(error(Code::Internal, "arrays to fill overlap"));
            }
            Some(last) if range.start - last.end < PAGE => last.end = range.end,
            _ => joined.push(range),
        }
    }
    Ok(joined)
}
