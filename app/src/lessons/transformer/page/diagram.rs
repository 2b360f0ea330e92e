//! Both stacks as boxes: the shapes that pass between them, what each part holds, and the numbers at one place.

use models::sequence::{heads::Stack, inside::Station, transformer::TransformerConfig};

use crate::{
    lessons::transformer::Inside,
    widgets::{Bitmap, Drawn, Lettering, Pen, Picture, Surface, Table, Theme, fitted, number, signed},
};

/// Height of a box, of the strip that normalises, of a line inside, and from one box to the next.
const BOX: f64 = 36.0;
const NORM: f64 = 15.0;
const LINE: f64 = 16.0;
const GAP: f64 = 28.0;
/// Between the stacks.
const APART: f64 = 22.0;
/// Left of a stack: its bracket. Right of it: what goes past a box.
const BRACKET: f64 = 26.0;
const PAST: f64 = 14.0;
/// Below a box that adds to what is there: the sum, and its radius.
const SUM: f64 = 9.0;
const RADIUS: f64 = 5.0;
/// Above a box: where what goes past it branches off.
const BRANCH: f64 = 11.0;
/// The numbers below, and the space above them.
const NUMBERS: f64 = 44.0;
const ABOVE: f64 = 20.0;

/// A place of the network, and the part of the source that computes it.
pub type Spot = (&'static str, (Stack, Station));

/// What is looked at where a part is chosen by its name.
pub fn place_of(part: &str) -> Option<(Stack, Station)> {
    Some(match part {
        "query" => (Stack::Encoder, Station::Queries),
        "scores" => (Stack::Encoder, Station::Scores),
        "softmax" => (Stack::Encoder, Station::Weights),
        "heads" | "encoder" => (Stack::Encoder, Station::Found),
        "cross" => (Stack::Cross, Station::Found),
        "decoder" => (Stack::Decoder, Station::Found),
        "feed" => (Stack::Encoder, Station::Layer),
        "positions" => (Stack::Encoder, Station::Placed),
        "cache" => (Stack::Decoder, Station::Keys),
        "embedding" => (Stack::Encoder, Station::Words),
        "memory" => (Stack::Encoder, Station::Memory),
        "output" => (Stack::Decoder, Station::Logits),
        _ => return None,
    })
}

/// What the numbers at a place are.
const fn station_name(station: Station) -> &'static str {
    match station {
        Station::Words => "words as vectors",
        Station::Placed => "with their places",
        Station::Queries => "queries",
        Station::Keys => "keys",
        Station::Scores => "scores, before the mask",
        Station::Weights => "weights",
        Station::Found => "what the heads found",
        Station::Layer => "what leaves the layer",
        Station::Memory => "what was read",
        Station::Logits => "logits",
    }
}

/// The network for a source and a target of these lengths.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagram {
    /// How large it is.
    pub config: TransformerConfig,
    /// Words that are read and written.
    pub lengths: (usize, usize),
    /// The part that is lit.
    pub lit: Option<&'static str>,
    /// The place whose numbers are wanted.
    pub place: Option<(Stack, Station)>,
    /// The numbers that are here.
    pub inside: Option<Inside>,
}

/// A box of a stack.
struct Block {
    stack: usize,
    top: f64,
    height: f64,
    spot: Spot,
    name: &'static str,
    note: String,
    /// What is computed inside, line by line.
    lines: Vec<(Spot, &'static str)>,
    /// It normalises what comes in, and adds what it makes of it to what came in.
    adds: bool,
}

impl Block {
    fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Below the strip that normalises.
    fn head(&self) -> f64 {
        self.top + if self.adds { NORM } else { 0.0 }
    }

    fn line_top(&self, line: usize) -> f64 {
        self.head() + BOX + line as f64 * LINE
    }
}

/// Where a spot can be pointed at.
struct Zone {
    spot: Spot,
    top: f64,
    bottom: f64,
    stack: usize,
}

impl Diagram {
    fn blocks(&self) -> Vec<Block> {
        let TransformerConfig { vocabulary, width, inner, heads, .. } = self.config;
        let (source, target) = self.lengths;
        let parts = self.config.parts(source, target);
        let holds = |place: usize| match parts[place].parameters {
            0 => String::new(),
            count => format!(" · {}", number(count as f64)),
        };
        let mut tops = [0.0; 2];
        let mut blocks = Vec::new();
        let mut push = |stack: usize, spot: Spot, name, note: String, lines: Vec<(Spot, &'static str)>, adds: bool| {
            let inside = if lines.is_empty() { 0.0 } else { lines.len() as f64 * LINE + 4.0 };
            let height = BOX + inside + if adds { NORM } else { 0.0 };
            blocks.push(Block { stack, top: tops[stack], height, spot, name, note, lines, adds });
            tops[stack] += height + GAP;
        };
        let looks = |queries: usize, keys: usize, place: usize| format!("[{heads}, {queries}, {keys}]{}", holds(place));
        let attention = |stack: Stack| {
            vec![
                (("query", (stack, Station::Queries)), "q, k, v"),
                (("scores", (stack, Station::Scores)), "q · k ÷ √d"),
                (("softmax", (stack, Station::Weights)), "softmax, values"),
                (("heads", (stack, Station::Found)), "heads joined"),
            ]
        };
        let kept = (("cache", (Stack::Decoder, Station::Keys)), "k, v kept");
        let names = [["what is read", "embedding"], ["what is written", "same embedding"]];
        for (side, (stack, count)) in [(Stack::Encoder, source), (Stack::Decoder, target)].into_iter().enumerate() {
            let words = ("embedding", (stack, Station::Words));
            let shape = format!("[{count}, {width}]");
            push(side, words, names[side][0], format!("[{count}]"), Vec::new(), false);
            let table = if side == 0 { holds(0) } else { String::new() };
            push(side, words, names[side][1], format!("{shape}{table}"), Vec::new(), false);
            push(side, ("positions", (stack, Station::Placed)), "+ positions", shape, Vec::new(), false);
        }
        let look = attention(Stack::Encoder);
        push(0, ("encoder", (Stack::Encoder, Station::Found)), "attention", looks(source, source, 1), look, true);
        let past: Vec<_> = attention(Stack::Decoder).into_iter().chain([kept]).collect();
        let own = ("decoder", (Stack::Decoder, Station::Found));
        push(1, own, "look at the past", looks(target, target, 2), past, true);
        let look = attention(Stack::Cross);
        push(1, ("cross", (Stack::Cross, Station::Found)), "cross-attention", looks(target, source, 3), look, true);
        for (side, (stack, count)) in [(Stack::Encoder, source), (Stack::Decoder, target)].into_iter().enumerate() {
            let note = format!("[{count}, {inner}]{}", holds(4));
            push(side, ("feed", (stack, Station::Layer)), "feed-forward", note, Vec::new(), true);
        }
        let memory = ("memory", (Stack::Encoder, Station::Memory));
        push(0, memory, "norm", format!("[{source}, {width}]{}", holds(5)), Vec::new(), false);
        let output = ("output", (Stack::Decoder, Station::Logits));
        push(1, output, "norm, same table", format!("[{target}, {vocabulary}]{}", holds(5)), Vec::new(), false);
        blocks
    }

    /// Left edge and width of the boxes of a stack.
    fn stack(stack: usize, width: f64) -> (f64, f64) {
        let half = (width - APART) / 2.0;
        (stack as f64 * (half + APART) + BRACKET, half - BRACKET - PAST)
    }

    /// Every box, and after it its lines.
    fn zones(&self) -> Vec<Zone> {
        let zones = self.blocks().into_iter().flat_map(|block| {
            let own = Zone { spot: block.spot, top: block.top, bottom: block.bottom(), stack: block.stack };
            let line = |(line, (spot, _)): (usize, &(Spot, &str))| {
                let top = block.line_top(line);
                Zone { spot: *spot, top, bottom: top + LINE, stack: block.stack }
            };
            std::iter::once(own).chain(block.lines.iter().enumerate().map(line)).collect::<Vec<_>>()
        });
        zones.collect()
    }

    /// What lies under a CSS pixel.
    pub fn spot_at(&self, x: f64, y: f64, width: f64) -> Option<Spot> {
        let inside = |zone: &&Zone| {
            let (left, wide) = Self::stack(zone.stack, width);
            (left..left + wide).contains(&x) && (zone.top..zone.bottom).contains(&y)
        };
        self.zones().iter().rev().find(inside).map(|zone| zone.spot)
    }

    /// Every spot once, in the order of the computation.
    fn spots(&self) -> Vec<Spot> {
        let mut spots: Vec<Spot> = self.zones().iter().map(|zone| zone.spot).collect();
        spots.dedup();
        spots
    }

    /// The spot after this one or before it, by an arrow key.
    pub fn step(&self, key: &str) -> Option<Spot> {
        let spots = self.spots();
        let at = spots.iter().position(|(part, place)| Some(*part) == self.lit && Some(*place) == self.place);
        let next = match key {
            "ArrowDown" | "ArrowRight" => at.map_or(0, |at| (at + 1) % spots.len()),
            "ArrowUp" | "ArrowLeft" => at.map_or(spots.len() - 1, |at| (at + spots.len() - 1) % spots.len()),
            _ => return None,
        };
        spots.get(next).copied()
    }

    /// What is known of the place that is looked at: which numbers they are, and their range.
    fn told(&self) -> Option<[String; 2]> {
        let Inside { at: (stack, station), shape, range: [least, mean, greatest], .. } = self.inside.as_ref()?;
        let shape: Vec<String> = shape.iter().map(u32::to_string).collect();
        let values = [*least, *mean, *greatest].map(|value| number(value.into()));
        Some([
            format!("{}, layer 1: {} [{}]", stack.name(), station_name(*station), shape.join(", ")),
            format!("least {}, mean {}, greatest {}", values[0], values[1], values[2]),
        ])
    }

    fn bottom(&self) -> f64 {
        self.blocks().iter().map(Block::bottom).fold(0.0, f64::max)
    }

    fn draw_block<S: Surface>(&self, pen: &mut Pen<S>, block: &Block) -> Drawn<S> {
        let theme = pen.theme;
        let soft = Lettering::new(theme.soft).size(10.0);
        let (left, wide) = Self::stack(block.stack, pen.width);
        let stroke = |spot: Spot| match (self.lit == Some(spot.0), self.place == Some(spot.1)) {
            (true, true) => (theme.accent, 2.2),
            (true, false) => (theme.accent, 1.2),
            _ => (theme.line, 1.0),
        };
        let ground = |spot: Spot| if self.lit == Some(spot.0) { theme.accent_soft } else { theme.paper };
        pen.rect(left, block.top, wide, block.height, ground(block.spot))?;
        let (color, width) = stroke(block.spot);
        pen.outline(left, block.top, wide, block.height, color, width)?;
        if block.adds {
            pen.across(left, left + wide, block.head(), theme.line)?;
            pen.text("norm", left + 8.0, block.top + NORM / 2.0 + 0.5, soft)?;
        }
        let name = Lettering::new(theme.ink).size(11.5).bold();
        pen.text(&fitted(block.name, 12.1, wide - 12.0), left + 8.0, block.head() + 11.0, name)?;
        pen.text(&fitted(&block.note, 10.0, wide - 12.0), left + 8.0, block.head() + 26.0, soft)?;
        for (line, (spot, words)) in block.lines.iter().enumerate() {
            let top = block.line_top(line);
            pen.rect(left + 5.0, top, wide - 10.0, LINE - 2.0, ground(*spot))?;
            let (color, width) = stroke(*spot);
            pen.outline(left + 5.0, top, wide - 10.0, LINE - 2.0, color, width)?;
            let how = Lettering::new(theme.ink).size(10.0);
            pen.text(&fitted(words, 10.0, wide - 20.0), left + 10.0, top + LINE / 2.0 - 1.0, how)?;
        }
        if block.adds {
            // What came in goes past the box and is added to what it made.
            let (middle, past) = (left + wide / 2.0, left + wide + PAST / 2.0);
            let (from, to) = (block.top - BRANCH, block.bottom() + SUM);
            pen.line(&[(middle, from), (past, from), (past, to), (middle + RADIUS, to)], theme.soft, 1.2)?;
            pen.arrow_head((past, to), (middle + RADIUS, to), 5.0, theme.soft)?;
            pen.down(middle, block.bottom(), to - RADIUS, theme.soft)?;
            pen.circle(middle, to, RADIUS, theme.soft, 1.2)?;
            pen.line(&[(middle - 3.0, to), (middle + 3.0, to)], theme.ink, 1.2)?;
            pen.line(&[(middle, to - 3.0), (middle, to + 3.0)], theme.ink, 1.2)?;
        }
        Ok(())
    }

    /// The numbers at the place that is looked at.
    fn draw_numbers<S: Surface>(&self, pen: &mut Pen<S>, top: f64) -> Drawn<S> {
        let theme = pen.theme;
        let soft = Lettering::new(theme.soft).size(10.5);
        let (Some(inside), Some([what, range])) = (&self.inside, self.told()) else {
            return pen.text(
                &fitted("Point at a box or a line: its numbers appear here.", 10.5, pen.width),
                0.0,
                top,
                soft,
            );
        };
        let bold = Lettering::new(theme.ink).size(11.0).bold();
        pen.text(&fitted(&what, 11.6, pen.width), 0.0, top, bold)?;
        pen.text(&fitted(&range, 10.5, pen.width), 0.0, top + 16.0, soft)?;
        let largest = inside.first.iter().filter(|value| value.is_finite()).fold(1e-9_f32, |most, v| most.max(v.abs()));
        let colors: Vec<_> = inside.first.iter().map(|value| signed(theme, value / largest)).collect();
        let across = pen.width * colors.len() as f64 / Inside::SHOWN as f64;
        pen.bitmap(
            0.0,
            top + 27.0,
            across,
            12.0,
            Bitmap { columns: colors.len(), rows: 1, colors: &colors, smooth: false },
        )?;
        pen.outline(0.0, top + 27.0, across, 12.0, theme.line, 1.0)
    }
}

impl Picture for Diagram {
    fn height(&self, _width: f64) -> f64 {
        self.bottom() + ABOVE + NUMBERS
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let blocks = self.blocks();
        let soft = Lettering::new(theme.soft).size(10.0);
        for stack in 0..2 {
            let (left, wide) = Self::stack(stack, pen.width);
            let (middle, x) = (left + wide / 2.0, left - 9.0);
            let own: Vec<&Block> = blocks.iter().filter(|block| block.stack == stack).collect();
            for pair in own.windows(2) {
                let (from, to) = (pair[0].bottom() + if pair[0].adds { SUM + RADIUS } else { 0.0 }, pair[1].top);
                pen.line(&[(middle, from), (middle, to)], theme.soft, 1.4)?;
                pen.arrow_head((middle, to - 8.0), (middle, to), 5.0, theme.soft)?;
            }
            // The bracket holds together what is there several times.
            let repeated = || own.iter().filter(|block| block.adds);
            let top = repeated().map(|block| block.top).fold(f64::INFINITY, f64::min) - 4.0;
            let bottom = repeated().map(|block| block.bottom()).fold(0.0, f64::max) + 4.0;
            pen.line(&[(x + 5.0, top), (x, top), (x, bottom), (x + 5.0, bottom)], theme.soft, 1.2)?;
            let times = [self.config.encoder_layers, self.config.decoder_layers][stack];
            pen.upward(&format!("{times} times"), x - 8.0, top + 70.0, soft.center())?;
        }
        for block in &blocks {
            self.draw_block(&mut pen, block)?;
        }
        self.draw_numbers(&mut pen, self.bottom() + ABOVE)?;
        // What was read is handed to every layer that writes.
        let height_of = |part: &str| {
            let block = blocks.iter().find(|block| block.spot.0 == part);
            block.map_or(0.0, |block| block.head() + BOX / 2.0)
        };
        let ((left, wide), (right, _)) = (Self::stack(0, pen.width), Self::stack(1, pen.width));
        let (from, to, bend) = (height_of("memory"), height_of("cross"), right - BRACKET - 2.0);
        pen.line(&[(left + wide, from), (bend, from), (bend, to), (right, to)], theme.accent, 1.8)?;
        pen.arrow_head((bend, to), (right, to), 7.0, theme.accent)
    }

    fn summary(&self) -> String {
        let (source, target) = self.lengths;
        let told = self.told().map_or(String::new(), |[what, range]| format!(" {what}: {range}."));
        format!(
            "An encoder of {} layers reads {source} words, a decoder of {} layers writes {target}; {} heads in each attention, {} numbers a word, {} weights in all. Each part normalises what comes in and adds to it.{told}",
            self.config.encoder_layers,
            self.config.decoder_layers,
            self.config.heads,
            self.config.width,
            self.config.parameter_count()
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["part", "times", "weights of one", "multiply-adds of one"]);
        for part in self.config.parts(self.lengths.0, self.lengths.1) {
            table.row([
                part.name.to_owned(),
                part.times.to_string(),
                part.parameters.to_string(),
                part.multiply_adds.to_string(),
            ]);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use models::sequence::transformer::paper;

    use super::*;
    use crate::{lessons::transformer::LESSON, widgets::to_svg};

    fn diagram() -> Diagram {
        let at = (Stack::Cross, Station::Weights);
        let inside = Inside::of(at, &[2, 1, 2], &[0.25, 0.75, 0.5, 0.5]);
        Diagram { config: paper(), lengths: (9, 7), lit: Some("softmax"), place: Some(at), inside }
    }

    #[test]
    fn a_place_is_its_part() {
        let it = diagram();
        for width in [354.0, 620.0] {
            for block in it.blocks() {
                let (left, wide) = Diagram::stack(block.stack, width);
                let middle = left + wide / 2.0;
                assert_eq!(it.spot_at(middle, block.head() + 5.0, width), Some(block.spot));
                for (line, (spot, _)) in block.lines.iter().enumerate() {
                    assert_eq!(it.spot_at(middle, block.line_top(line) + 5.0, width), Some(*spot));
                }
                assert!(left + wide + PAST <= width + 1e-9 && block.bottom() < it.height(width));
            }
            assert!(to_svg(&it, width, &Theme::light()).contains("cross-attention"));
        }
        assert_eq!(it.spot_at(2.0, 2.0, 354.0), None);
        assert!(it.summary().contains("8 heads"), "{}", it.summary());
        assert!(it.summary().contains("weights [2, 1, 2]: least 0.25, mean 0.5, greatest 0.75"), "{}", it.summary());
    }

    #[test]
    fn every_part_of_the_source_has_a_place() {
        let zones = diagram().zones();
        for part in LESSON.parts {
            let place = place_of(part.id);
            assert!(zones.iter().any(|zone| zone.spot.0 == part.id && Some(zone.spot.1) == place), "{}", part.id);
        }
        assert!(zones.iter().all(|zone| LESSON.parts.iter().any(|part| part.id == zone.spot.0)));
    }

    #[test]
    fn arrow_keys_go_through_boxes_and_lines() {
        let mut it = diagram();
        let count = it.spots().len();
        let first = it.step("ArrowDown");
        for _ in 0..count {
            let spot = it.step("ArrowDown").unwrap();
            (it.lit, it.place) = (Some(spot.0), Some(spot.1));
        }
        assert_eq!(it.step("ArrowDown"), first);
        assert_eq!(it.step("x"), None);
    }
}
