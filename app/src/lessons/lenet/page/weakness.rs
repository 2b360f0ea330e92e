//! Expose weakness: turned, resized, inverted digits, and a letter that becomes a digit.

use leptos::prelude::*;
use models::data::{letters, transforms::Transform};

use super::figures;
use crate::{
    lessons::{
        lenet::{Command, Found, Lenet, Settings, Test},
        pictures::{
            PictureSet, Shown,
            changed::{Change, Changed, ChangedDigit, Reader},
            figures as school,
        },
    },
    session::Session,
    site::{
        experiment::{Experiment, Guess, Inquiry, inquire},
        frame::{NextLesson, Stage, StageKind},
    },
    widgets::{Figure, ImageGrid, Ink, Scale, Tile},
};

/// The fourth stage.
#[component]
pub fn Weakness(
    /// The main session; these experiments leave it alone and run in sessions of their own.
    session: Session<Lenet>,
) -> impl IntoView {
    let seed = Callback::new(move |()| session.settings.with_untracked(|settings| settings.seed));
    view! {
        <Stage kind=StageKind::Weakness claim="It forgives a small shift and little else, and it never says “I do not know”">
            <p>
                "The window slides, so a filter finds its stroke wherever it lies; only the last layers still know places. Turning, growing and "
                "changing colour are not built in anywhere. For each of these the network has only what the training digits happened to show."
            </p>
            <Rotate seed />
            <Resize seed />
            <Invert seed />
            <p>
                "Ten outputs share one certainty among them. There is no eleventh for everything else, so whatever you show it becomes a digit."
            </p>
            <Letters seed />
            <NextLesson slug="alexnet">"Photographs turn, grow and change colour all the time. What helped was depth, more data, and pictures changed on purpose."</NextLesson>
        </Stage>
    }
}

/// A trained network in a worker of its own that is asked one thing.
pub fn ask(seed: u32, command: Command) -> Session<Lenet> {
    let settings = Settings { examples: 500, seed, ..Settings::default().trained(PictureSet::Mnist) };
    let session = Session::on_cpu(settings);
    session.command(command);
    session
}

/// One change of all held-out digits, measured; its network stays in the slot.
fn trial(
    test: Test,
    seed: Callback<(), u32>,
    slot: RwSignal<Option<Session<Lenet>>>,
    finding: fn(&Found) -> String,
) -> Inquiry<Found> {
    inquire(
        move || {
            let session = ask(seed.run(()), Command::Measure(test));
            slot.set(Some(session));
            session
        },
        |snapshot| snapshot.measured.as_ref().map(|(_, found)| found.clone()),
        finding,
    )
}

/// Accuracy and certainty, in percent, where the change is as near as can be to this amount.
fn at(found: &Found, amount: f32) -> (f32, f32) {
    let off = |point: &(f32, f32, f32)| (point.0 - amount).abs();
    let nearest = found.iter().min_by(|a, b| off(a).total_cmp(&off(b)));
    nearest.map_or((0.0, 0.0), |point| (point.1 * 100.0, point.2 * 100.0))
}

#[component]
fn Rotate(seed: Callback<(), u32>) -> impl IntoView {
    let slot = RwSignal::new(None);
    let change = Change {
        label: "Turned by",
        unit: "degrees",
        range: (0.0, 180.0),
        step: 15.0,
        transform: |degrees| Transform::Rotate { degrees },
    };
    let changed = Changed::new(vec![Reader::new("rotation-answer", "LeNet", slot.into())], change, 0.0);
    let Inquiry { progress, found, on_run } = trial(Test::Rotate, seed, slot, |found| {
        let [(upright, _), (half, _), (quarter, sure), (over, _)] =
            [0.0, 45.0, 90.0, 180.0].map(|turn| at(found, turn));
        format!(
            "Upright it reads {upright:.1} %, turned by 45° {half:.1} %, by 90° {quarter:.1} %, upside down {over:.1} %. At 90° it is still {sure:.0} % sure of itself on average."
        )
    });
    let picture =
        Signal::derive(move || Some(figures::measured(&found.get()?, "degrees turned", changed.amount.get())));
    view! {
        <Experiment
            id="rotate"
            label="Turn the digits"
            about="The trained network reads 1,000 held-out digits, turned by 15 degrees more each time."
            progress
            on_run
            shows=move || view! { <ChangedDigit id="rotation-digit" changed /> }
            guess=Guess {
                question: "At which turn does it read fewer than half of them?",
                choices: &["below 30°", "between 30° and 60°", "beyond 60°"],
                outcome: Callback::new(move |()| {
                    let found = found.get_untracked()?;
                    let lost = found.iter().find(|point| point.1 < 0.5).map_or(180.0, |point| point.0);
                    Some(usize::from(lost >= 30.0) + usize::from(lost > 60.0))
                }),
            }
        />
        <Figure id="rotation-test" technique="learning-curves" title="Accuracy against turning" picture empty="Not measured yet.">
            <strong>"Compare the two lines."</strong>
            " The share that is right falls; how sure the network is falls far less. Upside down, a 0 or a 1 is still itself, so the line does not end at 10 %."
        </Figure>
    }
}

#[component]
fn Resize(seed: Callback<(), u32>) -> impl IntoView {
    let slot = RwSignal::new(None);
    let change = Change {
        label: "Its size",
        unit: "times",
        range: (0.4, 1.6),
        step: 0.1,
        transform: |factor| Transform::Scale { factor },
    };
    let changed = Changed::new(vec![Reader::new("scale-answer", "LeNet", slot.into())], change, 1.0);
    let Inquiry { progress, found, on_run } = trial(Test::Scale, seed, slot, |found| {
        let [(half, _), (same, _), (large, _)] = [0.5, 1.0, 1.5].map(|factor| at(found, factor));
        format!(
            "At half the size it reads {half:.1} %, as they are {same:.1} %, one and a half times as large {large:.1} %."
        )
    });
    let picture =
        Signal::derive(move || Some(figures::measured(&found.get()?, "times the size", changed.amount.get())));
    view! {
        <Experiment
            id="scale"
            label="Resize the digits"
            about="The same digits from two fifths of their size to eight fifths."
            progress
            on_run
            shows=move || view! { <ChangedDigit id="scale-digit" changed /> }
        />
        <Figure id="scale-test" technique="learning-curves" title="Accuracy against size" picture empty="Not measured yet.">
            <strong>"It reads best near 1."</strong>
            " A filter of five pixels fits strokes of one width. Half as wide, they are another thing to it."
        </Figure>
    }
}

#[component]
fn Invert(seed: Callback<(), u32>) -> impl IntoView {
    let slot = RwSignal::new(None::<Session<Lenet>>);
    let Inquiry { progress, on_run, .. } = trial(Test::Invert, seed, slot, |found| {
        let ((same, _), (inverted, sure)) = (at(found, 0.0), at(found, 1.0));
        format!(
            "Ink on paper: {same:.1} % right. Paper on ink: {inverted:.1} % right, and it is {sure:.0} % sure of itself on average."
        )
    });
    let picture = Signal::derive(move || {
        let snapshot = slot.get()?.snapshot.get()?;
        let tile = |(shown, sure): &(Shown, f32)| {
            let mark = (shown.called != shown.truth).then_some(Ink::Bad);
            school::tile(&shown.pixels, format!("{}: {:.0} %", shown.called, sure * 100.0), mark)
        };
        let images: Vec<Tile> = snapshot.inverted.iter().map(tile).collect();
        (!images.is_empty()).then_some(ImageGrid { images, columns: 0, scale: Scale::Grey, tile: 84.0 })
    });
    view! {
        <Experiment
            id="invert"
            label="Exchange ink and paper"
            about="Dark digits on light ground become light digits on dark ground. You read both."
            progress
            on_run
        />
        <Figure id="inverted" technique="sample-grid" title="Ten digits, ink and paper exchanged" picture empty="Not shown yet. You will read all ten.">
            <strong>"Read them, then read below them."</strong>
            " There stands what the network calls each, and how sure it is. A framed one is called wrongly. Its filters learned ink on paper, so the ground is now the loudest thing in the picture."
        </Figure>
    }
}

#[component]
fn Letters(seed: Callback<(), u32>) -> impl IntoView {
    let Inquiry { progress, found, on_run } = inquire(
        move || ask(seed.run(()), Command::Letters),
        |snapshot| (!snapshot.letters.is_empty()).then(|| snapshot.letters.clone()),
        |found| {
            let sure = found.iter().filter(|(.., sure)| *sure > 0.9).count();
            let most = found.iter().max_by(|(.., a), (.., b)| a.total_cmp(b));
            let most = most.map(|(letter, digit, sure)| {
                format!(" The surest: {letter} is a {digit}, with {:.1} % certainty.", sure * 100.0)
            });
            format!(
                "Of {} letters it calls {sure} a digit with more than 90 % certainty.{}",
                found.len(),
                most.unwrap_or_default(),
            )
        },
    );
    let picture = Signal::derive(move || {
        let images: Vec<Tile> = found
            .get()?
            .into_iter()
            .map(|(letter, digit, sure)| {
                let pixels = letters::picture(letter).unwrap_or_default();
                let mark = (sure > 0.9).then_some(Ink::Bad);
                school::tile(&pixels, format!("{digit}: {:.0} %", sure * 100.0), mark)
            })
            .collect();
        Some(ImageGrid { images, columns: 0, scale: Scale::Grey, tile: 84.0 })
    });
    view! {
        <Experiment
            id="letter"
            label="Show it letters"
            about="Ten letters, none of which it has ever seen, in the size and stroke of a digit."
            progress
            on_run
        />
        <Figure id="letters" technique="sample-grid" title="Letters, called by a digit’s name" picture empty="Not shown yet. What would you call an A, if you knew digits only?">
            <strong>"Look at the frames."</strong>
            " A framed letter was called a digit with more than 90 % certainty. Softmax compares ten digits with each other, never with anything else."
        </Figure>
    }
}
