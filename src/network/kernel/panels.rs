//! A matrix packed for products: in panels of adjacent columns.

use super::{lanes, machine};
use std::ops::Range;
use std::sync::LazyLock;

/// The columns of a panel: two registers of this machine.
pub(super) fn panel_width() -> usize {
    static WIDTH: LazyLock<usize> = LazyLock::new(|| 2 * lanes(machine()));
    *WIDTH
}

/// A `[rows × columns]` matrix divided into panels of columns that fill two registers. Each panel
/// is stored row after row; the last one is padded with zeros. So the inner loop of a product reads
/// memory sequentially.
#[derive(Debug, Clone, Default)]
pub struct Panels {
    data: Vec<f32>,
    rows: usize,
    columns: usize,
}

impl Panels {
    /// Packs a row-major `[rows × columns]` matrix. Allocates nothing if `self` has held a matrix
    /// of this size before.
    pub fn pack(&mut self, matrix: &[f32], rows: usize, columns: usize) {
        assert_eq!(matrix.len(), rows * columns);
        self.pack_panels(rows, columns, |first, width, panel| {
            for (row, line) in panel.chunks_exact_mut(panel_width()).enumerate() {
                copy(&mut line[..width], &matrix[row * columns + first..][..width]);
                line[width..].fill(0.0);
            }
        });
    }

    /// Packs the transpose of a row-major `[columns × rows]` matrix.
    pub fn pack_transposed(&mut self, matrix: &[f32], rows: usize, columns: usize) {
        assert_eq!(matrix.len(), rows * columns);
        self.pack_panels(rows, columns, |first, width, panel| {
            if width < panel_width() {
                panel.fill(0.0);
            }
            for column in 0..width {
                let source = &matrix[(first + column) * rows..][..rows];
                let lines = panel.chunks_exact_mut(panel_width());
                lines.zip(source).for_each(|(line, &value)| line[column] = value);
            }
        });
    }

    /// `fill(first, width, panel)` writes a panel: `width` columns from `first` on.
    fn pack_panels(
        &mut self,
        rows: usize,
        columns: usize,
        fill: impl Fn(usize, usize, &mut [f32]),
    ) {
        let wide = panel_width();
        self.data.resize(rows * columns.div_ceil(wide) * wide, 0.0);
        (self.rows, self.columns) = (rows, columns);
        for (index, panel) in self.data.chunks_exact_mut((rows * wide).max(1)).enumerate() {
            fill(index * wide, wide.min(columns - index * wide), panel);
        }
    }

    /// The rows of the matrix, which is the number of terms of each sum in a product.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns of the matrix.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Some rows of a panel, one after the other.
    pub(super) fn lines(&self, panel: usize, lines: Range<usize>) -> &[f32] {
        let (wide, first) = (panel_width(), panel * self.rows);
        &self.data[(first + lines.start) * wide..(first + lines.end) * wide]
    }
}

/// Copies a row of a panel. With the few sizes of whole rows known, the compiler emits moves
/// instead of a call.
#[inline(always)]
fn copy(to: &mut [f32], from: &[f32]) {
    fn whole<const N: usize>(to: &mut [f32], from: &[f32]) -> Option<()> {
        *<&mut [f32; N]>::try_from(to).ok()? = *<&[f32; N]>::try_from(from).ok()?;
        Some(())
    }
    let copied = match from.len() {
        32 => whole::<32>(to, from),
        16 => whole::<16>(to, from),
        8 => whole::<8>(to, from),
        _ => None,
    };
    if copied.is_none() {
        to.copy_from_slice(from);
    }
}
