//! The arithmetic of the network with SIMD: matrix products, LSTM cells, sparse rows.
//!
//! Each kernel picks the widest instruction set of the machine when it is called (AVX-512, AVX2
//! with FMA, NEON, or scalar code). Vectors run across the columns of a result and never across a
//! sum, and every sum has a fixed order. So a result does not depend on the width of the vectors,
//! the number of rows in a call, or the number of threads: it has the same bits on every machine
//! with fused multiply-add (x86-64 since 2013, all 64-bit Arm).

mod cell;
mod panels;
mod product;
mod sparse;
mod tile;

pub use cell::{cell_backward, cell_forward, hyperbolic_tangent, sigmoid, softplus};
pub use panels::Panels;
pub use product::{add_product, add_product_transposed};
pub use sparse::{add_sparse_product, add_sparse_product_transposed};

use pulp::{Arch, Simd, WithSimd, bytemuck};
use std::sync::LazyLock;

/// The instruction set of this machine, detected once.
fn machine() -> Arch {
    static MACHINE: LazyLock<Arch> = LazyLock::new(Arch::new);
    *MACHINE
}

/// The number of values in a register of this machine.
fn lanes(machine: Arch) -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _simd: S) -> usize {
            S::F32_LANES
        }
    }
    machine.dispatch(Lanes)
}

/// Loads a register from as many values as it holds or fewer; the rest is zero.
#[inline(always)]
fn load<S: Simd>(simd: S, from: &[f32]) -> S::f32s {
    if from.len() == S::F32_LANES {
        bytemuck::cast_slice::<f32, S::f32s>(from)[0]
    } else {
        simd.partial_load_f32s(from)
    }
}

/// Stores as many values of a register as fit.
#[inline(always)]
fn store<S: Simd>(simd: S, to: &mut [f32], register: S::f32s) {
    if to.len() == S::F32_LANES {
        bytemuck::cast_slice_mut::<f32, S::f32s>(to)[0] = register;
    } else {
        simd.partial_store_f32s(to, register);
    }
}
