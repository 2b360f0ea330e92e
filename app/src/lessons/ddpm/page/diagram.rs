//! The U-Net as a U: down on the left, up on the right, and what is handed across.

use models::{generative::unet::UNetConfig, vision::layer::Layer};

use crate::{
    lessons::ddpm::pictures::Net,
    widgets::{Drawn, Lettering, Pen, Picture, Surface, Table, Theme, fitted, number},
};

/// Height of a box, and from one box to the next.
const BOX: f64 = 38.0;
const STEP: f64 = 51.0;
/// Between the two arms.
const APART: f64 = 44.0;
/// The rows of boxes; below them the one that all blocks hear.
const ROWS: usize = 8;

/// The network of pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct UShape {
    /// How large it is.
    pub config: UNetConfig,
    /// Pixels along a side of a picture.
    pub side: usize,
    /// The part that is lit.
    pub lit: Option<&'static str>,
    /// The box whose maps are pointed at: it alone is lit.
    pub at: Option<&'static str>,
}

/// A box: its arm, 0 down and 1 up, its row, the part it belongs to, its name, and the stages in it.
struct Block {
    arm: usize,
    row: usize,
    part: &'static str,
    name: &'static str,
    stages: &'static [&'static str],
}

const fn block(
    arm: usize,
    row: usize,
    part: &'static str,
    name: &'static str,
    stages: &'static [&'static str],
) -> Block {
    Block { arm, row, part, name, stages }
}

/// All boxes but the lowest.
const BLOCKS: [Block; 16] = [
    block(0, 0, "forward", "noisy picture", &[]),
    block(0, 1, "unet", "stem", &["stem"]),
    block(0, 2, "block", "down 1", &["down1"]),
    block(0, 3, "block", "down 2", &["down2"]),
    block(0, 4, "unet", "half the size", &["shrink"]),
    block(0, 5, "attention", "down 3, attention", &["down3", "attention1"]),
    block(0, 6, "attention", "down 4, attention", &["down4", "attention2"]),
    block(0, 7, "attention", "middle 1, attention", &["middle1", "attention3"]),
    block(1, 7, "block", "middle 2", &["middle2"]),
    block(1, 6, "attention", "up 4, attention", &["up4", "attention4"]),
    block(1, 5, "block", "up 3", &["up3"]),
    block(1, 4, "unet", "twice the size", &["grow"]),
    block(1, 3, "block", "up 2", &["up2"]),
    block(1, 2, "block", "up 1", &["up1"]),
    block(1, 1, "unet", "head", &["head"]),
    block(1, 0, "backward", "v", &[]),
];
/// The rows whose maps are handed across.
const ACROSS: [usize; 4] = [2, 3, 5, 6];

/// Name and part of the box that a stage's maps leave; those of the head are v itself.
pub fn box_of(stage: &str) -> Option<(&'static str, &'static str)> {
    let own = BLOCKS.iter().position(|block| block.stages.last() == Some(&stage))?;
    let block = BLOCKS.get(if stage == "head" { own + 1 } else { own })?;
    Some((block.name, block.part))
}

/// Name of the box that the noisy picture is.
pub const PICTURE: &str = BLOCKS[0].name;

impl UShape {
    /// The network that draws these pictures, as its weights are shipped.
    pub fn of(net: Net, lit: Option<&'static str>) -> Self {
        Self { config: UNetConfig::shipped(net.channels(), net.classes().into()), side: net.side(), lit, at: None }
    }

    fn parts(&self) -> Vec<Layer> {
        self.config.parts(self.side)
    }

    /// What a box holds: the shape that leaves it, and its numbers.
    fn note(&self, block: &Block) -> String {
        let parts = self.parts();
        let inside: Vec<&Layer> = parts.iter().filter(|part| block.stages.contains(&part.name)).collect();
        let Some(last) = inside.last() else {
            return format!("[{}, {side}, {side}]", self.config.channels, side = self.side);
        };
        let count: usize = inside.iter().map(|part| part.parameters).sum();
        format!("[{}, {side}, {side}] · {}", last.maps, number(count as f64), side = last.side)
    }

    /// Left edge and width of the boxes of an arm.
    fn arm(arm: usize, width: f64) -> (f64, f64) {
        let wide = ((width - APART) / 2.0).max(20.0);
        (arm as f64 * (wide + APART), wide)
    }

    /// The part under a CSS pixel.
    pub fn part_at(&self, x: f64, y: f64, width: f64) -> Option<&'static str> {
        let row = (y / STEP).floor();
        if y - row * STEP > BOX {
            return None;
        }
        if row == ROWS as f64 {
            return Some("embed");
        }
        let inside = |block: &&Block| {
            let (left, wide) = Self::arm(block.arm, width);
            block.row as f64 == row && (left..left + wide).contains(&x)
        };
        BLOCKS.iter().find(inside).map(|block| block.part)
    }

    fn draw_box<S: Surface>(pen: &mut Pen<S>, place: (f64, f64, f64), name: &str, note: &str, lit: bool) -> Drawn<S> {
        let (theme, (left, top, wide)) = (pen.theme, place);
        pen.rect(left, top, wide, BOX, if lit { theme.accent_soft } else { theme.paper })?;
        let (color, stroke) = if lit { (theme.accent, 2.0) } else { (theme.line, 1.0) };
        pen.outline(left, top, wide, BOX, color, stroke)?;
        pen.text(
            &fitted(name, 12.1, wide - 12.0),
            left + 8.0,
            top + 12.0,
            Lettering::new(theme.ink).size(11.5).bold(),
        )?;
        pen.text(&fitted(note, 10.0, wide - 12.0), left + 8.0, top + 27.0, Lettering::new(theme.soft).size(10.0))
    }
}

impl Picture for UShape {
    fn height(&self, _width: f64) -> f64 {
        ROWS as f64 * STEP + BOX + 2.0
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let width = pen.width;
        let ((left, wide), (right, _)) = (Self::arm(0, width), Self::arm(1, width));
        for row in 1..ROWS {
            let top = row as f64 * STEP;
            let (down, up) = (left + wide / 2.0, right + wide / 2.0);
            pen.line(&[(down, top - STEP + BOX), (down, top)], theme.soft, 1.4)?;
            pen.arrow_head((down, top - 10.0), (down, top), 6.0, theme.soft)?;
            pen.line(&[(up, top), (up, top - STEP + BOX)], theme.soft, 1.4)?;
            pen.arrow_head((up, top), (up, top - STEP + BOX), 6.0, theme.soft)?;
        }
        let middle = |row: usize| row as f64 * STEP + BOX / 2.0;
        for row in ACROSS.into_iter().chain([ROWS - 1]) {
            let color = if row == ROWS - 1 { theme.soft } else { theme.accent };
            pen.line(&[(left + wide, middle(row)), (right, middle(row))], color, 1.8)?;
            pen.arrow_head((left + wide, middle(row)), (right, middle(row)), 7.0, color)?;
        }
        for block in &BLOCKS {
            let (left, wide) = Self::arm(block.arm, width);
            let place = (left, block.row as f64 * STEP, wide);
            let lit = self.at.map_or(self.lit == Some(block.part), |at| at == block.name);
            Self::draw_box(&mut pen, place, block.name, &self.note(block), lit)?;
        }
        let told: usize = self.parts().iter().take(2).map(|part| part.parameters).sum();
        let note = format!("[{}] · {}", self.config.embedding, number(told as f64));
        let place = (0.0, ROWS as f64 * STEP, width);
        Self::draw_box(
            &mut pen,
            place,
            "time and class, told to every block",
            &note,
            self.at.is_none() && self.lit == Some("embed"),
        )
    }

    fn summary(&self) -> String {
        format!(
            "A U-Net for pictures of {side} by {side} pixels: down to maps of {} pixels a side and up again, four times handing maps across, {} weights in all.",
            self.side / 4,
            self.config.parameter_count(),
            side = self.side,
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["stage", "maps or units", "side", "weights", "multiply-adds"]);
        for part in self.parts() {
            let numbers = [part.maps, part.side, part.parameters, part.multiply_adds];
            table.row(std::iter::once(part.name.to_owned()).chain(numbers.iter().map(ToString::to_string)));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lessons::ddpm::pictures::STAGES, widgets::to_svg};

    #[test]
    fn every_stage_stands_in_one_box() {
        for net in Net::ALL {
            let it = UShape::of(net, Some("block"));
            let boxed: Vec<&str> = BLOCKS.iter().flat_map(|block| block.stages).copied().collect();
            let stages: Vec<&str> = it.parts().iter().skip(2).map(|part| part.name).collect();
            assert_eq!(boxed, stages);
            assert!(it.summary().contains("weights"), "{}", it.summary());
            assert_eq!(it.table().rows.len(), 20);
        }
    }

    #[test]
    fn a_stage_that_is_shown_has_a_box_with_a_name_of_its_own() {
        let names: std::collections::HashSet<&str> = BLOCKS.iter().map(|block| block.name).collect();
        assert_eq!(names.len(), BLOCKS.len());
        assert!(STAGES.iter().all(|stage| box_of(stage).is_some()));
        assert_eq!(box_of("attention1"), Some(("down 3, attention", "attention")));
        assert_eq!((box_of("head"), box_of("none")), (Some(("v", "backward")), None));
        let lit = |it: &UShape| to_svg(it, 620.0, &Theme::light());
        let whole = UShape::of(Net::Small, Some("block"));
        assert_ne!(lit(&UShape { at: Some("down 1"), ..whole.clone() }), lit(&whole));
    }

    #[test]
    fn a_place_is_its_part() {
        let it = UShape::of(Net::Small, None);
        for width in [320.0, 620.0] {
            for block in &BLOCKS {
                let (left, wide) = UShape::arm(block.arm, width);
                let place = (left + wide / 2.0, block.row as f64 * STEP + BOX / 2.0);
                assert_eq!(it.part_at(place.0, place.1, width), Some(block.part));
                assert!(left + wide <= width + 1e-9);
            }
            assert_eq!(it.part_at(9.0, ROWS as f64 * STEP + 4.0, width), Some("embed"));
            assert!(to_svg(&it, width, &Theme::dark()).contains("half the size"));
        }
        assert_eq!(it.part_at(160.0, 8.0, 320.0), None);
    }
}
