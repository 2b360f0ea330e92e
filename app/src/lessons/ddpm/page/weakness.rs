//! Weakness.

use leptos::prelude::*;

use super::live_trials::FewPointSteps;
use crate::{
    lessons::ddpm::Ddpm,
    session::Session,
    site::frame::{Stage, StageKind},
};

/// The stage.
#[component]
pub fn Weakness(
    /// The bench's session.
    session: Session<Ddpm>,
    /// The session that draws pictures.
    pictures: Session<Ddpm>,
) -> impl IntoView {
    let _ = pictures;
    view! { <Stage kind=StageKind::Weakness claim="To be written"><FewPointSteps session /></Stage> }
}
