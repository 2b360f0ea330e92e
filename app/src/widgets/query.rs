//! One query on its way: q beside every k, their product, its scaling, softmax, and the values that come out, with the
//! real numbers. Each number can be traced back to those it was made of.

use super::{
    attention::share,
    format::number,
    palette::{Theme, grey, signed},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
    query_trace::Trace,
};

/// Height of a row.
const ROW: f64 = 24.0;
/// Height of a strip of entries.
const STRIP: f64 = 15.0;
/// Above a block: the names of its columns.
const HEAD: f64 = 20.0;
/// Width of a column of numbers.
const NUMBER: f64 = 50.0;
/// Between two columns.
const GAP: f64 = 12.0;
/// Narrower than this, values stand below and not beside.
const NARROW: f64 = 600.0;
/// A line of the words below.
const LINE: f64 = 17.0;
/// Lines of words below.
const LINES: f64 = 2.0;

/// A query and all that it meets. All lists have one number a key, or `entries` numbers a key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueryWalk {
    /// The word that asks.
    pub query: String,
    /// The words that are asked.
    pub keys: Vec<String>,
    /// The query: one number an entry.
    pub q: Vec<f32>,
    /// The keys, one after the other.
    pub k: Vec<f32>,
    /// The values, one after the other.
    pub v: Vec<f32>,
    /// q · k. Not finite where a key must not be looked at.
    pub scores: Vec<f32>,
    /// The same, divided by the root of the number of entries.
    pub scaled: Vec<f32>,
    /// Softmax of these.
    pub weights: Vec<f32>,
    /// The sum of weighted values: one number an entry.
    pub output: Vec<f32>,
    /// What is traced back.
    pub focus: Trace,
}

/// The place of everything.
struct Layout {
    label: f64,
    /// Left of the keys' entries, and the width of one entry.
    keys: f64,
    entry: f64,
    /// Left of scores, scaled scores, weights.
    numbers: [f64; 3],
    /// Left of the values' entries.
    values: f64,
    /// Top of the first row of keys, and of the first row of values.
    tops: [f64; 2],
    bottom: f64,
    narrow: bool,
}

impl QueryWalk {
    /// Numbers of a query.
    pub fn entries(&self) -> usize {
        self.q.len()
    }

    pub(super) fn k(&self, key: usize, entry: usize) -> f32 {
        self.k.get(key * self.q.len() + entry).copied().unwrap_or(f32::NAN)
    }

    pub(super) fn v(&self, key: usize, entry: usize) -> f32 {
        self.v.get(key * self.q.len() + entry).copied().unwrap_or(f32::NAN)
    }

    /// Whether all lists are as long as they must be.
    fn is_whole(&self) -> bool {
        let (keys, entries) = (self.keys.len(), self.entries());
        let single = [&self.scores, &self.scaled, &self.weights].iter().all(|list| list.len() == keys);
        let many = [&self.k, &self.v].iter().all(|list| list.len() == keys * entries);
        keys > 0 && entries > 0 && single && many && self.output.len() == entries
    }

    fn layout(&self, width: f64) -> Layout {
        let words = self.keys.iter().chain([&self.query]).map(|word| text_width(word, 12.0, true));
        let label = (words.fold(0.0, f64::max) + 8.0).min(width * 0.22);
        let entries = self.entries().max(1) as f64;
        let rows = self.keys.len() as f64 * ROW;
        let top = HEAD + ROW;
        if width < NARROW {
            let strip = (width - label - 2.0 * NUMBER - GAP).max(20.0);
            let second = top + rows + 14.0 + HEAD;
            return Layout {
                label,
                keys: label,
                entry: strip / entries,
                numbers: [label + strip + GAP, label + strip + GAP + NUMBER, label],
                values: width - strip,
                tops: [top, second],
                bottom: second + rows + ROW + 6.0,
                narrow: true,
            };
        }
        let strip = ((width - label - 3.0 * NUMBER - 60.0 - 3.0 * GAP) / 2.0).max(20.0);
        let first = label + strip + GAP;
        Layout {
            label,
            keys: label,
            entry: strip / entries,
            numbers: [first, first + NUMBER, first + 2.0 * NUMBER],
            values: width - strip,
            tops: [top, top],
            bottom: top + rows + ROW + 6.0,
            narrow: false,
        }
    }

    /// The number under a CSS pixel.
    pub fn trace_at(&self, x: f64, y: f64, width: f64) -> Trace {
        if !self.is_whole() {
            return Trace::Nothing;
        }
        let it = self.layout(width);
        let entry = |left: f64| {
            let at = (x - left) / it.entry;
            (at >= 0.0 && at < self.entries() as f64).then_some(at as usize)
        };
        let row = |top: f64| {
            let at = (y - top) / ROW;
            (at >= 0.0 && at < self.keys.len() as f64).then_some(at as usize)
        };
        let column = |left: f64, wide: f64| (left..left + wide).contains(&x);
        let room = if it.narrow { it.values - it.numbers[2] - 8.0 } else { NUMBER + 60.0 };
        if let Some(at) = row(it.tops[0]) {
            if let Some(entry) = entry(it.keys) {
                return Trace::Entry(at, entry);
            }
            if column(it.numbers[0], NUMBER) {
                return Trace::Score(at);
            }
            if column(it.numbers[1], NUMBER) {
                return Trace::Scaled(at);
            }
        }
        if let Some(at) = row(it.tops[1]) {
            if column(it.numbers[2], room) {
                return Trace::Weight(at);
            }
            if let Some(entry) = entry(it.values) {
                return Trace::Value(at, entry);
            }
        }
        let below = y - it.tops[1] - self.keys.len() as f64 * ROW;
        match entry(it.values) {
            Some(entry) if (0.0..ROW + 6.0).contains(&below) => Trace::Output(entry),
            _ => Trace::Nothing,
        }
    }

    fn strip<S: Surface>(&self, pen: &mut Pen<S>, values: &[f32], x: f64, y: f64, entry: f64, full: f32) -> Drawn<S> {
        let theme = pen.theme;
        let colors: Vec<_> = values.iter().map(|value| signed(theme, value / full)).collect();
        let (wide, top) = (entry * values.len() as f64, y - STRIP / 2.0);
        let bitmap = Bitmap { columns: values.len(), rows: 1, colors: &colors, smooth: false };
        pen.bitmap(x, top, wide, STRIP, bitmap)?;
        pen.outline(x, top, wide, STRIP, theme.line, 1.0)
    }

    /// Everything that the traced number was made of, framed.
    fn draw_marks<S: Surface>(&self, pen: &mut Pen<S>, it: &Layout) -> Drawn<S> {
        let (entries, count, accent) = (self.entries() as f64, self.keys.len(), pen.theme.accent);
        let key_row = |at: usize| it.tops[0] + (at as f64 + 0.5) * ROW;
        let value_row = |at: usize| it.tops[1] + (at as f64 + 0.5) * ROW;
        let q_row = it.tops[0] - ROW / 2.0;
        let out_row = it.tops[1] + count as f64 * ROW + ROW / 2.0 + 3.0;
        let mut frame = |x: f64, y: f64, wide: f64| {
            pen.outline(x - 1.5, y - STRIP / 2.0 - 1.5, wide + 3.0, STRIP + 3.0, accent, 2.0)
        };
        match self.focus {
            Trace::Nothing => Ok(()),
            Trace::Entry(at, entry) => {
                let x = it.keys + entry as f64 * it.entry;
                frame(x, q_row, it.entry)?;
                frame(x, key_row(at), it.entry)
            }
            Trace::Score(at) => {
                frame(it.keys, q_row, it.entry * entries)?;
                frame(it.keys, key_row(at), it.entry * entries)
            }
            Trace::Scaled(at) => frame(it.numbers[0] + 2.0, key_row(at), NUMBER - 4.0),
            Trace::Weight(_) => {
                let middle = it.tops[0] + count as f64 * ROW / 2.0;
                let tall = count as f64 * ROW;
                let x = it.numbers[1] + 2.0;
                pen.outline(x, middle - tall / 2.0, NUMBER - 4.0, tall, accent, 2.0)
            }
            Trace::Value(at, entry) => {
                let x = it.values + entry as f64 * it.entry;
                frame(x, value_row(at), it.entry)?;
                frame(x, out_row, it.entry)
            }
            Trace::Output(entry) => {
                let x = it.values + entry as f64 * it.entry;
                (0..count).try_for_each(|at| frame(x, value_row(at), it.entry))?;
                frame(x, out_row, it.entry)
            }
        }
    }

    fn draw_numbers<S: Surface>(&self, pen: &mut Pen<S>, it: &Layout) -> Drawn<S> {
        let theme = pen.theme;
        let plain = Lettering::new(theme.ink).right();
        let lit = |here: bool| if here { Lettering { color: theme.accent, ..plain }.bold() } else { plain };
        let room = if it.narrow { it.values - it.numbers[2] - 8.0 } else { NUMBER + 60.0 };
        for at in 0..self.keys.len() {
            let (y, below) = (it.tops[0] + (at as f64 + 0.5) * ROW, it.tops[1] + (at as f64 + 0.5) * ROW);
            let told = |value: f32| if value.is_finite() { number(value.into()) } else { "hidden".to_owned() };
            let score = matches!(self.focus, Trace::Score(on) | Trace::Entry(on, _) if on == at);
            pen.text(&told(self.scores[at]), it.numbers[0] + NUMBER - 6.0, y, lit(score))?;
            let scaled = matches!(self.focus, Trace::Scaled(on) if on == at);
            pen.text(&told(self.scaled[at]), it.numbers[1] + NUMBER - 6.0, y, lit(scaled))?;
            // The share as a bar, then as a number.
            let weight = self.weights[at];
            let made = match self.focus {
                Trace::Weight(on) | Trace::Value(on, _) => on == at,
                Trace::Output(_) => true,
                _ => false,
            };
            let bar = (room - 40.0).max(8.0);
            let left = it.numbers[2] + if it.narrow { 0.0 } else { 10.0 };
            let long = bar * f64::from(if weight.is_finite() { weight.clamp(0.0, 1.0) } else { 0.0 });
            let color = if made { theme.accent } else { grey(theme, 0.75) };
            pen.rect(left, below - 5.0, long.max(1.0), 10.0, color)?;
            let how = Lettering { align: super::pen::Align::Left, ..lit(made) };
            pen.text(&share(weight), left + long.max(1.0) + 5.0, below, how)?;
        }
        Ok(())
    }

    fn draw_heads<S: Surface>(&self, pen: &mut Pen<S>, it: &Layout) -> Drawn<S> {
        let soft = Lettering::new(pen.theme.soft);
        let root = format!("÷ √{}", self.entries());
        pen.text("query q, and keys k below it", it.keys, 8.0, soft)?;
        pen.text("q · k", it.numbers[0] + NUMBER - 6.0, 8.0, soft.right())?;
        pen.text(&root, it.numbers[1] + NUMBER - 6.0, 8.0, soft.right())?;
        let y = it.tops[1] - if it.narrow { 10.0 } else { HEAD + ROW - 8.0 };
        pen.text("softmax", it.numbers[2] + if it.narrow { 0.0 } else { 10.0 }, y, soft)?;
        pen.text("values v, weighed and added", it.values, y, soft)
    }
}

impl Picture for QueryWalk {
    fn height(&self, width: f64) -> f64 {
        self.layout(width).bottom + LINES * LINE + 8.0
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        if !self.is_whole() {
            return Ok(());
        }
        let it = self.layout(pen.width);
        let (entries, count) = (self.entries(), self.keys.len());
        let full = |lists: [&[f32]; 2]| {
            let all = lists.into_iter().flatten().filter(|value| value.is_finite());
            all.fold(1e-6_f32, |most, value| most.max(value.abs()))
        };
        self.draw_heads(&mut pen, &it)?;
        let ink = Lettering::new(theme.ink).size(12.0);
        let qk = full([&self.q, &self.k]);
        let y = it.tops[0] - ROW / 2.0;
        pen.text(&fitted(&self.query, 12.0, it.label - 6.0), 0.0, y, Lettering { color: theme.accent, ..ink }.bold())?;
        self.strip(&mut pen, &self.q, it.keys, y, it.entry, qk)?;
        let vo = full([&self.v, &self.output]);
        for at in 0..count {
            let y = it.tops[0] + (at as f64 + 0.5) * ROW;
            pen.text(&fitted(&self.keys[at], 12.0, it.label - 6.0), 0.0, y, ink)?;
            self.strip(&mut pen, &self.k[at * entries..(at + 1) * entries], it.keys, y, it.entry, qk)?;
            let y = it.tops[1] + (at as f64 + 0.5) * ROW;
            if it.narrow {
                pen.text(&fitted(&self.keys[at], 12.0, it.label - 6.0), 0.0, y, ink)?;
            }
            self.strip(&mut pen, &self.v[at * entries..(at + 1) * entries], it.values, y, it.entry, vo)?;
        }
        let y = it.tops[1] + count as f64 * ROW + ROW / 2.0 + 3.0;
        pen.across(it.values, pen.width, y - ROW / 2.0, theme.line)?;
        pen.text("out", it.values - 8.0, y, Lettering { color: theme.accent, ..ink }.bold().right())?;
        self.strip(&mut pen, &self.output, it.values, y, it.entry, vo)?;
        self.draw_numbers(&mut pen, &it)?;
        self.draw_marks(&mut pen, &it)?;
        for (line, words) in self.tell(self.focus).iter().enumerate() {
            let y = it.bottom + 8.0 + (line as f64 + 0.5) * LINE;
            let how = Lettering::new(if line == 0 { theme.soft } else { theme.ink });
            pen.text(&fitted(words, 11.0, pen.width), 0.0, y, how)?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        if !self.is_whole() {
            return "No query yet.".into();
        }
        let most = (0..self.keys.len()).max_by(|one, other| self.weights[*one].total_cmp(&self.weights[*other]));
        let most = most.unwrap_or_default();
        let base = format!(
            "{} asks {} words; {} gets the largest share, {}.",
            self.query,
            self.keys.len(),
            self.keys[most],
            share(self.weights[most])
        );
        match self.focus {
            Trace::Nothing => base,
            focus => format!("{base} {}", self.tell(focus).join(" ")),
        }
    }

    fn table(&self) -> Table {
        let entries = |name: &'static str| (1..=self.entries()).map(move |entry| format!("{name}{entry}"));
        let heads = ["word", "q · k", "scaled", "weight"].map(String::from);
        let mut table = Table::new(heads.into_iter().chain(entries("k")).chain(entries("v")));
        if !self.is_whole() {
            return table;
        }
        let text = |values: &[f32]| values.iter().map(ToString::to_string).collect::<Vec<_>>();
        let blank = || vec![String::new(); 3];
        let row = [vec![format!("q of {}", self.query)], blank(), text(&self.q), vec![String::new(); self.entries()]];
        table.row(row.concat());
        let entries = self.entries();
        for (at, key) in self.keys.iter().enumerate() {
            let numbers = text(&[self.scores[at], self.scaled[at], self.weights[at]]);
            let of = |values: &[f32]| text(&values[at * entries..(at + 1) * entries]);
            table.row([vec![key.clone()], numbers, of(&self.k), of(&self.v)].concat());
        }
        table.row([vec!["out".into()], blank(), vec![String::new(); entries], text(&self.output)].concat());
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let n = |value: f32| number(value.into());
        match self.trace_at(x, y, width) {
            Trace::Entry(at, entry) => Some(format!("{} × {}", n(self.q[entry]), n(self.k(at, entry)))),
            Trace::Value(at, entry) => Some(n(self.v(at, entry))),
            Trace::Output(entry) => Some(n(self.output[entry])),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn walk() -> QueryWalk {
        let keys: Vec<String> = ["she", "sees", "the", "elephant"].map(String::from).to_vec();
        let value = |at: usize| ((at * 7 % 11) as f32 - 5.0) / 4.0;
        let q: Vec<f32> = (0..8).map(value).collect();
        let k: Vec<f32> = (0..32).map(|at| value(at + 3)).collect();
        let v: Vec<f32> = (0..32).map(|at| value(at + 5)).collect();
        let scores: Vec<f32> = k.chunks(8).map(|k| k.iter().zip(&q).map(|(a, b)| a * b).sum::<f32>()).collect();
        let scaled: Vec<f32> = scores.iter().map(|score| score / 8_f32.sqrt()).collect();
        let sum: f32 = scaled.iter().map(|score| score.exp()).sum();
        let weights: Vec<f32> = scaled.iter().map(|score| score.exp() / sum).collect();
        let output = (0..8).map(|entry| (0..4).map(|at| weights[at] * v[at * 8 + entry]).sum()).collect();
        QueryWalk { query: "sees".into(), keys, q, k, v, scores, scaled, weights, output, focus: Trace::Nothing }
    }

    #[test]
    fn every_number_is_under_its_place() {
        let it = walk();
        for width in [354.0, 900.0] {
            let at = it.layout(width);
            let y = |top: f64, row: usize| top + (row as f64 + 0.5) * ROW;
            let x = |left: f64, entry: usize| left + (entry as f64 + 0.5) * at.entry;
            assert_eq!(it.trace_at(x(at.keys, 3), y(at.tops[0], 2), width), Trace::Entry(2, 3));
            assert_eq!(it.trace_at(at.numbers[0] + 20.0, y(at.tops[0], 1), width), Trace::Score(1));
            assert_eq!(it.trace_at(at.numbers[1] + 20.0, y(at.tops[0], 0), width), Trace::Scaled(0));
            assert_eq!(it.trace_at(at.numbers[2] + 14.0, y(at.tops[1], 3), width), Trace::Weight(3));
            assert_eq!(it.trace_at(x(at.values, 7), y(at.tops[1], 3), width), Trace::Value(3, 7));
            assert_eq!(it.trace_at(x(at.values, 0), y(at.tops[1], 4), width), Trace::Output(0));
            assert_eq!(it.trace_at(2.0, 2.0, width), Trace::Nothing);
            assert!(at.values + 8.0 * at.entry <= width + 1e-9 && at.bottom < it.height(width));
        }
    }

    #[test]
    fn the_words_hold_the_numbers() {
        let it = walk();
        for (trace, value) in
            [(Trace::Score(2), it.scores[2]), (Trace::Scaled(1), it.scaled[1]), (Trace::Output(4), it.output[4])]
        {
            let told = it.tell(trace).join(" ");
            assert!(told.contains(&format!(" {} = ", number(value.into()))), "{told}");
        }
        assert!(it.tell(Trace::Weight(0)).join(" ").contains(&share(it.weights[0])));
        assert!(it.summary().starts_with("sees asks 4 words"));
    }

    #[test]
    fn it_draws_and_tells() {
        let mut it = walk();
        assert_eq!(it.table().rows.len(), 6);
        for focus in [
            Trace::Nothing,
            Trace::Entry(1, 2),
            Trace::Score(0),
            Trace::Scaled(3),
            Trace::Weight(1),
            Trace::Value(2, 2),
            Trace::Output(5),
        ] {
            it.focus = focus;
            for width in [160.0, 354.0, 900.0] {
                assert!(!to_svg(&it, width, &Theme::light()).contains("NaN"));
            }
        }
        it.scores[3] = f32::NEG_INFINITY;
        it.scaled[3] = f32::NEG_INFINITY;
        it.weights[3] = f32::NAN;
        it.v[0] = f32::NAN;
        to_svg(&it, 354.0, &Theme::dark());
        it.k.pop();
        assert_eq!(it.summary(), "No query yet.");
        to_svg(&it, 354.0, &Theme::dark());
        to_svg(&QueryWalk::default(), 354.0, &Theme::dark());
    }
}
