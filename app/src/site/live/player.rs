//! Plays the little figures: one clock for all of them, which moves only those that are seen, and none where the reader
//! asked for stillness.

use std::{cell::RefCell, time::Duration};

use leptos::{html, leptos_dom::helpers::IntervalHandle, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{IntersectionObserver, IntersectionObserverEntry};

use super::drawing::{Drawing, Live};
use super::{layers, story};
use crate::widgets::{Sketch, wants_stillness};

/// A twentieth of a second: enough for the eye, cheap for the battery.
const FRAME: Duration = Duration::from_millis(50);
/// Where a figure stands that does not move.
const STILL: usize = 70;

/// Which computation is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// The large one on top.
    Opening,
    /// A network's own.
    Network(&'static str),
}

impl Script {
    fn begin(self) -> Option<Box<dyn Live>> {
        match self {
            Self::Opening => Some(Box::new(layers::Opening::new(7))),
            Self::Network(slug) => story::figure(slug),
        }
    }
}

struct Actor {
    id: usize,
    live: Box<dyn Live>,
    drawing: RwSignal<Option<Drawing>>,
    seen: bool,
}

#[derive(Default)]
struct Stage {
    actors: Vec<Actor>,
    next: usize,
    clock: Option<IntervalHandle>,
    paused: bool,
}

thread_local! {
    static STAGE: RefCell<Stage> = RefCell::default();
}

fn enter(live: Box<dyn Live>, drawing: RwSignal<Option<Drawing>>) -> usize {
    STAGE.with_borrow_mut(|stage| {
        let id = stage.next;
        stage.next += 1;
        stage.actors.push(Actor { id, live, drawing, seen: false });
        if stage.clock.is_none() {
            // Without a clock the figures stay as they are, which is no harm.
            stage.clock = set_interval_with_handle(tick, FRAME).ok();
        }
        id
    })
}

fn leave(id: usize) {
    STAGE.with_borrow_mut(|stage| {
        stage.actors.retain(|actor| actor.id != id);
        if stage.actors.is_empty()
            && let Some(clock) = stage.clock.take()
        {
            clock.clear();
        }
    });
}

fn notice(id: usize, seen: bool) {
    STAGE.with_borrow_mut(|stage| {
        if let Some(actor) = stage.actors.iter_mut().find(|actor| actor.id == id) {
            actor.seen = seen;
        }
    });
}

fn tick() {
    if document().hidden() || wants_stillness() {
        return;
    }
    let drawn: Vec<_> = STAGE.with_borrow_mut(|stage| {
        if stage.paused {
            return Vec::new();
        }
        let seen = stage.actors.iter_mut().filter(|actor| actor.seen);
        seen.map(|actor| {
            actor.live.step();
            (actor.drawing, actor.live.draw())
        })
        .collect()
    });
    for (signal, drawing) in drawn {
        // A figure that was left a moment ago needs no frame.
        let _ = signal.try_set(Some(drawing));
    }
}

/// A little figure that runs while it is seen.
#[component]
pub fn LiveFigure(
    /// What it plays.
    script: Script,
    /// The line below it.
    #[prop(into)]
    caption: String,
) -> impl IntoView {
    let drawing: RwSignal<Option<Drawing>> = RwSignal::new(None);
    let frame = NodeRef::<html::Div>::new();
    if let Some(mut live) = script.begin() {
        if wants_stillness() {
            (0..STILL).for_each(|_| live.step());
        }
        drawing.set(Some(live.draw()));
        let id = enter(live, drawing);
        let watch: StoredValue<Option<(IntersectionObserver, SeenClosure)>, LocalStorage> =
            StoredValue::new_local(None);
        Effect::new(move || {
            let Some(frame) = frame.get() else { return };
            let on_change = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
                let last = entries.iter().last().map(|entry| entry.unchecked_into::<IntersectionObserverEntry>());
                notice(id, last.is_some_and(|entry| entry.is_intersecting()));
            });
            match IntersectionObserver::new(on_change.as_ref().unchecked_ref()) {
                Ok(observer) => {
                    observer.observe(&frame);
                    watch.set_value(Some((observer, on_change)));
                }
                Err(_) => notice(id, true),
            }
        });
        on_cleanup(move || {
            if let Some(Some((observer, _))) = watch.try_update_value(Option::take) {
                observer.disconnect();
            }
            leave(id);
        });
    }
    // Fixed words, so that no frame has to make them anew.
    let summary = drawing.with_untracked(|drawing| drawing.as_ref().map(|drawing| drawing.summary.to_owned()));
    let picture: Signal<Option<Drawing>> = drawing.into();
    let told = Memo::new(move |_| {
        picture.with(|picture| picture.as_ref().map(|picture| picture.told.clone()).unwrap_or_default())
    });
    view! {
        <div class="live" node_ref=frame><Sketch<Drawing> picture label=summary.unwrap_or_default() /></div>
        <p class="live-caption">{caption} " " <span class="live-told">{told}</span></p>
    }
}

type SeenClosure = Closure<dyn Fn(js_sys::Array)>;

/// Stops all little figures, or lets them go on.
#[component]
pub fn PauseButton() -> impl IntoView {
    let paused = RwSignal::new(STAGE.with_borrow(|stage| stage.paused));
    let turn = move |_| {
        paused.update(|paused| *paused = !*paused);
        STAGE.with_borrow_mut(|stage| stage.paused = paused.get_untracked());
    };
    view! {
        <button class="quiet" hidden=wants_stillness() on:click=turn>
            {move || if paused.get() { "Let the figures run" } else { "Pause the figures" }}
        </button>
    }
}
