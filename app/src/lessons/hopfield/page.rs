//! What the reader sees of the Hopfield lesson.

mod build;
mod controls;
mod figures;
mod shown;
mod state_picture;
mod strength;
mod understand;
mod weakness;

use leptos::prelude::*;

use self::{build::Build, controls::Controls, strength::Strength, understand::Understand, weakness::Weakness};
use crate::{
    lessons::hopfield::{Data, Hopfield, LESSON, Settings, View},
    session::{Action, Session},
    site::{
        frame::{LessonFrame, settings_from_address},
        parts::Lit,
    },
    widgets::{Figure, Readout, plain},
};

/// The lesson's page.
#[component]
pub fn Page() -> impl IntoView {
    let session = Session::<Hopfield>::new(settings_from_address());
    pace(session);
    let lit = Lit(RwSignal::new(None));
    view! {
        <LessonFrame
            lesson=&LESSON
            session
            beside
            settings=move || view! { <Controls session /> }
            readouts=move || view! { <Course session /> }
        >
            <Understand session lit />
            <Build session lit />
            <Strength session lit />
            <Weakness session lit />
        </LessonFrame>
    }
}

/// How far down the state is, and how near to a stored pattern.
#[component]
fn Course(session: Session<Hopfield>) -> impl IntoView {
    let read =
        move |read: fn(&View) -> String| Signal::derive(move || figures::from_view(session, read).unwrap_or_default());
    let nearest = |view: &View| {
        let name = figures::strongest(view).and_then(|(index, _)| view.names.get(index));
        name.map_or("overlap".into(), |name| format!("overlap with {name}"))
    };
    let overlap =
        |view: &View| figures::strongest(view).map(|(_, overlap)| plain(overlap.into(), 2)).unwrap_or_default();
    view! {
        <Readout name="energy" label="energy" value=read(|view| plain(view.energy, 3)) />
        <Readout name="overlap" label=read(nearest) value=read(overlap) />
    }
}

/// The state, for a session beside another one.
fn beside(session: Session<Hopfield>, id: &'static str, title: &'static str) -> AnyView {
    let picture = figures::state(session, RwSignal::new(None));
    view! { <Figure id technique="state-reconstruction" title picture /> }.into_any()
}

/// About one sweep over all units a second can be followed by eye; as fast as it goes is a choice.
fn pace(session: Session<Hopfield>) {
    let speed = session.settings.with_untracked(|settings| match (settings.synchronous, settings.data) {
        (true, _) => 1.0,
        (false, Data::Letters | Data::Drawn) => 100.0,
        (false, Data::Digits | Data::Random) => 1000.0,
    });
    session.bench.act(Action::Speed(speed));
}

/// Begins a fresh run of an experiment in full view; the reader's own drawings are kept.
fn begin(session: Session<Hopfield>, settings: Settings) {
    let own = session.settings.with_untracked(|settings| settings.own.clone());
    session.restart(Settings { own, ..settings });
    pace(session);
}
