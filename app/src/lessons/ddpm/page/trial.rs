//! Experiments with the pictures' network: it is here already, and one thing is drawn at a time.

use leptos::prelude::*;

use super::{
    desk::{Desk, waiting},
    reverse::DrawRow,
};
use crate::{
    lessons::ddpm::pictures::{Command, Errand, Finding, Trial},
    site::experiment::Progress,
};

/// An experiment: where it stands, what it found, how it begins.
#[derive(Clone, Copy)]
pub struct Tried {
    /// Where it stands.
    pub progress: RwSignal<Progress>,
    /// What it found, once it did.
    pub found: RwSignal<Option<Finding>>,
    /// Begins (anew).
    pub on_run: Callback<()>,
}

/// An experiment that draws `trial`; `say` makes its verdict.
pub fn experiment(desk: Desk, trial: Trial, say: impl Fn(&Finding) -> String + Send + Sync + 'static) -> Tried {
    let progress = RwSignal::new(Progress::default());
    let found = RwSignal::new(None);
    let mine = RwSignal::new(0_u32);
    let begun = StoredValue::new(false);
    let on_run = Callback::new(move |()| {
        let run = desk.next_run();
        progress.set(Progress::Running(0.0));
        begun.set_value(false);
        mine.set(run);
        desk.ask(trial.needs().to_vec(), Command::Try(run, trial));
    });
    Effect::new(move || {
        let run = mine.get();
        let answer = desk.found(run);
        let drawn = desk.progress.get();
        if !matches!(progress.get_untracked(), Progress::Running(_)) {
            return;
        }
        let is_mine = drawn.filter(|drawn| drawn.errand == Errand::Try);
        if let Some(answer) = answer {
            progress.set(Progress::Done(untrack(|| say(&answer))));
            found.set(Some(answer));
        } else if let Some(trouble) = desk.pictures.bench.trouble.get() {
            progress.set(Progress::Done(trouble.sentence));
        } else if let Some(drawn) = is_mine {
            begun.set_value(true);
            progress.set(Progress::Running(f64::from(drawn.step) / f64::from(drawn.steps.max(1))));
        } else if begun.get_value() {
            // Something else is drawn now, or nothing is.
            begun.set_value(false);
            progress.set(Progress::Idle);
        }
    });
    Tried { progress, found, on_run }
}

/// What an experiment will take; while it runs, how far it is, and a way to end it.
#[component]
pub fn Underway(
    /// The reader's desk.
    desk: Desk,
    /// The experiment.
    trial: Trial,
    /// Where it stands.
    progress: RwSignal<Progress>,
) -> impl IntoView {
    let is_running = Memo::new(move |_| matches!(progress.get(), Progress::Running(_)));
    let expected = move || {
        let seconds = desk.seconds_of(trial)?;
        Some(format!("It takes {} here.", waiting(seconds)))
    };
    view! {
        <Show
            when=move || is_running.get()
            fallback=move || view! { <p class="control-help" data-expected=trial.id()>{expected}</p> }
        >
            <DrawRow desk errand=Errand::Try>""</DrawRow>
        </Show>
    }
}
