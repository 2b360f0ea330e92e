//! Digits whose pixels are shuffled, all in the same way: an MLP does not care, LeNet does.

use leptos::prelude::*;

use crate::{
    lessons::{
        lenet,
        mlp::{Data, Mlp, Settings},
        pictures::PictureSet,
    },
    session::{
        Session,
        history::Curves,
        protocol::{Protocol, Series as Curve},
    },
    site::{
        experiment::{Experiment, Guess, Progress, run_to_stop, train_to_stop},
        figures::compared,
    },
    widgets::{Axis, Figure},
};

/// Steps of each network.
const STEPS: u32 = 300;
/// Digits that each of them learns from.
const EXAMPLES: u32 = 12_000;

/// One network on digits as they are, and on shuffled ones.
type Twins<P> = [Session<P>; 2];

fn accuracy<P: Protocol>(twins: Twins<P>) -> [f64; 2] {
    twins.map(|twin| twin.bench.last(Curve::ValidationAccuracy).unwrap_or_default())
}

/// The experiment.
#[component]
pub fn Shuffle(
    /// The seed of the lesson.
    seed: Callback<(), u32>,
) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let mlp = RwSignal::new(None::<Twins<Mlp>>);
    let lenet = RwSignal::new(None::<Twins<lenet::Lenet>>);
    let on_run = Callback::new(move |()| {
        let seed = seed.run(());
        lenet.set(None);
        let settings = Settings { stop: STEPS, examples: EXAMPLES, whole: true, seed, ..Settings::of(Data::Mnist) };
        let twins = [false, true].map(|shuffle| Session::on_cpu(Settings { shuffle, ..settings.clone() }));
        mlp.set(Some(twins));
        train_to_stop(twins.map(|twin| twin.bench).to_vec(), (2 * STEPS).into(), progress, move || {
            let settings = lenet::Settings {
                set: PictureSet::Mnist,
                stop: STEPS,
                examples: EXAMPLES,
                whole: true,
                seed,
                ..lenet::Settings::default()
            };
            let pair = [false, true]
                .map(|shuffle| Session::<lenet::Lenet>::on_cpu(lenet::Settings { shuffle, ..settings.clone() }));
            lenet.set(Some(pair));
            run_to_stop(pair.map(|twin| twin.bench).to_vec(), STEPS.into(), progress, move || {
                let [plain, shuffled] = accuracy(twins).map(|share| share * 100.0);
                let [seen, blurred] = accuracy(pair).map(|share| share * 100.0);
                format!(
                    "After {STEPS} updates the MLP reads {plain:.1} % of the digits as they are and {shuffled:.1} % with every pixel moved to a random place. LeNet reads {seen:.1} % and {blurred:.1} %: it had counted on neighbours."
                )
            });
        });
    });
    let picture = Signal::derive(move || {
        let line = |curves: RwSignal<Curves>| curves.with(|curves| curves.line(Curve::ValidationAccuracy).to_vec());
        let mlp = mlp.get()?.map(|twin| line(twin.curves));
        let [plain, shuffled] = mlp;
        let mut lines = vec![("MLP", plain), ("MLP, shuffled", shuffled)];
        if let Some(lenet) = lenet.get() {
            let [plain, shuffled] = lenet.map(|twin| line(twin.curves));
            lines.extend([("LeNet", plain), ("LeNet, shuffled", shuffled)]);
        }
        compared(lines, Axis::new("held-out accuracy").percent().from(0.0).to(1.0))
    });
    view! {
        <Experiment
            id="shuffle"
            label="Shuffle the pixels"
            about="Twins with the same seed and the same batches. One sees digits, the other the same digits with all pixels shuffled, in the same way for every picture. First two MLPs, then two LeNets."
            progress
            on_run
            guess=Guess {
                question: "How well will the MLP read that sees shuffled digits?",
                choices: &["as well as the other", "worse by more than 2 points", "not at all"],
                outcome: Callback::new(move |()| {
                    let [plain, shuffled] = accuracy(mlp.get_untracked()?);
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
            <strong>"Watch which lines part."</strong>
            " Where they do not, the order of the pixels was never used."
        </Figure>
    }
}
