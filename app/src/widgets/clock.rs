//! A time from 0 to 1 that runs on by itself until the reader takes it: for figures that are a film.

use std::time::Duration;

use leptos::{html, prelude::*};

use super::{
    Slider,
    browser::{Seen, tick_every, wants_stillness},
};

/// How often it moves.
const PACE: Duration = Duration::from_millis(60);
/// How long it rests at its end before it begins again, as a share of its way.
const REST: f64 = 0.3;

/// A time, and whether it runs.
#[derive(Clone, Copy)]
pub struct Clock {
    /// From 0 to 1.
    pub time: RwSignal<f64>,
    /// Whether it moves by itself.
    pub running: RwSignal<bool>,
    /// Whether anybody sees it: it stands still off the screen.
    seen: RwSignal<bool>,
}

impl Clock {
    /// Begins at `from` and runs, in so many seconds, to the other end of 0 and 1: upward from less than a half, else
    /// downward. It rests there a while and begins again. Where the reader prefers reduced motion it stands at `from`
    /// until it is set going. Ends with the calling component.
    pub fn new(from: f64, upward: bool, seconds: f64) -> Self {
        let running = RwSignal::new(!wants_stillness());
        let clock = Self { time: RwSignal::new(from), running, seen: RwSignal::new(true) };
        let step = PACE.as_secs_f64() / seconds;
        // Beyond the end it rests.
        let beyond = StoredValue::new(0.0_f64);
        tick_every(PACE, move || {
            if clock.running.try_get_untracked() != Some(true) || clock.seen.try_get_untracked() != Some(true) {
                return;
            }
            let (begin, end) = if upward { (0.0, 1.0) } else { (1.0, 0.0) };
            let Some(now) = clock.time.try_get_untracked() else { return };
            if now == end {
                let rested = beyond.try_update_value(|rested| {
                    *rested += step;
                    *rested
                });
                if rested.is_some_and(|rested| rested > REST) {
                    beyond.try_set_value(0.0);
                    clock.time.try_set(begin);
                }
                return;
            }
            let next = if upward { now + step } else { now - step };
            clock.time.try_set(next.clamp(0.0, 1.0));
        });
        clock
    }

    /// The reader puts it somewhere: there it stays until it is set going again.
    pub fn take(self, time: f64) {
        self.running.set(false);
        self.time.set(time.clamp(0.0, 1.0));
    }

    /// The arrow keys move it, Home and End take it to its ends, Space stops it and lets it run.
    pub fn on_key(self) -> Callback<String> {
        Callback::new(move |key: String| {
            let now = self.time.get_untracked();
            match key.as_str() {
                "ArrowLeft" | "ArrowDown" => self.take(now - 0.02),
                "ArrowRight" | "ArrowUp" => self.take(now + 0.02),
                "PageDown" => self.take(now - 0.1),
                "PageUp" => self.take(now + 0.1),
                "Home" => self.take(0.0),
                "End" => self.take(1.0),
                " " => self.running.update(|running| *running = !*running),
                _ => {}
            }
        })
    }
}

/// The clock as a slider, with a button that holds it or lets it run.
#[component]
pub fn ClockBar(
    /// What the time is of.
    #[prop(into)]
    label: String,
    /// The clock.
    clock: Clock,
    /// Names of times below the slider.
    #[prop(optional, into)]
    marks: Signal<Vec<(f64, String)>>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let kept = StoredValue::new_local(None::<Seen>);
    Effect::new(move || {
        let Some(element) = node.get() else { return };
        kept.set_value(Seen::watch(&element, move |seen| {
            clock.seen.try_set(seen);
        }));
    });
    view! {
        <div class="clock-bar" node_ref=node>
            <Slider
                label=label
                value=Signal::derive(move || (clock.time.get() * 200.0).round() / 200.0)
                min=0.0
                max=1.0
                step=0.005
                marks=marks
                on_change=Callback::new(move |time: f64| clock.take(time))
            />
            <button
                type="button"
                class="quiet"
                on:click=move |_| clock.running.update(|running| *running = !*running)
            >
                {move || if clock.running.get() { "Hold still" } else { "Let it run" }}
            </button>
        </div>
    }
}
