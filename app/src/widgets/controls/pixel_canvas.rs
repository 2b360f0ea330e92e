//! A small canvas with one canvas pixel for each value; the stylesheet makes it large without blending.

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::super::palette::Rgb;

/// Shows `columns × rows` colours; missing ones stay clear.
pub fn show(canvas: &HtmlCanvasElement, columns: usize, rows: usize, colors: impl Iterator<Item = Rgb>) {
    if columns == 0 || rows == 0 {
        return;
    }
    let mut bytes: Vec<u8> = colors.take(columns * rows).flat_map(|color| [color.0, color.1, color.2, 255]).collect();
    bytes.resize(columns * rows * 4, 0);
    let (columns, rows) = (columns as u32, rows as u32);
    if (canvas.width(), canvas.height()) != (columns, rows) {
        canvas.set_width(columns);
        canvas.set_height(rows);
    }
    let context = canvas.get_context("2d").ok().flatten().and_then(|it| it.dyn_into::<CanvasRenderingContext2d>().ok());
    if let Some(context) = context
        && let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&bytes), columns, rows)
    {
        // A canvas that the browser has taken away shows nothing; there is nobody to tell.
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
}
