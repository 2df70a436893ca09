//! Checking a file against the laws it should have come from.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use fearless_simd::Level;

use crate::cut::{Cuts, Run, SLAB};
use crate::error::Error;
use crate::piece::Piece;
use crate::slab::Slab;
use crate::{Observer, Stopper};

/// Makes the pieces again and compares them with the file's bytes from `position` on, in bounded memory.
///
/// Returns, for each piece, the first of its bytes that differs or is missing from the file, if any.
///
/// # Errors
/// [`Error::Io`] when the file can't be read, [`Error::Fill`] as for [`write`](crate::write()).
pub fn verify(
    level: Level,
    threads: usize,
    path: &Path,
    position: u64,
    pieces: &[Piece],
    observer: &dyn Observer,
) -> Result<Vec<Option<u64>>, Error> {
    let mut file = File::open(path).map_err(Error::io("open", path))?;
    file.seek(SeekFrom::Start(position)).map_err(Error::io("read", path))?;
    let (send, chunks) = sync_channel(1);
    thread::scope(|scope| {
        let reader = thread::Builder::new()
            .spawn_scoped(scope, move || read(file, path, pieces, &send))
            .map_err(Error::io("read", path))?;
        let compared = compare(level, threads, pieces, chunks, observer);
        reader.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload))?;
        compared
    })
}

/// Reads the bytes of each slab ahead of the comparison; fewer where the file ends.
fn read(mut file: File, path: &Path, pieces: &[Piece], chunks: &SyncSender<Vec<u8>>) -> Result<(), Error> {
    for runs in Cuts::new(pieces) {
        let bytes = |run: &Run| run.elements * pieces[run.piece].dtype.size();
        let length: usize = runs.iter().map(bytes).sum();
        let mut chunk = Vec::with_capacity(length.min(SLAB));
        (&mut file).take(length as u64).read_to_end(&mut chunk).map_err(Error::io("read", path))?;
        if chunks.send(chunk).is_err() {
            break;
        }
    }
    Ok(())
}

fn compare(
    level: Level,
    threads: usize,
    pieces: &[Piece],
    chunks: Receiver<Vec<u8>>,
    observer: &dyn Observer,
) -> Result<Vec<Option<u64>>, Error> {
    let mut mismatches = vec![None; pieces.len()];
    let mut slab = Slab::default();
    for (runs, chunk) in Cuts::new(pieces).zip(chunks) {
        slab.make(level, threads, pieces, &runs, &Stopper(observer))?;
        let mut found = chunk.as_slice();
        for (run, expected) in runs.iter().zip(slab.runs()) {
            let (head, tail) = found.split_at(expected.len().min(found.len()));
            found = tail;
            let first = run.first * pieces[run.piece].dtype.size() as u64;
            let mismatch: &mut Option<u64> = &mut mismatches[run.piece];
            *mismatch = mismatch.or_else(|| first_difference(expected, head).map(|at| first + at as u64));
        }
        observer.advance(slab.len() as u64);
    }
    Ok(mismatches)
}

/// Index of the first byte of `expected` that `found` has otherwise or not at all.
fn first_difference(expected: &[u8], found: &[u8]) -> Option<usize> {
    if expected == found {
        return None;
    }
    let common = expected.iter().zip(found).position(|(a, b)| a != b);
    Some(common.unwrap_or(found.len()))
}
