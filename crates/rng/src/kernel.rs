//! Instruction sets by name.

use core::fmt;

use fearless_simd::Level;

/// An instruction set that the kernels are compiled for. All give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// No vector instructions: the form that defines the bits.
    Scalar,
    /// Every x86-64.
    Sse2,
    /// x86-64-v2.
    Sse42,
    /// x86-64-v3: AVX2 and FMA.
    Avx2,
    /// AVX-512 as of Ice Lake and Zen 4.
    Avx512,
    /// 64-bit ARM.
    Neon,
    /// WebAssembly's 128-bit vectors.
    Wasm,
}

impl Kernel {
    /// Every kernel, weakest first.
    pub const ALL: [Self; 7] =
        [Self::Scalar, Self::Sse2, Self::Sse42, Self::Avx2, Self::Avx512, Self::Neon, Self::Wasm];

    /// The strongest that this CPU runs.
    pub fn best() -> Self {
        Self::available().last().copied().unwrap_or(Self::Scalar)
    }

    /// Those that this CPU runs, weakest first.
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|kernel| kernel.level().is_some()).collect()
    }

    /// The name users know it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Sse2 => "sse2",
            Self::Sse42 => "sse4.2",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
            Self::Wasm => "wasm",
        }
    }

    /// The level to call kernels with; `None` where the CPU lacks it.
    pub fn level(self) -> Option<Level> {
        if self == Self::Scalar {
            return Some(Level::Fallback(fearless_simd::Fallback::new()));
        }
        vector_level(self, Level::new())
    }
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn vector_level(kernel: Kernel, best: Level) -> Option<Level> {
    match kernel {
        Kernel::Sse2 => best.as_sse2().map(Level::Sse2),
        Kernel::Sse42 => best.as_sse4_2().map(Level::Sse4_2),
        Kernel::Avx2 => best.as_avx2().map(Level::Avx2),
        Kernel::Avx512 => best.as_avx512().map(Level::Avx512),
        Kernel::Scalar | Kernel::Neon | Kernel::Wasm => None,
    }
}

#[cfg(target_arch = "aarch64")]
fn vector_level(kernel: Kernel, best: Level) -> Option<Level> {
    if kernel == Kernel::Neon { best.as_neon().map(Level::Neon) } else { None }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn vector_level(kernel: Kernel, best: Level) -> Option<Level> {
    if kernel == Kernel::Wasm { best.as_wasm_simd128().map(Level::WasmSimd128) } else { None }
}

#[cfg(not(any(
    target_arch = "x86",
    target_arch = "x86_64",
    target_arch = "aarch64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
fn vector_level(_: Kernel, _: Level) -> Option<Level> {
    None
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
