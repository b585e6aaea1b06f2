//! Products with sparse rows, such as the attributes.
//!
//! Several registers of columns are processed at once, and the sums stay in them.

use super::{load, machine, store};
use pulp::{Simd, WithSimd, bytemuck};

/// Registers of columns that are processed at once: enough to hide the latency of a multiply-add,
/// and few enough for 16 registers.
const ABREAST: usize = 8;

/// c += x · W for one sparse row x: c `[n]`, W `[columns × n]` row-major.
pub fn add_sparse_product(c: &mut [f32], x: &[(u32, f32)], w: &[f32]) {
    struct Sum<'a>(&'a mut [f32], &'a [(u32, f32)], &'a [f32]);
    impl WithSimd for Sum<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Sum(c, x, w) = self;
            let n = c.len();
            for (part, first) in
                c.chunks_mut(ABREAST * S::F32_LANES).zip((0..n).step_by(ABREAST * S::F32_LANES))
            {
                let wide = part.len();
                let line = |column: u32| &w[column as usize * n + first..][..wide];
                if let Some(whole) = whole_mut::<S>(part) {
                    let mut sums = *whole;
                    for &(column, value) in x {
                        let factor = simd.splat_f32s(value);
                        let line = whole_of::<S>(line(column));
                        for (sum, line) in sums.iter_mut().zip(line) {
                            *sum = simd.mul_add_e_f32s(factor, *line, *sum);
                        }
                    }
                    *whole = sums;
                } else {
                    for &(column, value) in x {
                        add_scaled(simd, part, simd.splat_f32s(value), line(column));
                    }
                }
            }
        }
    }
    machine().dispatch(Sum(c, x, w));
}

/// W += xᵀ · c for one sparse row x, the gradient of weights; shapes as in [`add_sparse_product`].
pub fn add_sparse_product_transposed(w: &mut [f32], x: &[(u32, f32)], c: &[f32]) {
    struct Shares<'a>(&'a mut [f32], &'a [(u32, f32)], &'a [f32]);
    impl WithSimd for Shares<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Shares(w, x, c) = self;
            let n = c.len();
            for &(column, value) in x {
                let to = &mut w[column as usize * n..][..n];
                add_scaled(simd, to, simd.splat_f32s(value), c);
            }
        }
    }
    machine().dispatch(Shares(w, x, c));
}

/// to += factor · from.
#[inline(always)]
fn add_scaled<S: Simd>(simd: S, to: &mut [f32], factor: S::f32s, from: &[f32]) {
    let (to, to_rest) = S::as_mut_simd_f32s(to);
    let (from, from_rest) = S::as_simd_f32s(from);
    for (to, from) in to.iter_mut().zip(from) {
        *to = simd.mul_add_e_f32s(factor, *from, *to);
    }
    if !to_rest.is_empty() {
        let sum = simd.mul_add_e_f32s(factor, load(simd, from_rest), load(simd, to_rest));
        store(simd, to_rest, sum);
    }
}

/// The columns as registers, if there are as many as are processed at once.
#[inline(always)]
fn whole_mut<S: Simd>(part: &mut [f32]) -> Option<&mut [S::f32s; ABREAST]> {
    (part.len() == ABREAST * S::F32_LANES)
        .then(|| bytemuck::cast_slice_mut(part).first_chunk_mut())?
}

/// Likewise, for a line that is known to have this length.
#[inline(always)]
fn whole_of<S: Simd>(line: &[f32]) -> &[S::f32s; ABREAST] {
    bytemuck::cast_slice(line).first_chunk().expect("as many columns as the sums have")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixteenths that look random, and a row of attributes in which one stands twice.
    fn numbers(count: usize, step: usize) -> Vec<f32> {
        (0..count).map(|index| ((index * step + 5) % 97) as f32 / 16.0 - 3.0).collect()
    }

    const ROW: [(u32, f32); 5] = [(0, 1.0), (3, -0.25), (3, 0.5), (4, 1.0 / 3.0), (6, 1.0)];

    #[test]
    fn a_sparse_product_adds_the_rows_one_after_the_other() {
        for n in [0, 1, 7, 52, 64, 100, 199, 600] {
            let (w, mut c) = (numbers(7 * n, 31), numbers(n, 17));
            let by_hand: Vec<f32> = (0..n)
                .map(|at| {
                    let add = |sum: f32, &(row, value): &(u32, f32)| {
                        value.mul_add(w[row as usize * n + at], sum)
                    };
                    ROW.iter().fold(c[at], add)
                })
                .collect();
            add_sparse_product(&mut c, &ROW, &w);
            assert_eq!(c, by_hand, "{n} columns");
        }
    }

    #[test]
    fn the_gradient_of_weights_goes_to_the_rows_that_were_used() {
        for n in [0, 1, 7, 52, 64, 100, 199, 600] {
            let (mut w, c) = (numbers(7 * n, 31), numbers(n, 17));
            let mut by_hand = w.clone();
            for (row, value) in ROW {
                for at in 0..n {
                    let place = &mut by_hand[row as usize * n + at];
                    *place = value.mul_add(c[at], *place);
                }
            }
            add_sparse_product_transposed(&mut w, &ROW, &c);
            assert_eq!(w, by_hand, "{n} columns");
        }
    }
}
