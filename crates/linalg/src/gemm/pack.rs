//! Panels of B in the order in which the micro-kernel reads them.

use crate::matrix::MatRef;

/// Copies `alpha` times rows `first .. first + depth` of B's columns `column .. column + live` to `depth` rows of
/// `width`, zero behind the last column.
pub(super) fn pack_panel(
    b: MatRef,
    alpha: f32,
    (first, depth): (usize, usize),
    (column, live): (usize, usize),
    width: usize,
    panel: &mut [f32],
) {
    if depth == 0 {
        return;
    }
    let source = b.tail(first, column);
    if b.is_transposed() {
        if live < width {
            panel.fill(0.0);
        }
        for (j, source) in source.chunks(b.stride()).take(live).enumerate() {
            for (row, x) in panel.chunks_exact_mut(width).zip(source) {
                row[j] = alpha * x;
            }
        }
    } else {
        for (row, source) in panel.chunks_exact_mut(width).zip(source.chunks(b.stride())) {
            let (head, padding) = row.split_at_mut(live);
            for (slot, x) in head.iter_mut().zip(source) {
                *slot = alpha * x;
            }
            padding.fill(0.0);
        }
    }
}
