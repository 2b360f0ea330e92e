//! From any file that the browser opens to a small picture: upright, at most [`LONGEST`] pixels on a side.
//!
//! The browser decodes and shrinks it off the page's thread. Only what it opens as an image but not as a bitmap (SVG) is
//! drawn on the page.

use std::{cell::Cell, rc::Rc, sync::Arc};

use futures::channel::oneshot;
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, HtmlVideoElement, ImageBitmap,
    ImageBitmapOptions, ImageOrientation, ResizeQuality, Response, Url,
};

use super::{LONGEST, Photo, PhotoSource, Problem, Remedy};

/// Bytes of a file that are looked at.
const MOST_BYTES: f64 = 100e6;
/// The shortest side of which there is anything to see.
const SHORTEST: u32 = 16;

/// Reads a file, a drop or a paste; `name` is what the reader calls it.
///
/// # Errors
/// One sentence if it is empty, too large, no picture, or too small to see anything in it.
pub async fn read(blob: &Blob, name: &str, source: PhotoSource) -> Result<Photo, Problem> {
    let problem = |sentence: String| Problem::new(sentence, Remedy::Choose);
    if blob.size() == 0.0 {
        return Err(problem(format!("{name} is empty.")));
    }
    if blob.size() > MOST_BYTES {
        return Err(problem(format!("{name} is larger than {} MB; save it smaller.", MOST_BYTES / 1e6)));
    }
    let unreadable = || problem(format!("{name} is no picture that this browser can open."));
    let image = Opened::open(blob).await.ok_or_else(unreadable)?;
    let (across, down) = (image.0.natural_width(), image.0.natural_height());
    let (width, height) = fitted(across, down).ok_or_else(|| {
        problem(format!("{name} has {across} × {down} pixels, which is too little to see anything in it."))
    })?;
    let shrunk = shrink(blob, width, height).await;
    let pixels = match &shrunk {
        Ok(bitmap) => draw(width, height, |context| {
            context.draw_image_with_image_bitmap_and_dw_and_dh(bitmap, 0.0, 0.0, width.into(), height.into())
        }),
        // What has no pixels of its own, as SVG has none, is drawn at this size.
        Err(_) => draw(width, height, |context| {
            context.draw_image_with_html_image_element_and_dw_and_dh(&image.0, 0.0, 0.0, width.into(), height.into())
        }),
    };
    if let Ok(bitmap) = shrunk {
        bitmap.close();
    }
    let rgb = pixels
        .and_then(|pixels| on_white(&pixels))
        .ok_or_else(|| problem(format!("{name} is more than this browser can unpack; save it smaller.")))?;
    Ok(Photo { source, name: name.to_owned(), width, height, rgb: Arc::new(rgb) })
}

/// Fetches a picture of the site.
///
/// # Errors
/// One sentence if there is no network, or it is not there.
pub async fn fetch(address: &str, name: &str, id: &str) -> Result<Photo, Problem> {
    let failed =
        || Problem::new(format!("The picture “{name}” could not be fetched; is there a network?"), Remedy::Again);
    let window = web_sys::window().ok_or_else(failed)?;
    let response: Response = JsFuture::from(window.fetch_with_str(address))
        .await
        .ok()
        .and_then(|response| response.dyn_into().ok())
        .filter(Response::ok)
        .ok_or_else(failed)?;
    let blob = JsFuture::from(response.blob().map_err(|_| failed())?).await.map_err(|_| failed())?;
    let blob: Blob = blob.dyn_into().map_err(|_| failed())?;
    read(&blob, name, PhotoSource::Sample(id.to_owned())).await.map_err(|_| failed())
}

/// What a playing video shows now; nothing before its first frame.
pub fn frame(video: &HtmlVideoElement) -> Option<Photo> {
    let (width, height) = fitted(video.video_width(), video.video_height())?;
    let pixels = draw(width, height, |context| {
        context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, width.into(), height.into())
    })?;
    let rgb = Arc::new(on_white(&pixels)?);
    Some(Photo { source: PhotoSource::Camera, name: "The camera’s picture".into(), width, height, rgb })
}

/// The size that a picture is handed on in; nothing if there is nothing to see at it.
fn fitted(across: u32, down: u32) -> Option<(u32, u32)> {
    let share = (f64::from(LONGEST) / f64::from(across.max(down).max(1))).min(1.0);
    let side = |pixels: u32| (f64::from(pixels) * share).round() as u32;
    let (width, height) = (side(across), side(down));
    (width >= SHORTEST && height >= SHORTEST).then_some((width, height))
}

/// Decoded, turned upright and shrunk by the browser, off the page's thread.
async fn shrink(blob: &Blob, width: u32, height: u32) -> Result<ImageBitmap, JsValue> {
    let options = ImageBitmapOptions::new();
    options.set_resize_width(width);
    options.set_resize_height(height);
    options.set_resize_quality(ResizeQuality::High);
    options.set_image_orientation(ImageOrientation::FromImage);
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let bitmap = JsFuture::from(window.create_image_bitmap_with_blob_and_image_bitmap_options(blob, &options)?).await?;
    bitmap.dyn_into()
}

/// The pixels, four bytes each, of what `paint` draws on a canvas of this size.
fn draw(
    width: u32,
    height: u32,
    paint: impl FnOnce(&CanvasRenderingContext2d) -> Result<(), JsValue>,
) -> Option<Vec<u8>> {
    thread_local! {
        /// One canvas for the page: the camera asks many times a second.
        static CANVAS: Option<HtmlCanvasElement> = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.create_element("canvas").ok())
            .and_then(|canvas| canvas.dyn_into().ok());
    }
    let canvas = CANVAS.with(Option::clone)?;
    canvas.set_width(width);
    canvas.set_height(height);
    let options = Object::new();
    Reflect::set(&options, &"willReadFrequently".into(), &JsValue::TRUE).ok()?;
    let context = canvas.get_context_with_context_options("2d", &options).ok()??;
    let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
    paint(&context).ok()?;
    let image = context.get_image_data(0.0, 0.0, width.into(), height.into()).ok()?;
    Some(image.data().0)
}

/// Three bytes of each four, clear places over white. Nothing if all is clear: then nothing was drawn.
fn on_white(rgba: &[u8]) -> Option<Vec<u8>> {
    if rgba.chunks_exact(4).all(|pixel| pixel[3] == 0) {
        return None;
    }
    let over = |value: u8, opacity: u8| {
        let opacity = u32::from(opacity);
        ((u32::from(value) * opacity + 255 * (255 - opacity) + 127) / 255) as u8
    };
    Some(rgba.chunks_exact(4).flat_map(|pixel| [0, 1, 2].map(|channel| over(pixel[channel], pixel[3]))).collect())
}

/// An image element that has read a file, as long as it is needed.
struct Opened(HtmlImageElement, String);

impl Opened {
    /// Reads the file's head: how large the picture is, upright.
    async fn open(blob: &Blob) -> Option<Self> {
        let address = Url::create_object_url_with_blob(blob).ok()?;
        let opened = Self(HtmlImageElement::new().ok()?, address);
        let (sender, receiver) = oneshot::channel();
        let sender = Rc::new(Cell::new(Some(sender)));
        let answer = move |is_picture: bool| {
            let sender = sender.clone();
            Closure::<dyn FnMut()>::new(move || {
                if let Some(sender) = sender.take() {
                    let _ = sender.send(is_picture);
                }
            })
        };
        let (loaded, failed) = (answer(true), answer(false));
        opened.0.set_onload(Some(loaded.as_ref().unchecked_ref()));
        opened.0.set_onerror(Some(failed.as_ref().unchecked_ref()));
        opened.0.set_src(&opened.1);
        let is_picture = receiver.await.unwrap_or(false);
        opened.0.set_onload(None);
        opened.0.set_onerror(None);
        is_picture.then_some(opened)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        // An address that is already gone needs no second farewell.
        let _ = Url::revoke_object_url(&self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_shrunk_never_enlarged() {
        assert_eq!(fitted(4000, 3000), Some((384, 288)));
        assert_eq!(fitted(100, 80), Some((100, 80)));
        assert_eq!(fitted(10_000, 10_000), Some((384, 384)));
        assert_eq!(fitted(1, 1), None);
        assert_eq!(fitted(5000, 30), None, "a strip");
        assert_eq!(fitted(0, 0), None);
    }

    #[test]
    fn clear_places_are_white() {
        assert_eq!(on_white(&[10, 20, 30, 255, 0, 0, 0, 0]), Some(vec![10, 20, 30, 255, 255, 255]));
        assert_eq!(on_white(&[0, 0, 0, 128, 255, 0, 0, 255]), Some(vec![127, 127, 127, 255, 0, 0]));
        assert_eq!(on_white(&[0, 0, 0, 0]), None, "nothing was drawn");
    }
}
