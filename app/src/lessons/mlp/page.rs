//! What the reader sees of the MLP lesson.

mod build;
mod controls;
mod figures;
mod fold;
mod known;
mod shuffle;
mod strength;
mod understand;
mod weakness;

use leptos::prelude::*;

use self::{build::Build, controls::Controls, strength::Strength, understand::Understand, weakness::Weakness};
use crate::{
    lessons::mlp::{Data, LESSON, Mlp},
    session::{Action, Session},
    site::{
        frame::{LessonFrame, settings_from_address},
        parts::Lit,
    },
    widgets::Figure,
};

/// The lesson's page.
#[component]
pub fn Page() -> impl IntoView {
    let session = Session::<Mlp>::new(settings_from_address());
    // Points are learned too fast for the eye: tens of thousands of steps a second. Pictures never reach this speed.
    session.bench.act(Action::Speed(1000.0));
    let lit = Lit(RwSignal::new(None));
    view! {
        <LessonFrame lesson=&LESSON session beside settings=move || view! { <Controls session /> }>
            <Understand session lit />
            <Build session lit />
            <Strength session />
            <Weakness session />
        </LessonFrame>
    }
}

/// The plane of points or the held-out pictures by class, for a session beside another one.
fn beside(session: Session<Mlp>, id: &'static str, title: &'static str) -> AnyView {
    let is_pictures = Memo::new(move |_| session.settings.with(|settings| settings.data.is_pictures()));
    let picture = move || match is_pictures.get() {
        true => {
            let picture = figures::confusion(session, RwSignal::new(None));
            view! { <Figure id technique="confusion-matrix" title picture /> }.into_any()
        }
        false => {
            let picture = figures::boundary(session);
            view! { <Figure id technique="decision-boundary" title picture /> }.into_any()
        }
    };
    picture.into_any()
}

/// Takes other data, with settings that suit it; the reader's own points begin as a copy of the points shown.
fn switch(session: Session<Mlp>, data: Data) {
    session.change(|settings| {
        if data == Data::Own && settings.own.is_empty() {
            settings.own = settings.all_points();
        }
        settings.switch(data);
    });
}
