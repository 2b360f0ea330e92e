//! Build.

use leptos::prelude::*;

use crate::{
    lessons::ddpm::Ddpm,
    session::Session,
    site::{
        frame::{Stage, StageKind},
        parts::Lit,
    },
};

/// The stage.
#[component]
pub fn Build(
    /// The bench's session.
    session: Session<Ddpm>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let _ = (session, lit);
    view! { <Stage kind=StageKind::Build claim="To be written">""</Stage> }
}
