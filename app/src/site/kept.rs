//! What the browser keeps of this site so that it works without a network, and how all of it is deleted.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, Request, Response};

use super::base;
use crate::store;

/// What is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Kept {
    /// Pages, programs, data and weights.
    files: u32,
    /// All of it, in bytes.
    bytes: f64,
    /// Runs of lessons that can be gone on with.
    runs: u32,
}

/// Counts what is kept, and the button that deletes it.
#[component]
pub fn KeptFiles() -> impl IntoView {
    let kept = RwSignal::new(None::<Option<Kept>>);
    let deleted = RwSignal::new(false);
    let look = move || {
        spawn_local(async move {
            let found = count().await;
            kept.try_set(Some(found));
        });
    };
    look();
    let delete = move |_| {
        spawn_local(async move {
            forget().await;
            deleted.try_set(true);
            look();
        });
    };
    let words = move || match (kept.get(), deleted.get()) {
        (None, _) => "Being counted …".to_owned(),
        (Some(None), _) => {
            "Nothing is kept: this browser denies storage, or the page does not come over https.".to_owned()
        }
        (Some(Some(kept)), true) if kept.files == 0 => {
            "Deleted. What you open from the next visit on is kept again.".to_owned()
        }
        (Some(Some(kept)), _) => said(kept),
    };
    let some = move || kept.get().flatten().is_some_and(|kept| kept.files + kept.runs > 0);
    view! {
        <p role="status" data-kept=move || kept.get().flatten().map(|kept| kept.files.to_string())>{words}</p>
        <Show when=some>
            <p><button on:click=delete>"Delete what is kept"</button></p>
        </Show>
    }
}

fn said(kept: Kept) -> String {
    let files = match kept.files {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    let runs = match kept.runs {
        0 => String::new(),
        1 => ", and the last run of 1 lesson".to_owned(),
        count => format!(", and the last runs of {count} lessons"),
    };
    format!("Kept now: {files}, {:.1} MB{runs}.", kept.bytes / 1e6)
}

/// The names of the stores that may hold something of this site.
async fn names() -> Option<Vec<String>> {
    let all: Array = JsFuture::from(store::stores()?.keys()).await.ok()?.dyn_into().ok()?;
    let ours = |name: &String| name.starts_with(store::RELEASE) || name == store::DATA || name == store::RUNS;
    Some(all.iter().filter_map(|name| name.as_string()).filter(ours).collect())
}

/// The requests of a store that are of this site: others may share its origin.
async fn requests(cache: &Cache) -> Vec<Request> {
    let all = JsFuture::from(cache.keys()).await.ok().and_then(|all| all.dyn_into::<Array>().ok());
    let root = base();
    let all =
        all.unwrap_or_default().iter().filter_map(|request| request.dyn_into::<Request>().ok()).collect::<Vec<_>>();
    all.into_iter().filter(|request| request.url().starts_with(&root)).collect()
}

/// `None` where nothing can be kept.
async fn count() -> Option<Kept> {
    let mut kept = Kept::default();
    for name in names().await? {
        let cache = store::open(&name).await?;
        for request in requests(&cache).await {
            match name == store::RUNS {
                true => kept.runs += 1,
                false => kept.files += 1,
            }
            kept.bytes += size(&cache, &request).await.unwrap_or_default();
        }
    }
    Some(kept)
}

async fn size(cache: &Cache, request: &Request) -> Option<f64> {
    let response: Response = JsFuture::from(cache.match_with_request(request)).await.ok()?.dyn_into().ok()?;
    let blob: Blob = JsFuture::from(response.blob().ok()?).await.ok()?.dyn_into().ok()?;
    Some(blob.size())
}

/// Deletes everything, and the service worker with it, which would keep things again.
async fn forget() -> Option<()> {
    // First, so that no page is kept again in between; where there is none the rest is deleted all the same.
    let _ = unregister().await;
    for name in names().await? {
        let cache = store::open(&name).await?;
        for request in requests(&cache).await {
            let _ = JsFuture::from(cache.delete_with_request(&request)).await;
        }
        // A store is shared with other sites of this origin unless it is empty.
        let left = JsFuture::from(cache.keys()).await.ok().and_then(|left| left.dyn_into::<Array>().ok());
        if left.is_some_and(|left| left.length() == 0) {
            let _ = JsFuture::from(store::stores()?.delete(&name)).await;
        }
    }
    Some(())
}

async fn unregister() -> Result<(), JsValue> {
    let workers = Reflect::get(&window().navigator(), &"serviceWorker".into())?;
    let found = call(&workers, "getRegistration", &[base().into()])?;
    let registration = JsFuture::from(found).await?;
    JsFuture::from(call(&registration, "unregister", &[])?).await?;
    Ok(())
}

/// Calls a method that answers with a promise.
fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> Result<Promise, JsValue> {
    let function: Function =
        Reflect::get(object.dyn_ref::<Object>().ok_or(JsValue::NULL)?, &name.into())?.dyn_into()?;
    function.apply(object, &arguments.iter().cloned().collect::<Array>())?.dyn_into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_said_plainly() {
        assert_eq!(said(Kept { files: 1, bytes: 2_040_000.0, runs: 0 }), "Kept now: 1 file, 2.0 MB.");
        let many = Kept { files: 40, bytes: 12_345_678.0, runs: 2 };
        assert_eq!(said(many), "Kept now: 40 files, 12.3 MB, and the last runs of 2 lessons.");
    }
}
