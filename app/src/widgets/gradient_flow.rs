//! How much of the error reaches each layer: mean |gradient| over the steps, on a logarithmic scale.

use super::{
    axis::Axis,
    chart::{Chart, Series},
    format::number,
    palette::{Ink, Theme},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Drawn, Picture, Surface, Table},
};

/// From so many measured steps on there are lines; before, one mark for each layer.
const LINES_FROM: usize = 3;
const HEIGHT: f64 = 190.0;
const SIZE: f64 = 11.0;
/// So many lines have room for their names at their ends; of more only the first and the last are named.
const NAMED: usize = 8;

/// Mean |gradient| of each layer.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientFlow {
    /// Names, input side first.
    pub layers: Vec<String>,
    /// For each layer the kind it belongs to: a kind has a colour, and what comes after its first is dashed. Where there are
    /// none, the shade tells the order.
    pub kinds: Vec<usize>,
    /// The steps that were measured.
    pub steps: Vec<f64>,
    /// For each layer its mean |gradient| at each of these steps; the last is now.
    pub means: Vec<Vec<f64>>,
}

/// The theme with its ten data colours in order: light for the input side, dark (in the dark theme, bright) for the output
/// side. Layers have an order and are no classes.
fn ordered(theme: &Theme) -> Theme {
    let shade = |place: usize| theme.classes[4].mix(theme.ink, place as f32 / 9.0);
    Theme { classes: std::array::from_fn(shade), ..*theme }
}

impl GradientFlow {
    /// The colour of the layer's kind, or its place among the ten shades.
    fn ink(&self, layer: usize) -> Ink {
        if let Some(kind) = self.kinds.get(layer) {
            return Ink::Class(*kind);
        }
        Ink::Class(if self.layers.len() > 1 { layer * 9 / (self.layers.len() - 1) } else { 0 })
    }

    /// Whether the layer is not the first of its kind.
    fn is_later(&self, layer: usize) -> bool {
        self.kinds.get(layer).is_some_and(|kind| self.kinds[..layer].contains(kind))
    }

    fn theme(&self, theme: &Theme) -> Theme {
        if self.kinds.is_empty() { ordered(theme) } else { *theme }
    }

    /// Every layer is named where there are few, else the first and the last.
    fn chart(&self) -> Chart {
        let last = self.layers.len().saturating_sub(1);
        let layers = self.layers.iter().zip(&self.means).enumerate();
        let series = layers.map(|(layer, (name, means))| {
            // Zero has no place on this scale; the line breaks there.
            let means = means.iter().map(|mean| if *mean > 0.0 { *mean } else { f64::NAN });
            let outer = layer == 0 || layer == last;
            let name = if outer || self.layers.len() <= NAMED { name.as_str() } else { "" };
            let points = self.steps.iter().copied().zip(means).collect();
            let line = Series::new(name, points, self.ink(layer));
            let line = line.width(if outer || !self.kinds.is_empty() { 2.2 } else { 1.3 });
            if self.is_later(layer) { line.dashed() } else { line }
        });
        Chart {
            series: series.collect(),
            x: Axis::new("step").integer(),
            y: Axis::new("mean |gradient|").log(),
            height: HEIGHT,
            ..Chart::default()
        }
    }

    fn last(&self, layer: usize) -> f64 {
        self.means.get(layer).and_then(|means| means.last()).copied().unwrap_or(f64::NAN)
    }

    fn now(&self) -> Option<(f64, f64)> {
        let known = |mean: f64| (mean.is_finite() && mean > 0.0).then_some(mean);
        Some((known(self.last(0))?, known(self.last(self.means.len().checked_sub(1)?))?))
    }

    /// One mark for each layer. Length from zero would lie on a logarithmic scale, so these are dots on a track.
    fn marks<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        let theme = pen.theme;
        let soft = Lettering::new(theme.soft);
        let widest = self.layers.iter().map(|name| text_width(name, SIZE, false)).fold(0.0, f64::max);
        let left = widest.min(pen.width * 0.3) + 14.0;
        let (right, bottom) = ((pen.width - 84.0).max(left + 20.0), pen.height - 36.0);
        let means = (0..self.layers.len()).map(|layer| self.last(layer));
        let span = Axis::new("").log().fit(means, true);
        let place = |value: f64| left + span.share(value) * (right - left);
        for (value, label) in span.ticks(((right - left) / 70.0).clamp(2.0, 6.0) as usize) {
            pen.down(place(value), 2.0, bottom, theme.line)?;
            pen.text(&label, place(value), bottom + 11.0, soft.center())?;
        }
        pen.text("mean |gradient|", right, bottom + 27.0, soft.right())?;
        let row = (bottom - 4.0) / self.layers.len().max(1) as f64;
        let every = (13.0 / row).ceil().max(1.0) as usize;
        let final_layer = self.layers.len().saturating_sub(1);
        for (layer, name) in self.layers.iter().enumerate() {
            let (y, mean, color) = (2.0 + row * (layer as f64 + 0.5), self.last(layer), theme.ink(self.ink(layer)));
            pen.across(left, right, y, theme.line)?;
            if mean > 0.0 && mean.is_finite() {
                pen.disc(place(mean), y, (row * 0.42).clamp(2.0, 5.0), color)?;
            }
            // The last name is always there, and its neighbour makes room for it.
            if layer == final_layer || (layer.is_multiple_of(every) && layer + every <= final_layer) {
                pen.text(&fitted(name, SIZE, left - 10.0), left - 8.0, y, soft.right())?;
                pen.text(&number(mean), right + 10.0, y, Lettering::new(theme.ink))?;
            }
        }
        Ok(())
    }
}

impl Picture for GradientFlow {
    fn height(&self, _width: f64) -> f64 {
        HEIGHT
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let theme = self.theme(theme);
        if self.steps.len() < LINES_FROM {
            self.marks(&mut Pen::new(surface, &theme, scale))
        } else {
            self.chart().draw(surface, &theme, scale)
        }
    }

    fn summary(&self) -> String {
        match self.now() {
            Some((first, last)) => format!(
                "{} layers. The first layer's mean gradient is {}, the last one's {}: a ratio of {}.",
                self.layers.len(),
                number(first),
                number(last),
                number(first / last),
            ),
            None => "No gradients yet.".into(),
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(std::iter::once("step".to_owned()).chain(self.layers.iter().cloned()));
        for (index, step) in self.steps.iter().enumerate() {
            let mean = |layer: usize| self.means.get(layer).and_then(|means| means.get(index));
            let cells = (0..self.layers.len()).map(|layer| mean(layer).map(f64::to_string).unwrap_or_default());
            table.row(std::iter::once(step.to_string()).chain(cells));
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        if self.steps.len() < LINES_FROM {
            return None;
        }
        let chart = self.chart();
        // Beside many lines the pointer's label keeps to those that are named.
        let named = chart.series.iter().filter(|series| !series.name.is_empty()).cloned().collect();
        Chart { series: named, ..chart }.hint(x, y, width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_of_a_kind_share_a_colour() {
        let flow = GradientFlow {
            layers: ["a 1", "a 2", "b 1"].map(String::from).to_vec(),
            kinds: vec![0, 0, 1],
            steps: vec![1.0, 2.0, 3.0],
            means: vec![vec![0.1; 3]; 3],
        };
        let drawn: Vec<_> = flow.chart().series.iter().map(|line| (line.color, line.dashed)).collect();
        assert_eq!(drawn, [(Ink::Class(0), false), (Ink::Class(0), true), (Ink::Class(1), false)]);
        assert_eq!(flow.theme(&Theme::light()).classes, Theme::light().classes);
        let ordered = GradientFlow { kinds: Vec::new(), ..flow };
        assert!(ordered.chart().series.iter().all(|line| !line.dashed));
        assert_eq!(ordered.chart().series[2].color, Ink::Class(9));
    }
}
