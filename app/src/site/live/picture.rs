//! A little figure's marks on any surface, in the theme's colours.

use super::drawing::{Drawing, Hold, Mark, Ramp, Tone};
use crate::widgets::{Align, Bitmap, Drawn, Lettering, Pen, Picture, Rgb, Surface, Table, Theme, grey, signed};

fn color(theme: &Theme, tone: Tone) -> Rgb {
    match tone {
        Tone::Zero => theme.classes[0],
        Tone::One => theme.classes[1],
        Tone::ZeroSoft => theme.classes_soft[0],
        Tone::OneSoft => theme.classes_soft[1],
        Tone::Ink => theme.ink,
        Tone::Soft => theme.soft,
        Tone::Line => theme.line,
        Tone::Card => theme.card,
        Tone::Bad => theme.bad,
        Tone::Signed(value) => signed(theme, value),
        Tone::Grey(value) => grey(theme, value),
    }
}

impl Picture for Drawing {
    fn height(&self, width: f64) -> f64 {
        width * f64::from(self.height / self.width)
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let size = pen.width / f64::from(self.width);
        let at = |value: f32| f64::from(value) * size;
        // Words stay readable where the box is drawn small.
        let letters = |height: f32| (f64::from(height) * size).max(f64::from(height).min(9.5));
        let places =
            |points: &[(f32, f32)]| -> Vec<(f64, f64)> { points.iter().map(|(x, y)| (at(*x), at(*y))).collect() };
        for mark in &self.marks {
            match mark {
                Mark::Disc { x, y, radius, tone } => pen.disc(at(*x), at(*y), at(*radius), color(theme, *tone))?,
                Mark::Ring { x, y, radius, tone, width } => {
                    pen.circle(at(*x), at(*y), at(*radius), color(theme, *tone), at(*width))?;
                }
                Mark::Path { points, tone, width } => pen.line(&places(points), color(theme, *tone), at(*width))?,
                Mark::Area { points, tone } => pen.polygon(&places(points), color(theme, *tone))?,
                Mark::Block { x, y, width, height, tone } => {
                    pen.rect(at(*x), at(*y), at(*width), at(*height), color(theme, *tone))?;
                }
                Mark::Pixels { x, y, width, height, columns, values, ramp, smooth } => {
                    let paint = |value: &f32| match ramp {
                        Ramp::Signed => signed(theme, *value),
                        Ramp::Grey => grey(theme, *value),
                    };
                    let colors: Vec<Rgb> = values.iter().map(paint).collect();
                    let rows = values.len() / (*columns).max(1);
                    let bitmap = Bitmap { columns: *columns, rows, colors: &colors, smooth: *smooth };
                    pen.bitmap(at(*x), at(*y), at(*width), at(*height), bitmap)?;
                }
                Mark::Words { x, y, text, size, tone, hold } => {
                    let align = match hold {
                        Hold::Left => Align::Left,
                        Hold::Middle => Align::Center,
                        Hold::Right => Align::Right,
                    };
                    let how = Lettering { size: letters(*size), color: color(theme, *tone), align, bold: false };
                    pen.text(text, at(*x), at(*y), how)?;
                }
            }
        }
        Ok(())
    }

    fn summary(&self) -> String {
        self.summary.to_owned()
    }

    fn table(&self) -> Table {
        Table::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{curriculum::CURRICULUM, site::live::story, widgets::to_svg};

    #[test]
    fn every_little_figure_can_be_drawn_in_both_themes() {
        for network in &CURRICULUM {
            let Some(mut figure) = story::figure(network.slug) else { panic!("{}", network.slug) };
            (0..40).for_each(|_| figure.step());
            for theme in [Theme::light(), Theme::dark()] {
                let svg = to_svg(&figure.draw(), 255.0, &theme);
                assert!(svg.len() > 1000 && !svg.contains("NaN"), "{}", network.slug);
            }
        }
    }
}
