//! Build: the model's real source beside its picture; a part lit in one is lit in all.

use leptos::prelude::*;

use crate::{
    lesson::{Lesson, Part},
    provenance::{self, Metric},
    session::{Bench, protocol::LoadState},
    widgets::{Chips, Notice, NoticeKind, SourceView},
};

/// Which part of the model the reader looks at; shared by diagram, source and formula.
#[derive(Clone, Copy)]
pub struct Lit(pub RwSignal<Option<&'static str>>);

/// The source of a lesson's model with the parts of `lesson` as chips.
#[component]
pub fn Source(
    /// Whose parts.
    lesson: &'static Lesson,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let mut files: Vec<&'static str> = Vec::new();
    for part in lesson.parts {
        if !files.contains(&part.file) {
            files.push(part.file);
        }
    }
    let chosen = RwSignal::new(files[0]);
    // A part that is lit elsewhere brings its own file into view.
    Effect::new(move || {
        if let Some(part) = lit.0.get().and_then(|id| find(lesson, id)) {
            chosen.set(part.file);
        }
    });
    let text = LocalResource::new(move || {
        let file = chosen.get();
        async move { crate::fetch::text(&format!("{}source/models/src/{file}?{}", super::base(), super::release())).await }
    });
    let source = Memo::new(move |_| text.get().and_then(Result::ok));
    let trouble = Memo::new(move |_| text.get().and_then(Result::err).map(|trouble| trouble.sentence));
    let lines_of = move |part: Option<&Part>| source.with(|source| part?.find(source.as_deref()?));
    let lit_lines = Signal::derive(move || {
        let part = lit.0.get().and_then(|id| find(lesson, id)).filter(|part| part.file == chosen.get());
        lines_of(part).into_iter().collect::<Vec<_>>()
    });
    // What is lit, or the file's first part: there is always something to read.
    let lines = Signal::derive(move || {
        let file = chosen.get();
        let lit = lit.0.get().and_then(|id| find(lesson, id)).filter(|part| part.file == file);
        lines_of(lit.or_else(|| lesson.parts.iter().find(|part| part.file == file)))
    });
    let on_line = Callback::new(move |line: Option<usize>| {
        let part = line.and_then(|line| {
            source.with_untracked(|source| {
                let source = source.as_deref()?;
                lesson
                    .parts
                    .iter()
                    .filter(|part| part.file == chosen.get_untracked())
                    .find(|part| part.find(source).is_some_and(|(first, last)| (first..=last).contains(&line)))
            })
        });
        lit.0.set(part.map(|part| part.id));
    });
    view! {
        <div class="source">
            <PartList lesson lit />
            <Chips
                label="Source file"
                options={files.iter().map(|file| (*file, file.rsplit('/').next().unwrap_or(file).to_string())).collect::<Vec<_>>()}
                value=chosen
                on_change=Callback::new(move |file: &'static str| {
                    if let Some(part) = lesson.parts.iter().find(|part| part.file == file) {
                        lit.0.set(Some(part.id));
                        chosen.set(part.file);
                    }
                })
            />
            {move || match trouble.get() {
                Some(sentence) => view! {
                    <Notice
                        text=sentence
                        kind=NoticeKind::Warning
                        action="Try again"
                        on_action=Callback::new(move |()| text.refetch())
                    />
                }
                .into_any(),
                None => view! { <SourceView path=chosen.get() text=source lines lit=lit_lines on_line /> }.into_any(),
            }}
        </div>
    }
}

/// The parts by name, each with what it does.
#[component]
fn PartList(lesson: &'static Lesson, lit: Lit) -> impl IntoView {
    view! {
        <ul class="parts">
            {lesson
                .parts
                .iter()
                .map(|part| {
                    let toggle = move || lit.0.update(|lit| *lit = if *lit == Some(part.id) { None } else { Some(part.id) });
                    view! {
                        <li>
                            <button
                                class="part"
                                class:lit=move || lit.0.get() == Some(part.id)
                                aria-pressed=move || (lit.0.get() == Some(part.id)).to_string()
                                on:click=move |_| toggle()
                                on:pointerenter=move |_| lit.0.set(Some(part.id))
                            >
                                <strong>{part.name}</strong>
                                " "
                                {part.does}
                            </button>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

fn find(lesson: &'static Lesson, id: &str) -> Option<&'static Part> {
    lesson.parts.iter().find(|part| part.id == id)
}

/// What a model costs: numbers it has learned, arithmetic, time of an update here, memory.
#[component]
pub fn Costs(
    /// Whose updates are timed.
    bench: Bench,
    /// Weights and biases together.
    #[prop(into)]
    parameters: Signal<Option<usize>>,
    /// Multiplications with an addition, forward.
    #[prop(into)]
    multiply_adds: Signal<Option<usize>>,
    /// What the multiply-adds are for.
    #[prop(default = "multiply-adds for one example")]
    multiply_adds_of: &'static str,
    /// Whether there are updates to be timed.
    #[prop(default = true)]
    trains: bool,
    /// Rows that only one lesson has.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let time = move || match bench.step_time.get() {
        0.0 => None,
        time => Some(format!("{time:.*}", if time < 0.01 { 5 } else { 3 })),
    };
    view! {
        <dl class="cost">
            <dt>"parameters"</dt>
            <dd data-readout="parameters">{move || parameters.get()}</dd>
            <dt>"bytes they take, four for each"</dt>
            <dd data-readout="bytes">{move || parameters.get().map(|count| 4 * count as u64)}</dd>
            <dt>{multiply_adds_of}</dt>
            <dd data-readout="multiply-adds">{move || multiply_adds.get()}</dd>
            {trains.then(|| view! {
                <dt>"milliseconds for a step, here"</dt>
                <dd data-readout="step-time">{time}</dd>
            })}
            {children.map(|children| children())}
        </dl>
    }
}

/// A set of pretrained weights: whether it is here, and where it comes from.
#[component]
pub fn Weights(
    /// Its name.
    name: &'static str,
    /// The bench of the session that loads it.
    bench: Bench,
    /// Loads it.
    on_load: Callback<()>,
    /// Whether the page runs on it once it is here: then the button says so, and has nothing left to do.
    #[prop(optional, into)]
    in_use: Option<Signal<bool>>,
) -> impl IntoView {
    let state = move || bench.fetched(name).map_or(LoadState::Idle, |file| file.state);
    let state_name = move || match state() {
        LoadState::Idle => "idle",
        LoadState::Loading => "loading",
        LoadState::Ready => "ready",
        LoadState::Error => "error",
    };
    let used = move || state() == LoadState::Ready && in_use.is_some_and(|in_use| in_use.get());
    provenance::find(name).map(|weights| {
        let bytes = crate::fetch::FILES.iter().find(|file| file.name == name).map_or(0.0, |file| file.bytes as f64);
        let words = move || match state() {
            LoadState::Ready if used() => format!("In use: weights trained on {}", weights.data),
            LoadState::Loading => format!("Loading the weights trained on {} …", weights.data),
            LoadState::Ready => format!("Use the weights trained on {}, which are here", weights.data),
            LoadState::Idle | LoadState::Error => format!("Load weights trained on {} ({:.1} MB)", weights.data, bytes / 1e6),
        };
        let measured = weights
            .metrics
            .iter()
            .map(|metric| {
                let paper = metric.paper.map(|paper| format!("; the paper: {}", Metric::written(paper)));
                view! { <dt>{metric.name}", "{metric.split}</dt><dd>{Metric::written(metric.value)}{paper}</dd> }
            })
            .collect_view();
        let compared = weights.metrics.iter().any(|metric| metric.paper.is_some());
        let alone = (!compared).then(|| view! { <dt>"the paper"</dt><dd>"gives none of these numbers for this data"</dd> });
        view! {
            <div class="weights" data-weights=name data-state=state_name>
                <button
                    aria-disabled=move || used().then_some("true")
                    on:click=move |_| if !untrack(used) { on_load.run(()) }
                >
                    {words}
                </button>
                <details>
                    <summary>"Where they come from"</summary>
                    <dl>
                        {measured}
                        {alone}
                        <dt>"data"</dt>
                        <dd>{weights.data}", "{weights.split}</dd>
                        <dt>"origin"</dt>
                        <dd>{weights.origin}</dd>
                        <dt>"licence of the data"</dt>
                        <dd>{weights.licence}</dd>
                        <dt>"trained by"</dt>
                        <dd><code>{weights.command}</code>" ("{weights.trainer}", "{weights.steps}" steps, "{format!("{:.0}", weights.seconds)}" s, "{weights.date}")"</dd>
                        <dt>"recipe"</dt>
                        <dd>{weights.recipe}</dd>
                    </dl>
                </details>
            </div>
        }
    })
}
