//! What the reader sees of the DDPM lesson.

mod build;
mod controls;
mod desk;
mod diagram;
mod field;
mod forward;
mod inpaint;
mod live_trials;
mod maps;
mod reverse;
mod schedule;
mod sheets;
mod stored;
mod strength;
mod trial;
mod understand;
mod weakness;

use leptos::prelude::*;

use self::{
    build::Build, controls::Controls, desk::Desk, field::Flow, strength::Strength, understand::Understand,
    weakness::Weakness,
};
use crate::{
    lessons::ddpm::{Ddpm, LESSON, Settings, settings::Role},
    session::Session,
    site::{
        frame::{LessonFrame, settings_from_address},
        parts::Lit,
    },
};

/// The lesson's page.
#[component]
pub fn Page() -> impl IntoView {
    let session = Session::<Ddpm>::new(settings_from_address());
    // The address knows one set of settings: the bench's. Those of the pictures follow it.
    let drawing = move || session.settings.with(|settings| Settings { role: Role::Pictures, ..settings.clone() });
    let pictures = Session::<Ddpm>::on_cpu(untrack(drawing));
    Effect::new(move || pictures.change(|settings| *settings = drawing()));
    let desk = Desk::new(session, pictures);
    let lit = Lit(RwSignal::new(None));
    let flow = Flow::of(session);
    view! {
        <LessonFrame lesson=&LESSON session beside=field::beside settings=move || view! { <Controls session /> }>
            <Understand session flow lit />
            <Build session desk lit />
            <Strength desk />
            <Weakness desk />
        </LessonFrame>
    }
}
