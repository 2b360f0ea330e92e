//! The shift test: two trained networks read the same digits, moved further and further to the right.

use leptos::prelude::*;
use models::data::transforms::Transform;

use super::changed::{Change, Changed, ChangedDigit, Reader};
use crate::{
    lessons::{lenet, mlp},
    session::{Bench, Session},
    site::experiment::{Experiment, Guess, Progress},
    widgets::{Axis, Chart, Figure, Ink, Marker, Series as Line},
};

/// Pixels between a digit and the edge of its picture: MNIST's digits are 20 pixels large and lie in 28.
const MARGIN: f64 = 4.0;

/// Both networks, as long as the experiment is looked at.
#[derive(Clone, Copy)]
struct Twins {
    lenet: Session<lenet::Lenet>,
    mlp: Session<mlp::Mlp>,
}

impl Twins {
    fn start(seed: u32) -> Self {
        let lenet =
            lenet::Settings { examples: 500, seed, ..lenet::Settings::default().trained(super::PictureSet::Mnist) };
        let mlp = mlp::Settings { pretrained: true, examples: 500, seed, ..mlp::Settings::of(mlp::Data::Mnist) };
        let twins = Self { lenet: Session::on_cpu(lenet), mlp: Session::on_cpu(mlp) };
        twins.lenet.command(lenet::Command::Measure(lenet::Test::Shift));
        twins.mlp.command(mlp::Command::MeasureShift);
        twins
    }

    /// Accuracy for every shift from 0 pixels on: LeNet's, the MLP's; nothing until both are measured.
    fn measured(self) -> Option<[Vec<f32>; 2]> {
        let lenet = self.lenet.snapshot.get()?;
        let (_, found) = lenet.measured.as_ref()?;
        let mlp = self.mlp.snapshot.get()?;
        let shifts =
            mlp.pictures.as_ref().map(|view| view.shifts.clone()).filter(|shifts| shifts.len() == found.len())?;
        Some([found.iter().map(|point| point.1).collect(), shifts])
    }

    fn benches(self) -> [Bench; 2] {
        [self.lenet.bench, self.mlp.bench]
    }
}

/// The experiment, in the lesson of either network.
#[component]
pub fn ShiftTest(
    /// The seed of the lesson that asks.
    seed: Callback<(), u32>,
) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let slot = RwSignal::new(None::<Twins>);
    let measured = Memo::new(move |_| slot.get()?.measured());
    let on_run = Callback::new(move |()| {
        progress.set(Progress::Running(0.0));
        slot.set(Some(Twins::start(seed.run(()))));
    });
    Effect::new(move |_| {
        let Some(twins) = slot.get() else { return };
        if let Some(trouble) = twins.benches().iter().find_map(|bench| bench.trouble.get()) {
            progress.set(Progress::Done(trouble.sentence));
        } else if let Some([lenet, mlp]) = measured.get() {
            let percent = |list: &[f32], shift: usize| list.get(shift).copied().unwrap_or_default() * 100.0;
            progress.set(Progress::Done(format!(
                "In place LeNet reads {:.1} % of 1,000 held-out digits and the MLP {:.1} %. Moved right by 3 pixels it is {:.1} % and {:.1} %, by 8 pixels {:.1} % and {:.1} %.",
                percent(&lenet, 0), percent(&mlp, 0), percent(&lenet, 3), percent(&mlp, 3), percent(&lenet, 8), percent(&mlp, 8),
            )));
        }
    });
    let readers = vec![
        Reader::new("shift-lenet", "LeNet", Signal::derive(move || slot.get().map(|twins| twins.lenet))),
        Reader::new("shift-mlp", "the MLP", Signal::derive(move || slot.get().map(|twins| twins.mlp))),
    ];
    let change = Change {
        label: "Moved to the right by",
        unit: "pixels",
        range: (0.0, 8.0),
        step: 1.0,
        transform: |right| Transform::Shift { right, down: 0.0 },
    };
    let changed = Changed::new(readers, change, 0.0);
    let picture = Signal::derive(move || {
        let [lenet, mlp] = measured.get()?;
        let line = |name: &str, shifts: &[f32], ink| {
            let points = shifts.iter().enumerate().map(|(shift, share)| (shift as f64, f64::from(*share)));
            Line::new(name, points.collect(), ink)
        };
        Some(Chart {
            series: vec![line("LeNet", &lenet, Ink::Class(0)), line("MLP", &mlp, Ink::Class(1)).dashed()],
            x: Axis::new("pixels moved to the right").integer().from(0.0),
            y: Axis::new("held-out accuracy").percent().from(0.0).to(1.0),
            markers: vec![Marker { x: MARGIN, label: "leaving the frame".into(), color: Ink::Soft }],
            cursor: Some(changed.amount.get()),
            ..Chart::default()
        })
    });
    view! {
        <Experiment
            id="shift"
            label="Move the digits"
            about="Both trained networks read the same 1,000 held-out digits again and again, each time moved one pixel further to the right. To your eye nothing changes until they leave the frame. Neither was shown a moved digit in training."
            progress
            on_run
            shows=move || view! { <ChangedDigit id="shift-digit" changed /> }
            guess=Guess {
                question: "By how many pixels can LeNet’s digits move before it reads fewer than half?",
                choices: &["1 or 2", "3 to 5", "6 or more"],
                outcome: Callback::new(move |()| {
                    let [lenet, _] = measured.get_untracked()?;
                    let lost = lenet.iter().position(|share| *share < 0.5).unwrap_or(lenet.len());
                    Some(match lost {
                        0..3 => 0,
                        3..6 => 1,
                        _ => 2,
                    })
                }),
            }
        />
        <Figure
            id="shift-test"
            technique="learning-curves"
            title="Accuracy against shift"
            picture
            empty="Not measured yet. How many pixels would you give each of them?"
        >
            <strong>"Watch the gap between the lines."</strong>
            " The upright line stands where your digit’s slider stands."
            " A filter finds its stroke wherever it lies, and pooling forgets a pixel or two. The last layers still know places, and they learned digits that lie in the middle. From the dotted line on digits leave the frame, and less is left to read. Guessing gives 10 %."
        </Figure>
    }
}
