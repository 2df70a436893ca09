//! Work that several threads share.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs `work` on `workers` threads, the calling one included, and waits for all of them.
fn on_workers(workers: usize, work: impl Fn() + Sync) {
    if workers <= 1 {
        return work();
    }
    rayon::in_place_scope(|scope| {
        for _ in 1..workers {
            scope.spawn(|_| work());
        }
        work();
    });
}

/// Does `work` on every item that `take` gives, on at most `threads` threads, until there are none or one breaks.
pub(crate) fn share<T>(
    threads: usize,
    take: impl Fn() -> Option<T> + Sync,
    work: impl Fn(T) -> ControlFlow<()> + Sync,
) -> ControlFlow<()> {
    let stopped = AtomicBool::new(false);
    on_workers(threads, || {
        while !stopped.load(Ordering::Relaxed) {
            let Some(item) = take() else { return };
            if work(item).is_break() {
                stopped.store(true, Ordering::Relaxed);
            }
        }
    });
    if stopped.into_inner() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
