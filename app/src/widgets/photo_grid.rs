//! Pictures in colour side by side: photographs with what is said of them, filters that see colour.

use super::{
    palette::{Ink, Rgb, Theme},
    pen::{Lettering, Pen, fitted, text_width},
    picture::{Bitmap, Drawn, Picture, Surface, Table},
};

/// Between two pictures.
const GAP: f64 = 10.0;
/// One line of words below a picture.
const LINE: f64 = 15.0;

/// One picture.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoTile {
    /// Colours, row by row from the top.
    pub colors: Vec<Rgb>,
    /// Colours in a row.
    pub columns: usize,
    /// Lines of words below it.
    pub lines: Vec<String>,
    /// A frame of this colour.
    pub mark: Option<Ink>,
}

impl PhotoTile {
    /// A picture from red, green and blue bytes.
    pub fn of_bytes(rgb: &[u8], columns: usize, lines: Vec<String>) -> Self {
        let colors = rgb.chunks_exact(3).map(|pixel| Rgb(pixel[0], pixel[1], pixel[2])).collect();
        Self { colors, columns, lines, mark: None }
    }

    fn rows(&self) -> usize {
        self.colors.len() / self.columns.max(1)
    }
}

/// Pictures in rows.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoGrid {
    /// The pictures.
    pub photos: Vec<PhotoTile>,
    /// The widest that one is drawn, in CSS pixels.
    pub tile: f64,
    /// Blend between pixels where the surface can; otherwise they are squares.
    pub smooth: bool,
}

impl PhotoGrid {
    /// Columns, side of a picture, height of the words.
    fn layout(&self, width: f64) -> (usize, f64, f64) {
        let count = self.photos.len().max(1);
        let most = ((width + GAP) / (self.tile + GAP)).ceil().max(1.0) as usize;
        // Rows of equal length, rather than one that is left over.
        let columns = count.div_ceil(count.div_ceil(most));
        let lines = self.photos.iter().map(|photo| photo.lines.len()).max().unwrap_or_default();
        let side = ((width + GAP) / columns as f64 - GAP).min(self.tile);
        (columns, side, if lines > 0 { lines as f64 * LINE + 4.0 } else { 0.0 })
    }

    /// The picture under a CSS pixel.
    pub fn cell_at(&self, x: f64, y: f64, width: f64) -> Option<usize> {
        let (columns, side, words) = self.layout(width);
        let (column, row) = ((x / (side + GAP)).floor(), (y / (side + words + GAP)).floor());
        let index = row * columns as f64 + column;
        let inside = column >= 0.0 && row >= 0.0 && column < columns as f64 && index < self.photos.len() as f64;
        inside.then_some(index as usize)
    }
}

impl Picture for PhotoGrid {
    fn height(&self, width: f64) -> f64 {
        let (columns, side, words) = self.layout(width);
        self.photos.len().max(1).div_ceil(columns) as f64 * (side + words + GAP) - GAP
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let (columns, side, words) = self.layout(pen.width);
        for (index, photo) in self.photos.iter().enumerate() {
            let x = (index % columns) as f64 * (side + GAP);
            let y = (index / columns) as f64 * (side + words + GAP);
            if photo.rows() > 0 {
                // A picture that is not square keeps its shape, in the middle of its place.
                let (across, down) = (photo.columns as f64, photo.rows() as f64);
                let pixel = side / across.max(down);
                let (width, height) = (across * pixel, down * pixel);
                let place = (x + (side - width) / 2.0, y + (side - height) / 2.0);
                let bitmap =
                    Bitmap { columns: photo.columns, rows: photo.rows(), colors: &photo.colors, smooth: self.smooth };
                pen.bitmap(place.0, place.1, width, height, bitmap)?;
            }
            let frame = photo.mark.map_or(theme.line, |ink| theme.ink(ink));
            pen.outline(x, y, side, side, frame, if photo.mark.is_some() { 2.5 } else { 1.0 })?;
            for (line, text) in photo.lines.iter().enumerate() {
                let how = Lettering::new(if line == 0 { theme.ink } else { theme.soft }).size(11.0);
                pen.text(&fitted(text, 11.0, side + GAP - 4.0), x, y + side + 11.0 + line as f64 * LINE, how)?;
            }
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let told: Vec<String> =
            self.photos.iter().map(|photo| photo.lines.join(": ")).filter(|told| !told.is_empty()).collect();
        match told.is_empty() {
            true => format!("{} pictures in colour.", self.photos.len()),
            false => format!("{} pictures. {}.", self.photos.len(), told.join("; ")),
        }
    }

    fn table(&self) -> Table {
        let lines = self.photos.iter().map(|photo| photo.lines.len()).max().unwrap_or_default();
        let heads = (1..=lines).map(|line| format!("line {line}"));
        let colors = ["mean red", "mean green", "mean blue"].map(String::from);
        let mut table = Table::new(std::iter::once("picture".to_owned()).chain(heads).chain(colors));
        for (index, photo) in self.photos.iter().enumerate() {
            let words = (0..lines).map(|line| photo.lines.get(line).cloned().unwrap_or_default());
            let mean = |read: fn(&Rgb) -> u8| {
                let sum: u64 = photo.colors.iter().map(|color| u64::from(read(color))).sum();
                format!("{:.1}", sum as f64 / photo.colors.len().max(1) as f64)
            };
            let means = [mean(|color| color.0), mean(|color| color.1), mean(|color| color.2)];
            table.row(std::iter::once((index + 1).to_string()).chain(words).chain(means));
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let photo = &self.photos[self.cell_at(x, y, width)?];
        // Only where a line is cut does the pointer say more than the picture.
        let side = self.layout(width).1;
        let is_cut = photo.lines.iter().any(|line| text_width(line, 11.0, false) > side + GAP - 4.0);
        is_cut.then(|| photo.lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::to_svg, *};

    fn grid(count: usize) -> PhotoGrid {
        let tile = |index: usize| PhotoTile {
            mark: (index == 1).then_some(Ink::Good),
            ..PhotoTile::of_bytes(&[200, 0, 0, 0, 100, 0], 2, vec![format!("picture {index}"), "dog 0.7".into()])
        };
        PhotoGrid { photos: (0..count).map(tile).collect(), tile: 120.0, smooth: true }
    }

    #[test]
    fn a_place_is_its_picture() {
        let grid = grid(7);
        for width in [300.0, 700.0] {
            let (columns, side, words) = grid.layout(width);
            for index in 0..7 {
                let x = (index % columns) as f64 * (side + GAP) + side / 2.0;
                let y = (index / columns) as f64 * (side + words + GAP) + side / 2.0;
                assert_eq!(grid.cell_at(x, y, width), Some(index));
                assert!(x < width && y < grid.height(width));
            }
            assert_eq!(grid.cell_at(-1.0, 5.0, width), None);
        }
    }

    #[test]
    fn words_and_colours_are_told() {
        let grid = grid(3);
        assert!(grid.summary().contains("picture 2: dog 0.7"));
        assert_eq!(grid.table().rows[0], ["1", "picture 0", "dog 0.7", "100.0", "50.0", "0.0"]);
        assert!(to_svg(&grid, 400.0, &Theme::light()).contains("picture 1"));
    }
}
