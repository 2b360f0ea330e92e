//! What the reader sees of the MLP lesson.

mod build;
mod controls;
mod figures;
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
};

/// The lesson's page.
#[component]
pub fn Page() -> impl IntoView {
    let session = Session::<Mlp>::new(settings_from_address());
    // Points are learned too fast for the eye: tens of thousands of steps a second. Pictures never reach this speed.
    session.bench.act(Action::Speed(1000.0));
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

/// Takes other data, with settings that suit it; the reader's own points begin as a copy of the points shown.
fn switch(session: Session<Mlp>, data: Data) {
    session.change(|settings| {
        if data == Data::Own && settings.own.is_empty() {
            settings.own = settings.all_points();
        }
        settings.switch(data);
    });
}
