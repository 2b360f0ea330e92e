//! Lines over an axis: learning curves, ROC, anything that has a course.

use super::{
    axis::{Axis, Span},
    format::number,
    palette::{Ink, Theme},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Drawn, Picture, Surface, Table},
    ring::Ring,
};

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name, written at its end.
    pub name: String,
    /// Its points, from left to right. A point that is not finite breaks the line.
    pub points: Vec<(f64, f64)>,
    /// Its colour.
    pub color: Ink,
    /// Dashed: the second cue beside colour.
    pub dashed: bool,
    /// Stroke in CSS pixels.
    pub width: f64,
}

impl Series {
    /// A solid line.
    pub fn new(name: impl Into<String>, points: Vec<(f64, f64)>, color: Ink) -> Self {
        Self { name: name.into(), points, color, dashed: false, width: 2.2 }
    }

    /// Dashed: for what is held out, or for the twin.
    pub const fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }

    /// With a stroke of this width.
    pub const fn width(mut self, width: f64) -> Self {
        self.width = width;
        self
    }

    fn at(&self, x: f64) -> Option<(f64, f64)> {
        let after = self.points.partition_point(|point| point.0 < x);
        [after.checked_sub(1), Some(after)]
            .into_iter()
            .flatten()
            .filter_map(|index| self.points.get(index).copied())
            .filter(|(_, y)| y.is_finite())
            .min_by(|one, other| (one.0 - x).abs().total_cmp(&(other.0 - x).abs()))
    }

    fn end(&self) -> Option<(f64, f64)> {
        self.points.iter().rev().find(|(x, y)| x.is_finite() && y.is_finite()).copied()
    }

    fn diverged(&self) -> bool {
        self.points.last().is_some_and(|(_, y)| !y.is_finite())
    }
}

/// A vertical line with a name: where something happened, or a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// Where.
    pub x: f64,
    /// What.
    pub label: String,
    /// Its colour.
    pub color: Ink,
}

/// A chart of lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The lines; the first is drawn on top, and dashed ones above solid ones, of which they hide little.
    pub series: Vec<Series>,
    /// The axis across.
    pub x: Axis,
    /// The axis up.
    pub y: Axis,
    /// Vertical lines.
    pub markers: Vec<Marker>,
    /// Places to look at, on top of the lines.
    pub rings: Vec<Ring>,
    /// A moment to read: the lines' values there are written at their ends.
    pub cursor: Option<f64>,
    /// As high as wide, the names inside: for ROC curves and their like.
    pub square: bool,
    /// Height in CSS pixels.
    pub height: f64,
}

impl Default for Chart {
    fn default() -> Self {
        Self {
            series: Vec::new(),
            x: Axis::default(),
            y: Axis::default(),
            markers: Vec::new(),
            rings: Vec::new(),
            cursor: None,
            square: false,
            height: 170.0,
        }
    }
}

const SIZE: f64 = 11.0;
/// From line to line of a name that takes two.
const LINE: f64 = 13.0;
/// On and off in a dashed line.
const DASH: (f64, f64) = (5.0, 4.0);
/// Above the lines, for what stands over a marker.
const MARKED: f64 = 15.0;
/// A piece of its line before each name, two dashes long, and room after it.
const SAMPLE: f64 = 2.0 * DASH.0 + DASH.1;
const AFTER_SAMPLE: f64 = 4.0;

/// The place of everything, from the numbers and the width alone.
struct Layout {
    x: Span,
    y: Span,
    x_ticks: Vec<(f64, String)>,
    y_ticks: Vec<(f64, String)>,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Layout {
    fn x(&self, value: f64) -> f64 {
        let share = self.x.share(value);
        if share.is_finite() { self.left + share.clamp(-0.001, 1.001) * (self.right - self.left) } else { f64::NAN }
    }

    fn y(&self, value: f64) -> f64 {
        let share = self.y.share(value);
        if share.is_finite() { self.bottom - share.clamp(-0.02, 1.02) * (self.bottom - self.top) } else { f64::NAN }
    }
}

impl Chart {
    fn layout(&self, width: f64, height: f64) -> Layout {
        let all =
            || self.series.iter().flat_map(|series| &series.points).filter(|(x, y)| x.is_finite() && y.is_finite());
        let x = self.x.fit(all().map(|point| point.0), false);
        let y = self.y.fit(all().map(|point| point.1), true);
        let named = self.markers.iter().any(|marker| !marker.label.is_empty());
        let top = if self.y.label.is_empty() { 9.0 } else { 25.0 } + if named { MARKED } else { 0.0 };
        let bottom = (height - if self.x.label.is_empty() { 22.0 } else { 37.0 }).max(top + 20.0);
        let y_ticks = self.y.ticks(&y, ((bottom - top) / 34.0).clamp(2.0, 6.0) as usize);
        let left = 10.0 + y_ticks.iter().map(|(_, label)| text_width(label, SIZE, false)).fold(0.0, f64::max);
        let names = if self.square {
            0.0
        } else {
            let widest = self.series.iter().map(|series| text_width(&self.ending(series), SIZE, true));
            match widest.fold(0.0, f64::max) {
                widest if widest > 0.0 => (widest + self.sample()).min(width * 0.34),
                _ => 0.0,
            }
        };
        let right = (width - if names > 0.0 { names + 12.0 } else { 12.0 }).max(left + 20.0);
        let x_ticks = self.x.ticks(&x, ((right - left) / 80.0).clamp(2.0, 7.0) as usize);
        Layout { x, y, x_ticks, y_ticks, left, right, top, bottom }
    }

    /// Room before a name for a piece of its line: only where some lines are dashed and others are not.
    fn sample(&self) -> f64 {
        let dashed = self.series.iter().filter(|series| series.dashed).count();
        if dashed > 0 && dashed < self.series.len() { SAMPLE + AFTER_SAMPLE } else { 0.0 }
    }

    /// What stands at the end of a line.
    fn ending(&self, series: &Series) -> String {
        match self.cursor.and_then(|x| series.at(x)) {
            Some((_, y)) if self.y.percent => format!("{} {} %", series.name, number(y * 100.0)),
            Some((_, y)) => format!("{} {}", series.name, number(y)),
            None if series.diverged() => format!("{} (no longer a number)", series.name),
            None => series.name.clone(),
        }
    }

    /// The value across that lies under a CSS pixel: to scrub through time with the pointer.
    pub fn x_at(&self, pixel: f64, width: f64) -> Option<f64> {
        let layout = self.layout(width, self.height(width));
        let share = (pixel - layout.left) / (layout.right - layout.left);
        (-0.05..=1.05).contains(&share).then(|| layout.x.value(share.clamp(0.0, 1.0)))
    }

    fn axes<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout) -> Drawn<S> {
        let theme = pen.theme;
        let soft = Lettering::new(theme.soft);
        for (value, label) in &layout.y_ticks {
            let y = layout.y(*value);
            pen.across(layout.left, layout.right, y, theme.line)?;
            pen.text(label, layout.left - 8.0, y, soft.right())?;
        }
        pen.text(&self.y.label, 0.0, 8.0, soft)?;
        for (value, label) in &layout.x_ticks {
            let x = layout.x(*value);
            pen.rect(x - 0.5, layout.bottom, 1.0, 4.0, theme.line)?;
            // A label at either end must not leave the drawing.
            let half = text_width(label, SIZE, false) / 2.0;
            pen.text(label, x.clamp(half, (pen.width - half).max(half)), layout.bottom + 13.0, soft.center())?;
        }
        pen.across(layout.left, layout.right, layout.bottom, theme.soft.mix(theme.line, 0.5))?;
        pen.text(&self.x.label, layout.right, layout.bottom + 29.0, soft.right())
    }

    /// A line, or a piece of it, as it is drawn.
    fn line<S: Surface>(&self, pen: &mut Pen<S>, series: &Series, path: &[(f64, f64)]) -> Drawn<S> {
        let color = pen.theme.ink(series.color);
        match series.dashed {
            true => pen.dashed(path, color, series.width, DASH),
            false => pen.line(path, color, series.width),
        }
    }

    fn names<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout) -> Drawn<S> {
        let theme = pen.theme;
        let mut labels: Vec<(f64, f64, String, &Series)> = Vec::new();
        for series in &self.series {
            let Some((x, y)) = self.cursor.and_then(|x| series.at(x)).or_else(|| series.end()) else { continue };
            // In a square the names lie inside, under the curve.
            let x = if self.cursor.is_some() || self.square { layout.right } else { layout.x(x) };
            let ending = self.ending(series);
            if !ending.is_empty() {
                labels.push((x, layout.y(y), ending, series));
            }
        }
        if self.square {
            for (index, (_, _, text, series)) in labels.iter().enumerate() {
                let y = layout.bottom - 12.0 - 15.0 * (labels.len() - 1 - index) as f64;
                let color = theme.readable(theme.ink(series.color), theme.card);
                pen.text(text, layout.right - 8.0, y, Lettering::new(color).right().bold())?;
            }
            return Ok(());
        }
        labels.sort_by(|one, other| one.1.total_cmp(&other.1));
        let sample = self.sample();
        let room = pen.width - layout.right - 6.0 - sample;
        let texts: Vec<Vec<String>> = labels.iter().map(|(_, _, text, _)| in_lines(text, room)).collect();
        let halves: Vec<f64> = texts.iter().map(|lines| (lines.len() as f64 * LINE + 1.0) / 2.0).collect();
        let mut places: Vec<f64> = labels.iter().map(|label| label.1).collect();
        spread(&mut places, &halves, -1.0, layout.bottom + 9.0);
        for (((x, _, _, series), lines), y) in labels.into_iter().zip(texts).zip(places) {
            if sample > 0.0 {
                self.line(pen, series, &[(x + 8.0, y), (x + 8.0 + SAMPLE, y)])?;
            }
            let color = theme.readable(theme.ink(series.color), theme.card);
            let top = y - (lines.len() as f64 - 1.0) * LINE / 2.0;
            for (line, text) in lines.iter().enumerate() {
                let y = top + line as f64 * LINE;
                pen.text(text, x + 8.0 + sample, y, Lettering::new(color).bold())?;
            }
        }
        Ok(())
    }
}

/// A name in one line, or in two where it is too long for the room.
fn in_lines(text: &str, room: f64) -> Vec<String> {
    let widest = |place: usize| {
        let width = |part: &str| text_width(part, SIZE, true);
        width(&text[..place]).max(width(&text[place + 1..]))
    };
    let places = text.match_indices(' ').map(|(place, _)| place);
    let split = places.min_by(|one, other| widest(*one).total_cmp(&widest(*other)));
    match split.filter(|_| text_width(text, SIZE, false) > room) {
        Some(place) => [&text[..place], &text[place + 1..]].map(|part| fitted(part, SIZE, room)).to_vec(),
        None => vec![fitted(text, SIZE, room)],
    }
}

/// Moves sorted places apart, each of which needs its half on both sides, inside `low..high` where they fit.
fn spread(places: &mut [f64], halves: &[f64], low: f64, high: f64) {
    let mut least = low;
    for (place, half) in places.iter_mut().zip(halves) {
        *place = place.max(least + half);
        least = *place + half;
    }
    let mut most = high;
    for (place, half) in places.iter_mut().zip(halves).rev() {
        *place = place.min(most - half);
        most = *place - half;
    }
}

/// Keeps what can be seen: for each pixel column the first, lowest, highest and last point. Lines that turn back are kept
/// whole.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let forward =
        points.windows(2).all(|pair| !pair[0].0.is_finite() || !pair[1].0.is_finite() || pair[0].0 <= pair[1].0);
    if !forward || points.len() < 500 {
        return points.to_vec();
    }
    let mut out: Vec<(f64, f64)> = Vec::new();
    let mut start = 0;
    while start < points.len() {
        let column = (points[start].0 * 2.0).floor();
        let finite = |point: &(f64, f64)| point.0.is_finite() && point.1.is_finite();
        let mut end = start + 1;
        if finite(&points[start]) {
            while end < points.len() && finite(&points[end]) && (points[end].0 * 2.0).floor() == column {
                end += 1;
            }
        }
        let group = &points[start..end];
        if group.len() <= 4 {
            out.extend_from_slice(group);
        } else {
            let extreme = |better: fn(f64, f64) -> bool| {
                (1..group.len()).fold(0, |best, index| if better(group[index].1, group[best].1) { index } else { best })
            };
            let mut kept = [0, extreme(|a, b| a < b), extreme(|a, b| a > b), group.len() - 1];
            kept.sort_unstable();
            let mut last = None;
            for index in kept {
                if last != Some(index) {
                    out.push(group[index]);
                }
                last = Some(index);
            }
        }
        start = end;
    }
    out
}

impl Picture for Chart {
    fn height(&self, width: f64) -> f64 {
        if self.square { (width + 10.0).min(340.0) } else { self.height.max(70.0) }
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let layout = self.layout(pen.width, pen.height);
        self.axes(&mut pen, &layout)?;
        for marker in &self.markers {
            let share = layout.x.share(marker.x);
            if !(0.0..=1.0).contains(&share) {
                continue;
            }
            let (x, color) = (layout.x(marker.x), theme.ink(marker.color));
            pen.dashed(&[(x, layout.top - 4.0), (x, layout.bottom)], color, 1.2, (2.0, 3.0))?;
            // Above the lines, so that neither hides the other.
            let letters = Lettering::new(theme.readable(color, theme.card)).center();
            pen.text(&marker.label, x, layout.top - 11.0, letters)?;
        }
        let (dashed, solid): (Vec<_>, Vec<_>) = self.series.iter().rev().partition(|series| series.dashed);
        for series in solid.into_iter().chain(dashed) {
            let placed: Vec<(f64, f64)> = series.points.iter().map(|(x, y)| (layout.x(*x), layout.y(*y))).collect();
            let path = thinned(&placed);
            self.line(&mut pen, series, &path)?;
            if let [(x, y)] = path[..] {
                pen.disc(x, y, 2.5, theme.ink(series.color))?;
            }
        }
        if let Some(cursor) = self.cursor.filter(|x| x.is_finite()) {
            pen.down(layout.x(cursor), layout.top - 4.0, layout.bottom, theme.ink)?;
            for series in &self.series {
                if let Some((x, y)) = series.at(cursor) {
                    pen.disc(layout.x(x), layout.y(y), 4.5, theme.card)?;
                    pen.disc(layout.x(x), layout.y(y), 3.2, theme.ink(series.color))?;
                }
            }
        }
        self.names(&mut pen, &layout)?;
        let bounds = [layout.left, layout.right, layout.top, layout.bottom];
        self.rings.iter().try_for_each(|ring| ring.draw(&mut pen, (layout.x(ring.at.0), layout.y(ring.at.1)), bounds))
    }

    fn summary(&self) -> String {
        let mut parts = Vec::new();
        for series in &self.series {
            let mut finite = series.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
            let (Some(first), Some(last)) = (finite.clone().next(), finite.clone().next_back()) else { continue };
            let lowest = finite.clone().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(first);
            let highest = finite.by_ref().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(first);
            let (name, from, to) = (&series.name, number(first.1), number(last.1));
            parts.push(if first.0 == last.0 {
                format!("{name}: {to}")
            } else {
                format!("{name}: from {from} to {to}, between {} and {}", number(lowest.1), number(highest.1))
            });
            if series.diverged() {
                parts.push(format!("{name} is no longer a number"));
            }
        }
        if parts.is_empty() {
            return "No points yet.".to_owned();
        }
        parts.extend(
            self.rings.iter().map(|ring| format!("{} at {}, {}", ring.label, number(ring.at.0), number(ring.at.1))),
        );
        let span = self.layout(400.0, 200.0).x;
        let across = if self.x.label.is_empty() { "x" } else { &self.x.label };
        let up = if self.y.label.is_empty() { String::new() } else { format!(" Up, {}.", self.y.label) };
        format!("{}. Across, {across} from {} to {}.{up}", parts.join("; "), number(span.low), number(span.high))
    }

    fn table(&self) -> Table {
        let name = |label: &str, or: &str| if label.is_empty() { or.to_owned() } else { label.to_owned() };
        let first = name(&self.x.label, "x");
        let mut table =
            Table::new(std::iter::once(first).chain(self.series.iter().map(|series| name(&series.name, "y"))));
        let mut all: Vec<f64> =
            self.series.iter().flat_map(|series| series.points.iter().map(|point| point.0)).collect();
        let forward = self.series.iter().all(|series| series.points.windows(2).all(|pair| pair[0].0 < pair[1].0));
        if !forward {
            // Curves that go straight up (ROC) have several values at one place: one block for each line.
            let mut table = Table::new(["line".to_owned(), name(&self.x.label, "x"), name(&self.y.label, "y")]);
            for series in &self.series {
                for (x, y) in &series.points {
                    table.row([series.name.clone(), x.to_string(), y.to_string()]);
                }
            }
            return table;
        }
        all.sort_by(f64::total_cmp);
        all.dedup();
        let mut next = vec![0; self.series.len()];
        for x in all {
            let cells = self.series.iter().zip(&mut next).map(|(series, index)| match series.points.get(*index) {
                Some((place, y)) if *place == x => {
                    *index += 1;
                    y.to_string()
                }
                _ => String::new(),
            });
            table.row(std::iter::once(x.to_string()).chain(cells).collect::<Vec<_>>());
        }
        table
    }

    fn hint(&self, x: f64, _y: f64, width: f64) -> Option<String> {
        let value = self.x_at(x, width)?;
        let near = self
            .series
            .iter()
            .filter_map(|series| series.at(value))
            .min_by(|one, other| (one.0 - value).abs().total_cmp(&(other.0 - value).abs()))?;
        let percent = |value: f64, axis: &Axis| {
            if axis.percent { format!("{} %", number(value * 100.0)) } else { number(value) }
        };
        let values: Vec<String> = self
            .series
            .iter()
            .filter_map(|series| {
                let (_, y) = series.at(near.0)?;
                Some(format!("{} {}", series.name, percent(y, &self.y)).trim().to_owned())
            })
            .collect();
        let place = format!("{} {}", self.x.label, percent(near.0, &self.x));
        Some(format!("{}: {}", place.trim(), values.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_every_peak() {
        let points: Vec<(f64, f64)> =
            (0..20_000).map(|i| (f64::from(i) / 100.0, if i == 7777 { 99.0 } else { f64::from(i % 7) })).collect();
        let kept = thinned(&points);
        assert!(kept.len() <= 4 * 2 * 200 + 4, "{}", kept.len());
        assert!(kept.contains(&(77.77, 99.0)));
        assert_eq!(kept.last(), points.last());
        let back = vec![(1.0, 0.0), (0.0, 1.0)];
        assert_eq!(thinned(&back), back);
    }

    #[test]
    fn names_do_not_overlap() {
        let mut places = [10.0, 11.0, 12.0, 150.0, 151.0];
        spread(&mut places, &[7.0; 5], -1.0, 159.0);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 14.0));
        assert!(places[0] >= 6.0 && places[4] <= 152.0);
    }

    #[test]
    fn the_pointer_finds_its_step() {
        let points = (0..=100).map(|step| (f64::from(step), 1.0 / f64::from(step + 1))).collect();
        let chart = Chart { series: vec![Series::new("loss", points, Ink::Class(1))], ..Chart::default() };
        let layout = chart.layout(500.0, chart.height(500.0));
        let middle = chart.x_at((layout.left + layout.right) / 2.0, 500.0).expect("inside");
        assert!((middle - 50.0).abs() < 1e-9);
        assert_eq!(chart.x_at(499.0, 500.0), None);
    }
}
