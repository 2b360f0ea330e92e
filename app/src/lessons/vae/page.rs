//! What the reader sees of the VAE lesson.

mod build;
mod clouds;
mod controls;
mod figures;
mod looks;
mod map;
mod strength;
mod understand;
mod weakness;

use leptos::prelude::*;

use self::{
    build::Build, controls::Controls, looks::Looks, strength::Strength, understand::Understand, weakness::Weakness,
};
use crate::{
    lessons::vae::{LESSON, Vae},
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
    let session = Session::<Vae>::new(settings_from_address());
    let lit = Lit(RwSignal::new(None));
    let looks = Looks::of(session);
    looks.keep_fresh(session);
    view! {
        <LessonFrame lesson=&LESSON session beside settings=move || view! { <Controls session /> }>
            <Understand session looks lit />
            <Build session looks lit />
            <Strength session looks />
            <Weakness session />
        </LessonFrame>
    }
}

/// Pictures made of the same noise, for a session beside another one.
fn beside(session: Session<Vae>, id: &'static str, title: &'static str) -> AnyView {
    let looks = Looks::of(session);
    looks.keep_fresh(session);
    view! { <Figure id technique="sample-grid" title picture=figures::samples(looks) /> }.into_any()
}
