//! A plane on which every place is a picture, with points on it: what a network would draw there, and where it puts what
//! it has seen.

use std::sync::Arc;

use super::{
    format::number,
    palette::{Ink, Rgb, Theme, grey},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Space for the numbers to the left and below.
const LEFT: f64 = 30.0;
const BELOW: f64 = 36.0;
/// Widest plane.
const MOST: f64 = 640.0;

/// A point with a class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapDot {
    /// Across.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// Its class: colour, shape and name.
    pub class: u8,
}

/// Pictures in a square grid over a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentMap {
    /// Pictures along one side.
    pub count: usize,
    /// Pixels along one side of a picture.
    pub side: usize,
    /// Ink of all pictures, 0 to 255, picture after picture from the top left; empty where there are none.
    pub tiles: Arc<Vec<u8>>,
    /// The plane runs from minus this to this in both directions.
    pub reach: f64,
    /// Points on it.
    pub dots: Arc<Vec<MapDot>>,
    /// Names of the classes; each stands in the middle of its points.
    pub labels: Vec<String>,
    /// The reader's point.
    pub point: Option<(f64, f64)>,
    /// The reader's path.
    pub path: Vec<(f64, f64)>,
    /// What lies across and up.
    pub axes: [String; 2],
}

impl LatentMap {
    fn size(width: f64) -> f64 {
        (width - LEFT).clamp(40.0, MOST)
    }

    /// The place under a CSS pixel, moved to the edge if it lies outside.
    pub fn place_at(&self, x: f64, y: f64, width: f64) -> (f64, f64) {
        let size = Self::size(width);
        let along = |share: f64| (2.0 * share.clamp(0.0, 1.0) - 1.0) * self.reach;
        (along((x - LEFT) / size), -along(y / size))
    }

    fn pixel(&self, (x, y): (f64, f64), width: f64) -> (f64, f64) {
        let size = Self::size(width);
        let share = |value: f64| (value / self.reach + 1.0) / 2.0;
        (LEFT + share(x) * size, share(-y) * size)
    }

    fn is_inside(&self, (x, y): (f64, f64)) -> bool {
        x.abs() <= self.reach && y.abs() <= self.reach
    }

    fn colors(&self, theme: &Theme) -> Vec<Rgb> {
        let shades: Vec<Rgb> = (0..=255).map(|ink| grey(theme, ink as f32 / 255.0)).collect();
        let (side, across) = (self.side, self.count * self.side);
        (0..across * across)
            .map(|at| {
                let (row, column) = (at / across, at % across);
                let tile = row / side * self.count + column / side;
                shades[usize::from(self.tiles[tile * side * side + row % side * side + column % side])]
            })
            .collect()
    }

    /// The middle point of each class that has any: robust against the few that lie elsewhere.
    fn middles(&self) -> Vec<(usize, (f64, f64))> {
        let middle = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let of = |class: usize| self.dots.iter().filter(move |dot| usize::from(dot.class) == class);
        (0..self.labels.len())
            .filter(|class| of(*class).next().is_some())
            .map(|class| {
                (class, (middle(of(class).map(|dot| dot.x).collect()), middle(of(class).map(|dot| dot.y).collect())))
            })
            .collect()
    }

    fn dot<S: Surface>(pen: &mut Pen<S>, (x, y): (f64, f64), class: usize) -> Drawn<S> {
        let (color, ground) = (pen.theme.ink(Ink::Class(class)), pen.theme.card);
        // The shape is the second cue, the name in the middle the third.
        match class % 3 {
            0 => {
                pen.disc(x, y, 3.6, ground)?;
                pen.disc(x, y, 2.7, color)
            }
            1 => {
                pen.rect(x - 3.3, y - 3.3, 6.6, 6.6, ground)?;
                pen.rect(x - 2.4, y - 2.4, 4.8, 4.8, color)
            }
            _ => {
                let triangle = |r: f64| [(x, y - r), (x + 0.87 * r, y + 0.5 * r), (x - 0.87 * r, y + 0.5 * r)];
                pen.polygon(&triangle(5.0), ground)?;
                pen.polygon(&triangle(3.6), color)
            }
        }
    }

    fn dots<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        for dot in self.dots.iter().filter(|dot| self.is_inside((dot.x, dot.y))) {
            Self::dot(pen, self.pixel((dot.x, dot.y), pen.width), dot.class.into())?;
        }
        for (class, middle) in self.middles().into_iter().filter(|(_, middle)| self.is_inside(*middle)) {
            let (x, y) = self.pixel(middle, pen.width);
            let half = text_width(&self.labels[class], 11.0, true) / 2.0 + 4.0;
            let x = x.clamp(LEFT + half, (LEFT + Self::size(pen.width) - half).max(LEFT + half));
            pen.rect(x - half, y - 8.0, 2.0 * half, 16.0, pen.theme.card)?;
            let color = pen.theme.readable(pen.theme.ink(Ink::Class(class)), pen.theme.card);
            pen.text(&self.labels[class], x, y, Lettering::new(color).bold().center())?;
        }
        Ok(())
    }
}

impl Picture for LatentMap {
    fn height(&self, width: f64) -> f64 {
        Self::size(width) + BELOW
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let size = Self::size(pen.width);
        let across = self.count * self.side;
        if across > 0 && self.tiles.len() == across * across {
            let colors = self.colors(theme);
            pen.bitmap(LEFT, 0.0, size, size, Bitmap { columns: across, rows: across, colors: &colors, smooth: true })?;
        } else {
            pen.rect(LEFT, 0.0, size, size, theme.paper)?;
        }
        pen.outline(LEFT, 0.0, size, size, theme.line, 1.0)?;
        self.dots(&mut pen)?;
        let path: Vec<(f64, f64)> = self.path.iter().map(|place| self.pixel(*place, pen.width)).collect();
        pen.line(&path, theme.card, 5.0)?;
        pen.line(&path, theme.accent, 2.5)?;
        if let Some(point) = self.point {
            let held = (point.0.clamp(-self.reach, self.reach), point.1.clamp(-self.reach, self.reach));
            let (x, y) = self.pixel(held, pen.width);
            pen.circle(x, y, 10.0, theme.card, 5.0)?;
            pen.circle(x, y, 10.0, theme.bad, 2.5)?;
            pen.disc(x, y, 2.5, theme.bad)?;
        }
        let soft = Lettering::new(theme.soft);
        for share in [-1.0, 0.0, 1.0] {
            let words = number(share * self.reach);
            let (x, y) = self.pixel((share * self.reach, share * self.reach), pen.width);
            let edge = size - 6.0;
            pen.text(&words, x.clamp(LEFT + 10.0, LEFT + size - 10.0), size + 11.0, soft.center())?;
            pen.text(&words, LEFT - 5.0, y.clamp(6.0, edge), soft.right())?;
        }
        let axes = format!("across: {}, up: {}", self.axes[0], self.axes[1]);
        pen.text(
            &fitted(&axes, 10.5, pen.width),
            pen.width.min(LEFT + size) / 2.0,
            size + 27.0,
            soft.center().size(10.5),
        )
    }

    fn summary(&self) -> String {
        let outside = self.dots.iter().filter(|dot| !self.is_inside((dot.x, dot.y))).count();
        let point =
            self.point.map_or_else(String::new, |(x, y)| format!(" Your point is at {}, {}.", number(x), number(y)));
        let middles: Vec<String> = self
            .middles()
            .into_iter()
            .map(|(class, (x, y))| format!("{} about {}, {}", self.labels[class], number(x), number(y)))
            .collect();
        let lie = if middles.is_empty() { String::new() } else { format!(" {}.", middles.join("; ")) };
        format!(
            "{0} × {0} pictures from {1} to {2}, with {3} encoded pictures, {outside} of them outside.{lie}{point}",
            self.count,
            number(-self.reach),
            number(self.reach),
            self.dots.len(),
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["across", "up", "class"]);
        for dot in self.dots.iter() {
            let name = self.labels.get(usize::from(dot.class)).cloned().unwrap_or_else(|| dot.class.to_string());
            table.row([dot.x.to_string(), dot.y.to_string(), name]);
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let size = Self::size(width);
        if !(LEFT..=LEFT + size).contains(&x) || !(0.0..=size).contains(&y) {
            return None;
        }
        let (across, up) = self.place_at(x, y, width);
        let far = |dot: &MapDot| {
            let (px, py) = self.pixel((dot.x, dot.y), width);
            (px - x).hypot(py - y)
        };
        let near = self.dots.iter().filter(|dot| far(dot) < 6.0).min_by(|a, b| far(a).total_cmp(&far(b)));
        let name = near.and_then(|dot| self.labels.get(usize::from(dot.class)));
        let place = format!("{}, {}", number(across), number(up));
        Some(name.map_or(place.clone(), |name| format!("{name}: {place}")))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn map() -> LatentMap {
        let dot = |x, y, class| MapDot { x, y, class };
        LatentMap {
            count: 2,
            side: 2,
            tiles: Arc::new(vec![0, 0, 0, 0, 255, 255, 255, 255, 10, 20, 30, 40, 255, 0, 255, 0]),
            reach: 3.0,
            dots: Arc::new(vec![
                dot(1.0, 1.0, 0),
                dot(1.2, 1.4, 0),
                dot(-2.0, 0.0, 1),
                dot(9.0, 0.0, 2),
                dot(f64::NAN, 0.0, 2),
            ]),
            labels: ["Shirt", "Dress", "Bag"].map(String::from).to_vec(),
            point: Some((0.5, -0.5)),
            path: vec![(0.0, 0.0), (1.0, 1.0)],
            axes: ["z₁".into(), "z₂".into()],
        }
    }

    #[test]
    fn a_place_is_found_where_it_is_drawn() {
        for width in [200.0, 700.0, 1200.0] {
            for place in [(-3.0, 3.0), (0.0, 0.0), (1.5, -2.0)] {
                let (x, y) = map().pixel(place, width);
                let (across, up) = map().place_at(x, y, width);
                assert!((across - place.0).abs() < 1e-9 && (up - place.1).abs() < 1e-9, "{width}");
            }
        }
        assert_eq!(map().place_at(-100.0, 5000.0, 500.0), (-3.0, -3.0));
    }

    #[test]
    fn tiles_lie_as_the_plane_does() {
        let theme = Theme::light();
        let colors = map().colors(&theme);
        // Top right is the second picture, all ink; the third lies below the first.
        assert_eq!((colors[0], colors[2], colors[7]), (grey(&theme, 0.0), grey(&theme, 1.0), grey(&theme, 1.0)));
        assert_eq!((colors[8], colors[13]), (grey(&theme, 10.0 / 255.0), grey(&theme, 40.0 / 255.0)));
    }

    #[test]
    fn it_says_where_what_lies() {
        let summary = map().summary();
        assert!(summary.contains("Dress about −2, 0") || summary.contains("Dress about -2, 0"), "{summary}");
        assert!(summary.contains("2 of them outside"), "{summary}");
        let (x, y) = map().pixel((-2.0, 0.0), 500.0);
        assert!(map().hint(x, y, 500.0).unwrap().starts_with("Dress"));
        assert_eq!(map().hint(2.0, 2.0, 500.0), None);
        let svg = to_svg(&map(), 500.0, &Theme::dark());
        assert!(svg.contains("Shirt") && !svg.contains("NaN"));
        assert_eq!(map().table().rows.len(), 5);
        assert!(
            to_svg(&LatentMap { tiles: Arc::default(), dots: Arc::default(), ..map() }, 300.0, &Theme::light())
                .contains("z₁")
        );
    }
}
