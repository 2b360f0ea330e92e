//! Expose weakness: no idea of space, and gradients that vanish with depth.

use leptos::prelude::*;
use models::{foundations::mlp::Activation, train::optimizer::OptimizerKind};

use crate::{
    lessons::mlp::{Command, Data, Mlp, Settings},
    session::{Session, protocol::Series as Curve},
    site::{
        experiment::{Experiment, Guess, Progress, run_to_stop},
        frame::{NextLesson, Stage, StageKind},
    },
    widgets::{Axis, Chart, Figure, Ink, Series as Line},
};

/// Steps of the shuffled-pixels twins.
const SHUFFLE_STEPS: u32 = 300;
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
            <Shift seed=Callback::new(move |()| seed()) />
            <Shuffle seed=Callback::new(move |()| seed()) />
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

#[component]
fn Shift(seed: Callback<(), u32>) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let slot = RwSignal::new(None::<Session<Mlp>>);
    let shifts = Signal::derive(move || {
        let snapshot = slot.get()?.snapshot.get()?;
        snapshot.pictures.as_ref().map(|view| view.shifts.clone()).filter(|shifts| !shifts.is_empty())
    });
    let on_run = Callback::new(move |()| {
        progress.set(Progress::Running(0.0));
        let settings = Settings { pretrained: true, examples: 500, seed: seed.run(()), ..Settings::of(Data::Mnist) };
        let session = Session::on_cpu(settings);
        slot.set(Some(session));
        session.command(Command::MeasureShift);
    });
    Effect::new(move |_| {
        if let Some(trouble) = slot.get().and_then(|session| session.bench.trouble.get()) {
            progress.set(Progress::Done(trouble.sentence));
        } else if let Some(shifts) = shifts.get() {
            let percent = |shift: usize| shifts.get(shift).copied().unwrap_or_default() * 100.0;
            progress.set(Progress::Done(format!(
                "In place it reads {:.1} % of 1,000 held-out digits; moved right by 2 pixels {:.1} %, by 4 pixels {:.1} %, by 8 pixels {:.1} %.",
                percent(0), percent(2), percent(4), percent(8),
            )));
        }
    });
    let picture = Signal::derive(move || {
        shifts.get().map(|shifts| Chart {
            series: vec![Line::new(
                "MLP",
                shifts.iter().enumerate().map(|(shift, share)| (shift as f64, f64::from(*share))).collect(),
                Ink::Class(1),
            )],
            x: Axis::new("pixels moved to the right").integer().from(0.0),
            y: Axis::new("held-out accuracy").percent().from(0.0).to(1.0),
            ..Chart::default()
        })
    });
    view! {
        <Experiment
            id="shift"
            label="Move the digits"
            about="The trained network reads the same 1,000 held-out digits again and again, each time moved one pixel further to the right. To your eye nothing changes."
            progress
            on_run
        />
        <Figure
            id="shift-test"
            technique="learning-curves"
            title="Accuracy against shift"
            picture
            empty="Not measured yet. How many pixels would you give it?"
        >
            <strong>"Watch how soon it falls."</strong>
            " Guessing gives 10 %."
        </Figure>
    }
}

/// The same curve of both twins.
fn twin_chart(twins: Option<[Session<Mlp>; 2]>, names: [&str; 2], series: [Curve; 2], y: Axis) -> Option<Chart> {
    let [first, second] = twins?;
    let line = |session: Session<Mlp>, name: &str, series, ink| {
        session.curves.with(|curves| Line::new(name, curves.line(series).to_vec(), ink))
    };
    let lines = vec![
        line(first, names[0], series[0], Ink::Class(0)),
        line(second, names[1], series[1], Ink::Class(1)).dashed(),
    ];
    lines.iter().any(|line| line.points.len() > 1).then(|| Chart {
        series: lines,
        x: Axis::new("step").integer().from(0.0),
        y,
        ..Chart::default()
    })
}

#[component]
fn Shuffle(seed: Callback<(), u32>) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let slot = RwSignal::new(None::<[Session<Mlp>; 2]>);
    let on_run = Callback::new(move |()| {
        let settings =
            Settings { stop: SHUFFLE_STEPS, examples: 12_000, seed: seed.run(()), ..Settings::of(Data::Mnist) };
        let twins = [false, true].map(|shuffle| Session::on_cpu(Settings { shuffle, ..settings.clone() }));
        slot.set(Some(twins));
        run_to_stop(twins.map(|twin| twin.bench).to_vec(), SHUFFLE_STEPS.into(), progress, move || {
            let [plain, shuffled] =
                twins.map(|twin| twin.bench.last(Curve::ValidationAccuracy).unwrap_or_default() * 100.0);
            format!(
                "After {SHUFFLE_STEPS} updates: {plain:.1} % on digits as they are, {shuffled:.1} % with every pixel moved to a random place. A picture that no eye can read costs it {:.1} points.",
                plain - shuffled,
            )
        });
    });
    let picture = Signal::derive(move || {
        let twins = slot.get();
        let y = Axis::new("held-out accuracy").percent().from(0.0).to(1.0);
        twin_chart(twins, ["as they are", "shuffled"], [Curve::ValidationAccuracy; 2], y)
    });
    view! {
        <Experiment
            id="shuffle"
            label="Shuffle the pixels"
            about="Twins with the same seed and the same batches. One sees digits, the other the same digits with all pixels shuffled, in the same way for every picture."
            progress
            on_run
            guess=Guess {
                question: "How well will the one read that sees shuffled digits?",
                choices: &["as well as the other", "worse by more than 2 points", "not at all"],
                outcome: Callback::new(move |()| {
                    let [plain, shuffled] =
                        slot.get_untracked()?.map(|twin: Session<Mlp>| twin.bench.last(Curve::ValidationAccuracy));
                    let (plain, shuffled) = (plain?, shuffled?);
                    Some(if shuffled < 0.2 { 2 } else { usize::from(plain - shuffled > 0.02) })
                }),
            }
        />
        <Figure
            id="shuffle-test"
            technique="learning-curves"
            title="Digits against shuffled digits"
            picture
            empty="Not run yet. Which twin do you expect ahead?"
        >
            <strong>"Watch whether the lines part."</strong>
            " If they do not, the order of the pixels was never used."
        </Figure>
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
                "With ten sigmoid layers the first layer's gradient is {:.1e} times the last one's, and the network reads {:.1} % of the digits; guessing reads 10 %. With ReLU the ratio is {:.1} and it reads {:.1} %.",
                sigmoid.0, sigmoid.1, relu.0, relu.1,
            )
        });
    });
    let last = Curve::Gradient(DEEP as u16);
    let flow = move |which: usize, names: [&'static str; 2]| {
        Signal::derive(move || {
            let twin = slot.get()?[which];
            twin_chart(Some([twin, twin]), names, [Curve::Gradient(0), last], Axis::new("mean |gradient|").log())
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
                picture=flow(0, ["first layer", "last layer"])
                empty="Not run yet."
            >
                <strong>"Watch the distance"</strong>
                " between the two lines; every mark on the scale is a factor of ten."
            </Figure>
            <Figure
                id="vanishing-relu"
                technique="gradient-flow"
                title="Ten ReLU layers"
                picture=flow(1, ["first layer", "last layer"])
                empty="Not run yet."
            >
                <strong>"The same network with ReLU."</strong>
                " The slope of a ReLU that is on is one, so nothing is lost on the way."
            </Figure>
        </div>
    }
}
