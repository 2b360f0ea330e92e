//! The last checkpoint of each lesson, kept in the browser's own store, so that a reload or a crash loses little. It never
//! leaves the browser. Where storage is denied nothing is kept, and nothing is said.

use std::time::Duration;

use js_sys::{Array, ArrayBuffer};
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};
use web_time::Instant;

use super::{
    Session,
    history::Curves,
    post::{to_buffer, to_bytes},
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
    #[serde(skip)]
    pub checkpoint: Option<ArrayBuffer>,
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
            state.kept_at.is_none_or(|(at, kept)| kept != step && at.elapsed() >= EVERY).then(|| {
                state.kept_at = Some((Instant::now(), step));
                (step, Some(checkpoint))
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
        let Some(checkpoint) = kept.checkpoint else { return };
        self.forget();
        self.curves.set(kept.curves);
        self.with(|inner| {
            let mut history = inner.history.borrow_mut();
            history.keep(kept.step, checkpoint.byte_length() as usize, checkpoint.clone());
            self.bench.checkpoints.set(history.steps());
        });
        self.go_to(kept.step, checkpoint);
    }
}

/// How many bytes say how long the first part of a kept run is. Its checkpoint is the rest.
const LENGTH: u32 = size_of::<u32>() as u32;

/// Keeps a run in the place of the one before.
async fn put(slug: &str, kept: &Kept) -> Option<()> {
    let first = encode(kept);
    let length = u32::try_from(first.len()).ok()?.to_le_bytes();
    let parts = Array::of3(&to_buffer(&length), &to_buffer(&first), kept.checkpoint.as_ref()?);
    let file = Blob::new_with_buffer_source_sequence(&parts).ok()?;
    let response = Response::new_with_opt_blob(Some(&file)).ok()?;
    JsFuture::from(store::open(store::RUNS).await?.put_with_str(&address(slug), &response)).await.ok()?;
    Some(())
}

/// The run kept of a lesson; nothing if none is there or it is of another release.
async fn get(slug: &str) -> Option<Kept> {
    let found = JsFuture::from(store::open(store::RUNS).await?.match_with_str(&address(slug))).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let file: ArrayBuffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?.dyn_into().ok()?;
    let length = u32::from_le_bytes(to_bytes(&file.slice_with_end(0, LENGTH)).try_into().ok()?);
    let end = LENGTH.checked_add(length).filter(|end| *end <= file.byte_length())?;
    let mut kept: Kept = decode(&to_bytes(&file.slice_with_end(LENGTH, end))).ok()?;
    kept.checkpoint = Some(file.slice(end));
    Some(kept)
}

fn address(slug: &str) -> String {
    format!("{}kept-run/{slug}", crate::site::base())
}
