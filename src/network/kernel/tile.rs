//! A tile of a product: up to six rows by one or two panels, kept in registers during the sum.

use super::panels::{Panels, panel_width};
use super::{load, store};
use pulp::{Simd, bytemuck};
use std::ops::Range;

/// The most rows of a tile.
pub(super) const TILE: usize = 6;

/// The part of A that a tile needs. The factor of row `r` and term `t` is at
/// `r · row_stride + t · term_stride`.
#[derive(Clone, Copy)]
pub(super) struct Factors<'a> {
    pub(super) a: &'a [f32],
    pub(super) row_stride: usize,
    pub(super) term_stride: usize,
}

/// The part of C that a tile updates, from its first row on.
pub(super) struct Sums<'a> {
    pub(super) c: &'a mut [f32],
    pub(super) stride: usize,
    pub(super) panel: usize,
}

/// Calls the tile of the right height and width.
#[inline(always)]
pub(super) fn tile_of<S: Simd>(
    simd: S,
    (height, paired): (usize, bool),
    sums: Sums<'_>,
    factors: Factors<'_>,
    b: &Panels,
    terms: Range<usize>,
) {
    match (height, paired) {
        (1, false) => tile::<S, 1, 1>(simd, sums, factors, b, terms),
        (2, false) => tile::<S, 2, 1>(simd, sums, factors, b, terms),
        (3, false) => tile::<S, 3, 1>(simd, sums, factors, b, terms),
        (4, false) => tile::<S, 4, 1>(simd, sums, factors, b, terms),
        (5, false) => tile::<S, 5, 1>(simd, sums, factors, b, terms),
        (_, false) => tile::<S, TILE, 1>(simd, sums, factors, b, terms),
        (1, true) => tile::<S, 1, 2>(simd, sums, factors, b, terms),
        (2, true) => tile::<S, 2, 2>(simd, sums, factors, b, terms),
        // With 16 registers, pairs of panels have at most two rows; this avoids the code for more.
        _ if S::REGISTER_COUNT < 32 => unreachable!("a pair of panels for {height} rows"),
        (3, true) => tile::<S, 3, 2>(simd, sums, factors, b, terms),
        (4, true) => tile::<S, 4, 2>(simd, sums, factors, b, terms),
        (5, true) => tile::<S, 5, 2>(simd, sums, factors, b, terms),
        (_, true) => tile::<S, TILE, 2>(simd, sums, factors, b, terms),
    }
}

/// Adds some terms to a tile of `M` rows by `P` panels.
#[inline(always)]
fn tile<S: Simd, const M: usize, const P: usize>(
    simd: S,
    sums: Sums<'_>,
    factors: Factors<'_>,
    b: &Panels,
    terms: Range<usize>,
) {
    let Sums { c, stride, panel } = sums;
    let wide = 2 * S::F32_LANES;
    debug_assert_eq!(wide, panel_width());
    let columns = |p: usize| {
        let first = (panel + p) * wide;
        first..stride.min(first + wide)
    };
    let count = terms.len();
    let lines: [&[[S::f32s; 2]]; P] = std::array::from_fn(|p| {
        let registers: &[S::f32s] = bytemuck::cast_slice(b.lines(panel + p, terms.clone()));
        &registers.as_chunks().0[..count]
    });
    let Factors { a, row_stride, term_stride } = factors;
    let a = &a[terms.start * term_stride..];
    assert!(count == 0 || (M - 1) * row_stride + (count - 1) * term_stride < a.len());

    let mut tile = [[[simd.splat_f32s(0.0); 2]; P]; M];
    for (row, panels) in tile.iter_mut().enumerate() {
        for (p, registers) in panels.iter_mut().enumerate() {
            let line = &c[row * stride..][columns(p)];
            match whole::<S>(line) {
                Some(whole) => *registers = *whole,
                None => {
                    for (register, part) in registers.iter_mut().zip(line.chunks(S::F32_LANES)) {
                        *register = load(simd, part);
                    }
                }
            }
        }
    }
    for term in 0..count {
        for (row, sums) in tile.iter_mut().enumerate() {
            // SAFETY: `row < M` and `term < count`, so the index is within `a` by the assertion
            // above. A check here would cost six comparisons per term.
            #[allow(unsafe_code)]
            let factor = unsafe { *a.get_unchecked(row * row_stride + term * term_stride) };
            let factor = simd.splat_f32s(factor);
            for (sums, lines) in sums.iter_mut().zip(&lines) {
                // SAFETY: each of the lines has `count` items.
                #[allow(unsafe_code)]
                let line = unsafe { lines.get_unchecked(term) };
                sums[0] = simd.mul_add_e_f32s(factor, line[0], sums[0]);
                sums[1] = simd.mul_add_e_f32s(factor, line[1], sums[1]);
            }
        }
    }
    for (row, panels) in tile.into_iter().enumerate() {
        for (p, registers) in panels.into_iter().enumerate() {
            let line = &mut c[row * stride..][columns(p)];
            match whole_mut::<S>(line) {
                Some(whole) => *whole = registers,
                None => {
                    for (register, part) in registers.into_iter().zip(line.chunks_mut(S::F32_LANES))
                    {
                        store(simd, part, register);
                    }
                }
            }
        }
    }
}

/// A line of C as registers, unless the edge of C cuts it short.
#[inline(always)]
fn whole<S: Simd>(line: &[f32]) -> Option<&[S::f32s; 2]> {
    (line.len() == 2 * S::F32_LANES).then(|| bytemuck::cast_slice(line).first_chunk())?
}

/// The same, mutably.
#[inline(always)]
fn whole_mut<S: Simd>(line: &mut [f32]) -> Option<&mut [S::f32s; 2]> {
    (line.len() == 2 * S::F32_LANES).then(|| bytemuck::cast_slice_mut(line).first_chunk_mut())?
}
