//! One filter slides over one picture: the sum that every convolution is made of, place by place. Needs no network.

use std::time::Duration;

use leptos::prelude::*;
use models::{
    data::letters,
    vision::{lenet::KERNEL, window},
};

use crate::{
    lessons::pictures::SIDE,
    widgets::{
        Bitmap, Chips, Drawn, Figure, Ink, Lettering, Pen, Picture, PointEvent, Rgb, Stroke, Surface, Table, Theme,
        Walk, grey, number, signed,
    },
};

/// Between the pictures.
const GAP: f64 = 16.0;
/// Below the pictures, for their names.
const LABEL: f64 = 22.0;
/// The largest side of a picture.
const MOST: f64 = 236.0;
/// How often the window moves on by itself.
const PACE: Duration = Duration::from_millis(70);
/// The sum that is drawn in full colour.
const FULL: f32 = 5.0;

/// What a filter looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    Upright,
    Level,
    Rising,
    Falling,
}

impl Filter {
    const ALL: [Filter; 4] = [Filter::Upright, Filter::Level, Filter::Rising, Filter::Falling];

    fn name(self) -> &'static str {
        match self {
            Filter::Upright => "upright strokes",
            Filter::Level => "level strokes",
            Filter::Rising => "rising strokes",
            Filter::Falling => "falling strokes",
        }
    }

    /// Ink on the middle line of the window speaks for it, ink beside that line against it; all weights add up to zero.
    fn weights(self) -> Vec<f32> {
        let off = |row: i32, column: i32| match self {
            Filter::Upright => column - 2,
            Filter::Level => row - 2,
            Filter::Rising => row + column - 4,
            Filter::Falling => row - column,
        };
        let side = KERNEL as i32;
        let near: Vec<bool> = (0..side * side).map(|at| off(at / side, at % side).abs() <= 1).collect();
        let count = near.iter().filter(|near| **near).count() as f32;
        let (speaks, against) = (1.0 / count, 1.0 / ((KERNEL * KERNEL) as f32 - count));
        near.iter().map(|near| if *near { 8.0 * speaks } else { -8.0 * against }).collect()
    }
}

/// The picture with the window on it, the filter, and the map of all sums.
#[derive(Clone, Debug, PartialEq)]
struct Sliding {
    picture: Vec<f32>,
    filter: Vec<f32>,
    map: Vec<f32>,
    place: (usize, usize),
}

/// Left edges of picture, filter and map, and the sides of the large ones and of the filter.
struct Layout {
    left: [f64; 3],
    side: f64,
    small: f64,
}

impl Layout {
    fn new(width: f64) -> Self {
        let side = ((width - 2.0 * GAP) / 2.5).clamp(40.0, MOST);
        let small = (side * 0.5).min(90.0);
        Self { left: [0.0, side + GAP, side + small + 2.0 * GAP], side, small }
    }
}

impl Sliding {
    fn sum(&self) -> f32 {
        self.map[self.place.0 * SIDE + self.place.1]
    }

    /// The place under a CSS pixel, in the picture or in the map.
    fn place_at(x: f64, y: f64, width: f64) -> Option<(usize, usize)> {
        let layout = Layout::new(width);
        let place = |along: f64| ((along / layout.side * SIDE as f64) as usize).min(SIDE - 1);
        let inside = |left: f64| (left..left + layout.side).contains(&x) && (0.0..layout.side).contains(&y);
        [layout.left[0], layout.left[2]].into_iter().find(|left| inside(*left)).map(|left| (place(y), place(x - left)))
    }
}

impl Picture for Sliding {
    fn height(&self, width: f64) -> f64 {
        Layout::new(width).side + LABEL
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let Layout { left, side, small } = Layout::new(pen.width);
        let cell = side / SIDE as f64;
        let (row, column) = self.place;
        let ink: Vec<Rgb> = self.picture.iter().map(|ink| grey(theme, *ink)).collect();
        pen.bitmap(left[0], 0.0, side, side, Bitmap { columns: SIDE, rows: SIDE, colors: &ink, smooth: false })?;
        let map: Vec<Rgb> = self.map.iter().map(|sum| signed(theme, (sum / FULL).clamp(-1.0, 1.0))).collect();
        pen.bitmap(left[2], 0.0, side, side, Bitmap { columns: SIDE, rows: SIDE, colors: &map, smooth: false })?;
        let top = (side - small) / 2.0;
        let most = self.filter.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
        let weights: Vec<Rgb> = self.filter.iter().map(|weight| signed(theme, weight / most)).collect();
        pen.bitmap(
            left[1],
            top,
            small,
            small,
            Bitmap { columns: KERNEL, rows: KERNEL, colors: &weights, smooth: false },
        )?;
        for (left, top, side) in [(left[0], 0.0, side), (left[1], top, small), (left[2], 0.0, side)] {
            pen.outline(left, top, side, side, theme.line, 1.0)?;
        }
        // The window may hang over the edge; what lies outside counts as paper.
        let reach = (KERNEL / 2) as f64;
        let edge = |place: usize| ((place as f64 - reach) * cell).max(0.0);
        let end = |place: usize| ((place as f64 + reach + 1.0) * cell).min(side);
        let (x, y) = (edge(column), edge(row));
        pen.outline(x, y, end(column) - x, end(row) - y, theme.ink(Ink::Bad), 2.0)?;
        pen.outline(
            left[2] + column as f64 * cell - 1.0,
            row as f64 * cell - 1.0,
            cell + 2.0,
            cell + 2.0,
            theme.accent,
            2.0,
        )?;
        let words = Lettering::new(theme.soft).center();
        pen.text("the picture", side / 2.0, side + 13.0, words)?;
        pen.text("the filter", left[1] + small / 2.0, top + small + 13.0, words)?;
        pen.text(&format!("the sum here: {}", number(f64::from(self.sum()))), left[2] + side / 2.0, side + 13.0, words)
    }

    fn summary(&self) -> String {
        let most = (0..self.map.len()).max_by(|a, b| self.map[*a].total_cmp(&self.map[*b])).unwrap_or_default();
        format!(
            "At row {}, column {} the filter’s sum is {}. The largest sum is {}, at row {}, column {}.",
            self.place.0 + 1,
            self.place.1 + 1,
            number(self.sum().into()),
            number(self.map[most].into()),
            most / SIDE + 1,
            most % SIDE + 1,
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["row", "column", "ink", "sum"]);
        for (at, (ink, sum)) in self.picture.iter().zip(&self.map).enumerate() {
            table.row([(at / SIDE + 1).to_string(), (at % SIDE + 1).to_string(), ink.to_string(), sum.to_string()]);
        }
        table
    }
}

/// The figure: it moves by itself until the reader takes the window.
#[component]
pub fn SlidingWindow() -> impl IntoView {
    let filter = RwSignal::new(Filter::Upright);
    let letter = RwSignal::new('A');
    let walk = Walk::new((9, 8), Signal::stored(SIDE), PACE);
    let ink = Memo::new(move |_| {
        let pixels = letters::picture(letter.get()).unwrap_or_else(|| vec![0; SIDE * SIDE]);
        pixels.into_iter().map(|pixel| f32::from(pixel) / 255.0).collect::<Vec<f32>>()
    });
    let sums = Memo::new(move |_| ink.with(|ink| window::map(ink, SIDE, &filter.get().weights(), KERNEL)));
    let picture = Signal::derive(move || {
        Some(Sliding { picture: ink.get(), filter: filter.get().weights(), map: sums.get(), place: walk.place.get() })
    });
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind != Stroke::Leave
            && let Some(under) = Sliding::place_at(event.x, event.y, event.width)
        {
            walk.take(under);
        }
    });
    let names = || letters::NAMES.chars().map(|name| (name, name.to_string())).collect::<Vec<_>>();
    view! {
        <Figure
            id="window"
            technique="feature-maps"
            title="One filter, everywhere"
            picture
            on_point
            on_key=walk.on_key()
            drag=true
            controls=move || view! {
                <div class="fields">
                    <Chips
                        label="It looks for"
                        options=Filter::ALL.map(|filter| (filter, filter.name().to_owned())).to_vec()
                        value=filter
                        on_change=Callback::new(move |chosen: Filter| filter.set(chosen))
                    />
                    <Chips
                        label="Letter"
                        options=names()
                        value=letter
                        on_change=Callback::new(move |chosen: char| letter.set(chosen))
                    />
                </div>
            }
        >
            <strong>"Take the window and move it."</strong>
            " The ink below it is weighed by the filter’s 25 numbers and added up. Orange means: what I look for is here. Blue means: the opposite is."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widgets::to_svg;

    #[test]
    fn a_filter_finds_its_stroke_and_ignores_even_ground() {
        let upright: Vec<f32> =
            (0..SIDE * SIDE).map(|at| f32::from(u8::from((13..15).contains(&(at % SIDE))))).collect();
        let strongest = |filter: Filter| {
            let map = window::map(&upright, SIDE, &filter.weights(), KERNEL);
            map[14 * SIDE + 13]
        };
        assert!(Filter::ALL.iter().all(|filter| strongest(Filter::Upright) >= strongest(*filter)));
        for filter in Filter::ALL {
            assert!(filter.weights().iter().sum::<f32>().abs() < 1e-4);
        }
    }

    #[test]
    fn a_place_is_found_in_both_pictures() {
        let width = 600.0;
        let Layout { left, side, .. } = Layout::new(width);
        assert_eq!(Sliding::place_at(side - 1.0, 1.0, width), Some((0, SIDE - 1)));
        assert_eq!(Sliding::place_at(left[2] + 1.0, side - 1.0, width), Some((SIDE - 1, 0)));
        assert_eq!(Sliding::place_at(left[1] + 1.0, 1.0, width), None);
        let sliding = Sliding {
            picture: vec![0.5; SIDE * SIDE],
            filter: Filter::Level.weights(),
            map: vec![1.5; SIDE * SIDE],
            place: (0, 27),
        };
        assert!(to_svg(&sliding, 354.0, &Theme::light()).contains("the sum here"));
        assert!(sliding.summary().starts_with("At row 1, column 28 the filter’s sum is 1.5"));
    }
}
