//! The layers of a network as they are drawn, and the place of each on the drawing.

use super::pen::text_width;

/// Units drawn of a layer; a layer of no more than [`WHOLE`] is drawn whole, of larger ones the first are shown and the
/// rest is counted.
const SHOWN: usize = 8;
const WHOLE: usize = 10;
/// Maps drawn of a layer.
pub(super) const MAPS: usize = 3;
/// Above the units: the names.
pub(super) const ABOVE: f64 = 22.0;
/// Between the lowest unit and what is below it: the count of what is not shown.
pub(super) const MORE: f64 = 18.0;
/// Layers closer than this are drawn without single weights: they would be one tangle.
const TIGHT: f64 = 32.0;
/// Up to so many layers go on in a second line where their columns would be narrower than [`COLUMN`] or their names;
/// notes that do not fit below their columns stand in a list, a line for each.
pub(super) const LISTED: usize = 14;
const COLUMN: f64 = 62.0;
/// Between two maps of a layer.
const GAP: f64 = 7.0;
/// Largest side of a drawn map where maps stand above each other and where each stands alone, the smallest, and how much
/// of its column the largest may take.
const LARGEST: [f64; 2] = [58.0, 92.0];
const SMALLEST: f64 = 16.0;
const SHARE: f64 = 0.74;
/// Most of the width that the words at the units of one side may take.
const MARGIN: f64 = 0.25;
/// The size of the words at units.
pub(super) const LABEL: f64 = 10.0;

/// One layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkLayer {
    /// Its name.
    pub name: String,
    /// How many units.
    pub units: usize,
    /// The values of the drawn units for one input, or of the maps that are drawn, row by row; may be empty.
    pub values: Vec<f32>,
    /// The units that are drawn, counted from 0; the first ones if it is empty.
    pub shown: Vec<usize>,
    /// A word beside each drawn unit, such as its class; may be empty.
    pub labels: Vec<String>,
    /// The drawn unit to look at, as a place among the drawn ones.
    pub marked: Option<usize>,
    /// Least, mean and greatest of all its values, drawn or not.
    pub spread: Option<[f32; 3]>,
    /// If its units are the cells of maps.
    pub maps: Option<NetworkMaps>,
    /// Below it: shape, parameters.
    pub note: String,
}

impl NetworkLayer {
    /// Units or maps that are drawn.
    pub(super) fn drawn(&self) -> usize {
        match (self.maps, self.shown.len()) {
            (Some(maps), _) => maps.count.min(MAPS),
            (None, 0) if self.units <= WHOLE => self.units,
            (None, 0) => SHOWN,
            (None, shown) => shown.min(WHOLE),
        }
    }

    /// Units or maps that are not drawn.
    pub(super) fn more(&self) -> usize {
        self.maps.map_or(self.units, |maps| maps.count).saturating_sub(self.drawn())
    }
}

/// The maps of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkMaps {
    /// How many.
    pub count: usize,
    /// Rows and columns of each.
    pub side: usize,
    /// Rows and columns of the window through which it looks at the layer before; 0 if it has none.
    pub window: usize,
    /// Whether values below zero mean as much as those above.
    pub signed: bool,
}

impl NetworkMaps {
    /// Of the values of a layer those of the maps that are drawn; where maps have one cell, of all its units.
    pub fn drawn(values: &[f32], side: usize) -> Vec<f32> {
        let cells = if side == 1 { values.len() } else { MAPS * side * side };
        values.iter().take(cells).copied().collect()
    }
}

/// What runs from a layer to the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Edges {
    /// From each unit to each, with weights that are not shown.
    #[default]
    All,
    /// From each drawn unit to each drawn one: drawn inputs × drawn outputs, row by row.
    Weighted(Vec<f32>),
    /// From each unit to the one beside it alone.
    OneToOne,
}

/// The place of everything, from the sizes and the width alone.
pub(super) struct Layout {
    /// Width of a column.
    pub slot: f64,
    /// Left of the first column: the words at its units.
    left: f64,
    /// Layers in a line.
    per_line: usize,
    /// Of each line: its upper edge below the names, and its height.
    lines: Vec<(f64, f64)>,
    /// Whether there is room for words at the units.
    pub labelled: bool,
    /// Whether there is no room for single weights.
    pub tight: bool,
    /// Rows and columns of the largest map.
    widest: usize,
    /// The side of the largest map as it is drawn.
    largest: f64,
}

impl Layout {
    pub fn new(layers: &[NetworkLayer], width: f64) -> Self {
        let count = layers.len().max(1);
        let name = layers.iter().map(|layer| text_width(&layer.name, 11.0, true)).fold(0.0, f64::max);
        let labelled = count <= LISTED;
        let words = |layer: Option<&NetworkLayer>, more: f64| {
            let labels = layer.filter(|_| labelled).map_or(&[][..], |layer| &layer.labels);
            let widest = labels.iter().map(|label| text_width(label, LABEL, false)).fold(0.0, f64::max);
            if widest > 0.0 { widest + more + 18.0 } else { 0.0 }
        };
        let (before, behind) = (words(layers.first(), 0.0), words(layers.last(), text_width(" −10.00", LABEL, false)));
        let columns = |per_line: usize| {
            let (mut left, mut right, most) = (0.0, 0.0, width * MARGIN);
            let slot = |left: f64, right: f64| (width - left - right) / per_line as f64;
            // Half a column is there anyway. Margins make columns narrower, and so that half: a few rounds settle it.
            for _ in 0..6 {
                let half = slot(left, right) / 2.0;
                (left, right) = ((before - half).clamp(0.0, most), (behind - half).clamp(0.0, most));
            }
            (left, slot(left, right))
        };
        let fits = |per_line: &usize| *per_line == 1 || columns(*per_line).1 >= (name + 8.0).max(COLUMN);
        let most = if count > LISTED { count } else { (1..=count).rev().find(fits).unwrap_or(1) };
        let per_line = count.div_ceil(count.div_ceil(most));
        let (left, slot) = columns(per_line);
        let maps = || layers.iter().filter_map(|layer| layer.maps);
        let widest = maps().map(|maps| maps.side).max().unwrap_or(1);
        let largest = LARGEST[usize::from(maps().all(|maps| maps.count <= 1))].min(slot * SHARE);
        let mut layout =
            Self { slot, left, per_line, lines: Vec::new(), labelled, tight: slot < TIGHT, widest, largest };
        let mut top = ABOVE;
        for line in layers.chunks(per_line) {
            let height = line.iter().map(|layer| layout.stack(layer)).fold(80.0, f64::max);
            layout.lines.push((top, height));
            top += height + MORE + ABOVE;
        }
        layout
    }

    /// The height that a layer asks for.
    fn stack(&self, layer: &NetworkLayer) -> f64 {
        let drawn = layer.drawn() as f64;
        match layer.maps {
            Some(maps) => (self.side(maps) + GAP) * drawn - GAP,
            None => drawn * if self.tight { 20.0 } else { 29.0 },
        }
    }

    /// Lines that the layers take.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// The line of a layer.
    pub fn line(&self, layer: usize) -> usize {
        layer / self.per_line
    }

    /// Upper edge, below the names, and height of a layer's line.
    pub fn room(&self, layer: usize) -> (f64, f64) {
        self.lines.get(self.line(layer)).copied().unwrap_or((ABOVE, 80.0))
    }

    /// Where the layers end and the notes begin.
    pub fn bottom(&self) -> f64 {
        self.lines.last().map_or(ABOVE + 80.0, |(top, height)| top + height) + MORE
    }

    pub fn x(&self, layer: usize) -> f64 {
        self.left + self.slot * ((layer % self.per_line) as f64 + 0.5)
    }

    /// The middle of a layer's line.
    pub fn middle(&self, layer: usize) -> f64 {
        let (top, height) = self.room(layer);
        top + height / 2.0
    }

    pub fn y(&self, layer: usize, drawn: usize, unit: usize) -> f64 {
        let drawn = drawn.max(1) as f64;
        let step = (self.room(layer).1 / drawn).min(34.0);
        self.middle(layer) + (unit as f64 - (drawn - 1.0) / 2.0) * step
    }

    pub fn radius(&self) -> f64 {
        (self.slot * 0.3).clamp(1.5, 11.0)
    }

    /// The side of a drawn map: coarser ones are smaller, though less than their cells are fewer.
    pub fn side(&self, maps: NetworkMaps) -> f64 {
        let share = (maps.side as f64 / self.widest.max(1) as f64).powf(0.3);
        (self.largest * share).max(SMALLEST)
    }

    /// The upper left corner of a drawn map.
    pub fn corner(&self, layer: usize, maps: NetworkMaps, map: usize) -> (f64, f64) {
        let (side, shown) = (self.side(maps), maps.count.clamp(1, MAPS) as f64);
        let middle = self.middle(layer) + (map as f64 - (shown - 1.0) / 2.0) * (side + GAP);
        (self.x(layer) - side / 2.0, middle - side / 2.0)
    }

    /// The layer under a CSS pixel above the notes, if there are that many.
    pub fn layer_at(&self, x: f64, y: f64) -> Option<usize> {
        let line = self.lines.iter().rposition(|(top, _)| y >= top - ABOVE)?;
        let column = ((x - self.left) / self.slot).floor().clamp(0.0, (self.per_line - 1) as f64);
        (y < self.bottom()).then_some(line * self.per_line + column as usize)
    }
}
