//! A picture on its way out of noise: as it is, what is seen in it, and the key steps of the way in a strip.

use std::sync::Arc;

use super::{
    format::plain,
    palette::Theme,
    pen::{Lettering, Pen, fitted},
    picture::{Drawn, Picture, Surface, Table},
    plate::Plate,
};

/// Between the parts of the sum: room for its signs.
const SIGN: f64 = 30.0;
/// One line of words.
const LINE: f64 = 17.0;
/// The widest that a picture is drawn.
const WIDEST: f64 = 250.0;
/// Narrower than this, the parts stand below the picture.
const NARROW: f64 = 480.0;
/// Stands where the noise was, once there is none.
const NOTHING: &str = "no noise is left";
/// Side of a picture in the strip, and the space between two.
const STRIP: (f64, f64) = (38.0, 4.0);
/// Between the sum and the strip, and between two ways.
const APART: f64 = 16.0;

/// One step of a way.
#[derive(Clone, Debug, PartialEq)]
pub struct WayKey {
    /// Steps taken before.
    pub step: u32,
    /// ᾱ: the share of the picture's variance that is left; 1 at the end.
    pub kept: f32,
    /// The picture as it is.
    pub now: Plate,
    /// The noise that is seen in it; none at the end.
    pub noise: Option<Plate>,
    /// The clean picture that is left without the noise.
    pub clean: Plate,
}

/// The way of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// What it is to become.
    pub name: String,
    /// Its key steps.
    pub keys: Arc<Vec<WayKey>>,
}

/// One or more pictures on their ways, all at the same step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Denoising {
    /// The ways.
    pub ways: Vec<Way>,
    /// The key step that is looked at.
    pub focus: usize,
    /// Steps in all.
    pub steps: u32,
}

/// Where the parts of one way lie, from its top.
struct Layout {
    tile: f64,
    part: f64,
    /// The corners of the picture, the clean one and the noise.
    places: [(f64, f64); 3],
    strip: f64,
    bottom: f64,
}

impl Denoising {
    fn layout(&self, width: f64) -> Layout {
        let top = LINE;
        if width < NARROW {
            let tile = (width * 0.62).min(WIDEST);
            let part = (width / 2.0 - SIGN).min(WIDEST * 0.7);
            let below = top + tile + LINE + 10.0;
            // The sum's second row begins with its sign.
            let places = [(0.0, top), (SIGN, below), (part + 2.0 * SIGN, below)];
            let strip = below + part + LINE + APART;
            return Layout { tile, part, places, strip, bottom: strip + Self::strip_height() };
        }
        let tile = ((width - 2.0 * SIGN) * 0.38).min(WIDEST);
        let part = tile * 0.8;
        let first = tile + SIGN;
        let lower = top + (tile - part) / 2.0;
        let places = [(0.0, top), (first, lower), (first + part + SIGN, lower)];
        let strip = top + tile + LINE + APART;
        Layout { tile, part, places, strip, bottom: strip + Self::strip_height() }
    }

    fn strip_height() -> f64 {
        2.0 * STRIP.0 + STRIP.1 + LINE
    }

    fn keys(&self) -> usize {
        self.ways.iter().map(|way| way.keys.len()).min().unwrap_or_default()
    }

    /// The key steps that have room in the strip, evenly spread, the one that is looked at among them.
    fn shown(&self, width: f64) -> Vec<usize> {
        let keys = self.keys();
        let most = (((width + STRIP.1) / (STRIP.0 + STRIP.1)) as usize).max(2);
        if keys <= most {
            return (0..keys).collect();
        }
        let mut shown: Vec<usize> = (0..most).map(|place| (place * (keys - 1) + (most - 1) / 2) / (most - 1)).collect();
        if !shown.contains(&self.focus) {
            // The first and the last stay, if there is room for more.
            let inside = if most > 2 { 1..most - 1 } else { 0..most };
            if let Some(near) = shown[inside].iter_mut().min_by_key(|key| key.abs_diff(self.focus)) {
                *near = self.focus;
            }
        }
        shown
    }

    /// The key step under a CSS pixel.
    pub fn key_at(&self, x: f64, y: f64, width: f64) -> Option<usize> {
        let layout = self.layout(width);
        let inside = (0..self.ways.len()).any(|way| {
            let top = way as f64 * (layout.bottom + APART) + layout.strip;
            (top..top + 2.0 * STRIP.0 + STRIP.1).contains(&y)
        });
        let place = (x / (STRIP.0 + STRIP.1)).floor();
        if !inside || place < 0.0 {
            return None;
        }
        self.shown(width).get(place as usize).copied()
    }

    fn draw_way<S: Surface>(&self, pen: &mut Pen<S>, way: &Way, top: f64, layout: &Layout) -> Drawn<S> {
        let Some(key) = way.keys.get(self.focus) else { return Ok(()) };
        let theme = pen.theme;
        pen.text(&fitted(&way.name, 12.0, pen.width), 0.0, top + 7.0, Lettering::new(theme.ink).size(12.0).bold())?;
        let [now, clean, noise] = layout.places.map(|(x, y)| (x, top + y));
        let (tile, part) = (layout.tile, layout.part);
        let below = |pen: &mut Pen<S>, words: &str, (x, y): (f64, f64), side: f64| {
            let words = fitted(words, 11.0, side + SIGN - 4.0);
            pen.text(&words, x, y + side + 10.0, Lettering::new(theme.soft))
        };
        key.now.draw(pen, now.0, now.1, tile)?;
        below(pen, &format!("step {} of {}", key.step, self.steps), now, tile)?;
        let (signal, spread) = (key.kept.sqrt(), (1.0 - key.kept).max(0.0).sqrt());
        let sign = Lettering::new(theme.soft).size(20.0).center();
        pen.text("=", clean.0 - SIGN / 2.0, clean.1 + part / 2.0, sign)?;
        pen.text("+", noise.0 - SIGN / 2.0, noise.1 + part / 2.0, sign)?;
        key.clean.draw(pen, clean.0, clean.1, part)?;
        below(pen, &format!("{} × the picture it sees", share(signal)), clean, part)?;
        match &key.noise {
            Some(plate) => plate.draw(pen, noise.0, noise.1, part)?,
            None => {
                pen.outline(noise.0, noise.1, part, part, theme.line, 1.0)?;
                let how = Lettering::new(theme.soft).size(12.0).center();
                let words = fitted(NOTHING, 12.0, part - 8.0);
                pen.text(&words, noise.0 + part / 2.0, noise.1 + part / 2.0, how)?;
            }
        }
        below(pen, &format!("{} × the noise it sees", share(spread)), noise, part)?;
        self.draw_strip(pen, way, top + layout.strip)
    }

    fn draw_strip<S: Surface>(&self, pen: &mut Pen<S>, way: &Way, top: f64) -> Drawn<S> {
        let theme = pen.theme;
        let step = STRIP.0 + STRIP.1;
        let mut free = 0.0;
        for (place, index) in self.shown(pen.width).into_iter().enumerate() {
            let (Some(key), x) = (way.keys.get(index), place as f64 * step) else { continue };
            key.now.draw(pen, x, top, STRIP.0)?;
            key.clean.draw(pen, x, top + step, STRIP.0)?;
            let is_looked_at = index == self.focus;
            if is_looked_at {
                pen.outline(x - 2.0, top - 2.0, STRIP.0 + 4.0, step + STRIP.0 + 4.0, theme.accent, 2.5)?;
            }
            let words = key.step.to_string();
            if x >= free || is_looked_at {
                let color = if is_looked_at { theme.accent } else { theme.soft };
                let how = Lettering::new(color).size(10.0).center();
                pen.text(&words, x + STRIP.0 / 2.0, top + step + STRIP.0 + 10.0, how)?;
                free = x + STRIP.0;
            }
        }
        Ok(())
    }
}

fn share(value: f32) -> String {
    format!("{value:.2}")
}

impl Picture for Denoising {
    fn height(&self, width: f64) -> f64 {
        let layout = self.layout(width);
        self.ways.len().max(1) as f64 * (layout.bottom + APART) - APART
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let layout = self.layout(pen.width);
        for (place, way) in self.ways.iter().enumerate() {
            self.draw_way(&mut pen, way, place as f64 * (layout.bottom + APART), &layout)?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let names: Vec<&str> = self.ways.iter().map(|way| way.name.as_str()).collect();
        let Some(key) = self.ways.first().and_then(|way| way.keys.get(self.focus)) else {
            return "No picture yet.".to_owned();
        };
        format!(
            "{}: step {} of {}. The picture is {} times what the network sees as clean and {} times what it sees as noise. {} key steps are kept.",
            names.join(" and "),
            key.step,
            self.steps,
            share(key.kept.sqrt()),
            share((1.0 - key.kept).max(0.0).sqrt()),
            self.keys(),
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new([
            "picture",
            "step",
            "ᾱ",
            "mean as it is, 0 to 1",
            "mean of the clean one, 0 to 1",
            "mean of the noise, 0 to 1",
        ]);
        for way in &self.ways {
            for key in way.keys.iter() {
                let noise = key.noise.as_ref().map(|plate| plain(plate.mean(), 4)).unwrap_or_default();
                let means = [plain(key.now.mean(), 4), plain(key.clean.mean(), 4), noise];
                let first = [way.name.clone(), key.step.to_string(), key.kept.to_string()];
                table.row(first.into_iter().chain(means));
            }
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let key = self.ways.first()?.keys.get(self.key_at(x, y, width)?)?;
        let percent = f64::from(key.kept) * 100.0;
        Some(format!("step {}: {} % of the variance is the picture’s", key.step, plain(percent, 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{plate::Tint, to_svg},
        *,
    };

    fn denoising(keys: u32, ways: usize) -> Denoising {
        let plate = |byte: u8| Plate::new(&[byte; 16], 4, Tint::Ink);
        let key = |step: u32| WayKey {
            step,
            kept: step as f32 / (keys - 1) as f32,
            now: plate(step as u8),
            noise: (step + 1 < keys).then(|| plate(9)),
            clean: plate(3),
        };
        let keys: Arc<Vec<WayKey>> = Arc::new((0..keys).map(key).collect());
        let way = |place: usize| Way { name: format!("way {place}"), keys: keys.clone() };
        Denoising { ways: (0..ways).map(way).collect(), focus: 3, steps: keys.len() as u32 - 1 }
    }

    #[test]
    fn the_strip_holds_the_first_the_last_and_what_is_looked_at() {
        for (keys, width) in [(6, 354.0), (50, 354.0), (50, 980.0), (50, 60.0)] {
            let mut it = denoising(keys, 2);
            for focus in 0..keys as usize {
                it.focus = focus;
                let shown = it.shown(width);
                assert!(shown.contains(&focus) && shown.is_sorted(), "{shown:?}");
                assert!(shown.len() < 3 || (shown[0] == 0 && shown.last() == Some(&(keys as usize - 1))));
                let place = shown.iter().position(|key| *key == focus).unwrap();
                let x = place as f64 * (STRIP.0 + STRIP.1) + STRIP.0 / 2.0;
                let layout = it.layout(width);
                let y = layout.bottom + APART + layout.strip + STRIP.0;
                assert_eq!(it.key_at(x, y, width), Some(focus));
                assert!(y < it.height(width));
            }
        }
    }

    #[test]
    fn it_draws_and_tells() {
        let mut it = denoising(11, 1);
        assert!(it.summary().contains("step 3 of 10"), "{}", it.summary());
        assert_eq!(it.table().rows.len(), 11);
        for (focus, width) in [(0, 160.0), (10, 354.0), (11, 900.0)] {
            it.focus = focus;
            let svg = to_svg(&it, width, &Theme::light());
            assert!(!svg.contains("NaN"));
            // The last key has no noise.
            assert_eq!(svg.contains(NOTHING), focus == 10 && width > 300.0, "{focus} at {width}");
        }
        to_svg(&Denoising::default(), 300.0, &Theme::dark());
        assert_eq!(Denoising::default().key_at(5.0, 5.0, 300.0), None);
    }
}
