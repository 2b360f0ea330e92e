//! Beam search as a tree that grows downward: at each step a few beginnings are kept, the rest is dropped.

use super::{
    format::number,
    palette::Theme,
    pen::{Lettering, Pen, fitted},
    picture::{Drawn, Picture, Surface, Table},
};

/// From one step to the next.
const STEP: f64 = 34.0;
/// Height of a piece's box.
const BOX: f64 = 20.0;
/// Left of the tree: the number of the step.
const LEFT: f64 = 18.0;
/// Widest column.
const WIDEST: f64 = 120.0;

/// One piece of text in the tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BeamNode {
    /// The node it goes on from; the first ones have none. It comes earlier in the list.
    pub parent: Option<usize>,
    /// The piece.
    pub text: String,
    /// Sum of the log probabilities up to here.
    pub score: f32,
    /// It was kept for the next step.
    pub kept: bool,
    /// It belongs to the answer.
    pub chosen: bool,
}

/// The tree: nodes step by step, in each step the best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BeamTree {
    /// The nodes.
    pub nodes: Vec<BeamNode>,
}

/// Where the nodes stand.
struct Places {
    /// Step and column of each node.
    cells: Vec<(usize, usize)>,
    column: f64,
    steps: usize,
}

impl Places {
    /// Middle of a node's box.
    fn middle(&self, node: usize) -> (f64, f64) {
        let (step, column) = self.cells[node];
        (LEFT + (column as f64 + 0.5) * self.column, (step as f64) * STEP + BOX / 2.0 + 2.0)
    }
}

impl BeamTree {
    fn places(&self, width: f64) -> Places {
        let mut cells: Vec<(usize, usize)> = Vec::with_capacity(self.nodes.len());
        let mut counts: Vec<usize> = Vec::new();
        for (place, node) in self.nodes.iter().enumerate() {
            let step = node.parent.filter(|parent| *parent < place).map_or(0, |parent| cells[parent].0 + 1);
            counts.resize(counts.len().max(step + 1), 0);
            cells.push((step, counts[step]));
            counts[step] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
        Places { cells, column: ((width - LEFT) / most).min(WIDEST), steps: counts.len() }
    }

    /// The node under a CSS pixel.
    pub fn node_at(&self, x: f64, y: f64, width: f64) -> Option<usize> {
        let places = self.places(width);
        (0..self.nodes.len()).find(|node| {
            let (a, b) = places.middle(*node);
            (a - x).abs() <= places.column / 2.0 && (b - y).abs() <= BOX / 2.0
        })
    }

    /// The text from the beginning to a node.
    pub fn beginning(&self, node: usize) -> String {
        let mut words = Vec::new();
        let mut at = self.nodes.get(node).map(|_| node);
        while let Some(node) = at {
            words.push(self.nodes[node].text.as_str());
            at = self.nodes[node].parent.filter(|parent| *parent < node);
        }
        words.reverse();
        words.join(" ")
    }
}

impl Picture for BeamTree {
    fn height(&self, width: f64) -> f64 {
        (self.places(width).steps.max(1) as f64 - 1.0) * STEP + BOX + 6.0
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let places = self.places(pen.width);
        let tone = |node: &BeamNode| match (node.chosen, node.kept) {
            (true, _) => theme.ink,
            (false, true) => theme.soft,
            (false, false) => theme.line,
        };
        // The answer's way last, so that it lies on top.
        for chosen in [false, true] {
            for (place, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.chosen == chosen) {
                let Some(parent) = node.parent.filter(|parent| *parent < place) else { continue };
                let (from, to) = (places.middle(parent), places.middle(place));
                let ends = [(from.0, from.1 + BOX / 2.0), (to.0, to.1 - BOX / 2.0)];
                pen.line(&ends, tone(node), if chosen { 2.4 } else { 1.2 })?;
            }
        }
        for (place, node) in self.nodes.iter().enumerate() {
            let (x, y) = places.middle(place);
            let wide = places.column - 6.0;
            let (left, top) = (x - wide / 2.0, y - BOX / 2.0);
            pen.rect(left, top, wide, BOX, if node.chosen { theme.ink } else { theme.card })?;
            if !node.chosen {
                pen.outline(left, top, wide, BOX, tone(node), 1.0)?;
            }
            let color = match (node.chosen, node.kept) {
                (true, _) => theme.card,
                (false, true) => theme.ink,
                (false, false) => theme.soft,
            };
            let score = if node.score.is_finite() { number(node.score.into()) } else { String::new() };
            let how = Lettering::new(color);
            match wide >= 78.0 {
                true => {
                    pen.text(&fitted(&node.text, 11.0, wide - 46.0), left + 6.0, y, how)?;
                    pen.text(&score, left + wide - 5.0, y, how.size(9.5).right())?;
                }
                false => pen.text(&fitted(&node.text, 11.0, wide - 6.0), x, y, how.center())?,
            }
        }
        for step in 0..places.steps {
            let y = step as f64 * STEP + BOX / 2.0 + 2.0;
            pen.text(&(step + 1).to_string(), 0.0, y, Lettering::new(theme.soft).size(10.0))?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let last = self.nodes.iter().rposition(|node| node.chosen);
        match last {
            None => "No beginning has been tried yet.".into(),
            Some(last) => format!(
                "{} beginnings were tried in {} steps. The answer is “{}” with a log probability of {}.",
                self.nodes.len(),
                self.places(400.0).steps,
                self.beginning(last),
                number(self.nodes[last].score.into())
            ),
        }
    }

    fn table(&self) -> Table {
        let places = self.places(400.0);
        let mut table = Table::new(["step", "text so far", "log probability", "kept", "answer"]);
        for (place, node) in self.nodes.iter().enumerate() {
            table.row([
                (places.cells[place].0 + 1).to_string(),
                self.beginning(place),
                node.score.to_string(),
                u8::from(node.kept).to_string(),
                u8::from(node.chosen).to_string(),
            ]);
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let node = self.node_at(x, y, width)?;
        Some(format!("{}\nlog probability {}", self.beginning(node), number(self.nodes[node].score.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn tree() -> BeamTree {
        let node =
            |parent, text: &str, score, kept, chosen| BeamNode { parent, text: text.into(), score, kept, chosen };
        BeamTree {
            nodes: vec![
                node(None, "elle", -0.2, true, true),
                node(None, "il", -2.1, true, false),
                node(None, "on", -4.0, false, false),
                node(Some(0), "voit", -0.9, true, true),
                node(Some(0), "regarde", -1.6, true, false),
                node(Some(1), "voit", -3.0, false, false),
                node(Some(3), "tout", -1.1, true, true),
            ],
        }
    }

    #[test]
    fn a_place_is_its_node() {
        let it = tree();
        for width in [200.0, 354.0, 900.0] {
            let places = it.places(width);
            for node in 0..it.nodes.len() {
                let (x, y) = places.middle(node);
                assert_eq!(it.node_at(x, y, width), Some(node));
                assert!(x < width && y < it.height(width));
            }
        }
        assert_eq!(it.beginning(6), "elle voit tout");
        assert_eq!(it.beginning(99), "");
    }

    #[test]
    fn it_draws_and_tells() {
        let mut it = tree();
        assert!(it.summary().contains("“elle voit tout”"), "{}", it.summary());
        assert_eq!(it.table().rows.len(), 7);
        it.nodes[1].score = f32::NAN;
        it.nodes[2].parent = Some(77);
        for width in [160.0, 354.0, 900.0] {
            assert!(!to_svg(&it, width, &Theme::dark()).contains("NaN"));
        }
        to_svg(&BeamTree::default(), 300.0, &Theme::light());
    }
}
