//! Work on libuv's threads whose panics become errors: napi's `AsyncTask` alone would abort the process.

use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::bindgen_prelude::{ToNapiValue, TypeName};
use napi::{Env, Result, Task};

use crate::error::panicked;

/// Work that owns everything it touches.
pub trait Work: Send {
    /// What the thread makes.
    type Output: Send + 'static;
    /// What JavaScript gets.
    type JsValue: ToNapiValue + TypeName;

    /// Runs on a libuv thread.
    fn run(&mut self) -> Result<Self::Output>;

    /// Runs on the JavaScript thread.
    fn finish(&mut self, output: Self::Output) -> Result<Self::JsValue>;
}

/// The only task type that this crate hands to napi.
pub struct Guarded<W>(pub(crate) W);

impl<W: Work> Task for Guarded<W> {
    type Output = W::Output;
    type JsValue = W::JsValue;

    fn compute(&mut self) -> Result<Self::Output> {
        catch_unwind(AssertUnwindSafe(|| self.0.run())).unwrap_or_else(|payload| Err(panicked(&*payload)))
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> Result<Self::JsValue> {
        self.0.finish(output)
    }
}

/// The same guard for work on the JavaScript thread.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(panicked(&*payload)))
}
