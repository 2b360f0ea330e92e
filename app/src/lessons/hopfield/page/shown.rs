//! What an experiment shows below its button: the state on its way, and what decides where it ends.

use leptos::prelude::*;

use super::figures;
use crate::{lessons::hopfield::Hopfield, session::Session, widgets::Figure};

/// The state beside what it is most like.
pub fn state(session: Session<Hopfield>, id: &'static str) -> impl IntoView {
    let picture = figures::state(session, RwSignal::new(None));
    view! { <Figure id technique="state-reconstruction" title="The state, and what it is most like" picture /> }
}

/// Which of the stored patterns hold.
pub fn stored(session: Session<Hopfield>, id: &'static str) -> impl IntoView {
    view! {
        <Figure id technique="state-reconstruction" title="What is stored, and what holds" picture=figures::stored(session) />
    }
}

/// The energy at every update.
pub fn energy(session: Session<Hopfield>, id: &'static str) -> impl IntoView {
    view! { <Figure id technique="learning-curves" title="Energy at every update" picture=figures::energy(session) /> }
}
