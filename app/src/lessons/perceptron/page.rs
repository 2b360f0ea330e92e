//! What the reader sees of the perceptron lesson.

mod build;
mod controls;
mod figures;
mod strength;
mod understand;
mod weakness;

use leptos::prelude::*;

use self::{build::Build, controls::Controls, strength::Strength, understand::Understand, weakness::Weakness};
use crate::{
    lessons::perceptron::{Data, LESSON, Perceptron},
    session::{Action, Session},
    site::{
        frame::{LessonFrame, settings_from_address},
        parts::Lit,
    },
};

/// The lesson's page.
#[component]
pub fn Page() -> impl IntoView {
    let session = Session::<Perceptron>::new(settings_from_address());
    // One correction after the other can be followed by eye; as fast as it goes is a choice.
    session.bench.act(Action::Speed(5.0));
    let lit = Lit(RwSignal::new(None));
    view! {
        <LessonFrame lesson=&LESSON session settings=move || view! { <Controls session /> }>
            <Understand session lit />
            <Build session lit />
            <Strength session />
            <Weakness session />
        </LessonFrame>
    }
}

/// Takes other data; the reader's own points begin as a copy of the points shown.
fn switch(session: Session<Perceptron>, data: Data) {
    session.change(|settings| {
        if data == Data::Own && settings.own.is_empty() && settings.data.is_points() {
            settings.own = settings.all_points();
        }
        settings.switch(data);
    });
}
