//! The arithmetic of the network, vectorised: matrix products, LSTM cells, sparse rows.
//!
//! Each kernel picks the machine's widest instruction set when it is called (AVX-512, AVX2 with
//! FMA, NEON, or plain code). Vectors run across the columns of a result and never across a sum,
//! and every sum runs in one fixed order. So a result does not depend on the width of the
//! vectors, on the number of rows worked on at once, or on the number of threads: the same
//! numbers, bit for bit, on every machine with fused multiply-add (x86-64 since 2013, all 64-bit
//! Arm).

mod cell;
mod panels;
mod product;
mod sparse;
mod tile;

pub use cell::{cell_backward, cell_forward, hyperbolic_tangent, sigmoid};
pub use panels::Panels;
pub use product::{add_product, add_product_transposed};
pub use sparse::{add_sparse_product, add_sparse_product_transposed};

use pulp::{Arch, Simd, WithSimd, bytemuck};
use std::sync::LazyLock;

/// The instruction set of this machine, found out once.
fn machine() -> Arch {
    static MACHINE: LazyLock<Arch> = LazyLock::new(Arch::new);
    *MACHINE
}

/// How many numbers a register of this machine holds.
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

/// A register from up to as many numbers as it holds; the rest is zero.
#[inline(always)]
fn load<S: Simd>(simd: S, from: &[f32]) -> S::f32s {
    if from.len() == S::F32_LANES {
        bytemuck::cast_slice::<f32, S::f32s>(from)[0]
    } else {
        simd.partial_load_f32s(from)
    }
}

/// As many numbers of a register as there is room for.
#[inline(always)]
fn store<S: Simd>(simd: S, to: &mut [f32], register: S::f32s) {
    if to.len() == S::F32_LANES {
        bytemuck::cast_slice_mut::<f32, S::f32s>(to)[0] = register;
    } else {
        simd.partial_store_f32s(to, register);
    }
}
