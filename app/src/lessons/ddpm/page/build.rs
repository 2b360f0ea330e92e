//! Build: the U-Net of the pictures, and the few layers that do the same for points.

use leptos::prelude::*;

use super::{desk::Desk, diagram::UShape, field::with_view, maps::StagesAtWork, stored::Stored};
use crate::{
    lessons::ddpm::{Ddpm, LESSON, pictures::Net},
    session::Session,
    site::{
        figures::{gradient_flow, weight_histogram},
        frame::{Stage, StageKind, replay},
        parts::{Costs, Lit, Source, Weights},
    },
    widgets::{Figure, PointEvent, Stroke},
};

/// The layers of the points' network that have weights, by name.
const LAYERS: [&str; 4] = ["layer 1", "layer 2", "layer 3", "layer 4: v"];

/// The stage.
#[component]
pub fn Build(
    /// The bench's session.
    session: Session<Ddpm>,
    /// The desk of the pictures.
    desk: Desk,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let settings = session.settings;
    let at = RwSignal::new(None::<&'static str>);
    let picture = Signal::derive(move || {
        let network = settings.with(|settings| UShape::of(settings.pictures.net, lit.0.get()));
        Some(UShape { at: at.get(), ..network })
    });
    let on_point = Callback::new(move |event: PointEvent| {
        let part = picture.with_untracked(|it| it.as_ref()?.part_at(event.x, event.y, event.width));
        if let Some(part) = part.filter(|_| event.kind != Stroke::Leave)
            && lit.0.get_untracked() != Some(part)
        {
            lit.0.set(Some(part));
        }
    });
    let of_pictures = move |cost: fn(&UShape) -> usize| move || picture.with(|it| it.as_ref().map(cost));
    let of_points = move |cost: fn(&models::generative::score::ScoreConfig) -> usize| {
        Signal::derive(move || Some(settings.with(|settings| cost(&settings.points.network()))))
    };
    let weights = Signal::derive(move || {
        let layers = with_view(session, |view| view.layers.clone())?;
        let rows = LAYERS.iter().zip(&layers);
        weight_histogram(rows.map(|(name, layer)| ((*name).to_owned(), &*layer.histogram, layer.span)).collect())
    });
    view! {
        <Stage kind=StageKind::Build claim="A network that draws nothing: it looks at a picture and names the noise in it">
            <p>
                "What goes in is a noisy picture, and what comes out has the same size. To tell noise from a sleeve the network must see fine detail and the whole at "
                "once. So it goes down to small maps, where every place attends to every other, and comes up again. On the way up it is handed the maps "
                "of the same size from the way down, for the detail that got lost below. Every block is told how much noise there is, and what is to be seen."
            </p>
            <div class="wide source-pair">
                <Figure
                    id="architecture"
                    technique="feature-maps"
                    title="The network of the pictures"
                    picture
                    on_point
                >
                    <strong>"Follow the letter U, and the arrows across it."</strong>
                    " In brackets maps, rows and columns of what leaves a box; after the dot its weights. Point at a box, and its lines light up beside it."
                </Figure>
                <Source lesson=&LESSON lit />
            </div>
            <div class="wide"><StagesAtWork desk lit at /></div>
            <Costs
                bench=session.bench
                parameters=of_points(|network| network.parameter_count())
                multiply_adds=of_points(|network| network.multiply_adds())
                multiply_adds_of="multiply-adds for one point, once"
            >
                <dt>"parameters of the pictures’ network"</dt>
                <dd data-readout="picture-parameters">{of_pictures(|it| it.config.parameter_count())}</dd>
                <dt>"its multiply-adds for one picture, once"</dt>
                <dd data-readout="picture-multiply-adds">{of_pictures(|it| it.config.multiply_adds(it.side))}</dd>
            </Costs>
            {Net::ALL.map(|net| view! {
                <Weights
                    name=net.weights()
                    bench=desk.pictures.bench
                    on_load=Callback::new(move |()| {
                        session.change(|settings| settings.pictures.net = net);
                        desk.fetch(net);
                    })
                    in_use=Signal::derive(move || session.settings.with(|settings| settings.pictures.net == net))
                />
            })}
            <p>
                "Ho, Jain and Abbeel’s network has 35.7 million parameters and attends at 16 × 16 places; it names ε. Both networks here say v (Salimans and Ho, 2022), a mixture of noise and picture from which ε "
                "follows, because at the two ends of time one of the two can hardly be told. The network of the points needs no maps: "
                "four layers of units see the point and some waves of the time."
            </p>
            <div class="wide grid">
                <Figure
                    id="gradients"
                    technique="gradient-flow"
                    title="Gradient of each layer"
                    picture=gradient_flow(session, Signal::stored(LAYERS.map(str::to_owned).to_vec()))
                    empty="The first update brings the first gradients."
                >
                    <strong>"See how long they stay large."</strong>
                    " Each step asks about other points, other noise and other times, so the gradient trembles to the end, though the loss hardly moves."
                </Figure>
                <Figure
                    id="weights"
                    replay=replay(session.bench)
                    technique="weight-histogram"
                    title="Weights of the points’ network"
                    picture=weights
                    empty="The weights appear with the first frame."
                >
                    <strong>"Watch the last layer."</strong>
                    " It begins small, so that at first every point is called noise, and spreads as it takes the data’s part."
                </Figure>
            </div>
            <div class="wide"><Stored session /></div>
        </Stage>
    }
}
