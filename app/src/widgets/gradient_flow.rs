//! How much of the error reaches each layer: mean |gradient| over the steps, on a logarithmic scale.

use super::{
    axis::Axis,
    chart::{Chart, Series},
    format::number,
    palette::{Ink, Theme},
    picture::{Drawn, Picture, Surface, Table},
};

/// Mean |gradient| of each layer.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientFlow {
    /// Names, input side first.
    pub layers: Vec<String>,
    /// The steps that were measured.
    pub steps: Vec<f64>,
    /// For each layer its mean |gradient| at each of these steps; the last is now.
    pub means: Vec<Vec<f64>>,
}

impl GradientFlow {
    /// The first layer in one colour, the last in the other, those between in grey.
    fn chart(&self) -> Chart {
        let last = self.layers.len().saturating_sub(1);
        let series = self
            .layers
            .iter()
            .zip(&self.means)
            .enumerate()
            .map(|(layer, (name, means))| {
                let points = self.steps.iter().copied().zip(means.iter().map(|mean| if *mean > 0.0 { *mean } else { f64::NAN }));
                let color = match layer {
                    0 => Ink::Class(0),
                    _ if layer == last => Ink::Class(1),
                    _ => Ink::Soft,
                };
                let named = layer == 0 || layer == last || last <= 3;
                let series = Series::new(if named { name.as_str() } else { "" }, points.collect(), color);
                if layer == 0 || layer == last { series } else { series.width(1.2) }
            })
            .collect();
        Chart {
            series,
            x: Axis::new("step").integer().from(0.0),
            y: Axis::new("mean |gradient|").log(),
            ..Chart::default()
        }
    }

    fn now(&self) -> Option<(f64, f64)> {
        let last = |means: &Vec<f64>| means.last().copied().filter(|mean| mean.is_finite() && *mean > 0.0);
        Some((last(self.means.first()?)?, last(self.means.last()?)?))
    }
}

impl Picture for GradientFlow {
    fn height(&self, width: f64) -> f64 {
        self.chart().height(width)
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        self.chart().draw(surface, theme, scale)
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
        self.chart().table()
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        self.chart().hint(x, y, width)
    }
}
