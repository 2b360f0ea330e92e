//! Any picture, drowned in noise: the first half of diffusion, which needs no network.

use std::sync::Arc;

use leptos::prelude::*;
use models::{
    data::letters,
    generative::diffusion::{draws, noised},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;

use crate::{
    lessons::{ddpm::Ddpm, pictures::SIDE},
    photographs::PHOTOGRAPHS,
    session::Session,
    site::photos,
    widgets::{
        Bitmap, Chips, Clock, ClockBar, DrawPad, Drawn, Examples, Figure, Ink, Lettering, Pen, Photo, PhotoInput,
        Picture, PointEvent, Rgb, Scale, Stroke, Surface, Table, Theme, Tile, fitted, grey, plain,
    },
};

/// Pixels along a side of a photograph.
const PHOTO_SIDE: usize = 64;
/// Pictures of the strip.
const STRIP: usize = 9;
/// Bins of the histogram, and the values that it spans.
const BINS: usize = 36;
const SPAN: f32 = 3.0;
/// Between the parts.
const GAP: f64 = 18.0;
/// Between the pictures of the strip, and below them for their times.
const BETWEEN: f64 = 5.0;
const LABEL: f64 = 18.0;
/// Beside a smaller picture there is no room for the histogram: it stands below, so high.
const NARROW: f64 = 200.0;
const LOW: f64 = 84.0;

/// A picture as numbers from -1 to 1: one for each pixel, or red, green and blue of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Clean {
    side: usize,
    values: Vec<f32>,
}

impl Clean {
    /// A picture of ink from 0 to 1.
    fn of_ink(ink: impl Iterator<Item = f32>) -> Self {
        Self { side: SIDE, values: ink.map(|ink| 2.0 * ink - 1.0).collect() }
    }

    fn of_photo(photo: &Photo) -> Self {
        let byte = |byte: u8| f32::from(byte) / 127.5 - 1.0;
        let values = photo.square(PHOTO_SIDE).into_iter().flat_map(|color| [color.0, color.1, color.2].map(byte));
        Self { side: PHOTO_SIDE, values: values.collect() }
    }

    /// As the theme shows it; what lies beyond ink and paper is drawn as ink and paper.
    fn colors(&self, theme: &Theme) -> Vec<Rgb> {
        if self.values.len() == self.side * self.side {
            return self.values.iter().map(|value| grey(theme, (value + 1.0) / 2.0)).collect();
        }
        let byte = |value: f32| ((value + 1.0) * 127.5).clamp(0.0, 255.0) as u8;
        let (pixels, _) = self.values.as_chunks::<3>();
        pixels.iter().map(|pixel| Rgb(byte(pixel[0]), byte(pixel[1]), byte(pixel[2]))).collect()
    }
}

/// A picture on its way into noise.
#[derive(Clone, Debug, PartialEq)]
struct Drowning {
    clean: Arc<Clean>,
    noise: Arc<Vec<f32>>,
    time: f64,
    /// ᾱ at this time.
    kept: f32,
    /// ᾱ at the times of the strip.
    strip: Vec<f32>,
}

/// Where everything is: side of the picture, left and width of the numbers, top and side of the strip's pictures.
struct Layout {
    side: f64,
    left: f64,
    right: f64,
    histogram: Frame,
    top: f64,
    small: f64,
}

/// Where the histogram lies: its edges and what it stands on.
struct Frame {
    left: f64,
    width: f64,
    top: f64,
    bottom: f64,
}

impl Drowning {
    fn layout(width: f64) -> Layout {
        let side = ((width - GAP) * 0.46).clamp(40.0, 280.0);
        let small = ((width + BETWEEN) / STRIP as f64 - BETWEEN).clamp(8.0, 72.0);
        let (left, right) = (side + GAP, (width - side - GAP).max(40.0));
        let (histogram, top) = if side < NARROW {
            let top = side + GAP + LABEL;
            let bottom = top + LOW;
            (Frame { left: 0.0, width, top, bottom }, bottom + LABEL + GAP)
        } else {
            (Frame { left, width: right, top: 100.0, bottom: side - LABEL }, side + GAP)
        };
        Layout { side, left, right, histogram, top, small }
    }

    fn at(&self, kept: f32) -> Clean {
        Clean { side: self.clean.side, values: noised(&self.clean.values, &self.noise, kept) }
    }

    fn strip_time(place: usize) -> f64 {
        place as f64 / (STRIP - 1) as f64
    }

    /// The time of the strip's picture under a CSS pixel.
    fn time_at(x: f64, y: f64, width: f64) -> Option<f64> {
        let Layout { top, small, .. } = Self::layout(width);
        let place = (x / (small + BETWEEN)).floor();
        let inside = (top..top + small + LABEL).contains(&y) && (0.0..STRIP as f64).contains(&place);
        inside.then(|| Self::strip_time(place as usize))
    }

    /// Shares of the values in even bins from -[`SPAN`] to [`SPAN`]; the outermost hold what lies beyond.
    fn histogram(values: &[f32]) -> Vec<f64> {
        let mut counts = vec![0.0; BINS];
        for value in values {
            let place = ((value / SPAN + 1.0) / 2.0 * BINS as f32).max(0.0) as usize;
            counts[place.min(BINS - 1)] += 1.0 / values.len().max(1) as f64;
        }
        counts
    }

    fn draw_numbers<S: Surface>(&self, pen: &mut Pen<S>, now: &Clean) -> Drawn<S> {
        let theme = pen.theme;
        let Layout { left, right, histogram, .. } = Self::layout(pen.width);
        let soft = Lettering::new(theme.soft);
        let (signal, spread) = (f64::from(self.kept.sqrt()), f64::from((1.0 - self.kept).sqrt()));
        let bar = (right - 46.0).max(10.0);
        for (row, (name, share, color)) in
            [("of the picture: √ᾱ", signal, Ink::Class(0)), ("of the noise: √(1 − ᾱ)", spread, Ink::Class(1))]
                .into_iter()
                .enumerate()
        {
            let y = row as f64 * 40.0;
            pen.text(&fitted(name, 11.0, right), left, y + 7.0, soft)?;
            pen.rect(left, y + 16.0, bar, 13.0, theme.paper)?;
            pen.rect(left, y + 16.0, (bar * share).max(1.0), 13.0, theme.ink(color))?;
            pen.text(&plain(share, 3), left + bar + 6.0, y + 22.0, Lettering::new(theme.ink).bold())?;
        }
        // How bright the pixels are, beside the bell that pure noise has.
        let Frame { left, width: right, top, bottom } = histogram;
        pen.text(&fitted("how many pixels have which value", 11.0, right), left, top - 11.0, soft)?;
        let counts = Self::histogram(&now.values);
        let width = right / BINS as f64;
        let bell =
            |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * 2.0 * f64::from(SPAN) / BINS as f64;
        let most = counts.iter().copied().fold(2.2 * bell(0.0), f64::max);
        let height = |share: f64| share / most * (bottom - top);
        for (bin, share) in counts.iter().enumerate() {
            let x = left + bin as f64 * width;
            pen.rect(x, bottom - height(*share), (width - 1.0).max(1.0), height(*share), theme.soft)?;
        }
        let curve: Vec<(f64, f64)> = (0..=60)
            .map(|at| {
                let x = (at as f64 / 30.0 - 1.0) * f64::from(SPAN);
                (left + at as f64 / 60.0 * right, bottom - height(bell(x)))
            })
            .collect();
        pen.line(&curve, theme.ink(Ink::Class(1)), 1.6)?;
        pen.across(left, left + right, bottom, theme.line)?;
        for value in [-2, -1, 0, 1, 2] {
            let x = left + (f64::from(value) / f64::from(SPAN) + 1.0) / 2.0 * right;
            pen.text(&value.to_string().replace('-', "−"), x, bottom + 9.0, soft.center())?;
        }
        Ok(())
    }
}

impl Picture for Drowning {
    fn height(&self, width: f64) -> f64 {
        let Layout { top, small, .. } = Self::layout(width);
        top + small + LABEL
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let Layout { side, top, small, .. } = Self::layout(pen.width);
        let smooth = self.clean.values.len() > SIDE * SIDE;
        let show = |pen: &mut Pen<S>, picture: &Clean, x: f64, y: f64, size: f64| {
            let colors = picture.colors(theme);
            let bitmap = Bitmap { columns: picture.side, rows: picture.side, colors: &colors, smooth };
            pen.bitmap(x, y, size, size, bitmap)
        };
        let now = self.at(self.kept);
        show(&mut pen, &now, 0.0, 0.0, side)?;
        pen.outline(0.0, 0.0, side, side, theme.line, 1.0)?;
        self.draw_numbers(&mut pen, &now)?;
        let nearest = (self.time * (STRIP - 1) as f64).round() as usize;
        for (place, kept) in self.strip.iter().enumerate() {
            let x = place as f64 * (small + BETWEEN);
            show(&mut pen, &self.at(*kept), x, top, small)?;
            let (color, stroke) = if place == nearest { (theme.accent, 2.5) } else { (theme.line, 1.0) };
            pen.outline(x, top, small, small, color, stroke)?;
            let label = plain(Self::strip_time(place), 3);
            let label = label.trim_end_matches('0').trim_end_matches('.');
            pen.text(label, x + small / 2.0, top + small + 10.0, Lettering::new(theme.soft).size(10.0).center())?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        format!(
            "At time {:.2} the picture counts {:.0} % and the noise {:.0} %, measured by their spreads.",
            self.time,
            100.0 * self.kept.sqrt(),
            100.0 * (1.0 - self.kept).sqrt(),
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["time", "share of the picture", "share of the noise"]);
        for (place, kept) in self.strip.iter().copied().enumerate() {
            table.row(
                [Self::strip_time(place), kept.sqrt().into(), (1.0 - kept).sqrt().into()].map(|it| it.to_string()),
            );
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        Self::time_at(x, y, width).map(|time| format!("time {}", plain(time, 3)))
    }
}

/// Where the picture comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Letter,
    Drawn,
    Photo,
}

/// The figure: time runs by itself until the reader takes it.
#[component]
pub fn Forward(
    /// Whose schedule it follows.
    session: Session<Ddpm>,
    /// The time that is looked at.
    clock: Clock,
) -> impl IntoView {
    let source = RwSignal::new(Source::Letter);
    let letter = RwSignal::new(0_usize);
    let drawn = RwSignal::new(Vec::<f32>::new());
    let photo = RwSignal::new(None::<Photo>);
    let seed = RwSignal::new(1_u64);
    let ink = move |letter: usize| {
        let name = letters::NAMES.chars().nth(letter).unwrap_or('A');
        letters::picture(name).unwrap_or_default().into_iter().map(|pixel| f32::from(pixel) / 255.0)
    };
    let clean = Memo::new(move |_| {
        let of_letter = || Clean::of_ink(ink(letter.get()));
        Arc::new(match source.get() {
            Source::Letter => of_letter(),
            Source::Drawn => drawn.with(|ink| {
                let at = |place: usize| ink.get(place).copied().unwrap_or_default();
                Clean::of_ink((0..SIDE * SIDE).map(at))
            }),
            // Until it has come, the letter stays.
            Source::Photo => photo.with(|photo| photo.as_ref().map_or_else(of_letter, Clean::of_photo)),
        })
    });
    let noise = Memo::new(move |_| {
        let count = clean.with(|clean| clean.values.len());
        Arc::new(draws(&mut Pcg32::seed_from_u64(seed.get()), count))
    });
    let schedule = Memo::new(move |_| session.settings.with(|settings| settings.schedule()));
    let picture = Signal::derive(move || {
        let time = clock.time.get();
        schedule.with(|schedule| {
            let strip = (0..STRIP).map(|place| schedule.kept(Drowning::strip_time(place) as f32)).collect();
            let kept = schedule.kept(time as f32);
            Some(Drowning { clean: clean.get(), noise: noise.get(), time, kept, strip })
        })
    });
    let on_point = Callback::new(move |event: PointEvent| {
        if matches!(event.kind, Stroke::Down | Stroke::Move)
            && let Some(time) = Drowning::time_at(event.x, event.y, event.width)
        {
            clock.take(time);
        }
    });
    let sources = [(Source::Letter, "A letter"), (Source::Drawn, "Your drawing"), (Source::Photo, "A photograph")];
    let sample = RwSignal::new(PHOTOGRAPHS.first().map(|first| photos::id_of(first).to_owned()));
    let tiles = letters::NAMES.chars().enumerate().map(|(index, _)| Tile {
        pixels: ink(index).collect(),
        rows: SIDE,
        columns: SIDE,
        label: String::new(),
        mark: None,
    });
    let tiles = Signal::stored(tiles.collect::<Vec<Tile>>());
    let input = move || match source.get() {
        Source::Letter => view! {
            <Examples
                label="Letters"
                images=tiles
                scale=Scale::Grey
                selected=Signal::derive(move || Some(letter.get()))
                on_pick=Callback::new(move |index: usize| letter.set(index))
            />
        }
        .into_any(),
        Source::Drawn => view! { <DrawPad label="Draw what is to be drowned" size=SIDE value=drawn /> }.into_any(),
        Source::Photo => view! {
            <PhotoInput
                label="The photograph"
                samples=photos::samples()
                sample
                on_sample=Callback::new(move |id: String| sample.set(Some(id)))
                on_photo=Callback::new(move |taken: Photo| photo.set(Some(taken)))
                wants_frame=Signal::stored(true)
            />
        }
        .into_any(),
    };
    view! {
        <Figure
            id="forward"
            technique="denoising"
            title="Drowned in noise, little by little"
            picture
            on_point
            on_key=clock.on_key()
            controls=move || view! {
                <div class="drowned">
                    <Chips
                        label="What is drowned"
                        options=sources.map(|(source, name)| (source, name.to_owned())).to_vec()
                        value=source
                        on_change=Callback::new(move |chosen: Source| source.set(chosen))
                    />
                    {input}
                </div>
                <div class="drowned-when">
                    <ClockBar label="Time t, from the picture to noise" clock />
                    <button type="button" on:click=move |_| seed.update(|seed| *seed += 1)>"Other noise"</button>
                </div>
            }
        >
            <strong>"Stop where you can just still tell what it is."</strong>
            " Each value is √ᾱ of the picture plus √(1 − ᾱ) of noise, and the noise is the same all along. The values lose their form and end as "
            "the bell of pure noise. So far nothing has learned anything."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use models::generative::diffusion::{Schedule, Shape};

    use super::*;
    use crate::widgets::to_svg;

    fn drowning(time: f64) -> Drowning {
        let clean = Clean::of_ink((0..SIDE * SIDE).map(|place| f32::from(u8::from(place % 5 == 0))));
        let noise = draws(&mut Pcg32::seed_from_u64(1), SIDE * SIDE);
        let schedule = Schedule::new(&Shape::Cosine);
        let strip = (0..STRIP).map(|place| schedule.kept(Drowning::strip_time(place) as f32)).collect();
        let kept = schedule.kept(time as f32);
        Drowning { clean: Arc::new(clean), noise: Arc::new(noise), time, kept, strip }
    }

    #[test]
    fn it_begins_as_the_picture_and_ends_as_the_noise() {
        let it = drowning(0.0);
        let near = |found: &[f32], wanted: &[f32]| found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 0.05);
        assert!(near(&it.at(it.kept).values, &it.clean.values));
        let it = drowning(1.0);
        assert!(near(&it.at(it.kept).values, &it.noise));
    }

    #[test]
    fn a_place_of_the_strip_is_its_time() {
        for width in [354.0, 940.0] {
            let Layout { top, small, .. } = Drowning::layout(width);
            assert_eq!(Drowning::time_at(3.0, top + 3.0, width), Some(0.0));
            assert_eq!(Drowning::time_at(8.0 * (small + BETWEEN) + 2.0, top + small / 2.0, width), Some(1.0));
            assert_eq!(Drowning::time_at(3.0, top - 5.0, width), None);
            assert!(8.0 * (small + BETWEEN) + small <= width + 1e-9);
            let svg = to_svg(&drowning(0.4), width, &Theme::dark());
            assert!(svg.contains("0.125") && !svg.contains("NaN"));
            // The histogram is there on a phone too, between the picture and the strip.
            let Layout { side, histogram, .. } = Drowning::layout(width);
            assert!(svg.contains("how many pixels have which value"));
            assert!(histogram.bottom - histogram.top > 80.0 && histogram.bottom + LABEL <= top);
            assert!(histogram.left > side || histogram.top > side);
        }
        assert!(drowning(0.5).summary().contains("0.50"));
        assert_eq!(drowning(0.5).table().rows.len(), STRIP);
    }

    #[test]
    fn no_value_is_lost() {
        let counts = Drowning::histogram(&[-99.0, -1.0, 0.0, 1.0, f32::INFINITY, f32::NAN]);
        assert!((counts.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}
