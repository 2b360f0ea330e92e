//! A query to turn by hand: five words with a key and a value each on a plane, softmax(q · k / √2), and the mean of the
//! values that comes out. No network, nothing trained; the arithmetic is all there is.

use std::time::Duration;

use leptos::prelude::*;

use crate::widgets::{
    Drawn, Figure, Ink, Lettering, Pen, Picture, PointEvent, Stroke, Surface, Table, Theme, fitted, number, text_width,
    tick_every, wants_stillness,
};

/// The words, each with its key: the direction it answers to.
const WORDS: [(&str, (f64, f64)); 5] =
    [("she", (-1.3, 1.1)), ("sees", (0.4, 1.7)), ("a", (1.7, 0.5)), ("small", (0.9, -1.4)), ("elephant", (-1.4, -1.0))];
/// Each word's value: what it has to say.
const VALUES: [(f64, f64); 5] = [(1.2, 1.4), (-1.6, 0.9), (1.7, -0.4), (0.1, -1.7), (-1.3, -1.2)];
/// Planes run from minus this to this.
const REACH: f64 = 2.6;
/// How often it moves.
const PACE: Duration = Duration::from_millis(50);
/// Between the parts.
const GAP: f64 = 18.0;
/// Above a plane: its name.
const NAME: f64 = 20.0;
/// Narrower than this, the shares stand below the planes.
const NARROW: f64 = 620.0;
/// Height of a row of shares.
const ROW: f64 = 26.0;

/// A query among keys.
#[derive(Clone, Debug, PartialEq)]
struct Turn {
    query: (f64, f64),
}

/// The place of everything: side of a plane, left of the shares, left of the values, top of the shares.
struct Layout {
    plane: f64,
    shares: (f64, f64, f64),
    values: f64,
}

impl Turn {
    fn scores(&self) -> [f64; 5] {
        WORDS.map(|(_, key)| (self.query.0 * key.0 + self.query.1 * key.1) / 2_f64.sqrt())
    }

    fn weights(&self) -> [f64; 5] {
        let scores = self.scores();
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers = scores.map(|score| (score - most).exp());
        let sum: f64 = powers.iter().sum();
        powers.map(|power| power / sum)
    }

    /// What comes out: the mean of all values, each by its share.
    fn output(&self) -> (f64, f64) {
        let weights = self.weights();
        let sum =
            |read: fn(&(f64, f64)) -> f64| VALUES.iter().zip(weights).map(|(value, weight)| weight * read(value)).sum();
        (sum(|value| value.0), sum(|value| value.1))
    }

    fn layout(width: f64) -> Layout {
        if width < NARROW {
            let plane = ((width - GAP) / 2.0).max(40.0);
            return Layout { plane, shares: (0.0, NAME + plane + GAP + 18.0, width), values: plane + GAP };
        }
        let plane = ((width - 2.0 * GAP) * 0.35).min(300.0);
        let shares = (plane + GAP, NAME, width - 2.0 * plane - 2.0 * GAP);
        Layout { plane, shares, values: width - plane }
    }

    fn pixel((x, y): (f64, f64), plane: f64) -> (f64, f64) {
        ((x / REACH + 1.0) / 2.0 * plane, NAME + (1.0 - y / REACH) / 2.0 * plane)
    }

    /// The query that a CSS pixel stands for, on the plane of keys.
    fn query_at(x: f64, y: f64, width: f64) -> Option<(f64, f64)> {
        let plane = Self::layout(width).plane;
        let y = y - NAME;
        let inside = (0.0..=plane).contains(&x) && (0.0..=plane).contains(&y);
        inside.then(|| ((2.0 * x / plane - 1.0) * REACH, (1.0 - 2.0 * y / plane) * REACH))
    }

    fn draw_keys<S: Surface>(&self, pen: &mut Pen<S>, plane: f64) -> Drawn<S> {
        let (theme, middle) = (pen.theme, Self::pixel((0.0, 0.0), plane));
        pen.text("keys, and your query", 0.0, 7.0, Lettering::new(theme.soft))?;
        pen.rect(0.0, NAME, plane, plane, theme.paper)?;
        for (word, (name, key)) in WORDS.iter().enumerate() {
            let (end, color) = (Self::pixel(*key, plane), theme.ink(Ink::Class(word)));
            pen.line(&[middle, end], color, 2.0)?;
            pen.arrow_head(middle, end, 8.0, color)?;
            let half = text_width(name, 11.0, true) / 2.0;
            let x = (end.0 + (end.0 - middle.0) * 0.14).clamp(half + 3.0, plane - half - 3.0);
            let y = (end.1 + (end.1 - middle.1).signum() * 11.0).clamp(NAME + 9.0, NAME + plane - 9.0);
            let color = theme.readable(color, theme.paper);
            pen.text(name, x, y, Lettering::new(color).center().bold())?;
        }
        let end = Self::pixel(self.query, plane);
        pen.line(&[middle, end], theme.ink, 3.0)?;
        pen.disc(end.0, end.1, 7.0, theme.ink)?;
        pen.circle(end.0, end.1, 11.0, theme.ink, 1.5)?;
        pen.outline(0.0, NAME, plane, plane, theme.line, 1.0)
    }

    fn draw_shares<S: Surface>(&self, pen: &mut Pen<S>, (left, top, width): (f64, f64, f64)) -> Drawn<S> {
        let theme = pen.theme;
        let label = WORDS.iter().map(|(name, _)| text_width(name, 12.0, true)).fold(0.0, f64::max) + 8.0;
        let score = 44.0;
        let bar = (width - label - score - 44.0).max(10.0);
        let soft = Lettering::new(theme.soft);
        pen.text("q · k ÷ √2", left + label + score - 8.0, top - 13.0, soft.right())?;
        pen.text(&fitted("softmax: its share", 11.0, bar + 40.0), left + label + score, top - 13.0, soft)?;
        for (word, ((name, _), (logit, weight))) in
            WORDS.iter().zip(self.scores().into_iter().zip(self.weights())).enumerate()
        {
            let y = top + (word as f64 + 0.5) * ROW;
            let color = theme.ink(Ink::Class(word));
            pen.text(name, left, y, Lettering::new(theme.readable(color, theme.card)).size(12.0).bold())?;
            pen.text(&plain(logit), left + label + score - 8.0, y, Lettering::new(theme.ink).right())?;
            pen.rect(left + label + score, y - 7.0, (bar * weight).max(1.0), 14.0, color)?;
            let at = left + label + score + bar * weight + 6.0;
            pen.text(&format!("{:.0} %", weight * 100.0), at, y, Lettering::new(theme.ink))?;
        }
        Ok(())
    }

    fn draw_values<S: Surface>(&self, pen: &mut Pen<S>, left: f64, plane: f64) -> Drawn<S> {
        let theme = pen.theme;
        pen.text("values, and what comes out", left, 7.0, Lettering::new(theme.soft))?;
        pen.rect(left, NAME, plane, plane, theme.paper)?;
        let place = |at: (f64, f64)| {
            let (x, y) = Self::pixel(at, plane);
            (left + x, y)
        };
        let out = place(self.output());
        for (word, (value, weight)) in VALUES.iter().zip(self.weights()).enumerate() {
            let (at, color) = (place(*value), theme.ink(Ink::Class(word)));
            if weight >= 0.01 {
                pen.line(&[at, out], color, 1.0 + 9.0 * weight)?;
            }
        }
        for (word, (value, weight)) in VALUES.iter().zip(self.weights()).enumerate() {
            let (at, color) = (place(*value), theme.ink(Ink::Class(word)));
            pen.disc(at.0, at.1, 4.0 + 5.0 * weight, color)?;
            let half = text_width(WORDS[word].0, 11.0, false) / 2.0;
            let x = at.0.clamp(left + half + 3.0, left + plane - half - 3.0);
            let y = at.1 + if value.1 > 0.0 { -17.0 } else { 17.0 };
            let color = theme.readable(color, theme.paper);
            pen.text(WORDS[word].0, x, y, Lettering::new(color).center())?;
        }
        pen.disc(out.0, out.1, 6.0, theme.ink)?;
        pen.circle(out.0, out.1, 10.0, theme.ink, 1.5)?;
        pen.outline(left, NAME, plane, plane, theme.line, 1.0)
    }
}

fn plain(value: f64) -> String {
    format!("{value:.2}").replace('-', "−")
}

impl Picture for Turn {
    fn height(&self, width: f64) -> f64 {
        let Layout { plane, shares, .. } = Self::layout(width);
        (NAME + plane + 2.0).max(shares.1 + WORDS.len() as f64 * ROW + 4.0)
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let Layout { plane, shares, values } = Self::layout(pen.width);
        self.draw_keys(&mut pen, plane)?;
        // Beside the planes the rows stand in the middle of their height.
        let free = (plane - WORDS.len() as f64 * ROW).max(0.0) / 2.0;
        let top = if pen.width < NARROW { shares.1 } else { shares.1 + free };
        self.draw_shares(&mut pen, (shares.0, top, shares.2))?;
        self.draw_values(&mut pen, values, plane)
    }

    fn summary(&self) -> String {
        let weights = self.weights();
        let told: Vec<String> =
            WORDS.iter().zip(weights).map(|((name, _), weight)| format!("{name} {:.0} %", weight * 100.0)).collect();
        let (x, y) = self.output();
        format!(
            "The query at {}, {} gives {}. Out comes {}, {}.",
            plain(self.query.0),
            plain(self.query.1),
            told.join(", "),
            plain(x),
            plain(y)
        )
    }

    fn table(&self) -> Table {
        let heads = ["word", "key across", "key up", "score", "share", "value across", "value up"];
        let mut table = Table::new(heads);
        for (word, ((name, key), value)) in WORDS.iter().zip(VALUES).enumerate() {
            let numbers = [key.0, key.1, self.scores()[word], self.weights()[word], value.0, value.1];
            table.row(std::iter::once((*name).to_owned()).chain(numbers.iter().map(ToString::to_string)));
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let (a, b) = Self::query_at(x, y, width)?;
        Some(format!("a query at {}, {}", number((a * 10.0).round() / 10.0), number((b * 10.0).round() / 10.0)))
    }
}

/// Where the query is after so many ticks, as long as nobody has taken it: it turns, and grows and shrinks on the way.
fn wander(ticks: usize) -> (f64, f64) {
    let turn = ticks as f64 * 0.035;
    let length = 1.35 + 0.75 * (0.37 * turn).sin();
    (length * turn.cos(), length * turn.sin())
}

/// The figure: it moves by itself until the reader takes the query.
#[component]
pub fn TurnedQuery() -> impl IntoView {
    let query = RwSignal::new(wander(20));
    let taken = RwSignal::new(false);
    let picture = Signal::derive(move || Some(Turn { query: query.get() }));
    let ticks = StoredValue::new(20_usize);
    if !wants_stillness() {
        tick_every(PACE, move || {
            if taken.try_get_untracked() == Some(false) {
                let now = ticks.try_update_value(|ticks| {
                    *ticks += 1;
                    *ticks
                });
                query.try_set(wander(now.unwrap_or_default()));
            }
        });
    }
    let on_point = Callback::new(move |event: PointEvent| {
        if matches!(event.kind, Stroke::Down | Stroke::Move)
            && let Some(place) = Turn::query_at(event.x, event.y, event.width)
        {
            taken.set(true);
            query.set(place);
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
        query.update(|(x, y)| (*x, *y) = ((*x + right).clamp(-REACH, REACH), (*y + up).clamp(-REACH, REACH)));
    });
    view! {
        <Figure id="turn" technique="attention-heatmap" title="Turn the query" picture on_point on_key drag=true>
            <strong>"Drag the ring toward a word."</strong>
            " The nearer a query points to a key, the larger that word’s share, and the nearer what comes out lies to its value. "
            "A long query is sure of itself; one in the middle asks everybody alike."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widgets::to_svg;

    #[test]
    fn a_query_along_a_key_finds_its_word() {
        for (word, (_, key)) in WORDS.iter().enumerate() {
            let weights = Turn { query: (key.0 * 1.5, key.1 * 1.5) }.weights();
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(weights.iter().all(|weight| *weight <= weights[word]), "{word}: {weights:?}");
        }
        let even = Turn { query: (0.0, 0.0) };
        assert!(even.weights().iter().all(|weight| (weight - 0.2).abs() < 1e-12));
        let mean = VALUES.iter().map(|value| value.0).sum::<f64>() / 5.0;
        assert!((even.output().0 - mean).abs() < 1e-12);
    }

    #[test]
    fn it_draws_and_tells() {
        let it = Turn { query: (-1.2, 1.0) };
        assert!(it.summary().contains("she "), "{}", it.summary());
        for width in [354.0, 700.0, 1020.0] {
            let Layout { plane, .. } = Turn::layout(width);
            assert_eq!(Turn::query_at(plane / 2.0, NAME + plane / 2.0, width), Some((0.0, 0.0)));
            assert_eq!(Turn::query_at(plane + 4.0, NAME + 4.0, width), None);
            assert!(!to_svg(&it, width, &Theme::light()).contains("NaN"));
        }
        assert_eq!(it.table().rows.len(), 5);
        assert!((0..500).all(|ticks| wander(ticks).0.abs() < REACH && wander(ticks).1.abs() < REACH));
    }
}
