//! Points of two classes in the plane, drawn from a seed: the smallest data on which networks differ.
//!
//! Plain Rust without any tensor, so that the page draws the very points that the worker learns from.

use std::f32::consts::{PI, TAU};

use rand::{Rng, RngExt, SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

/// How the points lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PointKind {
    /// Two clouds, one in each of two opposite corners: a line can part them.
    Clouds,
    /// Opposite quadrants share a class: no line parts them.
    Xor,
    /// A disc within a ring.
    Circles,
    /// Two half moons that reach into each other.
    Moons,
    /// Two spiral arms.
    Spirals,
}

impl PointKind {
    /// All kinds, from easy to hard.
    pub const ALL: [PointKind; 5] =
        [PointKind::Clouds, PointKind::Xor, PointKind::Circles, PointKind::Moons, PointKind::Spirals];

    /// Its name on the page.
    pub fn name(self) -> &'static str {
        match self {
            PointKind::Clouds => "Two clouds",
            PointKind::Xor => "XOR",
            PointKind::Circles => "Circles",
            PointKind::Moons => "Moons",
            PointKind::Spirals => "Spirals",
        }
    }

    /// Its name in an address.
    pub fn id(self) -> &'static str {
        match self {
            PointKind::Clouds => "clouds",
            PointKind::Xor => "xor",
            PointKind::Circles => "circles",
            PointKind::Moons => "moons",
            PointKind::Spirals => "spirals",
        }
    }

    /// The kind of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

/// A point and its class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// From left (about -1) to right (about 1).
    pub x: f32,
    /// From bottom (about -1) to top (about 1).
    pub y: f32,
    /// 0 or 1.
    pub class: u8,
}

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointOptions {
    /// How the points lie.
    pub kind: PointKind,
    /// How many there are.
    pub count: usize,
    /// Standard deviation of the noise added to both coordinates.
    pub noise: f32,
    /// Clouds and XOR: the least distance of a point from the border between the classes; 0 lets clouds overlap.
    pub margin: f32,
    /// Share of class 1.
    pub imbalance: f32,
    /// Decides every coordinate.
    pub seed: u64,
}

/// Draws the points. Both classes occur as soon as there are two points.
pub fn generate(options: &PointOptions) -> Vec<Point> {
    let mut rng = Pcg32::seed_from_u64(options.seed);
    let count = options.count;
    let share = if options.imbalance.is_finite() { options.imbalance.clamp(0.0, 1.0) } else { 0.5 };
    let ones = ((count as f32 * share).round() as usize).clamp(usize::from(count >= 2), count.max(2) - 1).min(count);
    let mut points: Vec<Point> = (0..count)
        .map(|index| {
            let class = u8::from(index < ones);
            // How far along its class this point is, 0 to 1: moons and spirals are filled evenly.
            let (place, of) = if class == 1 { (index, ones) } else { (index - ones, count - ones) };
            draw(options, class, (place as f32 + 0.5) / of as f32, &mut rng)
        })
        .collect();
    points.shuffle(&mut rng);
    points
}

/// One point, redrawn until it keeps its distance from the border (a bounded number of times).
fn draw(options: &PointOptions, class: u8, along: f32, rng: &mut Pcg32) -> Point {
    let margin = if options.margin.is_finite() { options.margin.clamp(0.0, 0.6) } else { 0.0 };
    for _ in 0..200 {
        let (x, y) = place(options.kind, class, along, rng);
        let point = Point { x: x + options.noise * normal(rng), y: y + options.noise * normal(rng), class };
        if distance(options.kind, &point).is_none_or(|distance| margin == 0.0 || distance >= margin) {
            return point;
        }
    }
    // Much noise and a wide margin: the middle of the class keeps any margin that is allowed.
    let sign = if class == 1 { 1.0 } else { -1.0 };
    let (x, y) = if options.kind == PointKind::Xor { (0.6, 0.6 * sign) } else { (0.5 * sign, 0.5 * sign) };
    Point { x, y, class }
}

/// A place of that class without noise.
fn place(kind: PointKind, class: u8, along: f32, rng: &mut Pcg32) -> (f32, f32) {
    let sign = if class == 1 { 1.0 } else { -1.0 };
    match kind {
        PointKind::Clouds => (0.5 * sign + 0.15 * normal(rng), 0.5 * sign + 0.15 * normal(rng)),
        PointKind::Xor => {
            // Class 1 where x and y have the same sign.
            let (x, y): (f32, f32) = (rng.random::<f32>() * 2.0 - 1.0, rng.random());
            (x, y * sign * x.signum())
        }
        PointKind::Circles => {
            let (from, to) = if class == 1 { (0.0_f32, 0.5_f32) } else { (0.7, 1.0) };
            // Even over the area, not over the radius.
            let radius = (from * from + rng.random::<f32>() * (to * to - from * from)).sqrt();
            let angle = rng.random::<f32>() * TAU;
            (radius * angle.cos(), radius * angle.sin())
        }
        PointKind::Moons => {
            let angle = along * PI;
            match class {
                1 => (0.33 - 0.66 * angle.cos(), 0.17 - 0.66 * angle.sin()),
                _ => (-0.33 + 0.66 * angle.cos(), -0.17 + 0.66 * angle.sin()),
            }
        }
        PointKind::Spirals => {
            let (radius, angle) = (along, along * 1.75 * TAU + f32::from(class) * PI);
            (radius * angle.sin(), radius * angle.cos())
        }
    }
}

/// How far a point lies on the right side of the border of its kind, where the border is made of straight lines.
fn distance(kind: PointKind, point: &Point) -> Option<f32> {
    let sign = if point.class == 1 { 1.0 } else { -1.0 };
    match kind {
        PointKind::Clouds => Some(sign * (point.x + point.y) / 2.0_f32.sqrt()),
        PointKind::Xor => Some(sign * (point.x * point.y).signum() * point.x.abs().min(point.y.abs())),
        _ => None,
    }
}

/// A draw from the normal distribution (Box, Muller 1958).
pub fn normal<R: Rng>(rng: &mut R) -> f32 {
    let (first, second): (f32, f32) = (rng.random(), rng.random());
    (-2.0 * (1.0 - first).ln()).sqrt() * (TAU * second).cos()
}

/// Holds out a share of each class: (training, held out). A class with a single point stays in training.
pub fn split(points: Vec<Point>, held_out: f32, seed: u64) -> (Vec<Point>, Vec<Point>) {
    let mut rng = Pcg32::seed_from_u64(seed ^ 0x5917);
    let (mut training, mut held) = (Vec::new(), Vec::new());
    for class in [0, 1] {
        let mut members: Vec<Point> =
            points.iter().copied().filter(|point| u8::from(point.class != 0) == class).collect();
        members.shuffle(&mut rng);
        let share = if held_out.is_finite() { held_out.clamp(0.0, 1.0) } else { 0.0 };
        let count = ((members.len() as f32 * share).round() as usize).min(members.len().saturating_sub(1));
        held.extend(members.drain(..count));
        training.extend(members);
    }
    training.shuffle(&mut rng);
    held.shuffle(&mut rng);
    (training, held)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(kind: PointKind) -> PointOptions {
        PointOptions { kind, count: 200, noise: 0.05, margin: 0.0, imbalance: 0.5, seed: 3 }
    }

    #[test]
    fn every_kind_fills_the_square_with_both_classes() {
        for kind in PointKind::ALL {
            let points = generate(&options(kind));
            assert_eq!(points.len(), 200);
            assert_eq!(points.iter().filter(|point| point.class == 1).count(), 100, "{kind:?}");
            assert!(points.iter().all(|point| point.x.abs() < 1.3 && point.y.abs() < 1.3), "{kind:?}");
            assert_eq!(points, generate(&options(kind)), "the seed decides");
            assert_eq!(PointKind::from_id(kind.id()), Some(kind));
        }
    }

    #[test]
    fn a_margin_is_kept() {
        for kind in [PointKind::Clouds, PointKind::Xor] {
            for noise in [0.0, 0.1, 0.6] {
                let points = generate(&PointOptions { noise, margin: 0.3, ..options(kind) });
                assert!(points.iter().all(|point| distance(kind, point).unwrap() >= 0.3));
            }
        }
    }

    #[test]
    fn the_share_of_a_class_is_kept() {
        let points = generate(&PointOptions { imbalance: 0.1, ..options(PointKind::Moons) });
        assert_eq!(points.iter().filter(|point| point.class == 1).count(), 20);
        for count in 0..4 {
            for imbalance in [0.0, 0.5, 1.0, f32::NAN] {
                let points = generate(&PointOptions { count, imbalance, ..options(PointKind::Xor) });
                assert_eq!(points.len(), count);
                assert!(count < 2 || (0..2).all(|class| points.iter().any(|point| point.class == class)));
            }
        }
    }

    #[test]
    fn a_split_loses_nothing_and_keeps_the_classes() {
        let points = generate(&options(PointKind::Circles));
        let (training, held) = split(points.clone(), 0.3, 3);
        assert_eq!((training.len(), held.len()), (140, 60));
        assert_eq!(held.iter().filter(|point| point.class == 1).count(), 30);
        let (training, held) = split(points[..1].to_vec(), 0.5, 3);
        assert_eq!((training.len(), held.len()), (1, 0));
    }
}
