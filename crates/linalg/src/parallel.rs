//! Work that threads take item by item.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use crate::aligned::Aligned;

/// Calls `work` on each item, on at most `threads` threads including this one. No item is begun after a `Break`, which
/// is what comes back then.
pub fn share<T: Send>(
    threads: usize,
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> ControlFlow<()> + Sync,
) -> ControlFlow<()> {
    share_watched(threads, items, work, &mut || ControlFlow::Continue(()))
}

/// As [`share`]; this thread asks `watch` after each of its items.
pub(crate) fn share_watched<T: Send>(
    threads: usize,
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> ControlFlow<()> + Sync,
    watch: &mut dyn FnMut() -> ControlFlow<()>,
) -> ControlFlow<()> {
    let most = items.size_hint().1.unwrap_or(usize::MAX);
    let helpers = threads.min(most).saturating_sub(1);
    if helpers == 0 {
        for item in items {
            work(item)?;
            watch()?;
        }
        return ControlFlow::Continue(());
    }
    // Taken away when somebody breaks off.
    let queue = Mutex::new(Some(items));
    let lock = || queue.lock().unwrap_or_else(PoisonError::into_inner);
    let next = || lock().as_mut().and_then(Iterator::next);
    let run = |watch: &mut dyn FnMut() -> ControlFlow<()>| {
        while let Some(item) = next() {
            if work(item).is_break() || watch().is_break() {
                *lock() = None;
            }
        }
    };
    rayon::in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| run(&mut || ControlFlow::Continue(())));
        }
        run(watch);
    });
    if lock().is_some() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}

/// Arrays that threads have done with, for the next ones: as many as ever worked at once.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<Aligned>>);

impl Pool {
    pub fn take(&self) -> Aligned {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Bytes that wait for their next use.
    pub fn bytes(&self) -> usize {
        let arrays = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        arrays.iter().map(Aligned::bytes).sum()
    }

    pub fn put(&self, array: Aligned) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(array);
    }
}
