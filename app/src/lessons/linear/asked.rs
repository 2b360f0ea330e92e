//! What the reader asks of a unit beside its course: the examples behind a cell of the matrix, and the sum of a drawing.

use serde::{Deserialize, Serialize};

use crate::lessons::linear::examples::Examples;

/// Pictures shown behind a cell at most.
const MOST_PICTURES: usize = 12;

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// Which examples lie behind this cell of the matrix: truth, called? `None` lets go of them.
    Cell(Option<(u8, u8)>),
    /// What is the sum of these inputs? An empty drawing has none.
    Drawing(Vec<f32>),
}

/// What was asked last. It decides nothing of the run, so no checkpoint holds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    cell: Option<(u8, u8)>,
    drawing: Vec<f32>,
}

/// The answers to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The chosen cell: truth, called.
    pub cell: Option<(u8, u8)>,
    /// Of digits, the first pictures behind it: 784 pixels each.
    pub pictures: Vec<Vec<u8>>,
    /// The sum of the drawing.
    pub sum: Option<f32>,
}

impl Asked {
    /// Keeps a question until the next of its kind.
    pub fn hear(&mut self, question: Question) {
        match question {
            Question::Cell(cell) => self.cell = cell,
            Question::Drawing(drawing) => self.drawing = drawing,
        }
    }

    /// Answers with a unit, given as its sum, at a threshold.
    pub fn tell(&self, examples: &Examples, sum: impl Fn(&[f32]) -> f32, threshold: f32) -> Told {
        let mut pictures = Vec::new();
        if let (Some((truth, called)), true) = (self.cell, examples.is_large()) {
            let judged = examples.judged().iter();
            let behind = judged.filter(|(x, class)| *class == truth && u8::from(sum(x) > threshold) == called);
            let bytes = |x: &[f32]| x.iter().map(|pixel| (pixel * 255.0).round() as u8).collect();
            pictures.extend(behind.take(MOST_PICTURES).map(|(x, _)| bytes(x)));
        }
        let fits = self.drawing.len() == examples.features();
        Told { cell: self.cell, pictures, sum: fits.then(|| sum(&self.drawing)) }
    }
}
