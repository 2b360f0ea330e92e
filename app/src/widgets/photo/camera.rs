//! The camera: asked for, watched, given back.

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, MediaStream, MediaStreamConstraints, MediaStreamTrack, window};

use super::{Problem, Remedy};

/// A running camera. Dropping it switches it off.
pub struct Camera {
    /// What it sees.
    pub stream: MediaStream,
    _on_end: Closure<dyn FnMut()>,
}

impl Camera {
    /// Asks for a camera; `on_end` is called if it is taken away.
    ///
    /// # Errors
    /// One sentence if there is none, if it was not allowed, or if another program has it.
    pub async fn start(on_end: impl Fn() + 'static) -> Result<Self, Problem> {
        let stream = ask().await.map_err(|error| problem(&error))?;
        let _on_end = Closure::<dyn FnMut()>::new(on_end);
        for track in tracks(&stream) {
            track.set_onended(Some(_on_end.as_ref().unchecked_ref()));
        }
        Ok(Self { stream, _on_end })
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        for track in tracks(&self.stream) {
            track.set_onended(None);
            track.stop();
        }
    }
}

fn tracks(stream: &MediaStream) -> impl Iterator<Item = MediaStreamTrack> {
    stream.get_tracks().to_vec().into_iter().filter_map(|track| track.dyn_into().ok())
}

async fn ask() -> Result<MediaStream, JsValue> {
    let navigator = window().ok_or(JsValue::NULL)?.navigator();
    // Without a secure address there is no such property.
    let devices = navigator.media_devices().ok().filter(|devices| devices.is_object()).ok_or(JsValue::NULL)?;
    let video = Object::new();
    let ideal = |value: JsValue| {
        let wish = Object::new();
        Reflect::set(&wish, &"ideal".into(), &value).map(|_| wish)
    };
    Reflect::set(&video, &"width".into(), &ideal(640.into())?.into())?;
    // A telephone's camera that looks away from the reader shows more than a face.
    Reflect::set(&video, &"facingMode".into(), &ideal("environment".into())?.into())?;
    let constraints = MediaStreamConstraints::new();
    constraints.set_audio_bool(false);
    constraints.set_video(&video);
    JsFuture::from(devices.get_user_media_with_constraints(&constraints)?).await?.dyn_into()
}

fn problem(error: &JsValue) -> Problem {
    let name = error.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default();
    match name.as_str() {
        "NotAllowedError" | "SecurityError" => {
            Problem::new("The camera was not allowed; the browser’s address bar can change that.", Remedy::Camera)
        }
        "NotFoundError" | "OverconstrainedError" => Problem::new("There is no camera here.", Remedy::Choose),
        "NotReadableError" | "AbortError" => {
            Problem::new("The camera does not answer; another program may have it.", Remedy::Camera)
        }
        _ => Problem::new("This browser gives no camera to this page.", Remedy::Choose),
    }
}
