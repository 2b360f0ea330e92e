//! Truth against answer.

use super::{
    palette::{Rgb, Theme, contrast},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Drawn, Picture, Surface, Table},
};

/// Above the cells: the word and the classes.
const ABOVE: f64 = 34.0;
/// The widest that a name beside its row may be.
const NAME: f64 = 100.0;

/// Contrast of small text and its ground.
const READABLE: f64 = 4.5;

/// Counts of what was called what.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionMatrix {
    /// The classes.
    pub labels: Vec<String>,
    /// Counts: truth × classes + called.
    pub counts: Vec<u32>,
    /// The cell that is chosen: truth, called.
    pub selected: Option<(usize, usize)>,
}

impl ConfusionMatrix {
    /// Do the names fit over their columns? Where one does not, numbers stand there and beside the names.
    fn numbered(&self, width: f64) -> bool {
        let column = (width - self.widest() - 14.0) / self.labels.len().max(1) as f64;
        self.labels.iter().any(|label| text_width(label, 11.0, false) > column)
    }

    fn widest(&self) -> f64 {
        self.labels.iter().map(|label| text_width(label, 11.0, false)).fold(0.0, f64::max).min(NAME)
    }

    fn left(&self, width: f64) -> f64 {
        self.widest() + if self.numbered(width) { 32.0 } else { 14.0 }
    }

    fn cell(&self, width: f64) -> (f64, f64) {
        let classes = self.labels.len().max(1) as f64;
        ((width - self.left(width)) / classes, (self.height(width) - ABOVE) / classes)
    }

    fn count(&self, truth: usize, called: usize) -> u32 {
        self.counts.get(truth * self.labels.len() + called).copied().unwrap_or_default()
    }

    /// The cell under a CSS pixel: truth, called.
    pub fn cell_at(&self, x: f64, y: f64, width: f64) -> Option<(usize, usize)> {
        let (across, down) = self.cell(width);
        let (called, truth) = ((x - self.left(width)) / across, (y - ABOVE) / down);
        let classes = self.labels.len() as f64;
        (called >= 0.0 && truth >= 0.0 && called < classes && truth < classes)
            .then_some((truth as usize, called as usize))
    }

    /// The cell that an arrow key leads to from the chosen one; the first key chooses the first cell.
    pub fn cell_by_key(&self, key: &str) -> Option<(usize, usize)> {
        let (down, right) = match key {
            "ArrowUp" => (-1, 0),
            "ArrowDown" => (1, 0),
            "ArrowLeft" => (0, -1),
            "ArrowRight" => (0, 1),
            _ => return None,
        };
        let last = self.labels.len().checked_sub(1)?;
        let moved = |place: usize, by: isize| place.saturating_add_signed(by).min(last);
        Some(self.selected.map_or((0, 0), |(truth, called)| (moved(truth, down), moved(called, right))))
    }

    /// The mistakes, the most frequent first: truth, called, how often.
    pub fn mistakes(&self) -> Vec<(usize, usize, u32)> {
        let classes = self.labels.len();
        let cells = (0..classes * classes).map(|cell| (cell / classes, cell % classes));
        let counted = cells.map(|(truth, called)| (truth, called, self.count(truth, called)));
        let mut mistakes: Vec<_> = counted.filter(|(truth, called, count)| truth != called && *count > 0).collect();
        mistakes.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
        mistakes
    }

    fn color(&self, theme: &Theme, truth: usize, called: usize) -> Rgb {
        let row: f64 = (0..self.labels.len()).map(|called| f64::from(self.count(truth, called))).sum();
        let share = f64::from(self.count(truth, called)) / row.max(1.0);
        let full = theme.classes[usize::from(truth != called)];
        // The square root keeps a few mistakes among a thousand visible.
        theme.paper.mix(full, share.sqrt() as f32 * deepest(theme, full))
    }
}

/// How much of a colour may lie under a count, so that every count stands in the same ink and can be read.
fn deepest(theme: &Theme, full: Rgb) -> f32 {
    let mut shares = (0_u8..=20).rev().map(|share| f32::from(share) / 20.0);
    shares.find(|share| contrast(theme.ink, theme.paper.mix(full, *share)) >= READABLE).unwrap_or_default()
}

impl Picture for ConfusionMatrix {
    fn height(&self, width: f64) -> f64 {
        let classes = self.labels.len().max(1) as f64;
        ABOVE + ((width - self.left(width)) / classes).clamp(20.0, 46.0) * classes
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let (left, (across, down)) = (self.left(pen.width), self.cell(pen.width));
        let soft = Lettering::new(theme.soft);
        let numbered = self.numbered(pen.width);
        // All counts or none: an empty cell beside a number would be read as zero. Without them there are the colour, the
        // pointer's label and the table.
        let longest = self.counts.iter().max().map(u32::to_string).unwrap_or_default();
        let size = [11.5, 9.5, 8.0].into_iter().find(|size| text_width(&longest, *size, true) + 3.0 <= across);
        pen.text("is", left - 8.0, 11.0, soft.right())?;
        pen.text("called", left, 11.0, soft)?;
        for (truth, label) in self.labels.iter().enumerate() {
            let y = ABOVE + (truth as f64 + 0.5) * down;
            let x = left + (truth as f64 + 0.5) * across;
            if numbered {
                let place = (truth + 1).to_string();
                pen.text(&fitted(label, 11.0, NAME), left - 26.0, y, soft.right())?;
                pen.text(&place, left - 8.0, y, soft.right())?;
                if self.labels.len() <= 12 || across > 15.0 || truth % 2 == 0 {
                    pen.text(&place, x, 26.0, soft.center())?;
                }
            } else {
                pen.text(&fitted(label, 11.0, NAME), left - 8.0, y, soft.right())?;
                pen.text(label, x, 26.0, soft.center())?;
            }
            for called in 0..self.labels.len() {
                let (x, y) = (left + called as f64 * across, ABOVE + truth as f64 * down);
                let color = self.color(theme, truth, called);
                pen.rect(x + 1.0, y + 1.0, across - 2.0, down - 2.0, color)?;
                let count = self.count(truth, called);
                if let (true, Some(size)) = (count > 0, size) {
                    let how = Lettering::new(theme.ink).center().size(size);
                    let how = if truth == called { how.bold() } else { how };
                    pen.text(&count.to_string(), x + across / 2.0, y + down / 2.0, how)?;
                }
                if self.selected == Some((truth, called)) {
                    pen.outline(x, y, across, down, theme.ink, 2.0)?;
                }
            }
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let classes = self.labels.len();
        let all: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        let right: u64 = (0..classes).map(|class| u64::from(self.count(class, class))).sum();
        let most = self.mistakes().first().map_or_else(String::new, |(truth, called, count)| {
            format!(
                " The most frequent mistake: {} called {}, {count} times.",
                self.labels[*truth], self.labels[*called]
            )
        });
        format!("{right} of {all} are called rightly.{most}")
    }

    fn table(&self) -> Table {
        let mut table = Table::new(std::iter::once("is / called".to_owned()).chain(self.labels.iter().cloned()));
        for (truth, label) in self.labels.iter().enumerate() {
            let counts = (0..self.labels.len()).map(|called| self.count(truth, called).to_string());
            table.row(std::iter::once(label.clone()).chain(counts));
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let (truth, called) = self.cell_at(x, y, width)?;
        Some(format!("{} called {}: {}", self.labels[truth], self.labels[called], self.count(truth, called)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_stands_in_the_same_ink() {
        for theme in [Theme::light(), Theme::dark()] {
            for full in [theme.classes[0], theme.classes[1]] {
                let most = deepest(&theme, full);
                assert!(most > 0.3, "{most}");
                for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
                    assert!(contrast(theme.ink, theme.paper.mix(full, share * most)) >= READABLE);
                }
            }
        }
    }

    #[test]
    fn keys_walk_over_the_cells_and_mistakes_are_sorted() {
        let labels = ["a", "b", "c"].map(String::from).to_vec();
        let mut matrix = ConfusionMatrix { labels, counts: vec![5, 1, 0, 0, 7, 3, 2, 0, 9], selected: None };
        assert_eq!(matrix.mistakes(), [(1, 2, 3), (2, 0, 2), (0, 1, 1)]);
        assert_eq!(matrix.cell_by_key("Enter"), None);
        for (key, cell) in [("ArrowDown", (0, 0)), ("ArrowDown", (1, 0)), ("ArrowLeft", (1, 0)), ("ArrowRight", (1, 1))]
        {
            matrix.selected = matrix.cell_by_key(key);
            assert_eq!(matrix.selected, Some(cell));
        }
    }
}
