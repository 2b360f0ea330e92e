//! Build: backpropagation by hand, then by burn.

use leptos::prelude::*;

use super::figures;
use crate::{
    lessons::mlp::{LESSON, Mlp},
    session::Session,
    site::{
        diagram::Diagram,
        frame::{Stage, StageKind},
        parts::{Costs, Lit, Source, Weights},
    },
};

/// The second stage.
#[component]
pub fn Build(
    /// The main session.
    session: Session<Mlp>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let cost = move || {
        session.settings.with(|settings| {
            let network = settings.network();
            (network.parameter_count(), network.multiply_adds())
        })
    };
    view! {
        <Stage kind=StageKind::Build claim="Backpropagation by hand, then by burn">
            <p>
                "The network of the points is trained by the loops below, written out from the formulas in plain Rust. Digits need more "
                "arithmetic, so burn takes over: it knows the same rules and derives the backward pass itself. A test holds the two against each other."
            </p>
            <div class="wide source-pair">
                <Diagram
                    technique="feature-maps"
                    picture=figures::network(session)
                    lit
                    part=move |layer: &str| figures::part(session, layer)
                >
                    <strong>"Move over the points, or draw."</strong>
                    " Each circle shows the value of its unit for that input; lines are weights, blue below zero, orange above. "
                    {move || session.settings.with(|settings| settings.data.is_pictures()).then_some(
                        "Of a large layer the eight units with the largest values are shown. ",
                    )}
                    "Point at a layer, and its lines light up beside it."
                </Diagram>
                <Source lesson=&LESSON lit />
            </div>
            <Costs
                bench=session.bench
                parameters=Signal::derive(move || Some(cost().0))
                multiply_adds=Signal::derive(move || Some(cost().1))
            />
            <Weights
                name="mlp-mnist"
                bench=session.bench
                on_load=Callback::new(move |()| session.change(|settings| {
                    settings.switch(crate::lessons::mlp::Data::Mnist);
                    settings.pretrained = true;
                }))
                in_use=Signal::derive(move || session.settings.with(|settings| settings.pretrained && settings.data == crate::lessons::mlp::Data::Mnist))
            />
        </Stage>
    }
}
