//! What a convolutional network says of one picture, layer under layer: every map as a small picture.

use super::{
    format::number,
    heatmap::Scale,
    palette::{Ink, Rgb, Theme},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Left of the maps at least: the layer's name.
const LEFT: f64 = 74.0;
/// Between two maps.
const GAP: f64 = 5.0;
/// Between two layers.
const BETWEEN: f64 = 12.0;
/// Below each layer where the names stand above the maps.
const NAME: f64 = 16.0;
/// Letters of a note, and from one line of it to the next.
const NOTE: f64 = 10.5;
const LINE: f64 = 13.0;
/// Narrower than this, names stand above the maps.
const NARROW: f64 = 420.0;

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub struct MapLayer {
    /// Its name.
    pub name: String,
    /// A word on its shape; where it does not fit it is broken at its dots.
    pub note: String,
    /// Rows and columns of a map; 1 for plain units.
    pub side: usize,
    /// Map after map, row by row.
    pub values: Vec<f32>,
    /// Maps that never answer.
    pub dead: Vec<usize>,
    /// The value of full colour, from which on all look alike; the largest if there is none.
    pub full: Option<f32>,
    /// Whether values below zero have a colour of their own.
    pub signed: bool,
    /// Which maps of the layer these are, counted from 0; all of them, in order, if empty.
    pub chosen: Vec<usize>,
}

impl MapLayer {
    fn maps(&self) -> usize {
        self.values.len() / (self.side * self.side).max(1)
    }

    /// The map's number in its layer, counted from 1.
    fn number(&self, map: usize) -> usize {
        self.chosen.get(map).copied().unwrap_or(map) + 1
    }

    /// The note in lines that fit into a width.
    fn note(&self, room: f64) -> Vec<&str> {
        let fits = text_width(&self.note, NOTE, false) <= room;
        if fits { vec![&self.note] } else { self.note.split(" · ").collect() }
    }

    fn largest(&self) -> f32 {
        self.values.iter().filter(|value| value.is_finite()).fold(1e-9, |most, value| most.max(value.abs()))
    }
}

/// Layers from top to bottom, each coloured by values of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerMaps {
    /// The layers.
    pub layers: Vec<MapLayer>,
}

/// Where the maps of one layer lie.
struct Row {
    top: f64,
    left: f64,
    columns: usize,
    tile: f64,
    step: f64,
    bottom: f64,
}

impl LayerMaps {
    /// Where the maps begin beside the names.
    fn left(&self) -> f64 {
        self.layers.iter().map(|layer| text_width(&layer.name, 11.0, true) + 8.0).fold(LEFT, f64::max)
    }

    fn rows(&self, width: f64) -> Vec<Row> {
        let narrow = width < NARROW;
        let left = if narrow { 0.0 } else { self.left() };
        let mut top = 0.0;
        let mut rows = Vec::new();
        for layer in &self.layers {
            let (maps, room) = (layer.maps().max(1), width - left);
            let (columns, tile, gap) = match layer.side {
                // Units are squares without a space between them.
                1 => {
                    let tile = (room / maps.min(60) as f64).min(13.0);
                    (((room / tile) as usize).clamp(1, maps), tile, 0.0)
                }
                side => {
                    let wanted = if side >= 20 {
                        72.0
                    } else if side >= 12 {
                        46.0
                    } else if side >= 8 {
                        40.0
                    } else {
                        26.0
                    };
                    // Smaller rather than in two rows, as long as they can be read.
                    let one_row = (room + GAP) / maps as f64 - GAP;
                    let wanted = if one_row >= wanted * 0.6 { wanted.min(one_row) } else { wanted };
                    let most = ((room + GAP) / (wanted + GAP)).floor().max(1.0) as usize;
                    // Rows of equal length, rather than one that is left over.
                    let columns = maps.div_ceil(maps.div_ceil(most.max(1)));
                    (columns, wanted.min((room + GAP) / columns as f64 - GAP), GAP)
                }
            };
            let first = if narrow { top + NAME } else { top };
            let lines = maps.div_ceil(columns) as f64;
            let bottom = (first + lines * (tile + gap) - gap)
                .max(top + if narrow { 0.0 } else { LINE * (1.0 + layer.note(left - 4.0).len() as f64) });
            rows.push(Row { top: first, left, columns, tile, step: tile + gap, bottom });
            top = bottom + BETWEEN;
        }
        rows
    }

    /// The layer whose row lies at this height, name and all.
    pub fn layer_at(&self, y: f64, width: f64) -> Option<usize> {
        self.rows(width).iter().position(|row| y < row.bottom + BETWEEN / 2.0)
    }

    /// Layer and map under a CSS pixel.
    pub fn map_at(&self, x: f64, y: f64, width: f64) -> Option<(usize, usize)> {
        self.rows(width).iter().enumerate().find_map(|(layer, row)| {
            let (across, down) = ((x - row.left) / row.step, (y - row.top) / row.step);
            let map = down as usize * row.columns + across as usize;
            let inside = across >= 0.0 && down >= 0.0 && across < row.columns as f64;
            (inside && y < row.bottom && map < self.layers[layer].maps()).then_some((layer, map))
        })
    }
}

impl Picture for LayerMaps {
    fn height(&self, width: f64) -> f64 {
        self.rows(width).last().map_or(40.0, |row| row.bottom + 1.0)
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let narrow = pen.width < NARROW;
        for (layer, row) in self.layers.iter().zip(self.rows(pen.width)) {
            let soft = Lettering::new(theme.soft).size(NOTE);
            if narrow {
                pen.text(&format!("{}  {}", layer.name, layer.note), 0.0, row.top - NAME / 2.0, soft)?;
            } else {
                pen.text(&layer.name, 0.0, row.top + 8.0, Lettering::new(theme.ink).bold())?;
                let room = row.left - 4.0;
                for (line, words) in layer.note(room).into_iter().enumerate() {
                    pen.text(&fitted(words, NOTE, room), 0.0, row.top + 22.0 + LINE * line as f64, soft)?;
                }
            }
            let (largest, cells) = (layer.full.unwrap_or_else(|| layer.largest()).max(1e-9), layer.side * layer.side);
            for (map, values) in layer.values.chunks_exact(cells.max(1)).enumerate() {
                let x = row.left + (map % row.columns) as f64 * row.step;
                let y = row.top + (map / row.columns) as f64 * row.step;
                let shade = if layer.signed { Scale::Signed } else { Scale::Unsigned };
                let colors: Vec<Rgb> = values.iter().map(|value| shade.color(theme, value / largest)).collect();
                let bitmap = Bitmap { columns: layer.side, rows: layer.side, colors: &colors, smooth: false };
                pen.bitmap(x, y, row.tile, row.tile, bitmap)?;
                if layer.dead.contains(&map) {
                    let bad = theme.ink(Ink::Bad);
                    pen.line(&[(x, y), (x + row.tile, y + row.tile)], bad, if cells > 1 { 1.5 } else { 0.8 })?;
                    if cells > 1 {
                        pen.outline(x, y, row.tile, row.tile, bad, 1.5)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let told = self.layers.iter().map(|layer| {
            let dead = match layer.dead.len() {
                0 => String::new(),
                count => format!(", {count} of them dead"),
            };
            let maps = match layer.maps() {
                1 => "1 map".to_owned(),
                count => format!("{count} maps"),
            };
            format!(
                "{}: {maps} of {} × {}{dead}, strongest {}",
                layer.name,
                layer.side,
                layer.side,
                number(layer.largest().into())
            )
        });
        format!("{}.", told.collect::<Vec<_>>().join("; "))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["layer", "map", "row", "column", "value", "dead"]);
        for layer in &self.layers {
            let cells = (layer.side * layer.side).max(1);
            for (index, value) in layer.values.iter().enumerate() {
                let (map, cell) = (index / cells, index % cells);
                table.row([
                    layer.name.clone(),
                    layer.number(map).to_string(),
                    (cell / layer.side.max(1) + 1).to_string(),
                    (cell % layer.side.max(1) + 1).to_string(),
                    value.to_string(),
                    u8::from(layer.dead.contains(&map)).to_string(),
                ]);
            }
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let (layer, map) = self.map_at(x, y, width)?;
        let layer = &self.layers[layer];
        let cells = (layer.side * layer.side).max(1);
        let most =
            layer.values[map * cells..(map + 1) * cells].iter().fold(f32::NEG_INFINITY, |most, value| most.max(*value));
        let dead = if layer.dead.contains(&map) { ", dead: it answers to nothing" } else { "" };
        Some(format!("{}, map {}: at most {}{dead}", layer.name, layer.number(map), number(most.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn maps() -> LayerMaps {
        let layer = |name: &str, side: usize, maps: usize, dead: Vec<usize>| MapLayer {
            name: name.into(),
            note: format!("{maps} × {side}²"),
            side,
            values: (0..side * side * maps).map(|at| (at % 7) as f32).collect(),
            dead,
            full: None,
            signed: false,
            chosen: Vec::new(),
        };
        LayerMaps { layers: vec![layer("C1", 28, 6, vec![2]), layer("C3", 10, 16, vec![]), layer("F6", 1, 84, vec![])] }
    }

    #[test]
    fn a_place_is_its_map() {
        for width in [340.0, 700.0] {
            let maps = maps();
            for (layer, row) in maps.rows(width).iter().enumerate() {
                for map in 0..maps.layers[layer].maps() {
                    let x = row.left + (map % row.columns) as f64 * row.step + row.tile / 2.0;
                    let y = row.top + (map / row.columns) as f64 * row.step + row.tile / 2.0;
                    assert_eq!(maps.map_at(x, y, width), Some((layer, map)), "{width}");
                    assert_eq!(maps.layer_at(y, width), Some(layer), "{width}");
                    assert!(x < width && y < maps.height(width));
                }
            }
            assert_eq!(maps.map_at(width + 50.0, 3.0, width), None);
        }
    }

    #[test]
    fn chosen_maps_keep_their_numbers_and_long_notes_break() {
        let mut maps = maps();
        maps.layers[0] =
            MapLayer { chosen: vec![3, 5, 8, 9, 40, 63], note: "6 of 64 · 28 × 28".into(), ..maps.layers[0].clone() };
        assert_eq!(maps.layers[0].note(60.0), ["6 of 64", "28 × 28"]);
        let row = &maps.rows(700.0)[0];
        assert!(maps.hint(row.left + 4.0 * row.step + 3.0, 3.0, 700.0).unwrap().starts_with("C1, map 41:"));
        assert_eq!(maps.table().rows[28 * 28][1], "6");
    }

    #[test]
    fn dead_maps_are_told_of() {
        let maps = maps();
        assert!(maps.summary().contains("C1: 6 maps of 28 × 28, 1 of them dead"), "{}", maps.summary());
        let row = &maps.rows(700.0)[0];
        assert!(maps.hint(row.left + 2.0 * row.step + 3.0, 3.0, 700.0).unwrap().contains("dead"));
        assert!(to_svg(&maps, 700.0, &Theme::light()).contains("C1"));
        assert_eq!(maps.table().rows.len(), 28 * 28 * 6 + 1600 + 84);
    }
}
