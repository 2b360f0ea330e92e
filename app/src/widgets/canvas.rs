//! The page's surface: plotters' canvas backend, sharper than it comes.
//!
//! The backend alone ignores the screen's resolution and knows neither tabular text nor bitmaps. Here the context maps
//! surface units to device pixels, so every picture is drawn with at least two device pixels per CSS pixel.

use std::cell::RefCell;

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform, text_anchor::HPos,
};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::{
    palette::Theme,
    picture::{Area, Bitmap, Drawn, Picture, Surface, UNITS},
};

type Failure = <CanvasBackend as DrawingBackend>::ErrorType;

struct CanvasSurface {
    inner: CanvasBackend,
    context: CanvasRenderingContext2d,
    size: (u32, u32),
}

thread_local! {
    /// Where bitmaps are put before they are stretched: one for the page.
    static SCRATCH: RefCell<Option<HtmlCanvasElement>> = const { RefCell::new(None) };
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// Draws a picture on a canvas that is `width` CSS pixels wide, with `ratio` device pixels per CSS pixel.
pub fn paint<P: Picture>(canvas: &HtmlCanvasElement, picture: &P, theme: &Theme, width: f64, ratio: f64, card: bool) {
    let height = picture.height(width).clamp(1.0, 8000.0).round();
    let (across, down) = ((width * ratio).round() as u32, (height * ratio).round() as u32);
    let Some(context) = context(canvas) else { return };
    if (canvas.width(), canvas.height()) == (across, down) {
        let _ = context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, f64::from(across), f64::from(down));
    } else {
        canvas.set_width(across);
        canvas.set_height(down);
    }
    let zoom = ratio / UNITS;
    let _ = context.set_transform(zoom, 0.0, 0.0, zoom, 0.0, 0.0);
    context.set_line_join("round");
    context.set_text_baseline("alphabetic");
    let size = ((width * UNITS).round() as u32, (height * UNITS).round() as u32);
    if card {
        context.set_fill_style_str(&theme.card.css());
        context.fill_rect(0.0, 0.0, f64::from(size.0), f64::from(size.1));
    }
    let Some(inner) = CanvasBackend::with_canvas_object(canvas.clone()) else { return };
    let mut surface = CanvasSurface { inner, context, size };
    // A canvas that fails (too large, lost) stays as it is; the numbers are in the data table.
    let _ = picture.draw(&mut surface, theme, UNITS);
}

impl DrawingBackend for CanvasSurface {
    type ErrorType = Failure;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Failure>> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Failure>> {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Result<(), DrawingErrorKind<Failure>> {
        self.inner.draw_pixel(point, color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Failure>> {
        // The backend's own line moves by half a pixel, which is for one device pixel per CSS pixel.
        self.inner.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result<(), DrawingErrorKind<Failure>> {
        self.inner.draw_rect(upper_left, bottom_right, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Failure>> {
        self.inner.draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result<(), DrawingErrorKind<Failure>> {
        self.inner.draw_circle(center, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Failure>> {
        self.inner.fill_polygon(path, style)
    }

    fn draw_text<T: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &T,
        (x, y): BackendCoord,
    ) -> Result<(), DrawingErrorKind<Failure>> {
        let weight = if matches!(style.style(), FontStyle::Bold) { 600 } else { 400 };
        self.context.set_font(&format!("{weight} {}px {}", style.size(), style.family().as_str()));
        self.context.set_text_align(match style.anchor().h_pos {
            HPos::Left => "left",
            HPos::Center => "center",
            HPos::Right => "right",
        });
        let (red, green, blue) = style.color().rgb;
        self.context.set_fill_style_str(&format!("rgb({red},{green},{blue})"));
        // The middle of figures and capitals lies at the place.
        let middle = 0.363 * style.size();
        let (x, y) = (f64::from(x), f64::from(y));
        if matches!(style.transform(), FontTransform::Rotate270) {
            self.context.save();
            let _ = self.context.translate(x, y);
            let _ = self.context.rotate(-std::f64::consts::FRAC_PI_2);
            let _ = self.context.fill_text(text, 0.0, middle);
            self.context.restore();
        } else {
            let _ = self.context.fill_text(text, x, y + middle);
        }
        Ok(())
    }
}

impl Surface for CanvasSurface {
    fn pixels(&mut self, area: Area, bitmap: Bitmap) -> Drawn<Self> {
        let count = bitmap.columns * bitmap.rows;
        if count == 0 || bitmap.colors.len() < count {
            return Ok(());
        }
        let bytes: Vec<u8> = bitmap.colors[..count].iter().flat_map(|color| [color.0, color.1, color.2, 255]).collect();
        let (columns, rows) = (bitmap.columns as u32, bitmap.rows as u32);
        SCRATCH.with_borrow_mut(|scratch| {
            if scratch.is_none() {
                *scratch = leptos::prelude::document()
                    .create_element("canvas")
                    .ok()
                    .and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok());
            }
            let Some(canvas) = scratch.as_ref() else { return };
            if (canvas.width(), canvas.height()) != (columns, rows) {
                canvas.set_width(columns);
                canvas.set_height(rows);
            }
            let (Some(context), Ok(image)) =
                (context(canvas), ImageData::new_with_u8_clamped_array_and_sh(Clamped(&bytes), columns, rows))
            else {
                return;
            };
            let _ = context.put_image_data(&image, 0.0, 0.0);
            self.context.set_image_smoothing_enabled(bitmap.smooth);
            let _ = self.context.draw_image_with_html_canvas_element_and_dw_and_dh(
                canvas,
                f64::from(area.x),
                f64::from(area.y),
                f64::from(area.width),
                f64::from(area.height),
            );
        });
        Ok(())
    }
}
