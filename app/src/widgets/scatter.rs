//! Points on a plane, what a network would say at every place, and lines between the classes.

use super::{
    axis::Axis,
    format::number,
    palette::{Ink, Rgb, Theme},
    pen::{Lettering, Pen},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Space for the numbers below and to the left.
const LEFT: f64 = 34.0;
const BELOW: f64 = 34.0;
const ABOVE: f64 = 6.0;
const RIGHT: f64 = 6.0;
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
        }
    }
}

impl Scatter {
    fn inner(&self, width: f64) -> (f64, f64) {
        ((width - LEFT - RIGHT).max(1.0), (self.height(width) - ABOVE - BELOW).max(1.0))
    }

    /// The place under a CSS pixel.
    pub fn to_data(&self, x: f64, y: f64, width: f64) -> (f64, f64) {
        let (across, down) = self.inner(width);
        let (left, right, bottom, top) = self.domain;
        (left + (x - LEFT) / across * (right - left), top - (y - ABOVE) / down * (top - bottom))
    }

    /// The CSS pixel of a place.
    pub fn to_pixel(&self, x: f64, y: f64, width: f64) -> (f64, f64) {
        let (across, down) = self.inner(width);
        let (left, right, bottom, top) = self.domain;
        (LEFT + (x - left) / (right - left) * across, ABOVE + (top - y) / (top - bottom) * down)
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

    /// The part of a segment that lies in the domain (Liang, Barsky 1984).
    fn clipped(&self, segment: &Segment) -> Option<((f64, f64), (f64, f64))> {
        let (left, right, bottom, top) = self.domain;
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
        let Some(field) = &self.field else { return pen.rect(LEFT, ABOVE, across, down, pen.theme.paper) };
        let theme = pen.theme;
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
        pen.bitmap(LEFT, ABOVE, across, down, bitmap)
    }

    fn axes<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        let (across, down) = self.inner(pen.width);
        let (left, right, bottom, top) = self.domain;
        let soft = Lettering::new(pen.theme.soft);
        let axis = |low, high| Axis::new("").from(low).to(high).fit([low, high].into_iter(), false);
        for (value, text) in axis(left, right).ticks(4) {
            let (x, _) = self.to_pixel(value, bottom, pen.width);
            if x >= LEFT - 1.0 && x <= LEFT + across + 1.0 {
                pen.text(&text, x, ABOVE + down + 10.0, soft.center())?;
            }
        }
        for (value, text) in axis(bottom, top).ticks(4) {
            let (_, y) = self.to_pixel(left, value, pen.width);
            if y >= ABOVE - 1.0 && y <= ABOVE + down + 1.0 {
                pen.text(&text, LEFT - 5.0, y.clamp(ABOVE + 5.0, ABOVE + down - 4.0), soft.right())?;
            }
        }
        pen.text(&self.x_label, LEFT + across / 2.0, ABOVE + down + 25.0, soft.center())?;
        pen.text(&self.y_label, LEFT + 6.0, ABOVE + 10.0, Lettering::new(pen.theme.ink).size(10.5))
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
            if dot.ring {
                pen.circle(x, y, 11.0, pen.theme.ink, 1.6)?;
            }
        }
        Ok(())
    }
}

impl Picture for Scatter {
    fn height(&self, width: f64) -> f64 {
        if self.height > 0.0 { self.height } else { ((width - LEFT - RIGHT) * 0.86).clamp(160.0, 520.0) + ABOVE + BELOW }
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        self.background(&mut pen)?;
        self.dots(&mut pen)?;
        for segment in &self.lines {
            let Some((from, to)) = self.clipped(segment) else { continue };
            let color = theme.ink(segment.color);
            let (from, to) =
                (self.to_pixel(from.0, from.1, pen.width), self.to_pixel(to.0, to.1, pen.width));
            match segment.dashed {
                true => pen.dashed(&[from, to], color, segment.width, (5.0, 4.0))?,
                false => pen.line(&[from, to], color, segment.width)?,
            }
            if segment.arrow {
                pen.arrow_head(from, to, 9.0, color)?;
            }
            if !segment.label.is_empty() {
                let inside = (to.0.clamp(LEFT + 8.0, pen.width - RIGHT - 70.0), to.1.clamp(ABOVE + 12.0, pen.height - BELOW - 10.0));
                pen.text(&segment.label, inside.0 + 6.0, inside.1, Lettering::new(theme.ink).bold())?;
            }
        }
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
        let mut table = Table::new([name(&self.x_label, "x"), name(&self.y_label, "y"), "class".into(), "held out".into()]);
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
