//! Expose weakness: no idea of space, and gradients that vanish with depth.

use leptos::prelude::*;
use models::{foundations::mlp::Activation, train::optimizer::OptimizerKind};

use super::{known::Known, shuffle::Shuffle};
use crate::{
    lessons::{
        mlp::{Data, Mlp, Settings},
        pictures::shift::ShiftTest,
    },
    session::{Session, protocol::Series as Curve},
    site::{
        experiment::{Experiment, Progress, run_to_stop},
        figures::compared,
        frame::{NextLesson, Stage, StageKind},
    },
    widgets::{Axis, Figure, grouped},
};

/// Steps of the ten-layer twins.
const VANISH_STEPS: u32 = 300;
/// Hidden layers of the deep twins.
const DEEP: usize = 10;

/// The fourth stage.
#[component]
pub fn Weakness(
    /// The main session; these experiments leave it alone and run in sessions of their own.
    session: Session<Mlp>,
) -> impl IntoView {
    let seed = move || session.settings.with_untracked(|settings| settings.seed);
    view! {
        <Stage kind=StageKind::Weakness claim="It has no idea of space, and depth starves it">
            <p>
                "To this network a picture is a list of 784 numbers. That two pixels are neighbours is nowhere said and never learned. "
                "A digit moved by a few pixels lights other inputs, so to the network it is another thing."
            </p>
            <ShiftTest seed=Callback::new(move |()| seed()) />
            <Shuffle seed=Callback::new(move |()| seed()) />
            <Known />
            <NextLesson slug="lenet">"A network that looks at neighbours with the same weights everywhere answers both."</NextLesson>
            <p>
                "More layers should mean more power. But every sigmoid passes at most a quarter of the slope on, and ten of them pass "
                "almost nothing. The first layers hear no error, so they do not learn."
            </p>
            <Vanish seed=Callback::new(move |()| seed()) />
            <NextLesson slug="resnet">"A path around each layer keeps the slope alive through a hundred of them."</NextLesson>
        </Stage>
    }
}

/// A gradient beside another one, in words.
fn compared_with(ratio: f64) -> String {
    match ratio {
        ratio if ratio >= 0.1 => format!("{ratio:.1} times"),
        ratio if ratio > 0.0 => format!("one part in {} of", grouped((1.0 / ratio).round() as u64)),
        _ => "nothing beside".into(),
    }
}

#[component]
fn Vanish(seed: Callback<(), u32>) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let slot = RwSignal::new(None::<[Session<Mlp>; 2]>);
    let on_run = Callback::new(move |()| {
        let deep = Settings {
            hidden: vec![64; DEEP],
            optimizer: OptimizerKind::Sgd,
            rate: 0.1,
            batch: 64,
            examples: 12_000,
            whole: true,
            stop: VANISH_STEPS,
            seed: seed.run(()),
            ..Settings::of(Data::Mnist)
        };
        let twins = [Activation::Sigmoid, Activation::Relu]
            .map(|activation| Session::on_cpu(Settings { activation, ..deep.clone() }));
        slot.set(Some(twins));
        run_to_stop(twins.map(|twin| twin.bench).to_vec(), VANISH_STEPS.into(), progress, move || {
            let [sigmoid, relu] = twins.map(|twin| {
                let first = twin.bench.last(Curve::Gradient(0)).unwrap_or_default();
                let last = twin.bench.last(Curve::Gradient(DEEP as u16)).unwrap_or_default();
                let accuracy = twin.bench.last(Curve::ValidationAccuracy).unwrap_or_default() * 100.0;
                (first / last, accuracy)
            });
            format!(
                "With ten sigmoid layers the first layer’s gradient is {} the last one’s, and the network reads {:.1}\u{a0}% of the digits; guessing reads 10\u{a0}%. With ReLU it is {} the last one’s, and it reads {:.1}\u{a0}%.",
                compared_with(sigmoid.0),
                sigmoid.1,
                compared_with(relu.0),
                relu.1,
            )
        });
    });
    let last = Curve::Gradient(DEEP as u16);
    let flow = move |which: usize| {
        Signal::derive(move || {
            let twin = slot.get()?[which];
            let line = |series| twin.curves.with(|curves| curves.line(series).to_vec());
            let lines = vec![("first layer", line(Curve::Gradient(0))), ("last layer", line(last))];
            compared(lines, Axis::new("mean |gradient|").log())
        })
    };
    view! {
        <Experiment
            id="vanish"
            label="Stack ten layers"
            about="Twins with ten hidden layers of 64 units, the same seed, the same batches and plain gradient descent. One bends with sigmoids, the other with ReLU."
            progress
            on_run
        />
        <div class="wide grid">
            <Figure
                id="vanishing"
                technique="gradient-flow"
                title="Ten sigmoid layers"
                picture=flow(0)
                empty="Not run yet."
            >
                <strong>"Watch the distance"</strong>
                " between the two lines, and read the powers of ten on the scale."
            </Figure>
            <Figure
                id="vanishing-relu"
                technique="gradient-flow"
                title="Ten ReLU layers"
                picture=flow(1)
                empty="Not run yet."
            >
                <strong>"The same network with ReLU."</strong>
                " The slope of a ReLU that is on is one: what passes it arrives undiminished, so much less is lost on the way."
            </Figure>
        </div>
    }
}
