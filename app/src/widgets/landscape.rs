//! A surface in space, seen from a side that can be turned: an energy or a loss over a plane, with a way across it.

use super::{
    format::number,
    palette::{Ink, Theme, cividis},
    pen::{Lettering, Pen, text_width},
    picture::{Drawn, Picture, Surface, Table},
};

/// How far the eye looks down, in radians.
const TILT: f64 = 0.6;

/// A place with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Peak {
    /// Across, up and height.
    pub place: (f64, f64, f64),
    /// Its name.
    pub name: String,
}

/// The surface. Both axes of the plane run from -1 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Landscape {
    /// Values along a row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// Heights, row by row, the row at -1 first.
    pub values: Vec<f32>,
    /// Places with names.
    pub peaks: Vec<Peak>,
    /// A way: across, up and height. It is drawn over the surface, so that no hill hides it.
    pub path: Vec<(f64, f64, f64)>,
    /// What runs across, what runs up, what the height is.
    pub labels: [String; 3],
    /// How far it is turned, in radians.
    pub turn: f64,
}

/// From places to pixels.
struct View {
    middle: (f64, f64),
    size: f64,
    rise: f64,
    low: f64,
    span: f64,
    sin: f64,
    cos: f64,
}

impl View {
    fn depth(&self, x: f64, y: f64) -> f64 {
        x * self.sin + y * self.cos
    }

    fn share(&self, z: f64) -> f64 {
        (z - self.low) / self.span
    }

    fn pixel(&self, (x, y, z): (f64, f64, f64)) -> (f64, f64) {
        let across = x * self.cos - y * self.sin;
        let up = self.depth(x, y) * TILT.sin() * self.size + (self.share(z) - 0.5) * self.rise;
        (self.middle.0 + across * self.size, self.middle.1 - up)
    }
}

impl Landscape {
    fn is_empty(&self) -> bool {
        self.columns < 2 || self.rows < 2 || self.values.len() < self.columns * self.rows
    }

    fn heights(&self) -> impl Iterator<Item = f64> {
        let others = self.peaks.iter().map(|peak| peak.place.2).chain(self.path.iter().map(|place| place.2));
        self.values.iter().map(|value| f64::from(*value)).chain(others).filter(|height| height.is_finite())
    }

    fn view(&self, width: f64, height: f64) -> View {
        let (low, high) =
            (self.heights().fold(f64::INFINITY, f64::min), self.heights().fold(f64::NEG_INFINITY, f64::max));
        let (sin, cos) = self.turn.sin_cos();
        // The square's diagonal must fit however it is turned.
        let size = ((width - 60.0) / 2.0 / 2_f64.sqrt()).max(10.0);
        let rise = (height - 2.0 * 2_f64.sqrt() * TILT.sin() * size - 60.0).max(30.0);
        View { middle: (width / 2.0, height / 2.0), size, rise, low, span: (high - low).max(1e-9), sin, cos }
    }

    fn corner(&self, column: usize, row: usize) -> (f64, f64, f64) {
        let place = |index: usize, count: usize| index as f64 / (count - 1) as f64 * 2.0 - 1.0;
        let height = f64::from(self.values[row * self.columns + column]);
        (place(column, self.columns), place(row, self.rows), height)
    }
}

impl Picture for Landscape {
    fn height(&self, width: f64) -> f64 {
        (width * 0.8).clamp(240.0, 460.0)
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        if self.is_empty() {
            return Ok(());
        }
        let view = self.view(pen.width, pen.height);
        let mut patches = Vec::new();
        for row in 0..self.rows - 1 {
            for column in 0..self.columns - 1 {
                let corners = [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(dx, dy)| self.corner(column + dx, row + dy));
                let depth = corners.iter().map(|corner| view.depth(corner.0, corner.1)).sum::<f64>() / 4.0;
                let height = corners.iter().map(|corner| view.share(corner.2)).sum::<f64>() / 4.0;
                patches.push((depth, corners.map(|corner| view.pixel(corner)), cividis(height as f32)));
            }
        }
        // The far ones first.
        patches.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (_, [a, b, c, d], color) in patches {
            pen.polygon(&[a, b, c, d], color)?;
            pen.line(&[a, b, c, d, a], color.mix(theme.card, 0.35), 0.6)?;
        }
        let path: Vec<(f64, f64)> = self.path.iter().map(|place| view.pixel(*place)).collect();
        pen.line(&path, theme.card, 4.0)?;
        pen.line(&path, theme.ink(Ink::Class(1)), 2.2)?;
        if let Some((x, y)) = path.last() {
            pen.disc(*x, *y, 6.0, theme.card)?;
            pen.disc(*x, *y, 4.6, theme.ink(Ink::Class(1)))?;
        }
        for peak in &self.peaks {
            let (x, y) = view.pixel(peak.place);
            pen.disc(x, y, 4.0, theme.card)?;
            pen.disc(x, y, 2.8, theme.ink)?;
            let half = text_width(&peak.name, 11.0, true) / 2.0 + 4.0;
            let (x, y) = (x.clamp(half, (pen.width - half).max(half)), (y + 14.0).min(pen.height - 9.0));
            pen.rect(x - half, y - 8.0, 2.0 * half, 16.0, theme.card)?;
            pen.text(&peak.name, x, y, Lettering::new(theme.ink).bold().center())?;
        }
        let soft = Lettering::new(theme.soft);
        pen.text(&self.labels[2], 0.0, 8.0, soft)?;
        // Each axis is named at the middle of its nearer edge.
        let near = |a: (f64, f64), b: (f64, f64)| if view.depth(a.0, a.1) < view.depth(b.0, b.1) { a } else { b };
        for (label, (x, y)) in self.labels.iter().zip([near((0.0, -1.0), (0.0, 1.0)), near((-1.0, 0.0), (1.0, 0.0))]) {
            let (x, y) = view.pixel((x * 1.1, y * 1.1, view.low));
            let half = text_width(label, 11.0, false) / 2.0;
            let x = x.clamp(half, (pen.width - half).max(half));
            pen.text(label, x, (y + 12.0).min(pen.height - 8.0), soft.center())?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        if self.is_empty() {
            return "No surface.".into();
        }
        let [across, up, height] = &self.labels;
        let (low, high) =
            (self.heights().fold(f64::INFINITY, f64::min), self.heights().fold(f64::NEG_INFINITY, f64::max));
        let mut words = format!("{height} from {} to {}, over {across} and {up}.", number(low), number(high));
        for Peak { place, name } in &self.peaks {
            words.push_str(&format!(" {name}: {}.", number(place.2)));
        }
        if let (Some(first), Some(last)) = (self.path.first(), self.path.last()) {
            words.push_str(&format!(" The way leads from {} to {}.", number(first.2), number(last.2)));
        }
        words
    }

    fn table(&self) -> Table {
        let mut table = Table::new(std::iter::once("what").chain(self.labels.iter().map(String::as_str)));
        let mut row = |what: &str, (x, y, z): (f64, f64, f64)| {
            table.row([what.to_owned(), x.to_string(), y.to_string(), z.to_string()]);
        };
        self.peaks.iter().for_each(|peak| row(&peak.name, peak.place));
        self.path.iter().for_each(|place| row("way", *place));
        if !self.is_empty() {
            (0..self.rows * self.columns)
                .for_each(|cell| row("surface", self.corner(cell % self.columns, cell / self.columns)));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widgets::to_svg;

    fn saddle(turn: f64) -> Landscape {
        let values = (0..25).map(|cell| ((cell % 5) as f32 - 2.0) * ((cell / 5) as f32 - 2.0)).collect();
        Landscape {
            columns: 5,
            rows: 5,
            values,
            peaks: vec![Peak { place: (1.0, 1.0, 4.0), name: "corner".into() }],
            path: vec![(0.0, 0.0, 0.0), (0.5, 0.5, 1.0), (f64::NAN, 0.0, 0.0)],
            labels: ["across", "up", "energy"].map(String::from),
            turn,
        }
    }

    #[test]
    fn it_stays_inside_however_it_is_turned() {
        for step in 0..24 {
            let surface = saddle(f64::from(step) * 0.27);
            let view = surface.view(400.0, surface.height(400.0));
            for cell in 0..25 {
                let (x, y) = view.pixel(surface.corner(cell % 5, cell / 5));
                assert!((0.0..=400.0).contains(&x) && (0.0..=surface.height(400.0)).contains(&y), "{x} {y}");
            }
        }
    }

    #[test]
    fn it_draws_names_and_survives_what_is_no_number() {
        let svg = to_svg(&saddle(0.5), 400.0, &Theme::light());
        assert!(svg.contains("corner") && svg.contains("energy") && !svg.contains("NaN"));
        let empty = Landscape { values: Vec::new(), ..saddle(0.5) };
        assert_eq!(empty.summary(), "No surface.");
        to_svg(&empty, 400.0, &Theme::dark());
    }
}
