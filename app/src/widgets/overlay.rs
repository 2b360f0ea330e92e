//! Heat over a picture: where something was seen, by one or several ways of asking.

use super::{
    format::number,
    palette::{Rgb, Theme, cividis, grey, signed},
    pen::{Lettering, Pen, fitted},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Between two panels.
const GAP: f64 = 14.0;
/// Below a panel: its name.
const LABEL: f64 = 20.0;
/// Widest and narrowest panel.
const SIDES: (f64, f64) = (210.0, 118.0);

/// One picture with its heat.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What the heat is.
    pub label: String,
    /// The heat, row by row; empty shows the picture alone.
    pub heat: Vec<f32>,
    /// Whether the heat has both signs: blue below zero, vermilion above.
    pub signed: bool,
}

/// The same picture under several kinds of heat.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// Pixels along one side.
    pub side: usize,
    /// Ink from 0 to 1, row by row.
    pub picture: Vec<f32>,
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

    fn colors(&self, theme: &Theme, panel: &Panel) -> Vec<Rgb> {
        let largest =
            panel.heat.iter().filter(|heat| heat.is_finite()).fold(0.0_f32, |most, heat| most.max(heat.abs()));
        let pixel = |(at, ink): (usize, &f32)| {
            let ground = grey(theme, *ink);
            let heat = panel.heat.get(at).copied().filter(|heat| heat.is_finite());
            match heat {
                // Without any difference there is nothing to see in it.
                Some(heat) if largest > 0.0 => {
                    let share = heat / largest;
                    let color = if panel.signed { signed(theme, share) } else { cividis(share.max(0.0)) };
                    ground.mix(color, self.opacity)
                }
                _ => ground,
            }
        };
        self.picture.iter().enumerate().map(pixel).collect()
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
        for (index, panel) in self.panels.iter().enumerate() {
            let x = (index % columns) as f64 * (side + GAP);
            let y = (index / columns) as f64 * (side + LABEL + GAP);
            let colors = self.colors(theme, panel);
            if colors.len() == self.side * self.side && self.side > 0 {
                pen.bitmap(
                    x,
                    y,
                    side,
                    side,
                    Bitmap { columns: self.side, rows: self.side, colors: &colors, smooth: false },
                )?;
            }
            pen.outline(x, y, side, side, theme.line, 1.0)?;
            let words = fitted(&panel.label, 11.0, side + GAP);
            pen.text(&words, x, y + side + 11.0, Lettering::new(theme.soft))?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let told = self.panels.iter().filter(|panel| panel.heat.len() == self.picture.len()).map(|panel| {
            let most = (0..panel.heat.len()).max_by(|a, b| panel.heat[*a].abs().total_cmp(&panel.heat[*b].abs()));
            let most = most.unwrap_or_default();
            let (row, column) = (most / self.side.max(1) + 1, most % self.side.max(1) + 1);
            format!("{}: strongest in row {row}, column {column}", panel.label)
        });
        let told: Vec<String> = told.collect();
        if told.is_empty() { "A picture without heat.".into() } else { format!("{}.", told.join("; ")) }
    }

    fn table(&self) -> Table {
        let names = ["row".to_owned(), "column".to_owned(), "ink".to_owned()];
        let mut table = Table::new(names.into_iter().chain(self.panels.iter().map(|panel| panel.label.clone())));
        for (at, ink) in self.picture.iter().enumerate() {
            let place = [at / self.side.max(1) + 1, at % self.side.max(1) + 1].map(|place| place.to_string());
            let heat = |panel: &Panel| panel.heat.get(at).map(f32::to_string).unwrap_or_default();
            table.row(place.into_iter().chain([ink.to_string()]).chain(self.panels.iter().map(heat)));
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let (panel, pixel) = self.at(x, y, width)?;
        let panel = &self.panels[panel];
        panel.heat.get(pixel).map(|heat| format!("{}: {}", panel.label, number((*heat).into())))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn overlay(opacity: f32) -> Overlay {
        let panel = |label: &str, heat: Vec<f32>, signed| Panel { label: label.into(), heat, signed };
        Overlay {
            side: 2,
            picture: vec![0.0, 1.0, 0.0, 1.0],
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
        let plain: Vec<Rgb> = clear.picture.iter().map(|ink| grey(&theme, *ink)).collect();
        assert!(clear.panels.iter().all(|panel| clear.colors(&theme, panel) == plain));
        assert_eq!(full.colors(&theme, &full.panels[0])[2], cividis(1.0));
        assert_eq!(full.colors(&theme, &full.panels[2]), plain, "no heat shows no heat");
    }

    #[test]
    fn the_strongest_place_is_told() {
        let overlay = overlay(0.5);
        assert!(overlay.summary().starts_with("saliency: strongest in row 2, column 1; guided: strongest in row 1"));
        assert_eq!(overlay.table().rows[2], ["2", "1", "0", "0.7", "0.5", "0"]);
        assert!(to_svg(&overlay, 500.0, &Theme::dark()).contains("guided"));
        let (_, side) = overlay.layout(500.0);
        assert_eq!(
            overlay.hint(side * 0.25, side * 0.75, 500.0),
            Some(format!("saliency: {}", number(f64::from(0.7_f32))))
        );
        assert_eq!(overlay.hint(side + 3.0, 5.0, 500.0), None);
    }
}
