//! Two units fold the plane of XOR, drawn from their two lines alone: it needs no network, and the lines are the reader's.

use leptos::prelude::*;
use models::data::points::{PointKind, PointOptions, generate};

use crate::widgets::{
    Clock, ClockBar, Drawn, Figure, Ink, Lettering, Pen, Picture, PointEvent, Stroke, Surface, Table, Theme,
};

/// How steep a unit's report is: at a distance of 0.5 it is three quarters sure.
const STEEP: f64 = 2.2;
/// Half a side of either plane.
const EXTENT: f64 = 1.15;
/// Between the planes.
const GAP: f64 = 18.0;
/// Below the planes, for their names.
const LABEL: f64 = 22.0;
/// The largest side of a plane.
const MOST: f64 = 300.0;
/// Lines of the grid across and up, and pieces of each.
const GRID: (i32, i32) = (8, 24);
/// Seconds of one folding.
const SECONDS: f64 = 7.0;

/// One unit's line: what lies where `x · (cos, sin) > offset` is on its side.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cut {
    /// Where its side is, in radians.
    angle: f64,
    offset: f64,
}

impl Cut {
    /// The line `bias + across · x + up · y = 0`, if it has a direction.
    fn of([bias, across, up]: [f64; 3]) -> Option<Self> {
        let length = across.hypot(up);
        (length > 1e-6).then(|| Self { angle: up.atan2(across), offset: -bias / length })
    }

    /// How far a place lies on its side; below zero on the other one.
    fn distance(self, (x, y): (f64, f64)) -> f64 {
        x * self.angle.cos() + y * self.angle.sin() - self.offset
    }

    /// What the unit reports of a place, −1 to 1.
    fn report(self, place: (f64, f64)) -> f64 {
        (STEEP * self.distance(place)).tanh()
    }

    /// The place of the line that lies so far along it from its middle.
    fn along(self, far: f64) -> (f64, f64) {
        let (sin, cos) = self.angle.sin_cos();
        (self.offset * cos - far * sin, self.offset * sin + far * cos)
    }

    /// Where it enters and leaves the plane.
    fn ends(self) -> Option<[(f64, f64); 2]> {
        let inside = |far: &f64| {
            let (x, y) = self.along(*far);
            x.abs() <= EXTENT && y.abs() <= EXTENT
        };
        let mut reach = (-60..=60).map(|far| f64::from(far) / 20.0).filter(inside);
        let first = reach.next()?;
        Some([first, reach.next_back()?].map(|far| self.along(far)))
    }

    /// The same line through this place: moved where its middle is held, turned about its middle where an end is.
    fn through(self, place: (f64, f64), turns: bool) -> Self {
        if !turns {
            return Self { offset: (self.offset + self.distance(place)).clamp(-1.0, 1.0), ..self };
        }
        let (x, y) = self.along(0.0);
        let towards = (place.1 - y).atan2(place.0 - x);
        // Of the two ways along the line the nearer one, so that its side does not jump.
        let angle = towards - std::f64::consts::FRAC_PI_2;
        let angle = if (angle - self.angle).cos() < 0.0 { angle + std::f64::consts::PI } else { angle };
        Self { angle, offset: x * angle.cos() + y * angle.sin() }
    }
}

/// Points whose first number is the class, 0 or 1, and the straight line that fits them best by least squares.
fn fit(points: impl Iterator<Item = (u8, (f64, f64))> + Clone) -> [f64; 3] {
    let (mut a, mut b) = ([[0.0; 3]; 3], [0.0; 3]);
    for (class, (x, y)) in points {
        let (row, target) = ([1.0, x, y], f64::from(class) * 2.0 - 1.0);
        for i in 0..3 {
            b[i] += row[i] * target;
            (0..3).for_each(|j| a[i][j] += row[i] * row[j]);
        }
    }
    // Never quite singular: the lines may lie on each other.
    (0..3).for_each(|i| a[i][i] += 1e-6);
    for i in 0..3 {
        let (pivot, rest) = (a[i], b[i]);
        for k in (0..3).filter(|k| *k != i) {
            let share = a[k][i] / pivot[i];
            (0..3).for_each(|j| a[k][j] -= share * pivot[j]);
            b[k] -= share * rest;
        }
    }
    [0, 1, 2].map(|i| b[i] / a[i][i])
}

/// How many of the points lie on the right side of a line.
fn right([bias, across, up]: [f64; 3], points: impl Iterator<Item = (u8, (f64, f64))>) -> usize {
    points.filter(|(class, (x, y))| (bias + across * x + up * y > 0.0) == (*class == 1)).count()
}

/// Both planes.
#[derive(Clone, Debug, PartialEq)]
struct Folding {
    points: Vec<(u8, (f64, f64))>,
    cuts: [Cut; 2],
    /// 0: the plane of the inputs; 1: the plane of the reports.
    time: f64,
}

impl Folding {
    fn side(width: f64) -> f64 {
        ((width - GAP) / 2.0).clamp(40.0, MOST)
    }

    fn reports(&self, place: (f64, f64)) -> (f64, f64) {
        (self.cuts[0].report(place), self.cuts[1].report(place))
    }

    /// Where a place has come at this time.
    fn folded(&self, place: (f64, f64)) -> (f64, f64) {
        let share = self.time * self.time * (3.0 - 2.0 * self.time);
        let (h, g) = self.reports(place);
        (place.0 + share * (h - place.0), place.1 + share * (g - place.1))
    }

    /// Points in the plane of the reports.
    fn there(&self) -> impl Iterator<Item = (u8, (f64, f64))> + Clone + '_ {
        self.points.iter().map(|(class, place)| (*class, self.reports(*place)))
    }

    /// Points that the best straight line has right: of the inputs, of the reports.
    fn right(&self) -> [usize; 2] {
        let here = || self.points.iter().copied();
        [right(fit(here()), here()), right(fit(self.there()), self.there())]
    }

    /// The left plane's place under a CSS pixel.
    fn place_at(x: f64, y: f64, width: f64) -> (f64, f64) {
        let side = Self::side(width);
        (EXTENT * (2.0 * x / side - 1.0), EXTENT * (1.0 - 2.0 * y / side))
    }
}

impl Picture for Folding {
    fn height(&self, width: f64) -> f64 {
        Self::side(width) + LABEL
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let side = Self::side(pen.width);
        let at =
            |left: f64, (x, y): (f64, f64)| (left + side / 2.0 * (1.0 + x / EXTENT), side / 2.0 * (1.0 - y / EXTENT));
        let second = side + GAP;
        let step = |piece: i32, pieces: i32| f64::from(piece) / f64::from(pieces) * 2.0 - 1.0;
        for line in 0..=GRID.0 {
            let held = step(line, GRID.0);
            for upright in [false, true] {
                let place = |piece| if upright { (held, step(piece, GRID.1)) } else { (step(piece, GRID.1), held) };
                let path: Vec<_> = (0..=GRID.1).map(|piece| at(second, self.folded(place(piece)))).collect();
                pen.line(&path, theme.line, 1.0)?;
            }
        }
        for (cut, name) in self.cuts.iter().zip(["1", "2"]) {
            let Some(ends) = cut.ends() else { continue };
            pen.line(&ends.map(|end| at(0.0, end)), theme.accent, 2.5)?;
            let middle = at(0.0, cut.along(0.0));
            let (sin, cos) = cut.angle.sin_cos();
            let tip = (middle.0 + 26.0 * cos, middle.1 - 26.0 * sin);
            pen.line(&[middle, tip], theme.accent, 2.0)?;
            pen.arrow_head(middle, tip, 8.0, theme.accent)?;
            pen.text(name, tip.0 + 9.0 * cos, tip.1 - 9.0 * sin, Lettering::new(theme.accent).center().bold())?;
        }
        if self.time > 0.98
            && let Some(ends) = Cut::of(fit(self.there())).and_then(Cut::ends)
        {
            pen.dashed(&ends.map(|end| at(second, end)), theme.ink, 2.0, (6.0, 4.0))?;
        }
        for (class, place) in &self.points {
            let color = theme.ink(Ink::Class(usize::from(*class)));
            for (left, place) in [(0.0, *place), (second, self.folded(*place))] {
                let (x, y) = at(left, place);
                pen.disc(x, y, 4.2, theme.card)?;
                pen.disc(x, y, 3.4, color)?;
            }
        }
        for left in [0.0, second] {
            pen.outline(left, 0.0, side, side, theme.line, 1.0)?;
        }
        let words = Lettering::new(theme.soft).center();
        pen.text("the points, and two lines", side / 2.0, side + 13.0, words)?;
        let told = match self.time {
            time if time < 0.02 => "the same plane",
            time if time > 0.98 => "report 1 across, report 2 up",
            _ => "the plane folds",
        };
        pen.text(told, second + side / 2.0, side + 13.0, words)
    }

    fn summary(&self) -> String {
        let [here, there] = self.right();
        let all = self.points.len();
        format!(
            "A straight line has at best {here} of {all} points right where they lie, and {there} of {all} in the plane of what the two units report."
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["class", "across", "up", "report 1", "report 2"]);
        for (class, place) in &self.points {
            let (h, g) = self.reports(*place);
            let rounded = [place.0, place.1, h, g].map(|value| format!("{value:.3}"));
            table.row(std::iter::once(class.to_string()).chain(rounded));
        }
        table
    }
}

/// What the hand holds: which line, and whether it turns it.
#[derive(Clone, Copy, PartialEq)]
struct Held(usize, bool);

/// The figure: it folds by itself; the reader moves and turns the two lines.
#[component]
pub fn Fold() -> impl IntoView {
    let options = PointOptions { kind: PointKind::Xor, count: 80, noise: 0.02, margin: 0.3, imbalance: 0.5, seed: 3 };
    let points: Vec<_> =
        generate(&options).into_iter().map(|point| (point.class, (point.x.into(), point.y.into()))).collect();
    let diagonal = std::f64::consts::FRAC_PI_4;
    let cuts =
        RwSignal::new([Cut { angle: diagonal - 0.12, offset: 0.4 }, Cut { angle: diagonal + 0.12, offset: -0.4 }]);
    let clock = Clock::new(0.0, true, SECONDS);
    let folding = move |time: f64| Folding { points: points.clone(), cuts: cuts.get(), time };
    // Neither depends on the time, which runs.
    let right = Memo::new({
        let folding = folding.clone();
        move |_| {
            let folding = folding(0.0);
            folding.right().map(|right| format!("{right} of {}", folding.points.len()))
        }
    });
    let picture = Signal::derive(move || Some(folding(clock.time.get())));
    let held = RwSignal::new(None::<Held>);
    let on_point = Callback::new(move |event: PointEvent| {
        let place = Folding::place_at(event.x, event.y, event.width);
        match event.kind {
            Stroke::Down if place.0 <= EXTENT => {
                let nearest = cuts.with_untracked(|cuts| {
                    let far = cuts.map(|cut| cut.distance(place).abs());
                    let which = usize::from(far[1] < far[0]);
                    let (x, y) = cuts[which].along(0.0);
                    (far[which] < 0.15).then_some(Held(which, (place.0 - x).hypot(place.1 - y) > 0.45))
                });
                held.set(nearest);
            }
            Stroke::Move => {
                if let Some(Held(which, turns)) = held.get_untracked() {
                    cuts.update(|cuts| cuts[which] = cuts[which].through(place, turns));
                }
            }
            Stroke::Up | Stroke::Leave => held.set(None),
            _ => {}
        }
    });
    view! {
        <Figure
            id="fold"
            technique="decision-boundary"
            title="Two lines fold the plane"
            picture
            on_point
            on_key=clock.on_key()
            drag=true
            controls=move || view! { <ClockBar label="From what is seen to what is reported" clock /> }
        >
            <strong>"Drag a line by its middle, turn it by its end, and watch the folded plane."</strong>
            " Each unit reports how far a point lies on its side. Where the points lie, a straight line has at best "
            {move || { let [here, _] = right.get(); here }}
            " right; in the plane of the two reports, "
            {move || { let [_, there] = right.get(); there }}
            "."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folding(cuts: [Cut; 2]) -> Folding {
        let points = [(0, (0.7, 0.7)), (0, (-0.7, -0.7)), (1, (0.7, -0.7)), (1, (-0.7, 0.7))].repeat(3);
        Folding { points, cuts, time: 1.0 }
    }

    #[test]
    fn two_lines_make_one_line_enough() {
        let diagonal = std::f64::consts::FRAC_PI_4;
        let cuts = [0.4, -0.4].map(|offset| Cut { angle: diagonal, offset });
        assert!(folding(cuts).right()[0] < 12);
        assert_eq!(folding(cuts).right()[1], 12);
        // One line twice folds nothing.
        assert!(folding([cuts[0]; 2]).right()[1] < 12);
    }

    #[test]
    fn a_line_follows_the_hand() {
        let cut = Cut { angle: 0.3, offset: 0.2 };
        for place in [(0.5, -0.4), (-0.3, 0.6)] {
            for turns in [false, true] {
                assert!(cut.through(place, turns).distance(place).abs() < 1e-9, "{place:?} {turns}");
            }
        }
        let (x, y) = cut.along(0.0);
        assert!(cut.through((0.9, 0.9), true).distance((x, y)).abs() < 1e-9);
    }
}
