//! Positional encodings: a matrix of position × dimension, the wavelength of each pair of dimensions, and how alike every
//! position is to the one that is pointed at.

use super::{
    format::number,
    palette::{Ink, Theme, signed},
    pen::{Lettering, Pen, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Left of the matrix: the positions.
const LEFT: f64 = 26.0;
/// Above the matrix.
const ABOVE: f64 = 20.0;
/// Below the matrix: wavelengths and their name.
const BELOW: f64 = 36.0;
/// Share of the width that the likeness takes.
const ASIDE: f64 = 0.24;
/// Between matrix and likeness.
const GAP: f64 = 16.0;

/// Encodings of positions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Positions {
    /// Numbers in an encoding.
    pub dimensions: usize,
    /// Encodings, one position after the other.
    pub values: Vec<f32>,
    /// The wavelength of each dimension, in positions; empty for encodings that were learned.
    pub wavelengths: Vec<f64>,
    /// So many positions, the first ones, are trained, where not all of them are: a line parts them from the rest.
    pub trained: Option<usize>,
    /// The position that is pointed at.
    pub focus: Option<usize>,
}

impl Positions {
    /// Sine and cosine of one angle side by side, at wavelengths from 2π to 10,000 · 2π (Vaswani and others, 2017, section
    /// 3.5).
    pub fn sinusoidal(positions: usize, dimensions: usize) -> Self {
        let wavelength = |dimension: usize| {
            let pair = (dimension / 2 * 2) as f64 / dimensions.max(1) as f64;
            std::f64::consts::TAU * 10_000_f64.powf(pair)
        };
        let value = |cell: usize| {
            let (position, dimension) = (cell / dimensions, cell % dimensions);
            let angle = position as f64 * std::f64::consts::TAU / wavelength(dimension);
            (if dimension.is_multiple_of(2) { angle.sin() } else { angle.cos() }) as f32
        };
        Self {
            dimensions,
            values: (0..positions * dimensions).map(value).collect(),
            wavelengths: (0..dimensions).map(wavelength).collect(),
            trained: None,
            focus: None,
        }
    }

    fn count(&self) -> usize {
        self.values.len() / self.dimensions.max(1)
    }

    fn row(&self, position: usize) -> &[f32] {
        self.values.get(position * self.dimensions..(position + 1) * self.dimensions).unwrap_or_default()
    }

    /// Cosine of the angle between two encodings.
    fn alike(&self, one: usize, other: usize) -> f64 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let (a, b) = (self.row(one), self.row(other));
        let alike = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
        if alike.is_finite() { alike } else { 0.0 }
    }

    /// Width of the matrix and height of a row.
    fn cells(&self, width: f64) -> (f64, f64) {
        let matrix = (width * (1.0 - ASIDE) - LEFT - GAP).max(20.0);
        (matrix, (240.0 / self.count().max(1) as f64).clamp(3.0, 14.0))
    }

    /// The position under a CSS pixel.
    pub fn position_at(&self, y: f64, width: f64) -> Option<usize> {
        let row = (y - ABOVE) / self.cells(width).1;
        (row >= 0.0 && row < self.count() as f64).then_some(row as usize)
    }

    /// The wavelengths that are written below, and where.
    fn ticks(&self, matrix: f64) -> Vec<(f64, String)> {
        let mut ticks: Vec<(f64, String)> = Vec::new();
        let mut end = f64::NEG_INFINITY;
        for (dimension, wavelength) in self.wavelengths.iter().enumerate().step_by(2) {
            let x = LEFT + (dimension as f64 + 1.0) / self.dimensions as f64 * matrix;
            let text = number((wavelength * 10.0).round() / 10.0);
            let half = text_width(&text, 10.0, false) / 2.0;
            if x - half > end + 8.0 && x + half < LEFT + matrix {
                end = x + half;
                ticks.push((x, text));
            }
        }
        ticks
    }
}

impl Picture for Positions {
    fn height(&self, width: f64) -> f64 {
        ABOVE + self.cells(width).1 * self.count().max(1) as f64 + BELOW
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let (count, soft) = (self.count(), Lettering::new(theme.soft).size(10.0));
        if count == 0 {
            return Ok(());
        }
        let (matrix, high) = self.cells(pen.width);
        let down = high * count as f64;
        let largest = self.values.iter().filter(|value| value.is_finite()).fold(1e-9_f32, |most, v| most.max(v.abs()));
        let colors: Vec<_> = self.values.iter().map(|value| signed(theme, value / largest)).collect();
        let bitmap = Bitmap { columns: self.dimensions, rows: count, colors: &colors, smooth: false };
        pen.bitmap(LEFT, ABOVE, matrix, down, bitmap)?;
        pen.text("position ↓   dimension →", LEFT, 7.0, soft)?;
        let every = (14.0 / high).ceil().max(1.0) as usize;
        for position in (0..count).filter(|position| position % every == 0 && Some(*position) != self.focus) {
            pen.text(&position.to_string(), LEFT - 6.0, ABOVE + (position as f64 + 0.5) * high, soft.right())?;
        }
        for (x, text) in self.ticks(matrix) {
            pen.down(x, ABOVE + down, ABOVE + down + 4.0, theme.soft)?;
            pen.text(&text, x, ABOVE + down + 12.0, soft.center())?;
        }
        let under = match (self.wavelengths.is_empty(), self.trained) {
            (true, Some(trained)) => format!("above the line: the {trained} that are trained"),
            (true, None) => "learned".to_owned(),
            (false, _) => "wavelength, in positions".to_owned(),
        };
        pen.text(&under, LEFT, ABOVE + down + 27.0, soft)?;
        if let Some(trained) = self.trained.filter(|trained| *trained < count) {
            let y = ABOVE + trained as f64 * high;
            pen.line(&[(0.0, y), (LEFT + matrix, y)], theme.ink, 2.0)?;
        }
        let Some(focus) = self.focus.filter(|focus| *focus < count) else { return Ok(()) };
        let y = ABOVE + focus as f64 * high;
        pen.outline(LEFT - 1.0, y - 1.0, matrix + 2.0, high + 2.0, theme.accent, 2.0)?;
        let how = Lettering::new(theme.accent).size(10.5).bold();
        pen.text(&focus.to_string(), LEFT - 6.0, y + high / 2.0, how.right())?;
        // How alike every position is to this one: from -1 on the left to 1 on the right.
        let (left, right) = (LEFT + matrix + GAP, pen.width - 6.0);
        let middle = (left + right) / 2.0;
        let place = |alike: f64| middle + alike * (right - left) / 2.0;
        pen.down(middle, ABOVE, ABOVE + down, theme.line)?;
        let line: Vec<(f64, f64)> =
            (0..count).map(|other| (place(self.alike(focus, other)), ABOVE + (other as f64 + 0.5) * high)).collect();
        pen.line(&line, theme.ink(Ink::Class(0)), 2.0)?;
        pen.disc(place(1.0), y + high / 2.0, 3.5, theme.accent)?;
        pen.text("alike", middle, 7.0, soft.center())?;
        for (value, text) in [(-1.0, "−1"), (0.0, "0"), (1.0, "1")] {
            pen.text(text, place(value), ABOVE + down + 12.0, soft.center())?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let count = self.count();
        let trained = self.trained.map_or(String::new(), |trained| format!(" The first {trained} are trained."));
        let waves = match (self.wavelengths.first(), self.wavelengths.last()) {
            (Some(first), Some(last)) => format!(", waves from {} to {} positions long", number(*first), number(*last)),
            _ => ", learned".to_owned(),
        };
        let focus = self.focus.filter(|focus| *focus + 1 < count).map_or(String::new(), |focus| {
            format!(
                " Position {focus} is {} alike to the next one and {} to the last.",
                number(self.alike(focus, focus + 1)),
                number(self.alike(focus, count - 1)),
            )
        });
        format!("{count} positions of {} numbers{waves}.{trained}{focus}", self.dimensions)
    }

    fn table(&self) -> Table {
        let heads = (0..self.dimensions).map(|dimension| format!("dimension {dimension}"));
        let mut table = Table::new(std::iter::once("position".to_owned()).chain(heads));
        for position in 0..self.count() {
            let cells = self.row(position).iter().map(ToString::to_string);
            table.row(std::iter::once(position.to_string()).chain(cells));
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let position = self.position_at(y, width)?;
        let (matrix, _) = self.cells(width);
        let dimension = ((x - LEFT) / matrix * self.dimensions as f64).floor();
        if dimension < 0.0 || dimension >= self.dimensions as f64 {
            let focus = self.focus.filter(|_| x > LEFT + matrix)?;
            return Some(format!("{focus} and {position}: {}", number(self.alike(focus, position))));
        }
        let dimension = dimension as usize;
        let value = number(self.row(position).get(dimension).copied()?.into());
        let wave = self.wavelengths.get(dimension);
        let wave = wave.map_or(String::new(), |wave| format!(", one wave in {} positions", number(*wave)));
        Some(format!("position {position}, dimension {dimension}: {value}{wave}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    #[test]
    fn the_papers_formula() {
        let it = Positions::sinusoidal(20, 64);
        assert_eq!(&it.values[..4], &[0.0, 1.0, 0.0, 1.0]);
        let wanted = |position: f64, pair: f64| (position / 10_000_f64.powf(2.0 * pair / 64.0)).sin() as f32;
        assert!((it.row(7)[6] - wanted(7.0, 3.0)).abs() < 1e-6);
        assert!((it.wavelengths[0] - std::f64::consts::TAU).abs() < 1e-9);
        // A shift is a rotation, so likeness depends on the distance alone.
        assert!((it.alike(2, 5) - it.alike(11, 14)).abs() < 1e-5);
    }

    #[test]
    fn it_draws_and_tells() {
        let mut it = Positions::sinusoidal(40, 32);
        (it.focus, it.trained) = (Some(9), Some(8));
        assert!(it.summary().contains("The first 8 are trained."), "{}", it.summary());
        assert!(it.summary().contains("Position 9 is"), "{}", it.summary());
        assert_eq!(it.position_at(ABOVE + 9.5 * it.cells(354.0).1, 354.0), Some(9));
        assert!(
            it.hint(LEFT + 3.0, ABOVE + 1.0, 354.0).is_some_and(|hint| hint.starts_with("position 0, dimension 0"))
        );
        it.values[3] = f32::NAN;
        for width in [160.0, 354.0, 900.0] {
            assert!(!to_svg(&it, width, &Theme::light()).contains("NaN"));
        }
        to_svg(&Positions::default(), 300.0, &Theme::dark());
        assert_eq!(it.table().rows.len(), 40);
    }
}
