//! Demonstrate strength: pictures out of noise, of the class that is asked for, and into the hole that is left for them.

use leptos::prelude::*;

use super::{
    desk::Desk,
    inpaint::Inpaint,
    live_trials::NoiseToMoons,
    reverse::{Reverse, plates},
    sheets::{Ages, Classes, names},
    trial::{self, Tried, Underway},
};
use crate::{
    lessons::{
        ddpm::pictures::{Finding, Judged, Net, Trial},
        pictures::{CLASSES, PictureSet},
    },
    provenance,
    site::{
        experiment::{Experiment, Guess},
        frame::{Stage, StageKind},
    },
    widgets::{Figure, Ink, Plate, PlateRow, Plates, number},
};

/// A share in words.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// The share of pictures of one set that are called what was asked for.
pub fn share_of(judged: &[Judged], set: PictureSet) -> f64 {
    Judged::share(judged.iter().filter(|one| (usize::from(one.class) >= CLASSES) == (set == PictureSet::Fashion)))
}

/// A row of judged pictures, each framed by whether it is called what was asked for; if not, with what it is called.
pub fn judged_row(name: String, judged: &[Judged]) -> PlateRow {
    let plate = |one: &Judged| -> Option<Plate> {
        let (ink, called) = match one.is_right() {
            true => (Ink::Good, ""),
            false => (Ink::Bad, Net::Small.class(one.called)),
        };
        Some(plates(Net::Small, &one.picture).pop()?.note(called).mark(Some(ink)))
    };
    PlateRow { name, plates: judged.iter().map(plate).collect() }
}

/// The third stage.
#[component]
pub fn Strength(
    /// The reader's desk.
    desk: Desk,
) -> impl IntoView {
    view! {
        <Stage kind=StageKind::Strength claim="Noise becomes a picture, the one you ask for">
            <p>
                "First the small network, in full view: it learns two moons, and noise walks onto them."
            </p>
            <NoiseToMoons session=desk.session />
            <p>
                "A larger network of the same kind has learned digits and clothes, 20 classes in one; a second one learned small photographs. "
                "No picture is stored here: what you see is drawn in this tab. Choose a class, and watch it come."
            </p>
            <Reverse desk />
            <p>
                "One network, one noise, and a word that decides what becomes of it. Draw them all and compare."
            </p>
            <Classes desk />
            <p>
                "Does it draw what it was told to? Our LeNets learned to read digits and clothes, and they never saw this network. Let them look."
            </p>
            <Judging desk />
            <p>
                "Because the picture comes in small steps, one can hold a part of it in place on the way. Whatever comes has to fit."
            </p>
            <Inpaint desk />
            <p>
                "How does a network learn this? These are the states in which it was put aside while it learned photographs of ten kinds."
            </p>
            <Ages desk />
        </Stage>
    }
}

/// What was measured when the network was trained, as one sentence.
fn stored() -> Option<String> {
    let metrics = provenance::find(Net::Small.weights())?.metrics;
    let of = |name: &str, set: &str| metrics.iter().find(|metric| metric.name == name && metric.split.contains(set));
    let drawn = [of("judged as asked", "digits")?, of("judged as asked", "clothes")?];
    let real = [of("the judge's own accuracy", "digits")?, of("the judge's own accuracy", "clothes")?];
    // The words begin with how many pictures there were.
    let count: f64 = drawn.iter().filter_map(|metric| metric.split.split(' ').next()?.parse::<f64>().ok()).sum();
    let [[digits, clothes], [real_digits, real_clothes]] =
        [drawn, real].map(|pair| pair.map(|metric| format!("{:.1} %", metric.value * 100.0)));
    Some(format!(
        "Of {} pictures drawn when the network was trained, they recognised {digits} of the digits and {clothes} of the clothes. They are not always right themselves: of real test pictures they recognise {real_digits} and {real_clothes}.",
        number(count),
    ))
}

#[component]
fn Judging(desk: Desk) -> impl IntoView {
    let Tried { progress, found, on_run } = trial::experiment(desk, Trial::Judge, move |finding| {
        let Finding::Judged(steps, judged) = finding else { return String::new() };
        let [digits, clothes] = PictureSet::ALL.map(|set| percent(share_of(judged, set)));
        format!(
            "Of {} pictures drawn here in {steps} steps, the LeNets call {digits} of the digits and {clothes} of the clothes what was asked for. {}",
            judged.len(),
            stored().unwrap_or_default(),
        )
    });
    let picture = Signal::derive(move || {
        let Some(Finding::Judged(_, judged)) = found.get() else { return None };
        let columns = names(Net::Small);
        let rows = judged.chunks(columns.len()).map(|judged| judged_row(String::new(), judged)).collect();
        Some(Plates { rows, columns, tile: 84.0, focus: None })
    });
    view! {
        <Experiment
            id="judge"
            label="Let the LeNets judge"
            about="Two pictures of each of the 20 classes, each out of noise of its own, and two classifiers that were trained on real pictures."
            progress
            on_run
            guess=Guess {
                question: "How many of the 40 will be called what was asked for?",
                choices: &["fewer than 30", "30 to 37", "38 or more"],
                outcome: Callback::new(move |()| {
                    let Some(Finding::Judged(_, judged)) = found.get_untracked() else { return None };
                    let right = judged.iter().filter(|one| one.is_right()).count();
                    Some(usize::from(right >= 30) + usize::from(right >= 38))
                }),
            }
        />
        <Underway desk trial=Trial::Judge progress />
        <div class="wide">
            <Figure id="judged" technique="sample-grid" title="Forty pictures and their judges" picture empty="Not drawn yet.">
                <strong>"Look at the red frames, and say yourself what they show."</strong>
                " Below each is what the judge calls it instead. Clothes are hard for the judge too: shirt, coat and pullover look alike at this size, in real pictures as well."
            </Figure>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_one_sentence_with_four_shares() {
        let sentence = stored().expect("the provenance has it");
        assert!(sentence.starts_with("Of 1,000 pictures") && sentence.matches(" %").count() == 4, "{sentence}");
    }
}
