//! Views of matrices in somebody else's memory.

use std::mem;

/// A matrix to read: row-major with a stride, or the transpose of such a one.
#[derive(Clone, Copy, Debug)]
pub struct MatRef<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    stride: usize,
    transposed: bool,
}

impl<'a> MatRef<'a> {
    /// The row-major `rows` x `columns` matrix whose rows follow each other without gaps.
    ///
    /// # Panics
    /// If `data` is shorter than the matrix.
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        Self::with_stride(data, rows, columns, columns)
    }

    /// The row-major matrix whose entry (i, j) is `data[i * stride + j]`.
    ///
    /// # Panics
    /// If rows overlap (`stride < columns`) or `data` is shorter than the matrix.
    pub fn with_stride(data: &'a [f32], rows: usize, columns: usize, stride: usize) -> Self {
        check(data.len(), rows, columns, stride);
        Self { data, rows, columns, stride, transposed: false }
    }

    /// The transpose, without moving anything.
    #[must_use]
    pub fn t(self) -> Self {
        Self { rows: self.columns, columns: self.rows, transposed: !self.transposed, ..self }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Whether columns, not rows, lie in consecutive elements.
    pub(crate) fn is_transposed(&self) -> bool {
        self.transposed
    }

    /// Distance between rows, or between columns of a transpose.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// Elements from entry (i, j) on, in memory order; empty behind the last.
    pub(crate) fn tail(&self, i: usize, j: usize) -> &'a [f32] {
        let at = if self.transposed { j * self.stride + i } else { i * self.stride + j };
        self.data.get(at..).unwrap_or(&[])
    }
}

/// A row-major matrix to write.
#[derive(Debug)]
pub struct MatMut<'a> {
    data: &'a mut [f32],
    rows: usize,
    columns: usize,
    stride: usize,
}

impl<'a> MatMut<'a> {
    /// The row-major `rows` x `columns` matrix whose rows follow each other without gaps.
    ///
    /// # Panics
    /// If `data` is shorter than the matrix.
    pub fn new(data: &'a mut [f32], rows: usize, columns: usize) -> Self {
        Self::with_stride(data, rows, columns, columns)
    }

    /// The row-major matrix whose entry (i, j) is `data[i * stride + j]`.
    ///
    /// # Panics
    /// If rows overlap (`stride < columns`) or `data` is shorter than the matrix.
    pub fn with_stride(data: &'a mut [f32], rows: usize, columns: usize, stride: usize) -> Self {
        check(data.len(), rows, columns, stride);
        Self { data, rows, columns, stride }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Elements from entry (i, j) on.
    pub(crate) fn tail_mut(&mut self, i: usize, j: usize) -> &mut [f32] {
        &mut self.data[i * self.stride + j..]
    }

    /// Its rows from the one of entry (i, j) on, each from column j.
    #[inline(always)]
    pub(crate) fn rows_from(&mut self, (i, j): (usize, usize)) -> Rows<'_> {
        let stride = self.stride;
        Rows { rest: self.tail_mut(i, j), stride }
    }
}

/// Rows of a matrix, one after another: one look at a row's end is all that it takes.
pub(crate) struct Rows<'a> {
    rest: &'a mut [f32],
    stride: usize,
}

impl<'a> Rows<'a> {
    /// The first `live` elements of the next row; `last` if none behind it will be asked for.
    #[inline(always)]
    pub(crate) fn next(&mut self, live: usize, last: bool) -> &'a mut [f32] {
        let (head, tail) = mem::take(&mut self.rest).split_at_mut(if last { live } else { self.stride });
        self.rest = tail;
        &mut head[..live]
    }
}

fn check(len: usize, rows: usize, columns: usize, stride: usize) {
    assert!(stride >= columns, "rows of {columns} columns overlap at stride {stride}");
    let needed = if rows == 0 || columns == 0 { 0 } else { (rows - 1) * stride + columns };
    assert!(len >= needed, "{len} elements can't hold {rows} x {columns} at stride {stride}");
}
