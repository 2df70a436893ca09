//! Haar-distributed orthogonal matrices by direct draw of Householder reflectors (Stewart 1980, "The efficient
//! generation of random orthogonal matrices with an application to condition estimators").
//!
//! No factorization: column j of a normal matrix, from the diagonal down, is the direction of reflector j, and
//! `Q = H_0 H_1 ... H_{n-1} diag(-s_j)` with `s_j` the sign of its first entry is exactly Haar. Reflectors are accumulated from
//! the last to the first in compact-WY blocks (Schreiber and Van Loan 1989): `Q -= V (T (V' Q))`, every f32 element of
//! the three products one ascending chain of fused multiply-adds from +0, norms, V'V and T in f64.
//!
//! Threads take panels of 64 columns. Neither they nor the vector length change any chain.

mod apply;
mod gram;
mod normals;
mod panel;
mod reflectors;
mod vectors;

use std::ops::ControlFlow;

use fearless_simd::{Level, dispatch};
use symbreak_rng::{BLOCK, Stream};

use crate::parallel::{Pool, share_watched};
use panel::Rows;
use reflectors::{RUN, Reflectors, block_size};

/// One matrix's law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orthogonal {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// Factor on every entry.
    pub gain: f32,
    /// For square matrices: determinant +1, by the sign of the last column.
    pub special: bool,
}

/// Told how many of `total` reflectors are done; `Break` stops the work.
pub type Observer<'a> = &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>;

/// Reflectors that are drawn together, at most: a panel of Q is read and written once for all of them, and they are all
/// the memory that a draw needs beside the output.
const GROUP: usize = 256;

/// Elements of a group's vectors, at most, unless one block has more: a group takes a tenth of a second with them, after
/// which somebody may want to stop.
const GROUP_LEN: usize = 1 << 23;

/// Columns that a thread takes together: a whole line of memory or more of each row.
const PANEL: usize = 64;

/// Reflectors whose entries lie side by side in the packed vectors.
const QUAD: usize = 4;

/// Elements of the next matrix of a batch whose memory is asked for while one is made: it comes from far away, and stores
/// that wait for it hold up all those behind them.
const AHEAD: usize = 1 << 14;

/// Below this many columns one thread is done before another would have joined.
const WORTH_SHARING: usize = 384;

/// Reflectors of a group: whole blocks.
fn group_len(m: usize, n: usize) -> usize {
    let block = block_size(n);
    (GROUP_LEN / m.max(1) / block * block).clamp(block, GROUP)
}

impl Orthogonal {
    /// Longer side: the length of the first reflector.
    fn long(&self) -> usize {
        self.rows.max(self.columns)
    }

    /// Shorter side: the number of reflectors.
    fn short(&self) -> usize {
        self.rows.min(self.columns)
    }

    /// Normal elements from one matrix of a batch to the next: what a matrix reads, up to a whole block.
    pub fn stream_elements(&self) -> u64 {
        let (m, n) = (self.long() as u64, self.short() as u64);
        let read = if n == 0 { 0 } else { (n - 1) * m + (m - n + 1) };
        read.next_multiple_of(BLOCK as u64)
    }

    /// f32 values of memory that a fill on so many threads takes beside its output, at most.
    pub fn scratch_len(&self, threads: usize) -> usize {
        let (m, n) = (self.long(), self.short());
        let vectors = n.min(group_len(m, n)).next_multiple_of(block_size(n));
        let threads = if n < WORTH_SHARING { 1 } else { threads.min(n.div_ceil(PANEL)) };
        let rows = vectors + threads.saturating_mul(PANEL + block_size(n));
        m.saturating_mul(rows)
            .saturating_add(threads.saturating_mul(RUN + 2 * BLOCK))
            .saturating_add(n + vectors * vectors)
    }

    /// Fills `out` with as many matrices of a batch as it holds, row-major, one after another, from number `index` on.
    ///
    /// # Errors
    /// `Break` when `observer` says so; `out` is unspecified then.
    ///
    /// # Panics
    /// If `out` doesn't hold whole matrices.
    pub fn fill(
        &self,
        level: Level,
        threads: usize,
        stream: Stream,
        index: u64,
        out: &mut [f32],
        workspace: &mut Workspace,
        observer: Observer<'_>,
    ) -> ControlFlow<()> {
        let (size, n) = (self.rows * self.columns, self.short());
        let count = out.len() / size.max(1);
        assert_eq!(out.len(), count * size, "elements of orthogonal matrices");
        workspace.reflectors.reserve(self.long(), n);
        let mut rest = out;
        for k in 0..count {
            let (matrix, behind) = rest.split_at_mut(size);
            let start = (index + k as u64) * self.stream_elements();
            let observer = &mut |done, _| observer(k * n + done, count * n);
            if n == PANEL && self.columns == PANEL {
                let ahead = &behind[..size.min(behind.len()).min(AHEAD)];
                self.fill_panel(level, stream, start, matrix, ahead, workspace, observer)?;
            } else {
                self.fill_panels(level, threads, stream, start, matrix, workspace, observer)?;
            }
            let flip = self.special && workspace.reflectors.determinant_is_negative();
            scale(matrix, self.gain, flip.then_some(self.columns));
            rest = behind;
        }
        ControlFlow::Continue(())
    }

    /// Fills a matrix that is one panel in place, and asks for what lies `ahead` the while.
    fn fill_panel(
        &self,
        level: Level,
        stream: Stream,
        start: u64,
        matrix: &mut [f32],
        ahead: &[f32],
        workspace: &mut Workspace,
        observer: Observer<'_>,
    ) -> ControlFlow<()> {
        let group = &mut workspace.reflectors;
        let n = self.short();
        // The Q of the last group starts as zero, and the rows that others reach are zero until then.
        matrix.fill(0.0);
        for first in (0..n).step_by(group_len(self.long(), n)).rev() {
            group.draw(level, 1, stream, start, first);
            let panel = &mut matrix[first * PANEL..];
            dispatch!(level, s => apply::apply_group(s, group, panel, PANEL, 0, ahead));
            observer(n - first, n)?;
        }
        ControlFlow::Continue(())
    }

    /// Fills a matrix panel by panel, each worked on in memory of its own.
    fn fill_panels(
        &self,
        level: Level,
        threads: usize,
        stream: Stream,
        start: u64,
        matrix: &mut [f32],
        workspace: &mut Workspace,
        observer: Observer<'_>,
    ) -> ControlFlow<()> {
        let (m, n) = (self.long(), self.short());
        let Workspace { reflectors: group, panels } = workspace;
        let threads = if n < WORTH_SHARING { 1 } else { threads };
        let q = Rows::new(matrix, m, n, self.rows < self.columns);
        for first in (0..n).step_by(group_len(m, n)).rev() {
            group.draw(level, threads, stream, start, first);
            let columns = (first / PANEL * PANEL..n).step_by(PANEL);
            let reflect = |column| {
                q.reflect(level, group, column, panels);
                ControlFlow::Continue(())
            };
            // Between panels too: a group of a large matrix takes a while.
            let done = n - group.end();
            share_watched(threads, columns, reflect, &mut || observer(done, n))?;
            observer(n - first, n)?;
        }
        ControlFlow::Continue(())
    }
}

/// Memory of draws beside their output: grows as they need it, and later ones use it again.
#[derive(Debug, Default)]
pub struct Workspace {
    reflectors: Reflectors,
    panels: Pool,
}

impl Workspace {
    /// Bytes that it holds.
    pub fn bytes(&self) -> usize {
        self.reflectors.bytes() + self.panels.bytes()
    }
}

/// Multiplies every entry by the gain, and then the last of each `columns` by -1 where that is asked for.
fn scale(out: &mut [f32], gain: f32, flipped: Option<usize>) {
    if gain != 1.0 {
        for value in out.iter_mut() {
            *value *= gain;
        }
    }
    if let Some(columns) = flipped {
        for row in out.chunks_exact_mut(columns) {
            row[columns - 1] = -row[columns - 1];
        }
    }
}
