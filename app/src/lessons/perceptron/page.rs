//! What the reader sees of the perceptron lesson.

mod build;
mod figures;
mod strength;
mod understand;
mod weakness;

use leptos::prelude::*;

use self::{build::Build, strength::Strength, understand::Understand, weakness::Weakness};
use crate::{
    lessons::{
        linear::page::{InputControls, beside},
        perceptron::{LESSON, Perceptron},
    },
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
        <LessonFrame lesson=&LESSON session beside settings=move || view! { <InputControls session /> }>
            <Understand session lit />
            <Build session lit />
            <Strength session />
            <Weakness session />
        </LessonFrame>
    }
}
