//! Strength.

use leptos::prelude::*;

use super::live_trials::NoiseToMoons;
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
    let _ = pictures;
    view! { <Stage kind=StageKind::Strength claim="To be written"><NoiseToMoons session /></Stage> }
}
