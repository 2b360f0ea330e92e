//! Build: a funnel, a cloud, and the funnel turned around.

use leptos::prelude::*;

use super::{figures, looks::Looks};
use crate::{
    lessons::vae::{LESSON, Vae},
    session::Session,
    site::{
        diagram::Diagram,
        frame::{Stage, StageKind},
        parts::{Costs, Lit, Source},
    },
    widgets::Figure,
};

/// The second stage.
#[component]
pub fn Build(
    /// The main session.
    session: Session<Vae>,
    /// The looks that came last.
    looks: Looks,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let config = move || session.settings.with(|settings| settings.network());
    view! {
        <Stage kind=StageKind::Build claim="Two funnels with a narrow neck between them">
            <p>
                "A picture of 784 pixels passes through two hidden layers into a few numbers, and back out through the same layers in "
                "reverse. Nothing in the middle knows a class. What can be said of the picture has to pass through the neck."
            </p>
            <div class="wide source-pair">
                <Diagram
                    technique="feature-maps"
                    picture=figures::network(session)
                    lit
                    part=figures::part
                >
                    <strong>"Move your point on the map above."</strong>
                    " In the middle is the point, to its right what the decoder makes of it, up to the picture. "
                    "Pick or draw a picture, and the encoder on the left has values too. A 0 is a unit that is silent. "
                    "Point at a layer, and its lines light up beside it."
                </Diagram>
                <Source lesson=&LESSON lit />
            </div>
            <Costs
                bench=session.bench
                parameters=Signal::derive(move || Some(config().parameter_count()))
                multiply_adds=Signal::derive(move || Some(config().multiply_adds()))
                multiply_adds_of="multiply-adds for one picture, there and back"
            />
            <div class="wide">
                <Figure
                    id="units"
                    technique="learning-curves"
                    title="What each latent number carries"
                    picture=figures::units(looks)
                    empty="The first evaluation measures it."
                >
                    <strong>"A bar at zero is a number that says nothing."</strong>
                    " Each bar is the KL of one latent number, in nats for a held-out picture. With β high enough all of them fall to zero."
                </Figure>
            </div>
            <p>
                "The paper has one hidden layer on either side, tanh and Adagrad; here there are two, with ReLU and Adam. A grey pixel "
                "counts as the chance of a white one. The paper’s β is 1; making it a dial came four years later (Higgins and others, 2017)."
            </p>
        </Stage>
    }
}
