//! Which of our ways computes a convolution.

use burn::tensor::ops::ConvOptions;

use super::{bend::Bend, convolution, depthwise::Depthwise, plan::Plan, pointwise::Pointwise};

/// A convolution that we have a kernel for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// One place at a time.
    Pointwise(Pointwise),
    /// One map at a time.
    Depthwise(Depthwise),
    /// Any other without groups.
    Planned(Plan),
}

impl Form {
    /// The form of a convolution of `x` by `weight`, or none where only burn computes it.
    pub(super) fn new(x: [usize; 4], weight: [usize; 4], options: &ConvOptions<2>) -> Option<Self> {
        Pointwise::new(x, weight, options)
            .map(Form::Pointwise)
            .or_else(|| Depthwise::new(x, weight, options).map(Form::Depthwise))
            .or_else(|| Plan::new(x, weight, options).map(Form::Planned))
    }

    /// Whether our way is the faster one: always in a browser, where all products have four lanes. Natively burn-flex
    /// multiplies large matrices with up to sixteen lanes, and ours four at a time.
    pub(super) fn worthwhile(&self) -> bool {
        cfg!(target_arch = "wasm32")
            || match self {
                Form::Pointwise(_) => false,
                Form::Depthwise(_) => true,
                Form::Planned(plan) => plan.taps() > plan.inputs && plan.taps() * plan.outputs <= 16 * 1024,
            }
    }

    /// Shape of the output.
    pub(super) fn output_shape(&self) -> [usize; 4] {
        match self {
            Form::Pointwise(form) => form.output_shape(),
            Form::Depthwise(form) => form.output_shape(),
            Form::Planned(plan) => plan.output_shape(),
        }
    }

    /// `bend(bias + weight * x)`, convolved.
    pub(super) fn forward(&self, x: &[f32], weight: &[f32], bias: &[f32], bend: Bend) -> Vec<f32> {
        match self {
            Form::Pointwise(form) => form.forward(x, weight, bias, bend),
            Form::Depthwise(form) => form.forward(x, weight, bias, bend),
            Form::Planned(plan) => convolution::forward(plan, x, weight, bias, bend),
        }
    }

    /// The gradient of `x`, given that of the sums.
    pub(super) fn input_gradient(&self, weight: &[f32], gradient: &[f32]) -> Vec<f32> {
        match self {
            Form::Pointwise(form) => form.input_gradient(weight, gradient),
            Form::Depthwise(form) => form.input_gradient(weight, gradient),
            Form::Planned(plan) => convolution::input_gradient(plan, weight, gradient),
        }
    }

    /// The gradient of the weights, given that of the sums; none where burn computes it.
    pub(super) fn weight_gradient(&self, x: &[f32], gradient: &[f32]) -> Option<Vec<f32>> {
        match self {
            Form::Pointwise(_) | Form::Depthwise(_) => None,
            Form::Planned(plan) => Some(convolution::weight_gradient(plan, x, gradient)),
        }
    }
}
