//! All heads of all layers at once, each as a small matrix: one is chosen, some are switched off, all can be sorted.

use super::{
    attention::share,
    palette::{Theme, grey},
    pen::{Lettering, Pen, fitted},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Between two heads.
const GAP: f64 = 8.0;
/// Between two groups, across.
const APART: f64 = 22.0;
/// Between two rows of groups.
const BETWEEN: f64 = 14.0;
/// Above a group: its name.
const NAME: f64 = 18.0;
/// Below a head: its name and its score.
const NOTE: f64 = 17.0;
/// Smallest and largest side of a head.
const SIDE: (f64, f64) = (56.0, 84.0);

/// One head.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeadTile {
    /// Its name: short, unique among all.
    pub name: String,
    /// Words that look.
    pub rows: usize,
    /// Words that are looked at.
    pub columns: usize,
    /// Weights, row by row.
    pub weights: Vec<f32>,
    /// What it scored, 0 to 1, if it was scored.
    pub score: Option<f32>,
    /// It is switched off.
    pub off: bool,
}

/// Heads that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeadGroup {
    /// The group's name; may be empty.
    pub name: String,
    /// Its heads.
    pub heads: Vec<HeadTile>,
}

/// Small multiples of heads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heads {
    /// Groups, each on a line of its own or side by side where there is room.
    pub groups: Vec<HeadGroup>,
    /// The head that is looked at: group, head.
    pub chosen: Option<(usize, usize)>,
    /// What the scores mean, for the words; may be empty.
    pub scored: String,
}

impl Heads {
    /// The same heads in one group, the best first; heads without a score come last.
    pub fn sorted(mut self) -> Self {
        let chosen = self.chosen.and_then(|place| self.head(place)).map(|head| head.name.clone());
        let mut heads: Vec<HeadTile> = self.groups.drain(..).flat_map(|group| group.heads).collect();
        heads.sort_by(|one, other| {
            let score = |head: &HeadTile| head.score.filter(|score| score.is_finite()).unwrap_or(-1.0);
            score(other).total_cmp(&score(one))
        });
        self.chosen = heads.iter().position(|head| Some(&head.name) == chosen.as_ref()).map(|place| (0, place));
        self.groups = vec![HeadGroup { name: String::new(), heads }];
        self
    }

    /// A head by its place.
    pub fn head(&self, (group, head): (usize, usize)) -> Option<&HeadTile> {
        self.groups.get(group)?.heads.get(head)
    }

    /// The place that an arrow key leads to from the chosen head.
    pub fn step(&self, key: &str) -> Option<(usize, usize)> {
        let all: Vec<(usize, usize)> = self
            .groups
            .iter()
            .enumerate()
            .flat_map(|(group, it)| (0..it.heads.len()).map(move |head| (group, head)))
            .collect();
        let now = all.iter().position(|place| Some(*place) == self.chosen);
        let last = all.len().checked_sub(1)?;
        let next = match (key, now) {
            ("ArrowRight" | "ArrowDown", now) => now.map_or(0, |now| (now + 1).min(last)),
            ("ArrowLeft" | "ArrowUp", now) => now.map_or(0, |now| now.saturating_sub(1)),
            ("Home", _) => 0,
            ("End", _) => last,
            _ => return None,
        };
        Some(all[next])
    }

    /// The place of every head, group by group, and the height of all.
    fn places(&self, width: f64) -> (Vec<Vec<(f64, f64)>>, f64, f64) {
        let most = self.groups.iter().map(|group| group.heads.len()).max().unwrap_or(1).max(1) as f64;
        // As many groups side by side as leave their heads large enough; a long group (sorted heads) flows over lines.
        let side_of = |beside: usize| {
            let room = (width - APART * (beside as f64 - 1.0)) / beside as f64;
            (room - GAP * (most - 1.0)) / most
        };
        let wanted = (1..=self.groups.len()).rev().find(|beside| side_of(*beside) >= SIDE.0).unwrap_or(1);
        let side = side_of(wanted).clamp(SIDE.0, SIDE.1);
        let step = side + GAP;
        let in_row = (((width + GAP) / step).floor() as usize).max(1);
        let group_width = step * most.min(in_row as f64) - GAP;
        let beside = (((width + APART) / (group_width + APART)).floor() as usize).max(1);
        let mut places = Vec::new();
        let (mut top, mut bottom) = (0.0_f64, 0.0_f64);
        for (index, group) in self.groups.iter().enumerate() {
            if index % beside == 0 && index > 0 {
                top = bottom + BETWEEN;
            }
            let left = (index % beside) as f64 * (group_width + APART);
            let first = top + if group.name.is_empty() { 0.0 } else { NAME };
            let place = |head: usize| {
                (left + (head % in_row) as f64 * step, first + (head / in_row) as f64 * (side + NOTE + GAP))
            };
            places.push((0..group.heads.len()).map(place).collect());
            let lines = group.heads.len().div_ceil(in_row) as f64;
            bottom = bottom.max(first + lines * (side + NOTE + GAP) - GAP);
        }
        (places, side, bottom)
    }

    /// The head under a CSS pixel: group, head.
    pub fn head_at(&self, x: f64, y: f64, width: f64) -> Option<(usize, usize)> {
        let (places, side, _) = self.places(width);
        places.iter().enumerate().find_map(|(group, heads)| {
            let inside =
                |(left, top): &(f64, f64)| (*left..left + side).contains(&x) && (*top..top + side + NOTE).contains(&y);
            heads.iter().position(inside).map(|head| (group, head))
        })
    }

    fn all(&self) -> impl Iterator<Item = &HeadTile> {
        self.groups.iter().flat_map(|group| &group.heads)
    }
}

impl Picture for Heads {
    fn height(&self, width: f64) -> f64 {
        self.places(width).2.max(40.0) + 3.0
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let (places, side, _) = self.places(pen.width);
        for (group, (it, places)) in self.groups.iter().zip(&places).enumerate() {
            if let Some((left, top)) = places.first() {
                pen.text(&it.name, *left, top - NAME + 7.0, Lettering::new(theme.ink).bold())?;
            }
            for (place, (head, (x, y))) in it.heads.iter().zip(places).enumerate() {
                let (x, y) = (*x, *y);
                let count = head.rows * head.columns;
                let fade = if head.off { 0.2 } else { 1.0 };
                let ink =
                    |weight: &f32| grey(theme, if weight.is_finite() { weight.clamp(0.0, 1.0) * fade } else { 0.0 });
                let colors: Vec<_> = head.weights.iter().take(count).map(ink).collect();
                if count > 0 && colors.len() == count {
                    let bitmap = Bitmap { columns: head.columns, rows: head.rows, colors: &colors, smooth: false };
                    pen.bitmap(x, y, side, side, bitmap)?;
                }
                let here = self.chosen == Some((group, place));
                if head.off {
                    pen.line(&[(x, y), (x + side, y + side)], theme.soft, 1.4)?;
                    pen.line(&[(x + side, y), (x, y + side)], theme.soft, 1.4)?;
                }
                match here {
                    true => pen.outline(x - 2.5, y - 2.5, side + 5.0, side + 5.0, theme.accent, 2.5)?,
                    false => pen.outline(x, y, side, side, theme.line, 1.0)?,
                }
                let under = y + side + 9.0;
                let name = Lettering::new(if here { theme.accent } else { theme.soft }).size(10.5);
                pen.text(&fitted(&head.name, 10.5, side), x, under, if here { name.bold() } else { name })?;
                let score = if head.off { Some("off".to_owned()) } else { head.score.map(share) };
                let score = score.unwrap_or_default();
                pen.text(&score, x + side, under, Lettering::new(theme.ink).size(10.5).right())?;
            }
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let (count, off) = (self.all().count(), self.all().filter(|head| head.off).count());
        let best = self
            .all()
            .filter_map(|head| Some((head, head.score.filter(|score| score.is_finite())?)))
            .max_by(|one, other| one.1.total_cmp(&other.1));
        let best = best.map_or(String::new(), |(head, score)| {
            let what = if self.scored.is_empty() { "the score" } else { self.scored.as_str() };
            format!(" Highest in {what}: {} with {}.", head.name, share(score))
        });
        let off = if off > 0 { format!(", {off} of them switched off") } else { String::new() };
        let chosen = self.chosen.and_then(|place| self.head(place));
        let chosen = chosen.map_or(String::new(), |head| format!(" Chosen: {}.", head.name));
        format!("{count} heads{off}.{best}{chosen}")
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["group", "head", "score", "off", "row", "column", "weight"]);
        for group in &self.groups {
            for head in &group.heads {
                for (cell, weight) in head.weights.iter().take(head.rows * head.columns).enumerate() {
                    table.row([
                        group.name.clone(),
                        head.name.clone(),
                        head.score.map(|score| score.to_string()).unwrap_or_default(),
                        u8::from(head.off).to_string(),
                        (cell / head.columns + 1).to_string(),
                        (cell % head.columns + 1).to_string(),
                        weight.to_string(),
                    ]);
                }
            }
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let place = self.head_at(x, y, width)?;
        let head = self.head(place)?;
        let group = &self.groups[place.0].name;
        let group = if group.is_empty() { String::new() } else { format!(", {group}") };
        let off = if head.off { ", switched off" } else { "" };
        let score = head.score.map_or(String::new(), |score| format!(", scores {}", share(score)));
        Some(format!("{}{group}{score}{off}", head.name))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn heads() -> Heads {
        let head = |name: String, score: f32| HeadTile {
            name,
            rows: 3,
            columns: 4,
            weights: vec![0.25; 12],
            score: Some(score),
            off: score > 0.8,
        };
        let group = |layer: usize| HeadGroup {
            name: format!("layer {layer}"),
            heads: (0..4).map(|at| head(format!("{layer}.{at}"), (layer * 4 + at) as f32 / 12.0)).collect(),
        };
        Heads { groups: (0..3).map(group).collect(), chosen: Some((1, 2)), scored: "adjacent word".into() }
    }

    #[test]
    fn a_place_is_its_head() {
        for it in [heads(), heads().sorted()] {
            for width in [300.0, 354.0, 1050.0] {
                let (places, side, height) = it.places(width);
                for (group, places) in places.iter().enumerate() {
                    for (head, (x, y)) in places.iter().enumerate() {
                        let middle = (x + side / 2.0, y + side / 2.0);
                        assert_eq!(it.head_at(middle.0, middle.1, width), Some((group, head)));
                        assert!(x + side <= width + 1e-9 && y + side < height, "{width}");
                    }
                }
            }
        }
        assert_eq!(heads().head_at(-3.0, 5.0, 354.0), None);
    }

    #[test]
    fn sorting_keeps_the_chosen_head() {
        let it = heads();
        let name = it.head((1, 2)).map(|head| head.name.clone());
        let sorted = it.sorted();
        assert_eq!(sorted.chosen.and_then(|place| sorted.head(place)).map(|head| head.name.clone()), name);
        let scores: Vec<_> = sorted.all().filter_map(|head| head.score).collect();
        assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]));
        assert_eq!(sorted.step("Home"), Some((0, 0)));
        assert_eq!(sorted.step("ArrowRight"), sorted.chosen.map(|(group, head)| (group, head + 1)));
        assert_eq!(Heads::default().step("End"), None);
    }

    #[test]
    fn it_draws_and_tells() {
        let mut it = heads();
        assert!(it.summary().contains("12 heads, 2 of them switched off"), "{}", it.summary());
        assert!(it.summary().contains("adjacent word: 2.3 with .92"), "{}", it.summary());
        assert_eq!(it.table().rows.len(), 144);
        it.groups[0].heads[0].weights = vec![f32::NAN; 12];
        it.groups[0].heads[1].weights.clear();
        for width in [160.0, 354.0, 1000.0] {
            assert!(!to_svg(&it, width, &Theme::dark()).contains("NaN"));
        }
        to_svg(&Heads::default(), 300.0, &Theme::light());
    }
}
