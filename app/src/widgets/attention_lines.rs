//! A head as lines: the words that look on one side, the words that are looked at on the other, as thick as the weight.
//! Two rows where the sentence fits across, two columns where it does not.

use super::{
    attention::{Attention, Spot, WORD, share},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Drawn, Surface},
};

/// Between two words of a row.
const APART: f64 = 16.0;
/// Height of the rows' picture.
const ACROSS: f64 = 190.0;
/// A word's height in a column.
const STEP: f64 = 24.0;
/// From the edge of the picture to the middle of a row of words.
const EDGE: f64 = 12.0;
/// Above two columns whose sides have names.
const NAMED: f64 = 20.0;
/// Thickness of a line of weight 1.
const THICKEST: f64 = 11.0;
/// Weights below this are not drawn.
const LEAST: f32 = 0.02;
/// Pieces of a curve.
const PIECES: usize = 24;

/// Where each word stands, and where its lines begin.
struct Places {
    queries: Vec<(f64, f64)>,
    keys: Vec<(f64, f64)>,
    /// In rows, else in columns.
    rows: bool,
    height: f64,
}

impl Attention {
    fn places(&self, width: f64) -> Places {
        let long = |words: &[String]| words.iter().map(|word| text_width(word, WORD, true) + APART).sum::<f64>();
        if long(&self.queries).max(long(&self.keys)) <= width {
            let spread = |words: &[String], y: f64| {
                let free = (width - long(words)) / words.len().max(1) as f64;
                let mut x = 0.0;
                let mut place = |word: &String| {
                    let room = text_width(word, WORD, true) + APART + free;
                    x += room;
                    (x - room / 2.0, y)
                };
                words.iter().map(&mut place).collect()
            };
            let keys = spread(&self.keys, ACROSS - EDGE);
            return Places { queries: spread(&self.queries, EDGE), keys, rows: true, height: ACROSS };
        }
        let top = if self.sides.iter().all(String::is_empty) { 0.0 } else { NAMED };
        let tall = self.queries.len().max(self.keys.len()) as f64 * STEP;
        let column = |words: &[String], x: f64| {
            let first = top + (tall - words.len() as f64 * STEP) / 2.0;
            (0..words.len()).map(|row| (x, first + (row as f64 + 0.5) * STEP)).collect()
        };
        let widest = |words: &[String]| words.iter().map(|word| text_width(word, WORD, true)).fold(0.0, f64::max);
        let left = widest(&self.queries).min(width * 0.36) + 4.0;
        let right = width - widest(&self.keys).min(width * 0.36) - 4.0;
        let (queries, keys) = (column(&self.queries, left), column(&self.keys, right));
        Places { queries, keys, rows: false, height: top + tall + 2.0 }
    }

    pub(super) fn lines_height(&self, width: f64) -> f64 {
        self.places(width).height
    }

    /// The word under a CSS pixel.
    pub(super) fn word_at(&self, x: f64, y: f64, width: f64) -> Spot {
        let places = self.places(width);
        let near = |all: &[(f64, f64)]| {
            let far = |(a, b): &(f64, f64)| if places.rows { (a - x).abs() } else { (b - y).abs() };
            let nearest = (0..all.len()).min_by(|one, other| far(&all[*one]).total_cmp(&far(&all[*other])))?;
            let reach = if places.rows { width / all.len() as f64 } else { STEP };
            (far(&all[nearest]) <= reach / 2.0 + 2.0).then_some(nearest)
        };
        // The nearer half belongs to the queries.
        let first = if places.rows { y < places.height / 2.0 } else { x < width / 2.0 };
        match first {
            true => Spot { query: near(&places.queries), key: None },
            false => Spot { query: None, key: near(&places.keys) },
        }
    }

    pub(super) fn draw_lines<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        let places = self.places(pen.width);
        let gap = if places.rows { 11.0 } else { 6.0 };
        let mut links: Vec<(usize, usize, f32)> = (0..self.rows())
            .flat_map(|query| (0..self.keys.len()).map(move |key| (query, key)))
            .map(|(query, key)| (query, key, self.weight(query, key)))
            .filter(|link| link.2 >= LEAST)
            .collect();
        let lit = |link: &(usize, usize, f32)| {
            let Spot { query, key } = self.focus;
            self.focus.is_some() && query.is_none_or(|row| row == link.0) && key.is_none_or(|column| column == link.1)
        };
        // The strongest last and so on top, those that the reader asks for above all.
        links.sort_by(|one, other| {
            (lit(one), one.2).partial_cmp(&(lit(other), other.2)).unwrap_or(std::cmp::Ordering::Equal)
        });
        for link in &links {
            let (from, to) = (places.queries[link.0], places.keys[link.1]);
            let (from, to) = match places.rows {
                true => ((from.0, from.1 + gap), (to.0, to.1 - gap)),
                false => ((from.0 + gap, from.1), (to.0 - gap, to.1)),
            };
            let color = match (self.focus.is_some(), lit(link)) {
                (true, true) => pen.theme.accent,
                (true, false) => pen.theme.card.mix(pen.theme.line, 0.7),
                (false, _) => pen.theme.card.mix(pen.theme.ink, 0.16 + 0.74 * link.2),
            };
            let thick = (THICKEST * f64::from(link.2)).max(0.8);
            pen.polygon(&ribbon(from, to, thick, places.rows), color)?;
        }
        self.write_words(pen, &places)
    }

    fn write_words<S: Surface>(&self, pen: &mut Pen<S>, places: &Places) -> Drawn<S> {
        let theme = pen.theme;
        let Spot { query, key } = self.focus;
        let room = if places.rows { f64::INFINITY } else { pen.width * 0.36 };
        for (side, (words, all)) in [(&self.queries, &places.queries), (&self.keys, &places.keys)].iter().enumerate() {
            for (place, (word, (x, y))) in words.iter().zip(all.iter()).enumerate() {
                let here = [query, key][side] == Some(place);
                // The share that the word across gets, or gives, beside it.
                let weight = match (side, query, key) {
                    (1, Some(row), None) => Some(self.weight(row, place)),
                    (0, None, Some(column)) => Some(self.weight(place, column)),
                    _ => None,
                };
                let faint = weight.is_some_and(|weight| weight < LEAST);
                let color = if here {
                    theme.accent
                } else if faint {
                    theme.soft
                } else {
                    theme.ink
                };
                let how = Lettering { bold: here, ..Lettering::new(color).size(WORD) };
                let how = match (places.rows, side) {
                    (true, _) => how.center(),
                    (false, 0) => how.right(),
                    (false, _) => how,
                };
                pen.text(&fitted(word, WORD, room), *x, *y, how)?;
                if let Some(weight) = weight.filter(|weight| *weight >= LEAST) {
                    let small = Lettering::new(theme.accent).size(10.0).center();
                    let at = match (places.rows, side) {
                        (true, 0) => (*x, y + 26.0),
                        (true, _) => (*x, y - 26.0),
                        (false, 0) => (x + 22.0, *y),
                        (false, _) => (x - 22.0, *y),
                    };
                    let ground = text_width(&share(weight), 10.0, false) / 2.0 + 3.0;
                    pen.rect(at.0 - ground, at.1 - 7.0, 2.0 * ground, 14.0, theme.card)?;
                    pen.text(&share(weight), at.0, at.1, small)?;
                }
            }
        }
        if !places.rows {
            let soft = Lettering::new(theme.soft);
            pen.text(&self.sides[0], places.queries.first().map_or(0.0, |place| place.0), 7.0, soft.right())?;
            pen.text(&self.sides[1], places.keys.first().map_or(0.0, |place| place.0), 7.0, soft)?;
        }
        Ok(())
    }
}

/// A curve of this thickness that leaves and arrives straight: as a polygon, since widths of strokes are whole units.
fn ribbon(from: (f64, f64), to: (f64, f64), thick: f64, down: bool) -> Vec<(f64, f64)> {
    let half = thick / 2.0;
    let at = |part: usize| {
        let t = part as f64 / PIECES as f64;
        // Smoothstep: flat at both ends.
        let eased = t * t * (3.0 - 2.0 * t);
        match down {
            true => (from.0 + (to.0 - from.0) * eased, from.1 + (to.1 - from.1) * t),
            false => (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * eased),
        }
    };
    let shifted = |part: usize, by: f64| {
        let (before, after) = (at(part.saturating_sub(1)), at((part + 1).min(PIECES)));
        let (dx, dy) = (after.0 - before.0, after.1 - before.1);
        let long = dx.hypot(dy).max(1e-9);
        let (x, y) = at(part);
        (x - dy / long * by, y + dx / long * by)
    };
    (0..=PIECES).map(|part| shifted(part, half)).chain((0..=PIECES).rev().map(|part| shifted(part, -half))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(count: usize) -> Attention {
        let words: Vec<String> = (0..count).map(|word| format!("word{word}")).collect();
        let weights = (0..count * count).map(|cell| 1.0 / (1 + cell % count) as f32).collect();
        Attention { queries: words.clone(), keys: words, weights, lines: true, ..Attention::default() }
    }

    #[test]
    fn a_short_sentence_lies_in_rows_and_a_long_one_in_columns() {
        assert!(sentence(4).places(354.0).rows);
        let long = sentence(12);
        assert!(!long.places(354.0).rows && long.places(1000.0).rows);
        for width in [354.0, 1000.0] {
            let places = long.places(width);
            for (word, (x, y)) in places.queries.iter().enumerate() {
                assert_eq!(long.word_at(*x, *y, width), Spot { query: Some(word), key: None }, "{width}");
            }
            for (word, (x, y)) in places.keys.iter().enumerate() {
                assert_eq!(long.word_at(*x, *y, width), Spot { query: None, key: Some(word) }, "{width}");
                assert!(*x < width && *y < places.height);
            }
        }
    }

    #[test]
    fn a_ribbon_is_as_thick_as_it_should_be() {
        let shape = ribbon((0.0, 0.0), (0.0, 100.0), 6.0, true);
        let wide = shape.iter().map(|(x, _)| x.abs()).fold(0.0, f64::max);
        assert!((wide - 3.0).abs() < 1e-9 && shape.len() == 2 * (PIECES + 1));
        assert!(ribbon((5.0, 5.0), (5.0, 5.0), 2.0, true).iter().all(|(x, y)| x.is_finite() && y.is_finite()));
    }
}
