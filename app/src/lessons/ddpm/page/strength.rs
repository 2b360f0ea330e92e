//! Strength.

use leptos::prelude::*;

use crate::{
    lessons::ddpm::Ddpm,
    session::Session,
    site::frame::{Stage, StageKind},
};

/// The stage.
#[component]
pub fn Strength(
    /// The bench's session.
    session: Session<Ddpm>,
    /// The session that draws pictures.
    pictures: Session<Ddpm>,
) -> impl IntoView {
    let _ = (session, pictures);
    view! { <Stage kind=StageKind::Strength claim="To be written">""</Stage> }
}
