//! Work that threads take item by item.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use crate::aligned::Aligned;

/// Calls `work` on each item, on at most `threads` threads including this one.
pub(crate) fn share<T: Send>(
    threads: usize,
    items: impl ExactSizeIterator<Item = T> + Send,
    work: impl Fn(T) + Sync,
) {
    // Nobody stops it.
    let _ = share_watched(threads, items, work, &mut || ControlFlow::Continue(()));
}

/// As [`share`]; this thread asks `watch` after each of its items, and no item is begun after a `Break`.
pub(crate) fn share_watched<T: Send>(
    threads: usize,
    items: impl ExactSizeIterator<Item = T> + Send,
    work: impl Fn(T) + Sync,
    watch: &mut dyn FnMut() -> ControlFlow<()>,
) -> ControlFlow<()> {
    let helpers = threads.min(items.len()).saturating_sub(1);
    if helpers == 0 {
        for item in items {
            work(item);
            watch()?;
        }
        return ControlFlow::Continue(());
    }
    let queue = Mutex::new(Some(items));
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).as_mut().and_then(Iterator::next);
    let run = || {
        while let Some(item) = next() {
            work(item);
        }
    };
    let mut end = ControlFlow::Continue(());
    rayon::in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| run());
        }
        while let Some(item) = next() {
            work(item);
            end = watch();
            if end.is_break() {
                *queue.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
        }
    });
    end
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
