//! What a lesson declares about itself: plain data that the frame, the techniques page and the tests read.

/// A lesson, apart from its page and its task.
#[derive(Debug)]
pub struct Lesson {
    /// Folder, module, route and weights prefix; also the key into the curriculum.
    pub slug: &'static str,
    /// The parts of its model: what the diagram, the source and the formula share.
    pub parts: &'static [Part],
    /// Its figures, for `/techniques`.
    pub figures: &'static [FigureNote],
    /// Its one-click experiments.
    pub experiments: &'static [&'static str],
}

/// One part of a model: a layer of the diagram, lines of the source, a term of the formula.
#[derive(Debug)]
pub struct Part {
    /// Key shared by diagram, source and formula.
    pub id: &'static str,
    /// Its name in the field's words.
    pub name: &'static str,
    /// What it does, one sentence.
    pub does: &'static str,
    /// The source file below `models/src`.
    pub file: &'static str,
    /// The lines that are lit: from the line that contains the first text to the line that contains the second.
    pub lines: (&'static str, &'static str),
}

/// A figure of a lesson.
#[derive(Debug)]
pub struct FigureNote {
    /// The figure's id on the page.
    pub id: &'static str,
    /// The technique it is an instrument of; empty for a diagram that is none's.
    pub technique: &'static str,
    /// What it shows there.
    pub shows: &'static str,
}

impl Part {
    /// The lit lines in a source text, counted from 1: from the first line that contains the one text to the next that
    /// contains the other. `None` if the source no longer contains them (a test makes sure it does).
    pub fn find(&self, source: &str) -> Option<(usize, usize)> {
        let first = source.lines().position(|line| line.contains(self.lines.0))?;
        let last = first + source.lines().skip(first).position(|line| line.contains(self.lines.1))?;
        Some((first + 1, last + 1))
    }
}
