//! The frame of every lesson: title, stages, bench, keys, address.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlInputElement, KeyboardEvent, MouseEvent};

use crate::{
    curriculum,
    lesson::Lesson,
    session::{
        Action, Bench, Session,
        protocol::{Protocol, Remedy, Series, Settings},
        query::{Query, QueryWriter, encode},
    },
    site::{
        OpenEngine,
        embed::{self, Hidden, MOST_STEPS, Origin},
        lazy::title,
        navigation::{Guesses, Link, TimeLine},
        runs::Runs,
        twins::{self, Beside, Twin, TwinButton, Twins},
    },
    widgets::{Notice, NoticeKind, ProgressBar, Readout, Replay, Sized, copy, focus, save_bytes},
};

/// A stage of a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// The idea, the formula, the paper, a figure that moves.
    Understand,
    /// The source that runs, beside the architecture.
    Build,
    /// What made the model famous.
    Strength,
    /// What breaks it, and what answers that.
    Weakness,
}

impl StageKind {
    fn id(self) -> &'static str {
        match self {
            StageKind::Understand => "understand",
            StageKind::Build => "build",
            StageKind::Strength => "strength",
            StageKind::Weakness => "weakness",
        }
    }

    fn mark(self) -> &'static str {
        match self {
            StageKind::Understand => "1 Understand",
            StageKind::Build => "2 Build",
            StageKind::Strength => "3 Demonstrate strength",
            StageKind::Weakness => "4 Expose weakness",
        }
    }
}

/// One stage: its mark, its claim as heading, then whatever shows the claim.
#[component]
pub fn Stage(
    /// Which of the four.
    kind: StageKind,
    /// The claim.
    claim: &'static str,
    /// Text and figures.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="stage" data-stage=kind.id()>
            <div class="stage-mark">{kind.mark()}</div>
            <h2>{claim}</h2>
            {children()}
        </section>
    }
}

/// A lesson's page: everything that all lessons have in common.
#[component]
pub fn LessonFrame<P: Protocol>(
    /// The lesson.
    lesson: &'static Lesson,
    /// Its main session, driven by the bench.
    session: Session<P>,
    /// The lesson's own controls, above the bench.
    #[prop(into)]
    settings: ViewFn,
    /// The lesson's own picture of a session: shown for both when a twin stands beside it.
    #[prop(optional)]
    beside: Option<Beside<P>>,
    /// The lesson's own numbers, on the bench.
    #[prop(optional, into)]
    readouts: Option<ViewFn>,
    /// What a copied link leaves out, said with the word that it is copied.
    #[prop(optional, into)]
    left_out: MaybeProp<&'static str>,
    /// The four stages.
    children: Children,
) -> impl IntoView {
    let network = curriculum::find(lesson.slug);
    let bench = session.bench;
    provide_context(lesson);
    provide_context(Guesses::stored());
    let (hidden, embedding) = (Hidden::of_page(), embed::embedding(bench.step));
    provide_context(hidden);
    provide_context(embedding);
    let alone = embedding.alone.with_value(Option::is_some);
    let problems = RwSignal::new(take_problems());
    let steps = START.take();
    if steps > 0 && P::TRAINS {
        bench.act(Action::Advance(steps));
    }
    if let Some(OpenEngine(open)) = use_context::<OpenEngine>() {
        Effect::new(move || open.set(bench.engine.get()));
        on_cleanup(move || {
            open.try_set(None);
        });
    }
    let twin = Twin(RwSignal::new(TWIN.take().filter(|_| P::TRAINS)));
    keep_address(session, twin);
    if P::TRAINS {
        listen_to_keys(bench, hidden);
    }
    let all_settings = move || view! { {settings.run()} {P::TRAINS.then(|| view! { <TwinButton session twin /> })} };
    let title = network.map(title);
    view! {
        {(!alone).then(|| view! { <TimeLine current=lesson.slug /> })}
        <main id="content" class="lesson" class:alone=alone data-lesson=lesson.slug data-without=hidden.list()>
            {title}
            <Show when=move || problems.with(|problems| !problems.is_empty())>
                <Notice
                    text=Signal::derive(move || problems.with(|problems| problems.join(" ")))
                    action="All right"
                    on_action=Callback::new(move |()| problems.set(Vec::new()))
                />
            </Show>
            {children()}
            <Twins session twin beside steps />
            <Runs bench classes=Signal::derive(move || session.settings.with(Settings::classes)) />
            {network.filter(|_| alone).map(|network| view! { <Origin name=network.name embedding step=bench.step /> })}
        </main>
        <BenchBar bench trains=P::TRAINS settings=all_settings.into() readouts left_out />
    }
}

/// A file of so many bytes takes long enough on a slow line to be given up.
const LARGE: u64 = 1_000_000;

/// The one bar of controls.
#[component]
fn BenchBar(
    bench: Bench,
    trains: bool,
    settings: ViewFn,
    readouts: Option<ViewFn>,
    left_out: MaybeProp<&'static str>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let panel = NodeRef::<html::Div>::new();
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
        <section node_ref=bar class="bench" aria-label="Controls" class:open=open data-without=hidden>
                {move || bench.trouble.get().map(|trouble| view! {
                    <Notice
                        text=trouble.sentence
                        kind=NoticeKind::Warning
                        action=action_words(trouble.remedy)
                        on_action=Callback::new(move |()| bench.act(Action::Remedy))
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
                <div class="fields">{trains.then(|| view! { <SpeedControl bench /> })}<WeightFile bench /></div>
            </div>
            <div class="bench-row">
                <div class="group">
                    {trains.then(|| view! { <Teaching bench /> })}
                    <button
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
    let train = move |_| bench.act(if bench.running.get_untracked() { Action::Pause } else { Action::Train });
    view! {
        <button class="primary" on:click=train aria-keyshortcuts="Space">
            {move || if bench.running.get() { "Pause" } else { "Train" }}
        </button>
        <button on:click=move |_| bench.act(Action::Step) aria-keyshortcuts="S">"Step"</button>
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

/// The run of a bench as a figure shows it again for an animation.
pub fn replay(bench: Bench) -> Replay {
    Replay {
        steps: bench.checkpoints.into(),
        now: bench.step.into(),
        frames: bench.frames.into(),
        pause: Callback::new(move |()| bench.act(Action::Pause)),
        go: Callback::new(move |step| bench.act(Action::Rewind(step))),
        take: bench.animate,
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
                Ok(buffer) => bench.load_weights.run(js_sys::Uint8Array::new(&buffer).to_vec()),
                Err(_) => drop(word.try_set(format!("{} could not be read; choose it again.", file.name()))),
            }
        });
    };
    view! {
        <div class="field weight-file">
            <span>"Weights, as safetensors that PyTorch opens"</span>
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
        Remedy::Dismiss => "All right",
    }
}

/// The link to the lesson that answers a weakness.
#[component]
pub fn NextLesson(
    /// Whose slug.
    slug: &'static str,
    /// What the answer is.
    children: Children,
) -> impl IntoView {
    let network = curriculum::find(slug);
    let built = crate::lessons::is_built(slug);
    network.map(|network| {
        let name = format!("{}, {}", network.name, network.year);
        let link = match built {
            true => view! { <Link to=format!("/lessons/{slug}")>{name}</Link> }.into_any(),
            false => view! { <span class="coming">{name} " (coming)"</span> }.into_any(),
        };
        view! { <p class="next">{children()} " " {link}</p> }
    })
}

thread_local! {
    static START: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    static TWIN: std::cell::RefCell<Option<String>> = const { std::cell::RefCell::new(None) };
    static PROBLEMS: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// The settings of the page's address, and the step it asks for; what was wrong with it is shown by the frame.
pub fn settings_from_address<S: Settings>() -> S {
    let mut query = Query::parse(&window().location().search().unwrap_or_default());
    let settings = S::read(&mut query);
    START.set(query.whole("step", 0, MOST_STEPS, 0) as u32);
    let twin = query.text(twins::KEY).map(str::to_owned);
    if let Some(text) = &twin {
        let mut twin = Query::parse(text);
        S::read(&mut twin);
        query.problems.extend(twin.problems.into_iter().map(|problem| format!("In the twin, {problem}")));
    }
    TWIN.set(twin);
    query.problems.extend(embed::unknown(&query));
    PROBLEMS.set(query.problems);
    settings
}

fn take_problems() -> Vec<String> {
    PROBLEMS.take()
}

/// Writes the settings into the address, so that copying it shares the experiment.
fn keep_address<P: Protocol>(session: Session<P>, twin: Twin) {
    Effect::new(move |before: Option<()>| {
        let mut writer = QueryWriter::default();
        session.settings.with(|settings| settings.write(&mut writer));
        if let Some(twin) = twin.0.get() {
            writer.put(twins::KEY, &twin);
        }
        // The first run would only write what has just been read.
        if before.is_none() {
            return;
        }
        let location = window().location();
        let kept = Query::parse(&location.search().unwrap_or_default());
        let mut parts = vec![writer.finish()];
        parts.extend(
            ["engine", "theme", embed::TEACH, embed::EMBED]
                .into_iter()
                .filter_map(|key| kept.text(key).map(|value| format!("{key}={}", encode(value)))),
        );
        parts.retain(|part| !part.is_empty());
        let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
        let address = format!("{}{query}", location.pathname().unwrap_or_default());
        if let Ok(history) = window().history() {
            // A browser may refuse when it is called too often; the next change tries again.
            let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
        }
    });
}

/// Tells the style sheets how high the bar is that lies over the foot of the page: what has the focus must not lie under it.
fn keep_clear_of(bar: NodeRef<html::Section>) {
    const HEIGHT: &str = "--bench";
    let root = || document().document_element().and_then(|root| root.dyn_into::<web_sys::HtmlElement>().ok());
    let watched = StoredValue::new_local(None::<Sized>);
    Effect::new(move |_| {
        let Some(bar) = bar.get() else { return };
        let measured = bar.clone();
        watched.set_value(Sized::watch(&bar, move || {
            if let Some(root) = root() {
                let _ = root.style().set_property(HEIGHT, &format!("{}px", measured.offset_height()));
            }
        }));
    });
    on_cleanup(move || {
        watched.try_update_value(|watched| drop(watched.take()));
        if let Some(root) = root() {
            let _ = root.style().remove_property(HEIGHT);
        }
    });
}

/// Space trains and pauses, S steps, R resets, unless the reader is typing or the button is hidden.
fn listen_to_keys(bench: Bench, hidden: Hidden) {
    let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let busy = "input, select, textarea, button, a, summary, [tabindex], [contenteditable]";
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let taken = target.is_some_and(|element| element.closest(busy).is_ok_and(|found| found.is_some()));
        if taken || event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        let (word, action) = match event.key().as_str() {
            " " if bench.running.get_untracked() => ("train", Action::Pause),
            " " => ("train", Action::Train),
            "s" | "S" => ("step", Action::Step),
            "r" | "R" => ("reset", Action::Reset),
            _ => return,
        };
        if hidden.has(word) {
            return;
        }
        event.prevent_default();
        bench.act(action);
    });
    on_cleanup(move || handle.remove());
}
