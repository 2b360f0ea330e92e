//! A matrix as colours.

use super::{
    format::{number, plain},
    palette::{Rgb, Theme, cividis, grey, on, signed},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// What the colours mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Blue below zero, vermilion above.
    Signed,
    /// Cividis from 0 up.
    Unsigned,
    /// Ink on paper from 0 to 1.
    Grey,
}

impl Scale {
    /// The colour of a value whose largest magnitude is 1.
    pub fn color(self, theme: &Theme, value: f32) -> Rgb {
        let value = if value.is_finite() { value } else { 0.0 };
        match self {
            Scale::Signed => signed(theme, value),
            Scale::Unsigned => cividis(value),
            Scale::Grey => grey(theme, value),
        }
    }
}

/// A matrix, row 0 on top.
#[derive(Clone, Debug, PartialEq)]
pub struct Heatmap {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Values, row by row.
    pub values: Vec<f32>,
    /// What the colours mean.
    pub scale: Scale,
    /// The value of full colour; the largest magnitude if there is none.
    pub limit: Option<f32>,
    /// A name for each row, or none at all.
    pub row_labels: Vec<String>,
    /// A name for each column, or none at all.
    pub column_labels: Vec<String>,
    /// Numbers in the cells.
    pub numbers: bool,
    /// Height in CSS pixels; 0 gives cells of sensible size.
    pub height: f64,
    /// Cells as high as wide, in whatever width: the height is then the most.
    pub square: bool,
}

impl Heatmap {
    fn margins(&self) -> (f64, f64) {
        let widest = self.row_labels.iter().map(|label| text_width(label, 11.0, false)).fold(0.0, f64::max);
        let left = if self.row_labels.is_empty() { 0.0 } else { widest.min(90.0) + 8.0 };
        (left, if self.column_labels.is_empty() { 0.0 } else { 18.0 })
    }

    fn limit(&self) -> f32 {
        let largest =
            self.values.iter().filter(|value| value.is_finite()).fold(0.0_f32, |most, value| most.max(value.abs()));
        self.limit.unwrap_or(largest).max(1e-12)
    }

    fn is_empty(&self) -> bool {
        self.rows == 0 || self.columns == 0 || self.values.len() < self.rows * self.columns
    }

    /// What the cells take of a drawing of this size: across, down.
    fn inner(&self, width: f64, height: f64) -> (f64, f64) {
        let (left, above) = self.margins();
        let down = height - above;
        let across = if self.square { down / self.rows.max(1) as f64 * self.columns as f64 } else { width - left };
        (across, down)
    }

    /// The cell under a CSS pixel: row, column.
    pub fn cell_at(&self, x: f64, y: f64, width: f64) -> Option<(usize, usize)> {
        let (left, above) = self.margins();
        let (across, down) = self.inner(width, self.height(width));
        let (column, row) = ((x - left) / across * self.columns as f64, (y - above) / down * self.rows as f64);
        let inside = column >= 0.0 && row >= 0.0 && column < self.columns as f64 && row < self.rows as f64;
        (inside && !self.is_empty()).then_some((row as usize, column as usize))
    }
}

impl Picture for Heatmap {
    fn height(&self, width: f64) -> f64 {
        let (left, above) = self.margins();
        if self.square {
            let most = if self.height > 0.0 { self.height } else { 480.0 };
            let cell = ((width - left) / self.columns.max(1) as f64).min((most - above) / self.rows.max(1) as f64);
            return above + cell * self.rows.max(1) as f64;
        }
        if self.height > 0.0 {
            return self.height;
        }
        let cell = ((width - left) / self.columns.max(1) as f64).clamp(3.0, 36.0);
        above + (cell * self.rows.max(1) as f64).clamp(24.0, 480.0)
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        if self.is_empty() {
            return Ok(());
        }
        let (left, above) = self.margins();
        let (across, down) = self.inner(pen.width, pen.height);
        let (cell_width, cell_height) = (across / self.columns as f64, down / self.rows as f64);
        let limit = self.limit();
        let colors: Vec<Rgb> = self.values.iter().map(|value| self.scale.color(theme, value / limit)).collect();
        let bitmap = Bitmap { columns: self.columns, rows: self.rows, colors: &colors, smooth: false };
        pen.bitmap(left, above, across, down, bitmap)?;
        let soft = Lettering::new(theme.soft);
        // Where names are too many for their cells, every second, third … is left.
        let every = (13.0 / cell_height).ceil().max(1.0) as usize;
        for (row, label) in self.row_labels.iter().take(self.rows).enumerate().step_by(every) {
            let label = fitted(label, 11.0, 90.0);
            pen.text(&label, left - 6.0, above + (row as f64 + 0.5) * cell_height, soft.right())?;
        }
        let widest = self.column_labels.iter().map(|label| text_width(label, 11.0, false)).fold(0.0, f64::max);
        let every = ((widest.min(80.0) + 5.0) / cell_width).ceil().max(1.0) as usize;
        for (column, label) in self.column_labels.iter().take(self.columns).enumerate().step_by(every) {
            let label = fitted(label, 11.0, cell_width * every as f64);
            let half = text_width(&label, 11.0, false) / 2.0;
            let x = left + (column as f64 + 0.5) * cell_width;
            pen.text(&label, x.min(pen.width - half), 8.0, soft.center())?;
        }
        // All numbers exact, or all short, or none; the exact ones are in the table and under the pointer.
        let writings: [fn(f32) -> String; 2] =
            [|value| number(value.into()), |value| plain(value.into(), 1).replace('-', "−")];
        let fits = |words: &fn(f32) -> String| {
            let finite = self.values.iter().filter(|value| value.is_finite());
            finite.map(|value| text_width(&words(*value), 11.0, false)).fold(0.0, f64::max) + 3.0 <= cell_width
        };
        if self.numbers
            && cell_height > 12.0
            && let Some(words) = writings.into_iter().find(fits)
        {
            for (index, value) in self.values.iter().take(self.rows * self.columns).enumerate() {
                let (row, column) = ((index / self.columns) as f64, (index % self.columns) as f64);
                let place = (left + (column + 0.5) * cell_width, above + (row + 0.5) * cell_height);
                let how = Lettering::new(on(colors[index])).center();
                let text = if value.is_finite() { words(*value) } else { String::new() };
                pen.text(&text, place.0, place.1, how)?;
            }
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let finite = || self.values.iter().copied().filter(|value| value.is_finite());
        let (low, high) = (finite().fold(f32::INFINITY, f32::min), finite().fold(f32::NEG_INFINITY, f32::max));
        match low <= high {
            true => format!(
                "{} rows and {} columns, from {} to {}.",
                self.rows,
                self.columns,
                number(low.into()),
                number(high.into())
            ),
            false => "A matrix without values.".into(),
        }
    }

    fn table(&self) -> Table {
        let name =
            |labels: &[String], index: usize| labels.get(index).cloned().unwrap_or_else(|| (index + 1).to_string());
        let heads = (0..self.columns).map(|column| name(&self.column_labels, column));
        let mut table = Table::new(std::iter::once(String::new()).chain(heads));
        for (row, values) in self.values.chunks(self.columns.max(1)).take(self.rows).enumerate() {
            let cells = values.iter().map(ToString::to_string);
            table.row(std::iter::once(name(&self.row_labels, row)).chain(cells));
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let (row, column) = self.cell_at(x, y, width)?;
        let value = number(f64::from(self.values[row * self.columns + column]));
        let names = [self.row_labels.get(row), self.column_labels.get(column)].into_iter().flatten();
        let names = names.map(String::as_str).collect::<Vec<_>>().join(", ");
        Some(if names.is_empty() { value } else { format!("{names}: {value}") })
    }
}
