//! The last checkpoint of each lesson, kept in the browser's own store, so that a reload or a crash loses little. It never
//! leaves the browser. Where storage is denied nothing is kept, and nothing is said.

use std::time::Duration;

use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use web_time::Instant;

use super::{
    Session,
    history::Curves,
    protocol::{Protocol, decode, encode},
};
use crate::store;

/// How often a run is kept, at most.
const EVERY: Duration = Duration::from_secs(2);

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

impl<P: Protocol> Session<P> {
    /// Looks whether a run with these settings was kept when the page was left, and offers to go on with it.
    pub(super) fn look_for_kept(&self) {
        let session = *self;
        spawn_local(async move {
            let Some(kept) = get(P::SLUG).await else { return };
            let fits = session.settings.try_with_untracked(|settings| encode(settings) == kept.settings);
            if fits != Some(true) || session.bench.step.get_untracked() > 0 || kept.step == 0 {
                return;
            }
            session.bench.offer.set(Some(kept.step));
            session.with(|inner| inner.state.borrow_mut().kept = Some(kept));
        });
    }

    /// Keeps the newest checkpoint for a later visit, unless the last one was kept a moment ago.
    pub(super) fn keep(&self) {
        let newest = self.with(|inner| {
            let mut state = inner.state.borrow_mut();
            let history = inner.history.borrow();
            let (step, checkpoint) = history.last().filter(|(step, _)| state.main && *step > 0)?;
            // Copied only when it is due: a checkpoint may have megabytes.
            state.kept_at.is_none_or(|(at, kept)| kept != step && at.elapsed() >= EVERY).then(|| {
                state.kept_at = Some((Instant::now(), step));
                (step, checkpoint.to_vec())
            })
        });
        let Some((step, checkpoint)) = newest.flatten() else { return };
        let (settings, curves) = (self.settings.with_untracked(encode), self.curves.get_untracked());
        spawn_local(async move {
            // Where it cannot be kept, the next visit begins anew.
            let _ = put(P::SLUG, &Kept { settings, step, checkpoint, curves }).await;
        });
    }

    /// Goes on with the run that is on offer.
    pub(super) fn go_on(&self) {
        self.bench.offer.set(None);
        let Some(kept) = self.with(|inner| inner.state.borrow_mut().kept.take()).flatten() else { return };
        self.forget();
        self.curves.set(kept.curves);
        self.with(|inner| {
            let mut history = inner.history.borrow_mut();
            history.keep(kept.step, kept.checkpoint.clone());
            self.bench.checkpoints.set(history.steps());
        });
        self.go_to(kept.step, kept.checkpoint);
    }
}

/// Keeps a run in the place of the one before.
async fn put(slug: &str, kept: &Kept) -> Option<()> {
    let bytes = Uint8Array::from(encode(kept).as_slice());
    let response = Response::new_with_opt_buffer_source(Some(bytes.unchecked_ref())).ok()?;
    JsFuture::from(store::open(store::RUNS).await?.put_with_str(&address(slug), &response)).await.ok()?;
    Some(())
}

/// The run kept of a lesson; nothing if none is there or it is of another release.
async fn get(slug: &str) -> Option<Kept> {
    let found = JsFuture::from(store::open(store::RUNS).await?.match_with_str(&address(slug))).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    decode(&Uint8Array::new(&buffer).to_vec()).ok()
}

fn address(slug: &str) -> String {
    format!("{}kept-run/{slug}", crate::site::base())
}
