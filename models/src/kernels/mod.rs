//! Convolution, pooling and group normalisation for burn's CPU engine (burn-flex), the same to rounding and faster; `cargo xtask bench` measures
//! what networks gain from it in a browser.
//!
//! burn-flex unfolds pictures into columns number by number before it multiplies, and pools number by number. Here a
//! picture is copied once with its margins, every tap of the kernel is a shift of it, and sums stay in registers. On
//! other engines (WebGPU), with groups, for outputs of a few numbers and for numbers other than 32-bit floats the calls
//! go to burn. Results and gradients are the same bits every time.
//!
//! **Differs from burn.** Where the input of a convolution holds infinities or NaN, more gradients of its weights can be
//! NaN, since margins are multiplied by zero there and not left out.

mod bend;
mod convolution;
mod depthwise;
mod engine;
mod form;
mod norm;
mod plan;
mod pointwise;
mod pooling;
#[cfg(test)]
mod tests;
mod tile;

use burn::{
    backend::Dispatch,
    nn::{PaddingConfig2d, conv::Conv2d},
    tensor::{
        DType, Device, Tensor, activation, module,
        ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
    },
};

use bend::Bend;
use engine::Kernels;
use form::Form;
pub use norm::group_norm;
use pooling::Windows;

/// A two-dimensional convolution, in place of [`burn::tensor::module::conv2d`]:
/// `[batch, inputs, rows, columns], [outputs, inputs, kernel rows, kernel columns], [outputs]
/// -> [batch, outputs, rows, columns]`.
///
/// # Panics
///
/// Where burn's does: shapes that do not fit.
pub fn conv2d(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, options: ConvOptions<2>) -> Tensor<4> {
    if let Some(y) = whole(&x, &weight, bias.as_ref(), &options) {
        return y;
    }
    match ours(&x, &weight, bias.as_ref(), &options) {
        true => formed(x, weight, bias, options, Bend::None),
        false => module::conv2d(x, weight, bias, options),
    }
}

/// [`conv2d`] with `min(max(0, z), 6)` after it:
/// `[batch, inputs, rows, columns], [outputs, inputs, kernel rows, kernel columns], [outputs]
/// -> [batch, outputs, rows, columns]`. No gradient passes where the answer is 0 or 6.
///
/// # Panics
///
/// Where burn's convolution does: shapes that do not fit.
pub fn conv2d_relu6(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, options: ConvOptions<2>) -> Tensor<4> {
    match ours(&x, &weight, bias.as_ref(), &options) {
        true => formed(x, weight, bias, options, Bend::Relu6),
        false => activation::relu(conv2d(x, weight, bias, options)).clamp_max(6.0),
    }
}

/// Whether a convolution is computed here and not by burn.
fn ours(x: &Tensor<4>, weight: &Tensor<4>, bias: Option<&Tensor<1>>, options: &ConvOptions<2>) -> bool {
    let fits = bias.is_none_or(|bias| bias.dims() == [weight.dims()[0]] && bias.dtype() == DType::F32);
    let numbers = fits && on_cpu(x) && weight.dtype() == DType::F32;
    numbers && Form::new(x.dims(), weight.dims(), options).is_some_and(|form| form.worthwhile())
}

/// A convolution that a [`Form`] exists for.
fn formed(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, options: ConvOptions<2>, bend: Bend) -> Tensor<4> {
    let bias = bias.unwrap_or_else(|| Tensor::zeros([weight.dims()[0]], &weight.device()));
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(Dispatch::formed_conv2d(x, weight, bias, options, bend))
}

/// What [`Conv2d::forward`] computes, by [`conv2d`]:
/// `[batch, inputs, rows, columns] -> [batch, outputs, rows, columns]`.
///
/// # Panics
///
/// Where burn's does: shapes that do not fit.
pub fn convolve(layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let padding = match layer.padding {
        PaddingConfig2d::Valid => [(0, 0); 2],
        PaddingConfig2d::Explicit(top, left, bottom, right) => [(top, bottom), (left, right)],
        PaddingConfig2d::Same => return layer.forward(x),
    };
    let options = ConvOptions::new_with_padding(layer.stride, padding, layer.dilation, layer.groups);
    conv2d(x, layer.weight.val(), layer.bias.as_ref().map(|bias| bias.val()), options)
}

/// The largest number of every window, in place of [`burn::tensor::module::max_pool2d`]:
/// `[batch, channels, rows, columns] -> [batch, channels, rows, columns]`. The gradient goes to the first of equals; NaN
/// is larger than all.
///
/// # Panics
///
/// Where burn's does.
pub fn max_pool2d(x: Tensor<4>, options: MaxPoolOptions<2>) -> Tensor<4> {
    if !on_cpu(&x) || Windows::new(x.dims(), &options).is_none() {
        return module::max_pool2d(x, options);
    }
    Tensor::from_dispatch(Dispatch::windowed_max_pool2d(x.into_dispatch(), options))
}

/// The mean of every window, in place of [`burn::tensor::module::avg_pool2d`]:
/// `[batch, channels, rows, columns] -> [batch, channels, rows, columns]`.
///
/// # Panics
///
/// Where burn's does.
pub fn avg_pool2d(x: Tensor<4>, options: AvgPoolOptions<2>) -> Tensor<4> {
    if !on_cpu(&x) || Windows::of_average(x.dims(), &options).is_none() {
        return module::avg_pool2d(x, options);
    }
    Tensor::from_dispatch(Dispatch::windowed_avg_pool2d(x.into_dispatch(), options))
}

/// Whether a tensor holds 32-bit floats on burn's CPU engine, with or without gradients.
fn on_cpu(x: &Tensor<4>) -> bool {
    x.dtype() == DType::F32 && x.device() == Device::flex()
}

/// A convolution whose kernel covers the whole input is one product of matrices.
fn whole(x: &Tensor<4>, weight: &Tensor<4>, bias: Option<&Tensor<1>>, options: &ConvOptions<2>) -> Option<Tensor<4>> {
    let ([batch, channels, rows, columns], [outputs, ..]) = (x.dims(), weight.dims());
    let covers = weight.dims() == [outputs, channels, rows, columns] && options.groups == 1;
    let plain = options.padding == [(0, 0); 2] && options.dilation == [1, 1];
    if !(covers && plain && on_cpu(x) && batch * outputs * channels * rows * columns > 0) {
        return None;
    }
    let inputs = channels * rows * columns;
    let x = x.clone().reshape([batch, inputs]);
    let y = x.matmul(weight.clone().reshape([outputs, inputs]).transpose()); // [batch, outputs]
    let y = bias.map_or(y.clone(), |bias| y + bias.clone().unsqueeze());
    Some(y.reshape([batch, outputs, 1, 1]))
}
