//! The state beside the stored pattern that it is most like.

use models::data::patterns::Pattern;

use crate::widgets::{Bitmap, Drawn, Ink, Lettering, Pen, Picture, Rgb, Surface, Table, Theme, grey, text_width};

/// Between the two pictures.
const GAP: f64 = 18.0;
/// Below them, for their names.
const LABEL: f64 = 22.0;
/// The largest side of a picture.
const MOST: f64 = 300.0;

/// Two square pictures of ink and paper.
#[derive(Clone, Debug, PartialEq)]
pub struct StatePicture {
    /// Pixels along one side.
    pub side: usize,
    /// The state.
    pub state: Pattern,
    /// The pattern it is most like, and its name.
    pub nearest: Option<(Pattern, String)>,
    /// The unit that is asked next.
    pub next: Option<usize>,
    /// Where the reader's keys paint.
    pub cursor: Option<usize>,
}

impl StatePicture {
    fn size(width: f64) -> f64 {
        ((width - GAP) / 2.0).clamp(20.0, MOST)
    }

    /// The unit under a CSS pixel, in the state's picture.
    pub fn unit_at(&self, x: f64, y: f64, width: f64) -> Option<usize> {
        let size = Self::size(width);
        let inside = (0.0..size).contains(&x) && (0.0..size).contains(&y);
        let place = |along: f64| ((along / size * self.side as f64) as usize).min(self.side - 1);
        (inside && self.side > 0).then(|| place(y) * self.side + place(x))
    }

    fn bitmap<S: Surface>(&self, pen: &mut Pen<S>, left: f64, size: f64, pattern: &[i8]) -> Drawn<S> {
        let colors: Vec<Rgb> = pattern.iter().map(|value| grey(pen.theme, f32::from(u8::from(*value > 0)))).collect();
        if colors.len() == self.side * self.side && self.side > 0 {
            let bitmap = Bitmap { columns: self.side, rows: self.side, colors: &colors, smooth: false };
            pen.bitmap(left, 0.0, size, size, bitmap)?;
        }
        let line = pen.theme.line;
        pen.outline(left, 0.0, size, size, line, 1.0)
    }

    /// Units on which the state differs from the pattern.
    fn differing(&self) -> impl Iterator<Item = usize> {
        let nearest = self.nearest.as_ref().map(|(pattern, _)| pattern.as_slice()).unwrap_or_default();
        self.state.iter().zip(nearest).enumerate().filter(|(_, (value, wanted))| value != wanted).map(|(unit, _)| unit)
    }
}

impl Picture for StatePicture {
    fn height(&self, width: f64) -> f64 {
        Self::size(width) + LABEL
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let size = Self::size(pen.width);
        let cell = size / self.side.max(1) as f64;
        let corner = |unit: usize| ((unit % self.side) as f64 * cell, (unit / self.side) as f64 * cell);
        self.bitmap(&mut pen, 0.0, size, &self.state)?;
        // A dot where it is not yet as the pattern at its right.
        for unit in self.differing() {
            let (x, y) = corner(unit);
            let half = (cell * 0.18).max(1.0);
            pen.rect(x + cell / 2.0 - half, y + cell / 2.0 - half, 2.0 * half, 2.0 * half, theme.ink(Ink::Class(1)))?;
        }
        for (unit, color) in [(self.next, theme.accent), (self.cursor, theme.ink(Ink::Bad))] {
            if let Some(unit) = unit {
                let (x, y) = corner(unit);
                pen.outline(x - 1.0, y - 1.0, cell + 2.0, cell + 2.0, color, 2.0)?;
            }
        }
        let words = Lettering::new(theme.soft).size(12.0).center();
        pen.text("the state now", size / 2.0, size + 13.0, words)?;
        if let Some((pattern, name)) = &self.nearest {
            self.bitmap(&mut pen, size + GAP, size, pattern)?;
            let half = text_width(name, 12.0, false) / 2.0;
            let middle = (size * 1.5 + GAP).min(pen.width - half);
            pen.text(name, middle, size + 13.0, words)?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let ink = self.state.iter().filter(|value| **value > 0).count();
        let beside = self.nearest.as_ref().map_or_else(String::new, |(_, name)| {
            format!(" Beside it, {name}; {} pixels differ.", self.differing().count())
        });
        format!("{} of {} pixels are ink.{beside}", ink, self.state.len())
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["row", "column", "state", "nearest"]);
        for (unit, value) in self.state.iter().enumerate() {
            let wanted = self.nearest.as_ref().and_then(|(pattern, _)| pattern.get(unit));
            let (row, column) = (unit / self.side.max(1) + 1, unit % self.side.max(1) + 1);
            let wanted = wanted.map(ToString::to_string).unwrap_or_default();
            table.row([row.to_string(), column.to_string(), value.to_string(), wanted]);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widgets::to_svg;

    #[test]
    fn a_place_is_its_unit() {
        let picture = StatePicture {
            side: 4,
            state: vec![1; 16],
            nearest: Some((vec![-1; 16], "nearest: P, overlap −1".into())),
            next: Some(3),
            cursor: Some(5),
        };
        // Two pictures of 100 pixels each.
        let width = 200.0 + GAP;
        assert_eq!(picture.unit_at(99.0, 1.0, width), Some(3));
        assert_eq!(picture.unit_at(1.0, 99.0, width), Some(12));
        assert_eq!(picture.unit_at(101.0, 1.0, width), None);
        assert!(picture.summary().contains("16 pixels differ"));
        assert!(to_svg(&picture, width, &Theme::light()).contains("nearest: P"));
    }
}
