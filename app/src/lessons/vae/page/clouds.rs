//! Five letters as five clouds on a plane, pulled toward its middle: the whole idea without any network.
//!
//! A letter at the place x becomes the cloud N(μ, σ²). A draw z from it costs |x - z|² / 2s², and the cloud costs β times
//! its KL to the standard one. What makes the sum smallest can be written down: μ = x / (1 + βs²), σ² = βs² / (1 + βs²).
//! The best picture at z is the mean of all letters, each weighed by how likely z came from it.

use std::time::Duration;

use leptos::prelude::*;
use models::data::letters;

use crate::{
    lessons::pictures::{PIXELS, SIDE},
    widgets::{
        Bitmap, Drawn, Figure, Ink, Lettering, Pen, Picture, PointEvent, Rgb, Slider, Stroke, Surface, Table, Theme,
        fitted, grey, number, tick_every, wants_stillness,
    },
};

/// Where the letters lie before anything pulls.
const PLACES: [(f64, f64); 5] = [(-1.5, 1.2), (1.4, 1.4), (0.1, 0.1), (-1.2, -1.3), (1.5, -1.1)];
/// The plane runs from minus this to this.
const REACH: f64 = 2.6;
/// s², the error of a draw that costs half a nat: so large that clouds touch under a pull of 1.
const ERROR: f64 = 0.3;
/// Draws of each cloud that are seen.
const DRAWS: usize = 36;
/// How often something moves.
const PACE: Duration = Duration::from_millis(60);
/// Between plane and picture.
const GAP: f64 = 18.0;
/// Below both: the sum, a line for each of its parts.
const LABEL: f64 = 42.0;
const LINE: f64 = 16.0;

/// Clouds under a pull.
#[derive(Clone, Debug, PartialEq)]
struct Clouds {
    beta: f64,
    point: (f64, f64),
    /// Noise of the draws, the same whatever the pull: letter after letter.
    noise: Vec<(f64, f64)>,
}

impl Clouds {
    /// Middle of a letter's cloud.
    fn middle(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let shrunk = 1.0 / (1.0 + self.beta * ERROR);
        (x * shrunk, y * shrunk)
    }

    /// Width of every cloud.
    fn width(&self) -> f64 {
        (self.beta * ERROR / (1.0 + self.beta * ERROR)).sqrt()
    }

    /// How likely the point came from each letter.
    fn shares(&self) -> [f64; 5] {
        let spread = 2.0 * self.width().powi(2);
        let far = PLACES.map(|place| {
            let (x, y) = self.middle(place);
            ((self.point.0 - x).powi(2) + (self.point.1 - y).powi(2)) / spread
        });
        // Only differences count; the nearest has none.
        let least = far.iter().copied().fold(f64::INFINITY, f64::min);
        let weights = far.map(|far| (least - far).exp());
        let sum: f64 = weights.iter().sum();
        weights.map(|weight| weight / sum)
    }

    /// Both prices of a letter on average, in nats: of a draw that misses its place, and of the clouds.
    fn prices(&self) -> (f64, f64) {
        let variance = self.width().powi(2);
        let mean = |price: &dyn Fn((f64, f64)) -> f64| PLACES.iter().map(|place| price(*place)).sum::<f64>() / 5.0;
        let miss = mean(&|(x, y)| {
            let (a, b) = self.middle((x, y));
            ((x - a).powi(2) + (y - b).powi(2) + 2.0 * variance) / (2.0 * ERROR)
        });
        let kl = mean(&|place| {
            let (a, b) = self.middle(place);
            0.5 * (a * a + b * b) + variance - 1.0 - variance.ln()
        });
        (miss, kl)
    }

    /// What the pull makes smallest, in two lines.
    fn sum(&self) -> [String; 2] {
        let (miss, kl) = self.prices();
        let (pull, sum) = (number(self.beta), number(miss + self.beta * kl));
        [
            format!("for a letter, {} nats for what its draws miss", number(miss)),
            format!("+ pull {pull} × {} nats KL to the standard = {sum} nats", number(kl)),
        ]
    }

    /// The picture at the point.
    fn picture(&self) -> Vec<f32> {
        let mut picture = vec![0.0_f32; PIXELS];
        for (name, share) in names().zip(self.shares()) {
            let letter = letters::picture(name).unwrap_or_default();
            picture.iter_mut().zip(letter).for_each(|(ink, pixel)| *ink += share as f32 * f32::from(pixel) / 255.0);
        }
        picture
    }

    /// Side of the plane, left edge and side of the picture.
    fn layout(width: f64) -> (f64, f64, f64) {
        let plane = ((width - GAP) * 0.62).clamp(40.0, 380.0);
        let side = (width - GAP - plane).clamp(30.0, 220.0);
        (plane, plane + GAP, side)
    }

    fn pixel((x, y): (f64, f64), plane: f64) -> (f64, f64) {
        ((x / REACH + 1.0) / 2.0 * plane, (1.0 - y / REACH) / 2.0 * plane)
    }

    /// The place under a CSS pixel.
    fn place_at(x: f64, y: f64, width: f64) -> Option<(f64, f64)> {
        let (plane, ..) = Self::layout(width);
        let inside = (0.0..=plane).contains(&x) && (0.0..=plane).contains(&y);
        inside.then(|| ((2.0 * x / plane - 1.0) * REACH, (1.0 - 2.0 * y / plane) * REACH))
    }
}

/// The letters that lie on the plane.
fn names() -> impl Iterator<Item = char> {
    letters::NAMES.chars().take(PLACES.len())
}

impl Picture for Clouds {
    fn height(&self, width: f64) -> f64 {
        Self::layout(width).0 + LABEL
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let (plane, left, side) = Self::layout(pen.width);
        pen.rect(0.0, 0.0, plane, plane, theme.paper)?;
        let unit = plane / (2.0 * REACH);
        // The standard cloud, to which all are pulled.
        pen.circle(plane / 2.0, plane / 2.0, unit, theme.soft, 1.5)?;
        let width = self.width();
        for (letter, (name, place)) in names().zip(PLACES).enumerate() {
            let (color, middle) = (theme.ink(Ink::Class(letter)), self.middle(place));
            for (a, b) in self.noise.iter().skip(letter * DRAWS).take(DRAWS) {
                let (x, y) = Self::pixel((middle.0 + width * a, middle.1 + width * b), plane);
                if (0.0..plane).contains(&x) && (0.0..plane).contains(&y) {
                    pen.disc(x, y, 1.8, color)?;
                }
            }
            let (x, y) = Self::pixel(middle, plane);
            pen.circle(x, y, (width * unit).max(3.0), color, 1.6)?;
            pen.rect(x - 8.0, y - 8.0, 16.0, 16.0, theme.paper)?;
            let readable = theme.readable(color, theme.paper);
            pen.text(&name.to_string(), x, y, Lettering::new(readable).bold().center().size(13.0))?;
        }
        let (x, y) = Self::pixel(self.point, plane);
        pen.circle(x, y, 9.0, theme.bad, 2.5)?;
        pen.outline(0.0, 0.0, plane, plane, theme.line, 1.0)?;
        let ink: Vec<Rgb> = self.picture().iter().map(|ink| grey(theme, *ink)).collect();
        pen.bitmap(left, 0.0, side, side, Bitmap { columns: SIDE, rows: SIDE, colors: &ink, smooth: false })?;
        pen.outline(left, 0.0, side, side, theme.line, 1.0)?;
        let soft = Lettering::new(theme.soft);
        let standard = fitted("grey: standard normal", 11.0, plane - 8.0);
        pen.text(&standard, plane / 2.0, plane - 10.0, soft.center())?;
        pen.text(&fitted("drawn at the ring", 11.0, pen.width - left), left, side + 13.0, soft)?;
        for (line, words) in self.sum().iter().enumerate() {
            pen.text(&fitted(words, 11.0, pen.width), 0.0, plane + 14.0 + line as f64 * LINE, soft)?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let shares = self.shares();
        let told: Vec<String> = names()
            .zip(shares)
            .filter(|(_, share)| *share >= 0.01)
            .map(|(name, share)| format!("{:.0} % {name}", share * 100.0))
            .collect();
        format!(
            "Five clouds of width {}. At the ring {} is drawn. The sum: {}.",
            number(self.width()),
            told.join(" and "),
            self.sum().join(" "),
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["letter", "across", "up", "width", "share at the ring"]);
        for ((name, place), share) in names().zip(PLACES).zip(self.shares()) {
            let (x, y) = self.middle(place);
            table.row([name.to_string(), x.to_string(), y.to_string(), self.width().to_string(), share.to_string()]);
        }
        table
    }
}

/// A pair of standard normal numbers that belongs to its index.
fn normal(index: usize) -> (f64, f64) {
    let share = |salt: u64| {
        let mixed = (index as u64 * 2 + salt + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed >> 40) as f64 + 0.5) / f64::from(1_u32 << 24)
    };
    // Box, Muller (1958).
    let (length, turn) = ((-2.0 * share(0).ln()).sqrt(), std::f64::consts::TAU * share(1));
    (length * turn.cos(), length * turn.sin())
}

/// The draws that are seen after so many ticks: at each tick one of each cloud is replaced.
fn draws(ticks: usize) -> Vec<(f64, f64)> {
    let of = |letter: usize, place: usize| {
        let age = (ticks + DRAWS - place) / DRAWS;
        normal((letter * DRAWS + place) * 1009 + age)
    };
    (0..PLACES.len()).flat_map(|letter| (0..DRAWS).map(move |place| of(letter, place))).collect()
}

/// The figure: it moves by itself until the reader takes the ring.
#[component]
pub fn PulledClouds() -> impl IntoView {
    let beta = RwSignal::new(1.0_f64);
    let ticks = RwSignal::new(0_usize);
    let point = RwSignal::new((0.0, 0.0));
    let taken = RwSignal::new(false);
    let picture =
        Signal::derive(move || Some(Clouds { beta: beta.get(), point: point.get(), noise: draws(ticks.get()) }));
    if !wants_stillness() {
        tick_every(PACE, move || {
            let Some(now) = ticks.try_update(|ticks| {
                *ticks += 1;
                *ticks
            }) else {
                return;
            };
            if taken.try_get_untracked() == Some(false) {
                let turn = now as f64 * 0.03;
                point.try_set((1.5 * (2.0 * turn).sin(), 1.3 * (3.0 * turn).sin()));
            }
        });
    }
    let on_point = Callback::new(move |event: PointEvent| {
        if matches!(event.kind, Stroke::Down | Stroke::Move)
            && let Some(place) = Clouds::place_at(event.x, event.y, event.width)
        {
            taken.set(true);
            point.set(place);
        }
    });
    let on_key = Callback::new(move |key: String| {
        let (right, up) = match key.as_str() {
            "ArrowUp" => (0.0, 0.15),
            "ArrowDown" => (0.0, -0.15),
            "ArrowLeft" => (-0.15, 0.0),
            "ArrowRight" => (0.15, 0.0),
            _ => return,
        };
        taken.set(true);
        point.update(|(x, y)| (*x, *y) = ((*x + right).clamp(-REACH, REACH), (*y + up).clamp(-REACH, REACH)));
    });
    view! {
        <Figure
            id="clouds"
            technique="latent-traversal"
            title="Five letters as clouds"
            picture
            on_point
            on_key
            drag=true
            controls=move || view! {
                <div class="fields">
                    <Slider
                        label="Pull toward the middle"
                        value=beta
                        min=0.01
                        max=200.0
                        log=true
                        on_change=Callback::new(move |pull: f64| beta.set(pull))
                    />
                </div>
            }
        >
            <strong>"Drag the ring from A to another letter, then change the pull."</strong>
            " With hardly any pull each letter is a point, and between two of them there is a sudden border. At 1, clouds touch and letters blend. "
            "With too much, all clouds are one, and every place draws the mean of all letters."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widgets::to_svg;

    fn clouds(beta: f64, point: (f64, f64)) -> Clouds {
        Clouds { beta, point, noise: draws(7) }
    }

    #[test]
    fn no_other_cloud_is_cheaper() {
        for beta in [0.1, 1.0, 30.0] {
            let (clouds, (x, _)) = (clouds(beta, (0.0, 0.0)), PLACES[0]);
            let (best, width) = (clouds.middle(PLACES[0]).0, clouds.width());
            let cost = |mean: f64, width: f64| {
                let variance = width * width;
                ((x - mean).powi(2) + variance) / (2.0 * ERROR)
                    + beta * 0.5 * (mean * mean + variance - 1.0 - variance.ln())
            };
            for factor in [0.97, 1.03] {
                assert!(
                    cost(best * factor, width) > cost(best, width) && cost(best, width * factor) > cost(best, width)
                );
            }
        }
    }

    #[test]
    fn clouds_touch_under_a_pull_of_one_and_part_under_a_small_one() {
        // Widths from each letter to its nearest neighbour.
        let far = |beta: f64| {
            let clouds = clouds(beta, (0.0, 0.0));
            let middles = PLACES.map(|place| clouds.middle(place));
            let nearest = |at: usize| {
                let others = middles.iter().enumerate().filter(|(other, _)| *other != at);
                others.map(|(_, (x, y))| (middles[at].0 - x).hypot(middles[at].1 - y)).fold(f64::INFINITY, f64::min)
            };
            (0..PLACES.len()).map(|at| nearest(at) / clouds.width()).collect::<Vec<f64>>()
        };
        assert!(far(1.0).iter().all(|widths| (2.0..3.5).contains(widths)), "{:?}", far(1.0));
        assert!(far(0.1).iter().all(|widths| *widths > 8.0), "{:?}", far(0.1));
    }

    #[test]
    fn pulled_enough_all_letters_are_one() {
        let near = clouds(0.05, PLACES[3]).shares();
        assert!(near[3] > 0.999);
        let collapsed = clouds(1e5, PLACES[3]).shares();
        assert!(collapsed.iter().all(|share| (share - 0.2).abs() < 0.01), "{collapsed:?}");
        let (_, kl) = clouds(1e5, (0.0, 0.0)).prices();
        assert!(kl.abs() < 0.01);
        // Far from all clouds the nearest letter is still drawn, and no share is lost.
        assert!((clouds(0.01, (REACH, -REACH)).shares().iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn it_draws_and_tells() {
        let (plane, ..) = Clouds::layout(700.0);
        assert_eq!(Clouds::place_at(plane / 2.0, plane / 2.0, 700.0), Some((0.0, 0.0)));
        assert_eq!(Clouds::place_at(plane + 5.0, 3.0, 700.0), None);
        let clouds = clouds(1.0, PLACES[0]);
        assert!(clouds.summary().contains("100 % A"), "{}", clouds.summary());
        assert!(!to_svg(&clouds, 354.0, &Theme::light()).contains("NaN"));
        assert_eq!(clouds.table().rows.len(), 5);
        let (first, later) = (draws(1), draws(2));
        assert_eq!(first.iter().zip(&later).filter(|(a, b)| a != b).count(), PLACES.len());
    }
}
