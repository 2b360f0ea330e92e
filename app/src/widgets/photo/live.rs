//! The camera's picture on the page: started, handed on frame by frame as fast as frames are wanted, stopped.

use std::{collections::VecDeque, time::Duration};

use leptos::{html, prelude::*, task::spawn_local};
use web_time::Instant;

use super::{Photo, PhotoSource, Problem, Remedy, camera::Camera, decode};

/// How often it is asked whether a frame is wanted.
const PACE: Duration = Duration::from_millis(40);
/// Over how long the rate is counted.
const SPAN: Duration = Duration::from_secs(2);
/// From here on a video has a frame to show.
const HAS_FRAME: u16 = 2;

/// A camera that can be switched on and off.
#[derive(Clone, Copy)]
pub struct Live {
    /// Where its picture is shown.
    pub video: NodeRef<html::Video>,
    /// Whether it is on, or asked for.
    pub on: RwSignal<bool>,
    /// Frames handed on in a second.
    pub rate: RwSignal<f64>,
    camera: StoredValue<Option<Camera>, LocalStorage>,
    handed: StoredValue<VecDeque<Instant>>,
    last: StoredValue<Option<Photo>>,
    on_frame: Callback<Photo>,
    on_problem: Callback<Problem>,
}

impl Live {
    /// A camera that is off. It hands frames on while `wanted`, and is switched off when the tab is hidden or the
    /// calling component goes.
    pub fn new(wanted: Signal<bool>, on_frame: Callback<Photo>, on_problem: Callback<Problem>) -> Self {
        let live = Self {
            video: NodeRef::new(),
            on: RwSignal::new(false),
            rate: RwSignal::new(0.0),
            camera: StoredValue::new_local(None),
            handed: StoredValue::new(VecDeque::new()),
            last: StoredValue::new(None),
            on_frame,
            on_problem,
        };
        let clock = set_interval_with_handle(move || live.tick(wanted), PACE);
        let hidden = window_event_listener_untyped("visibilitychange", move |_| {
            if document().hidden() {
                live.rest();
            }
        });
        on_cleanup(move || {
            if let Ok(clock) = clock {
                clock.clear();
            }
            hidden.remove();
            // The camera's light goes out with the page.
            live.camera.try_update_value(Option::take);
        });
        live
    }

    /// Asks for the camera.
    pub fn start(self) {
        if self.on.get_untracked() {
            return;
        }
        self.on.set(true);
        spawn_local(async move {
            let taken = move || {
                if self.on.try_get_untracked() == Some(true) {
                    self.rest();
                    self.on_problem.run(Problem::new("The camera was taken away.", Remedy::Camera));
                }
            };
            match Camera::start(taken).await {
                // Switched off again, or left, before it was there: dropping it gives it back.
                Ok(camera) if self.on.try_get_untracked() == Some(true) => self.show(camera),
                Ok(_) => {}
                Err(problem) => {
                    if self.on.try_set(false).is_none() {
                        self.on_problem.run(problem);
                    }
                }
            }
        });
    }

    /// Switches it off. Its last frame stays, as a picture that may be looked at in peace.
    pub fn rest(self) {
        self.stop();
        if let Some(Some(photo)) = self.last.try_update_value(Option::take) {
            self.on_frame.run(Photo { source: PhotoSource::Own, ..photo });
        }
    }

    /// Switches it off for another picture.
    pub fn stop(self) {
        self.on.try_set(false);
        self.rate.try_set(0.0);
        self.handed.try_update_value(VecDeque::clear);
        self.camera.try_update_value(Option::take);
        if let Some(Some(video)) = self.video.try_get_untracked() {
            video.set_src_object(None);
        }
    }

    fn show(self, camera: Camera) {
        if let Some(Some(video)) = self.video.try_get_untracked() {
            video.set_muted(true);
            video.set_src_object(Some(&camera.stream));
            // It plays by itself where this is refused or cut short: the element says autoplay.
            if let Ok(playing) = video.play() {
                spawn_local(async move { drop(wasm_bindgen_futures::JsFuture::from(playing).await) });
            }
        }
        self.camera.try_set_value(Some(camera));
    }

    fn tick(self, wanted: Signal<bool>) {
        if self.on.try_get_untracked() != Some(true) || wanted.try_get_untracked() != Some(true) {
            return;
        }
        let Some(Some(video)) = self.video.try_get_untracked() else { return };
        if video.ready_state() < HAS_FRAME {
            return;
        }
        if let Some(photo) = decode::frame(&video) {
            let now = Instant::now();
            let count = self.handed.try_update_value(|handed| {
                handed.push_back(now);
                handed.retain(|then| now.duration_since(*then) <= SPAN);
                let since = handed.front().map_or(Duration::ZERO, |first| now.duration_since(*first));
                (handed.len() - 1) as f64 / since.as_secs_f64().max(1e-3)
            });
            self.rate.try_set(count.unwrap_or_default());
            self.last.try_set_value(Some(photo.clone()));
            self.on_frame.run(photo);
        }
    }
}
