//! Small pictures of bytes, grey or in colour, and sheets of them with names at their rows and columns.

use std::sync::Arc;

use super::{
    palette::{Ink, Rgb, Theme, grey, signed},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Between two pictures.
const GAP: f64 = 6.0;
/// One line of words.
const LINE: f64 = 15.0;
/// No picture is smaller as long as columns can stand below each other.
const LEAST: f64 = 29.0;
/// Names of rows stand on the left where they take at most this share of the width.
const ASIDE: f64 = 0.22;

/// What the bytes of a picture mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tint {
    /// From paper to ink.
    Ink,
    /// Red, green, blue: plane after plane.
    Color,
    /// From full blue over nothing to full vermilion.
    Signed,
}

/// A small square picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plate {
    /// The bytes, plane after plane, row by row from the top.
    pub bytes: Arc<Vec<u8>>,
    /// Pixels along a side.
    pub side: usize,
    /// What they mean.
    pub tint: Tint,
    /// A word below it.
    pub note: String,
    /// A frame of this colour.
    pub mark: Option<Ink>,
}

impl Plate {
    /// A picture without word and frame.
    pub fn new(bytes: &[u8], side: usize, tint: Tint) -> Self {
        Self { bytes: Arc::new(bytes.to_vec()), side, tint, note: String::new(), mark: None }
    }

    /// With a word below it.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With a frame.
    pub fn mark(mut self, mark: Option<Ink>) -> Self {
        self.mark = mark;
        self
    }

    /// The colours of its pixels; none if bytes are missing.
    pub fn colors(&self, theme: &Theme) -> Vec<Rgb> {
        let pixels = self.side * self.side;
        let planes = if self.tint == Tint::Color { 3 } else { 1 };
        if self.bytes.len() < pixels * planes {
            return Vec::new();
        }
        let share = |byte: u8| f32::from(byte) / 255.0;
        let color = |at: usize| match self.tint {
            Tint::Ink => grey(theme, share(self.bytes[at])),
            Tint::Signed => signed(theme, share(self.bytes[at]) * 2.0 - 1.0),
            Tint::Color => Rgb(self.bytes[at], self.bytes[pixels + at], self.bytes[2 * pixels + at]),
        };
        (0..pixels).map(color).collect()
    }

    /// The mean of its bytes, from 0 to 1.
    pub fn mean(&self) -> f64 {
        self.bytes.iter().map(|byte| f64::from(*byte)).sum::<f64>() / self.bytes.len().max(1) as f64 / 255.0
    }

    /// Draws it, with its frame, into a square.
    pub fn draw<S: Surface>(&self, pen: &mut Pen<S>, x: f64, y: f64, side: f64) -> Drawn<S> {
        let colors = self.colors(pen.theme);
        if !colors.is_empty() {
            let bitmap = Bitmap { columns: self.side, rows: self.side, colors: &colors, smooth: false };
            pen.bitmap(x, y, side, side, bitmap)?;
        }
        let frame = self.mark.map_or(pen.theme.line, |ink| pen.theme.ink(ink));
        pen.outline(x, y, side, side, frame, if self.mark.is_some() { 2.5 } else { 1.0 })
    }
}

/// One row of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlateRow {
    /// Its name.
    pub name: String,
    /// Its pictures, one for each column; a missing one leaves its place free.
    pub plates: Vec<Option<Plate>>,
}

/// Pictures in rows and columns with names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plates {
    /// What stands above each column.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<PlateRow>,
    /// The widest that a picture is drawn, in CSS pixels.
    pub tile: f64,
    /// The row that is looked at.
    pub focus: Option<usize>,
}

struct Layout {
    left: f64,
    tile: f64,
    each: usize,
    head: f64,
    name: f64,
    note: f64,
}

impl Layout {
    const fn row(&self) -> f64 {
        self.name + self.tile + self.note + GAP
    }
}

impl Plates {
    fn count(&self) -> usize {
        self.rows.iter().map(|row| row.plates.len()).chain([self.columns.len(), 1]).max().unwrap_or(1)
    }

    fn layout(&self, width: f64) -> Layout {
        let widest = self.rows.iter().map(|row| text_width(&row.name, 11.0, true)).fold(0.0, f64::max);
        let (left, name) = match widest {
            0.0 => (0.0, 0.0),
            widest if widest + 10.0 <= width * ASIDE => (widest + 10.0, 0.0),
            _ => (0.0, LINE + 2.0),
        };
        let (count, room) = (self.count(), (width - left).max(LEAST));
        let most = (((room + GAP) / (LEAST + GAP)).floor() as usize).max(1);
        // Columns that have no room stand below, in bands of equal length.
        let each = count.div_ceil(count.div_ceil(most));
        let tile = ((room + GAP) / each as f64 - GAP).min(self.tile.max(LEAST));
        let head = if self.columns.iter().any(|column| !column.is_empty()) { LINE + 2.0 } else { 0.0 };
        let noted = self.rows.iter().flat_map(|row| &row.plates).flatten().any(|plate| !plate.note.is_empty());
        Layout { left, tile, each, head, name, note: if noted { LINE } else { 0.0 } }
    }

    fn band(&self, layout: &Layout) -> f64 {
        layout.head + self.rows.len() as f64 * layout.row() + GAP
    }

    /// Row and column under a CSS pixel.
    pub fn cell_at(&self, x: f64, y: f64, width: f64) -> Option<(usize, usize)> {
        let layout = self.layout(width);
        let band = self.band(&layout);
        if x < layout.left || y < 0.0 {
            return None;
        }
        let (which, inside) = ((y / band) as usize, y % band - layout.head);
        let across = ((x - layout.left) / (layout.tile + GAP)) as usize;
        let (row, column) = ((inside / layout.row()).floor(), which * layout.each + across);
        let fits = row >= 0.0 && row < self.rows.len() as f64 && across < layout.each && column < self.count();
        fits.then_some((row as usize, column))
    }

    /// The picture of a cell.
    pub fn plate(&self, (row, column): (usize, usize)) -> Option<&Plate> {
        self.rows.get(row)?.plates.get(column)?.as_ref()
    }
}

impl Picture for Plates {
    fn height(&self, width: f64) -> f64 {
        let layout = self.layout(width);
        self.count().div_ceil(layout.each) as f64 * self.band(&layout) - 2.0 * GAP
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let layout = self.layout(pen.width);
        let (count, band) = (self.count(), self.band(&layout));
        let place = |column: usize| layout.left + (column % layout.each) as f64 * (layout.tile + GAP);
        for (column, name) in self.columns.iter().enumerate().take(count) {
            let top = (column / layout.each) as f64 * band;
            let words = fitted(name, 10.5, layout.tile + GAP);
            let middle = place(column) + layout.tile / 2.0;
            pen.text(&words, middle, top + LINE / 2.0, Lettering::new(theme.soft).center().size(10.5))?;
        }
        for (row, line) in self.rows.iter().enumerate() {
            let is_looked_at = self.focus == Some(row);
            let ink = if is_looked_at { theme.accent } else { theme.ink };
            for (first, plates) in line.plates.chunks(layout.each).enumerate() {
                let top = first as f64 * band + layout.head + row as f64 * layout.row();
                let how = Lettering::new(ink).bold();
                match layout.left > 0.0 {
                    true => pen.text(&line.name, layout.left - 8.0, top + layout.tile / 2.0, how.right())?,
                    false => pen.text(&fitted(&line.name, 11.0, pen.width), 0.0, top + LINE / 2.0, how)?,
                }
                for (at, plate) in plates.iter().enumerate() {
                    let (x, y) = (place(at), top + layout.name);
                    let Some(plate) = plate else {
                        pen.outline(x, y, layout.tile, layout.tile, theme.line, 1.0)?;
                        continue;
                    };
                    plate.draw(&mut pen, x, y, layout.tile)?;
                    let words = fitted(&plate.note, 10.0, layout.tile + GAP);
                    let how = Lettering::new(theme.soft).center().size(10.0);
                    pen.text(&words, x + layout.tile / 2.0, y + layout.tile + LINE / 2.0, how)?;
                }
                if is_looked_at && layout.tile > 0.0 {
                    let width = plates.len() as f64 * (layout.tile + GAP) - GAP;
                    let y = top + layout.name;
                    pen.outline(place(0) - 3.0, y - 3.0, width + 6.0, layout.tile + 6.0, theme.accent, 2.0)?;
                }
            }
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let count: usize = self.rows.iter().map(|row| row.plates.iter().flatten().count()).sum();
        let names: Vec<&str> = self.rows.iter().map(|row| row.name.as_str()).filter(|name| !name.is_empty()).collect();
        let rows = match names.is_empty() {
            true => format!("{} rows", self.rows.len()),
            false => format!("rows: {}", names.join(", ")),
        };
        let columns = self.columns.iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>();
        let columns = if columns.is_empty() { String::new() } else { format!("; columns: {}", columns.join(", ")) };
        format!("{count} pictures; {rows}{columns}.")
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["row", "column", "note", "mean of its pixels, 0 to 1"]);
        for (at, row) in self.rows.iter().enumerate() {
            for (column, plate) in row.plates.iter().enumerate() {
                let Some(plate) = plate else { continue };
                let name = |name: Option<&String>, number: usize| match name.filter(|name| !name.is_empty()) {
                    Some(name) => name.clone(),
                    None => (number + 1).to_string(),
                };
                let (row, column) = (name(Some(&row.name), at), name(self.columns.get(column), column));
                table.row([row, column, plate.note.clone(), format!("{:.4}", plate.mean())]);
            }
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let cell = self.cell_at(x, y, width)?;
        let plate = self.plate(cell)?;
        let words = [&self.rows[cell.0].name, self.columns.get(cell.1)?, &plate.note];
        let words: Vec<&str> = words.into_iter().map(String::as_str).filter(|words| !words.is_empty()).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn sheet(columns: usize, name: &str) -> Plates {
        let plate = |at: usize| Some(Plate::new(&[at as u8; 16], 4, Tint::Ink).note(format!("n{at}")));
        let row = |at: usize| PlateRow { name: format!("{name}{at}"), plates: (0..columns).map(plate).collect() };
        Plates {
            columns: (0..columns).map(|column| format!("c{column}")).collect(),
            rows: (0..2).map(row).collect(),
            tile: 60.0,
            focus: Some(1),
        }
    }

    #[test]
    fn every_picture_is_found_where_it_lies() {
        for (columns, name) in [(3, ""), (20, "row "), (20, "a row with a very long name ")] {
            let sheet = sheet(columns, name);
            for width in [200.0, 354.0, 980.0] {
                let layout = sheet.layout(width);
                for (row, column) in (0..2).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                    let x = layout.left + (column % layout.each) as f64 * (layout.tile + GAP) + layout.tile / 2.0;
                    let band = (column / layout.each) as f64 * sheet.band(&layout);
                    let y = band + layout.head + row as f64 * layout.row() + layout.name + layout.tile / 2.0;
                    assert_eq!(sheet.cell_at(x, y, width), Some((row, column)));
                    assert!(x < width && y < sheet.height(width));
                }
                assert!(to_svg(&sheet, width, &Theme::light()).contains("c0"));
            }
        }
    }

    #[test]
    fn bytes_become_colours_of_the_theme() {
        let theme = Theme::dark();
        let color = |byte: u8, tint| Plate::new(&[byte; 3], 1, tint).colors(&theme)[0];
        assert_eq!((color(0, Tint::Ink), color(255, Tint::Ink)), (theme.card, theme.ink));
        assert_eq!(color(7, Tint::Color), Rgb(7, 7, 7));
        assert_eq!(color(255, Tint::Signed), theme.ink(Ink::Class(1)));
        assert!(Plate::new(&[0; 3], 2, Tint::Color).colors(&theme).is_empty());
        assert_eq!(sheet(2, "").table().rows.len(), 4);
        to_svg(&Plates::default(), 300.0, &theme);
    }
}
