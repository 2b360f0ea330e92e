//! Build: a handful of lines that learn.

use leptos::prelude::*;

use crate::{
    lessons::{
        linear,
        perceptron::{LESSON, Perceptron},
    },
    session::Session,
    site::{
        frame::{Stage, StageKind},
        parts::{Lit, Source},
    },
    widgets::Figure,
};

/// The second stage.
#[component]
pub fn Build(
    /// The main session.
    session: Session<Perceptron>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let inputs = move || session.snapshot.get().map(|snapshot| snapshot.answer.weights.len());
    view! {
        <Stage kind=StageKind::Build claim="A handful of lines that learn">
            <p>
                "This is all of it: a sum, a sign, and a correction. No gradient, no learning rate. The file below is the very one that "
                "runs on this page."
            </p>
            <div class="wide source-pair">
                <Figure
                    id="architecture"
                    technique="feature-maps"
                    title="The unit, with live values"
                    picture=linear::figures::network(session)
                    empty="The unit appears with the first frame."
                >
                    <strong>"Step, and watch the weights."</strong>
                    " The inputs are those of the point that was corrected last; the sum is what the unit says of it now."
                </Figure>
                <Source lesson=&LESSON lit />
            </div>
            <dl class="cost">
                <dt>"parameters"</dt>
                <dd data-readout="parameters">{move || inputs().map(|inputs| inputs + 1)}</dd>
                <dt>"multiply-adds for one example"</dt>
                <dd data-readout="multiply-adds">{inputs}</dd>
            </dl>
        </Stage>
    }
}
