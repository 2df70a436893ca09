//! Stopping work that runs on another thread, and seeing how far it is.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use napi_derive::napi;
use symbreak_init::Progress;

/// Shared between JavaScript and the threads of one asynchronous call.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    stopped: AtomicBool,
    done: AtomicU64,
}

impl Watch {
    /// Whether JavaScript asked for an end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Counts work done.
    pub(crate) fn add(&self, amount: u64) {
        self.done.fetch_add(amount, Ordering::Relaxed);
    }
}

impl Progress for Watch {
    fn advance(&self, elements: usize) -> ControlFlow<()> {
        self.add(elements as u64);
        if self.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// JavaScript's end of a [`Watch`]: polled for progress from a timer, so that no thread ever calls into JavaScript.
#[napi]
#[derive(Debug, Default)]
pub struct CancelToken {
    watch: Arc<Watch>,
}

#[napi]
impl CancelToken {
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop at its next check.
    #[napi]
    pub fn cancel(&self) {
        self.watch.stopped.store(true, Ordering::Relaxed);
    }

    /// Elements, bytes or steps done so far.
    #[napi(getter)]
    pub fn done(&self) -> f64 {
        self.watch.done.load(Ordering::Relaxed) as f64
    }

    pub(crate) fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }
}
