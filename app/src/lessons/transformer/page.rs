//! What the reader sees of the Transformer lesson.

mod build;
mod controls;
mod diagram;
mod figures;
mod look;
mod sentence;
mod stored;
mod strength;
mod toy;
mod turn;
mod understand;
mod weakness;
mod words;

use leptos::prelude::*;

use self::{
    build::Build, controls::Controls, figures::Gaze, strength::Strength, understand::Understand, weakness::Weakness,
};
use crate::{
    lessons::transformer::{LESSON, Transformer},
    session::Session,
    site::{
        frame::{LessonFrame, settings_from_address},
        parts::Lit,
    },
};

/// The lesson's page.
#[component]
pub fn Page() -> impl IntoView {
    let session = Session::<Transformer>::new(settings_from_address());
    let lit = Lit(RwSignal::new(None));
    let gaze = Gaze::new();
    view! {
        <LessonFrame lesson=&LESSON session settings=move || view! { <Controls session /> }>
            <Understand session gaze lit />
            <Build session lit />
            <Strength session />
            <Weakness session />
        </LessonFrame>
    }
}
