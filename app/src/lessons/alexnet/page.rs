//! What the reader sees of the AlexNet lesson.

mod build;
mod controls;
mod desk;
mod explain;
mod figures;
mod strength;
mod stride;
mod trial;
mod understand;
mod weakness;

use leptos::prelude::*;

use self::{
    build::Build,
    controls::{Controls, Times},
    desk::Desk,
    strength::Strength,
    understand::Understand,
    weakness::Weakness,
};
use crate::{
    lessons::alexnet::{Alexnet, LESSON},
    session::Session,
    site::{
        frame::{LessonFrame, settings_from_address},
        parts::Lit,
    },
};

/// The lesson's page.
#[component]
pub fn Page() -> impl IntoView {
    let session = Session::<Alexnet>::new(settings_from_address());
    let desk = Desk::new(session);
    let lit = Lit(RwSignal::new(None));
    let left_out = Signal::derive(move || {
        session.settings.with(|settings| settings.photo.is_none()).then_some("Copied, without your own picture")
    });
    view! {
        <LessonFrame
            lesson=&LESSON
            session
            settings=move || view! { <Controls desk /> }
            readouts=move || view! { <Times desk /> }
            left_out=left_out
        >
            <Understand desk lit />
            <Build desk lit />
            <Strength desk />
            <Weakness desk />
        </LessonFrame>
    }
}
