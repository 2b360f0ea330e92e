//! The browser's own store of files, on the page and in a worker. Where it is denied there is none, and everything works
//! without it.

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage};

/// Data and weights, by the address that holds their checksum.
pub const DATA: &str = "fsts-data-1";
/// The last run of each lesson.
pub const RUNS: &str = "fsts-runs-1";
/// What the names of the service worker's stores begin with; the site's path and the release follow.
pub const RELEASE: &str = "fsts-release:";

/// All stores of this origin.
pub fn stores() -> Option<CacheStorage> {
    // Reading the property may throw (storage denied) or give nothing (a page without https).
    let stores = Reflect::get(&js_sys::global(), &"caches".into()).ok().filter(|stores| stores.is_object())?;
    Some(stores.unchecked_into())
}

/// One store; it is made if it is not there.
pub async fn open(name: &str) -> Option<Cache> {
    JsFuture::from(stores()?.open(name)).await.ok()?.dyn_into().ok()
}
