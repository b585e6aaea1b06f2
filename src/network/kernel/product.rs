//! Products of matrices.
//!
//! Both products share an inner loop, which keeps a tile of up to six rows by one or two panels in
//! registers during the sum. With 16 registers (AVX2) these are 6 × 2 accumulators, 2 registers of
//! the panel and 1 for the factor; with 32 (AVX-512, NEON) and two panels, 6 × 4 + 4 + 1.

use super::machine;
use super::panels::Panels;
use super::tile::{Factors, Sums, TILE, tile_of};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Bytes of panels that are used at once, so that they stay in the L1 cache.
const CACHED: usize = 20 << 10;

/// C += A · B. C `[m × n]`, A `[m × k]`, both row-major; B `[k × n]` in panels.
pub fn add_product(c: &mut [f32], a: &[f32], b: &Panels) {
    if b.rows() == 0 || b.columns() == 0 {
        return;
    }
    assert_eq!(c.len() % b.columns(), 0);
    assert_eq!(a.len() % b.rows(), 0);
    assert_eq!(c.len() / b.columns(), a.len() / b.rows());
    machine().dispatch(Product { c, a, b });
}

/// C += Aᵀ · B. C `[k × n]`, A `[m × k]`, both row-major; B `[m × n]` in panels. This is the
/// gradient of weights: the sum runs over the m rows. `packed` is a scratch buffer for a copy of A
/// in which the factors of each tile are adjacent.
pub fn add_product_transposed(c: &mut [f32], a: &[f32], b: &Panels, packed: &mut Vec<f32>) {
    if b.rows() == 0 || b.columns() == 0 || a.is_empty() {
        return;
    }
    assert_eq!(a.len() % b.rows(), 0);
    let k = a.len() / b.rows();
    assert_eq!(c.len(), k * b.columns());
    packed.resize(a.len(), 0.0);
    for tile in tiles(k) {
        let to = &mut packed[tile.start * b.rows()..tile.end * b.rows()];
        match tile.len() {
            1 => gather::<1>(to, a, k, tile.start),
            2 => gather::<2>(to, a, k, tile.start),
            3 => gather::<3>(to, a, k, tile.start),
            4 => gather::<4>(to, a, k, tile.start),
            5 => gather::<5>(to, a, k, tile.start),
            _ => gather::<TILE>(to, a, k, tile.start),
        }
    }
    machine().dispatch(ProductTransposed { c, a: packed, b });
}

/// Copies `M` columns of A from `first` on, row after row. With `M` known at compile time, the
/// compiler emits moves instead of calls.
fn gather<const M: usize>(to: &mut [f32], a: &[f32], k: usize, first: usize) {
    for (to, row) in to.as_chunks_mut::<M>().0.iter_mut().zip(a.chunks_exact(k)) {
        *to = *row[first..].first_chunk().expect("a tile lies within its row");
    }
}

struct Product<'a> {
    c: &'a mut [f32],
    a: &'a [f32],
    b: &'a Panels,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let k = self.b.rows();
        let m = self.a.len() / k;
        // With few rows, or many registers, two panels at once keep more sums in flight.
        let pairs = S::REGISTER_COUNT >= 32 || m <= 2;
        let factors = |tile: Range<usize>| Factors {
            a: &self.a[tile.start * k..tile.end * k],
            row_stride: k,
            term_stride: 1,
        };
        walk::<S>(simd, self.c, factors, self.b, m, pairs);
    }
}

struct ProductTransposed<'a> {
    c: &'a mut [f32],
    /// A, tile by tile: for each term the factors of the rows of the tile.
    a: &'a [f32],
    b: &'a Panels,
}

impl WithSimd for ProductTransposed<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let m = self.b.rows();
        let factors = |tile: Range<usize>| Factors {
            a: &self.a[tile.start * m..tile.end * m],
            row_stride: 1,
            term_stride: tile.len(),
        };
        walk::<S>(simd, self.c, factors, self.b, self.a.len() / m, S::REGISTER_COUNT >= 32);
    }
}

/// Goes over all tiles of C, which has `rows` rows.
#[inline(always)]
fn walk<'a, S: Simd>(
    simd: S,
    c: &mut [f32],
    factors: impl Fn(Range<usize>) -> Factors<'a>,
    b: &Panels,
    rows: usize,
    pairs: bool,
) {
    let n = b.columns();
    let count = n.div_ceil(2 * S::F32_LANES);
    // A sum is stored and continued between its parts, so its order does not depend on the parts.
    let depth = depth::<S>(pairs);
    for from in (0..b.rows()).step_by(depth) {
        let terms = from..b.rows().min(from + depth);
        let mut panel = 0;
        while panel < count {
            let paired = pairs && panel + 1 < count;
            let next = panel + if paired { 2 } else { 1 };
            let coming = if next < count { b.lines(next, terms.clone()) } else { &[] };
            let share = coming.len() / rows.div_ceil(TILE);
            let columns = panel * 2 * S::F32_LANES..n.min(next * 2 * S::F32_LANES);
            for (index, tile) in tiles(rows).enumerate() {
                // Prefetch the next panel and the sums of the next tile during the work on this
                // one.
                if rows > 2 * TILE {
                    prefetch(&coming[index * share..][..share]);
                    for row in tile.end..rows.min(tile.end + TILE) {
                        prefetch(&c[row * n + columns.start..row * n + columns.end]);
                    }
                }
                let factors = factors(tile.clone());
                let sums = Sums { c: &mut c[tile.start * n..], stride: n, panel };
                tile_of::<S>(simd, (tile.len(), paired), sums, factors, b, terms.clone());
            }
            panel = next;
        }
    }
}

/// Prefetches values that will be needed soon.
#[inline(always)]
fn prefetch(numbers: &[f32]) {
    #[cfg(target_arch = "x86_64")]
    for number in numbers.iter().step_by(16) {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: a prefetch reads nothing, and the address is valid.
        #[allow(unsafe_code)]
        unsafe {
            _mm_prefetch::<_MM_HINT_T1>(std::ptr::from_ref(number).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = numbers;
}

/// The number of terms that are summed before a tile is stored.
fn depth<S: Simd>(pairs: bool) -> usize {
    let panels = if pairs { 2 } else { 1 };
    CACHED / (size_of::<f32>() * panels * 2 * S::F32_LANES)
}

/// Divides rows into tiles of nearly equal size, at most six rows each: a tile of one row would
/// cost as much as one of four.
#[inline(always)]
fn tiles(rows: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let count = rows.div_ceil(TILE);
    (0..count).map(move |tile| tile * rows / count..(tile + 1) * rows / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pseudorandom numbers.
    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12345);
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    fn panels(matrix: &[f32], rows: usize, columns: usize) -> Panels {
        let mut panels = Panels::default();
        panels.pack(matrix, rows, columns);
        panels
    }

    const SHAPES: [(usize, usize, usize); 7] = [
        (1, 100, 400),
        (88, 300, 1200),
        (31, 13, 52),
        (7, 1, 1),
        (13, 650, 33),
        (6, 5, 31),
        (2, 700, 65),
    ];

    #[test]
    fn a_product_is_the_sum_of_products_in_order() {
        for (m, k, n) in SHAPES {
            let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
            let start = numbers(m * n, 3);
            let mut c = start.clone();
            add_product(&mut c, &a, &panels(&b, k, n));
            for (row, column) in [(0, 0), (m - 1, n - 1), (m / 2, n / 3), (m / 3, n / 2)] {
                let exact = (0..k).fold(f64::from(start[row * n + column]), |sum, i| {
                    sum + f64::from(a[row * k + i]) * f64::from(b[i * n + column])
                });
                let error = (f64::from(c[row * n + column]) - exact).abs();
                assert!(error < 2e-5, "{m}×{k}×{n} at {row},{column}: off by {error}");
            }
        }
    }

    #[test]
    fn the_transposed_product_agrees_with_the_plain_one() {
        for (m, k, n) in SHAPES {
            // Cᵀ = A B and C = A₂ᵀ B with A₂ = Aᵀ must be the same.
            let (a, b) = (numbers(m * k, 4), numbers(k * n, 5));
            let a_transposed: Vec<f32> =
                (0..k * m).map(|index| a[index % m * k + index / m]).collect();
            let (mut plain, mut transposed) = (vec![0.5; m * n], vec![0.5; m * n]);
            add_product(&mut plain, &a, &panels(&b, k, n));
            let packed = &mut Vec::new();
            add_product_transposed(&mut transposed, &a_transposed, &panels(&b, k, n), packed);
            assert_eq!(plain, transposed, "bit for bit, {m}×{k}×{n}");
        }
    }

    #[test]
    fn a_transposed_matrix_is_packed_as_its_transpose() {
        let (k, n, m) = (37, 45, 3);
        let (a, b) = (numbers(m * k, 6), numbers(k * n, 7));
        let b_transposed: Vec<f32> = (0..n * k).map(|index| b[index % k * n + index / k]).collect();
        let mut packed = Panels::default();
        packed.pack_transposed(&b_transposed, k, n);
        let (mut one, mut other) = (vec![0.0; m * n], vec![0.0; m * n]);
        add_product(&mut one, &a, &panels(&b, k, n));
        add_product(&mut other, &a, &packed);
        assert_eq!(one, other);
    }

    #[test]
    fn a_row_has_the_same_bits_whatever_rows_stand_beside_it() {
        let (m, k, n) = (29, 300, 100);
        let (a, b) = (numbers(m * k, 8), numbers(k * n, 9));
        let b = panels(&b, k, n);
        let mut together = vec![0.25; m * n];
        add_product(&mut together, &a, &b);
        for row in 0..m {
            let mut alone = vec![0.25; n];
            add_product(&mut alone, &a[row * k..][..k], &b);
            assert_eq!(alone, together[row * n..][..n]);
        }
    }

    #[test]
    fn tiles_cover_all_rows_evenly() {
        for rows in 1..200 {
            let tiles: Vec<_> = tiles(rows).collect();
            assert_eq!((tiles[0].start, tiles.last().unwrap().end), (0, rows));
            assert!(tiles.windows(2).all(|pair| pair[0].end == pair[1].start));
            let smallest = tiles.iter().map(|tile| tile.len()).min().unwrap();
            assert!(tiles.iter().all(|tile| tile.len() <= TILE && tile.len() <= smallest + 1));
        }
    }
}
