//! Writing a file in bounded memory.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use fearless_simd::Level;
use symbreak_init::FillError;

use crate::cut::{Cuts, Run, SLAB};
use crate::error::Error;
use crate::piece::Piece;
use crate::replacement::{Destination, Replacement};
use crate::slab::Slab;
use crate::{Observer, Stopper};

/// Slabs that wait between the making and the writing.
const WAITING: usize = 2;

/// Writes `head` and the pieces after it, making values on at most `threads` threads while earlier ones are written.
///
/// The file appears under its name only when every byte is on the disk.
///
/// # Errors
/// [`Error::Io`] when the system refuses, [`Error::Fill`] when the observer stops the work or a law has no form in its
/// element type. The temporary file is gone then, and what was at the destination is untouched.
pub fn write(
    level: Level,
    threads: usize,
    destination: Destination<'_>,
    head: &[u8],
    pieces: &[Piece],
    observer: &dyn Observer,
) -> Result<(), Error> {
    let mut file = Replacement::create(destination)?;
    file.write_all(head)?;
    observer.advance(head.len() as u64);
    let (full, filled) = sync_channel(WAITING);
    let (empty, emptied) = channel();
    thread::scope(|scope| {
        let target = &mut file;
        let writer = thread::Builder::new()
            .spawn_scoped(scope, move || drain(&filled, &empty, target, observer))
            .map_err(Error::io("write", destination.temporary))?;
        let made = make(level, threads, pieces, full, &emptied, observer);
        // A writer that failed makes the maker stop without an error of its own.
        writer.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload))?;
        made
    })?;
    if observer.is_stopped() {
        return Err(FillError::Cancelled.into());
    }
    file.commit(destination.path)
}

/// Makes slabs in order until all are made, the observer stops it, or nobody takes them any more.
#[expect(clippy::needless_pass_by_value, reason = "dropping the sender is what ends the writer")]
fn make(
    level: Level,
    threads: usize,
    pieces: &[Piece],
    full: SyncSender<Slab>,
    emptied: &Receiver<Slab>,
    observer: &dyn Observer,
) -> Result<(), Error> {
    let mut outstanding = 0;
    for runs in Cuts::new(pieces) {
        let mut slab = Slab::default();
        // A law that is made as one piece can be huge: it waits until its memory is the only one.
        let wait = is_oversized(pieces, &runs);
        while let Some(back) =
            if wait && outstanding > 0 { emptied.recv().ok() } else { emptied.try_recv().ok() }
        {
            outstanding -= 1;
            slab = back;
        }
        slab.make(level, threads, pieces, &runs, &Stopper(observer))?;
        if full.send(slab).is_err() {
            break;
        }
        outstanding += 1;
    }
    Ok(())
}

fn is_oversized(pieces: &[Piece], runs: &[Run]) -> bool {
    runs.iter().any(|run| run.elements * pieces[run.piece].dtype.size() > SLAB)
}

/// Writes slabs in order, and gives their memory back.
fn drain(
    filled: &Receiver<Slab>,
    empty: &Sender<Slab>,
    file: &mut Replacement,
    observer: &dyn Observer,
) -> Result<(), Error> {
    for slab in filled {
        for bytes in slab.runs() {
            file.write_all(bytes)?;
            observer.advance(bytes.len() as u64);
        }
        // The maker may have ended already.
        let _ = empty.send(slab);
    }
    Ok(())
}
