//! Where many numbers lie: one ridge for each row, all over one axis.

use super::{
    axis::Axis,
    palette::{Ink, Theme},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Drawn, Picture, Surface, Table},
};

/// Left of the ridges, for their names: at least, at most.
const LEFT: (f64, f64) = (58.0, 96.0);
const BELOW: f64 = 32.0;
const RIGHT: f64 = 10.0;

/// One ridge.
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramRow {
    /// Its name.
    pub name: String,
    /// Counts in bins of equal width.
    pub counts: Vec<u32>,
    /// Its colour.
    pub color: Ink,
}

/// Ridges over one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// The rows, first on top.
    pub rows: Vec<HistogramRow>,
    /// Where the first bin begins.
    pub low: f64,
    /// Where the last bin ends.
    pub high: f64,
    /// What is counted.
    pub x_label: String,
}

impl Histogram {
    /// Counts values; those outside fall into the outermost bins, those not finite are left out.
    pub fn row_of(
        name: impl Into<String>,
        values: &[f32],
        low: f64,
        high: f64,
        bins: usize,
        color: Ink,
    ) -> HistogramRow {
        let mut counts = vec![0; bins.max(1)];
        for value in values.iter().filter(|value| value.is_finite()) {
            let place = (f64::from(*value) - low) / (high - low) * bins as f64;
            let last = counts.len() - 1;
            counts[(place.max(0.0) as usize).min(last)] += 1;
        }
        HistogramRow { name: name.into(), counts, color }
    }

    fn left(&self) -> f64 {
        let names = self.rows.iter().map(|row| text_width(&row.name, 11.0, false));
        (names.fold(0.0, f64::max) + 8.0).clamp(LEFT.0, LEFT.1)
    }

    fn ridge(&self) -> f64 {
        if self.rows.len() > 8 { 22.0 } else { 46.0 }
    }
}

impl Picture for Histogram {
    fn height(&self, _width: f64) -> f64 {
        (self.ridge() * self.rows.len().max(1) as f64 + BELOW).max(110.0)
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let left = self.left();
        let across = (pen.width - left - RIGHT).max(10.0);
        let bottom = pen.height - BELOW;
        let step = bottom / self.rows.len().max(1) as f64;
        let soft = Lettering::new(theme.soft);
        if self.low < self.high && (self.high - self.low).is_finite() {
            let span = Axis::new("").from(self.low).to(self.high).fit([self.low, self.high].into_iter(), false);
            // Three at least: one number alone gives no scale.
            let ticks = (4..9).map(|most| span.ticks(most)).find(|ticks| ticks.len() > 2).unwrap_or_default();
            for (value, text) in ticks {
                let x = left + (value - self.low) / (self.high - self.low) * across;
                if x >= left - 1.0 && x <= left + across + 1.0 {
                    pen.down(x, 4.0, bottom, theme.line)?;
                    pen.text(&text, x, bottom + 10.0, soft.center())?;
                }
            }
        }
        for (index, row) in self.rows.iter().enumerate() {
            let base = step * (index as f64 + 1.0);
            let most = f64::from(row.counts.iter().copied().max().unwrap_or(0).max(1));
            let width = across / row.counts.len().max(1) as f64;
            for (bin, count) in row.counts.iter().enumerate() {
                let height = f64::from(*count) / most * (step - 6.0);
                pen.rect(left + bin as f64 * width, base - height, width - 0.6, height, theme.ink(row.color))?;
            }
            pen.across(left, left + across, base, theme.soft)?;
            pen.text(&fitted(&row.name, 11.0, left - 8.0), left - 7.0, base - 7.0, soft.right())?;
        }
        pen.text(&self.x_label, left + across / 2.0, pen.height - 7.0, soft.center())
    }

    fn summary(&self) -> String {
        if self.rows.is_empty() || !(self.high - self.low).is_finite() {
            return "Nothing is counted yet.".to_owned();
        }
        let rows: Vec<String> = self
            .rows
            .iter()
            .take(6)
            .map(|row| {
                let most = row.counts.iter().enumerate().max_by_key(|(_, count)| **count).map_or(0, |(bin, _)| bin);
                let width = (self.high - self.low) / row.counts.len().max(1) as f64;
                format!("{}: most lie near {:.2}", row.name, self.low + (most as f64 + 0.5) * width)
            })
            .collect();
        format!("{} from {:.2} to {:.2}. {}.", self.x_label, self.low, self.high, rows.join("; "))
    }

    fn table(&self) -> Table {
        let bins = self.rows.iter().map(|row| row.counts.len()).max().unwrap_or(0);
        let names = self.rows.iter().map(|row| row.name.clone());
        let mut table = Table::new(std::iter::once("from".to_owned()).chain(names));
        for bin in 0..bins {
            let from = self.low + (self.high - self.low) * bin as f64 / bins as f64;
            let counts = self.rows.iter().map(|row| row.counts.get(bin).copied().unwrap_or(0).to_string());
            table.row(std::iter::once(format!("{from:.4}")).chain(counts));
        }
        table
    }
}
