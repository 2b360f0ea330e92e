//! A picture of any kind behind one type, so that figure, canvas and menu are compiled once and not once for each kind.

use std::{any::Any, sync::Arc};

use web_sys::HtmlCanvasElement;

use super::{
    palette::Theme,
    picture::{Picture, Table, to_svg},
};

/// A picture whose kind is forgotten.
#[derive(Clone)]
pub struct AnyPicture(Arc<dyn Drawable>);

/// What figures ask of a picture.
trait Drawable: Send + Sync {
    fn height(&self, width: f64) -> f64;
    fn paint(&self, canvas: &HtmlCanvasElement, theme: &Theme, width: f64, ratio: f64, card: bool);
    fn svg(&self, width: f64, theme: &Theme) -> String;
    fn summary(&self) -> String;
    fn table(&self) -> Table;
    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String>;
    fn equals(&self, other: &dyn Any) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<P: Picture> Drawable for P {
    fn height(&self, width: f64) -> f64 {
        Picture::height(self, width)
    }

    #[cfg(target_arch = "wasm32")]
    fn paint(&self, canvas: &HtmlCanvasElement, theme: &Theme, width: f64, ratio: f64, card: bool) {
        super::canvas::paint(canvas, self, theme, width, ratio, card);
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn paint(&self, _: &HtmlCanvasElement, _: &Theme, _: f64, _: f64, _: bool) {}

    fn svg(&self, width: f64, theme: &Theme) -> String {
        to_svg(self, width, theme)
    }

    fn summary(&self) -> String {
        Picture::summary(self)
    }

    fn table(&self) -> Table {
        Picture::table(self)
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        Picture::hint(self, x, y, width)
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<P>().is_some_and(|other| other == self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl PartialEq for AnyPicture {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0.as_any())
    }
}

impl AnyPicture {
    /// Forgets the kind.
    pub fn new<P: Picture>(picture: P) -> Self {
        Self(Arc::new(picture))
    }

    /// The height, in CSS pixels, that suits this width.
    pub fn height(&self, width: f64) -> f64 {
        self.0.height(width)
    }

    /// Draws on a canvas of this width in CSS pixels, with `ratio` pixels of its own for each, on the theme's card or on
    /// nothing.
    pub fn paint(&self, canvas: &HtmlCanvasElement, theme: &Theme, width: f64, ratio: f64, card: bool) {
        self.0.paint(canvas, theme, width, ratio, card);
    }

    /// The picture as an SVG document.
    pub fn svg(&self, width: f64, theme: &Theme) -> String {
        self.0.svg(width, theme)
    }

    /// What it shows, in one or two sentences.
    pub fn summary(&self) -> String {
        self.0.summary()
    }

    /// Its numbers.
    pub fn table(&self) -> Table {
        self.0.table()
    }

    /// What lies under a point.
    pub fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        self.0.hint(x, y, width)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Bars, *};

    #[test]
    fn equality_is_that_of_the_pictures() {
        let bars = |value: f64| {
            let labels = vec!["a".to_owned()];
            AnyPicture::new(Bars { labels, values: vec![value], highlight: None, unit: String::new(), max: None })
        };
        assert!(bars(1.0) == bars(1.0));
        assert!(bars(1.0) != bars(2.0));
        assert!(bars(1.0) != AnyPicture::new(super::super::Scatter::default()));
    }
}
