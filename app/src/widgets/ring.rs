//! A ring over a chart's lines: the one place of them to look at.

use super::{
    palette::Ink,
    pen::{Lettering, Pen, text_width},
    picture::{Drawn, Surface},
};

const SIZE: f64 = 11.0;
/// From the ring's middle to its word: across, down.
const BESIDE: (f64, f64) = (11.0, 15.0);

/// A place with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Ring {
    /// Across and up.
    pub at: (f64, f64),
    /// What is there.
    pub label: String,
    /// Its colour.
    pub color: Ink,
}

impl Ring {
    /// Draws it at a place in CSS pixels. The word stays inside `left, right, top, bottom`, on a ground of its own: below the
    /// ring where there is room, and at the side that has it.
    pub(super) fn draw<S: Surface>(
        &self,
        pen: &mut Pen<S>,
        (x, y): (f64, f64),
        [left, right, top, bottom]: [f64; 4],
    ) -> Drawn<S> {
        if !(x.is_finite() && y.is_finite()) {
            return Ok(());
        }
        let color = pen.theme.ink(self.color);
        pen.disc(x, y, 6.5, pen.theme.card)?;
        pen.circle(x, y, 5.0, color, 2.4)?;
        if self.label.is_empty() {
            return Ok(());
        }
        let width = text_width(&self.label, SIZE, true) + 6.0;
        let begin = if x + BESIDE.0 + width <= right { x + BESIDE.0 } else { x - BESIDE.0 - width };
        let begin = begin.clamp(left, (right - width).max(left));
        let middle = if y + BESIDE.1 + 9.0 <= bottom { y + BESIDE.1 } else { y - BESIDE.1 };
        let middle = middle.clamp(top + 9.0, (bottom - 9.0).max(top + 9.0));
        pen.rect(begin, middle - 8.0, width, 16.0, pen.theme.card)?;
        let letters = Lettering::new(pen.theme.readable(color, pen.theme.card)).bold();
        pen.text(&self.label, begin + 3.0, middle, letters)
    }
}
