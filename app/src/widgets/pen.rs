//! Drawing in CSS pixels on top of plotters' primitives. Whatever is not finite is left out.

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, FontFamily, FontStyle, FontTransform,
    text_anchor::{HPos, Pos, VPos},
};

use super::{
    palette::{Rgb, Theme},
    picture::{Area, Bitmap, Drawn, Surface},
};

/// The letters of drawings: the interface's sans.
pub const SANS: &str = "Inter, \"Helvetica Neue\", Arial, sans-serif";

/// On which side of its place a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Begins at the place.
    #[default]
    Left,
    /// Around the place.
    Center,
    /// Ends at the place.
    Right,
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lettering {
    /// Size in CSS pixels.
    pub size: f64,
    /// Colour.
    pub color: Rgb,
    /// Side.
    pub align: Align,
    /// Heavier.
    pub bold: bool,
}

impl Lettering {
    /// Small text of this colour, beginning at its place.
    pub const fn new(color: Rgb) -> Self {
        Self { size: 11.0, color, align: Align::Left, bold: false }
    }

    /// Around its place.
    pub const fn center(mut self) -> Self {
        self.align = Align::Center;
        self
    }

    /// Ending at its place.
    pub const fn right(mut self) -> Self {
        self.align = Align::Right;
        self
    }

    /// Heavier.
    pub const fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    /// Of this size.
    pub const fn size(mut self, size: f64) -> Self {
        self.size = size;
        self
    }
}

/// The width of a text in CSS pixels, estimated from the kind of each letter: measuring would make the page reflow.
pub fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|letter| match letter {
            'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '|' | '!' | '\'' | '·' => 0.28,
            ' ' | 'f' | 't' | 'r' | 'I' | '(' | ')' | '/' | '-' => 0.36,
            'm' | 'w' | 'M' | 'W' | '%' | '—' => 0.88,
            '0'..='9' | '−' | '+' | '=' | '→' | '≈' | '×' => 0.63,
            'A'..='Z' => 0.69,
            '⁰'..='⁹' | '⁻' | '²' | '³' | '¹' => 0.4,
            _ => 0.57,
        })
        .sum();
    ems * size * if bold { 1.05 } else { 1.0 }
}

/// The text cut to a width, with an ellipsis where something is missing.
pub fn fitted(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size, false) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        kept.push(letter);
        if text_width(&kept, size, false) + 0.9 * size > width {
            kept.pop();
            break;
        }
    }
    let kept = kept.trim_end();
    if kept.is_empty() { String::new() } else { format!("{kept}…") }
}

/// The middle of a text of half this width, moved until none of it leaves a drawing. What is too wide, or about a place
/// outside, stays where it is.
fn inside(x: f64, half: f64, width: f64) -> f64 {
    if (0.0..=width).contains(&x) && 2.0 * half <= width { x.clamp(half, width - half) } else { x }
}

#[derive(Clone, Copy)]
struct Line {
    color: BackendColor,
    width: u32,
}

impl BackendStyle for Line {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

struct Letters {
    size: f64,
    color: BackendColor,
    align: Align,
    bold: bool,
    upward: bool,
}

impl BackendTextStyle for Letters {
    type FontError = std::convert::Infallible;

    fn color(&self) -> BackendColor {
        self.color
    }

    fn size(&self) -> f64 {
        self.size
    }

    fn style(&self) -> FontStyle {
        if self.bold { FontStyle::Bold } else { FontStyle::Normal }
    }

    fn transform(&self) -> FontTransform {
        if self.upward { FontTransform::Rotate270 } else { FontTransform::None }
    }

    fn anchor(&self) -> Pos {
        let side = match self.align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        Pos::new(side, VPos::Center)
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::Name(SANS)
    }

    fn layout_box(&self, text: &str) -> Result<((i32, i32), (i32, i32)), Self::FontError> {
        Ok(((0, 0), (text_width(text, self.size, self.bold) as i32, self.size as i32)))
    }

    fn draw<E, F: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        _text: &str,
        _place: BackendCoord,
        _draw: F,
    ) -> Result<Result<(), E>, Self::FontError> {
        Ok(Ok(()))
    }
}

/// Draws on a surface in CSS pixels.
pub struct Pen<'a, S: Surface> {
    surface: &'a mut S,
    /// The colours.
    pub theme: &'a Theme,
    scale: f64,
    /// Width of the drawing.
    pub width: f64,
    /// Height of the drawing.
    pub height: f64,
}

impl<'a, S: Surface> Pen<'a, S> {
    /// A pen for the whole surface, which has `scale` units per CSS pixel.
    pub fn new(surface: &'a mut S, theme: &'a Theme, scale: f64) -> Self {
        let (width, height) = surface.get_size();
        Self { surface, theme, scale, width: f64::from(width) / scale, height: f64::from(height) / scale }
    }

    fn unit(&self, value: f64) -> i32 {
        // Far outside is as good as the edge, and keeps the numbers in range.
        (value.clamp(-20_000.0, 20_000.0) * self.scale).round() as i32
    }

    fn color(color: Rgb, alpha: f64) -> BackendColor {
        BackendColor { alpha, rgb: (color.0, color.1, color.2) }
    }

    fn line_style(&self, color: Rgb, width: f64) -> Line {
        Line { color: Self::color(color, 1.0), width: (width * self.scale).round().max(1.0) as u32 }
    }

    /// A filled rectangle.
    pub fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, color: Rgb) -> Drawn<S> {
        self.veil(x, y, width, height, color, 1.0)
    }

    /// A filled rectangle one can see through.
    pub fn veil(&mut self, x: f64, y: f64, width: f64, height: f64, color: Rgb, alpha: f64) -> Drawn<S> {
        if ![x, y, width, height].iter().all(|value| value.is_finite()) || width <= 0.0 || height <= 0.0 {
            return Ok(());
        }
        let (from, to) = ((self.unit(x), self.unit(y)), (self.unit(x + width), self.unit(y + height)));
        self.surface.draw_rect(from, to, &Self::color(color, alpha), true)
    }

    /// A hairline from left to right, on whole pixels so that it is crisp.
    pub fn across(&mut self, x0: f64, x1: f64, y: f64, color: Rgb) -> Drawn<S> {
        self.rect(x0, y.round() - 0.5, x1 - x0, 1.0, color)
    }

    /// A hairline from top to bottom.
    pub fn down(&mut self, x: f64, y0: f64, y1: f64, color: Rgb) -> Drawn<S> {
        self.rect(x.round() - 0.5, y0, 1.0, y1 - y0, color)
    }

    /// The outline of a rectangle, its stroke inside.
    pub fn outline(&mut self, x: f64, y: f64, width: f64, height: f64, color: Rgb, stroke: f64) -> Drawn<S> {
        self.rect(x, y, width, stroke, color)?;
        self.rect(x, y + height - stroke, width, stroke, color)?;
        self.rect(x, y + stroke, stroke, height - 2.0 * stroke, color)?;
        self.rect(x + width - stroke, y + stroke, stroke, height - 2.0 * stroke, color)
    }

    /// A line through points. It breaks where a point is not finite.
    pub fn line(&mut self, points: &[(f64, f64)], color: Rgb, width: f64) -> Drawn<S> {
        let style = self.line_style(color, width);
        for run in points.split(|(x, y)| !x.is_finite() || !y.is_finite()) {
            if run.len() > 1 {
                let path: Vec<BackendCoord> = run.iter().map(|(x, y)| (self.unit(*x), self.unit(*y))).collect();
                self.surface.draw_path(path, &style)?;
            }
        }
        Ok(())
    }

    /// A dashed line through points.
    pub fn dashed(&mut self, points: &[(f64, f64)], color: Rgb, width: f64, (on, off): (f64, f64)) -> Drawn<S> {
        for run in points.split(|(x, y)| !x.is_finite() || !y.is_finite()) {
            for dash in dashes(run, on, off) {
                self.line(&dash, color, width)?;
            }
        }
        Ok(())
    }

    /// A disc.
    pub fn disc(&mut self, x: f64, y: f64, radius: f64, color: Rgb) -> Drawn<S> {
        if !x.is_finite() || !y.is_finite() || radius <= 0.0 {
            return Ok(());
        }
        let place = (self.unit(x), self.unit(y));
        self.surface.draw_circle(place, self.unit(radius) as u32, &Self::color(color, 1.0), true)
    }

    /// A circle.
    pub fn circle(&mut self, x: f64, y: f64, radius: f64, color: Rgb, width: f64) -> Drawn<S> {
        if !x.is_finite() || !y.is_finite() || radius <= 0.0 {
            return Ok(());
        }
        let (place, style) = ((self.unit(x), self.unit(y)), self.line_style(color, width));
        self.surface.draw_circle(place, self.unit(radius) as u32, &style, false)
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[(f64, f64)], color: Rgb) -> Drawn<S> {
        if points.len() < 3 || !points.iter().all(|(x, y)| x.is_finite() && y.is_finite()) {
            return Ok(());
        }
        let path: Vec<BackendCoord> = points.iter().map(|(x, y)| (self.unit(*x), self.unit(*y))).collect();
        self.surface.fill_polygon(path, &Self::color(color, 1.0))
    }

    /// The head of an arrow that comes from `from` and ends at `to`.
    pub fn arrow_head(&mut self, from: (f64, f64), to: (f64, f64), size: f64, color: Rgb) -> Drawn<S> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        if length < 1e-6 {
            return Ok(());
        }
        let (ux, uy) = (dx / length * size, dy / length * size);
        let base = (to.0 - ux, to.1 - uy);
        self.polygon(&[to, (base.0 - 0.5 * uy, base.1 + 0.5 * ux), (base.0 + 0.5 * uy, base.1 - 0.5 * ux)], color)
    }

    /// Text whose middle line is at `y`. Around a place of the drawing it stays inside where it fits.
    pub fn text(&mut self, text: &str, x: f64, y: f64, how: Lettering) -> Drawn<S> {
        let x = match how.align {
            Align::Center => inside(x, text_width(text, how.size, how.bold) / 2.0, self.width),
            Align::Left | Align::Right => x,
        };
        self.letters(text, (x, y), how, false)
    }

    /// Text that runs upward, its middle line at `x`: for names above narrow columns.
    pub fn upward(&mut self, text: &str, x: f64, y: f64, how: Lettering) -> Drawn<S> {
        self.letters(text, (x, y), how, true)
    }

    fn letters(&mut self, text: &str, (x, y): (f64, f64), how: Lettering, upward: bool) -> Drawn<S> {
        if text.is_empty() || !x.is_finite() || !y.is_finite() {
            return Ok(());
        }
        let factor = self.surface.text_scale();
        // plotters centres SVG text on the letters without ascenders; figures and capitals then hang too high.
        let shift = if factor == 1.0 { 0.0 } else { 0.09 * how.size };
        let style = Letters {
            size: how.size * self.scale * factor,
            color: Self::color(how.color, 1.0),
            align: how.align,
            bold: how.bold,
            upward,
        };
        let place = if upward { (self.unit(x + shift), self.unit(y)) } else { (self.unit(x), self.unit(y + shift)) };
        self.surface.draw_text(text, &style, place)
    }

    /// A small bitmap.
    pub fn bitmap(&mut self, x: f64, y: f64, width: f64, height: f64, bitmap: Bitmap) -> Drawn<S> {
        let area = Area { x: self.unit(x), y: self.unit(y), width: self.unit(width), height: self.unit(height) };
        self.surface.pixels(area, bitmap)
    }
}

/// Cuts a line into dashes. Long lines get longer ones: no reader counts ten thousand dashes.
fn dashes(points: &[(f64, f64)], on: f64, off: f64) -> Vec<Vec<(f64, f64)>> {
    let total: f64 = points.windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1)).sum();
    let stretch = (total / (600.0 * (on + off))).max(1.0);
    let (on, off) = (on * stretch, off * stretch);
    let mut all = Vec::new();
    let Some(first) = points.first() else { return all };
    let (mut drawing, mut left, mut dash) = (true, on, vec![*first]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let share = left / length;
            from = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            length -= left;
            if drawing {
                dash.push(from);
                all.push(std::mem::take(&mut dash));
                left = off;
            } else {
                dash = vec![from];
                left = on;
            }
            drawing = !drawing;
        }
        left -= length;
        if drawing {
            dash.push(to);
        }
    }
    if drawing && dash.len() > 1 {
        all.push(dash);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_their_share() {
        let pieces = dashes(&[(0.0, 0.0), (50.0, 0.0), (50.0, 50.0)], 5.0, 5.0);
        assert_eq!(pieces.len(), 10);
        let drawn: f64 =
            pieces.iter().flat_map(|dash| dash.windows(2)).map(|p| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1)).sum();
        assert!((drawn - 50.0).abs() < 1e-9);
        assert!(dashes(&[(0.0, 0.0), (1e6, 0.0)], 4.0, 4.0).len() < 700);
        assert!(dashes(&[], 1.0, 1.0).is_empty());
    }

    #[test]
    fn centred_words_stay_inside() {
        assert_eq!([4.0, 50.0, 99.0].map(|x| inside(x, 20.0, 100.0)), [20.0, 50.0, 80.0]);
        assert_eq!([-3.0, 101.0].map(|x| inside(x, 20.0, 100.0)), [-3.0, 101.0]);
        assert_eq!(inside(4.0, 60.0, 100.0), 4.0);
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(fitted("loss", 11.0, 60.0), "loss");
        let cut = fitted("validation accuracy of the twin", 11.0, 60.0);
        assert!(cut.ends_with('…') && text_width(&cut, 11.0, false) <= 66.0);
        assert_eq!(fitted("loss", 11.0, 2.0), "");
    }
}
