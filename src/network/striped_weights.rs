//! An LSTM layer that takes one step at a time, one stripe of its units after the other (cache
//! blocking).
//!
//! The sums of 300 units for 88 keys take 422 kB, which would be written and read again for each
//! product and once more for the cells. The sums of a stripe stay in the cache until its cells are
//! done. As every sum keeps its order, the result has the same bits.

use super::kernel::{Panels, add_product, add_sparse_product, cell_forward};
use super::layers::{LstmTensors, Tensor};
use super::parameters::Parameters;
use std::ops::Range;

/// Units of a stripe: 45 kB of sums for 88 keys.
const STRIPE: usize = 32;

/// The weights of a layer, packed stripe by stripe.
#[derive(Debug, Clone, Default)]
pub struct StripedWeights {
    units: usize,
    dense_inputs: usize,
    stripes: Vec<Stripe>,
}

/// The weights of some units: their columns of each matrix, for the gates i, f, g, o.
#[derive(Debug, Clone, Default)]
struct Stripe {
    units: Range<usize>,
    dense: Panels,
    sparse: Vec<f32>,
    recurrent: Panels,
    bias: Vec<f32>,
}

impl StripedWeights {
    /// Packs the weights of a layer.
    pub fn pack(&mut self, parameters: &Parameters, layer: &LstmTensors) {
        let LstmTensors { dense_inputs, units, .. } = *layer;
        (self.units, self.dense_inputs) = (units, dense_inputs);
        self.stripes.resize_with(units.div_ceil(STRIPE), Default::default);
        let mut columns = Vec::new();
        for (index, stripe) in self.stripes.iter_mut().enumerate() {
            stripe.units = index * STRIPE..units.min((index + 1) * STRIPE);
            let mut pick = |tensor: usize| {
                let Tensor { rows, columns: wide, .. } = parameters.layers.tensors[tensor];
                assert_eq!(wide, 4 * units);
                columns.clear();
                for row in parameters.tensor(tensor).chunks_exact(wide) {
                    let gates = row.chunks_exact(units);
                    gates.for_each(|gate| columns.extend_from_slice(&gate[stripe.units.clone()]));
                }
                (rows, std::mem::take(&mut columns))
            };
            let wide = 4 * stripe.units.len();
            stripe.bias = pick(layer.bias).1;
            let (_, input) = pick(layer.input);
            let (dense, sparse) = input.split_at(dense_inputs * wide);
            stripe.dense.pack(dense, dense_inputs, wide);
            stripe.sparse = sparse.to_vec();
            let (rows, recurrent) = pick(layer.recurrent);
            stripe.recurrent.pack(&recurrent, rows, wide);
        }
    }

    /// The length of the buffer for the sums of `rows` rows.
    pub fn sums_len(rows: usize) -> usize {
        rows * 4 * STRIPE
    }

    /// One step of the layer. Its inputs are `dense` `[rows × dense inputs]` and a sparse row for
    /// each row. `state` is cell and output of the step before; `cell` and `output` `[rows ×
    /// units]` are those of this one. `sums` is a scratch buffer.
    pub fn advance<'a>(
        &self,
        dense: &[f32],
        sparse: impl Fn(usize) -> &'a [(u32, f32)],
        state: (&[f32], &[f32]),
        (cell, output): (&mut [f32], &mut [f32]),
        sums: &mut [f32],
    ) {
        let (cell_before, output_before) = state;
        let rows = cell.len() / self.units;
        for stripe in &self.stripes {
            let wide = 4 * stripe.units.len();
            let sums = &mut sums[..rows * wide];
            sums.chunks_exact_mut(wide).for_each(|row| row.copy_from_slice(&stripe.bias));
            add_product(sums, dense, &stripe.dense);
            for (row, sums) in sums.chunks_exact_mut(wide).enumerate() {
                add_sparse_product(sums, sparse(row), &stripe.sparse);
            }
            add_product(sums, output_before, &stripe.recurrent);
            let of = (self.units, stripe.units.clone());
            cell_forward(of, sums, cell_before, cell, output);
        }
    }
}
