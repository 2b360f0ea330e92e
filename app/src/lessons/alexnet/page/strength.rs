//! Demonstrate strength: it names photographs, shows where it looked, and eight years later there are a thousand names.

use leptos::{html, prelude::*};

use super::{
    desk::Desk,
    explain::{Classes, Explained},
    figures::{self, percent},
    trial::{self, CHURCH, KNOWN, Tried, known, truth},
};
use crate::{
    lessons::alexnet::{Finding, Trial, Which, settings::CLASSES},
    provenance,
    site::{
        experiment::{Experiment, Guess},
        frame::{Stage, StageKind},
        parts::Weights,
    },
    widgets::{Figure, Ink, Photo, PhotoGrid, PhotoSource, PhotoTile, saves_data, when_seen},
};

/// The third stage.
#[component]
pub fn Strength(
    /// The reader's desk.
    desk: Desk,
) -> impl IntoView {
    let measured = provenance::find(Which::AlexNet.weights()).and_then(|weights| {
        let accuracy = weights.metrics.iter().find(|metric| metric.name == "accuracy")?;
        Some(format!(
            "Of the photographs of its ten classes that it has never seen ({}), it calls {} rightly; that number was measured when it was trained. ",
            accuracy.split,
            percent(accuracy.value as f32),
        ))
    });
    view! {
        <Stage kind=StageKind::Strength claim="It names what a photograph shows, and can be asked where it saw it">
            <p>
                {measured}
                "The maps of conv5 still know places, so one can go back and ask which places spoke for a class, for any class and not only for the winner."
            </p>
            <div class="wide stack">
                <Explained desk which=Which::AlexNet id="explained">
                    <strong>"Ask for a class that is not there."</strong>
                    " Grad-CAM adds up a layer’s maps by how much the class’s score rises with them. Saliency is the slope at every pixel. Guided backpropagation lets only that through which speaks for the class. Occlusion covers each place with a grey square and sees how far the score falls. Grad-CAM gives a whole map one weight, but the units at the end of AlexNet weigh every place by itself: where its heat lies beside the thing, ask occlusion."
                </Explained>
                <Classes desk which=Which::AlexNet id="classes">
                    <strong>"Put the wrong answers beside the right one."</strong>
                    " Each picture is coloured by its own largest value; the number is how likely the network holds the class."
                </Classes>
            </div>
            <Later desk />
            <Photographs desk />
        </Stage>
    }
}

/// The later network on the same picture. Its weights are fetched when this comes into view, unless the reader saves data.
#[component]
fn Later(desk: Desk) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    when_seen(node, move || {
        if !saves_data() {
            desk.want(Which::EfficientNet);
        }
    });
    let ask = Callback::new(move |()| desk.want(Which::EfficientNet));
    view! {
        <p>
            "Eight years later a network with less than a tenth of AlexNet’s numbers names a thousand classes. EfficientNet-Lite0’s "
            "weights are borrowed from those who trained it on all of ImageNet. Here it looks at the same picture and answers the same questions."
        </p>
        <div class="wide stack" node_ref=node>
            <Weights name="efficientnet-lite0" bench=desk.session.bench on_load=ask in_use=Signal::stored(true) />
            <Figure
                id="answer-later"
                technique="feature-maps"
                title="What EfficientNet-Lite0 calls it"
                picture=figures::answer(desk, Which::EfficientNet)
                empty=Signal::derive(move || desk.why_empty(Which::EfficientNet))
            >
                <strong>"Compare with the ten above."</strong>
                " Five of a thousand bars. Where AlexNet has one word, it may have several, as palace, dome, monastery and bell cote beside church, and its certainty is shared among them."
            </Figure>
            <Explained desk which=Which::EfficientNet id="explained-later">
                <strong>"Type a name: any of a thousand."</strong>
                " The same four questions. Its last maps are as coarse as AlexNet’s, 7 × 7, though its picture has 224 pixels a side."
            </Explained>
            <Classes desk which=Which::EfficientNet id="classes-later">
                <strong>"Two things in one picture have two places."</strong>
                " Show it the kitten and put “wool” beside it, or the espresso and “wooden spoon”."
            </Classes>
        </div>
    }
}

/// The contest of 2012 on the photographs that are shipped.
#[component]
fn Photographs(desk: Desk) -> impl IntoView {
    let shown = RwSignal::new(Vec::<Photo>::new());
    let prepare = move || -> trial::Preparing {
        Box::pin(async move {
            let photos = trial::photographs(|id| !truth(id).is_empty()).await?;
            let sent = trial::on_their_way(&photos);
            shown.try_set(photos);
            Ok(Trial::Call { photos: sent, both: true })
        })
    };
    let marks = move |finding: &Finding| -> Vec<(bool, bool)> {
        let Finding::Called(called) = finding else { return Vec::new() };
        shown.with_untracked(|shown| {
            let right = |photo: &Photo, class: u16| {
                truth(id_of(photo)).contains(&desk.name(Which::EfficientNet, class).as_str())
            };
            let of = |(photo, [_, later]): (&Photo, &[Vec<(u16, f32)>; 2])| {
                let first = later.first().is_some_and(|(class, _)| right(photo, *class));
                (first, later.iter().any(|(class, _)| right(photo, *class)))
            };
            shown.iter().zip(called).map(of).collect()
        })
    };
    let Tried { progress, found, on_run } = trial::experiment(desk, &Which::ALL, prepare, move |finding| {
        let marks = marks(finding);
        let count = |read: fn(&(bool, bool)) -> bool| marks.iter().filter(|mark| read(mark)).count();
        let Finding::Called(called) = finding else { return String::new() };
        let (mut right, mut later, mut churches) = (0, 0, 0);
        shown.with_untracked(|shown| {
            for ((photo, [old, _]), mark) in shown.iter().zip(called).zip(&marks) {
                let first = old.first().map(|(class, _)| *class);
                match known(id_of(photo)) {
                    Some(class) => {
                        right += usize::from(first == Some(class));
                        later += usize::from(mark.0);
                    }
                    None => churches += usize::from(first == Some(CHURCH)),
                }
            }
        });
        let others = marks.len().saturating_sub(KNOWN.len());
        format!(
            "Of {} photographs EfficientNet-Lite0 names {} at its first guess and {} within five. AlexNet knows the class of {}, all churches, and names {right} of them at its first guess, EfficientNet-Lite0 {later}; of the {others} others, for which it has no class, AlexNet calls {churches} a church too.",
            marks.len(),
            count(|mark| mark.0),
            count(|mark| mark.1),
            KNOWN.len(),
        )
    });
    let picture = Signal::derive(move || {
        let finding = found.get()?;
        let marks = marks(&finding);
        let Finding::Called(called) = finding else { return None };
        let said = |which: Which, guesses: &[(u16, f32)]| {
            let (class, sure) = guesses.first().copied().unwrap_or_default();
            format!("{} {}", desk.name(which, class), percent(sure))
        };
        let tiles = shown.get().into_iter().zip(called).zip(marks).map(|((photo, [old, later]), (first, within))| {
            let mut lines = vec![photo.name.clone(), said(Which::EfficientNet, &later)];
            if known(id_of(&photo)).is_some() {
                lines.push(format!("AlexNet: {}", said(Which::AlexNet, &old)));
            }
            PhotoTile {
                mark: Some(if first {
                    Ink::Good
                } else if within {
                    Ink::Soft
                } else {
                    Ink::Bad
                }),
                ..PhotoTile::of_bytes(&photo.rgb, photo.width as usize, lines)
            }
        });
        Some(PhotoGrid { photos: tiles.collect(), tile: 150.0, smooth: true })
    });
    view! {
        <p>
            "AlexNet here knows ten things: "{CLASSES.join(", ")}". Free photographs of the site show only one of them, churches; how well it "
            "tells all ten apart was counted on test photographs and stands in the confusion matrix above."
        </p>
        <Experiment
            id="photographs"
            label="Hold the contest"
            about="ImageNet’s contest counted an answer as right if it was among five guesses. By that rule EfficientNet-Lite0 is asked about every shipped photograph whose class is among the thousand. Five guesses of ten classes would be no test: of AlexNet the first one counts, on the photographs whose class it has."
            progress
            on_run
            guess=Guess {
                question: "How many of the photographs will have their name among EfficientNet-Lite0’s five guesses?",
                choices: &["fewer than half", "more than half, not all", "all"],
                outcome: Callback::new(move |()| {
                    let marks = marks(&found.get_untracked()?);
                    let within = marks.iter().filter(|mark| mark.1).count();
                    Some(usize::from(2 * within >= marks.len()) + usize::from(within == marks.len()))
                }),
            }
        />
        <div class="wide">
            <Figure id="called" technique="sample-grid" title="Photographs and first guesses" picture empty="Not held yet.">
                <strong>"Look at the frames, then at the churches."</strong>
                " Below each photograph’s name stands EfficientNet-Lite0’s first guess: green is right, grey right within five, red not at all. Below that stands AlexNet’s, where it has a class for the photograph. Some photographs have several right names, a church with a dome for one."
            </Figure>
        </div>
    }
}

/// The id of a shipped photograph.
pub fn id_of(photo: &Photo) -> &str {
    match &photo.source {
        PhotoSource::Sample(id) => id,
        PhotoSource::Own | PhotoSource::Camera => "",
    }
}
