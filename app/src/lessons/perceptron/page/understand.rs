//! Understand: the line moves only when it is wrong.

use leptos::prelude::*;

use super::{figures, switch};
use crate::{
    lessons::perceptron::{Data, MOST_POINTS, Perceptron},
    session::Session,
    site::{
        frame::{Stage, StageKind},
        own_data::{OwnData, hundredths, paint},
        parts::Lit,
    },
    widgets::{Chips, Figure, Formula, PointEvent, Slider, Stroke, Term},
};
use models::data::points::Point;

/// The first stage.
#[component]
pub fn Understand(
    /// The main session.
    session: Session<Perceptron>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let settings = session.settings;
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    view! {
        <Stage kind=StageKind::Understand claim="A line that learns from its mistakes">
            <div class="wide">
                <Chips
                    label="What to part"
                    options=Data::ALL.map(|data| (data, data.name().to_string())).to_vec()
                    value=Signal::derive(move || settings.with(|settings| settings.data))
                    on_change=Callback::new(move |data: Data| switch(session, data))
                />
                <div class="pair">
                    <Boundary session />
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
                        <Figure
                            id="confusion"
                            technique="confusion-matrix"
                            title="Confusion matrix"
                            picture=figures::confusion(session)
                        >
                            <strong>"Rows are what a point is, columns what it is called."</strong>
                            " Counted over "
                            {move || session.snapshot.get().map(|snapshot| {
                                let (count, held_out) = snapshot.judged;
                                format!("{count} {}", if held_out { "held-out examples." } else { "examples, the same it learns from: there are too few to hold any out." })
                            })}
                        </Figure>
                    </div>
                </div>
            </div>
            <p>
                "Every point has two numbers, its place across and its place up. The perceptron gives each a weight, adds them up "
                "with a bias, and looks only at the sign. Where the sum is zero lies a straight line, and that line is all it knows."
            </p>
            <Formula label="y hat equals sign of w dot x plus b; on a mistake w becomes w plus t x">
                <mrow>
                    <Term id="sum" lit=lit.0 on_hover=hover><mrow><mi>"ŷ"</mi><mo>"="</mo><mi>"sign"</mi><mo>"("</mo><mi>"w"</mi><mo>"·"</mo><mi>"x"</mi><mo>"+"</mo><mi>"b"</mi><mo>")"</mo></mrow></Term>
                    <mspace width="2em" />
                    <Term id="correction" lit=lit.0 on_hover=hover><mrow><mi>"w"</mi><mo>"←"</mo><mi>"w"</mi><mo>"+"</mo><mi>"t"</mi><mi>"x"</mi><mo>","</mo><mspace width="0.4em" /><mi>"b"</mi><mo>"←"</mo><mi>"b"</mi><mo>"+"</mo><mi>"t"</mi></mrow></Term>
                </mrow>
            </Formula>
            <p>
                "Points that are called rightly change nothing. A point that is called wrongly is added to the weights if it is orange, "
                "and taken away if it is blue. The line turns towards it. Often it turns too far and loses another point, and that point "
                "turns it back."
            </p>
            <div class="wide grid">
                <Figure id="roc" technique="roc-pr" title="ROC: every threshold at once" picture=figures::roc(session)
                    empty="The curve needs both classes."
                    controls=move || view! { <Threshold session /> }.into_any()
                >
                    <strong>"Move the threshold and watch the cross."</strong>
                    " The boundary, the matrix and both curves move with it. Area under the curve: "
                    <b data-readout="auc">{move || session.snapshot.get().map(|snapshot| format!("{:.4}", snapshot.auc))}</b>
                    "."
                </Figure>
                <Figure id="precision-recall" technique="roc-pr" title="Precision against recall" picture=figures::precision_recall(session)
                    empty="The curve needs an orange point."
                >
                    <strong>"Make orange rare in the settings and compare."</strong>
                    " ROC hardly notices; this curve does. Average precision: "
                    <b data-readout="average-precision">{move || session.snapshot.get().map(|snapshot| format!("{:.4}", snapshot.average_precision))}</b>
                    "."
                </Figure>
                <Show when=move || figures::is_digits(session)>
                    <Figure id="weight-picture" technique="first-layer-filters" title="The weights as a picture" picture=figures::weight_picture(session)>
                        <strong>"Look for a ring and a stroke."</strong>
                        " Orange pixels speak for a one, blue ones for a zero."
                    </Figure>
                </Show>
            </div>
        </Stage>
    }
}

/// How many corrections so far, beside what theory allows.
#[component]
fn Corrections(session: Session<Perceptron>) -> impl IntoView {
    move || {
        session.snapshot.get().map(|snapshot| {
            let bound = match snapshot.bound {
                Some(bound) => view! {
                    "Theory allows at most "
                    <b data-readout="bound">{format!("{:.0}", bound.floor())}</b>
                    " on these points: (R / γ)²."
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
        })
    }
}

/// The one threshold of matrix, curves and boundary.
#[component]
fn Threshold(session: Session<Perceptron>) -> impl IntoView {
    let range = Memo::new(move |_| {
        let (low, high) = session.snapshot.get().map_or((-1.0, 1.0), |snapshot| snapshot.scores);
        // Rounded outward to a power of two, so that the slider does not move under the reader's hand.
        let reach = f64::from(low.abs().max(high.abs())).max(0.5);
        if reach.is_finite() { reach.log2().ceil().exp2() } else { 1.0 }
    });
    move || {
        let reach = range.get();
        view! {
            <Slider
                label="Threshold: a sum above it means orange"
                value=Signal::derive(move || session.settings.with(|settings| settings.threshold.into()))
                min=-reach
                max=reach
                step={reach / 200.0}
                on_change=Callback::new(move |threshold: f64| session.change(|settings| settings.threshold = threshold as f32))
            />
        }
    }
}

/// The plane; with points of one's own, a click paints and a drag moves.
#[component]
fn Boundary(session: Session<Perceptron>) -> impl IntoView {
    let picture = figures::boundary(session);
    let is_own = Memo::new(move |_| session.settings.with(|settings| settings.data == Data::Own));
    let brush = RwSignal::new(Some(1_u8));
    let held = RwSignal::new(None::<Point>);
    let on_point = Callback::new(move |event: PointEvent| {
        let Some(scatter) = picture.get_untracked().filter(|_| is_own.get_untracked()) else { return };
        let (x, y) = scatter.to_data(event.x, event.y, event.width);
        let (x, y) = (x as f32, y as f32);
        match event.kind {
            Stroke::Down => {
                let grabbed = session.settings.with_untracked(|settings| nearest(&settings.own, x, y));
                match (grabbed, brush.get_untracked()) {
                    (Some(point), Some(_)) => held.set(Some(point)),
                    (_, brush) => session.change(|settings| paint(&mut settings.own, brush, x, y, MOST_POINTS)),
                }
            }
            Stroke::Move => match (held.get_untracked(), brush.get_untracked()) {
                (Some(point), _) => {
                    let moved = Point { x: hundredths(x), y: hundredths(y), ..point };
                    held.set(Some(moved));
                    session.change(|settings| {
                        if let Some(place) = settings.own.iter_mut().find(|own| **own == point) {
                            *place = moved;
                        }
                    });
                }
                (None, None) => session.change(|settings| paint(&mut settings.own, None, x, y, MOST_POINTS)),
                (None, Some(_)) => {}
            },
            Stroke::Up | Stroke::Leave => held.set(None),
            Stroke::Hover => {}
        }
    });
    view! {
        <Figure
            id="boundary"
            technique="decision-boundary"
            title="Decision boundary"
            picture
            on_point
            drag=true
            controls=move || is_own.get().then(|| view! {
                <OwnData
                    brush
                    most=MOST_POINTS
                    on_change=Callback::new(move |points: Vec<Point>| session.change(|settings| settings.own = points))
                />
            }).into_any()
        >
            <strong>"Watch the ringed point."</strong>
            " It lay on the wrong side, so the line turned towards it; the dashed line is where it was before. The arrow w points to the side that is called orange."
        </Figure>
    }
}

/// The point under the hand.
fn nearest(points: &[Point], x: f32, y: f32) -> Option<Point> {
    let distance = |point: &Point| (point.x - x).hypot(point.y - y);
    points.iter().filter(|point| distance(point) < 0.06).min_by(|a, b| distance(a).total_cmp(&distance(b))).copied()
}
