//! EfficientNet-Lite0: the same few parts as ever, but depth, width and picture size grown together by one rule, and each
//! convolution split in two: one that looks at the neighbourhood map by map, one that mixes the maps place by place.
//!
//! ```text
//! block(x) = project(r₆(depthwise(r₆(expand(x))))) (+ x where the size stays)        r₆(z) = min(max(0, z), 6)
//! expand, project: y[o, i, j] = b[o] + Σ over maps m of  k[o, m] · x[m, i, j]
//! depthwise:       y[m, i, j] = b[m] + Σ over offsets u, v of  k[m, u, v] · x[m, s i + u - p, s j + v - p]
//! logits = mean over places of r₆(head(x)) · W + b
//! ```
//!
//! Shapes: `x [batch, 3, 224, 224]` from 0 to 1, stem `[batch, 32, 112, 112]`, blocks from `[batch, 16, 112, 112]` to
//! `[batch, 320, 7, 7]`, head `[batch, 1280, 7, 7]`, `logits [batch, 1000]`.
//!
//! **Papers.** M. Tan, Q. V. Le: EfficientNet: rethinking model scaling for convolutional neural networks (2019). The
//! block: M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen: MobileNetV2 (2018).
//!
//! **Differs from the paper.** This is the "Lite" member that the authors' colleagues made for phones (R. Liu, 2020):
//! ReLU6 in place of swish, no squeeze-and-excitation, stem and head as narrow as they were for B0. Batch normalisation
//! is folded into the convolutions, since this network is not trained here; its weights are borrowed. Margins are
//! TensorFlow's: where a stride leaves one zero over, it stands behind the picture and not before it.

use std::ops::Range;

use burn::{
    module::{Module, Param},
    nn::{Linear, PaddingConfig2d, conv::Conv2d},
    tensor::{Device, Tensor, TensorData, ops::ConvOptions},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    explain::convolutional::{Convolutional, ReceptiveField, Relu, Stage},
    foundations::mlp::{Activation, initial_bound},
    kernels::{conv2d, conv2d_relu6},
    vision::layer::Layer,
};

/// Where ReLU6 stops.
const SIX: f32 = 6.0;
/// A convolution and the ReLU6 after it: `[batch, inputs, rows, columns] -> [batch, outputs, rows, columns]`.
type Bent<'a> = &'a mut dyn FnMut(&Conv2d, Tensor<4>) -> Tensor<4>;

/// Rows, columns and step of the stem's filters.
const STEM: (usize, usize) = (3, 2);
/// Names of the blocks; there are as many as Lite0 has.
const BLOCKS: [&str; 16] = [
    "block 1", "block 2", "block 3", "block 4", "block 5", "block 6", "block 7", "block 8", "block 9", "block 10",
    "block 11", "block 12", "block 13", "block 14", "block 15", "block 16",
];

/// Blocks of one kind in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Rows and columns of the depthwise filters; odd.
    pub kernel: usize,
    /// Step of the first block; the others keep the size.
    pub stride: usize,
    /// How many times more maps there are inside a block; 1 means that nothing is expanded.
    pub expansion: usize,
    /// Maps that each block gives.
    pub channels: usize,
    /// Blocks.
    pub repeats: usize,
}

const fn group(kernel: usize, stride: usize, expansion: usize, channels: usize, repeats: usize) -> Group {
    Group { kernel, stride, expansion, channels, repeats }
}

/// The size of every part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EfficientNetConfig {
    /// Pixels along one side of a picture.
    pub side: usize,
    /// Maps of the stem.
    pub stem: usize,
    /// The blocks, first to last.
    pub groups: Vec<Group>,
    /// Maps of the head.
    pub head: usize,
    /// Scores at the end.
    pub classes: usize,
}

/// Trainable numbers of Lite0 as it was published, each batch normalisation with a scale and a shift for each map: what
/// its authors round to 4.7 million.
pub const PUBLISHED: usize = 4_652_008;

/// One block in numbers.
#[derive(Clone, Copy, Debug)]
struct Shape {
    inputs: usize,
    wide: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    /// Rows and columns of the input and of the output.
    sides: [usize; 2],
}

impl EfficientNetConfig {
    /// The network whose weights are borrowed.
    pub fn lite0() -> Self {
        let groups = vec![
            group(3, 1, 1, 16, 1),
            group(3, 2, 6, 24, 2),
            group(5, 2, 6, 40, 2),
            group(3, 2, 6, 80, 3),
            group(5, 1, 6, 112, 3),
            group(5, 2, 6, 192, 4),
            group(3, 1, 6, 320, 1),
        ];
        Self { side: 224, stem: 32, groups, head: 1280, classes: 1000 }
    }

    /// Whether such a network can be built; to be asked of a configuration that came from outside.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |what: &str| Err(Error::Config(what.into()));
        let sizes = |sizes: &[usize]| sizes.iter().all(|size| (1..=65_536).contains(size));
        if !sizes(&[self.side, self.stem, self.head, self.classes]) || self.side > 1024 {
            return refuse("a part of it has no size, or too large a size");
        }
        if !(1..=BLOCKS.len()).contains(&self.groups.iter().map(|group| group.repeats.min(99)).sum::<usize>()) {
            return refuse("it needs between one block and sixteen");
        }
        let fits = |group: &Group| {
            (1..=4).contains(&group.stride)
                && group.kernel % 2 == 1
                && group.kernel <= 9
                && sizes(&[group.repeats, group.channels])
                && (1..=16).contains(&group.expansion)
        };
        if !self.groups.iter().all(fits) {
            return refuse("its blocks cannot be built");
        }
        Ok(())
    }

    fn shapes(&self) -> Vec<Shape> {
        let (mut inputs, mut side) = (self.stem, self.side.div_ceil(STEM.1));
        let mut shapes = Vec::new();
        for group in &self.groups {
            for index in 0..group.repeats {
                let stride = if index == 0 { group.stride } else { 1 };
                let (wide, outputs, sides) = (inputs * group.expansion, group.channels, [side, side.div_ceil(stride)]);
                shapes.push(Shape { inputs, wide, outputs, kernel: group.kernel, stride, sides });
                (inputs, side) = (outputs, sides[1]);
            }
        }
        shapes
    }

    /// Maps and side of what the last block gives.
    fn last(&self) -> (usize, usize) {
        self.shapes().last().map_or((self.stem, self.side.div_ceil(STEM.1)), |shape| (shape.outputs, shape.sides[1]))
    }

    /// Every stage in numbers: stem, blocks, head, and the scores.
    pub fn layers(&self) -> Vec<Layer> {
        let layer = |name, maps, side, parts: &[[usize; 3]]| {
            let parameters = parts.iter().map(|[weights, biases, _]| weights + biases).sum();
            let multiply_adds = parts.iter().map(|[weights, _, places]| weights * places).sum();
            Layer { name, maps, side, parameters, multiply_adds }
        };
        let side = self.side.div_ceil(STEM.1);
        let mut layers =
            vec![layer("stem", self.stem, side, &[[3 * STEM.0 * STEM.0 * self.stem, self.stem, side * side]])];
        for (name, shape) in BLOCKS.iter().zip(self.shapes()) {
            let Shape { inputs, wide, outputs, kernel, sides: [before, after], .. } = shape;
            let expand = [inputs * wide, wide, before * before];
            let others = [[wide * kernel * kernel, wide, after * after], [wide * outputs, outputs, after * after]];
            let parts = if wide > inputs { vec![expand, others[0], others[1]] } else { others.to_vec() };
            layers.push(layer(name, outputs, after, &parts));
        }
        let (inputs, side) = self.last();
        layers.push(layer("head", self.head, side, &[[inputs * self.head, self.head, side * side]]));
        layers.push(layer("classes", self.classes, 1, &[[self.head * self.classes, self.classes, 1]]));
        layers
    }

    /// Weights and biases together: 4,631,000 for Lite0, 21,008 fewer than [`PUBLISHED`], since the scale of each batch
    /// normalisation is in the weights before it.
    pub fn parameter_count(&self) -> usize {
        self.layers().iter().map(|layer| layer.parameters).sum()
    }

    /// Multiplications with an addition for one picture forward.
    pub fn multiply_adds(&self) -> usize {
        self.layers().iter().map(|layer| layer.multiply_adds).sum()
    }
}

/// A block: wide inside, narrow at both ends.
#[derive(Module, Debug)]
pub struct Block {
    /// More maps from each place alone; none where the block is as narrow inside.
    pub expand: Option<Conv2d>,
    /// Each map by itself from its neighbourhood.
    pub depthwise: Conv2d,
    /// Fewer maps from each place alone, without a bend.
    pub project: Conv2d,
}

/// The network in burn: only the way forward is written down, burn derives the way back.
#[derive(Module, Debug)]
pub struct EfficientNet {
    /// The first filters, over the picture.
    pub stem: Conv2d,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Many maps from each place of the last block.
    pub head: Conv2d,
    /// One score for each class from the means of the head's maps.
    pub classes: Linear,
    #[module(skip)]
    side: usize,
}

impl EfficientNetConfig {
    /// A network with fresh weights. They are drawn from `rng` and not by burn, so that a seed gives the same network
    /// everywhere.
    pub fn init<R: Rng>(&self, device: &Device, rng: &mut R) -> EfficientNet {
        let mut even = |shape: &[usize], inputs: usize| {
            let bound = initial_bound(inputs, 0, Activation::Relu);
            let count = shape.iter().product();
            let values: Vec<f32> = (0..count).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect();
            TensorData::new(values, shape.to_vec())
        };
        let zeros = |count: usize| Some(Param::from_data(TensorData::new(vec![0.0_f32; count], [count]), device));
        let mut convolution = |inputs: usize, outputs: usize, groups: usize, (kernel, stride): (usize, usize)| {
            let each = inputs / groups;
            Conv2d {
                weight: Param::from_data(even(&[outputs, each, kernel, kernel], each * kernel * kernel), device),
                bias: zeros(outputs),
                stride: [stride, stride],
                kernel_size: [kernel, kernel],
                dilation: [1, 1],
                groups,
                padding: PaddingConfig2d::Same,
            }
        };
        let stem = convolution(3, self.stem, 1, STEM);
        let mut block = |shape: Shape| {
            let Shape { inputs, wide, outputs, kernel, stride, .. } = shape;
            let expand = (wide > inputs).then(|| convolution(inputs, wide, 1, (1, 1)));
            let depthwise = convolution(wide, wide, wide, (kernel, stride));
            Block { expand, depthwise, project: convolution(wide, outputs, 1, (1, 1)) }
        };
        let blocks = self.shapes().into_iter().map(&mut block).collect();
        let head = convolution(self.last().0, self.head, 1, (1, 1));
        let weight = Param::from_data(even(&[self.head, self.classes], self.head), device);
        let classes = Linear { weight, bias: zeros(self.classes) };
        EfficientNet { stem, blocks, head, classes, side: self.side }
    }
}

impl EfficientNet {
    /// What the network says of each picture, red, green and blue from 0 to 1:
    /// `[batch, 3, side, side] -> [batch, classes]` (logits).
    pub fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        self.scores(x)
    }

    /// One stage.
    fn stage(&self, stage: usize, x: Tensor<4>, bent: Bent<'_>) -> Tensor<4> {
        match stage.checked_sub(1) {
            None => bent(&self.stem, normalised(x)), // [batch, 3, 224, 224] -> [batch, 32, 112, 112]
            Some(block) if block < self.blocks.len() => self.blocks[block].forward(x, bent),
            Some(stage) if stage == self.blocks.len() => bent(&self.head, x), // -> [batch, 1280, 7, 7]
            Some(_) => {
                let means = x.mean_dims(&[2, 3]).flatten::<2>(1, 3); // [batch, 1280, 7, 7] -> [batch, 1280]
                self.classes.forward(means).unsqueeze_dims(&[2, 3]) // -> [batch, classes, 1, 1]
            }
        }
    }
}

impl Block {
    /// `[batch, inputs, rows, columns] -> [batch, outputs, rows, columns]`, rows and columns divided by the stride.
    fn forward(&self, x: Tensor<4>, bent: Bent<'_>) -> Tensor<4> {
        let wide = match &self.expand {
            Some(expand) => bent(expand, x.clone()),
            None => x.clone(),
        };
        let y = convolve(&self.project, bent(&self.depthwise, wide));
        if x.dims() == y.dims() { y + x } else { y }
    }
}

/// The numbers that the borrowed weights were trained with, `(255 x − 127) / 128`; the shape stays.
fn normalised(x: Tensor<4>) -> Tensor<4> {
    x * (255.0 / 128.0) - 127.0 / 128.0
}

/// A convolution with TensorFlow's margins: `[batch, inputs, rows, columns] -> [batch, outputs, rows, columns]`, rows and
/// columns divided by the stride and rounded up.
fn convolve(layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let options = options(layer, &x);
    conv2d(x, layer.weight.val(), layer.bias.as_ref().map(Param::val), options)
}

/// The same with ReLU6 after it.
fn convolve_relu6(layer: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let options = options(layer, &x);
    conv2d_relu6(x, layer.weight.val(), layer.bias.as_ref().map(Param::val), options)
}

fn options(layer: &Conv2d, x: &Tensor<4>) -> ConvOptions<2> {
    let [_, _, rows, columns] = x.dims();
    let margin = |size, axis: usize| same(size, layer.kernel_size[axis], layer.stride[axis]);
    let padding = [margin(rows, 0), margin(columns, 1)];
    ConvOptions::new_with_padding(layer.stride, padding, layer.dilation, layer.groups)
}

/// Zeros before and behind `size` numbers, so that a window of `kernel` in steps of `stride` stops `size / stride` times,
/// rounded up.
fn same(size: usize, kernel: usize, stride: usize) -> (usize, usize) {
    let total = ((size.div_ceil(stride) - 1) * stride + kernel).saturating_sub(size);
    (total / 2, total - total / 2)
}

impl Convolutional for EfficientNet {
    fn stages(&self) -> Vec<Stage> {
        let window = |field: ReceptiveField, layer: &Conv2d, side: &mut usize| {
            let ([kernel, _], [stride, _]) = (layer.kernel_size, layer.stride);
            let (before, _) = same(*side, kernel, stride);
            *side = side.div_ceil(stride);
            field.window(kernel, stride, before)
        };
        let mut side = self.side;
        let mut field = window(ReceptiveField::PIXEL, &self.stem, &mut side);
        let mut stages = vec![Stage { name: "stem", field: Some(field) }];
        for (name, block) in BLOCKS.into_iter().zip(&self.blocks) {
            field = window(field, &block.depthwise, &mut side);
            stages.push(Stage { name, field: Some(field) });
        }
        stages.push(Stage { name: "head", field: Some(field) });
        stages.push(Stage { name: "classes", field: None });
        stages
    }

    fn run(&self, stages: Range<usize>, x: Tensor<4>, relu: Relu<'_>) -> Tensor<4> {
        stages.fold(x, |x, stage| self.stage(stage, x, &mut |layer, x| relu(convolve(layer, x)).clamp_max(SIX)))
    }

    fn run_plain(&self, stages: Range<usize>, x: Tensor<4>) -> Tensor<4> {
        stages.fold(x, |x, stage| self.stage(stage, x, &mut convolve_relu6))
    }

    fn filters(&self) -> Tensor<4> {
        self.stem.weight.val()
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    fn small() -> EfficientNetConfig {
        let groups = vec![group(3, 1, 1, 4, 1), group(3, 2, 3, 6, 2), group(5, 2, 2, 8, 1)];
        EfficientNetConfig { side: 30, stem: 6, groups, head: 16, classes: 7 }
    }

    fn network(config: &EfficientNetConfig) -> EfficientNet {
        config.init(&Device::flex(), &mut Pcg32::seed_from_u64(1))
    }

    #[test]
    fn parameters_are_counted() {
        let config = EfficientNetConfig::lite0();
        let layers = config.layers();
        // Each batch normalisation had a scale for each map, which is in the weights now.
        let wide = config
            .shapes()
            .into_iter()
            .map(|shape| shape.outputs + shape.wide + if shape.wide > shape.inputs { shape.wide } else { 0 });
        let scales = config.stem + wide.sum::<usize>() + config.head;
        assert_eq!(config.parameter_count() + scales, PUBLISHED);
        assert_eq!((layers[0].parameters, layers[1].parameters), (896, 32 * 9 + 32 + 32 * 16 + 16));
        assert_eq!(layers[18].parameters, 1_281_000);
        assert_eq!(config.multiply_adds() / 1_000_000, 385);
        assert_eq!(network(&small()).num_params(), small().parameter_count());
        assert!(config.check().is_ok() && small().check().is_ok());
    }

    #[test]
    fn what_cannot_be_built_is_refused() {
        let refused = |change: fn(&mut EfficientNetConfig)| {
            let mut config = small();
            change(&mut config);
            config.check().is_err()
        };
        assert!(refused(|config| config.classes = 0));
        assert!(refused(|config| config.side = 100_000));
        assert!(refused(|config| config.groups.clear()));
        assert!(refused(|config| config.groups[0].repeats = usize::MAX));
        assert!(refused(|config| config.groups[1].kernel = 4));
        assert!(refused(|config| config.groups[1].expansion = 0));
    }

    #[test]
    fn shapes_follow_the_table() {
        let config = small();
        let network = network(&config);
        let stages = network.forward_stages(Tensor::ones([2, 3, config.side, config.side], &Device::flex()));
        let layers = config.layers();
        assert_eq!(
            network.stages().iter().map(|stage| stage.name).collect::<Vec<_>>(),
            layers.iter().map(|layer| layer.name).collect::<Vec<_>>()
        );
        for (stage, layer) in stages.iter().zip(&layers) {
            assert_eq!(stage.dims(), [2, layer.maps, layer.side, layer.side], "{}", layer.name);
        }
    }

    #[test]
    fn margins_are_tensorflow_s() {
        assert_eq!(
            [same(224, 3, 2), same(112, 3, 1), same(56, 5, 2), same(7, 5, 1), same(7, 1, 1)],
            [(0, 1), (1, 1), (1, 2), (2, 2), (0, 0)]
        );
        assert_eq!([same(15, 3, 2), same(15, 5, 2)], [(1, 1), (2, 2)]);
    }

    #[test]
    fn a_unit_sees_its_field_and_no_more() {
        // A dot moves a unit of a stage only if it lies within that unit's field.
        let config = small();
        let network = network(&config);
        let device = Device::flex();
        let side = config.side;
        let plain = network.forward_stages(Tensor::ones([1, 3, side, side], &device) * 0.5);
        for column in [0, 9, 17, 29] {
            let mut pixels = vec![0.5_f32; 3 * side * side];
            pixels[12 * side + column] = 1.0;
            let dotted = Tensor::<4>::from_data(TensorData::new(pixels, [1, 3, side, side]), &device);
            let dotted = network.forward_stages(dotted);
            for (index, stage) in network.stages().iter().enumerate() {
                let Some(field) = stage.field else { continue };
                let moved = (dotted[index].clone() - plain[index].clone()).abs().sum_dims(&[1, 2]); // [1, 1, 1, columns]
                for (unit, moved) in moved.into_data().try_into_vec::<f32>().unwrap().into_iter().enumerate() {
                    let centre = field.first + (unit * field.stride) as f32;
                    let sees = (column as f32 - centre).abs() <= (field.side as f32 - 1.0) / 2.0;
                    assert!(sees || moved == 0.0, "{}: unit {unit} sees column {column}", stage.name);
                }
            }
        }
    }

    #[test]
    fn bends_in_the_kernels_are_those_that_one_can_watch() {
        let config = small();
        let network = network(&config);
        let x = Tensor::<4>::ones([1, 3, config.side, config.side], &Device::flex()) * 0.3;
        let mut seen = 0;
        let watched = network.run(0..network.stages().len(), x.clone(), &mut |z| {
            seen += 1;
            burn::tensor::activation::relu(z)
        });
        // Stem, head, and one or two in each of four blocks.
        assert_eq!(seen, 2 + 1 + 3 * 2);
        let (watched, plain) = (watched.into_data(), network.scores(x).into_data());
        let [watched, plain] = [watched, plain].map(|data| data.try_into_vec::<f32>().unwrap());
        assert!(watched.iter().zip(&plain).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn nothing_exceeds_six() {
        let config = small();
        let x = Tensor::<4>::ones([1, 3, config.side, config.side], &Device::flex()) * 50.0;
        let stages = network(&config).forward_stages(x);
        assert_eq!(stages[0].clone().max().into_scalar::<f32>(), SIX);
        assert!(stages[0].clone().min().into_scalar::<f32>() >= 0.0);
    }
}
