//! Heat over a picture: where something was seen, by one or several ways of asking.

use super::{
    format::number,
    palette::{Rgb, Theme, cividis, grey, signed},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Between two panels.
const GAP: f64 = 14.0;
/// Below a panel: its name, and what its colours mean.
const LABEL: f64 = 37.0;
/// The strip of colours between the words for its ends.
const STRIP: (f64, f64) = (44.0, 7.0);
const WORDS: f64 = 10.0;
/// Widest and narrowest panel.
const SIDES: (f64, f64) = (210.0, 118.0);

/// The size of heat that one pixel in a hundred exceeds: a few are much larger than all others and would leave the rest
/// without colour. The largest where so few have any.
fn full(heat: &[f32]) -> f32 {
    let mut sizes: Vec<f32> = heat.iter().map(|heat| heat.abs()).filter(|size| size.is_finite()).collect();
    sizes.sort_by(f32::total_cmp);
    let at = |place: usize| sizes.get(place).copied().unwrap_or_default();
    let nearly = at(sizes.len() * 99 / 100);
    if nearly > 0.0 { nearly } else { at(sizes.len().saturating_sub(1)) }
}

/// Half as bright and grey: a photograph's own colours would be read as heat.
fn dimmed(color: Rgb) -> Rgb {
    let shade = (0.3 * f32::from(color.0) + 0.6 * f32::from(color.1) + 0.1 * f32::from(color.2)) / 2.0;
    Rgb(shade as u8, shade as u8, shade as u8)
}

/// One picture with its heat.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What the heat is.
    pub label: String,
    /// The heat, row by row, as a square of any side: it is stretched over the picture. Empty shows the picture alone.
    pub heat: Vec<f32>,
    /// Whether the heat has both signs: blue below zero, vermilion above.
    pub signed: bool,
}

/// What lies under the heat, row by row.
#[derive(Clone, Debug, PartialEq)]
pub enum Ground {
    /// Ink from 0 to 1.
    Ink(Vec<f32>),
    /// Colours.
    Color(Vec<Rgb>),
}

impl Ground {
    fn colors(&self, theme: &Theme) -> Vec<Rgb> {
        match self {
            Ground::Ink(ink) => ink.iter().map(|ink| grey(theme, *ink)).collect(),
            Ground::Color(colors) => colors.clone(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Ground::Ink(ink) => ink.len(),
            Ground::Color(colors) => colors.len(),
        }
    }

    fn told(&self, at: usize) -> String {
        match self {
            Ground::Ink(ink) => ink.get(at).map(f32::to_string),
            Ground::Color(colors) => colors.get(at).map(|color| color.css()),
        }
        .unwrap_or_default()
    }
}

/// The same picture under several kinds of heat.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// Pixels along one side.
    pub side: usize,
    /// The picture.
    pub picture: Ground,
    /// The kinds of heat.
    pub panels: Vec<Panel>,
    /// How much of the heat is seen, 0 to 1.
    pub opacity: f32,
}

impl Overlay {
    fn layout(&self, width: f64) -> (usize, f64) {
        let most = ((width + GAP) / (SIDES.1 + GAP)).floor().max(1.0) as usize;
        let count = self.panels.len().max(1);
        let columns = count.div_ceil(count.div_ceil(most));
        (columns, ((width + GAP) / columns as f64 - GAP).min(SIDES.0))
    }

    /// The panel's heat at every pixel of the picture; pixels without any hold NaN.
    fn stretched(&self, panel: &Panel) -> Vec<f32> {
        let from = panel.heat.len().isqrt();
        if from == self.side || from == 0 || from * from != panel.heat.len() {
            return panel.heat.clone();
        }
        // Each value lies in the middle of its square, with straight lines between.
        let place = |at: usize| {
            let place = ((at as f32 + 0.5) * from as f32 / self.side as f32 - 0.5).clamp(0.0, (from - 1) as f32);
            (place as usize, (place as usize + 1).min(from - 1), place.fract())
        };
        let mix = |one: f32, other: f32, share: f32| one + (other - one) * share;
        let at = |at: usize| {
            let ((up, down, low), (left, right, far)) = (place(at / self.side), place(at % self.side));
            let line = |row: usize| mix(panel.heat[row * from + left], panel.heat[row * from + right], far);
            mix(line(up), line(down), low)
        };
        (0..self.side * self.side).map(at).collect()
    }

    fn colors(&self, theme: &Theme, panel: &Panel) -> Vec<Rgb> {
        let heat = self.stretched(panel);
        let is_photo = matches!(self.picture, Ground::Color(_));
        let full = full(&heat);
        let pixel = |(at, ground): (usize, Rgb)| {
            let heat = heat.get(at).copied().filter(|heat| heat.is_finite());
            match heat {
                // Without any difference there is nothing to see in it.
                Some(heat) if full > 0.0 => {
                    let share = (heat / full).clamp(-1.0, 1.0);
                    let color = if panel.signed { signed(theme, share) } else { cividis(share.max(0.0)) };
                    // A photograph stays in sight where there is little heat.
                    let weight = if is_photo { share.abs().sqrt() } else { 1.0 };
                    let ground = if is_photo { ground.mix(dimmed(ground), self.opacity) } else { ground };
                    ground.mix(color, self.opacity * weight)
                }
                _ => ground,
            }
        };
        self.picture.colors(theme).into_iter().enumerate().map(pixel).collect()
    }

    /// What the colours of a panel mean.
    fn legend<S: Surface>(&self, pen: &mut Pen<S>, panel: &Panel, x: f64, y: f64) -> Drawn<S> {
        let theme = pen.theme;
        let (low, high) = if panel.signed { ("against", "for") } else { ("little", "much") };
        let soft = Lettering::new(theme.soft).size(WORDS);
        let left = x + text_width(low, WORDS, false) + 5.0;
        let color = |step: u8| match (panel.signed, f32::from(step) / 32.0) {
            (true, share) => signed(theme, 2.0 * share - 1.0),
            (false, share) => cividis(share),
        };
        let colors: Vec<Rgb> = (0..=32).map(color).collect();
        pen.text(low, x, y, soft)?;
        let strip = Bitmap { columns: colors.len(), rows: 1, colors: &colors, smooth: false };
        pen.bitmap(left, y - STRIP.1 / 2.0, STRIP.0, STRIP.1, strip)?;
        pen.text(high, left + STRIP.0 + 5.0, y, soft)
    }

    /// Panel and pixel under a CSS pixel.
    fn at(&self, x: f64, y: f64, width: f64) -> Option<(usize, usize)> {
        let (columns, side) = self.layout(width);
        let (column, row) = ((x / (side + GAP)).floor(), (y / (side + LABEL + GAP)).floor());
        let (left, top) = (x - column * (side + GAP), y - row * (side + LABEL + GAP));
        let panel = row * columns as f64 + column;
        let inside = column >= 0.0 && row >= 0.0 && left < side && top < side && column < columns as f64;
        let place = |along: f64| (along / side * self.side as f64) as usize;
        (inside && panel < self.panels.len() as f64).then(|| (panel as usize, place(top) * self.side + place(left)))
    }
}

impl Picture for Overlay {
    fn height(&self, width: f64) -> f64 {
        let (columns, side) = self.layout(width);
        self.panels.len().max(1).div_ceil(columns) as f64 * (side + LABEL + GAP) - GAP
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let (columns, side) = self.layout(pen.width);
        // A photograph is looked at as a whole, strokes of ink pixel by pixel.
        let smooth = matches!(self.picture, Ground::Color(_));
        for (index, panel) in self.panels.iter().enumerate() {
            let x = (index % columns) as f64 * (side + GAP);
            let y = (index / columns) as f64 * (side + LABEL + GAP);
            let colors = self.colors(theme, panel);
            if colors.len() == self.side * self.side && self.side > 0 {
                pen.bitmap(x, y, side, side, Bitmap { columns: self.side, rows: self.side, colors: &colors, smooth })?;
            }
            pen.outline(x, y, side, side, theme.line, 1.0)?;
            let words = fitted(&panel.label, 11.0, side + GAP);
            pen.text(&words, x, y + side + 11.0, Lettering::new(theme.soft))?;
            if !panel.heat.is_empty() {
                self.legend(&mut pen, panel, x, y + side + 27.0)?;
            }
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let told = self.panels.iter().filter(|panel| !panel.heat.is_empty()).map(|panel| {
            let heat = self.stretched(panel);
            let most = (0..heat.len()).max_by(|a, b| heat[*a].abs().total_cmp(&heat[*b].abs())).unwrap_or_default();
            let (row, column) = (most / self.side.max(1) + 1, most % self.side.max(1) + 1);
            format!("{}: strongest in row {row}, column {column}", panel.label)
        });
        let told: Vec<String> = told.collect();
        if told.is_empty() { "A picture without heat.".into() } else { format!("{}.", told.join("; ")) }
    }

    fn table(&self) -> Table {
        let names = ["row", "column", if matches!(self.picture, Ground::Ink(_)) { "ink" } else { "colour" }];
        let labels = self.panels.iter().map(|panel| panel.label.clone());
        let mut table = Table::new(names.map(String::from).into_iter().chain(labels));
        let heats: Vec<Vec<f32>> = self.panels.iter().map(|panel| self.stretched(panel)).collect();
        for at in 0..self.picture.len() {
            let place = [at / self.side.max(1) + 1, at % self.side.max(1) + 1].map(|place| place.to_string());
            let heat = |heat: &Vec<f32>| heat.get(at).map(f32::to_string).unwrap_or_default();
            table.row(place.into_iter().chain([self.picture.told(at)]).chain(heats.iter().map(heat)));
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let (panel, pixel) = self.at(x, y, width)?;
        let panel = &self.panels[panel];
        self.stretched(panel).get(pixel).map(|heat| format!("{}: {}", panel.label, number((*heat).into())))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn overlay(opacity: f32) -> Overlay {
        let panel = |label: &str, heat: Vec<f32>, signed| Panel { label: label.into(), heat, signed };
        Overlay {
            side: 2,
            picture: Ground::Ink(vec![0.0, 1.0, 0.0, 1.0]),
            panels: vec![
                panel("saliency", vec![0.0, 0.1, 0.7, 0.2], false),
                panel("guided", vec![-1.0, 0.0, 0.5, 0.0], true),
                panel("flat", vec![0.0; 4], false),
            ],
            opacity,
        }
    }

    #[test]
    fn without_opacity_the_picture_is_left() {
        let theme = Theme::light();
        let (clear, full) = (overlay(0.0), overlay(1.0));
        let plain = clear.picture.colors(&theme);
        assert!(clear.panels.iter().all(|panel| clear.colors(&theme, panel) == plain));
        assert_eq!(full.colors(&theme, &full.panels[0])[2], cividis(1.0));
        assert_eq!(full.colors(&theme, &full.panels[2]), plain, "no heat shows no heat");
    }

    #[test]
    fn a_few_large_values_leave_the_rest_its_colour() {
        let mut heat = vec![1.0; 200];
        heat[7] = 1000.0;
        assert_eq!(full(&heat), 1.0);
        assert_eq!(full(&[[0.0; 199].as_slice(), &[3.0]].concat()), 3.0);
        assert_eq!(full(&[]), 0.0);
    }

    #[test]
    fn the_strongest_place_is_told() {
        let overlay = overlay(0.5);
        assert!(overlay.summary().starts_with("saliency: strongest in row 2, column 1; guided: strongest in row 1"));
        assert_eq!(overlay.table().rows[2], ["2", "1", "0", "0.7", "0.5", "0"]);
        let svg = to_svg(&overlay, 500.0, &Theme::dark());
        assert!(["guided", "little", "much", "against", "for"].iter().all(|word| svg.contains(word)));
        let (_, side) = overlay.layout(500.0);
        assert_eq!(
            overlay.hint(side * 0.25, side * 0.75, 500.0),
            Some(format!("saliency: {}", number(f64::from(0.7_f32))))
        );
        assert_eq!(overlay.hint(side + 3.0, 5.0, 500.0), None);
    }

    #[test]
    fn coarse_heat_is_stretched_over_a_photograph() {
        let photo = Overlay {
            side: 4,
            picture: Ground::Color(vec![Rgb(10, 20, 30); 16]),
            panels: vec![Panel { label: "coarse".into(), heat: vec![0.0, 0.0, 4.0, 8.0], signed: false }],
            opacity: 1.0,
        };
        let heat = photo.stretched(&photo.panels[0]);
        assert_eq!((heat[0], heat[12], heat[15]), (0.0, 4.0, 8.0));
        assert_eq!(heat[13], 5.0, "a quarter of the way from 4 to 8");
        assert_eq!(photo.table().rows[0][..3], ["1", "1", "#0a141e"]);
        assert!(photo.summary().contains("row 4, column 4"));
    }
}
