//! Products with rows of which few values are not zero: the attributes.

use super::{load, machine, store};
use pulp::{Simd, WithSimd};

/// c += x · W for one sparse row x: c `[n]`, W `[columns × n]` row-major.
pub fn add_sparse_product(c: &mut [f32], x: &[(u32, f32)], w: &[f32]) {
    let n = c.len();
    for &(column, value) in x {
        add_scaled(c, value, &w[column as usize * n..][..n]);
    }
}

/// W += xᵀ · c for one sparse row x: the gradient of weights. Shapes as above.
pub fn add_sparse_product_transposed(w: &mut [f32], x: &[(u32, f32)], c: &[f32]) {
    let n = c.len();
    for &(column, value) in x {
        add_scaled(&mut w[column as usize * n..][..n], value, c);
    }
}

/// to += factor · from.
fn add_scaled(to: &mut [f32], factor: f32, from: &[f32]) {
    struct AddScaled<'a>(&'a mut [f32], f32, &'a [f32]);
    impl WithSimd for AddScaled<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let factor = simd.splat_f32s(self.1);
            let parts = self.0.chunks_mut(S::F32_LANES).zip(self.2.chunks(S::F32_LANES));
            for (to, from) in parts {
                let from = load(simd, from);
                let sum = simd.mul_add_e_f32s(factor, from, load(simd, to));
                store(simd, to, sum);
            }
        }
    }
    machine().dispatch(AddScaled(to, factor, from));
}
