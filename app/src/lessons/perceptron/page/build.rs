//! Build: a handful of lines that learn.

use leptos::prelude::*;

use crate::{
    lessons::{
        linear::page::{AllWeights, Architecture, UnitCosts},
        perceptron::{LESSON, Perceptron},
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
    session: Session<Perceptron>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    view! {
        <Stage kind=StageKind::Build claim="A handful of lines that learn">
            <p>
                "This is all of it: a sum, a sign, and a correction. No gradient, no learning rate. The file below is the very one that "
                "runs on this page."
            </p>
            <div class="wide source-pair">
                <Architecture session lit>
                    " The inputs are those of the example that was corrected last, before the first correction those of the first; the sum is what "
                    "the unit says of it now. Only the sign is compared with the target."
                </Architecture>
                <Source lesson=&LESSON lit />
            </div>
            <UnitCosts session />
            <AllWeights session>" Each correction adds or takes away the pixels of one digit. Pixels that no corrected digit uses keep the weight zero."</AllWeights>
        </Stage>
    }
}
