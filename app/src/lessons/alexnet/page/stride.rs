//! One filter in colour slides over one photograph, step by step: what conv1 does, with a filter made by hand. Needs no
//! network.

use std::time::Duration;

use leptos::prelude::*;
use models::vision::window;

use super::desk::Desk;
use crate::widgets::{
    Bitmap, Chips, Drawn, Figure, Lettering, Pen, Photo, Picture, PointEvent, Rgb, Stroke, Surface, Table, Theme, Walk,
    number, signed,
};

/// Pixels along a side of the picture.
const SIDE: usize = 96;
/// Rows and columns of the filter.
const KERNEL: usize = 11;
/// Between the pictures.
const GAP: f64 = 16.0;
/// Below the pictures, for their names.
const LABEL: f64 = 22.0;
/// The largest side of a picture.
const MOST: f64 = 252.0;
/// How often the window moves on by itself.
const PACE: Duration = Duration::from_millis(60);
/// The share of the sums, from the weakest up, beyond which all are drawn in full colour.
const FULL: f32 = 0.97;

/// What a filter looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    Edge,
    Stripes,
    Warm,
    Green,
}

impl Filter {
    const ALL: [Filter; 4] = [Filter::Edge, Filter::Stripes, Filter::Warm, Filter::Green];

    fn name(self) -> &'static str {
        match self {
            Filter::Edge => "bright beside dark",
            Filter::Stripes => "fine stripes",
            Filter::Warm => "orange beside blue",
            Filter::Green => "a green spot",
        }
    }

    /// Red, green and blue weights, plane by plane: a wave under a bell, in the filter's colours. Each plane adds up to
    /// zero, so even ground says nothing.
    fn weights(self) -> Vec<f32> {
        let (colors, wave): ([f32; 3], fn(f32, f32) -> f32) = match self {
            Filter::Edge => ([1.0, 1.0, 1.0], |x, _| (0.55 * x).sin()),
            Filter::Stripes => ([1.0, 1.0, 1.0], |x, y| (1.5 * (x + y) * std::f32::consts::FRAC_1_SQRT_2).cos()),
            Filter::Warm => ([1.0, 0.3, -1.0], |x, y| (0.5 * (x * 0.8 + y * 0.6)).sin()),
            Filter::Green => ([-0.5, 1.0, -0.5], |x, y| 1.0 - (x * x + y * y) / 11.0),
        };
        let middle = (KERNEL / 2) as f32;
        let place = |at: usize| ((at % KERNEL) as f32 - middle, (at / KERNEL) as f32 - middle);
        let bell = |x: f32, y: f32| (-(x * x + y * y) / 14.0).exp();
        let shape: Vec<f32> = (0..KERNEL * KERNEL).map(place).map(|(x, y)| wave(x, y) * bell(x, y)).collect();
        let weight: f32 = (0..KERNEL * KERNEL).map(place).map(|(x, y)| bell(x, y)).sum();
        let rest = shape.iter().sum::<f32>() / weight;
        let even: Vec<f32> = shape
            .iter()
            .enumerate()
            .map(|(at, value)| {
                let (x, y) = place(at);
                value - rest * bell(x, y)
            })
            .collect();
        let size: f32 =
            colors.iter().map(|color| color.abs()).sum::<f32>() * even.iter().map(|value| value.abs()).sum::<f32>();
        colors.iter().flat_map(|color| even.iter().map(move |value| color * value * 24.0 / size)).collect()
    }
}

/// The photograph with the window on it, the filter, and the map of the sums that are made.
#[derive(Clone, Debug, PartialEq)]
struct Striding {
    photo: Vec<Rgb>,
    filter: Vec<f32>,
    /// The sums at every `stride`-th pixel.
    map: Vec<f32>,
    stride: usize,
    /// Row and column in the map.
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
        let small = (side * 0.5).min(96.0);
        Self { left: [0.0, side + GAP, side + small + 2.0 * GAP], side, small }
    }
}

/// Sums along a side of the map.
const fn sums(stride: usize) -> usize {
    SIDE.div_ceil(stride)
}

impl Striding {
    fn sum(&self) -> f32 {
        self.map.get(self.place.0 * sums(self.stride) + self.place.1).copied().unwrap_or_default()
    }

    /// The sum that is drawn in full colour: few places are much stronger than all others.
    fn full(&self) -> f32 {
        let mut sizes: Vec<f32> = self.map.iter().map(|sum| sum.abs()).collect();
        sizes.sort_by(f32::total_cmp);
        sizes.get((sizes.len() as f32 * FULL) as usize).copied().unwrap_or(1.0).max(0.05)
    }

    /// The place of the map under a CSS pixel, in the photograph or in the map.
    fn place_at(x: f64, y: f64, width: f64, stride: usize) -> Option<(usize, usize)> {
        let layout = Layout::new(width);
        let count = sums(stride);
        let inside = |left: f64| (left..left + layout.side).contains(&x) && (0.0..layout.side).contains(&y);
        let in_photo = |along: f64| ((along / layout.side * SIDE as f64) as usize / stride).min(count - 1);
        let in_map = |along: f64| ((along / layout.side * count as f64) as usize).min(count - 1);
        if inside(layout.left[0]) {
            return Some((in_photo(y), in_photo(x)));
        }
        inside(layout.left[2]).then(|| (in_map(y), in_map(x - layout.left[2])))
    }
}

impl Picture for Striding {
    fn height(&self, width: f64) -> f64 {
        Layout::new(width).side + LABEL
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let Layout { left, side, small } = Layout::new(pen.width);
        let pixel = side / SIDE as f64;
        let count = sums(self.stride);
        let bitmap = |colors, columns, smooth| Bitmap { columns, rows: columns, colors, smooth };
        pen.bitmap(left[0], 0.0, side, side, bitmap(&self.photo, SIDE, true))?;
        let full = self.full();
        let map: Vec<Rgb> = self.map.iter().map(|sum| signed(theme, (sum / full).clamp(-1.0, 1.0))).collect();
        pen.bitmap(left[2], 0.0, side, side, bitmap(&map, count, false))?;
        let top = (side - small) / 2.0;
        pen.bitmap(left[1], top, small, small, bitmap(&filter_colors(&self.filter), KERNEL, false))?;
        for (left, top, side) in [(left[0], 0.0, side), (left[1], top, small), (left[2], 0.0, side)] {
            pen.outline(left, top, side, side, theme.line, 1.0)?;
        }
        // The window may hang over the edge; what lies outside counts as the mean colour.
        let reach = (KERNEL / 2) as f64;
        let middle = |place: usize| (place * self.stride) as f64;
        let edge = |place: usize| ((middle(place) - reach) * pixel).max(0.0);
        let end = |place: usize| ((middle(place) + reach + 1.0) * pixel).min(side);
        let (row, column) = self.place;
        let (x, y) = (edge(column), edge(row));
        // Seen on bright and on dark ground.
        pen.outline(x - 1.0, y - 1.0, end(column) - x + 2.0, end(row) - y + 2.0, Rgb::hex(0x000000), 1.0)?;
        pen.outline(x, y, end(column) - x, end(row) - y, Rgb::hex(0xffffff), 1.5)?;
        let cell = side / count as f64;
        let at = |place: usize| place as f64 * cell - 1.0;
        pen.outline(left[2] + at(column), at(row), cell + 2.0, cell + 2.0, theme.ink, 2.0)?;
        let words = Lettering::new(theme.soft).center();
        pen.text("the photograph", side / 2.0, side + 13.0, words)?;
        pen.text("the filter", left[1] + small / 2.0, top + small + 13.0, words)?;
        let told = format!("{count} × {count} sums; here {}", number(f64::from(self.sum())));
        pen.text(&told, left[2] + side / 2.0, side + 13.0, words)
    }

    fn summary(&self) -> String {
        let count = sums(self.stride);
        let most = (0..self.map.len()).max_by(|a, b| self.map[*a].total_cmp(&self.map[*b])).unwrap_or_default();
        format!(
            "In steps of {} pixels the filter makes {count} × {count} sums. In row {}, column {} the sum is {}. The largest is {}, in row {}, column {}.",
            self.stride,
            self.place.0 + 1,
            self.place.1 + 1,
            number(self.sum().into()),
            number(self.map.get(most).copied().unwrap_or_default().into()),
            most / count + 1,
            most % count + 1,
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["row", "column", "sum"]);
        let count = sums(self.stride);
        for (at, sum) in self.map.iter().enumerate() {
            table.row([(at / count + 1).to_string(), (at % count + 1).to_string(), sum.to_string()]);
        }
        table
    }
}

/// A filter as the little picture that it answers to most: grey where a weight is zero.
pub fn filter_colors(filter: &[f32]) -> Vec<Rgb> {
    let most = filter.iter().fold(1e-9_f32, |most, weight| most.max(weight.abs()));
    let size = filter.len() / 3;
    let byte = |weight: f32| ((weight / most).clamp(-1.0, 1.0) * 127.0 + 128.0) as u8;
    (0..size).map(|at| Rgb(byte(filter[at]), byte(filter[size + at]), byte(filter[2 * size + at]))).collect()
}

/// The middle of a photograph as a small square. Before there is one, colours that run into each other.
fn small(photo: Option<&Photo>) -> Vec<Rgb> {
    match photo.filter(|photo| photo.width > 0 && photo.height > 0) {
        Some(photo) => photo.square(SIDE),
        None => (0..SIDE * SIDE).map(waves).collect(),
    }
}

fn waves(at: usize) -> Rgb {
    let (x, y) = ((at % SIDE) as f32 / SIDE as f32 - 0.5, (at / SIDE) as f32 / SIDE as f32 - 0.5);
    let wave = |pace: f32, shift: f32| (140.0 + 70.0 * (pace * x.hypot(y) + shift).sin()) as u8;
    Rgb(wave(22.0, 0.0), wave(18.0, 1.0), wave(14.0, 2.5))
}

/// The sums at all pixels.
fn all_sums(photo: &[Rgb], filter: &[f32]) -> Vec<f32> {
    let planes: [fn(&Rgb) -> u8; 3] = [|color| color.0, |color| color.1, |color| color.2];
    let mut sums = vec![0.0_f32; SIDE * SIDE];
    for (plane, filter) in planes.iter().zip(filter.chunks_exact(KERNEL * KERNEL)) {
        // As the paper does: what is left is the difference from the mean colour, which also surrounds the picture.
        let mean = photo.iter().map(|color| f32::from(plane(color))).sum::<f32>() / photo.len().max(1) as f32;
        let values: Vec<f32> = photo.iter().map(|color| (f32::from(plane(color)) - mean) / 255.0).collect();
        for (sum, more) in sums.iter_mut().zip(window::map(&values, SIDE, filter, KERNEL)) {
            *sum += more;
        }
    }
    sums
}

/// The figure: it moves by itself until the reader takes the window.
#[component]
pub fn StridingWindow(
    /// Whose photograph it slides over.
    desk: Desk,
) -> impl IntoView {
    let filter = RwSignal::new(Filter::Warm);
    let stride = RwSignal::new(3_usize);
    let walk = Walk::new((10, 8), Signal::derive(move || sums(stride.get())), PACE);
    // The camera's frames are for the networks: this figure keeps the last picture that stood still.
    let colors = Memo::new(move |_| desk.still.with(|photo| small(photo.as_ref())));
    let all = Memo::new(move |_| colors.with(|colors| all_sums(colors, &filter.get().weights())));
    let map = Memo::new(move |_| {
        let stride = stride.get();
        let places = || (0..SIDE).step_by(stride);
        all.with(|all| {
            places().flat_map(|row| places().map(move |column| all[row * SIDE + column])).collect::<Vec<f32>>()
        })
    });
    let picture = Signal::derive(move || {
        let (filter, stride) = (filter.get().weights(), stride.get());
        Some(Striding { photo: colors.get(), filter, map: map.get(), stride, place: walk.place.get() })
    });
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind != Stroke::Leave
            && let Some(under) = Striding::place_at(event.x, event.y, event.width, stride.get_untracked())
        {
            walk.take(under);
        }
    });
    let take_stride = Callback::new(move |chosen: usize| {
        let before = stride.get_untracked();
        stride.set(chosen);
        let moved = |at: usize| (at * before / chosen).min(sums(chosen) - 1);
        walk.place.update(|(row, column)| (*row, *column) = (moved(*row), moved(*column)));
    });
    view! {
        <Figure
            id="stride"
            technique="feature-maps"
            title="One filter that sees colour, step by step"
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
                        label="Pixels in a step"
                        options=[1, 3, 4, 8].map(|step: usize| (step, step.to_string())).to_vec()
                        value=stride
                        on_change=take_stride
                    />
                </div>
            }
        >
            <strong>"Take the window, then change the step."</strong>
            " 363 numbers weigh 11 × 11 pixels in red, green and blue. Orange in the map means: what I look for is here; blue means its opposite. The paper steps by 4 pixels, the network below by 3: less to compute, and still enough to see."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widgets::to_svg;

    #[test]
    fn even_ground_says_nothing() {
        for filter in Filter::ALL {
            let weights = filter.weights();
            for plane in weights.chunks_exact(KERNEL * KERNEL) {
                assert!(plane.iter().sum::<f32>().abs() < 1e-4, "{filter:?}");
            }
            assert!((weights.iter().map(|weight| weight.abs()).sum::<f32>() - 24.0).abs() < 1e-3);
        }
    }

    #[test]
    fn a_filter_finds_its_colours() {
        let sides = |left: Rgb, right: Rgb| -> Vec<Rgb> {
            (0..SIDE * SIDE).map(|at| if at % SIDE < SIDE / 2 { left } else { right }).collect()
        };
        let (orange, blue) = (Rgb(240, 140, 20), Rgb(20, 90, 240));
        let middle = SIDE / 2 * SIDE + SIDE / 2;
        let sum = |photo: &[Rgb], filter: Filter| all_sums(photo, &filter.weights())[middle];
        // The wave rises from left to right: what it looks for is blue on the left and orange on the right.
        assert!(sum(&sides(blue, orange), Filter::Warm) > 1.0);
        assert!(sum(&sides(orange, blue), Filter::Warm) < -1.0);
        assert!(sum(&sides(orange, orange), Filter::Warm).abs() < 1e-3);
    }

    #[test]
    fn a_place_is_found_in_both_pictures() {
        let width = 640.0;
        let Layout { left, side, .. } = Layout::new(width);
        assert_eq!(Striding::place_at(side - 1.0, 1.0, width, 3), Some((0, 31)));
        assert_eq!(Striding::place_at(left[2] + 1.0, side - 1.0, width, 4), Some((23, 0)));
        assert_eq!(Striding::place_at(left[1] + 1.0, 1.0, width, 3), None);
        let striding = Striding {
            photo: small(None),
            filter: Filter::Green.weights(),
            map: vec![1.5; 32 * 32],
            stride: 3,
            place: (0, 31),
        };
        assert!(to_svg(&striding, 354.0, &Theme::light()).contains("32 × 32 sums"));
        assert!(striding.summary().contains("row 1, column 32 the sum is 1.5"), "{}", striding.summary());
    }
}
