//! One-click experiments: a session runs by itself until its stop rule, then a sentence says what was measured.

use leptos::prelude::*;

use crate::{
    lesson::Lesson,
    session::{Action, Bench, Session, protocol::Protocol},
    site::navigation::Guesses,
    widgets::sentence,
};

/// Where an experiment stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Progress {
    /// Not run yet.
    #[default]
    Idle,
    /// Running; how far, 0 to 1, if that is known.
    Running(f64),
    /// Over; the finding, one or two sentences with the measured numbers.
    Done(String),
}

/// The experiment of a page that was run last: it alone shows its figure, since many of them run on the same network.
#[derive(Clone, Copy)]
pub struct Latest(pub RwSignal<Option<&'static str>>);

/// A question before the run: an offer, never a condition.
#[derive(Clone, Copy)]
pub struct Guess {
    /// What will happen?
    pub question: &'static str,
    /// What may happen.
    pub choices: &'static [&'static str],
    /// Which of them did, asked once the run is over; nothing if it cannot be told.
    pub outcome: Callback<(), Option<usize>>,
}

/// The choices of a guess, and a kind word afterwards.
#[component]
fn GuessFirst(id: &'static str, guess: Guess, progress: RwSignal<Progress>) -> impl IntoView {
    let chosen = RwSignal::new(None::<usize>);
    let lesson = use_context::<&'static Lesson>().map_or("", |lesson| lesson.slug);
    let choices = guess.choices.iter().enumerate().map(|(place, words)| {
        view! {
            <label>
                <input
                    type="radio"
                    name=format!("guess-{id}")
                    prop:checked=move || chosen.get() == Some(place)
                    on:change=move |_| chosen.set(Some(place))
                />
                {*words}
            </label>
        }
    });
    let guesses = use_context::<Guesses>();
    let ended = Memo::new(move |_| {
        let (Progress::Done(_), Some(chosen)) = (progress.get(), chosen.get()) else { return None };
        Some((chosen, guess.outcome.run(())?))
    });
    Effect::new(move || {
        if let (Some((chosen, outcome)), Some(guesses)) = (ended.get(), guesses) {
            guesses.keep(lesson, id, chosen == outcome);
        }
    });
    let word = move || {
        let (chosen, outcome) = ended.get()?;
        Some(match chosen == outcome {
            true => "You saw it coming.".to_owned(),
            false => format!(
                "You expected “{}”. It was “{}”; its figure shows why.",
                guess.choices[chosen], guess.choices[outcome]
            ),
        })
    };
    view! {
        <fieldset class="guess" data-guess=id disabled=move || progress.get() != Progress::Idle>
            <legend>{guess.question}</legend>
            {choices.collect_view()}
        </fieldset>
        <p class="guess-word" role="status">{word}</p>
    }
}

/// One experiment: its button, what it does, its verdict.
#[component]
pub fn Experiment(
    /// The id of its button and verdict.
    id: &'static str,
    /// The button's words.
    label: &'static str,
    /// What it does and how to see it, one or two sentences.
    about: &'static str,
    /// Where it stands.
    progress: RwSignal<Progress>,
    /// A question to think about first.
    #[prop(optional)]
    guess: Option<Guess>,
    /// The figure to watch, below the button from the start of the run until another experiment of the page is run. Its id is
    /// its own, also where it shows what another figure of the page shows.
    #[prop(optional, into)]
    shows: Option<ViewFn>,
    /// Starts it (anew). What it creates, sessions above all, lives until the next run or until the page is left.
    on_run: Callback<()>,
) -> impl IntoView {
    let parent = Owner::current();
    let run = RwSignal::new(None::<Owner>);
    let runs = move || matches!(progress.get(), Progress::Running(_));
    let Latest(latest) = use_context::<Latest>().unwrap_or_else(|| Latest(RwSignal::new(None)));
    let is_shown = Memo::new(move |_| latest.get() == Some(id));
    let start = move |_| {
        if untrack(runs) {
            return;
        }
        latest.set(Some(id));
        if let Some(before) = run.try_update_untracked(Option::take).flatten() {
            before.cleanup();
        }
        let Some(owner) = parent.as_ref().map(Owner::child) else { return };
        owner.with(|| on_run.run(()));
        run.set(Some(owner));
    };
    view! {
        <div class="experiment">
            // A button that is disabled loses the focus, and the next key goes to the page.
            <button data-experiment=id on:click=start aria-disabled=move || runs().to_string()>
                {label}
            </button>
            <div class="experiment-words">
                <p>{about}</p>
                {guess.map(|guess| view! { <GuessFirst id guess progress /> })}
                <Show when=runs>
                    <progress
                        max="1"
                        value=move || match progress.get() { Progress::Running(share) => share, _ => 1.0 }
                        aria-label=format!("{label}: progress")
                    ></progress>
                </Show>
                <p class="verdict" data-verdict=id role="status">
                    {move || match progress.get() { Progress::Done(finding) => sentence(&finding), _ => String::new() }}
                </p>
            </div>
            {shows.map(|shows| view! {
                <Show when=move || is_shown.get()>
                    <div class="experiment-figure">{shows.run()}</div>
                </Show>
            })}
        </div>
    }
}

/// Trains sessions to the stop rules of their settings and then reports.
///
/// The step of the first turns into progress; `finding` is asked once, when each has stopped by itself. A trouble ends the
/// experiment too: the numbers that left the finite range are a finding.
pub fn run_to_stop(
    benches: Vec<Bench>,
    stop: u64,
    progress: RwSignal<Progress>,
    finding: impl Fn() -> String + Send + Sync + 'static,
) {
    train_to_stop(benches, stop, progress, move || progress.set(Progress::Done(finding())));
}

/// Trains sessions as [`run_to_stop`] does, and then goes on with the next part of an experiment.
pub fn train_to_stop(
    benches: Vec<Bench>,
    stop: u64,
    progress: RwSignal<Progress>,
    then: impl Fn() + Send + Sync + 'static,
) {
    benches.iter().for_each(|bench| bench.act(Action::Train));
    // What `then` starts outlives this effect, which runs once more when the signals it read change.
    let owner = Owner::current();
    Effect::new(move |done: Option<bool>| {
        if done == Some(true) {
            return true;
        }
        let step = benches.first().map_or(0, |bench| bench.step.get());
        if let Some(trouble) = benches.iter().find_map(|bench| bench.trouble.get()) {
            progress.set(Progress::Done(trouble.sentence));
            return true;
        }
        if benches.iter().all(|bench| bench.finished.get().is_some()) {
            match &owner {
                Some(owner) => owner.with(|| untrack(&then)),
                None => untrack(&then),
            }
            return true;
        }
        progress.set(Progress::Running(step as f64 / stop.max(1) as f64));
        false
    });
}

/// A question to a network in a worker of its own.
pub struct Inquiry<T: Send + Sync + 'static> {
    /// Where it stands.
    pub progress: RwSignal<Progress>,
    /// What was found, once it was.
    pub found: Memo<Option<T>>,
    /// Asks (anew).
    pub on_run: Callback<()>,
}

/// Asks a session that `ask` starts, waits until a snapshot of it holds what `read` looks for, and says it with `finding`.
/// A trouble of the session is said instead.
pub fn inquire<P: Protocol, T: Clone + PartialEq + Send + Sync + 'static>(
    ask: impl Fn() -> Session<P> + Send + Sync + 'static,
    read: impl Fn(&P::Snapshot) -> Option<T> + Send + Sync + 'static,
    finding: impl Fn(&T) -> String + Send + Sync + 'static,
) -> Inquiry<T> {
    let progress = RwSignal::new(Progress::default());
    let slot = RwSignal::new(None::<Session<P>>);
    let found = Memo::new(move |_| read(&*slot.get()?.snapshot.get()?));
    let on_run = Callback::new(move |()| {
        progress.set(Progress::Running(0.0));
        slot.set(Some(ask()));
    });
    Effect::new(move |_| {
        if let Some(trouble) = slot.get().and_then(|session| session.bench.trouble.get()) {
            progress.set(Progress::Done(trouble.sentence));
        } else if let Some(found) = found.get() {
            progress.set(Progress::Done(finding(&found)));
        }
    });
    Inquiry { progress, found, on_run }
}
