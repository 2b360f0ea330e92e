//! The frame of every lesson: title, stages, keys, address.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use crate::{
    curriculum,
    lesson::Lesson,
    session::{
        Action, Bench, Session,
        protocol::{Protocol, Settings},
        query::{Query, QueryWriter, encode},
    },
    site::{
        OpenEngine,
        bench_bar::BenchBar,
        embed::{self, Hidden, MOST_STEPS, Origin},
        experiment::Latest,
        lazy::title,
        learning::StopField,
        navigation::{Guesses, Link, TimeLine},
        runs::Runs,
        twins::{self, Beside, Twin, TwinButton, Twins},
    },
    widgets::{Notice, Replay, provide_own_look},
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
    provide_own_look();
    provide_context(lesson);
    provide_context(Guesses::stored());
    provide_context(Latest(RwSignal::new(None)));
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
    let training = move || P::TRAINS.then(|| view! { <StopField session /> <TwinButton session twin /> });
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
        <BenchBar bench trains=P::TRAINS settings training=training.into() readouts left_out />
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

/// What a key does on the bench, unless its button is hidden; says whether it did something. For drawings too that hear keys
/// of their own: what has the focus there keeps the page from hearing them.
pub fn shortcut(bench: Bench, hidden: Option<Hidden>, key: &str) -> bool {
    let (word, action) = match key {
        " " if untrack(|| bench.is_moving()) => ("train", Action::Pause),
        " " => ("train", Action::Train),
        "s" | "S" => ("step", Action::Step),
        "r" | "R" => ("reset", Action::Reset),
        _ => return false,
    };
    let is_hidden = hidden.is_some_and(|hidden| hidden.has(word));
    if !is_hidden {
        bench.act(action);
    }
    !is_hidden
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
        if shortcut(bench, Some(hidden), &event.key()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}
