//! Understand: the line moves only when it is wrong.

use leptos::prelude::*;

use super::figures;
use crate::{
    lessons::{
        linear::page::{AccuracyCurve, Boundary, Confusion, DataChips, Rates},
        perceptron::Perceptron,
    },
    session::{Session, protocol::Series},
    site::{
        figures::curves,
        frame::{Stage, StageKind},
        parts::Lit,
    },
    widgets::{Brackets, Figure, Formulas, Term},
};

/// The first stage.
#[component]
pub fn Understand(
    /// The main session.
    session: Session<Perceptron>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let class = move || session.settings.with(|settings| settings.inputs.data.classes()[1]);
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    view! {
        <Stage kind=StageKind::Understand claim="A line that learns from its mistakes">
            <div class="wide">
                <DataChips session />
                <div class="pair">
                    <Boundary session>
                        <strong>"Watch the ringed point."</strong>
                        " It lay on the wrong side, so the line turned towards it; the dashed line is where it was before. The arrow w points to the side that is called "
                        {class} "."
                    </Boundary>
                    <div class="stack">
                        <Figure
                            id="mistakes"
                            technique="learning-curves"
                            title="Mistakes in each pass"
                            picture=figures::mistakes(session)
                            empty="Press Train. After the first pass over all points there is something to count."
                        >
                            <Corrections session />
                        </Figure>
                        <Confusion session />
                    </div>
                </div>
            </div>
            <p>
                "Every point has two numbers, its place across and its place up. The perceptron gives each a weight, adds them up "
                "with a bias, and looks only at the sign. Where the sum is zero lies a straight line, and that line is all it knows."
            </p>
            <Formulas label="y hat equals sign of w dot x plus b; on a mistake w becomes w plus t x">
                <Term id="sum" lit=lit.0 on_hover=hover><mrow><mover accent="true"><mi>"y"</mi><mo>"^"</mo></mover><mo>"="</mo><mi>"sign"</mi><Brackets><mi>"w"</mi><mo>"·"</mo><mi>"x"</mi><mo>"+"</mo><mi>"b"</mi></Brackets></mrow></Term>
                <Term id="correction" lit=lit.0 on_hover=hover><mrow><mi>"w"</mi><mo>"←"</mo><mi>"w"</mi><mo>"+"</mo><mi>"t"</mi><mi>"x"</mi><mo>","</mo><mspace width="0.4em" /><mi>"b"</mi><mo>"←"</mo><mi>"b"</mi><mo>"+"</mo><mi>"t"</mi></mrow></Term>
            </Formulas>
            <p>
                "Points that are called rightly change nothing. A point that is called wrongly is added to the weights if it is orange, "
                "and taken away if it is blue. The line turns towards it. Often it turns too far and loses another point, and that point "
                "turns it back."
            </p>
            <div class="wide grid">
                <Figure id="curves" technique="learning-curves" title="How far on the wrong side" picture=curves(session, Series::Loss, Series::ValidationLoss, "mean wrong sum")
                    empty="Press Train. It is measured as it goes."
                >
                    <strong>"It jumps up and down."</strong>
                    " The mean over all points of how far a wrong sum lies from zero; a right one adds nothing. The perceptron never looks at "
                    "this number: it corrects one point and may spoil others. Sums grow with the weights, so heights of early and late steps do not compare."
                </Figure>
                <AccuracyCurve session />
            </div>
            <Rates session />
        </Stage>
    }
}

/// How many corrections so far, beside what theory allows.
#[component]
fn Corrections(session: Session<Perceptron>) -> impl IntoView {
    move || match session.snapshot.get() {
        None => view! { "Each pass looks at every point once; a mistake is corrected and counted." }.into_any(),
        Some(snapshot) => {
            let bound = match snapshot.bound {
                Some(bound) => view! {
                    "Theory allows at most "
                    <b data-readout="bound">{format!("{:.0}", bound.corrections().floor())}</b>
                    {format!(" on these points: (R / γ)² with R = {:.3} and γ = {:.4}.", bound.radius, bound.margin)}
                }
                .into_any(),
                None => view! { "No line with a gap was found for these points, so theory sets no limit." }.into_any(),
            };
            let cycle = snapshot.cycle.map(|(begins, length)| {
                let passes = if length == 1 { "every pass".to_string() } else { format!("every {length} passes") };
                format!(" The weights are those of pass {begins} again: from here they repeat {passes}, for ever.")
            });
            view! {
                <b data-readout="corrections">{snapshot.corrections}</b>
                " corrections so far. "
                {bound}
                {cycle}
            }
            .into_any()
        }
    }
}
