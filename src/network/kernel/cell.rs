//! The LSTM cell: the arithmetic of the four gates of each unit.

use super::{load, machine, store};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// One step of LSTM cells, forward, for the `stripe` of the units of a layer.
///
/// `gates` `[rows × 4·stripe]` holds the weighted sums of input gate, forget gate, block input and
/// output gate (i, f, g, o, the order of PyTorch) and is overwritten with their activations.
/// `cell_before`, `cell` and `output` are `[rows × units]`; only the stripe is read and written.
pub fn cell_forward(
    (units, stripe): (usize, Range<usize>),
    gates: &mut [f32],
    cell_before: &[f32],
    cell: &mut [f32],
    output: &mut [f32],
) {
    assert!(stripe.end <= units && cell.len().is_multiple_of(units));
    assert_eq!(gates.len() * units, 4 * stripe.len() * cell.len());
    assert!(cell_before.len() == cell.len() && output.len() == cell.len());
    machine().dispatch(CellForward { units, stripe, gates, cell_before, cell, output });
}

/// One step of LSTM cells, backward.
///
/// `gates` holds the activations of [`cell_forward`] and is overwritten with the gradient of the
/// weighted sums. `output_gradient` `[rows × units]` is the gradient of `output`. `cell_gradient`
/// `[rows × units]` is the gradient of `cell` that comes from the step after, and is overwritten
/// with that of `cell_before`.
pub fn cell_backward(
    units: usize,
    gates: &mut [f32],
    cell_before: &[f32],
    cell: &[f32],
    output_gradient: &[f32],
    cell_gradient: &mut [f32],
) {
    assert_eq!(gates.len(), 4 * cell.len());
    assert!(cell_before.len() == cell.len() && output_gradient.len() == cell.len());
    assert_eq!(cell_gradient.len(), cell.len());
    machine().dispatch(CellBackward {
        units,
        gates,
        cell_before,
        cell,
        output_gradient,
        cell_gradient,
    });
}

/// The hyperbolic tangent of every value, in place.
pub fn hyperbolic_tangent(values: &mut [f32]) {
    struct Tangent<'a>(&'a mut [f32]);
    impl WithSimd for Tangent<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for part in self.0.chunks_mut(S::F32_LANES) {
                let value = tanh(simd, load(simd, part));
                store(simd, part, value);
            }
        }
    }
    machine().dispatch(Tangent(values));
}

/// The logistic function 1 / (1 + e⁻ˣ), in double precision and with the same bits on every
/// machine.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// log(1 + eˣ), which is −log σ(−x).
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

/// tanh(x) as x·P(x²)/Q(x²), with P and Q fitted for the smallest maximum relative error (3.1e-7)
/// on [0, 9.02]. Beyond that, tanh is 1 in single precision.
#[inline(always)]
fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const LIMIT: f32 = 9.02;
    const P: [f32; 5] = [1.331_896_9e-8, 2.058_340_6e-5, 3.494_029_9e-3, 1.337_971_4e-1, 1.0];
    const Q: [f32; 5] = [7.761_977e-7, 3.283_085_2e-4, 2.587_105_5e-2, 4.671_303e-1, 1.0];
    let splat = |value| simd.splat_f32s(value);
    // The limits are the first arguments, so that NaN stays NaN.
    let x = simd.min_f32s(splat(LIMIT), simd.max_f32s(splat(-LIMIT), x));
    let square = simd.mul_f32s(x, x);
    let polynomial = |coefficients: [f32; 5]| {
        let mut sum = splat(coefficients[0]);
        for coefficient in &coefficients[1..] {
            sum = simd.mul_add_e_f32s(sum, square, splat(*coefficient));
        }
        sum
    };
    let value = simd.div_f32s(simd.mul_f32s(x, polynomial(P)), polynomial(Q));
    simd.min_f32s(splat(1.0), simd.max_f32s(splat(-1.0), value))
}

/// The logistic function by way of tanh: ½ + ½·tanh(x/2).
#[inline(always)]
fn logistic<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let half = simd.splat_f32s(0.5);
    simd.mul_add_e_f32s(tanh(simd, simd.mul_f32s(x, half)), half, half)
}

/// The parts of a row that belong to the four gates.
#[inline(always)]
fn gates_of(row: &mut [f32], units: usize) -> [&mut [f32]; 4] {
    let (input, rest) = row.split_at_mut(units);
    let (forget, rest) = rest.split_at_mut(units);
    let (block, output) = rest.split_at_mut(units);
    [input, forget, block, output]
}

struct CellForward<'a> {
    units: usize,
    stripe: Range<usize>,
    gates: &'a mut [f32],
    cell_before: &'a [f32],
    cell: &'a mut [f32],
    output: &'a mut [f32],
}

impl WithSimd for CellForward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (units, wide) = (self.units, self.stripe.len());
        let rows = self.gates.chunks_exact_mut(4 * wide);
        let before = self.cell_before.chunks_exact(units);
        let after = self.cell.chunks_exact_mut(units).zip(self.output.chunks_exact_mut(units));
        for ((row, before), (cell, output)) in rows.zip(before).zip(after) {
            let [i, f, g, o] = gates_of(row, wide);
            let before = &before[self.stripe.clone()];
            let cell = &mut cell[self.stripe.clone()];
            let output = &mut output[self.stripe.clone()];
            for first in (0..wide).step_by(S::F32_LANES) {
                let span = first..wide.min(first + S::F32_LANES);
                let at = |from: &[f32]| load(simd, &from[span.clone()]);
                let (iv, fv) = (logistic(simd, at(i)), logistic(simd, at(f)));
                let (gv, ov) = (tanh(simd, at(g)), logistic(simd, at(o)));
                let kept = simd.mul_f32s(fv, at(before));
                let cv = simd.mul_add_e_f32s(iv, gv, kept);
                let hv = simd.mul_f32s(ov, tanh(simd, cv));
                let all = [
                    (&mut *i, iv),
                    (f, fv),
                    (g, gv),
                    (o, ov),
                    (&mut *cell, cv),
                    (&mut *output, hv),
                ];
                for (to, value) in all {
                    store(simd, &mut to[span.clone()], value);
                }
            }
        }
    }
}

struct CellBackward<'a> {
    units: usize,
    gates: &'a mut [f32],
    cell_before: &'a [f32],
    cell: &'a [f32],
    output_gradient: &'a [f32],
    cell_gradient: &'a mut [f32],
}

impl WithSimd for CellBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let units = self.units;
        let rows = self.gates.chunks_exact_mut(4 * units);
        let cells = self.cell_before.chunks_exact(units).zip(self.cell.chunks_exact(units));
        let gradients = self.output_gradient.chunks_exact(units);
        let gradients = gradients.zip(self.cell_gradient.chunks_exact_mut(units));
        let one = simd.splat_f32s(1.0);
        for ((row, (before, cell)), (dh, dc)) in rows.zip(cells).zip(gradients) {
            let [i, f, g, o] = gates_of(row, units);
            for first in (0..units).step_by(S::F32_LANES) {
                let span = first..units.min(first + S::F32_LANES);
                let at = |from: &[f32]| load(simd, &from[span.clone()]);
                let mul = |a, b| simd.mul_f32s(a, b);
                // a·(1 − b·b) and a·b·(1 − b): through tanh and through the logistic function.
                let through_tanh = |a, b| mul(a, simd.sub_f32s(one, mul(b, b)));
                let through_logistic = |a, b| mul(mul(a, b), simd.sub_f32s(one, b));
                let (iv, fv, gv, ov) = (at(i), at(f), at(g), at(o));
                let (tv, dhv) = (tanh(simd, at(cell)), at(dh));
                let dcv = simd.add_f32s(at(dc), through_tanh(mul(dhv, ov), tv));
                let all = [
                    (&mut *i, through_logistic(mul(dcv, gv), iv)),
                    (f, through_logistic(mul(dcv, at(before)), fv)),
                    (g, through_tanh(mul(dcv, iv), gv)),
                    (o, through_logistic(mul(dhv, tv), ov)),
                    (dc, mul(dcv, fv)),
                ];
                for (to, value) in all {
                    store(simd, &mut to[span.clone()], value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hyperbolic_tangent_is_right_to_three_parts_in_ten_million() {
        let mut values: Vec<f32> = (-2_000..=2_000).map(|step| step as f32 / 157.3).collect();
        let exact: Vec<f64> = values.iter().map(|&x| f64::from(x).tanh()).collect();
        hyperbolic_tangent(&mut values);
        for (value, exact) in values.iter().zip(exact) {
            assert!((f64::from(*value) - exact).abs() <= 3.2e-7 * exact.abs(), "{value} {exact}");
            assert!(value.abs() <= 1.0);
        }
    }

    #[test]
    fn the_hyperbolic_tangent_of_no_number_is_no_number() {
        let mut values = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0];
        hyperbolic_tangent(&mut values);
        assert!(values[0].is_nan());
        assert_eq!(values[1..], [1.0, -1.0, 0.0]);
    }

    #[test]
    fn a_cell_computed_by_hand() {
        // i = f = o = ½ (sums of 0), g = tanh(1): c = ½·2 + ½·tanh(1), h = ½·tanh(c).
        let mut gates = [0.0, 0.0, 1.0, 0.0];
        let (mut cell, mut output) = ([0.0], [0.0]);
        cell_forward((1, 0..1), &mut gates, &[2.0], &mut cell, &mut output);
        let c = 1.0 + 0.5 * 1f64.tanh();
        assert!((f64::from(cell[0]) - c).abs() < 1e-6);
        assert!((f64::from(output[0]) - 0.5 * c.tanh()).abs() < 1e-6);
    }
}
