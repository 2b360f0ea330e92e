//! A line of the reader's own on the plane, for as long as the unit has none: dragged by hand, turned with keys, and counted
//! on the page.

use crate::{
    lessons::linear::{Plane, figures::seen},
    widgets::Scatter,
};

/// A pointer this near to an end, or to the line between the ends, takes hold of it, in CSS pixels.
const END_REACH: f64 = 18.0;
const LINE_REACH: f64 = 10.0;
/// Ends nearer to each other than this would give no direction.
const SHORTEST: f64 = 0.05;
/// From the middle to each end, where there is room.
const HALF: f64 = 0.3;
/// How far a key turns and shifts the line.
const TURN: f64 = std::f64::consts::PI / 36.0;
const SHIFT: f64 = 0.02;

/// Shares of the window: from the left, from the bottom.
type Share = (f64, f64);

/// The line, by its two ends. What lies to the left of the way from the first to the second is called class 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnLine {
    /// The ends that can be dragged.
    pub ends: [Share; 2],
}

impl Default for OwnLine {
    /// Nearly right for two clouds, and not quite.
    fn default() -> Self {
        Self { ends: [(0.2, 0.36), (0.8, 0.64)] }
    }
}

/// What a pointer holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hold {
    /// One end.
    End(usize),
    /// The whole line; where the pointer was last.
    Line(Share),
}

impl OwnLine {
    /// The two ends as places of the plane.
    pub fn places(&self, [left, right, bottom, top]: [f32; 4]) -> [(f64, f64); 2] {
        let place = |low: f32, high: f32, share: f64| f64::from(low) + share * f64::from(high - low);
        self.ends.map(|(across, up)| (place(left, right, across), place(bottom, top, up)))
    }

    /// a, b, c of the line a·x + b·y + c = 0, above zero on the side that is called class 1.
    pub fn line(&self, window: [f32; 4]) -> [f32; 3] {
        let [(x, y), (to_x, to_y)] = self.places(window);
        let (a, b) = (y - to_y, to_x - x);
        [a as f32, b as f32, -(a * x + b * y) as f32]
    }

    /// How many points of the plane lie on the wrong side.
    pub fn wrong(&self, plane: &Plane) -> usize {
        let [a, b, c] = self.line(seen(plane));
        plane.points.iter().filter(|(x, y, class, _)| (a * x + b * y + c > 0.0) != (*class == 1)).count()
    }

    /// What a pointer at this CSS pixel takes hold of; only the ends where everything else means something else.
    pub fn grab(&self, drawn: &Scatter, (x, y): (f64, f64), width: f64, ends_only: bool) -> Option<Hold> {
        let (left, right, bottom, top) = drawn.domain;
        let pixel =
            |(across, up): Share| drawn.to_pixel(left + across * (right - left), bottom + up * (top - bottom), width);
        let [from, to] = self.ends.map(pixel);
        let away = |(px, py): (f64, f64)| (px - x).hypot(py - y);
        if let Some(end) = [from, to].iter().position(|place| away(*place) <= END_REACH) {
            return Some(Hold::End(end));
        }
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let distance = (dx * (y - from.1) - dy * (x - from.0)).abs() / dx.hypot(dy).max(1.0);
        (!ends_only && distance <= LINE_REACH).then(|| Hold::Line(share(drawn, (x, y), width)))
    }

    /// Follows the pointer to a CSS pixel; the line, and the hold on it from here.
    pub fn drag(self, hold: Hold, drawn: &Scatter, at: (f64, f64), width: f64) -> (Self, Hold) {
        let to = share(drawn, at, width);
        let mut next = self;
        match hold {
            Hold::End(end) => {
                next.ends[end] = (to.0.clamp(0.0, 1.0), to.1.clamp(0.0, 1.0));
                let [(x, y), (other_x, other_y)] = next.ends;
                (if (x - other_x).hypot(y - other_y) < SHORTEST { self } else { next }, hold)
            }
            Hold::Line(from) => {
                let within = |by: f64, one: f64, other: f64| by.clamp(-one.min(other), 1.0 - one.max(other));
                let [(x, y), (other_x, other_y)] = self.ends;
                let (across, up) = (within(to.0 - from.0, x, other_x), within(to.1 - from.1, y, other_y));
                next.ends = self.ends.map(|(x, y)| (x + across, y + up));
                (next, Hold::Line(to))
            }
        }
    }

    /// Left and right turn it, up and down shift it along its arrow and back.
    pub fn key(self, key: &str) -> Option<Self> {
        let [(x, y), (to_x, to_y)] = self.ends;
        let (middle, angle) = (((x + to_x) / 2.0, (y + to_y) / 2.0), (to_y - y).atan2(to_x - x));
        let shifted = |by: f64| (middle.0 - by * angle.sin(), middle.1 + by * angle.cos());
        match key {
            "ArrowLeft" => Some(Self::through(middle, angle + TURN)),
            "ArrowRight" => Some(Self::through(middle, angle - TURN)),
            "ArrowUp" => Some(Self::through(shifted(SHIFT), angle)),
            "ArrowDown" => Some(Self::through(shifted(-SHIFT), angle)),
            _ => None,
        }
    }

    /// The line through a middle, with both ends inside the window.
    fn through((x, y): Share, angle: f64) -> Self {
        let (x, y) = (x.clamp(SHORTEST, 1.0 - SHORTEST), y.clamp(SHORTEST, 1.0 - SHORTEST));
        let (across, up) = (angle.cos(), angle.sin());
        let room = |place: f64, way: f64| place.min(1.0 - place) / way.abs().max(1e-9);
        let half = HALF.min(room(x, across)).min(room(y, up));
        Self { ends: [(x - half * across, y - half * up), (x + half * across, y + half * up)] }
    }
}

/// The share of the window under a CSS pixel.
fn share(drawn: &Scatter, (x, y): (f64, f64), width: f64) -> Share {
    let (left, right, bottom, top) = drawn.domain;
    let (x, y) = drawn.to_data(x, y, width);
    ((x - left) / (right - left), (y - bottom) / (top - bottom))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: [f32; 4] = [-1.0, 1.0, -2.0, 2.0];

    fn plane() -> Plane {
        Plane {
            points: vec![(0.0, 1.5, 1, false), (0.0, -1.5, 0, false), (0.9, -1.9, 1, true)],
            line: [0.0; 3],
            before: None,
            corrected: None,
            window: WINDOW,
            labels: ["across", "up"].map(String::from),
        }
    }

    #[test]
    fn what_lies_on_the_wrong_side_is_counted() {
        let own = OwnLine::default();
        assert_eq!(own.wrong(&plane()), 1);
        assert_eq!(OwnLine { ends: [own.ends[1], own.ends[0]] }.wrong(&plane()), 2);
    }

    #[test]
    fn ends_and_line_follow_the_pointer() {
        let drawn = Scatter { domain: (-1.0, 1.0, -2.0, 2.0), ..Scatter::default() };
        let own = OwnLine { ends: [(0.25, 0.5), (0.75, 0.5)] };
        let end = drawn.to_pixel(0.5, 0.0, 400.0);
        assert_eq!(own.grab(&drawn, end, 400.0, true), Some(Hold::End(1)));
        let middle = drawn.to_pixel(0.0, 0.0, 400.0);
        assert_eq!(own.grab(&drawn, middle, 400.0, true), None);
        let hold = own.grab(&drawn, middle, 400.0, false).unwrap();
        let (moved, _) = own.drag(hold, &drawn, drawn.to_pixel(0.0, 1.0, 400.0), 400.0);
        assert!(moved.ends.iter().all(|(_, up)| (up - 0.75).abs() < 1e-9), "{moved:?}");
        let (moved, _) = own.drag(hold, &drawn, drawn.to_pixel(9.0, 0.0, 400.0), 400.0);
        assert!((moved.ends[1].0 - 1.0).abs() < 1e-9 && (moved.ends[0].0 - 0.5).abs() < 1e-9, "{moved:?}");
        let (kept, _) = own.drag(Hold::End(1), &drawn, drawn.to_pixel(-0.5, 0.0, 400.0), 400.0);
        assert_eq!(kept, own, "ends do not meet");
    }

    #[test]
    fn keys_turn_and_shift_it_and_it_stays_inside() {
        let mut own = OwnLine::default();
        for key in ["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"] {
            for _ in 0..200 {
                own = own.key(key).unwrap();
                let inside =
                    own.ends.iter().all(|(x, y)| (-1e-9..=1.0 + 1e-9).contains(x) && (-1e-9..=1.0 + 1e-9).contains(y));
                assert!(inside, "{own:?} after {key}");
                let [(x, y), (to_x, to_y)] = own.ends;
                assert!((x - to_x).hypot(y - to_y) > SHORTEST, "{own:?} after {key}");
            }
        }
        assert_eq!(own.key("Enter"), None);
    }
}
