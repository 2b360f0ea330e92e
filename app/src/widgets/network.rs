//! A network as units and weights, or as maps and windows, with the values of one input.

use super::{
    format::{number, plain},
    heatmap::Scale,
    network_layout::{ABOVE, Edges, LABEL, LISTED, Layout, MAPS, NetworkLayer, NetworkMaps},
    palette::{Ink, Rgb, Theme, signed},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// A line of the notes.
const NOTE: f64 = 13.0;
const NOTE_SIZE: f64 = 9.5;
/// Columns narrower than this have no room for notes of their own.
const NARROW: f64 = 54.0;
/// A line of the list of notes.
const LIST: f64 = 17.0;
/// Values of a layer that are told in words.
const TOLD: usize = 6;

/// Layers from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// The layers, the input first.
    pub layers: Vec<NetworkLayer>,
    /// From each layer to the next; what is missing runs from each unit to each.
    pub edges: Vec<Edges>,
    /// The layers to look at.
    pub highlight: Vec<usize>,
}

fn largest(values: &[f32]) -> f32 {
    values.iter().filter(|value| value.is_finite()).fold(1e-6, |most, value| most.max(value.abs()))
}

impl Network {
    fn layout(&self, width: f64) -> Layout {
        Layout::new(&self.layers, width)
    }

    fn is_lit(&self, layer: usize) -> bool {
        self.highlight.contains(&layer)
    }

    /// A layer in one line: shape, least, mean and greatest value, the first drawn values.
    pub fn told(&self, layer: usize) -> Option<String> {
        let it = self.layers.get(layer)?;
        let Some(spread) = it.spread else {
            return Some(format!("{}, {}: no values yet.", it.name, it.note));
        };
        let [least, mean, greatest] = spread.map(|value| number(value.into()));
        let words = format!("{}, {}: least {least}, mean {mean}, greatest {greatest}", it.name, it.note);
        let unit = |place: usize| match (it.shown.get(place), it.labels.get(place)) {
            (_, Some(label)) => format!("{label}: "),
            (Some(unit), None) => format!("unit {}: ", unit + 1),
            (None, None) => String::new(),
        };
        let values = it.values.iter().take(TOLD).enumerate();
        let first: Vec<String> = values.map(|(at, value)| format!("{}{}", unit(at), number((*value).into()))).collect();
        let rest = if it.units > first.len() { ", …" } else { "." };
        Some(if first.is_empty() { format!("{words}.") } else { format!("{words}; {}{rest}", first.join(", ")) })
    }

    /// The lines of a note in a column: broken at its dots where it does not fit.
    fn note(note: &str, slot: f64) -> Vec<&str> {
        if text_width(note, NOTE_SIZE, false) + 6.0 <= slot { vec![note] } else { note.split(" · ").collect() }
    }

    /// Whether the notes stand in a list, because one of them does not fit below its column.
    fn is_listed(&self, layout: &Layout) -> bool {
        let fits = |line: &&str| text_width(line, NOTE_SIZE, false) <= layout.slot - 4.0;
        let fit = |layer: &NetworkLayer| Self::note(&layer.note, layout.slot).iter().all(fits);
        layout.lines() > 1 || (self.layers.len() <= LISTED && !self.layers.iter().all(fit))
    }

    /// The height of all notes.
    fn notes(&self, layout: &Layout) -> f64 {
        if self.is_listed(layout) {
            return LIST * self.layers.len() as f64;
        }
        let lines = self.layers.iter().map(|layer| Self::note(&layer.note, layout.slot).len());
        NOTE * if layout.slot < NARROW { 1 } else { lines.max().unwrap_or(1) } as f64
    }

    /// The layer under a CSS pixel: its column, or its line in the list of notes.
    pub fn layer_at(&self, x: f64, y: f64, width: f64) -> Option<usize> {
        let layout = self.layout(width);
        let noted = (y - layout.bottom()) / LIST;
        let layer = match (noted >= 0.0, self.is_listed(&layout)) {
            (true, true) => noted as usize,
            (true, false) => layout.layer_at(x, layout.bottom() - 1.0)?,
            (false, _) => layout.layer_at(x, y)?,
        };
        (layer < self.layers.len()).then_some(layer)
    }

    /// The weights between two layers, the strongest last and so on top.
    fn wires<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize) -> Drawn<S> {
        let (Some(from), Some(to)) = (self.layers.get(layer), self.layers.get(layer + 1)) else { return Ok(()) };
        let (inputs, outputs) = (from.drawn(), to.drawn());
        let ends = |input: usize, output: usize| {
            [
                (layout.x(layer), layout.y(layer, inputs, input)),
                (layout.x(layer + 1), layout.y(layer + 1, outputs, output)),
            ]
        };
        let known = match self.edges.get(layer) {
            Some(Edges::Weighted(weights)) if weights.len() == inputs * outputs => Some(weights),
            Some(Edges::OneToOne) => {
                let mut units = 0..inputs.min(outputs);
                return units.try_for_each(|unit| pen.line(&ends(unit, unit), pen.theme.soft, 1.2));
            }
            _ => None,
        };
        let full = known.map_or(1.0, |weights| largest(weights));
        let mut wires: Vec<(usize, usize, Option<f32>)> = (0..inputs * outputs)
            .map(|wire| (wire / outputs, wire % outputs))
            .map(|(input, output)| {
                let weight = known.map(|weights| weights[input * outputs + output] / full);
                (input, output, weight.filter(|weight| weight.is_finite()))
            })
            .collect();
        let strength = |wire: &(usize, usize, Option<f32>)| wire.2.map_or(0.0, f32::abs);
        wires.sort_by(|one, other| strength(one).total_cmp(&strength(other)));
        let thickest = if wires.len() > 16 { 2.2 } else { 3.4 };
        for (input, output, weight) in wires {
            let (color, width) = match weight {
                Some(weight) => {
                    let ink = pen.theme.ink(Ink::Class(usize::from(weight > 0.0)));
                    (pen.theme.card.mix(ink, 0.15 + 0.85 * weight.abs()), 0.5 + thickest * f64::from(weight.abs()))
                }
                None => (pen.theme.line, 1.0),
            };
            pen.line(&ends(input, output), color, width)?;
        }
        Ok(())
    }

    /// Between two layers of maps: a window on one and the cell of the next that sees through it.
    fn window<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize) -> Drawn<S> {
        let maps = |layer: usize| self.layers.get(layer).and_then(|layer| layer.maps);
        let (Some(from), Some(to)) = (maps(layer), maps(layer + 1)) else { return Ok(()) };
        let corner = |layer: usize, maps: NetworkMaps| layout.corner(layer, maps, maps.count.min(MAPS) / 2);
        let (seen, seeing) = (corner(layer, from), corner(layer + 1, to));
        let (large, small) = (layout.side(from) / from.side.max(1) as f64, layout.side(to) / to.side.max(1) as f64);
        // The cell in the middle; where its window lies follows, to less than a cell, from its share of the way across.
        let cell = (to.side / 2) as f64 + 0.5;
        let (middle, reach) = (cell / to.side.max(1) as f64 * from.side as f64, to.window as f64 / 2.0);
        let (low, high) = ((middle - reach).max(0.0) * large, (middle + reach).min(from.side as f64) * large);
        let dot = small.max(3.0);
        let (x, y) = (seeing.0 + cell * small - dot / 2.0, seeing.1 + cell * small - dot / 2.0);
        let color = pen.theme.ink(Ink::Bad);
        let together = layout.line(layer) == layout.line(layer + 1);
        for (edge, end) in [(low, y), (high, y + dot)].into_iter().filter(|_| together) {
            pen.line(&[(seen.0 + high, seen.1 + edge), (x, end)], color, 1.0)?;
        }
        pen.outline(seen.0 + low, seen.1 + low, high - low, high - low, color, 1.5)?;
        pen.outline(x, y, dot, dot, color, 1.5)
    }

    /// In place of single weights: the band in which they run.
    fn band<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize) -> Drawn<S> {
        let (Some(from), Some(to)) = (self.layers.get(layer), self.layers.get(layer + 1)) else { return Ok(()) };
        let edge = |index: usize, it: &NetworkLayer| {
            let (x, drawn) = (layout.x(index), it.drawn());
            match it.maps {
                Some(maps) => {
                    let (_, top) = layout.corner(index, maps, 0);
                    let (_, last) = layout.corner(index, maps, drawn.saturating_sub(1));
                    ((x, top), (x, last + layout.side(maps)))
                }
                None => ((x, layout.y(index, drawn, 0)), (x, layout.y(index, drawn, drawn.saturating_sub(1)))),
            }
        };
        let ((top, bottom), (next_top, next_bottom)) = (edge(layer, from), edge(layer + 1, to));
        pen.polygon(&[top, next_top, next_bottom, bottom], pen.theme.card.mix(pen.theme.line, 0.55))
    }

    /// From the end of a line of layers to the beginning of the next.
    fn turn<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize) -> Drawn<S> {
        let (color, edge, half) = (pen.theme.line, pen.width - 1.0, layout.slot * 0.42);
        let (from, to) = (layout.middle(layer), layout.middle(layer + 1));
        let (between, end) = (layout.room(layer + 1).0 - ABOVE, (layout.x(layer + 1) - half, to));
        let start = (layout.x(layer) + half).min(edge);
        pen.line(&[(start, from), (edge, from), (edge, between), (1.0, between), (1.0, to), end], color, 1.2)?;
        pen.arrow_head((1.0, to), end, 6.0, color)
    }

    /// The first maps of a layer; empty frames before there are values.
    fn tiles<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize, maps: NetworkMaps) -> Drawn<S> {
        let (theme, it, side) = (pen.theme, &self.layers[layer], layout.side(maps));
        let (full, cells) = (largest(&it.values), (maps.side * maps.side).max(1));
        let scale = if maps.signed { Scale::Signed } else { Scale::Unsigned };
        for map in 0..it.drawn() {
            let (x, y) = layout.corner(layer, maps, map);
            pen.rect(x, y, side, side, theme.card)?;
            if let Some(values) = it.values.chunks_exact(cells).nth(map) {
                let colors: Vec<Rgb> = values.iter().map(|value| scale.color(theme, value / full)).collect();
                let bitmap = Bitmap { columns: maps.side, rows: maps.side, colors: &colors, smooth: false };
                pen.bitmap(x, y, side, side, bitmap)?;
            }
            let (frame, stroke) = if self.is_lit(layer) { (theme.accent, 2.4) } else { (theme.line, 1.0) };
            pen.outline(x, y, side, side, frame, stroke)?;
        }
        Ok(())
    }

    fn units<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout, layer: usize) -> Drawn<S> {
        let (theme, it) = (pen.theme, &self.layers[layer]);
        let (x, radius, full, drawn) = (layout.x(layer), layout.radius(), largest(&it.values), it.drawn());
        for unit in 0..drawn {
            let y = layout.y(layer, drawn, unit);
            let value = it.values.get(unit).copied().filter(|value| value.is_finite());
            let lit = self.is_lit(layer) || it.marked == Some(unit);
            let (ring, stroke) = if lit { (theme.accent, 2.4) } else { (theme.soft, 1.2) };
            pen.disc(x, y, radius, value.map_or(theme.card, |value| signed(theme, value / full)))?;
            pen.circle(x, y, radius, ring, if layout.tight { stroke * 0.6 } else { stroke })?;
            let label = it.labels.get(unit).filter(|_| layout.labelled).map_or("", String::as_str);
            let (numbers, is_first) = (layout.slot > 90.0, layer == 0);
            if is_first && !label.is_empty() {
                let words = fitted(label, LABEL, x - radius - 6.0);
                pen.text(&words, x - radius - 4.0, y, Lettering::new(theme.ink).size(LABEL).right())?;
            }
            let said = value.filter(|_| numbers).map(|value| plain(value.into(), 2).replace('-', "−"));
            let words: Vec<&str> =
                (!is_first).then_some(label).into_iter().chain(said.as_deref()).filter(|it| !it.is_empty()).collect();
            if !words.is_empty() {
                let is_last = layer + 1 == self.layers.len();
                let room = if is_last { pen.width - x - radius - 5.0 } else { layout.slot - 2.0 * radius - 6.0 };
                let words = fitted(&words.join(" "), LABEL, room);
                // A ground of its own, so that no weight runs through the words.
                pen.rect(x + radius + 2.0, y - 6.5, text_width(&words, LABEL, false) + 4.0, 13.0, theme.card)?;
                pen.text(&words, x + radius + 4.0, y, Lettering::new(theme.ink).size(LABEL))?;
            }
            if !numbers && value == Some(0.0) && radius > 6.0 {
                // Silent is not unknown.
                pen.text("0", x, y, Lettering::new(theme.soft).size(LABEL).center())?;
            }
        }
        Ok(())
    }

    /// The layers whose names are written, and where: all where they fit, else the highlighted one, the ends and a few
    /// between.
    fn named(&self, layout: &Layout, width: f64) -> Vec<(usize, f64)> {
        let last = self.layers.len().saturating_sub(1);
        let half = |layer: usize| text_width(&self.layers[layer].name, 11.0, true) / 2.0;
        let order = self.highlight.iter().copied().chain([0, last]).chain(0..=last);
        let mut kept: Vec<(usize, f64)> = Vec::new();
        for layer in order.filter(|layer| *layer < self.layers.len()) {
            // Names at the ends move in, so that they stay on the drawing.
            let x = layout.x(layer).min(width - half(layer)).max(half(layer));
            let apart = |(other, place): &(usize, f64)| {
                layout.line(*other) != layout.line(layer) || (x - place).abs() >= half(layer) + half(*other) + 6.0
            };
            if kept.iter().all(apart) {
                kept.push((layer, x));
            }
        }
        kept
    }

    fn words<S: Surface>(&self, pen: &mut Pen<S>, layout: &Layout) -> Drawn<S> {
        let (ink, soft) = (Lettering::new(pen.theme.ink).center(), Lettering::new(pen.theme.soft).center());
        let (bottom, listed) = (layout.bottom(), self.is_listed(layout));
        for (layer, x) in self.named(layout, pen.width) {
            let name = &self.layers[layer].name;
            let y = layout.room(layer).0 - ABOVE + 9.0;
            pen.text(name, x, y, if self.is_lit(layer) { ink.bold() } else { ink })?;
        }
        if listed {
            let widest = self.layers.iter().map(|layer| text_width(&layer.name, 11.0, true)).fold(0.0, f64::max);
            let left = widest.min(pen.width * 0.4) + 12.0;
            for (line, it) in self.layers.iter().enumerate() {
                let y = bottom + LIST * (line as f64 + 0.5);
                pen.text(&fitted(&it.name, 11.0, left - 8.0), 0.0, y, Lettering::new(pen.theme.ink))?;
                pen.text(&fitted(&it.note, 11.0, pen.width - left), left, y, Lettering::new(pen.theme.soft))?;
            }
        } else if layout.slot < NARROW && self.layers.len() > LISTED {
            // One line for all: the note of the highlighted layer, else how many layers there are.
            let words = match self.highlight.first().and_then(|layer| self.layers.get(*layer)) {
                Some(layer) => format!("{}: {} units, {}", layer.name, layer.units, layer.note),
                None => format!("{} layers", self.layers.len()),
            };
            let words = fitted(&words, 11.0, pen.width);
            return pen.text(&words, pen.width / 2.0, bottom + 4.0, soft);
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
                let (top, height) = layout.room(layer);
                pen.text(&words(more), x, top + height + 9.0, soft.size(10.0))?;
            }
            if listed {
                continue;
            }
            for (line, words) in Self::note(&it.note, layout.slot).into_iter().enumerate() {
                let y = bottom + NOTE * (line as f64 + 0.5);
                pen.text(&fitted(words, NOTE_SIZE, layout.slot - 4.0), x, y, soft.size(NOTE_SIZE))?;
            }
        }
        Ok(())
    }
}

impl Picture for Network {
    fn height(&self, width: f64) -> f64 {
        let layout = self.layout(width);
        layout.bottom() + self.notes(&layout) + 2.0
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let layout = self.layout(pen.width);
        let window = |layer: usize| self.layers.get(layer).and_then(|layer| layer.maps).map(|maps| maps.window);
        for layer in 0..self.layers.len().saturating_sub(1) {
            if layout.line(layer) != layout.line(layer + 1) {
                self.turn(&mut pen, &layout, layer)?;
                continue;
            }
            match (window(layer), window(layer + 1)) {
                (Some(_), Some(1..)) => {}
                (None, None) if !layout.tight => self.wires(&mut pen, &layout, layer)?,
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
            if matches!((window(layer), window(layer + 1)), (Some(_), Some(1..))) {
                self.window(&mut pen, &layout, layer)?;
            }
        }
        self.words(&mut pen, &layout)
    }

    fn summary(&self) -> String {
        let size = |layer: &NetworkLayer| match layer.maps {
            Some(NetworkMaps { count, side, .. }) => format!("{} ({count} × {side} × {side})", layer.name),
            None => format!("{} ({})", layer.name, layer.units),
        };
        let sizes: Vec<String> = self.layers.iter().map(size).collect();
        let looked_at = match self.highlight.as_slice() {
            [layer] => self.told(*layer).map(|words| format!(" {words}")).unwrap_or_default(),
            _ => String::new(),
        };
        match sizes.len() {
            0 => "No layers.".into(),
            count => format!("{count} layers: {}.{looked_at}", sizes.join(", ")),
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["layer", "units", "note", "unit", "value"]);
        for layer in &self.layers {
            let head = [layer.name.clone(), layer.units.to_string(), layer.note.clone()];
            if layer.values.is_empty() {
                table.row(head.iter().cloned().chain([String::new(), String::new()]));
            }
            for (unit, value) in layer.values.iter().enumerate() {
                let unit = layer.shown.get(unit).map_or(unit, |shown| *shown);
                table.row(head.iter().cloned().chain([(unit + 1).to_string(), value.to_string()]));
            }
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        self.layers.get(self.layer_at(x, y, width)?).map(|layer| format!("{}: {}", layer.name, layer.note))
    }
}
