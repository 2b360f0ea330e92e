//! What a figure hands out: PNG, SVG and CSV.

use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

use super::{any_picture::AnyPicture, browser, palette::Theme};

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
pub fn save(format: Format, name: &str, picture: &AnyPicture, theme: &Theme, width: f64) {
    match format {
        Format::Png => save_png(name, picture, theme, width),
        Format::Svg => {
            browser::save_text(&format!("{name}.svg"), "image/svg+xml", &picture.svg(width, theme));
        }
        Format::Csv => browser::save_text(&format!("{name}.csv"), "text/csv;charset=utf-8", &picture.table().to_csv()),
    }
}

fn save_png(name: &str, picture: &AnyPicture, theme: &Theme, width: f64) {
    let Ok(canvas) = leptos::prelude::document().create_element("canvas") else { return };
    if let Ok(canvas) = canvas.dyn_into::<HtmlCanvasElement>() {
        picture.paint(&canvas, theme, width, 3.0, true);
        browser::save_canvas(format!("{name}.png"), &canvas);
    }
}
