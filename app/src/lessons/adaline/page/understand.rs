//! Understand: every error counts, and the sum of all errors is a bowl.

use leptos::prelude::*;

use super::{Twins, figures};
use crate::{
    lessons::linear::{
        self,
        page::{Boundary, Confusion, DataChips, Rates},
    },
    session::protocol::Series,
    site::{
        figures::{curves, gradient_flow},
        frame::{Stage, StageKind, replay},
        parts::Lit,
    },
    widgets::{Brackets, Figure, Formulas, Named, Term},
};

/// The first stage.
#[component]
pub fn Understand(
    /// ADALINE and the perceptron.
    twins: Twins,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let session = twins.adaline;
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    let accuracy = curves(session, Series::Accuracy, Series::ValidationAccuracy, "accuracy");
    let loss = move || session.snapshot.get().map(|snapshot| format!("{:.4}", snapshot.loss));
    let floor = move || {
        let snapshot = session.snapshot.get()?;
        let (_, floor) = snapshot.bowl.as_ref()?.bottom?;
        Some(format!(" The bottom of this slice lies at {floor:.4}."))
    };
    view! {
        <Stage kind=StageKind::Understand claim="It learns from how wrong it is">
            <div class="wide">
                <DataChips session />
                <div class="pair">
                    <Boundary session>
                        <strong>"Press Train and watch the line."</strong>
                        " It moves with every point it looks at, the ringed one last, also when that point was on the right side already."
                    </Boundary>
                    <Figure id="bowl" replay=replay(session.bench) technique="loss-landscape" title="The bowl of squared error" picture=figures::bowl(session)
                        empty="The bowl appears with the first frame."
                    >
                        <strong>"Follow the orange way down."</strong>
                        " Every ring is one height of the error, computed from these points. The slice goes through the two directions named; whatever else it could change is as it is now. Error here: "
                        <b data-readout="squared-error">{loss}</b> "." {floor}
                    </Figure>
                </div>
            </div>
            <p>
                "The perceptron asks only on which side of the line a point lies. ADALINE asks how far its sum is from the target, +1 for "
                "orange and −1 for blue. A point that is barely right still pulls. A point that is too right pulls back."
            </p>
            <Formulas label="E equals one half the mean of t minus w dot x minus b, squared; w becomes w plus eta times the error times x">
                <mrow>
                    <Term id="error" lit=lit.0 on_hover=hover><mrow><mi>"E"</mi><mo>"="</mo><mfrac><mn>"1"</mn><mn>"2"</mn></mfrac><Named word="mean" /></mrow></Term>
                    <Term id="sum" lit=lit.0 on_hover=hover><msup><Brackets><mi>"t"</mi><mo>"−"</mo><mi>"w"</mi><mo>"·"</mo><mi>"x"</mi><mo>"−"</mo><mi>"b"</mi></Brackets><mn>"2"</mn></msup></Term>
                </mrow>
                <Term id="correction" lit=lit.0 on_hover=hover><mrow><mi>"w"</mi><mo>"←"</mo><mi>"w"</mi><mo>"+"</mo><mi>"η"</mi><Brackets><mi>"t"</mi><mo>"−"</mo><mi>"w"</mi><mo>"·"</mo><mi>"x"</mi><mo>"−"</mo><mi>"b"</mi></Brackets><mi>"x"</mi></mrow></Term>
            </Formulas>
            <p>
                "The error is a square of the weights, so over the weights it is a bowl with one bottom. Wherever it starts, downhill leads "
                "there. Looking at one point at a time it staggers, for each point has a bowl of its own; in the settings one step can look "
                "at all of them."
            </p>
            <div class="wide grid">
                <Figure id="twin-boundary" technique="decision-boundary" title="Its twin: the perceptron on the same points"
                    picture=linear::figures::boundary(twins.perceptron)
                >
                    <strong>"Compare where the two lines come to rest."</strong>
                    " Same points, same order, one bench. The perceptron stops at the first line without a mistake, however close it passes. ADALINE seeks a middle way."
                </Figure>
                <Figure id="curves" technique="learning-curves" title="Squared error" picture=curves(session, Series::Loss, Series::ValidationLoss, "½ mean squared error")
                    empty="Press Train. The error is measured as it goes."
                >
                    <strong>"It falls, but not to zero."</strong>
                    " A line cannot give every point exactly +1 or −1. What remains is the height of the bottom."
                </Figure>
                <Figure id="accuracy" technique="learning-curves" title="Accuracy" picture=accuracy empty="Press Train. The points on the right side are counted as it goes.">
                    <strong>"It may stand still while the error falls."</strong>
                    " What counts here is the side of the line alone, and nothing ADALINE learns from asks for that."
                </Figure>
            </div>
            <div class="wide grid">
                <Confusion session />
                <Figure id="gradients" technique="gradient-flow" title="The slope under the unit" picture=gradient_flow(session, Signal::stored(["weights", "bias"].map(String::from).to_vec()))
                    empty="Press Train. The slope is measured after every pass."
                >
                    <strong>"Near the bottom the slope dies away."</strong>
                    " Measured after every pass. Looking at one point at a time it does not die: each pass ends as far off the bottom as the last."
                </Figure>
            </div>
            <Rates session />
        </Stage>
    }
}
