//! Build: one line more than the perceptron, and the limit that theory gives.

use leptos::prelude::*;

use crate::{
    lessons::{
        adaline::{Adaline, LESSON},
        linear::page::{AllWeights, Architecture, UnitCosts},
    },
    session::Session,
    site::{
        frame::{Stage, StageKind},
        parts::{Lit, Source},
    },
};

/// The second stage.
#[component]
pub fn Build(
    /// The main session.
    session: Session<Adaline>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let limit = move || session.snapshot.get().and_then(|snapshot| Some(snapshot.bowl.as_ref()?.stable_rate));
    view! {
        <Stage kind=StageKind::Build claim="The error itself is the teacher">
            <p>
                "The unit is the perceptron’s. What differs is one line: the weights move by the error, not by the sign. The rate η says how "
                "far. If it is too large, each step overshoots the bottom by more than it came down."
            </p>
            <div class="wide source-pair">
                <Architecture session lit>
                    " The inputs are those of the example that was looked at last, or of the first where all are looked at at once; the sum is what "
                    "the unit says of it now. The error is what the sum lacks to the target."
                </Architecture>
                <Source lesson=&LESSON lit />
            </div>
            <UnitCosts session>
                <dt>"largest stable rate, 2 / λmax, of these examples"</dt>
                <dd data-readout="stable-rate">{move || limit().map(|limit| format!("{limit:.4}"))}</dd>
            </UnitCosts>
            <AllWeights session>" Many of the 784 weights stay near zero: pixels at the rim say nothing."</AllWeights>
        </Stage>
    }
}
