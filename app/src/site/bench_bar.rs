//! The bench: one bar of controls for the whole lesson, at the foot of the page.

use leptos::{children::ViewFn, html, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlInputElement, KeyboardEvent, MouseEvent};

use super::embed::{self, Hidden};
use crate::{
    session::{
        Action, Bench,
        protocol::{Remedy, Series},
    },
    widgets::{Notice, NoticeKind, ProgressBar, Readout, copy, focus, number, save_bytes, when_sized},
};

/// A file of so many bytes takes long enough on a slow line to be given up.
const LARGE: u64 = 1_000_000;

/// The one bar of controls.
#[component]
pub fn BenchBar(
    bench: Bench,
    trains: bool,
    settings: ViewFn,
    training: ViewFn,
    readouts: Option<ViewFn>,
    left_out: MaybeProp<&'static str>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let panel = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let toggle = move |event: MouseEvent| {
        open.update(|open| *open = !*open);
        // Opened by a key: the settings stand before the button, so nobody would look for them with the next one.
        if open.get_untracked() && event.detail() == 0 {
            request_animation_frame(move || {
                let first = panel
                    .get_untracked()
                    .and_then(|panel| panel.query_selector("input, select, button").ok().flatten());
                first.iter().for_each(focus);
            });
        } else if open.get_untracked() {
            // Safari does not focus a button that is pressed by a pointer, and Escape is heard where the focus is.
            button.get_untracked().iter().for_each(|button| focus(button));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            open.set(false);
            button.get_untracked().iter().for_each(|button| focus(button));
        }
    };
    let bar = NodeRef::<html::Section>::new();
    keep_clear_of(bar);
    let hidden = use_context::<Hidden>().map(Hidden::list);
    let loading = move || bench.loading();
    let can_be_given_up = move || loading().is_some_and(|file| file.total >= LARGE);
    Effect::new(move || {
        if let Some((name, bytes)) = bench.file.get() {
            save_bytes(&name, &bytes);
            bench.file.set(None);
        }
    });
    view! {
        <section node_ref=bar class="bench" aria-label="Controls" class:open=open data-without=hidden on:keydown=on_key>
                {move || bench.trouble.get().map(|trouble| view! {
                    <Notice
                        text=trouble.sentence
                        kind=NoticeKind::Warning
                        action=action_words(trouble.remedy)
                        on_action=Callback::new(move |()| {
                            bench.act(Action::Remedy);
                            if trouble.remedy == Remedy::Choose {
                                choose_file(bar);
                            }
                        })
                    />
                })}
            {move || bench.offer.get().map(|step| view! {
                <Notice
                    text=format!("A run with these settings had come to step {step} when the page was left.")
                    action="Go on from there"
                    on_action=Callback::new(move |()| bench.act(Action::GoOn))
                />
            })}
            <Show when=move || bench.trouble.get().is_none() && bench.finished.get().is_some()>
                <p class="bench-word" role="status">{move || bench.finished.get()}</p>
            </Show>
            <Show when=move || bench.bound_for.get().is_some()>
                <p class="bench-word" role="status">
                    {move || bench.bound_for.get().map(|step| format!("On the way to step {step}; then it pauses."))}
                </p>
            </Show>
            <Show when=move || bench.trouble.get().is_none() && bench.waits.get()>
                <p class="bench-word" role="status">
                    {move || format!(
                        "Step {} waits for the rest of its data, so that every run learns from the same examples at the same step.",
                        number(bench.step.get() as f64 + 1.0),
                    )}
                </p>
            </Show>
            <Show when=move || loading().is_some()>
                <ProgressBar
                    label=Signal::derive(move || loading().map(|file| format!("Fetching {}", file.name)).unwrap_or_default())
                    value=Signal::derive(move || loading().map(|file| file.loaded as f64 / file.total.max(1) as f64))
                >
                    <Show when=can_be_given_up>
                        <button type="button" class="quiet" on:click=move |_| bench.act(Action::GiveUp)>"Cancel"</button>
                    </Show>
                </ProgressBar>
            </Show>
            <div node_ref=panel class="bench-settings" id="bench-settings" hidden=move || !open.get()>
                {settings.run()}
                <div class="fields">{training.run()} {trains.then(|| view! { <SpeedControl bench /> })} <WeightFile bench /></div>
            </div>
            <div class="bench-row">
                <div class="group">
                    {trains.then(|| view! { <Teaching bench /> })}
                    <button
                        node_ref=button
                        class="quiet"
                        aria-expanded=move || open.get().to_string()
                        aria-controls="bench-settings"
                        on:click=toggle
                    >
                        "Settings"
                    </button>
                    <CopyLink bench left_out />
                </div>
                {trains.then(|| view! { <Course bench /> })}
                {readouts.map(|readouts| readouts.run())}
                <Readout
                    name="engine"
                    label="engine"
                    value=Signal::derive(move || bench.engine.get().map(|e| e.engine.name().to_string()).unwrap_or_default())
                />
                {trains.then(|| view! { <Scrubber bench /> })}
            </div>
        </section>
    }
}

/// The buttons of a network that learns.
#[component]
fn Teaching(bench: Bench) -> impl IntoView {
    let train = move |_| bench.act(if untrack(|| bench.is_moving()) { Action::Pause } else { Action::Train });
    view! {
        <button class="primary" on:click=train disabled=move || !bench.trains.get() && !bench.is_moving() aria-keyshortcuts="Space">
            {move || if bench.is_moving() { "Pause" } else { "Train" }}
        </button>
        <button on:click=move |_| bench.act(Action::Step) disabled=move || !bench.trains.get() aria-keyshortcuts="S">"Step"</button>
        <button on:click=move |_| bench.act(Action::Reset) aria-keyshortcuts="R">"Reset"</button>
    }
}

/// How far it has come, and how well it does.
#[component]
fn Course(bench: Bench) -> impl IntoView {
    let number = move |series: Series, digits: usize| {
        Signal::derive(move || bench.last(series).map(|value| format!("{value:.digits$}")).unwrap_or_default())
    };
    view! {
        <Readout name="step" label="step" value=Signal::derive(move || bench.step.get().to_string()) />
        <Readout name="loss" label="loss" value=number(Series::Loss, 4) />
        <Readout name="accuracy" label="accuracy" value=number(Series::Accuracy, 3) />
        <Readout name="validation-loss" label="held-out loss" value=number(Series::ValidationLoss, 4) />
        <Readout name="validation-accuracy" label="held-out accuracy" value=number(Series::ValidationAccuracy, 3) />
        <Readout
            name="rate"
            label="steps a second"
            value=Signal::derive(move || format!("{:.*}", usize::from(bench.rate.get() < 10.0), bench.rate.get()))
        />
    }
}

/// The time machine.
#[component]
fn Scrubber(bench: Bench) -> impl IntoView {
    let scrub_most = move || bench.checkpoints.with(|steps| steps.last().copied().unwrap_or(0)).max(1);
    view! {
        <label class="scrub" data-checkpoints=move || bench.checkpoints.with(Vec::len).to_string()>
            <span>"Time machine: drag to any earlier step"</span>
            <input
                type="range"
                min="0"
                max=move || scrub_most().to_string()
                prop:value=move || bench.step.get().min(scrub_most()).to_string()
                disabled=move || bench.checkpoints.with(|steps| steps.len() < 2)
                on:input=move |event| {
                    if let Ok(step) = event_target_value(&event).parse::<f64>() {
                        bench.act(Action::Rewind(step as u64));
                    }
                }
            />
        </label>
    }
}

/// Bytes of a weight file that are looked at; a longer one is none of ours.
const MOST_WEIGHT_BYTES: f64 = 64e6;

/// The network's weights out and in.
#[component]
fn WeightFile(bench: Bench) -> impl IntoView {
    let word = RwSignal::new(String::new());
    let load = move |event: leptos::ev::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // The same file may be chosen again.
        input.set_value("");
        word.set(String::new());
        if file.size() > MOST_WEIGHT_BYTES {
            let most = MOST_WEIGHT_BYTES / 1e6;
            return word.set(format!("{} is larger than {most} MB, so it is no file of this network.", file.name()));
        }
        leptos::task::spawn_local(async move {
            match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => bench.load_weights.run(buffer.unchecked_into()),
                Err(_) => drop(word.try_set(format!("{} could not be read; choose it again.", file.name()))),
            }
        });
    };
    view! {
        <div class="field weight-file">
            <span>"Weights, as safetensors; a matrix [inputs, outputs] is the transpose of PyTorch’s"</span>
            <div class="group">
                <button on:click=move |_| bench.act(Action::SaveWeights)>"Save weights"</button>
                <label class="file">
                    <span>"Load weights"</span>
                    <input type="file" accept=".safetensors" aria-label="Load weights" on:change=load />
                </label>
            </div>
            <p role="status">{word}</p>
        </div>
    }
}

/// Opens the choice of a file of weights.
fn choose_file(bar: NodeRef<html::Section>) {
    let input = bar.get_untracked().and_then(|bar| bar.query_selector(".weight-file input").ok().flatten());
    if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlElement>().ok()) {
        input.click();
    }
}

/// A link that comes back to this very step: settings, seed and data are in the address, and the run is repeated.
#[component]
fn CopyLink(bench: Bench, left_out: MaybeProp<&'static str>) -> impl IntoView {
    let word = RwSignal::new(None::<&'static str>);
    let say = move |what: &'static str| {
        word.try_set(Some(what));
        set_timeout(
            move || {
                word.try_set(None);
            },
            std::time::Duration::from_secs(2),
        );
    };
    let take = move |_| {
        let link = embed::link(bench.step.get_untracked(), None);
        leptos::task::spawn_local(async move {
            match copy(&link).await {
                true => say(untrack(|| left_out.get()).unwrap_or("Copied")),
                false => say("Not allowed; copy the address"),
            }
        });
    };
    let name = move || word.get().unwrap_or("Copy link");
    view! { <button class="quiet link" on:click=take aria-label=name aria-live="polite">{move || word.get().unwrap_or("Link")}</button> }
}

/// From one update at a time to as many as fit.
#[component]
fn SpeedControl(bench: Bench) -> impl IntoView {
    const SPEEDS: [(f32, &str); 6] = [
        (1.0, "1 a second"),
        (5.0, "5 a second"),
        (25.0, "25 a second"),
        (100.0, "100 a second"),
        (1000.0, "1,000 a second"),
        (0.0, "as fast as it goes"),
    ];
    view! {
        <label class="field speed">
            <span>"Speed"</span>
            <select on:change=move |event| {
                let chosen = event_target_value(&event).parse().unwrap_or(0.0);
                bench.act(Action::Speed(chosen));
            }>
                {SPEEDS.map(|(speed, words)| {
                    view! { <option value=speed.to_string() selected=move || bench.speed.get() == speed>{words}</option> }
                })}
            </select>
        </label>
    }
}

fn action_words(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Calmer => "Go back with a third of the rate",
        Remedy::Retry => "Try again",
        Remedy::Fetch => "Fetch it",
        Remedy::Resume => "Go on from the last checkpoint",
        Remedy::Choose => "Choose another file",
        Remedy::Dismiss => "All right",
    }
}

/// Tells the style sheets how high the bar is that lies over the foot of the page: what has the focus must not lie under it.
fn keep_clear_of(bar: NodeRef<html::Section>) {
    const HEIGHT: &str = "--bench";
    let root = || document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok());
    when_sized(bar, move |bar| {
        if let Some(root) = root() {
            let _ = root.style().set_property(HEIGHT, &format!("{}px", bar.offset_height()));
        }
    });
    on_cleanup(move || {
        if let Some(root) = root() {
            let _ = root.style().remove_property(HEIGHT);
        }
    });
}
