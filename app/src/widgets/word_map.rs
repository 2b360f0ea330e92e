//! Words on a plane: near ones are alike. A word is written where there is room, else it is a dot; colours are groups.

use super::{
    format::number,
    palette::{Ink, Theme},
    pen::{Lettering, Pen, text_width},
    picture::{Drawn, Picture, Surface, Table},
};

/// Size of the letters.
const SIZE: f64 = 11.5;
/// Around the words.
const EDGE: f64 = 14.0;
/// Below: the names of the groups.
const BELOW: f64 = 24.0;

/// A word on the plane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlacedWord {
    /// The word.
    pub text: String,
    /// Across.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// Its group.
    pub group: usize,
}

/// The plane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordMap {
    /// The words; those that come first are written first.
    pub words: Vec<PlacedWord>,
    /// The groups' names.
    pub groups: Vec<String>,
}

impl WordMap {
    fn side(width: f64) -> f64 {
        width.clamp(160.0, 460.0)
    }

    /// Pixels of every word; both axes have one scale.
    fn places(&self, width: f64) -> Vec<(f64, f64)> {
        let finite = || self.words.iter().filter(|word| word.x.is_finite() && word.y.is_finite());
        let range = |read: fn(&PlacedWord) -> f64| {
            let low = finite().map(read).fold(f64::INFINITY, f64::min);
            let high = finite().map(read).fold(f64::NEG_INFINITY, f64::max);
            if low < high { (low, high) } else { (-1.0, 1.0) }
        };
        let ((left, right), (low, high)) = (range(|word| word.x), range(|word| word.y));
        let room = (width - 2.0 * EDGE - 60.0, Self::side(width) - 2.0 * EDGE);
        let scale = (room.0 / (right - left)).min(room.1 / (high - low));
        let (middle, centre) = ((left + right) / 2.0, (low + high) / 2.0);
        let place = |word: &PlacedWord| {
            (width / 2.0 + (word.x - middle) * scale, Self::side(width) / 2.0 - (word.y - centre) * scale)
        };
        self.words.iter().map(place).collect()
    }

    /// Which words are written: each that touches none before it.
    fn written(&self, places: &[(f64, f64)]) -> Vec<bool> {
        let mut taken: Vec<(f64, f64, f64)> = Vec::new();
        self.words
            .iter()
            .zip(places)
            .map(|(word, (x, y))| {
                let half = text_width(&word.text, SIZE, true) / 2.0 + 3.0;
                let free = taken.iter().all(|(a, b, other)| (a - x).abs() > half + other || (b - y).abs() > 14.0);
                let free = free && x.is_finite() && y.is_finite();
                if free {
                    taken.push((*x, *y, half));
                }
                free
            })
            .collect()
    }

    /// The nearest word to a CSS pixel.
    pub fn word_at(&self, x: f64, y: f64, width: f64) -> Option<usize> {
        let places = self.places(width);
        let far = |at: usize| (places[at].0 - x).hypot(places[at].1 - y);
        let nearest = (0..places.len()).filter(|at| far(*at).is_finite()).min_by(|a, b| far(*a).total_cmp(&far(*b)))?;
        (far(nearest) < 24.0).then_some(nearest)
    }

    /// The nearest other words, the nearest first.
    fn neighbours(&self, at: usize) -> Vec<&str> {
        let far = |other: &PlacedWord| (other.x - self.words[at].x).hypot(other.y - self.words[at].y);
        let mut others: Vec<&PlacedWord> =
            self.words.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, word)| word).collect();
        others.sort_by(|one, other| far(one).total_cmp(&far(other)));
        others.iter().take(3).map(|word| word.text.as_str()).collect()
    }
}

impl Picture for WordMap {
    fn height(&self, width: f64) -> f64 {
        Self::side(width) + BELOW
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let side = Self::side(pen.width);
        pen.rect(0.0, 0.0, pen.width, side, theme.paper)?;
        pen.outline(0.0, 0.0, pen.width, side, theme.line, 1.0)?;
        let places = self.places(pen.width);
        let written = self.written(&places);
        for (word, ((x, y), _)) in
            self.words.iter().zip(places.iter().zip(&written)).filter(|(_, (_, written))| !**written)
        {
            pen.disc(*x, *y, 2.6, theme.ink(Ink::Class(word.group)))?;
        }
        for (word, ((x, y), _)) in
            self.words.iter().zip(places.iter().zip(&written)).filter(|(_, (_, written))| **written)
        {
            let color = theme.readable(theme.ink(Ink::Class(word.group)), theme.paper);
            pen.text(&word.text, *x, *y, Lettering::new(color).size(SIZE).bold().center())?;
        }
        let mut x = 0.0;
        for (group, name) in self.groups.iter().enumerate() {
            let color = theme.readable(theme.ink(Ink::Class(group)), theme.card);
            pen.disc(x + 4.0, side + 13.0, 3.5, theme.ink(Ink::Class(group)))?;
            pen.text(name, x + 12.0, side + 13.0, Lettering::new(color))?;
            x += text_width(name, 11.0, false) + 28.0;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let told = self.words.iter().enumerate().take(6);
        let told = told.map(|(at, word)| format!("{} lies near {}", word.text, self.neighbours(at).join(", ")));
        format!("{} words on a plane. {}.", self.words.len(), told.collect::<Vec<_>>().join("; "))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["word", "group", "across", "up"]);
        for word in &self.words {
            let group = self.groups.get(word.group).cloned().unwrap_or_default();
            table.row([word.text.clone(), group, word.x.to_string(), word.y.to_string()]);
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let at = self.word_at(x, y, width)?;
        let word = &self.words[at];
        let near = self.neighbours(at).join(", ");
        Some(format!("{} ({}, {})\nnear {near}", word.text, number(word.x), number(word.y)))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn map() -> WordMap {
        let word = |text: &str, x: f64, y: f64, group| PlacedWord { text: text.into(), x, y, group };
        let words = vec![
            word("one", 0.0, 0.0, 0),
            word("two", 0.1, 0.05, 0),
            word("rouge", 4.0, 2.0, 1),
            word("red", 4.0, 2.01, 1),
        ];
        WordMap { words, groups: vec!["numbers".into(), "colours".into()] }
    }

    #[test]
    fn words_do_not_cover_each_other() {
        let it = map();
        for width in [160.0, 354.0, 900.0] {
            let places = it.places(width);
            assert_eq!(it.written(&places), [true, false, true, false], "{width}");
            assert!(places.iter().all(|(x, y)| (0.0..width).contains(x) && (0.0..it.height(width)).contains(y)));
            assert_eq!(it.word_at(places[2].0, places[2].1, width), Some(2));
        }
    }

    #[test]
    fn it_draws_and_tells() {
        let mut it = map();
        assert!(it.summary().contains("one lies near two"), "{}", it.summary());
        assert_eq!(it.table().rows.len(), 4);
        it.words[1].x = f64::NAN;
        for width in [160.0, 354.0, 900.0] {
            assert!(!to_svg(&it, width, &Theme::light()).contains("NaN"));
        }
        to_svg(&WordMap::default(), 300.0, &Theme::dark());
    }
}
