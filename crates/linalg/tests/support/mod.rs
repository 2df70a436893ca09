//! What the tests share.

use fearless_simd::Level;
use symbreak_rng::Kernel;

/// Every level that this CPU can run, the scalar one first.
pub fn levels() -> Vec<Level> {
    Kernel::available().into_iter().filter_map(Kernel::level).collect()
}
