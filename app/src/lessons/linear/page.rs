//! What both lessons show the reader: the chips, the settings, the plane, and what can be said at every threshold.

use leptos::prelude::*;
use models::data::{iris::FEATURES, points::PointKind};

pub use super::{
    boundary::{Boundary, Reading},
    matrix::Confusion,
};

use crate::{
    lessons::linear::{Data, Inputs, Linear, figures, pad::DigitPad},
    session::{Session, protocol::Series},
    site::{
        diagram::Diagram,
        embed::Setting,
        figures::curves,
        frame::replay,
        learning::SeedField,
        parts::{Costs, Lit},
    },
    widgets::{Chips, Figure, Slider},
};

/// What to part.
#[component]
pub fn DataChips<P: Linear>(
    /// The main session.
    session: Session<P>,
) -> impl IntoView {
    view! {
        <Setting key="data">
            <Chips
                label="What to part"
                options=Data::ALL.map(|data| (data, data.name().to_string())).to_vec()
                value=Signal::derive(move || session.settings.with(|settings| P::inputs(settings).data))
                on_change=Callback::new(move |data: Data| switch(session, data))
            />
        </Setting>
    }
}

/// Takes other data; the reader's own points begin as a copy of the points shown.
fn switch<P: Linear>(session: Session<P>, data: Data) {
    session.change(|settings| {
        let inputs = P::inputs_mut(settings);
        if data == Data::Own && inputs.own.is_empty() && inputs.data.is_points() {
            inputs.own = inputs.all_points();
        }
        *inputs = inputs.switched(data);
    });
}

/// Points, margin, share, noise; measures of the flowers; seed.
#[component]
pub fn InputControls<P: Linear>(
    /// The main session.
    session: Session<P>,
) -> impl IntoView {
    let settings = session.settings;
    let number =
        move |read: fn(&Inputs) -> f64| Signal::derive(move || settings.with(|settings| read(P::inputs(settings))));
    let data = Memo::new(move |_| settings.with(|settings| P::inputs(settings).data));
    let pairs: Vec<(Option<(u8, u8)>, String)> = std::iter::once((None, "all four".to_string()))
        .chain(
            (0..4_u8)
                .flat_map(|x| (x + 1..4).map(move |y| (x, y)))
                .map(|(x, y)| (Some((x, y)), format!("{}, {}", FEATURES[usize::from(x)], FEATURES[usize::from(y)]))),
        )
        .collect();
    view! {
        <div class="fields">
            <Show when=move || matches!(data.get(), Data::Points(_))>
                <Setting key="count">
                    <Slider
                        label="Points"
                        value=number(|inputs| inputs.count.into())
                        min=4.0
                        max=1000.0
                        step=1.0
                        log=true
                        on_change=Callback::new(move |count: f64| session.change(|settings| P::inputs_mut(settings).count = count.round() as u32))
                    />
                </Setting>
                <Setting key="noise">
                    <Slider
                        label="Noise"
                        value=number(|inputs| inputs.noise.into())
                        min=0.0
                        max=0.5
                        step=0.01
                        on_change=Callback::new(move |noise: f64| session.change(|settings| P::inputs_mut(settings).noise = noise as f32))
                    />
                </Setting>
            </Show>
            <Show when=move || data.get() == Data::Points(PointKind::Clouds)>
                <Setting key="margin">
                    <Slider
                        label="Gap between the clouds"
                        value=number(|inputs| inputs.margin.into())
                        min=0.0
                        max=0.5
                        step=0.01
                        on_change=Callback::new(move |margin: f64| session.change(|settings| P::inputs_mut(settings).margin = margin as f32))
                    />
                </Setting>
                <Setting key="share">
                    <Slider
                        label="Share of orange"
                        value=number(|inputs| inputs.share.into())
                        min=0.05
                        max=0.95
                        step=0.05
                        on_change=Callback::new(move |share: f64| session.change(|settings| P::inputs_mut(settings).share = share as f32))
                    />
                </Setting>
            </Show>
            {
                let pairs = pairs.clone();
                move || (data.get() == Data::Iris).then(|| {
                    let options = pairs.clone();
                    view! {
                        <Setting key="measures">
                            <Chips
                                label="Measures of the flowers"
                                options
                                value=Signal::derive(move || settings.with(|settings| P::inputs(settings).measures))
                                on_change=Callback::new(move |measures: Option<(u8, u8)>| session.change(|settings| P::inputs_mut(settings).measures = measures))
                            />
                        </Setting>
                    }
                })
            }
            <SeedField
                seed=Signal::derive(move || session.settings.with(|settings| P::inputs(settings).seed))
                on_change=Callback::new(move |seed: u32| session.change(|settings| P::inputs_mut(settings).seed = seed))
            />
        </div>
    }
}

/// The shares of training and held-out examples that lie on the right side of zero.
#[component]
pub fn AccuracyCurve<P: Linear>(
    /// The main session.
    session: Session<P>,
) -> impl IntoView {
    view! {
        <Figure id="accuracy-curve" technique="learning-curves" title="Accuracy" picture=curves(session, Series::Accuracy, Series::ValidationAccuracy, "right")
            empty="Press Train. The share of right answers is measured as it goes."
        >
            <strong>"Compare the two lines where they come to rest."</strong>
            " The dashed one counts examples that it never learned from. A sum of exactly zero counts as wrong."
        </Figure>
    }
}

/// Where the weights of the unit lie.
#[component]
pub fn AllWeights<P: Linear>(
    /// The main session.
    session: Session<P>,
    /// What zeros and ones show.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="wide">
            <Figure id="weights" technique="weight-histogram" title="All weights" picture=figures::weights(session)
                empty="The weights appear with the first frame."
            >
                <strong>"Try zeros and ones."</strong>
                {children()}
            </Figure>
        </div>
    }
}

/// The unit as a diagram.
#[component]
pub fn Architecture<P: Linear>(
    /// The main session.
    session: Session<P>,
    /// The part that is lit.
    lit: Lit,
    /// What the inputs and the sum are those of.
    children: Children,
) -> impl IntoView {
    view! {
        <Diagram
            technique="feature-maps"
            title="The unit, with live values"
            picture=figures::network(session)
            lit
            part=figures::part
            empty="The unit appears with the first frame."
        >
            <strong>"Step, and watch the weights."</strong>
            {children()}
            " Point at a layer, and its lines light up beside it."
        </Diagram>
    }
}

/// What the unit costs.
#[component]
pub fn UnitCosts<P: Linear>(
    /// The main session.
    session: Session<P>,
    /// Rows that only one lesson has.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let inputs = move || session.snapshot.get().map(|snapshot| P::answer(&snapshot).weights.len());
    view! {
        <Costs
            bench=session.bench
            parameters=Signal::derive(move || inputs().map(|inputs| inputs + 1))
            multiply_adds=Signal::derive(inputs)
        >
            {children.map(|children| children())}
        </Costs>
    }
}

/// ROC, precision and recall, and, for digits, the weights as a picture.
#[component]
pub fn Rates<P: Linear>(
    /// The main session.
    session: Session<P>,
) -> impl IntoView {
    let number = move |read: fn(&super::Answer) -> f64| {
        move || session.snapshot.get().map(|snapshot| format!("{:.4}", read(P::answer(&snapshot))))
    };
    view! {
        <div class="wide grid">
            <Figure id="roc" technique="roc-pr" title="ROC: every threshold at once" picture=figures::roc(session)
                empty="The curve needs both classes."
                controls=move || view! { <Threshold session /> }.into_any()
            >
                <strong>"Move the threshold and watch the cross."</strong>
                " The boundary, the matrix and both curves move with it. Area under the curve: "
                <b data-readout="auc">{number(|answer| answer.auc)}</b>
                "."
            </Figure>
            <Figure id="precision-recall" technique="roc-pr" title="Precision against recall" picture=figures::precision_recall(session)
                empty="The curve needs both classes."
            >
                <strong>"Take the two clouds, make orange rare in the settings, and compare."</strong>
                " ROC hardly notices; this curve does. Average precision: "
                <b data-readout="average-precision">{number(|answer| answer.average_precision)}</b>
                "."
            </Figure>
            <Show when=move || figures::is_digits(session)>
                <Figure id="weight-picture" replay=replay(session.bench) technique="first-layer-filters" title="The weights as a picture" picture=figures::weight_picture(session)>
                    <strong>"Look for a ring and a stroke."</strong>
                    " Orange pixels speak for a one, blue ones for a zero."
                </Figure>
                <DigitPad session />
            </Show>
        </div>
    }
}

/// The one threshold of matrix, curves and boundary.
#[component]
fn Threshold<P: Linear>(session: Session<P>) -> impl IntoView {
    let range = Memo::new(move |before: Option<&f64>| {
        let scores = session.snapshot.get().map_or((-1.0, 1.0), |snapshot| P::answer(&snapshot).scores);
        reach(before.copied(), scores)
    });
    let data = Memo::new(move |_| session.settings.with(|settings| P::inputs(settings).data));
    move || {
        let (reach, [_, class]) = (range.get(), data.get().classes());
        view! {
            <Setting key="threshold">
                <Slider
                    label=format!("Threshold: a sum above it means {class}")
                    value=Signal::derive(move || session.settings.with(|settings| P::inputs(settings).threshold.into()))
                    min=-reach
                    max=reach
                    step={reach / 200.0}
                    on_change=Callback::new(move |threshold: f64| session.change(|settings| P::inputs_mut(settings).threshold = threshold as f32))
                />
            </Setting>
        }
    }
}

/// How far a threshold can be moved to either side: to the largest sum, rounded up to a power of two. As long as it holds
/// all sums and is not eight times too wide it stays: sums that swing must not move the slider under the reader's hand, or
/// build it anew with every frame.
fn reach(before: Option<f64>, (low, high): (f32, f32)) -> f64 {
    let needed = f64::from(low.abs().max(high.abs())).max(0.5).log2().ceil().exp2();
    let needed = if needed.is_finite() { needed } else { 1.0 };
    before.filter(|before| (needed..=8.0 * needed).contains(before)).unwrap_or(needed)
}

/// The plane and its line, for a session beside another one.
pub fn beside<P: Linear>(session: Session<P>, id: &'static str, title: &'static str) -> AnyView {
    view! { <Figure id technique="decision-boundary" title picture=figures::boundary(session) /> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_stays_where_it_is_while_sums_swing() {
        assert_eq!(reach(None, (-1.0, 0.3)), 1.0);
        assert_eq!(reach(None, (f32::NAN, f32::INFINITY)), 1.0);
        assert_eq!(reach(Some(1.0), (-1.5, 0.0)), 2.0);
        let swings = (0..20).map(|step| if step % 2 == 0 { (-0.9, 0.0) } else { (0.0, 3.9) });
        assert_eq!(swings.fold(None, |before, scores| Some(reach(before, scores))), Some(4.0));
        assert_eq!(reach(Some(1024.0), (-0.9, 0.0)), 1.0);
    }
}
