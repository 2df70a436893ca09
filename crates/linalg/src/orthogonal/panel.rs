//! The matrix under construction, and one panel of it while reflectors are applied.

use std::slice;
use std::sync::{Mutex, MutexGuard, PoisonError};

use fearless_simd::{Level, dispatch};

use super::reflectors::Reflectors;
use super::{PANEL, apply};
use crate::aligned::Aligned;
use crate::parallel::Pool;

/// The m x n matrix Q in the caller's memory, which threads read and write by panels of columns. It may lie transposed.
pub(super) struct Rows<'a> {
    /// Pieces of 64 rows (of 64 columns, where transposed), each with its lock: threads rarely meet at one.
    pieces: Vec<Mutex<&'a mut [f32]>>,
    m: usize,
    n: usize,
    transposed: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(out: &'a mut [f32], m: usize, n: usize, transposed: bool) -> Self {
        let piece = PANEL * if transposed { m } else { n };
        Self { pieces: out.chunks_mut(piece.max(1)).map(Mutex::new).collect(), m, n, transposed }
    }

    fn piece(&self, index: usize) -> MutexGuard<'_, &'a mut [f32]> {
        self.pieces[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies a group of reflectors to the panel of columns from `column` on.
    pub(super) fn reflect(&self, level: Level, group: &Reflectors, column: usize, panels: &Pool) {
        let first = group.first();
        let rows = self.m - first;
        let width = dispatch!(level, s => apply::strip_width(s, rows));
        let columns = PANEL.min(self.n - column);
        let mut panel = Panel { memory: panels.take(), rows, width };
        panel.memory.resize(rows * columns.next_multiple_of(width));
        // Rows that no reflector has reached yet are zero, which the output doesn't hold. The group behind this one, if there
        // is one, has stored the panel that it begins in and all to the right.
        let stored = group.end() < self.n && column >= group.end() / PANEL * PANEL;
        let reached = if stored { group.end() - first } else { rows };
        panel.clear(reached, columns);
        if reached < rows {
            self.exchange(first, reached, column, &mut panel, |own, theirs| own.copy_from_slice(theirs));
        }
        for (i, strip) in panel.strips().enumerate() {
            dispatch!(level, s => apply::apply_group(s, group, strip, width, column + i * width, &[]));
        }
        self.exchange(first, 0, column, &mut panel, |own, theirs| theirs.copy_from_slice(own));
        panels.put(panel.memory);
    }

    /// Calls `copy(own, theirs)` for every piece that lies together in a panel and in the matrix, from the panel's row `skip`
    /// on. The panel begins in row `first` and column `column` of the matrix.
    fn exchange(
        &self,
        first: usize,
        skip: usize,
        column: usize,
        panel: &mut Panel,
        copy: impl Fn(&mut [f32], &mut [f32]),
    ) {
        let columns = PANEL.min(self.n - column);
        if self.transposed {
            let mut piece = self.piece(column / PANEL);
            for (j, theirs) in piece.chunks_exact_mut(self.m).enumerate() {
                for (own, theirs) in panel.column(skip, j).zip(&mut theirs[first + skip..]) {
                    copy(slice::from_mut(own), slice::from_mut(theirs));
                }
            }
            return;
        }
        self.each_row(first + skip, |i, row| {
            let theirs = &mut row[column..column + columns];
            for (k, theirs) in theirs.chunks_mut(panel.width).enumerate() {
                copy(panel.part_of_row(skip + i, k, theirs.len()), theirs);
            }
        });
    }

    /// Calls `work(i, row first + i)` for every row from `first` on.
    fn each_row(&self, first: usize, mut work: impl FnMut(usize, &mut [f32])) {
        for index in first / PANEL..self.pieces.len() {
            let mut piece = self.piece(index);
            for (r, row) in piece.chunks_exact_mut(self.n).enumerate() {
                if let Some(i) = (index * PANEL + r).checked_sub(first) {
                    work(i, row);
                }
            }
        }
    }
}

/// A thread's own copy of a panel: strips of columns one behind another, each of them row by row.
struct Panel {
    memory: Aligned,
    rows: usize,
    /// Columns of a strip.
    width: usize,
}

impl Panel {
    fn strips(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.memory.chunks_exact_mut((self.rows * self.width).max(1))
    }

    /// Makes the first `rows` rows zero, and all columns that the matrix doesn't have.
    fn clear(&mut self, rows: usize, columns: usize) {
        let width = self.width;
        for (i, strip) in self.strips().enumerate() {
            let whole = (i + 1) * width <= columns;
            let end = if whole { rows * width } else { strip.len() };
            strip[..end].fill(0.0);
        }
    }

    /// The first so many entries of a strip's row.
    fn part_of_row(&mut self, row: usize, strip: usize, count: usize) -> &mut [f32] {
        &mut self.memory[(strip * self.rows + row) * self.width..][..count]
    }

    /// The entries of a column, from row `first` on.
    fn column(&mut self, first: usize, column: usize) -> impl Iterator<Item = &mut f32> {
        let (strip, j) = (column / self.width, column % self.width);
        let rows = self.memory[strip * self.rows * self.width..].chunks_exact_mut(self.width);
        rows.take(self.rows).skip(first).map(move |row| &mut row[j])
    }
}
