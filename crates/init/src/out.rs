//! The memory that a law is written to.

/// Element types of tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
    /// IEEE binary16, as its bits.
    F16,
    /// The upper half of a binary32, as its bits.
    Bf16,
}

impl Dtype {
    /// Bytes of one element.
    pub const fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
            Self::F16 | Self::Bf16 => 2,
        }
    }
}

/// A caller's slice and what its elements mean.
#[derive(Debug)]
pub enum Out<'a> {
    /// 32-bit floats.
    F32(&'a mut [f32]),
    /// 64-bit floats.
    F64(&'a mut [f64]),
    /// binary16 bit patterns.
    F16(&'a mut [u16]),
    /// bfloat16 bit patterns.
    Bf16(&'a mut [u16]),
    /// Outcomes of trials, 0 or 1.
    U8(&'a mut [u8]),
    /// Integers.
    I32(&'a mut [i32]),
}

impl<'a> Out<'a> {
    /// Memory as elements of a type, in the machine's byte order; `None` where it isn't aligned for them or ends
    /// within one.
    pub fn of_bytes(dtype: Dtype, bytes: &'a mut [u8]) -> Option<Self> {
        Some(match dtype {
            Dtype::F32 => Self::F32(bytemuck::try_cast_slice_mut(bytes).ok()?),
            Dtype::F64 => Self::F64(bytemuck::try_cast_slice_mut(bytes).ok()?),
            Dtype::F16 => Self::F16(bytemuck::try_cast_slice_mut(bytes).ok()?),
            Dtype::Bf16 => Self::Bf16(bytemuck::try_cast_slice_mut(bytes).ok()?),
        })
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(s) => s.len(),
            Self::F64(s) => s.len(),
            Self::F16(s) | Self::Bf16(s) => s.len(),
            Self::U8(s) => s.len(),
            Self::I32(s) => s.len(),
        }
    }

    /// Whether there is nothing to fill.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first `mid` elements and the rest.
    pub(crate) fn split_at(self, mid: usize) -> (Self, Self) {
        fn both<'s, T>(s: &'s mut [T], mid: usize, wrap: fn(&'s mut [T]) -> Out<'s>) -> (Out<'s>, Out<'s>) {
            let (head, tail) = s.split_at_mut(mid);
            (wrap(head), wrap(tail))
        }
        match self {
            Self::F32(s) => both(s, mid, Out::F32),
            Self::F64(s) => both(s, mid, Out::F64),
            Self::F16(s) => both(s, mid, Out::F16),
            Self::Bf16(s) => both(s, mid, Out::Bf16),
            Self::U8(s) => both(s, mid, Out::U8),
            Self::I32(s) => both(s, mid, Out::I32),
        }
    }

    /// Writes f32 values, rounded once to the slice's type. Lengths are equal.
    ///
    /// Integer slices are never asked for: their laws are elementwise and fill them directly.
    pub(crate) fn write_f32(self, values: &[f32]) {
        fn map<T>(out: &mut [T], values: &[f32], convert: impl Fn(f32) -> T) {
            for (o, &v) in out.iter_mut().zip(values) {
                *o = convert(v);
            }
        }
        match self {
            Self::F32(s) => s.copy_from_slice(values),
            Self::F64(s) => map(s, values, f64::from),
            Self::F16(s) => map(s, values, |v| half::f16::from_f32(v).to_bits()),
            Self::Bf16(s) => map(s, values, |v| half::bf16::from_f32(v).to_bits()),
            Self::U8(_) | Self::I32(_) => unreachable!("float laws never fill integers"),
        }
    }
}
