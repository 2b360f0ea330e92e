//! A field of arrows over a plane of points, and points that drift along it.

use std::sync::Arc;

use super::{
    palette::{Ink, Rgb, Theme},
    pen::{Lettering, Pen},
    picture::{Drawn, Picture, Surface, Table},
};

/// Space below and to the left, for the numbers; and on the other sides.
const LEFT: f64 = 26.0;
const BELOW: f64 = 24.0;
const EDGE: f64 = 6.0;
/// The largest side of the plane.
const MOST: f64 = 560.0;
/// An arrow of this size is as long as the way to the next one; none is longer.
const FULL: f64 = 2.5;
/// Shorter than this, in CSS pixels, an arrow has no head.
const HEAD: f64 = 5.0;
/// The plane goes on beyond its reach by this share of its side, so that an arrow at its edge ends inside.
const MARGIN: f64 = 0.025;

/// Arrows at the places of a square grid, row by row from the top left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrows {
    /// Where each points: across and up.
    pub ways: Vec<[f32; 2]>,
    /// Places along a side.
    pub side: usize,
}

impl Arrows {
    /// Each arrow with its place, on a plane that runs from minus `reach` to `reach`.
    fn placed(&self, reach: f32) -> impl Iterator<Item = ([f32; 2], [f32; 2])> {
        let along = move |at: usize| (2.0 * at as f32 / (self.side.max(2) - 1) as f32 - 1.0) * reach;
        let ways = self.ways.iter().take(self.side * self.side).enumerate();
        ways.map(move |(at, way)| ([along(at % self.side), -along(at / self.side)], *way))
    }
}

/// Points, arrows, and what drifts.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorField {
    /// Points that stay: data.
    pub points: Arc<Vec<[f32; 2]>>,
    /// Arrows, drawn on top.
    pub arrows: Arrows,
    /// Other arrows to compare with, drawn below.
    pub others: Arrows,
    /// What drifts: where each is, and where it was shortly before.
    pub drifting: Vec<([f32; 2], Vec<[f32; 2]>)>,
    /// The plane runs from minus this to this.
    pub reach: f32,
    /// What it is, for those who cannot see it.
    pub told: String,
}

impl VectorField {
    /// Side of the plane, and its left edge.
    fn layout(width: f64) -> (f64, f64) {
        let side = (width - LEFT - EDGE).clamp(40.0, MOST);
        (side, LEFT + (width - LEFT - EDGE - side).max(0.0) / 2.0)
    }

    fn pixel(&self, [x, y]: [f32; 2], width: f64) -> (f64, f64) {
        let ((side, left), reach) = (Self::layout(width), f64::from(self.reach));
        let inward = |value: f32| 0.5 + f64::from(value) / reach * (0.5 - MARGIN);
        (left + inward(x) * side, EDGE + (1.0 - inward(y)) * side)
    }

    /// The place under a CSS pixel, if it lies on the plane.
    pub fn place_at(&self, x: f64, y: f64, width: f64) -> Option<[f32; 2]> {
        let (side, left) = Self::layout(width);
        let (across, down) = ((x - left) / side, (y - EDGE) / side);
        let inside = (0.0..=1.0).contains(&across) && (0.0..=1.0).contains(&down);
        let outward = |share: f64| ((share - 0.5) / (0.5 - MARGIN)) as f32 * self.reach;
        inside.then(|| [outward(across), -outward(down)].map(|it| it.clamp(-self.reach, self.reach)))
    }

    fn is_inside(&self, [x, y]: [f32; 2]) -> bool {
        x.abs() <= self.reach && y.abs() <= self.reach
    }

    fn draw_arrows<S: Surface>(&self, pen: &mut Pen<S>, arrows: &Arrows, color: Rgb, stroke: f64) -> Drawn<S> {
        let (side, _) = Self::layout(pen.width);
        let cell = (1.0 - 2.0 * MARGIN) * side / arrows.side.saturating_sub(1).max(1) as f64;
        let longest = (0.92 * cell).min(2.0 * MARGIN * side);
        for (place, way) in arrows.placed(self.reach) {
            let from = self.pixel(place, pen.width);
            let (dx, dy) = (f64::from(way[0]), -f64::from(way[1]));
            let size = dx.hypot(dy);
            if !size.is_finite() || size < 1e-6 {
                continue;
            }
            let length = (size / FULL).min(1.0) * longest;
            // The middle of an arrow stands at its place.
            let half = (dx / size * length / 2.0, dy / size * length / 2.0);
            let (tail, tip) = ((from.0 - half.0, from.1 - half.1), (from.0 + half.0, from.1 + half.1));
            pen.line(&[tail, tip], color, stroke)?;
            if length >= HEAD {
                pen.arrow_head(tail, tip, (length * 0.42).min(6.0), color)?;
            }
        }
        Ok(())
    }

    fn draw_axes<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        let (side, left) = Self::layout(pen.width);
        let soft = Lettering::new(pen.theme.soft);
        let whole = self.reach.floor() as i32;
        for value in (-whole..=whole).filter(|value| (whole - value) % 2 == 0 || whole < 3) {
            let (x, y) = self.pixel([value as f32; 2], pen.width);
            let text = value.to_string().replace('-', "−");
            pen.text(&text, x, EDGE + side + 11.0, soft.center())?;
            pen.text(&text, left - 5.0, y.clamp(EDGE + 5.0, EDGE + side - 4.0), soft.right())?;
        }
        pen.outline(left, EDGE, side, side, pen.theme.line, 1.0)
    }
}

impl Picture for VectorField {
    fn height(&self, width: f64) -> f64 {
        Self::layout(width).0 + EDGE + BELOW
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let (side, left) = Self::layout(pen.width);
        pen.rect(left, EDGE, side, side, theme.paper)?;
        let data = theme.paper.mix(theme.ink(Ink::Class(0)), 0.55);
        for point in self.points.iter().filter(|point| self.is_inside(**point)) {
            let (x, y) = self.pixel(*point, pen.width);
            pen.disc(x, y, 2.6, data)?;
        }
        self.draw_arrows(&mut pen, &self.others, theme.ink(Ink::Class(2)), 2.2)?;
        self.draw_arrows(&mut pen, &self.arrows, theme.soft, 1.3)?;
        let (ink, trail) = (theme.ink(Ink::Class(1)), theme.paper.mix(theme.ink(Ink::Class(1)), 0.45));
        for (place, before) in self.drifting.iter().filter(|(place, _)| self.is_inside(*place)) {
            let way: Vec<(f64, f64)> = before
                .iter()
                .chain([place])
                .filter(|at| self.is_inside(**at))
                .map(|at| self.pixel(*at, pen.width))
                .collect();
            pen.line(&way, trail, 1.2)?;
            let (x, y) = self.pixel(*place, pen.width);
            pen.rect(x - 2.2, y - 2.2, 4.4, 4.4, ink)?;
        }
        self.draw_axes(&mut pen)
    }

    fn summary(&self) -> String {
        let inside = self.drifting.iter().filter(|(place, _)| self.is_inside(*place)).count();
        format!(
            "{} {} points of data, {} arrows, {inside} drifting points on the plane.",
            self.told,
            self.points.len(),
            self.arrows.ways.len(),
        )
        .trim_start()
        .to_owned()
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["what", "across", "up", "points across", "points up"]);
        let mut row = |what: &str, at: [f32; 2], way: Option<[f32; 2]>| {
            let way = way.map_or([String::new(), String::new()], |way| way.map(|it| it.to_string()));
            let [x, y] = at.map(|it| it.to_string());
            let [a, b] = way;
            table.row([what.to_owned(), x, y, a, b]);
        };
        for (what, arrows) in [("arrow", &self.arrows), ("other arrow", &self.others)] {
            arrows.placed(self.reach).for_each(|(place, way)| row(what, place, Some(way)));
        }
        self.drifting.iter().for_each(|(place, _)| row("drifting", *place, None));
        self.points.iter().for_each(|point| row("data", *point, None));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn field() -> VectorField {
        VectorField {
            points: Arc::new(vec![[0.0, 0.0], [1.0, -1.0], [9.0, 0.0]]),
            arrows: Arrows { ways: vec![[0.5, 0.5]; 9], side: 3 },
            others: Arrows { ways: vec![[f32::NAN, 0.0], [99.0, 0.0], [0.0, 0.0]], side: 2 },
            drifting: vec![([0.5, 0.5], vec![[0.4, 0.4]]), ([f32::NAN, 0.0], Vec::new())],
            reach: 3.0,
            told: "At time 0.5.".into(),
        }
    }

    #[test]
    fn a_place_is_found_where_it_is_drawn() {
        for width in [320.0, 900.0] {
            for place in [[0.0, 0.0], [-2.9, 1.5], [2.9, -2.9]] {
                let (x, y) = field().pixel(place, width);
                let found = field().place_at(x, y, width).unwrap();
                assert!((found[0] - place[0]).abs() < 1e-4 && (found[1] - place[1]).abs() < 1e-4);
                assert!(y < field().height(width) && x < width);
            }
            assert_eq!(field().place_at(1.0, 1.0, width), None);
            assert!(!to_svg(&field(), width, &Theme::dark()).contains("NaN"));
        }
    }

    #[test]
    fn no_arrow_leaves_the_plane() {
        let field = VectorField {
            arrows: Arrows { ways: vec![[-7.0, 7.0]; 441], side: 21 },
            others: Arrows::default(),
            ..field()
        };
        for width in [320.0, 900.0] {
            let (side, left) = VectorField::layout(width);
            let cell = side * (1.0 - 2.0 * MARGIN) / 20.0;
            for corner in [[-3.0, 3.0], [3.0, -3.0]] {
                let (x, y) = field.pixel(corner, width);
                let half = 0.92 * cell / 2.0;
                assert!(x - half >= left && x + half <= left + side, "{width}");
                assert!(y - half >= EDGE && y + half <= EDGE + side, "{width}");
            }
            let svg = to_svg(&field, width, &Theme::light());
            assert!(
                ["−3", "−1", "1", "3"].iter().all(|tick| svg.matches(&format!(">\n{tick}\n<")).count() == 2),
                "{svg}"
            );
        }
    }

    #[test]
    fn it_is_told_and_counted() {
        assert!(field().summary().starts_with("At time 0.5. 3 points of data, 9 arrows, 1 drifting"));
        assert_eq!(field().table().rows.len(), 9 + 3 + 2 + 3);
        let empty = VectorField { arrows: Arrows::default(), others: Arrows::default(), ..field() };
        assert!(to_svg(&empty, 320.0, &Theme::light()).len() > 100 && empty.table().rows.len() == 5);
    }
}
