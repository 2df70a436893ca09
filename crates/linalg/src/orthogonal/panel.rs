//! The matrix under construction, and one panel of it while reflectors are applied.

use std::sync::{Mutex, MutexGuard, PoisonError};

use fearless_simd::{Level, dispatch};

use super::reflectors::Reflectors;
use super::{PANEL, apply};
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
        let mut panel = panels.take();
        panel.resize((self.m - first) * PANEL);
        // Rows that no reflector has reached yet are zero, which the output doesn't hold. The group behind this one, if there
        // is one, has stored the panel that it begins in and all to the right.
        let stored = group.end() < self.n && column >= group.end() / PANEL * PANEL;
        let reached = if stored { group.end() } else { self.m };
        panel[..(reached - first) * PANEL].fill(0.0);
        if reached < self.m {
            self.load(reached, column, &mut panel[(reached - first) * PANEL..]);
        }
        dispatch!(level, s => apply::apply_group(s, group, &mut panel, column, &[]));
        self.store(first, column, &panel);
        panels.put(panel);
    }

    /// Copies rows `first ..` of the panel from `column` on to `panel`.
    fn load(&self, first: usize, column: usize, panel: &mut [f32]) {
        let width = PANEL.min(self.n - column);
        if width < PANEL {
            panel.fill(0.0);
        }
        if self.transposed {
            let piece = self.piece(column / PANEL);
            for (j, source) in piece.chunks_exact(self.m).enumerate() {
                for (row, x) in panel.chunks_exact_mut(PANEL).zip(&source[first..]) {
                    row[j] = *x;
                }
            }
            return;
        }
        self.each_row(first, |i, row| {
            panel[i * PANEL..][..width].copy_from_slice(&row[column..column + width]);
        });
    }

    /// Copies `panel` back.
    fn store(&self, first: usize, column: usize, panel: &[f32]) {
        let width = PANEL.min(self.n - column);
        if self.transposed {
            let mut piece = self.piece(column / PANEL);
            for (j, target) in piece.chunks_exact_mut(self.m).enumerate() {
                for (row, x) in panel.chunks_exact(PANEL).zip(&mut target[first..]) {
                    *x = row[j];
                }
            }
            return;
        }
        self.each_row(first, |i, row| {
            row[column..column + width].copy_from_slice(&panel[i * PANEL..][..width]);
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
