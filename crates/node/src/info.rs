//! What this machine offers, and the kernel in use.

use std::sync::atomic::{AtomicU8, Ordering};

use fearless_simd::Level;
use napi::Result;
use napi_derive::napi;
use symbreak_rng::Kernel;

use crate::error::{Code, error};

/// Index into [`Kernel::available`] of the kernel in use; 255 before the first choice.
static CHOSEN: AtomicU8 = AtomicU8::new(u8::MAX);

/// The SIMD level of the kernel in use.
pub(crate) fn level() -> Level {
    match CHOSEN.load(Ordering::Relaxed) {
        u8::MAX => Level::new(),
        index => Kernel::available().get(index as usize).and_then(|k| k.level()).unwrap_or_else(Level::new),
    }
}

/// Names of the kernels that this CPU can run, the slowest first.
#[napi]
pub fn kernels() -> Vec<String> {
    Kernel::available().iter().map(|k| k.name().to_owned()).collect()
}

/// Name of the kernel in use.
#[napi]
pub fn kernel() -> String {
    match CHOSEN.load(Ordering::Relaxed) {
        u8::MAX => Kernel::best(),
        index => Kernel::available().get(index as usize).copied().unwrap_or_else(Kernel::best),
    }
    .name()
    .to_owned()
}

/// Uses the kernel of this name from now on, for tests: the bits are the same.
#[napi]
pub fn use_kernel(name: String) -> Result<()> {
    let found = Kernel::available().iter().position(|k| k.name() == name);
    let index = found.ok_or_else(|| {
        error(Code::InvalidArgument, format_args!("kernel must be one of {:?}, got {name:?}", kernels()))
    })?;
    CHOSEN.store(index as u8, Ordering::Relaxed);
    Ok(())
}

/// Threads that the operating system offers to this process.
#[napi]
pub fn available_threads() -> u32 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as u32)
}

/// Version of the addon, compared with the package's own.
#[napi]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
