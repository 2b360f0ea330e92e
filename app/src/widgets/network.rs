//! A network as units and weights, or as maps and windows, with the values of one input.

use super::{
    format::plain,
    heatmap::Scale,
    palette::{Ink, Rgb, Theme, signed},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Units drawn in a layer; of larger ones the first are shown and the rest is counted.
const SHOWN: usize = 8;
/// Above the units: the names.
const ABOVE: f64 = 22.0;
/// Between the lowest unit and the notes: the count of what is not shown.
const MORE: f64 = 18.0;
/// A line of the notes.
const NOTE: f64 = 13.0;
const NOTE_SIZE: f64 = 9.5;
/// Layers closer than this are drawn without single weights: they would be one tangle.
const TIGHT: f64 = 32.0;
/// Columns narrower than this have no room for notes of their own.
const NARROW: f64 = 54.0;
/// Notes that do not fit below their columns stand in a list, if there are no more than these, a line for each.
const LISTED: usize = 14;
const LIST: f64 = 17.0;
/// Between two maps of a layer.
const GAP: f64 = 7.0;
/// Largest and smallest side of a drawn map, and how much of its column the largest may take.
const SIDES: (f64, f64) = (58.0, 10.0);
const SHARE: f64 = 0.74;

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkLayer {
    /// Its name.
    pub name: String,
    /// How many units.
    pub units: usize,
    /// The values of the first units for one input, or of the first [`Network::MAPS`] maps, row by row; may be empty.
    pub values: Vec<f32>,
    /// If its units are the cells of maps.
    pub maps: Option<NetworkMaps>,
    /// Below it: shape, parameters.
    pub note: String,
}

impl NetworkLayer {
    /// Units or maps that are not drawn.
    fn more(&self) -> usize {
        match self.maps {
            Some(maps) => maps.count.saturating_sub(Network::MAPS),
            None => self.units.saturating_sub(SHOWN),
        }
    }
}

/// The maps of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkMaps {
    /// How many.
    pub count: usize,
    /// Rows and columns of each.
    pub side: usize,
    /// Rows and columns of the window through which it looks at the layer before; of no meaning for the input.
    pub window: usize,
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

fn largest(values: &[f32]) -> f32 {
    values.iter().filter(|value| value.is_finite()).fold(1e-6, |most, value| most.max(value.abs()))
}

/// The place of everything, from the sizes and the width alone.
struct Layout {
    slot: f64,
    room: f64,
    tight: bool,
    /// Rows and columns of the largest map.
    widest: usize,
}

impl Layout {
    fn x(&self, layer: usize) -> f64 {
        self.slot * (layer as f64 + 0.5)
    }

    fn y(&self, units: usize, unit: usize) -> f64 {
        let shown = units.clamp(1, SHOWN) as f64;
        let step = (self.room / shown).min(34.0);
        ABOVE + self.room / 2.0 + (unit as f64 - (shown - 1.0) / 2.0) * step
    }

    fn radius(&self) -> f64 {
        (self.slot * 0.3).clamp(1.5, 11.0)
    }

    /// The side of a drawn map: coarser ones are smaller, though less than their cells are fewer.
    fn side(&self, maps: NetworkMaps) -> f64 {
        let share = (maps.side as f64 / self.widest.max(1) as f64).powf(0.4);
        ((self.slot * SHARE).min(SIDES.0) * share).max(SIDES.1)
    }

    /// The upper left corner of a drawn map.
    fn corner(&self, layer: usize, maps: NetworkMaps, map: usize) -> (f64, f64) {
        let (side, shown) = (self.side(maps), maps.count.clamp(1, Network::MAPS) as f64);
        let middle = ABOVE + self.room / 2.0 + (map as f64 - (shown - 1.0) / 2.0) * (side + GAP);
        (self.x(layer) - side / 2.0, middle - side / 2.0)
    }
}

impl Network {
    /// Maps drawn of a layer; the rest is counted.
    pub const MAPS: usize = 3;

    fn layout(&self, width: f64) -> Layout {
        let slot = width / self.layers.len().max(1) as f64;
        let plain = self.layers.iter().filter(|layer| layer.maps.is_none());
        let tallest = plain.map(|layer| layer.units.min(SHOWN)).max().unwrap_or(1) as f64;
        let maps = || self.layers.iter().filter_map(|layer| layer.maps);
        let (tight, widest) = (slot < TIGHT, maps().map(|maps| maps.side).max().unwrap_or(1));
        let layout = Layout { slot, room: (tallest * if tight { 20.0 } else { 29.0 }).max(80.0), tight, widest };
        let stack = |maps: NetworkMaps| (layout.side(maps) + GAP) * maps.count.min(Self::MAPS) as f64 - GAP;
        Layout { room: maps().map(stack).fold(layout.room, f64::max), ..layout }
    }

    /// The lines of a note in a column: broken at its dots where it does not fit.
    fn note(note: &str, slot: f64) -> Vec<&str> {
        if text_width(note, NOTE_SIZE, false) + 6.0 <= slot { vec![note] } else { note.split(" · ").collect() }
    }

    /// Whether the notes stand in a list, because one of them does not fit below its column.
    fn is_listed(&self, layout: &Layout) -> bool {
        let fits = |line: &&str| text_width(line, NOTE_SIZE, false) <= layout.slot - 4.0;
        let fit = |layer: &NetworkLayer| Self::note(&layer.note, layout.slot).iter().all(fits);
        self.layers.len() <= LISTED && !self.layers.iter().all(fit)
    }

    /// The height of all notes.
    fn notes(&self, layout: &Layout) -> f64 {
        if self.is_listed(layout) {
            return LIST * self.layers.len() as f64;
        }
        let lines = self.layers.iter().map(|layer| Self::note(&layer.note, layout.slot).len());
        NOTE * if layout.slot < NARROW { 1 } else { lines.max().unwrap_or(1) } as f64
    }

    /// The layer under a CSS pixel.
    pub fn layer_at(&self, x: f64, _y: f64, width: f64) -> Option<usize> {
        let layer = (x / width * self.layers.len() as f64).floor();
        (layer >= 0.0 && layer < self.layers.len() as f64).then_some(layer as usize)
    }

    /// The weights between two layers, the strongest last and so on top.
    fn wires<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize) -> Drawn<S> {
        let (Some(from), Some(to)) = (self.layers.get(layer), self.layers.get(layer + 1)) else { return Ok(()) };
        let known = self.weights.get(layer).and_then(Option::as_ref);
        let known = known.filter(|weights| weights.len() == from.units * to.units);
        let full = known.map_or(1.0, |weights| largest(weights));
        let (inputs, outputs) = (from.units.min(SHOWN), to.units.min(SHOWN));
        let mut wires: Vec<(usize, usize, Option<f32>)> = (0..inputs * outputs)
            .map(|wire| (wire / outputs, wire % outputs))
            .map(|(input, output)| {
                let weight = known.map(|weights| weights[input * to.units + output] / full);
                (input, output, weight.filter(|weight| weight.is_finite()))
            })
            .collect();
        let strength = |wire: &(usize, usize, Option<f32>)| wire.2.map_or(0.0, f32::abs);
        wires.sort_by(|one, other| strength(one).total_cmp(&strength(other)));
        let thickest = if wires.len() > 16 { 2.2 } else { 3.4 };
        for (input, output, weight) in wires {
            let ends =
                [(layout.x(layer), layout.y(from.units, input)), (layout.x(layer + 1), layout.y(to.units, output))];
            let (color, width) = match weight {
                Some(weight) => {
                    let ink = pen.theme.ink(Ink::Class(usize::from(weight > 0.0)));
                    (pen.theme.card.mix(ink, 0.15 + 0.85 * weight.abs()), 0.5 + thickest * f64::from(weight.abs()))
                }
                None => (pen.theme.line, 1.0),
            };
            pen.line(&ends, color, width)?;
        }
        Ok(())
    }

    /// Between two layers of maps: a window on one and the cell of the next that sees through it.
    fn window<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize) -> Drawn<S> {
        let maps = |layer: usize| self.layers.get(layer).and_then(|layer| layer.maps);
        let (Some(from), Some(to)) = (maps(layer), maps(layer + 1)) else { return Ok(()) };
        let corner = |layer: usize, maps: NetworkMaps| layout.corner(layer, maps, maps.count.min(Self::MAPS) / 2);
        let (seen, seeing) = (corner(layer, from), corner(layer + 1, to));
        let (large, small) = (layout.side(from) / from.side.max(1) as f64, layout.side(to) / to.side.max(1) as f64);
        // The cell in the middle; where its window lies follows, to less than a cell, from its share of the way across.
        let cell = (to.side / 2) as f64 + 0.5;
        let (middle, reach) = (cell / to.side.max(1) as f64 * from.side as f64, to.window as f64 / 2.0);
        let (low, high) = ((middle - reach).max(0.0) * large, (middle + reach).min(from.side as f64) * large);
        let dot = small.max(3.0);
        let (x, y) = (seeing.0 + cell * small - dot / 2.0, seeing.1 + cell * small - dot / 2.0);
        let color = pen.theme.ink(Ink::Bad);
        for (edge, end) in [(low, y), (high, y + dot)] {
            pen.line(&[(seen.0 + high, seen.1 + edge), (x, end)], color, 1.0)?;
        }
        pen.outline(seen.0 + low, seen.1 + low, high - low, high - low, color, 1.5)?;
        pen.outline(x, y, dot, dot, color, 1.5)
    }

    /// In place of single weights: the band in which they run.
    fn band<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize) -> Drawn<S> {
        let (Some(from), Some(to)) = (self.layers.get(layer), self.layers.get(layer + 1)) else { return Ok(()) };
        let edge = |index: usize, it: &NetworkLayer| {
            let x = layout.x(index);
            match it.maps {
                Some(maps) => {
                    let (_, top) = layout.corner(index, maps, 0);
                    let (_, last) = layout.corner(index, maps, maps.count.clamp(1, Self::MAPS) - 1);
                    ((x, top), (x, last + layout.side(maps)))
                }
                None => ((x, layout.y(it.units, 0)), (x, layout.y(it.units, it.units.clamp(1, SHOWN) - 1))),
            }
        };
        let ((top, bottom), (next_top, next_bottom)) = (edge(layer, from), edge(layer + 1, to));
        pen.polygon(&[top, next_top, next_bottom, bottom], pen.theme.card.mix(pen.theme.line, 0.55))
    }

    /// The first maps of a layer; empty frames before there are values.
    fn tiles<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize, maps: NetworkMaps) -> Drawn<S> {
        let (theme, it, side) = (pen.theme, &self.layers[layer], layout.side(maps));
        let (full, cells) = (largest(&it.values), (maps.side * maps.side).max(1));
        for map in 0..maps.count.min(Self::MAPS) {
            let (x, y) = layout.corner(layer, maps, map);
            pen.rect(x, y, side, side, theme.card)?;
            if let Some(values) = it.values.chunks_exact(cells).nth(map) {
                let colors: Vec<Rgb> = values.iter().map(|value| Scale::Unsigned.color(theme, value / full)).collect();
                let bitmap = Bitmap { columns: maps.side, rows: maps.side, colors: &colors, smooth: false };
                pen.bitmap(x, y, side, side, bitmap)?;
            }
            let (frame, stroke) = if self.highlight == Some(layer) { (theme.accent, 2.4) } else { (theme.line, 1.0) };
            pen.outline(x, y, side, side, frame, stroke)?;
        }
        Ok(())
    }

    fn units<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize) -> Drawn<S> {
        let (theme, it) = (pen.theme, &self.layers[layer]);
        let (x, radius, full) = (layout.x(layer), layout.radius(), largest(&it.values));
        let lit = self.highlight == Some(layer);
        let (ring, stroke) = if lit { (theme.accent, 2.4) } else { (theme.soft, 1.2) };
        for unit in 0..it.units.min(SHOWN) {
            let y = layout.y(it.units, unit);
            let value = it.values.get(unit).copied().filter(|value| value.is_finite());
            pen.disc(x, y, radius, value.map_or(theme.card, |value| signed(theme, value / full)))?;
            pen.circle(x, y, radius, ring, if layout.tight { stroke * 0.6 } else { stroke })?;
            let Some(value) = value else { continue };
            if layout.slot > 90.0 {
                let words = plain(value.into(), 2).replace('-', "−");
                // A ground of its own, so that no weight runs through the number.
                pen.rect(x + radius + 2.0, y - 6.5, text_width(&words, 10.0, false) + 4.0, 13.0, theme.card)?;
                pen.text(&words, x + radius + 4.0, y, Lettering::new(theme.ink).size(10.0))?;
            } else if value == 0.0 && radius > 6.0 {
                // Silent is not unknown.
                pen.text("0", x, y, Lettering::new(theme.soft).size(10.0).center())?;
            }
        }
        Ok(())
    }

    /// The layers whose names are written, and where: all where they fit, else the highlighted one, the ends and a few
    /// between.
    fn named(&self, layout: &Layout, width: f64) -> Vec<(usize, f64)> {
        let last = self.layers.len().saturating_sub(1);
        let half = |layer: usize| text_width(&self.layers[layer].name, 11.0, true) / 2.0;
        let order = self.highlight.into_iter().filter(|layer| *layer <= last).chain([0, last]).chain(0..=last);
        let mut kept: Vec<(usize, f64)> = Vec::new();
        for layer in order.filter(|layer| *layer < self.layers.len()) {
            // Names at the ends move in, so that they stay on the drawing.
            let x = layout.x(layer).min(width - half(layer)).max(half(layer));
            if kept.iter().all(|(other, place)| (x - place).abs() >= half(layer) + half(*other) + 6.0) {
                kept.push((layer, x));
            }
        }
        kept
    }

    fn words<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout) -> Drawn<S> {
        let (ink, soft) = (Lettering::new(pen.theme.ink).center(), Lettering::new(pen.theme.soft).center());
        let (under, listed) = (ABOVE + layout.room, self.is_listed(layout));
        for (layer, x) in self.named(layout, pen.width) {
            let name = &self.layers[layer].name;
            pen.text(name, x, 9.0, if self.highlight == Some(layer) { ink.bold() } else { ink })?;
        }
        if listed {
            let widest = self.layers.iter().map(|layer| text_width(&layer.name, 11.0, true)).fold(0.0, f64::max);
            let left = widest.min(pen.width * 0.4) + 12.0;
            for (line, it) in self.layers.iter().enumerate() {
                let y = under + MORE + LIST * (line as f64 + 0.5);
                pen.text(&fitted(&it.name, 11.0, left - 8.0), 0.0, y, Lettering::new(pen.theme.ink))?;
                pen.text(&fitted(&it.note, 11.0, pen.width - left), left, y, Lettering::new(pen.theme.soft))?;
            }
        } else if layout.slot < NARROW && self.layers.len() > LISTED {
            // One line for all: the note of the highlighted layer, else how many layers there are.
            let words = match self.highlight.and_then(|layer| self.layers.get(layer)) {
                Some(layer) => format!("{}: {} units, {}", layer.name, layer.units, layer.note),
                None => format!("{} layers", self.layers.len()),
            };
            let words = fitted(&words, 11.0, pen.width);
            return pen.text(&words, pen.width / 2.0, under + MORE + 4.0, soft);
        }
        // The longer words in all columns, or the shorter ones in all, or none.
        let forms: [fn(usize) -> String; 2] = [|more| format!("… {more} more"), |more| format!("+{more}")];
        let fits = |words: &fn(usize) -> String| {
            self.layers.iter().all(|it| text_width(&words(it.more()), 10.0, false) <= layout.slot - 2.0)
        };
        let words = forms.into_iter().find(fits);
        for (layer, it) in self.layers.iter().enumerate() {
            let x = layout.x(layer);
            if let (more @ 1.., Some(words)) = (it.more(), words) {
                pen.text(&words(more), x, under + 9.0, soft.size(10.0))?;
            }
            if listed {
                continue;
            }
            for (line, words) in Self::note(&it.note, layout.slot).into_iter().enumerate() {
                let y = under + MORE + NOTE * (line as f64 + 0.5);
                pen.text(&fitted(words, NOTE_SIZE, layout.slot - 4.0), x, y, soft.size(NOTE_SIZE))?;
            }
        }
        Ok(())
    }
}

impl Picture for Network {
    fn height(&self, width: f64) -> f64 {
        let layout = self.layout(width);
        ABOVE + layout.room + MORE + self.notes(&layout) + 2.0
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let layout = self.layout(pen.width);
        for layer in 0..self.layers.len() {
            let maps = |layer: usize| self.layers.get(layer).is_some_and(|layer| layer.maps.is_some());
            match (maps(layer), maps(layer + 1)) {
                (true, true) => {}
                (false, false) if !layout.tight => self.wires(&mut pen, &layout, layer)?,
                _ => self.band(&mut pen, &layout, layer)?,
            }
        }
        for (layer, it) in self.layers.iter().enumerate() {
            match it.maps {
                Some(maps) => self.tiles(&mut pen, &layout, layer, maps)?,
                None => self.units(&mut pen, &layout, layer)?,
            }
        }
        for layer in 0..self.layers.len() {
            self.window(&mut pen, &layout, layer)?;
        }
        self.words(&mut pen, &layout)
    }

    fn summary(&self) -> String {
        let size = |layer: &NetworkLayer| match layer.maps {
            Some(NetworkMaps { count, side, .. }) => format!("{} ({count} × {side} × {side})", layer.name),
            None => format!("{} ({})", layer.name, layer.units),
        };
        let sizes: Vec<String> = self.layers.iter().map(size).collect();
        if sizes.is_empty() { "No layers.".into() } else { format!("{} layers: {}.", sizes.len(), sizes.join(", ")) }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["layer", "units", "note", "unit", "value"]);
        for layer in &self.layers {
            let head = [layer.name.clone(), layer.units.to_string(), layer.note.clone()];
            if layer.values.is_empty() {
                table.row(head.iter().cloned().chain([String::new(), String::new()]));
            }
            for (unit, value) in layer.values.iter().enumerate() {
                table.row(head.iter().cloned().chain([(unit + 1).to_string(), value.to_string()]));
            }
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        self.layers.get(self.layer_at(x, y, width)?).map(|layer| format!("{}: {}", layer.name, layer.note))
    }
}
