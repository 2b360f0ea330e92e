//! One attention head: every word's look at every other, as a matrix of ink or as lines between two rows of words.
//!
//! Ink is weight, from 0 (paper) to 1 (full): weights are shares of one, so two heads can be compared by eye. The accent
//! marks only what the reader points at.

use super::{
    format::plain,
    palette::{Theme, grey, on},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Size of a word.
pub(super) const WORD: f64 = 12.0;
/// Widest name of a row, as a share of the width.
const NAMES: f64 = 0.3;
/// Largest side of a cell.
const LARGEST: f64 = 44.0;
/// Above upright names: one line; names that run upward take as much as the longest needs, at most this.
const MOST_ABOVE: f64 = 92.0;
/// Sides of a cell from which its number fits.
const NUMBERED: f64 = 26.0;
/// A line for what a side is called.
const SIDES: f64 = 16.0;

/// Weights of one head: a row for each word that looks, a column for each word that is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attention {
    /// The words that look, one a row.
    pub queries: Vec<String>,
    /// The words that are looked at, one a column.
    pub keys: Vec<String>,
    /// Row by row; every row adds up to one. Rows that have not come yet may be missing.
    pub weights: Vec<f32>,
    /// What the reader points at.
    pub focus: Spot,
    /// As lines instead of a matrix.
    pub lines: bool,
    /// What the rows are and what the columns are, such as "French" and "English"; may be empty.
    pub sides: [String; 2],
}

/// A place in the weights: a query, a key, both or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The row.
    pub query: Option<usize>,
    /// The column.
    pub key: Option<usize>,
}

impl Spot {
    /// Whether a row or a column is pointed at.
    pub fn is_some(self) -> bool {
        self.query.is_some() || self.key.is_some()
    }

    /// One step of an arrow key inside so many rows and columns.
    pub fn step(self, key: &str, rows: usize, columns: usize) -> Self {
        let (query, column) = (self.query.unwrap_or(0), self.key.unwrap_or(0));
        let (query, column) = match key {
            "ArrowUp" => (query.saturating_sub(1), column),
            "ArrowDown" => (query + usize::from(self.query.is_some()), column),
            "ArrowLeft" => (query, column.saturating_sub(1)),
            "ArrowRight" => (query, column + usize::from(self.key.is_some())),
            "Escape" => return Self::default(),
            _ => return self,
        };
        let within = |place: usize, count: usize| (count > 0).then(|| place.min(count - 1));
        Self { query: within(query, rows), key: within(column, columns) }
    }
}

/// The place of everything in the matrix.
struct Layout {
    left: f64,
    top: f64,
    cell: (f64, f64),
    /// The names of the columns run upward.
    upward: bool,
}

impl Attention {
    /// Rows whose weights are here.
    pub(super) fn rows(&self) -> usize {
        self.queries.len().min(self.weights.len() / self.keys.len().max(1))
    }

    pub(super) fn weight(&self, query: usize, key: usize) -> f32 {
        let weight = self.weights.get(query * self.keys.len() + key).copied().unwrap_or(0.0);
        if weight.is_finite() { weight.clamp(0.0, 1.0) } else { 0.0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() || self.queries.is_empty()
    }

    /// The key that a query looks at most.
    fn most(&self, query: usize) -> Option<usize> {
        (0..self.keys.len()).max_by(|one, other| self.weight(query, *one).total_cmp(&self.weight(query, *other)))
    }

    fn layout(&self, width: f64) -> Layout {
        let widest = |words: &[String]| words.iter().map(|word| text_width(word, WORD, true)).fold(0.0, f64::max);
        let left = widest(&self.queries).min(width * NAMES) + 10.0;
        let side = ((width - left) / self.keys.len().max(1) as f64).min(LARGEST);
        let upward = widest(&self.keys) + 6.0 > side;
        let above = if upward { widest(&self.keys).min(MOST_ABOVE) + 8.0 } else { 22.0 };
        let top = above + SIDES * self.side_lines(left) as f64;
        // Rows need room for their words, however narrow the columns are.
        Layout { left, top, cell: (side, side.clamp(17.0, 34.0)), upward }
    }

    /// What the rows are, as it is written.
    fn rows_name(&self) -> String {
        if self.sides[0].is_empty() { String::new() } else { format!("{} ↓", self.sides[0]) }
    }

    /// Lines that the names of the sides take: one where the rows' fits beside the corner, else one for each.
    fn side_lines(&self, left: f64) -> usize {
        let fits = text_width(&self.rows_name(), 11.0, false) + 7.0 <= left;
        match self.sides.each_ref().map(|side| !side.is_empty()) {
            [true, true] if !fits => 2,
            [false, false] => 0,
            _ => 1,
        }
    }

    /// What lies under a CSS pixel: a cell, or a word of either side.
    pub fn spot_at(&self, x: f64, y: f64, width: f64) -> Spot {
        if self.is_empty() {
            return Spot::default();
        }
        if self.lines {
            return self.word_at(x, y, width);
        }
        let Layout { left, top, cell, .. } = self.layout(width);
        let inside = |place: f64, count: usize| (place >= 0.0 && place < count as f64).then_some(place as usize);
        let query = inside((y - top) / cell.1, self.queries.len());
        let key = inside((x - left) / cell.0, self.keys.len());
        match (query, key) {
            (Some(_), None) if x >= left => Spot::default(),
            (None, Some(_)) if y >= top => Spot::default(),
            (query, key) => Spot { query, key },
        }
    }

    fn draw_matrix<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        let theme = pen.theme;
        let Layout { left, top, cell: (wide, high), upward } = self.layout(pen.width);
        let (rows, columns) = (self.queries.len(), self.keys.len());
        let colors: Vec<_> =
            (0..rows * columns).map(|cell| grey(theme, self.weight(cell / columns, cell % columns))).collect();
        let (across, down) = (wide * columns as f64, high * rows as f64);
        pen.bitmap(left, top, across, down, Bitmap { columns, rows, colors: &colors, smooth: false })?;
        let lit = |here: bool| if here { theme.accent } else { theme.ink };
        for (row, word) in self.queries.iter().enumerate() {
            let here = self.focus.query == Some(row);
            let how = Lettering { bold: here, ..Lettering::new(lit(here)).size(WORD).right() };
            pen.text(&fitted(word, WORD, left - 8.0), left - 7.0, top + (row as f64 + 0.5) * high, how)?;
            pen.across(left, left + across, top + row as f64 * high, theme.line)?;
        }
        for (column, word) in self.keys.iter().enumerate() {
            let here = self.focus.key == Some(column);
            let how = Lettering { bold: here, ..Lettering::new(lit(here)).size(WORD) };
            let x = left + (column as f64 + 0.5) * wide;
            match upward {
                true => pen.upward(&fitted(word, WORD, MOST_ABOVE), x, top - 6.0, how)?,
                false => pen.text(word, x, top - 10.0, how.center())?,
            }
            pen.down(left + column as f64 * wide, top, top + down, theme.line)?;
        }
        pen.outline(left, top, across, down, theme.line, 1.0)?;
        self.write_sides(pen, left, across)?;
        if wide >= NUMBERED {
            for (cell, ground) in colors.iter().enumerate().take(self.rows() * columns) {
                let (row, column) = (cell / columns, cell % columns);
                let weight = self.weight(row, column);
                if weight >= 0.005 {
                    let place = (left + (column as f64 + 0.5) * wide, top + (row as f64 + 0.5) * high);
                    let how = Lettering::new(on(*ground)).size(10.0).center();
                    pen.text(&share(weight), place.0, place.1, how)?;
                }
            }
        }
        if let Some(row) = self.focus.query.filter(|row| *row < rows) {
            pen.outline(left - 1.0, top + row as f64 * high - 1.0, across + 2.0, high + 2.0, theme.accent, 2.0)?;
        }
        if let Some(column) = self.focus.key.filter(|column| *column < columns) {
            pen.outline(left + column as f64 * wide - 1.0, top - 1.0, wide + 2.0, down + 2.0, theme.accent, 2.0)?;
        }
        Ok(())
    }

    /// What the two sides are, above all: the rows, then the columns where the names of these begin.
    fn write_sides<S: Surface>(&self, pen: &mut Pen<S>, left: f64, across: f64) -> Drawn<S> {
        let soft = Lettering::new(pen.theme.soft);
        let columns = &self.sides[1];
        pen.text(&fitted(&self.rows_name(), 11.0, pen.width), 0.0, 6.0, soft)?;
        let arrow = if columns.is_empty() { String::new() } else { format!("looks at {columns} →") };
        let y = 6.0 + SIDES * self.side_lines(left).saturating_sub(1) as f64;
        pen.text(&fitted(&arrow, 11.0, across.max(120.0)), left, y, soft)
    }
}

/// A share of one as a cell has room for it: .07, .93, 1.
pub(super) fn share(weight: f32) -> String {
    let text = plain(weight.into(), 2);
    if text == "1.00" { "1".into() } else { text.trim_start_matches('0').to_owned() }
}

impl Picture for Attention {
    fn height(&self, width: f64) -> f64 {
        if self.lines {
            return self.lines_height(width);
        }
        let Layout { top, cell, .. } = self.layout(width);
        top + cell.1 * self.queries.len().max(1) as f64 + 3.0
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        match (self.is_empty(), self.lines) {
            (true, _) => Ok(()),
            (false, true) => self.draw_lines(&mut pen),
            (false, false) => self.draw_matrix(&mut pen),
        }
    }

    fn summary(&self) -> String {
        let told = (0..self.rows()).take(12).filter_map(|row| {
            let key = self.most(row)?;
            Some(format!("{} looks most at {} ({})", self.queries[row], self.keys[key], share(self.weight(row, key))))
        });
        let told: Vec<String> = told.collect();
        if told.is_empty() { "No word looks anywhere yet.".into() } else { format!("{}.", told.join("; ")) }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(std::iter::once(String::new()).chain(self.keys.iter().cloned()));
        for (row, word) in self.queries.iter().take(self.rows()).enumerate() {
            let cells = (0..self.keys.len()).map(|key| self.weight(row, key).to_string());
            table.row(std::iter::once(word.clone()).chain(cells));
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let spot = self.spot_at(x, y, width);
        let (query, key) = (spot.query?, spot.key?);
        let told = format!("{} → {}: {}", self.queries[query], self.keys[key], share(self.weight(query, key)));
        (query < self.rows()).then_some(told)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(String::from).collect()
    }

    fn attention(lines: bool) -> Attention {
        let (queries, keys) = (words("le petit oiseau bleu"), words("the small blue bird sings"));
        let weights = (0..20).map(|cell| if cell % 5 == cell / 5 { 0.8 } else { 0.05 }).collect();
        Attention { queries, keys, weights, lines, ..Attention::default() }
    }

    #[test]
    fn a_place_is_its_cell() {
        let it = attention(false);
        for width in [300.0, 354.0, 900.0] {
            let Layout { left, top, cell, .. } = it.layout(width);
            for (row, column) in [(0, 0), (3, 4), (2, 1)] {
                let place = (left + (column as f64 + 0.5) * cell.0, top + (row as f64 + 0.5) * cell.1);
                assert_eq!(it.spot_at(place.0, place.1, width), Spot { query: Some(row), key: Some(column) });
                assert!(place.0 < width && place.1 < it.height(width));
            }
            assert_eq!(it.spot_at(2.0, top + 3.0, width), Spot { query: Some(0), key: None });
            assert_eq!(it.spot_at(left + 2.0, top - 3.0, width), Spot { query: None, key: Some(0) });
            assert!(!it.spot_at(left + 5.0 * cell.0 + 3.0, top + 3.0, width).is_some());
        }
        assert_eq!(it.hint(899.0, 3.0, 900.0), None);
    }

    #[test]
    fn keys_walk_and_stay_inside() {
        let mut spot = Spot::default().step("ArrowDown", 4, 5);
        assert_eq!(spot, Spot { query: Some(0), key: Some(0) });
        for _ in 0..9 {
            spot = spot.step("ArrowDown", 4, 5).step("ArrowRight", 4, 5);
        }
        assert_eq!(spot, Spot { query: Some(3), key: Some(4) });
        assert!(!spot.step("Escape", 4, 5).is_some());
        assert!(!Spot::default().step("ArrowUp", 0, 0).is_some());
    }

    #[test]
    fn it_draws_and_tells() {
        let mut it = attention(false);
        it.focus = Spot { query: Some(1), key: Some(1) };
        it.sides = ["French", "English"].map(String::from);
        assert!(it.summary().starts_with("le looks most at the (.80)"), "{}", it.summary());
        assert_eq!(it.table().rows.len(), 4);
        for lines in [false, true] {
            it.lines = lines;
            for width in [160.0, 354.0, 900.0] {
                let svg = to_svg(&it, width, &Theme::light());
                assert!(svg.contains("oiseau") && !svg.contains("NaN"));
                assert!(lines || (svg.contains("French ↓") && svg.contains("looks at English →")), "{width}");
            }
        }
        it.weights = vec![f32::NAN, f32::INFINITY];
        assert!(!to_svg(&it, 300.0, &Theme::dark()).contains("NaN"));
        it.weights.truncate(0);
        assert_eq!(it.summary(), "No word looks anywhere yet.");
        assert!(to_svg(&Attention::default(), 300.0, &Theme::dark()).ends_with("</svg>\n"));
    }
}
