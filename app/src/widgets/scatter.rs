//! Points on a plane, what a network would say at every place, and lines between the classes.

use super::{
    axis::Axis,
    format::number,
    palette::{Ink, Rgb, Theme},
    pen::{Lettering, Pen, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Space for the numbers below and to the left.
const LEFT: f64 = 34.0;
const BELOW: f64 = 34.0;
const RIGHT: f64 = 8.0;
/// Height of the plane, in widths.
const SHAPE: f64 = 0.86;
/// A pointer this near to a dot means it.
const REACH: f64 = 16.0;

/// A point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// Across.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// 0 is drawn as a disc, 1 as a square: the second cue beside colour.
    pub class: u8,
    /// Hollow: it tests, it does not teach.
    pub held_out: bool,
    /// Ringed: this is the one to watch.
    pub ring: bool,
}

/// What would be said at every place, row 0 on top.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Cells across.
    pub columns: usize,
    /// Cells down.
    pub rows: usize,
    /// -1 is surely class 0, 1 surely class 1.
    pub values: Vec<f32>,
}

/// A straight line.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Where it begins.
    pub from: (f64, f64),
    /// Where it ends.
    pub to: (f64, f64),
    /// Its colour.
    pub color: Ink,
    /// Dashed.
    pub dashed: bool,
    /// With a head at its end.
    pub arrow: bool,
    /// A word beside its end.
    pub label: String,
    /// Stroke in CSS pixels.
    pub width: f64,
}

/// The plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Scatter {
    /// The points.
    pub points: Vec<Dot>,
    /// The colours behind them.
    pub field: Option<Field>,
    /// The lines over them.
    pub lines: Vec<Segment>,
    /// Left, right, bottom, top.
    pub domain: (f64, f64, f64, f64),
    /// What lies across.
    pub x_label: String,
    /// What lies up.
    pub y_label: String,
    /// Height in CSS pixels; 0 follows the width.
    pub height: f64,
    /// One unit is as long across as up: more is shown of the way that has room.
    pub equal: bool,
}

impl Default for Scatter {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            field: None,
            lines: Vec::new(),
            domain: (-1.0, 1.0, -1.0, 1.0),
            x_label: String::new(),
            y_label: String::new(),
            height: 0.0,
            equal: false,
        }
    }
}

impl Scatter {
    /// Space above the plane: the name of what lies up stands there, clear of lines and dots.
    fn above(&self) -> f64 {
        if self.y_label.is_empty() { 6.0 } else { 22.0 }
    }

    fn inner(&self, width: f64) -> (f64, f64) {
        ((width - LEFT - RIGHT).max(1.0), (self.height(width) - self.above() - BELOW).max(1.0))
    }

    /// A domain (left, right, bottom, top), widened until one unit is as long across as up in a plane of the usual shape: so
    /// that a field which is `equal` fills it.
    pub fn even([left, right, bottom, top]: [f64; 4]) -> (f64, f64, f64, f64) {
        widened((left, right, bottom, top), SHAPE)
    }

    /// What is seen: left, right, bottom, top.
    fn shown(&self, width: f64) -> (f64, f64, f64, f64) {
        let (across, down) = self.inner(width);
        if self.equal { widened(self.domain, down / across) } else { self.domain }
    }

    /// The place under a CSS pixel.
    pub fn to_data(&self, x: f64, y: f64, width: f64) -> (f64, f64) {
        let (across, down) = self.inner(width);
        let (left, right, bottom, top) = self.shown(width);
        (left + (x - LEFT) / across * (right - left), top - (y - self.above()) / down * (top - bottom))
    }

    /// The CSS pixel of a place.
    pub fn to_pixel(&self, x: f64, y: f64, width: f64) -> (f64, f64) {
        let (across, down) = self.inner(width);
        let (left, right, bottom, top) = self.shown(width);
        (LEFT + (x - left) / (right - left) * across, self.above() + (top - y) / (top - bottom) * down)
    }

    /// The dot under the pointer, if one is near enough.
    pub fn nearest(&self, x: f64, y: f64, width: f64) -> Option<usize> {
        let distance = |dot: &Dot| {
            let (px, py) = self.to_pixel(dot.x, dot.y, width);
            (px - x).hypot(py - y)
        };
        let near = self.points.iter().enumerate().map(|(index, dot)| (index, distance(dot)));
        near.filter(|(_, far)| *far <= REACH).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
    }

    /// The part of a segment that is seen (Liang, Barsky 1984).
    fn clipped(&self, segment: &Segment, width: f64) -> Option<((f64, f64), (f64, f64))> {
        let (left, right, bottom, top) = self.shown(width);
        let ((x, y), (dx, dy)) = (segment.from, (segment.to.0 - segment.from.0, segment.to.1 - segment.from.1));
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (way, room) in [(-dx, x - left), (dx, right - x), (-dy, y - bottom), (dy, top - y)] {
            if way == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if way < 0.0 {
                enter = enter.max(room / way);
            } else {
                leave = leave.min(room / way);
            }
        }
        (enter <= leave && (enter + leave).is_finite())
            .then_some(((x + enter * dx, y + enter * dy), (x + leave * dx, y + leave * dy)))
    }

    fn background<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        let (across, down) = self.inner(pen.width);
        let Some(field) = &self.field else { return pen.rect(LEFT, self.above(), across, down, pen.theme.paper) };
        let theme = pen.theme;
        let (left, right, bottom, top) = self.domain;
        let (from, to) = (self.to_pixel(left, top, pen.width), self.to_pixel(right, bottom, pen.width));
        if self.equal {
            pen.rect(LEFT, self.above(), across, down, theme.paper)?;
        }
        let colors: Vec<Rgb> = field
            .values
            .iter()
            .map(|value| {
                let value = if value.is_finite() { value.clamp(-1.0, 1.0) } else { 0.0 };
                let soft = theme.classes_soft[usize::from(value > 0.0)];
                // Steps, so that SVG can merge equal neighbours.
                theme.card.mix(soft, (value.abs() * 12.0).round() / 12.0)
            })
            .collect();
        let bitmap = Bitmap { columns: field.columns, rows: field.rows, colors: &colors, smooth: true };
        pen.bitmap(from.0, from.1, to.0 - from.0, to.1 - from.1, bitmap)
    }

    fn axes<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        let (across, down) = self.inner(pen.width);
        let (left, right, bottom, top) = self.shown(pen.width);
        let soft = Lettering::new(pen.theme.soft);
        let axis = |low, high| Axis::new("").from(low).to(high).fit([low, high].into_iter(), false);
        for (value, text) in axis(left, right).ticks(4) {
            let (x, _) = self.to_pixel(value, bottom, pen.width);
            if x >= LEFT - 1.0 && x <= LEFT + across + 1.0 {
                pen.text(&text, x, self.above() + down + 10.0, soft.center())?;
            }
        }
        for (value, text) in axis(bottom, top).ticks(4) {
            let (_, y) = self.to_pixel(left, value, pen.width);
            if y >= self.above() - 1.0 && y <= self.above() + down + 1.0 {
                pen.text(&text, LEFT - 5.0, y.clamp(self.above() + 5.0, self.above() + down - 4.0), soft.right())?;
            }
        }
        pen.text(&self.x_label, LEFT + across / 2.0, self.above() + down + 25.0, soft.center())?;
        pen.text(&self.y_label, LEFT, 9.0, soft)
    }

    /// The words beside the lines: where they hide no other word, on a ground of their own.
    fn words<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        let mut taken: Vec<(f64, f64, f64)> = Vec::new();
        for segment in self.lines.iter().filter(|segment| !segment.label.is_empty()) {
            let Some((from, to)) = self.clipped(segment, pen.width) else { continue };
            let (from, to) = (self.to_pixel(from.0, from.1, pen.width), self.to_pixel(to.0, to.1, pen.width));
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = dx.hypot(dy).max(1.0);
            let width = text_width(&segment.label, 11.0, true) + 8.0;
            let half = width / 2.0;
            // An arrow is named beyond its head, a line beside its course.
            let place = |share: f64| {
                let (x, y) = (from.0 + share * dx, from.1 + share * dy);
                let (x, y) = match segment.arrow {
                    true => (x + dx / length * (half + 4.0), y + dy / length * 12.0),
                    false => (x + dy.abs() / length * (half + 5.0), y - dx.abs() / length * 11.0 * (dx * dy).signum()),
                };
                let right = (pen.width - RIGHT - half - 2.0).max(LEFT + half);
                let low = (pen.height - BELOW - 10.0).max(self.above() + 10.0);
                (x.clamp(LEFT + half, right), y.clamp(self.above() + 10.0, low))
            };
            let free = |(x, y): &(f64, f64)| {
                taken.iter().all(|other| (x - other.0).abs() > half + other.2 || (y - other.1).abs() > 16.0)
            };
            let shares = if segment.arrow { [1.0, 0.8, 0.6, 0.4, 0.2] } else { [0.9, 0.1, 0.75, 0.25, 0.5] };
            let (x, y) = shares.into_iter().map(place).find(free).unwrap_or_else(|| place(shares[0]));
            taken.push((x, y, half));
            pen.rect(x - half, y - 8.0, width, 16.0, pen.theme.card)?;
            let color = pen.theme.readable(pen.theme.ink(segment.color), pen.theme.card);
            pen.text(&segment.label, x, y, Lettering::new(color).bold().center())?;
        }
        Ok(())
    }

    fn dots<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        let radius = if self.points.len() > 600 { 2.6 } else { 4.2 };
        for dot in &self.points {
            let (x, y) = self.to_pixel(dot.x, dot.y, pen.width);
            let color = pen.theme.ink(Ink::Class(dot.class.into()));
            let ground = pen.theme.card;
            if dot.class == 0 {
                pen.disc(x, y, radius + 1.0, ground)?;
                pen.disc(x, y, radius, color)?;
                if dot.held_out {
                    pen.disc(x, y, radius - 1.8, ground)?;
                }
            } else {
                let half = radius * 0.9;
                pen.rect(x - half - 1.0, y - half - 1.0, 2.0 * half + 2.0, 2.0 * half + 2.0, ground)?;
                pen.rect(x - half, y - half, 2.0 * half, 2.0 * half, color)?;
                if dot.held_out {
                    let hole = half - 1.7;
                    pen.rect(x - hole, y - hole, 2.0 * hole, 2.0 * hole, ground)?;
                }
            }
        }
        // Rings last, so that no dot covers them.
        for dot in self.points.iter().filter(|dot| dot.ring) {
            let (x, y) = self.to_pixel(dot.x, dot.y, pen.width);
            pen.circle(x, y, 11.0, pen.theme.ink, 1.6)?;
        }
        Ok(())
    }
}

/// Widens the shorter way of a domain about its middle until the domain is `shape` times as high as wide.
fn widened((left, right, bottom, top): (f64, f64, f64, f64), shape: f64) -> (f64, f64, f64, f64) {
    let (across, up) = (right - left, top - bottom);
    if up < across * shape {
        let more = (across * shape - up) / 2.0;
        (left, right, bottom - more, top + more)
    } else {
        let more = (up / shape - across) / 2.0;
        (left - more, right + more, bottom, top)
    }
}

impl Picture for Scatter {
    fn height(&self, width: f64) -> f64 {
        if self.height > 0.0 {
            self.height
        } else {
            ((width - LEFT - RIGHT) * SHAPE).clamp(160.0, 520.0) + self.above() + BELOW
        }
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        self.background(&mut pen)?;
        self.dots(&mut pen)?;
        for segment in &self.lines {
            let Some((from, to)) = self.clipped(segment, pen.width) else { continue };
            let color = theme.ink(segment.color);
            let (from, to) = (self.to_pixel(from.0, from.1, pen.width), self.to_pixel(to.0, to.1, pen.width));
            match segment.dashed {
                true => pen.dashed(&[from, to], color, segment.width, (5.0, 4.0))?,
                false => pen.line(&[from, to], color, segment.width)?,
            }
            if segment.arrow {
                pen.arrow_head(from, to, 9.0, color)?;
            }
        }
        self.words(&mut pen)?;
        self.axes(&mut pen)
    }

    fn summary(&self) -> String {
        let of = |class| self.points.iter().filter(|dot| dot.class == class).count();
        let held_out = self.points.iter().filter(|dot| dot.held_out).count();
        let said = self.field.as_ref().map_or_else(String::new, |field| {
            let orange = field.values.iter().filter(|value| **value > 0.0).count();
            format!(" {} % of the plane would be called orange.", orange * 100 / field.values.len().max(1))
        });
        format!("{} blue and {} orange points, {held_out} of them held out.{said}", of(0), of(1))
    }

    fn table(&self) -> Table {
        let name = |label: &str, other: &str| if label.is_empty() { other.to_owned() } else { label.to_owned() };
        let mut table =
            Table::new([name(&self.x_label, "x"), name(&self.y_label, "y"), "class".into(), "held out".into()]);
        for dot in &self.points {
            let said = if dot.held_out { "yes" } else { "no" };
            table.row([dot.x.to_string(), dot.y.to_string(), dot.class.to_string(), said.into()]);
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let dot = self.points.get(self.nearest(x, y, width)?)?;
        let class = if dot.class == 0 { "blue" } else { "orange" };
        let held_out = if dot.held_out { ", held out" } else { "" };
        Some(format!("{class}{held_out}: {}, {}", number(dot.x), number(dot.y)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_units_are_as_long_across_as_up() {
        for (width, height) in [(400.0, 0.0), (900.0, 0.0), (300.0, 170.0)] {
            let (left, right, bottom, top) = Scatter::even([1.0, 7.0, 0.0, 2.5]);
            let plane = Scatter { domain: (left, right, bottom, top), height, equal: true, ..Scatter::default() };
            let (from, to) = (plane.to_pixel(2.0, 1.0, width), plane.to_pixel(3.0, 2.0, width));
            assert!((to.0 - from.0 - (from.1 - to.1)).abs() < 1e-9, "{from:?} {to:?}");
            let (x, y) = plane.to_data(from.0, from.1, width);
            assert!((x - 2.0).abs() < 1e-9 && (y - 1.0).abs() < 1e-9);
            assert!(left <= 1.0 && right >= 7.0 && bottom <= 0.0 && top >= 2.5);
        }
        let (left, right, bottom, top) = Scatter::even([1.0, 7.0, 0.0, 2.5]);
        let plane = Scatter { domain: (left, right, bottom, top), equal: true, ..Scatter::default() };
        assert!((plane.to_pixel(left, top, 400.0).0 - LEFT).abs() < 1e-9, "a usual plane is filled");
    }
}
