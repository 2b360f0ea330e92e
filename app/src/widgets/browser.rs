//! The few things of the browser that drawings need: size, visibility, theme, files to save.

#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "natively nothing is mounted"))]

use std::{cell::Cell, time::Duration};

use js_sys::{Array, ArrayBuffer, Function, Object, Reflect};
use leptos::{
    html::{self, ElementType},
    prelude::*,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, Clipboard, Element, HtmlAnchorElement, HtmlCanvasElement, HtmlElement, IntersectionObserver,
    IntersectionObserverEntry, IntersectionObserverInit, ResizeObserver, ScrollIntoViewOptions, ScrollLogicalPosition,
    Url,
};

use super::palette::Theme;

#[wasm_bindgen]
extern "C" {
    type MutationObserver;
    #[wasm_bindgen(constructor)]
    fn new(callback: &Function) -> MutationObserver;
    #[wasm_bindgen(method)]
    fn observe(this: &MutationObserver, target: &JsValue, options: &JsValue);
}

/// Puts a text on the clipboard; says whether the browser allowed it.
pub async fn copy(text: &str) -> bool {
    // A page without https has no clipboard.
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into()).unwrap_or(JsValue::UNDEFINED);
    if !clipboard.is_object() {
        return false;
    }
    JsFuture::from(clipboard.unchecked_into::<Clipboard>().write_text(text)).await.is_ok()
}

fn current_theme() -> Theme {
    let chosen = document().document_element().and_then(|root| root.get_attribute("data-theme"));
    let dark = match chosen.as_deref() {
        Some("dark") => true,
        Some("light") => false,
        _ => is_set("(prefers-color-scheme: dark)"),
    };
    if dark { Theme::dark() } else { Theme::light() }
}

/// Keeps the theme as the reader and the system want it, and tells when the fonts are there. For the page's lifetime.
pub fn follow_theme(theme: RwSignal<Theme>, fonts: RwSignal<u32>) {
    theme.set(current_theme());
    let update = move || {
        let now = current_theme();
        if theme.try_get_untracked().is_some_and(|old| old != now) {
            theme.set(now);
        }
    };
    let changed = Closure::<dyn Fn()>::new(update);
    if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
        let _ = query.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
    }
    if let Some(root) = document().document_element() {
        let options = Object::new();
        let _ = Reflect::set(&options, &"attributeFilter".into(), &Array::of1(&"data-theme".into()));
        MutationObserver::new(changed.as_ref().unchecked_ref()).observe(&root, &options);
    }
    changed.forget();
    let arrived = Closure::<dyn FnMut(JsValue)>::new(move |_| {
        let _ = fonts.try_update(|count| *count += 1);
    });
    let set = Reflect::get(&document(), &"fonts".into()).unwrap_or(JsValue::UNDEFINED);
    if let Ok(ready) = Reflect::get(&set, &"ready".into())
        && let Ok(promise) = ready.dyn_into::<js_sys::Promise>()
    {
        let _ = promise.then(&arrived);
    }
    // Fonts may also arrive later, when the first text in one of them appears.
    if let Some(target) = set.dyn_ref::<web_sys::EventTarget>() {
        let _ = target.add_event_listener_with_callback("loadingdone", arrived.as_ref().unchecked_ref());
    }
    arrived.forget();
}

/// Tells whether an element is on or near the screen, until dropped.
pub struct Seen {
    observer: IntersectionObserver,
    _callback: Closure<dyn FnMut(Array)>,
}

impl Seen {
    /// Calls back now and at each change.
    pub fn watch(element: &Element, callback: impl Fn(bool) + 'static) -> Option<Self> {
        let _callback = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            if let Some(entry) = entries.iter().last() {
                callback(entry.unchecked_into::<IntersectionObserverEntry>().is_intersecting());
            }
        });
        // A little early, so that no reader sees an empty canvas while scrolling.
        let options = IntersectionObserverInit::new();
        options.set_root_margin("300px 0px");
        let observer = IntersectionObserver::new_with_options(_callback.as_ref().unchecked_ref(), &options).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback })
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Calls back once, as soon as an element is on or near the screen.
pub fn when_seen(node: NodeRef<html::Div>, callback: impl Fn() + Clone + 'static) {
    let kept = StoredValue::new_local(None::<Seen>);
    Effect::new(move || {
        let Some(element) = node.get() else { return };
        let (callback, done) = (callback.clone(), Cell::new(false));
        let seen = Seen::watch(&element, move |seen| {
            if seen && !done.replace(true) {
                callback();
            }
        });
        kept.set_value(seen);
    });
}

/// Calls back again and again, until the calling component goes. Where there is no timer nothing moves, which is no harm.
pub fn tick_every(pace: Duration, tick: impl Fn() + 'static) {
    if let Ok(clock) = set_interval_with_handle(tick, pace) {
        on_cleanup(move || clock.clear());
    }
}

/// Whether the browser, or the system behind it, is set to what the query asks.
fn is_set(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|query| query.matches())
}

/// Whether the reader asked the system for less motion.
pub fn wants_stillness() -> bool {
    is_set("(prefers-reduced-motion: reduce)")
}

/// Whether the reader wants little to be fetched: then what is large is asked for first.
pub fn saves_data() -> bool {
    let connection = Reflect::get(&window().navigator(), &"connection".into()).unwrap_or(JsValue::UNDEFINED);
    let saves = connection.is_object() && Reflect::get(&connection, &"saveData".into()).is_ok_and(|it| it.is_truthy());
    saves || is_set("(prefers-reduced-data: reduce)")
}

/// Tells when an element's size changes, until dropped.
pub struct Sized {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl Sized {
    /// Calls back now and at each change.
    pub fn watch(element: &Element, callback: impl Fn() + 'static) -> Option<Self> {
        let _callback = Closure::<dyn FnMut()>::new(callback);
        let observer = ResizeObserver::new(_callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback })
    }
}

impl Drop for Sized {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Calls back now and at each change of an element's size, for as long as the calling component lives.
pub fn when_sized<E>(node: NodeRef<E>, callback: impl Fn(&HtmlElement) + Clone + 'static)
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + Into<HtmlElement> + 'static,
{
    let kept = StoredValue::new_local(None::<Sized>);
    Effect::new(move || {
        let Some(element) = node.get() else { return };
        let (element, callback): (HtmlElement, _) = (element.into(), callback.clone());
        let measured = element.clone();
        kept.set_value(Sized::watch(&element, move || callback(&measured)));
    });
}

/// Runs once, before the browser draws next. Its closure is given back when it has run, however often that is.
pub fn before_drawing(run: impl FnOnce() + 'static) {
    let run = Closure::once_into_js(run);
    // A window that is there always has this, and where there is none nothing is drawn.
    let _ = window().request_animation_frame(run.unchecked_ref());
}

/// Hands bytes to the reader as a file.
pub fn save_bytes(name: &str, bytes: &ArrayBuffer) {
    let options = BlobPropertyBag::new();
    options.set_type(if name.ends_with(".gif") { "image/gif" } else { "application/octet-stream" });
    if let Ok(blob) = Blob::new_with_buffer_source_sequence_and_options(&Array::of1(bytes), &options) {
        save_blob(name, &blob);
    }
}

/// Hands text to the reader as a file.
pub fn save_text(name: &str, kind: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options) {
        save_blob(name, &blob);
    }
}

/// Hands a canvas to the reader as a PNG file.
pub fn save_canvas(name: String, canvas: &HtmlCanvasElement) {
    let done = Closure::once_into_js(move |blob: JsValue| {
        if let Ok(blob) = blob.dyn_into::<Blob>() {
            save_blob(&name, &blob);
        }
    });
    let _ = canvas.to_blob(done.unchecked_ref());
}

fn save_blob(name: &str, blob: &Blob) {
    let Ok(address) = Url::create_object_url_with_blob(blob) else { return };
    if let Ok(anchor) = document().create_element("a")
        && let Ok(anchor) = anchor.dyn_into::<HtmlAnchorElement>()
    {
        anchor.set_href(&address);
        anchor.set_download(name);
        anchor.click();
    }
    // The download has its own hold on the bytes after a moment.
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        Duration::from_secs(20),
    );
}

/// Gives an element the focus and brings it into view, by as little as it takes.
pub fn bring(element: &Element) {
    focus(element);
    into_view(element);
}

/// Brings an element into view, by as little as it takes.
pub fn into_view(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Gives an element the focus.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}
