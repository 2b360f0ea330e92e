//! What a figure hands out: PNG, SVG and CSV.

use super::{browser, palette::Theme, picture::Picture};

/// Saves a picture in one of the three formats, at the width the reader sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Pixels, three for each CSS pixel.
    Png,
    /// Lines and text.
    Svg,
    /// The numbers.
    Csv,
}

/// Hands the picture to the reader as a file named after the figure.
pub fn save<P: Picture>(format: Format, name: &str, picture: &P, theme: &Theme, width: f64) {
    match format {
        Format::Png => save_png(name, picture, theme, width),
        Format::Svg => {
            browser::save_text(&format!("{name}.svg"), "image/svg+xml", &super::to_svg(picture, width, theme));
        }
        Format::Csv => browser::save_text(&format!("{name}.csv"), "text/csv;charset=utf-8", &picture.table().to_csv()),
    }
}

#[cfg(target_arch = "wasm32")]
fn save_png<P: Picture>(name: &str, picture: &P, theme: &Theme, width: f64) {
    use wasm_bindgen::JsCast;
    let Ok(canvas) = leptos::prelude::document().create_element("canvas") else { return };
    if let Ok(canvas) = canvas.dyn_into::<web_sys::HtmlCanvasElement>() {
        super::canvas::paint(&canvas, picture, theme, width, 3.0, true);
        browser::save_canvas(format!("{name}.png"), &canvas);
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn save_png<P: Picture>(_: &str, _: &P, _: &Theme, _: f64) {}
