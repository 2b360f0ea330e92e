//! Understand: hidden units fold the plane.

use leptos::prelude::*;

use super::{figures, switch};
use crate::{
    lessons::mlp::{Command, Data, MOST_POINTS, Mlp},
    session::{Session, protocol::Series},
    site::{
        frame::{Stage, StageKind, replay},
        own_data::{OwnData, paint},
        parts::Lit,
    },
    widgets::{Bars, Chips, DrawPad, Examples, Figure, Formula, PointEvent, Scale, Stroke, Term, Tile, center},
};
use models::{data::points::Point, metrics::largest};

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
            <div class="wide">
                <Chips
                    label="What to learn"
                    options=Data::ALL.map(|data| (data, data.name().to_string())).to_vec()
                    value=Signal::derive(move || settings.with(|settings| settings.data))
                    on_change=Callback::new(move |data: Data| switch(session, data))
                />
                <div class="pair">
                    {move || match is_pictures.get() {
                        true => view! { <Drawing session /> }.into_any(),
                        false => view! { <Boundary session /> }.into_any(),
                    }}
                    <div class="stack">
                        <Figure
                            id="curves"
                            technique="learning-curves"
                            title="Loss"
                            picture=figures::curves(session, Series::Loss, Series::ValidationLoss, "cross-entropy")
                            empty="Press Train: the two curves begin at the first step."
                        >
                            <strong>"Watch the gap."</strong>
                            " While both fall, it learns what the examples have in common. When only the training curve falls, it learns them by heart."
                        </Figure>
                        {move || match is_pictures.get() {
                            true => view! { <Matrix session selected /> }.into_any(),
                            false => view! { <HiddenUnits session /> }.into_any(),
                        }}
                    </div>
                </div>
            </div>
            <p>
                "A perceptron owns one straight line, and one line is not always enough. Put a layer of units between input and "
                "answer. Each of them draws a line of its own and bends its sum, so each reports how far a point lies on its side. "
                "The last layer sees only these reports. In their space the classes can lie apart, even if they were entangled before."
            </p>
            <Formula label="Each layer: h equals f of W x plus b; the answer is the softmax of the last sum.">
                <mrow>
                    <Term id="layer" lit=lit.0 on_hover=hover><mrow><mi>"h"</mi><mo>"="</mo><mi>"f"</mi><mo>"("</mo><mi>"W"</mi><mi>"x"</mi><mo>"+"</mo><mi>"b"</mi><mo>")"</mo></mrow></Term>
                    <mspace width="2em" />
                    <Term id="error" lit=lit.0 on_hover=hover><mrow><mi>"δ"</mi><mo>"="</mo><mi>"ŷ"</mi><mo>"−"</mo><mi>"y"</mi></mrow></Term>
                    <mspace width="2em" />
                    <Term id="update" lit=lit.0 on_hover=hover><mrow><mi>"W"</mi><mo>"←"</mo><mi>"W"</mi><mo>"−"</mo><mi>"η"</mi><mi>"δ"</mi><msup><mi>"h"</mi><mi>"⊤"</mi></msup></mrow></Term>
                </mrow>
            </Formula>
            <p>
                "The question was how a unit in the middle can know its share of the error. Rumelhart, Hinton and Williams showed that it "
                "need not be told. The error of the answer, sent backwards through the same weights, arrives at each unit as exactly the "
                "slope it needs."
            </p>
            <div class="wide grid">
                <Figure
                    id="accuracy"
                    technique="learning-curves"
                    title="Accuracy"
                    picture=figures::curves(session, Series::Accuracy, Series::ValidationAccuracy, "share right")
                    empty="Press Train to see the share of right answers."
                >
                    <strong>"Watch the dashed line."</strong>
                    " It counts only examples that the network has never been corrected on."
                </Figure>
                <Figure
                    id="gradients"
                    technique="gradient-flow"
                    title="Gradient of each layer"
                    picture=figures::gradient_flow(session)
                    empty="The first update brings the first gradients."
                >
                    <strong>"Watch the distance between the lines."</strong>
                    " The scale is logarithmic: a line one mark lower learns ten times more slowly."
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

/// A pad to draw on, and what the network says of the drawing.
#[component]
fn Drawing(session: Session<Mlp>) -> impl IntoView {
    let value = RwSignal::new(Vec::<f32>::new());
    let answer = Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let labels = session.settings.with(|settings| settings.data.classes());
        (snapshot.probabilities.len() == labels.len()).then(|| Bars {
            labels,
            values: snapshot.probabilities.iter().map(|value| f64::from(*value)).collect(),
            highlight: Some(largest(&snapshot.probabilities)),
            unit: String::new(),
            max: Some(1.0),
        })
    });
    let called = move || {
        let bars = answer.get()?;
        bars.labels.get(bars.highlight?).cloned()
    };
    view! {
        <div class="stack">
            <div class="pad-card">
                <DrawPad
                    label="Draw a digit"
                    size=28
                    value
                    on_change=Callback::new(move |pixels: Vec<f32>| {
                        session.command(Command::Probe(center(&pixels, 28)));
                    })
                />
                <p class="pad-answer">"The network says " <output data-readout="called">{called}</output></p>
            </div>
            <Figure
                id="answer"
                technique="feature-maps"
                title="What it says of the drawing"
                picture=answer
                empty="Draw something: ten probabilities appear."
            >
                <strong>"Draw while it trains."</strong>
                " The bars are ten probabilities that add up to one. Early on they are nearly equal; later one of them takes nearly all."
            </Figure>
        </div>
    }
}

/// The confusion matrix with the pictures behind each cell.
#[component]
fn Matrix(session: Session<Mlp>, selected: RwSignal<Option<(usize, usize)>>) -> impl IntoView {
    let picture = figures::confusion(session, selected);
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind != Stroke::Down {
            return;
        }
        let cell = picture.get_untracked().and_then(|matrix| matrix.cell_at(event.x, event.y, event.width));
        if let Some((truth, called)) = cell {
            selected.set(cell);
            session.command(Command::Show(truth as u8, called as u8));
        }
    });
    let shown = Signal::derive(move || {
        let snapshot = session.snapshot.get();
        let labels = session.settings.with(|settings| settings.data.classes());
        let pictures = snapshot.as_ref().and_then(|snapshot| snapshot.pictures.as_ref());
        pictures.map_or_else(Vec::new, |pictures| {
            pictures
                .shown
                .iter()
                .map(|shown| Tile {
                    pixels: shown.pixels.iter().map(|pixel| f32::from(*pixel) / 255.0).collect(),
                    rows: 28,
                    columns: 28,
                    label: format!("{} called {}", labels[usize::from(shown.truth)], labels[usize::from(shown.called)]),
                    mark: None,
                })
                .collect::<Vec<_>>()
        })
    });
    view! {
        <Figure
            id="confusion"
            replay=replay(session.bench)
            technique="confusion-matrix"
            title="Confusion matrix"
            picture
            on_point
            empty="The first evaluation fills it."
        >
            <strong>"Click a cell."</strong>
            " Rows are what a picture is, columns what it was called. Off the diagonal lie the mistakes; 4 and 9, 3 and 8 are the usual ones."
            <Examples label="The pictures behind the chosen cell" images=shown scale=Scale::Grey on_pick=Callback::new(move |index: usize| {
                let number = session.snapshot.with_untracked(|snapshot| {
                    snapshot.as_ref()?.pictures.as_ref()?.shown.get(index).map(|shown| shown.index)
                });
                if let Some(number) = number {
                    session.command(Command::Pick(number));
                }
            }) />
        </Figure>
    }
}
