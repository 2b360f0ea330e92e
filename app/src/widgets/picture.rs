//! What a picture is and what it can be drawn on.

use std::fmt::Write;

use plotters::prelude::SVGBackend;
use plotters_backend::{BackendColor, DrawingBackend, DrawingErrorKind};

use super::palette::{Rgb, Theme};

/// Surface units per CSS pixel. Coordinates of plotters are whole numbers; an eighth of a pixel keeps curves smooth.
pub const UNITS: f64 = 8.0;

/// What drawing on a surface returns.
pub type Drawn<S> = Result<(), DrawingErrorKind<<S as DrawingBackend>::ErrorType>>;

/// A rectangle in surface units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

/// A small picture of `columns × rows` colours, row by row from the top.
#[derive(Clone, Copy, Debug)]
pub struct Bitmap<'a> {
    /// Colours in a row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// The colours.
    pub colors: &'a [Rgb],
    /// Blend between neighbours where the surface can, instead of showing squares.
    pub smooth: bool,
}

/// A plotters backend that can also show a small bitmap and says how it takes the size of text.
pub trait Surface: DrawingBackend {
    /// Draws a bitmap into an area; by default as rectangles, equal neighbours merged.
    fn pixels(&mut self, area: Area, bitmap: Bitmap) -> Drawn<Self> {
        rectangles(self, area, bitmap)
    }

    /// What the size of text is multiplied with before this backend draws it.
    fn text_scale(&self) -> f64 {
        1.0
    }
}

impl Surface for SVGBackend<'_> {
    /// plotters divides the size by this number when it writes SVG.
    fn text_scale(&self) -> f64 {
        1.24
    }
}

/// Rectangles merged along rows, then down columns. Each reaches one unit further to the right and down, under its
/// neighbour, so that no hairline shows between them.
fn rectangles<S: DrawingBackend>(surface: &mut S, area: Area, bitmap: Bitmap) -> Drawn<S> {
    let Bitmap { columns, rows, colors, .. } = bitmap;
    if columns == 0 || rows == 0 || colors.len() < columns * rows {
        return Ok(());
    }
    let across = |column: usize| area.x + (i64::from(area.width) * column as i64 / columns as i64) as i32;
    let down = |row: usize| area.y + (i64::from(area.height) * row as i64 / rows as i64) as i32;
    let mut open: Vec<(usize, usize, usize, Rgb)> = Vec::new();
    for row in 0..=rows {
        let mut runs = Vec::new();
        if row < rows {
            let line = &colors[row * columns..(row + 1) * columns];
            let mut first = 0;
            for column in 1..=columns {
                if column == columns || line[column] != line[first] {
                    runs.push((row, first, column, line[first]));
                    first = column;
                }
            }
        }
        let (mut kept, mut done) = (Vec::new(), Vec::new());
        for run in open {
            match runs.iter().position(|new| (new.1, new.2, new.3) == (run.1, run.2, run.3)) {
                Some(place) => {
                    runs.swap_remove(place);
                    kept.push(run);
                }
                None => done.push(run),
            }
        }
        for (top, first, end, color) in done {
            let right = (across(end) + 1).min(area.x + area.width);
            let bottom = (down(row) + 1).min(area.y + area.height);
            let color = BackendColor { alpha: 1.0, rgb: (color.0, color.1, color.2) };
            surface.draw_rect((across(first), down(top)), (right, bottom), &color, true)?;
        }
        kept.extend(runs);
        open = kept;
    }
    Ok(())
}

/// The numbers of a picture as a table: for the data table below it and for CSV.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// Rows, each as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these heads.
    pub fn new<T: Into<String>>(columns: impl IntoIterator<Item = T>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// As comma-separated values after RFC 4180. A cell that a spreadsheet would take for a formula is kept as text.
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            for (place, cell) in row.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                let formula =
                    cell.starts_with(['=', '+', '@', '\t']) || (cell.starts_with('-') && cell.parse::<f64>().is_err());
                let cell = if formula { format!("'{cell}") } else { cell.clone() };
                if cell.contains(['"', ',', '\n', '\r']) {
                    let _ = write!(out, "\"{}\"", cell.replace('"', "\"\""));
                } else {
                    out.push_str(&cell);
                }
            }
            out.push_str("\r\n");
        }
        out
    }
}

/// Numbers that can draw themselves, say in words what they show, and be read as a table.
pub trait Picture: Clone + PartialEq + Send + Sync + 'static {
    /// The height, in CSS pixels, that suits this width.
    fn height(&self, width: f64) -> f64;

    /// Draws on the whole surface; `scale` is the number of surface units per CSS pixel.
    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S>;

    /// One or two sentences for a reader who cannot see it.
    fn summary(&self) -> String;

    /// The numbers.
    fn table(&self) -> Table;

    /// What lies under a point (CSS pixels), for the pointer's label.
    fn hint(&self, _x: f64, _y: f64, _width: f64) -> Option<String> {
        None
    }
}

/// The picture as an SVG document of its own, on the theme's card.
pub fn to_svg<P: Picture>(picture: &P, width: f64, theme: &Theme) -> String {
    let width = width.clamp(40.0, 4000.0).round();
    let height = picture.height(width).clamp(1.0, 8000.0).round();
    let size = ((width * UNITS) as u32, (height * UNITS) as u32);
    let mut out = String::new();
    {
        let mut surface = SVGBackend::with_string(&mut out, size);
        let card = BackendColor { alpha: 1.0, rgb: (theme.card.0, theme.card.1, theme.card.2) };
        // Writing to a string cannot fail, so there is no error to report.
        let _ = surface.draw_rect((0, 0), (size.0 as i32, size.1 as i32), &card, true);
        let _ = picture.draw(&mut surface, theme, UNITS);
        let _ = surface.present();
    }
    let head = format!("<svg width=\"{}\" height=\"{}\" ", size.0, size.1);
    let told = picture.summary().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let view_box_end = out.find('>').map_or(0, |place| place + 1);
    out.insert_str(view_box_end, &format!("\n<desc>{told}</desc>"));
    out.replacen(
        &head,
        &format!(
            "<svg width=\"{width}\" height=\"{height}\" style=\"font-variant-numeric: tabular-nums\" \
             stroke-linejoin=\"round\" "
        ),
        1,
    )
}
