//! A network as units and weights, with the values of one input.

use super::{
    palette::{Ink, Theme, signed},
    pen::{Lettering, Pen, fitted},
    picture::{Drawn, Picture, Surface, Table},
};

/// Units drawn in a layer; of larger ones the first are shown and the rest is hinted at.
const SHOWN: usize = 8;
const ABOVE: f64 = 20.0;
const BELOW: f64 = 34.0;

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkLayer {
    /// Its name.
    pub name: String,
    /// How many units.
    pub units: usize,
    /// The values of the first units for one input; may be empty.
    pub values: Vec<f32>,
    /// Below it: shape, parameters.
    pub note: String,
}

/// Layers from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// The layers, the input first.
    pub layers: Vec<NetworkLayer>,
    /// Between a layer and the next: inputs × outputs, row by row, if known.
    pub weights: Vec<Option<Vec<f32>>>,
    /// The layer to look at.
    pub highlight: Option<usize>,
}

impl Network {
    fn x(&self, layer: usize, width: f64) -> f64 {
        let slot = width / self.layers.len().max(1) as f64;
        slot * (layer as f64 + 0.5)
    }

    fn y(units: usize, unit: usize, height: f64) -> f64 {
        let shown = units.clamp(1, SHOWN) as f64;
        let room = height - ABOVE - BELOW;
        let step = (room / shown).min(34.0);
        ABOVE + room / 2.0 + (unit as f64 - (shown - 1.0) / 2.0) * step
    }

    /// The layer under a CSS pixel.
    pub fn layer_at(&self, x: f64, _y: f64, width: f64) -> Option<usize> {
        let layer = (x / width * self.layers.len() as f64).floor();
        (layer >= 0.0 && layer < self.layers.len() as f64).then_some(layer as usize)
    }

    fn wires<S: Surface>(&self, pen: &mut Pen<S>) -> Drawn<S> {
        for (layer, weights) in self.weights.iter().enumerate() {
            let (Some(from), Some(to)) = (self.layers.get(layer), self.layers.get(layer + 1)) else { continue };
            let known = weights.as_ref().filter(|weights| weights.len() == from.units * to.units);
            let largest = known.map_or(1.0, |weights| {
                weights.iter().filter(|weight| weight.is_finite()).fold(1e-6_f32, |most, weight| most.max(weight.abs()))
            });
            for input in 0..from.units.min(SHOWN) {
                for output in 0..to.units.min(SHOWN) {
                    let ends = [
                        (self.x(layer, pen.width), Self::y(from.units, input, pen.height)),
                        (self.x(layer + 1, pen.width), Self::y(to.units, output, pen.height)),
                    ];
                    let weight = known.map(|weights| weights[input * to.units + output] / largest);
                    let (color, width) = match weight {
                        Some(weight) if weight.is_finite() => {
                            let ink = pen.theme.ink(Ink::Class(usize::from(weight > 0.0)));
                            (pen.theme.card.mix(ink, 0.35 + 0.65 * weight.abs()), 0.6 + 3.0 * f64::from(weight.abs()))
                        }
                        _ => (pen.theme.line, 1.0),
                    };
                    pen.line(&ends, color, width)?;
                }
            }
        }
        Ok(())
    }
}

impl Picture for Network {
    fn height(&self, _width: f64) -> f64 {
        let tallest = self.layers.iter().map(|layer| layer.units.min(SHOWN)).max().unwrap_or(1) as f64;
        ABOVE + BELOW + (tallest * 30.0).max(90.0)
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        self.wires(&mut pen)?;
        let slot = pen.width / self.layers.len().max(1) as f64;
        let radius = (slot * 0.28).min(11.0);
        for (layer, it) in self.layers.iter().enumerate() {
            let x = self.x(layer, pen.width);
            let largest =
                it.values.iter().filter(|value| value.is_finite()).fold(1e-6_f32, |most, value| most.max(value.abs()));
            for unit in 0..it.units.min(SHOWN) {
                let y = Self::y(it.units, unit, pen.height);
                let value = it.values.get(unit).copied().filter(|value| value.is_finite());
                let fill = value.map_or(theme.card, |value| signed(theme, value / largest));
                pen.disc(x, y, radius, fill)?;
                let ring = if self.highlight == Some(layer) { theme.accent } else { theme.soft };
                pen.circle(x, y, radius, ring, if self.highlight == Some(layer) { 2.4 } else { 1.2 })?;
                if let (Some(value), true) = (value, slot > 90.0) {
                    let side = Lettering::new(theme.ink).size(10.0);
                    pen.text(&format!("{value:.2}").replace('-', "−"), x + radius + 3.0, y, side)?;
                }
            }
            let soft = Lettering::new(theme.soft).center();
            if slot > 34.0 {
                pen.text(&fitted(&it.name, 11.0, slot), x, 9.0, Lettering::new(theme.ink).center())?;
                pen.text(&fitted(&it.note, 9.5, slot), x, pen.height - 7.0, soft.size(9.5))?;
            }
            if it.units > SHOWN {
                let words = format!("{} more", it.units - SHOWN);
                pen.text(&fitted(&words, 10.0, slot), x, pen.height - BELOW + 8.0, soft.size(10.0))?;
            }
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let sizes: Vec<String> = self.layers.iter().map(|layer| format!("{} ({})", layer.name, layer.units)).collect();
        format!("{} layers: {}.", self.layers.len(), sizes.join(", "))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["layer", "units", "note", "unit", "value"]);
        for layer in &self.layers {
            for (unit, value) in layer.values.iter().enumerate() {
                let place = (unit + 1).to_string();
                table.row([layer.name.clone(), layer.units.to_string(), layer.note.clone(), place, value.to_string()]);
            }
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        self.layers.get(self.layer_at(x, y, width)?).map(|layer| format!("{}: {}", layer.name, layer.note))
    }
}
