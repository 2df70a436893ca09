//! Writing one value, and one value at given positions, in every element type.

use crate::out::Out;

/// Fills `out` with `value`, rounded to f32 first for every type but f64.
pub(crate) fn fill(value: f64, out: Out<'_>) {
    match out {
        Out::F32(s) => s.fill(value as f32),
        Out::F64(s) => s.fill(value),
        Out::F16(s) => s.fill(half::f16::from_f32(value as f32).to_bits()),
        Out::Bf16(s) => s.fill(half::bf16::from_f32(value as f32).to_bits()),
        Out::U8(_) | Out::I32(_) => unreachable!("float laws never fill integers"),
    }
}

/// Zeros with `value` at `positions`.
pub(crate) fn scatter(value: f64, positions: impl Iterator<Item = usize>, out: Out<'_>) {
    fn put<T: Copy + Default>(out: &mut [T], positions: impl Iterator<Item = usize>, value: T) {
        out.fill(T::default());
        for p in positions {
            out[p] = value;
        }
    }
    match out {
        Out::F32(s) => put(s, positions, value as f32),
        Out::F64(s) => put(s, positions, value),
        Out::F16(s) => put(s, positions, half::f16::from_f32(value as f32).to_bits()),
        Out::Bf16(s) => put(s, positions, half::bf16::from_f32(value as f32).to_bits()),
        Out::U8(_) | Out::I32(_) => unreachable!("float laws never fill integers"),
    }
}

/// Literal values from `offset` on, rounded to f32 first for every type but f64.
pub(crate) fn copy(data: &[f64], offset: usize, out: Out<'_>) {
    let data = &data[offset..offset + out.len()];
    match out {
        Out::F64(s) => s.copy_from_slice(data),
        other => {
            let rounded: Vec<f32> = data.iter().map(|&v| v as f32).collect();
            other.write_f32(&rounded);
        }
    }
}
