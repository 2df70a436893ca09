//! The same work on several threads at once.

/// Runs `work` on `workers` threads, the calling one included, and waits for all of them.
pub(crate) fn on_workers(workers: usize, work: impl Fn() + Sync) {
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
