//! What the reader sees of the LeNet lesson.

mod build;
mod controls;
mod explain;
mod figures;
mod strength;
mod understand;
mod weakness;
mod window;

use leptos::prelude::*;

use self::{build::Build, controls::Controls, strength::Strength, understand::Understand, weakness::Weakness};
use crate::{
    lessons::{
        lenet::{LESSON, Lenet},
        pictures::figures::confusion,
    },
    session::Session,
    site::{
        frame::{LessonFrame, settings_from_address},
        parts::Lit,
    },
    widgets::Figure,
};

/// The lesson's page.
#[component]
pub fn Page() -> impl IntoView {
    let session = Session::<Lenet>::new(settings_from_address());
    let lit = Lit(RwSignal::new(None));
    explain::keep_fresh(session);
    view! {
        <LessonFrame lesson=&LESSON session beside settings=move || view! { <Controls session /> }>
            <Understand session lit />
            <Build session lit />
            <Strength session />
            <Weakness session />
        </LessonFrame>
    }
}

/// The held-out pictures by class, for a session beside another one.
fn beside(session: Session<Lenet>, id: &'static str, title: &'static str) -> AnyView {
    let picture = confusion(session, RwSignal::new(None));
    view! { <Figure id technique="confusion-matrix" title picture /> }.into_any()
}
