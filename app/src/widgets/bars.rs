//! Horizontal bars: one number for each name.

use super::{
    format::number,
    palette::{Ink, Theme},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Drawn, Picture, Surface, Table},
};

const ROW: f64 = 21.0;

/// Bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// Names.
    pub labels: Vec<String>,
    /// Values, not below zero.
    pub values: Vec<f64>,
    /// The bar that matters most.
    pub highlight: Option<usize>,
    /// After each number.
    pub unit: String,
    /// The value of a full bar; the largest if there is none.
    pub max: Option<f64>,
}

impl Bars {
    /// A value as it is written beside its bar. What is next to nothing beside a full bar is not told to the last digit.
    fn told(&self, value: f64) -> String {
        match self.max {
            Some(max) if value > 0.0 && value < max / 1000.0 => format!("< {}{}", number(max / 1000.0), self.unit),
            _ => format!("{}{}", number(value), self.unit),
        }
    }

    /// The bar under a CSS pixel.
    pub fn bar_at(&self, _x: f64, y: f64, _width: f64) -> Option<usize> {
        let bar = (y / ROW).floor();
        (bar >= 0.0 && bar < self.values.len() as f64).then_some(bar as usize)
    }
}

impl Picture for Bars {
    fn height(&self, _width: f64) -> f64 {
        ROW * self.values.len().max(1) as f64
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let widest = self.labels.iter().map(|label| text_width(label, 11.5, false)).fold(0.0, f64::max);
        let left = widest.min(pen.width * 0.35) + 12.0;
        let words = |value: &f64| self.told(*value);
        let numbers = self.values.iter().map(|value| text_width(&words(value), 11.0, false)).fold(0.0, f64::max);
        let room = (pen.width - left - numbers.max(44.0) - 8.0).max(10.0);
        let finite = self.values.iter().copied().filter(|value| value.is_finite());
        let full = self.max.unwrap_or_else(|| finite.fold(0.0, f64::max)).max(1e-12);
        for (bar, value) in self.values.iter().enumerate() {
            let y = ROW * (bar as f64 + 0.5);
            let chosen = self.highlight == Some(bar);
            let ink = if chosen { theme.ink } else { theme.soft };
            let label = self.labels.get(bar).map(String::as_str).unwrap_or_default();
            let how = Lettering::new(ink).right().size(11.5);
            pen.text(&fitted(label, 11.5, left - 10.0), left - 8.0, y, if chosen { how.bold() } else { how })?;
            pen.rect(left, y - 6.0, room, 12.0, theme.line.mix(theme.card, 0.5))?;
            let share = if value.is_finite() { (value / full).clamp(0.0, 1.0) } else { 0.0 };
            let color = theme.ink(if chosen { Ink::Class(1) } else { Ink::Class(0) });
            // The smallest value is still seen; none is not.
            let length = if share > 0.0 { (room * share).max(1.0) } else { 0.0 };
            pen.rect(left, y - 6.0, length, 12.0, color)?;
            pen.text(&words(value), left + room + 6.0, y, Lettering::new(ink))?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let named = |bar: usize| {
            let label = self.labels.get(bar).map(String::as_str).unwrap_or_default();
            format!("{label}: {}", self.told(self.values[bar]))
        };
        let mut order: Vec<usize> = (0..self.values.len()).filter(|bar| self.values[*bar].is_finite()).collect();
        order.sort_by(|a, b| self.values[*b].total_cmp(&self.values[*a]));
        let largest: Vec<String> = order.into_iter().take(3).map(named).collect();
        if largest.is_empty() { "No bars.".into() } else { format!("The largest: {}.", largest.join(", ")) }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["name", "value"]);
        for (label, value) in self.labels.iter().zip(&self.values) {
            table.row([label.clone(), value.to_string()]);
        }
        table
    }
}
