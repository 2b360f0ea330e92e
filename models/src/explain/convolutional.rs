//! What the explainers ask of a network that sees: named stages, run one by one, with every ReLU within reach.
//!
//! A stage ends where there is something to look at: maps `[batch, maps, rows, columns]`, or the answers of plain units
//! as `[batch, units, 1, 1]`. The last stage gives one score for each class, before softmax.

use std::ops::Range;

use burn::{
    module::Module,
    tensor::{Tensor, TensorData, activation},
};

/// The part of the picture that a unit of a stage can see: a square of `side` pixels.
///
/// Unit `i` of a row of units is centred at pixel `first + i · stride`, counted from the centre of the first pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReceptiveField {
    /// Pixels from the field of one unit to the field of the next.
    pub stride: usize,
    /// Centre of the first unit's field, in pixels.
    pub first: f32,
    /// Pixels along one side; at the picture's edge a part of it lies outside.
    pub side: usize,
}

impl ReceptiveField {
    /// A pixel sees itself.
    pub const PIXEL: ReceptiveField = ReceptiveField { stride: 1, first: 0.0, side: 1 };

    /// The field after a further convolution or pooling: a window of `side` units, moved by `stride` units, over maps
    /// with `padding` units added before the first.
    pub fn window(self, side: usize, stride: usize, padding: usize) -> ReceptiveField {
        let centre = (side as f32 - 1.0) / 2.0 - padding as f32;
        ReceptiveField {
            stride: self.stride * stride,
            first: self.first + centre * self.stride as f32,
            side: self.side + (side - 1) * self.stride,
        }
    }
}

/// A place in the network where one may look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Its name, as in the paper.
    pub name: &'static str,
    /// What a unit of it sees; `None` where units have no place in the picture.
    pub field: Option<ReceptiveField>,
}

/// What stands in for every ReLU: it gets the sums and gives what goes on, both `[batch, maps, rows, columns]`.
pub type Relu<'a> = &'a mut dyn FnMut(Tensor<4>) -> Tensor<4>;

/// A network that turns pictures `[batch, channels, rows, columns]` into scores `[batch, classes]`, stage by stage.
pub trait Convolutional: Module {
    /// The stages, first to last.
    fn stages(&self) -> Vec<Stage>;

    /// Runs these stages on what the stage before them gave (the picture, before the first). Every ReLU goes through
    /// `relu`; other activations do not.
    fn run(&self, stages: Range<usize>, x: Tensor<4>, relu: Relu<'_>) -> Tensor<4>;

    /// [`Convolutional::run`] with plain ReLUs, for those who do not look at them. A network whose bends can be computed
    /// together with the layer before them does so here.
    fn run_plain(&self, stages: Range<usize>, x: Tensor<4>) -> Tensor<4> {
        self.run(stages, x, &mut activation::relu)
    }

    /// The weights of the first layer: `[maps, channels, rows, columns]`.
    fn filters(&self) -> Tensor<4>;

    /// What stage number `stage` says of pictures: `[batch, channels, rows, columns] -> [batch, maps, rows, columns]`.
    fn forward_to(&self, stage: usize, x: Tensor<4>) -> Tensor<4> {
        self.run_plain(0..stage + 1, x)
    }

    /// The scores that follow from what stage number `stage` says: `[batch, maps, rows, columns] -> [batch, classes]`.
    fn forward_from(&self, stage: usize, maps: Tensor<4>) -> Tensor<2> {
        rows(self.run_plain(stage + 1..self.stages().len(), maps))
    }

    /// What every stage says of pictures, first to last:
    /// `[batch, channels, rows, columns] -> [batch, maps, rows, columns]` for each.
    fn forward_stages(&self, x: Tensor<4>) -> Vec<Tensor<4>> {
        let mut outputs: Vec<Tensor<4>> = Vec::new();
        for stage in 0..self.stages().len() {
            let input = outputs.last().unwrap_or(&x).clone();
            outputs.push(self.run_plain(stage..stage + 1, input));
        }
        outputs
    }

    /// The scores of pictures: `[batch, channels, rows, columns] -> [batch, classes]`.
    fn scores(&self, x: Tensor<4>) -> Tensor<2> {
        rows(self.run_plain(0..self.stages().len(), x))
    }
}

/// Scores as a matrix: `[batch, classes, 1, 1] -> [batch, classes]`.
fn rows(scores: Tensor<4>) -> Tensor<2> {
    scores.flatten(1, 3)
}

/// The sum of each picture's score for its class, so that one way back serves the whole batch:
/// `[batch, classes] -> [1]`. Panics unless there is one existing class for each picture.
pub(super) fn chosen(scores: Tensor<2>, classes: &[usize]) -> Tensor<1> {
    let [batch, count] = scores.dims();
    assert_eq!(batch, classes.len(), "one class for each picture");
    let mut rows = vec![0.0_f32; batch * count];
    for (row, &class) in rows.chunks_exact_mut(count).zip(classes) {
        row[class] = 1.0;
    }
    let rows = Tensor::from_data(TensorData::new(rows, [batch, count]), &scores.device());
    (scores * rows).sum()
}

/// The same numbers where a new tape begins: their gradient can be asked for.
pub(super) fn leaf<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.inner().autodiff().require_grad()
}

/// `∂ score / ∂ source`; zero where the score does not depend on it.
pub(super) fn gradient_of<const D: usize>(score: &Tensor<1>, source: &Tensor<D>) -> Tensor<D> {
    source.grad(&score.backward()).unwrap_or_else(|| source.clone().inner().zeros_like())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_grow_by_windows() {
        let padded = ReceptiveField::PIXEL.window(5, 1, 2);
        assert_eq!(padded, ReceptiveField { stride: 1, first: 0.0, side: 5 });
        let pooled = padded.window(2, 2, 0);
        assert_eq!(pooled, ReceptiveField { stride: 2, first: 0.5, side: 6 });
        assert_eq!(pooled.window(5, 1, 0), ReceptiveField { stride: 2, first: 4.5, side: 14 });
    }
}
