//! The kernels as operations of burn's CPU engine, with and without gradients.

use std::sync::Arc;

use burn::{
    backend::{
        Autodiff, Backend, Flex, TensorMetadata,
        autodiff::{
            NodeId,
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        backend_extension,
        flex::FlexTensor,
        tensor::FloatTensor,
    },
    tensor::{
        TensorData,
        ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
    },
};

use super::{convolution, plan::Plan, pooling::Windows};

/// The operations; the attribute routes a tensor to the engine that holds it.
#[backend_extension(Flex, Autodiff)]
pub(super) trait Kernels: Backend {
    /// A convolution that a [`Plan`] exists for.
    fn planned_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
    ) -> FloatTensor<Self>;

    /// A max-pooling that [`Windows`] exist for.
    fn windowed_max_pool2d(x: FloatTensor<Self>, options: MaxPoolOptions<2>) -> FloatTensor<Self>;

    /// An average pooling that [`Windows`] exist for.
    fn windowed_avg_pool2d(x: FloatTensor<Self>, options: AvgPoolOptions<2>) -> FloatTensor<Self>;
}

impl Kernels for Flex {
    fn planned_conv2d(x: FlexTensor, weight: FlexTensor, bias: FlexTensor, options: ConvOptions<2>) -> FlexTensor {
        let plan = plan(&x, &weight, &options);
        let (x, weight, bias) = (x.to_contiguous(), weight.to_contiguous(), bias.to_contiguous());
        let y = convolution::forward(&plan, numbers(&x), numbers(&weight), numbers(&bias));
        tensor(y, plan.output_shape())
    }

    fn windowed_max_pool2d(x: FlexTensor, options: MaxPoolOptions<2>) -> FlexTensor {
        let windows = windows(&x, &options);
        tensor(windows.maximum(numbers(&x.to_contiguous())), pooled(&x, &windows))
    }

    fn windowed_avg_pool2d(x: FlexTensor, options: AvgPoolOptions<2>) -> FlexTensor {
        let windows = average_windows(&x, &options);
        tensor(windows.mean(numbers(&x.to_contiguous())), pooled(&x, &windows))
    }
}

impl<C: CheckpointStrategy> Kernels for Autodiff<Flex, C> {
    fn planned_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), weight.node(), bias.node()];
        match Convolution.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(mut prepared) => {
                let state = (prepared.checkpoint(&x), prepared.checkpoint(&weight), options.clone());
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                prepared.finish(state, Flex::planned_conv2d(x, weight, bias, options))
            }
            OpsKind::UnTracked(prepared) => {
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                prepared.finish(Flex::planned_conv2d(x, weight, bias, options))
            }
        }
    }

    fn windowed_max_pool2d(x: FloatTensor<Self>, options: MaxPoolOptions<2>) -> FloatTensor<Self> {
        match MaxPooling.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let x = x.into_primitive();
                let windows = windows(&x, &options);
                let (largest, taps) = windows.maximum_and_tap(numbers(&x.to_contiguous()));
                prepared.finish((windows, dims(&x), taps.into()), tensor(largest, pooled(&x, &windows)))
            }
            OpsKind::UnTracked(prepared) => prepared.finish(Flex::windowed_max_pool2d(x.into_primitive(), options)),
        }
    }

    fn windowed_avg_pool2d(x: FloatTensor<Self>, options: AvgPoolOptions<2>) -> FloatTensor<Self> {
        match AveragePooling.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let x = x.into_primitive();
                let state = (average_windows(&x, &options), dims(&x));
                prepared.finish(state, Flex::windowed_avg_pool2d(x, options))
            }
            OpsKind::UnTracked(prepared) => prepared.finish(Flex::windowed_avg_pool2d(x.into_primitive(), options)),
        }
    }
}

/// Gradients of a convolution's input, weight and bias.
#[derive(Debug)]
struct Convolution;

impl Backward<Flex, 3> for Convolution {
    type State = (NodeId, NodeId, ConvOptions<2>);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let y_gradient = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let (x, weight, options) = ops.state;
        let x = checkpointer.retrieve_node_output::<FlexTensor>(x).to_contiguous();
        let weight = checkpointer.retrieve_node_output::<FlexTensor>(weight).to_contiguous();
        let plan = plan(&x, &weight, &options);
        for (position, parent) in ops.parents.into_iter().enumerate() {
            let Some(parent) = parent else { continue };
            let y_gradient = numbers(&y_gradient);
            let gradient = match position {
                0 => tensor(convolution::input_gradient(&plan, numbers(&weight), y_gradient), dims(&x)),
                1 => tensor(convolution::weight_gradient(&plan, numbers(&x), y_gradient), dims(&weight)),
                _ => tensor(convolution::bias_gradient(&plan, y_gradient), [plan.outputs]),
            };
            gradients.register::<Flex>(parent.id, gradient);
        }
    }
}

/// The gradient of a max-pooling: it needs no input, only where each maximum stood.
#[derive(Debug)]
struct MaxPooling;

impl Backward<Flex, 1> for MaxPooling {
    type State = (Windows, [usize; 4], Arc<[u32]>);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let (windows, shape, taps) = ops.state;
        let [parent] = ops.parents;
        if let Some(parent) = parent {
            gradients.register::<Flex>(parent.id, tensor(windows.gradient(&taps, numbers(&gradient)), shape));
        }
    }
}

/// The gradient of an average pooling, which needs no number of its input.
#[derive(Debug)]
struct AveragePooling;

impl Backward<Flex, 1> for AveragePooling {
    type State = (Windows, [usize; 4]);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let (windows, shape) = ops.state;
        let [parent] = ops.parents;
        if let Some(parent) = parent {
            gradients.register::<Flex>(parent.id, tensor(windows.mean_gradient(numbers(&gradient)), shape));
        }
    }
}

/// The plan that the caller has found to exist.
fn plan(x: &FlexTensor, weight: &FlexTensor, options: &ConvOptions<2>) -> Plan {
    Plan::new(dims(x), dims(weight), options).expect("the caller asked for a plan first")
}

/// The windows that the caller has found to exist.
fn windows(x: &FlexTensor, options: &MaxPoolOptions<2>) -> Windows {
    Windows::new(dims(x), options).expect("the caller asked for windows first")
}

/// The windows of an average that the caller has found to exist.
fn average_windows(x: &FlexTensor, options: &AvgPoolOptions<2>) -> Windows {
    Windows::of_average(dims(x), options).expect("the caller asked for windows first")
}

/// The shape of pooled `x`.
fn pooled(x: &FlexTensor, windows: &Windows) -> [usize; 4] {
    let [batch, channels, ..] = dims(x);
    let [rows, columns] = windows.output();
    [batch, channels, rows, columns]
}

/// The four dimensions of a tensor.
fn dims(tensor: &FlexTensor) -> [usize; 4] {
    tensor.shape().dims()
}

/// The numbers of a contiguous tensor.
fn numbers(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().expect("contiguous 32-bit floats")
}

/// A tensor of `values`, which are not copied.
fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}
