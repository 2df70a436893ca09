//! Memory for numbers that begins where a cache line does.

use std::ops::{Deref, DerefMut};

/// Bytes of a cache line.
const LINE: usize = 64;

/// Numbers of which the first begins a cache line.
///
/// The system's allocator gives large memory from 16 bytes behind such a place on, where every second vector of 32 bytes
/// lies in two lines, and every vector of 64: products of few rows, which read a kernel once, took up to half as long again.
#[derive(Debug, Default)]
pub struct Aligned {
    memory: Vec<f32>,
    first: usize,
    len: usize,
}

impl Aligned {
    /// As many zeros.
    pub fn zeros(len: usize) -> Self {
        if len == 0 {
            return Self::default();
        }
        let spare = LINE / size_of::<f32>() - 1;
        let memory = vec![0.0; len + spare];
        let first = memory.as_ptr().align_offset(LINE).min(spare);
        Self { memory, first, len }
    }

    /// Becomes so long. What its numbers are then is of no consequence.
    pub fn resize(&mut self, len: usize) {
        if self.first + len > self.memory.len() {
            *self = Self::zeros(len);
        }
        self.len = len;
    }

    /// Bytes of memory that it keeps.
    pub fn bytes(&self) -> usize {
        self.memory.capacity() * size_of::<f32>()
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.memory[self.first..self.first + self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.memory[self.first..self.first + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_begins_a_line() {
        for len in [1, 15, 16, 17, 1000, 200_704] {
            let numbers = Aligned::zeros(len);
            assert_eq!((numbers.len(), numbers.as_ptr().align_offset(LINE)), (len, 0));
            assert!(numbers.iter().all(|x| *x == 0.0));
        }
        assert!(Aligned::zeros(0).is_empty());
    }

    #[test]
    fn memory_is_kept_while_it_does() {
        let mut numbers = Aligned::zeros(100);
        let place = numbers.as_ptr();
        for len in [0, 7, 100] {
            numbers.resize(len);
            assert_eq!((numbers.len(), numbers.as_ptr()), (len, place));
        }
        numbers.resize(1000);
        assert_eq!((numbers.len(), numbers.as_ptr().align_offset(LINE)), (1000, 0));
    }
}
