//! Both stacks as boxes, with the shapes that pass between them and what each part holds.

use models::sequence::transformer::TransformerConfig;

use crate::widgets::{Drawn, Lettering, Pen, Picture, Surface, Table, Theme, fitted, number};

/// Height of a box, and from one box to the next.
const BOX: f64 = 40.0;
const STEP: f64 = 54.0;
/// Between the stacks.
const APART: f64 = 30.0;
/// The rows that a bracket holds together: encoder, decoder.
const LAYERS: [(usize, usize); 2] = [(3, 4), (3, 5)];
/// Left of a stack: its bracket.
const BRACKET: f64 = 26.0;

/// The network for a source and a target of these lengths.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagram {
    /// How large it is.
    pub config: TransformerConfig,
    /// Words that are read and written.
    pub lengths: (usize, usize),
    /// The part that is lit.
    pub lit: Option<&'static str>,
}

/// A box: stack and row, the part it belongs to, its name, what it holds.
struct Block {
    stack: usize,
    row: usize,
    part: &'static str,
    name: &'static str,
    note: String,
}

impl Diagram {
    fn blocks(&self) -> Vec<Block> {
        let TransformerConfig { vocabulary, width, inner, .. } = self.config;
        let (source, target) = self.lengths;
        let parts = self.config.parts(source, target);
        let holds = |place: usize| match parts[place].parameters {
            0 => String::new(),
            count => format!(" · {}", number(count as f64)),
        };
        let heads = self.config.heads;
        let block = |stack, row, part, name, note: String| Block { stack, row, part, name, note };
        let looks = |queries: usize, keys: usize, place: usize| format!("[{heads}, {queries}, {keys}]{}", holds(place));
        let thinks = |count: usize| format!("[{count}, {inner}]{}", holds(4));
        vec![
            block(0, 0, "output", "what is read", format!("[{source}]")),
            block(0, 1, "output", "embedding", format!("[{source}, {width}]{}", holds(0))),
            block(0, 2, "positions", "+ positions", format!("[{source}, {width}]")),
            block(0, 3, "softmax", "attention", looks(source, source, 1)),
            block(0, 4, "encoder", "feed-forward", thinks(source)),
            block(1, 0, "output", "what is written", format!("[{target}]")),
            block(1, 1, "output", "same embedding", format!("[{target}, {width}]")),
            block(1, 2, "positions", "+ positions", format!("[{target}, {width}]")),
            block(1, 3, "scores", "look at the past", looks(target, target, 2)),
            block(1, 4, "query", "cross-attention", looks(target, source, 3)),
            block(1, 5, "decoder", "feed-forward", thinks(target)),
            block(1, 6, "output", "same table again", format!("[{target}, {vocabulary}]")),
        ]
    }

    /// Left edge and width of the boxes of a stack.
    fn stack(stack: usize, width: f64) -> (f64, f64) {
        let half = (width - APART) / 2.0;
        (stack as f64 * (half + APART) + BRACKET, half - BRACKET)
    }

    /// The part under a CSS pixel.
    pub fn part_at(&self, x: f64, y: f64, width: f64) -> Option<&'static str> {
        let row = (y / STEP).floor();
        self.blocks().into_iter().find_map(|block| {
            let (left, wide) = Self::stack(block.stack, width);
            let inside = (left..left + wide).contains(&x) && block.row as f64 == row && y - row * STEP <= BOX;
            inside.then_some(block.part)
        })
    }
}

impl Picture for Diagram {
    fn height(&self, _width: f64) -> f64 {
        6.0 * STEP + BOX + 2.0
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let blocks = self.blocks();
        let soft = Lettering::new(theme.soft).size(10.0);
        for (stack, (first, last)) in LAYERS.into_iter().enumerate() {
            let (left, _) = Self::stack(stack, pen.width);
            let (top, bottom) = (first as f64 * STEP - 4.0, last as f64 * STEP + BOX + 4.0);
            let x = left - 9.0;
            pen.line(&[(x + 5.0, top), (x, top), (x, bottom), (x + 5.0, bottom)], theme.soft, 1.2)?;
            let times = [self.config.encoder_layers, self.config.decoder_layers][stack];
            pen.upward(&format!("{times} times"), x - 8.0, top + 0.5 * STEP, soft.center())?;
        }
        for block in &blocks {
            let (left, wide) = Self::stack(block.stack, pen.width);
            let top = block.row as f64 * STEP;
            if block.row > 0 {
                let x = left + wide / 2.0;
                pen.line(&[(x, top - STEP + BOX), (x, top)], theme.soft, 1.4)?;
                pen.arrow_head((x, top - 10.0), (x, top), 6.0, theme.soft)?;
            }
            let lit = self.lit == Some(block.part);
            pen.rect(left, top, wide, BOX, if lit { theme.accent_soft } else { theme.paper })?;
            pen.outline(
                left,
                top,
                wide,
                BOX,
                if lit { theme.accent } else { theme.line },
                if lit { 2.0 } else { 1.0 },
            )?;
            let name = Lettering::new(theme.ink).size(11.5).bold();
            pen.text(&fitted(block.name, 12.1, wide - 12.0), left + 8.0, top + 13.0, name)?;
            pen.text(&fitted(&block.note, 10.0, wide - 12.0), left + 8.0, top + 29.0, soft)?;
        }
        // What was read is handed to every layer that writes.
        let ((left, wide), (right, _)) = (Self::stack(0, pen.width), Self::stack(1, pen.width));
        let (from, to) = (4.0 * STEP + BOX / 2.0, 4.0 * STEP + BOX / 2.0);
        let bend = right - BRACKET - 2.0;
        pen.line(&[(left + wide, from), (bend, from), (right, to)], theme.accent, 1.8)?;
        pen.arrow_head((bend, to), (right, to), 7.0, theme.accent)
    }

    fn summary(&self) -> String {
        let (source, target) = self.lengths;
        format!(
            "An encoder of {} layers reads {source} words, a decoder of {} layers writes {target}; {} heads in each attention, {} numbers a word, {} weights in all.",
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
    use crate::widgets::to_svg;

    #[test]
    fn a_place_is_its_part() {
        let it = Diagram { config: paper(), lengths: (9, 7), lit: Some("query") };
        for width in [354.0, 620.0] {
            for block in it.blocks() {
                let (left, wide) = Diagram::stack(block.stack, width);
                let place = (left + wide / 2.0, block.row as f64 * STEP + BOX / 2.0);
                assert_eq!(it.part_at(place.0, place.1, width), Some(block.part));
                assert!(left + wide <= width + 1e-9 && place.1 < it.height(width));
            }
            assert!(to_svg(&it, width, &Theme::light()).contains("cross-attention"));
        }
        assert_eq!(it.part_at(2.0, 2.0, 354.0), None);
        assert!(it.summary().contains("8 heads"), "{}", it.summary());
    }
}
