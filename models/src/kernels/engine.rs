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
        ops::ModuleOps,
        tensor::FloatTensor,
    },
    tensor::{
        TensorData,
        ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
    },
};

use super::{bend::Bend, convolution, form::Form, pooling::Windows};

/// The operations; the attribute routes a tensor to the engine that holds it.
#[backend_extension(Flex, Autodiff)]
pub(super) trait Kernels: Backend {
    /// A convolution that a [`Form`] exists for, and the bend after it.
    fn formed_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
        bend: Bend,
    ) -> FloatTensor<Self>;

    /// A max-pooling that [`Windows`] exist for.
    fn windowed_max_pool2d(x: FloatTensor<Self>, options: MaxPoolOptions<2>) -> FloatTensor<Self>;

    /// An average pooling that [`Windows`] exist for.
    fn windowed_avg_pool2d(x: FloatTensor<Self>, options: AvgPoolOptions<2>) -> FloatTensor<Self>;
}

impl Kernels for Flex {
    fn formed_conv2d(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        options: ConvOptions<2>,
        bend: Bend,
    ) -> FlexTensor {
        let form = form(&x, &weight, &options);
        let (x, weight, bias) = (x.to_contiguous(), weight.to_contiguous(), bias.to_contiguous());
        tensor(form.forward(numbers(&x), numbers(&weight), numbers(&bias), bend), form.output_shape())
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
    fn formed_conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: ConvOptions<2>,
        bend: Bend,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), weight.node(), bias.node()];
        match Convolution.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(mut prepared) => {
                let nodes = (prepared.checkpoint(&x), prepared.checkpoint(&weight));
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                let y = Flex::formed_conv2d(x, weight, bias, options.clone(), bend);
                let bent = (bend != Bend::None).then(|| y.clone());
                prepared.finish(Convolved { x: nodes.0, weight: nodes.1, options, bend, bent }, y)
            }
            OpsKind::UnTracked(prepared) => {
                let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
                prepared.finish(Flex::formed_conv2d(x, weight, bias, options, bend))
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

/// What the way back needs to know of a convolution.
#[derive(Clone, Debug)]
struct Convolved {
    x: NodeId,
    weight: NodeId,
    options: ConvOptions<2>,
    bend: Bend,
    /// The output, where there is a bend.
    bent: Option<FlexTensor>,
}

impl Backward<Flex, 3> for Convolution {
    type State = Convolved;

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let mut gradient = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let Convolved { x, weight, options, bend, bent } = ops.state;
        let x = checkpointer.retrieve_node_output::<FlexTensor>(x).to_contiguous();
        let weight = checkpointer.retrieve_node_output::<FlexTensor>(weight).to_contiguous();
        let form = form(&x, &weight, &options);
        if let Some(bent) = bent {
            gradient = tensor(bend.gradient(numbers(&bent), numbers(&gradient)), form.output_shape());
        }
        for (position, parent) in ops.parents.into_iter().enumerate() {
            let Some(parent) = parent else { continue };
            let found = match position {
                0 => tensor(form.input_gradient(numbers(&weight), numbers(&gradient)), dims(&x)),
                1 => match form.weight_gradient(numbers(&x), numbers(&gradient)) {
                    Some(found) => tensor(found, dims(&weight)),
                    None => Flex::conv2d_weight_backward(x.clone(), weight.clone(), gradient.clone(), options.clone()),
                },
                _ => {
                    let shape = form.output_shape();
                    tensor(convolution::bias_gradient(shape, numbers(&gradient)), [shape[1]])
                }
            };
            gradients.register::<Flex>(parent.id, found);
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

/// The form that the caller has found to exist.
fn form(x: &FlexTensor, weight: &FlexTensor, options: &ConvOptions<2>) -> Form {
    Form::new(dims(x), dims(weight), options).expect("the caller asked for a form first")
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
pub(super) fn dims(tensor: &FlexTensor) -> [usize; 4] {
    tensor.shape().dims()
}

/// The numbers of a contiguous tensor.
pub(super) fn numbers(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().expect("contiguous 32-bit floats")
}

/// A tensor of `values`, which are not copied.
pub(super) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}
