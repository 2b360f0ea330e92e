//! The last checkpoint of each lesson, kept in the browser's own store, so that a reload or a crash loses little. It never
//! leaves the browser. Where storage is denied nothing is kept, and nothing is said.

use js_sys::{Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage, Response};

use super::{
    history::Curves,
    protocol::{decode, encode},
};

const STORE: &str = "fsts-runs-1";

/// A run as far as it was kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// Its settings, encoded.
    pub settings: Vec<u8>,
    /// How far it had come.
    pub step: u64,
    /// Everything that decides how it goes on.
    pub checkpoint: Vec<u8>,
    /// Its curves up to there.
    pub curves: Curves,
}

/// Keeps a run in the place of the one before.
pub async fn put(slug: &str, kept: &Kept) -> Option<()> {
    let bytes = Uint8Array::from(encode(kept).as_slice());
    let response = Response::new_with_opt_buffer_source(Some(bytes.unchecked_ref())).ok()?;
    JsFuture::from(open().await?.put_with_str(&address(slug), &response)).await.ok()?;
    Some(())
}

/// The run kept of a lesson; nothing if none is there or it is of another release.
pub async fn get(slug: &str) -> Option<Kept> {
    let found = JsFuture::from(open().await?.match_with_str(&address(slug))).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    decode(&Uint8Array::new(&buffer).to_vec()).ok()
}

async fn open() -> Option<Cache> {
    // Reading the property may throw (storage denied) or give nothing (a page without https).
    let caches = Reflect::get(&js_sys::global(), &"caches".into()).ok().filter(|caches| caches.is_object())?;
    JsFuture::from(caches.unchecked_into::<CacheStorage>().open(STORE)).await.ok()?.dyn_into().ok()
}

fn address(slug: &str) -> String {
    format!("{}kept-run/{slug}", crate::site::base())
}
