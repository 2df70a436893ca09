//! Work that threads take item by item.

use std::sync::{Mutex, PoisonError};

/// Calls `work` on each item, on at most `threads` threads including this one.
pub(crate) fn share<T: Send>(
    threads: usize,
    items: impl ExactSizeIterator<Item = T> + Send,
    work: impl Fn(T) + Sync,
) {
    let helpers = threads.min(items.len()).saturating_sub(1);
    if helpers == 0 {
        return items.for_each(work);
    }
    let queue = Mutex::new(items);
    let run = || {
        loop {
            let item = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            match item {
                Some(item) => work(item),
                None => return,
            }
        }
    };
    rayon::in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| run());
        }
        run();
    });
}

/// Arrays that threads have done with, for the next ones: as many as ever worked at once.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<Vec<f32>>>);

impl Pool {
    pub fn take(&self) -> Vec<f32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub fn put(&self, array: Vec<f32>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(array);
    }
}
