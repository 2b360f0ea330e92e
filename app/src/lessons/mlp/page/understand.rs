//! Understand: hidden units fold the plane.

use leptos::prelude::*;

use super::{figures, fold::Fold, switch};
use crate::{
    lessons::{
        mlp::{Command, Data, MOST_POINTS, Mlp},
        pictures::{
            figures::curves,
            page::{Drawing, Matrix},
        },
    },
    session::{Session, protocol::Series},
    site::{
        embed::Setting,
        figures::gradient_flow,
        frame::{Stage, StageKind, replay},
        own_data::{OwnData, paint},
        parts::Lit,
    },
    widgets::{Brackets, Chips, Figure, Formulas, PointEvent, Stroke, Term},
};
use models::data::points::Point;

/// The first stage.
#[component]
pub fn Understand(
    /// The main session.
    session: Session<Mlp>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let settings = session.settings;
    let is_pictures = Memo::new(move |_| settings.with(|settings| settings.data.is_pictures()));
    let selected = RwSignal::new(None);
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    view! {
        <Stage kind=StageKind::Understand claim="Folding the plane before cutting it">
            <Fold />
            <div class="wide">
                <Setting key="data">
                    <Chips
                        label="What to learn"
                        options=Data::ALL.map(|data| (data, data.name().to_string())).to_vec()
                        value=Signal::derive(move || settings.with(|settings| settings.data))
                        on_change=Callback::new(move |data: Data| switch(session, data))
                    />
                </Setting>
                <div class="pair">
                    {move || match is_pictures.get() {
                        true => view! { <Drawing session label="Draw a digit" /> }.into_any(),
                        false => view! { <Boundary session /> }.into_any(),
                    }}
                    <div class="stack">
                        <Figure
                            id="curves"
                            technique="learning-curves"
                            title="Loss"
                            picture=curves(session, Series::Loss, Series::ValidationLoss, "cross-entropy")
                            empty="Press Train: the two curves begin at the first step."
                        >
                            <strong>"Watch the gap."</strong>
                            " While both fall, it learns what the examples have in common. When only the training curve falls, it learns them by heart."
                        </Figure>
                        {move || match is_pictures.get() {
                            true => view! { <Matrix session picture=figures::confusion(session, selected) selected /> }.into_any(),
                            false => view! { <HiddenUnits session /> <Counts session /> }.into_any(),
                        }}
                    </div>
                </div>
            </div>
            <p>
                "A perceptron owns one straight line, and one line is not always enough. Put a layer of units between input and "
                "answer. Each of them draws a line of its own and bends its sum, so each reports how far a point lies on its side. "
                "The last layer sees only these reports. In their space the classes can lie apart, even if they were entangled before."
            </p>
            <Formulas label="Forward, layer k: z k equals W k times h k minus 1 plus b k, and h k equals f of z k. The error of the last layer, delta K, is the answer, the softmax of z K, minus the truth.">
                <Term id="layer" lit=lit.0 on_hover=hover><mrow><msub><mi>"z"</mi><mi>"k"</mi></msub><mo>"="</mo><msub><mi>"W"</mi><mi>"k"</mi></msub><msub><mi>"h"</mi><mrow><mi>"k"</mi><mo>"−"</mo><mn>"1"</mn></mrow></msub><mo>"+"</mo><msub><mi>"b"</mi><mi>"k"</mi></msub><mo>","</mo><mspace width="0.4em" /><msub><mi>"h"</mi><mi>"k"</mi></msub><mo>"="</mo><mi>"f"</mi><Brackets><msub><mi>"z"</mi><mi>"k"</mi></msub></Brackets></mrow></Term>
                <Term id="error" lit=lit.0 on_hover=hover><mrow><msub><mi>"δ"</mi><mi>"K"</mi></msub><mo>"="</mo><mover accent="true"><mi>"y"</mi><mo>"^"</mo></mover><mo>"−"</mo><mi>"y"</mi></mrow></Term>
            </Formulas>
            <p>
                "The question was how a unit in the middle can know its share of the error. Rumelhart, Hinton and Williams showed that it "
                "need not be told. The error of the answer, sent backwards through the same weights, arrives at each unit as exactly the "
                "slope it needs."
            </p>
            <Formulas label="Backward: delta k minus 1 equals W k transposed times delta k, times the slope of f at z k minus 1, unit by unit. Then W k becomes W k minus eta times delta k times h k minus 1 transposed.">
                <Term id="backward" lit=lit.0 on_hover=hover><mrow><msub><mi>"δ"</mi><mrow><mi>"k"</mi><mo>"−"</mo><mn>"1"</mn></mrow></msub><mo>"="</mo><Brackets><msubsup><mi>"W"</mi><mi>"k"</mi><mi>"⊤"</mi></msubsup><msub><mi>"δ"</mi><mi>"k"</mi></msub></Brackets><mo>"⊙"</mo><msup><mi>"f"</mi><mo>"′"</mo></msup><Brackets><msub><mi>"z"</mi><mrow><mi>"k"</mi><mo>"−"</mo><mn>"1"</mn></mrow></msub></Brackets></mrow></Term>
                <Term id="update" lit=lit.0 on_hover=hover><mrow><msub><mi>"W"</mi><mi>"k"</mi></msub><mo>"←"</mo><msub><mi>"W"</mi><mi>"k"</mi></msub><mo>"−"</mo><mi>"η"</mi><msub><mi>"δ"</mi><mi>"k"</mi></msub><msubsup><mi>"h"</mi><mrow><mi>"k"</mi><mo>"−"</mo><mn>"1"</mn></mrow><mi>"⊤"</mi></msubsup></mrow></Term>
            </Formulas>
            <div class="wide grid">
                <Figure
                    id="accuracy"
                    technique="learning-curves"
                    title="Accuracy"
                    picture=curves(session, Series::Accuracy, Series::ValidationAccuracy, "share right")
                    empty="Press Train to see the share of right answers."
                >
                    <strong>"Watch the dashed line."</strong>
                    " It counts only examples that the network has never been corrected on."
                </Figure>
                <Figure
                    id="gradients"
                    technique="gradient-flow"
                    title="Gradient of each layer"
                    picture=gradient_flow(session, figures::layers(session))
                    empty="The first update brings the first gradients."
                >
                    <strong>"Watch the distance between the lines."</strong>
                    " The scale is logarithmic; read the powers of ten. With plain gradient descent a tenth of the gradient is a tenth of the step."
                </Figure>
                <Figure
                    id="weights"
                    replay=replay(session.bench)
                    technique="weight-histogram"
                    title="Weights"
                    picture=figures::weights(session)
                    empty="The weights appear with the first frame."
                >
                    <strong>"Watch the width."</strong>
                    " Weights begin small and spread as they take on work. A spike that stays at zero is a layer that does nothing."
                </Figure>
            </div>
        </Stage>
    }
}

/// The plane of points; with own points, a click paints.
#[component]
fn Boundary(session: Session<Mlp>) -> impl IntoView {
    let picture = figures::boundary(session);
    let is_own = move || session.settings.with(|settings| settings.data == Data::Own);
    let brush = RwSignal::new(Some(1_u8));
    let on_point = Callback::new(move |event: PointEvent| {
        let Some(scatter) = picture.get_untracked() else { return };
        let (x, y) = scatter.to_data(event.x, event.y, event.width);
        match event.kind {
            Stroke::Hover => session.command(Command::Probe(vec![x as f32, y as f32])),
            Stroke::Down if session.settings.with_untracked(|settings| settings.data == Data::Own) => {
                let brush = brush.get_untracked();
                session.change(|settings| paint(&mut settings.own, brush, x as f32, y as f32, MOST_POINTS));
            }
            _ => {}
        }
    });
    view! {
        <Figure
            id="boundary"
            replay=replay(session.bench)
            technique="decision-boundary"
            title="Decision boundary"
            picture
            on_point
            controls=move || is_own().then(|| view! {
                <OwnData
                    brush
                    most=MOST_POINTS
                    on_change=Callback::new(move |points: Vec<Point>| session.change(|settings| settings.own = points))
                />
            }).into_any()
        >
            <strong>"Watch the border bend."</strong>
            " The colour is what the network would say at each place; filled points teach it, hollow ones only test it. The dashed line is a perceptron that sees the same points."
        </Figure>
    }
}

/// How the held-out points are called.
#[component]
fn Counts(session: Session<Mlp>) -> impl IntoView {
    view! {
        <Figure
            id="confusion"
            technique="confusion-matrix"
            title="Confusion matrix"
            picture=figures::confusion(session, RwSignal::new(None))
        >
            <strong>"Rows are what a point is, columns what it is called."</strong>
            " Counted over the held-out points."
        </Figure>
    }
}

#[component]
fn HiddenUnits(session: Session<Mlp>) -> impl IntoView {
    view! {
        <Figure
            id="hidden-units"
            replay=replay(session.bench)
            technique="decision-boundary"
            title="What each hidden unit sees"
            picture=figures::hidden_units(session)
            empty="There is no hidden layer: this is a perceptron with a smooth answer."
        >
            <strong>"Look for straight edges in row one."</strong>
            " A unit of the first hidden layer can only cut once. Deeper units combine cuts into corners and islands."
        </Figure>
    }
}
