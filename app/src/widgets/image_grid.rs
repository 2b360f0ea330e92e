//! Small pictures side by side: filters, feature maps, samples.

use super::{
    heatmap::Scale,
    palette::{Ink, Rgb, Theme},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Between two tiles.
const GAP: f64 = 8.0;
/// Below a tile, for its label.
const LABEL: f64 = 15.0;

/// One small picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Values, row by row from the top; full colour at 1.
    pub pixels: Vec<f32>,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// A word below it; where its neighbours have none, it may run along them.
    pub label: String,
    /// A frame of this colour.
    pub mark: Option<Ink>,
}

/// Small pictures in rows.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageGrid {
    /// The pictures.
    pub images: Vec<Tile>,
    /// In a row; 0 is as many as fit.
    pub columns: usize,
    /// What the colours mean.
    pub scale: Scale,
    /// Side of a tile in CSS pixels; 0 is 56.
    pub tile: f64,
}

impl ImageGrid {
    fn layout(&self, width: f64) -> (usize, f64, f64) {
        let wanted = if self.tile > 0.0 { self.tile } else { 56.0 };
        let fit = ((width + GAP) / (wanted + GAP)).floor().max(1.0) as usize;
        let columns = if self.columns > 0 { self.columns } else { fit.min(self.images.len().max(1)) };
        let side = ((width + GAP) / columns as f64 - GAP).clamp(8.0, wanted);
        let label = if self.images.iter().any(|image| !image.label.is_empty()) { LABEL } else { 0.0 };
        (columns, side, label)
    }

    /// Along how many neighbours a label may run: onward, or back from the end of a row. Two labels share what is
    /// free between them.
    fn free(&self, index: usize, columns: usize) -> usize {
        let (before, after) = (index % columns, columns - 1 - index % columns);
        let is_free = |at: &usize| self.images.get(*at).is_none_or(|image| image.label.is_empty());
        let (free, all) = match after {
            0 => ((1..=before).map(|back| index - back).take_while(is_free).count(), before),
            _ => ((1..=after).map(|on| index + on).take_while(is_free).count(), after),
        };
        if free < all { free / 2 } else { free }
    }

    /// The picture under a CSS pixel.
    pub fn cell_at(&self, x: f64, y: f64, width: f64) -> Option<usize> {
        let (columns, side, label) = self.layout(width);
        let (column, row) = ((x / (side + GAP)).floor(), (y / (side + label + GAP)).floor());
        let index = row * columns as f64 + column;
        (column >= 0.0 && row >= 0.0 && column < columns as f64 && index < self.images.len() as f64)
            .then_some(index as usize)
    }
}

impl Picture for ImageGrid {
    fn height(&self, width: f64) -> f64 {
        let (columns, side, label) = self.layout(width);
        let rows = self.images.len().div_ceil(columns).max(1) as f64;
        rows * (side + label + GAP) - GAP
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let (columns, side, label) = self.layout(pen.width);
        for (index, image) in self.images.iter().enumerate() {
            let (x, y) = ((index % columns) as f64 * (side + GAP), (index / columns) as f64 * (side + label + GAP));
            if image.rows * image.columns > 0 && image.pixels.len() >= image.rows * image.columns {
                let colors: Vec<Rgb> = image.pixels.iter().map(|value| self.scale.color(theme, *value)).collect();
                let bitmap = Bitmap { columns: image.columns, rows: image.rows, colors: &colors, smooth: false };
                pen.bitmap(x, y, side, side, bitmap)?;
            }
            let frame = image.mark.map_or(theme.line, |ink| theme.ink(ink));
            pen.outline(x, y, side, side, frame, if image.mark.is_some() { 2.0 } else { 1.0 })?;
            let words = fitted(&image.label, 10.5, (side + GAP) * (self.free(index, columns) + 1) as f64);
            let half = text_width(&words, 10.5, false) / 2.0;
            let middle = (x + side / 2.0).max(x + half - GAP / 2.0).min(pen.width - half).max(half);
            pen.text(&words, middle, y + side + 8.0, Lettering::new(theme.soft).center().size(10.5))?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        match self.images.first() {
            Some(first) => format!("{} pictures of {} × {} values.", self.images.len(), first.columns, first.rows),
            None => "No pictures.".into(),
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["picture", "row", "column", "value"]);
        for (index, image) in self.images.iter().enumerate() {
            let name = if image.label.is_empty() { (index + 1).to_string() } else { image.label.clone() };
            for (cell, value) in image.pixels.iter().enumerate() {
                let (row, column) = (cell / image.columns.max(1) + 1, cell % image.columns.max(1) + 1);
                table.row([name.clone(), row.to_string(), column.to_string(), value.to_string()]);
            }
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        self.images.get(self.cell_at(x, y, width)?).map(|image| image.label.clone()).filter(|label| !label.is_empty())
    }
}
