//! Demonstrate strength: it sorts without names, and half-way between two things lies a third.

use leptos::prelude::*;

use super::{
    figures::{self, Seen},
    looks::Looks,
    weakness::ask,
};
use crate::{
    lessons::{
        pictures::figures::tiles,
        vae::{Command, Encoding, Settings, TERMS, Vae},
    },
    session::Session,
    site::{
        experiment::{Experiment, Guess, Inquiry, Progress, inquire, run_to_stop},
        frame::{Stage, StageKind},
    },
    widgets::{Figure, ImageGrid, Scale},
};

/// Steps of the first experiment.
const STEPS: u32 = 300;
/// The pictures of a pair, in their order.
const COLUMNS: [&str; 6] = ["from", "to", "half-way", "again", "cross-fade", "again"];

/// The third stage.
#[component]
pub fn Strength(
    /// The main session.
    session: Session<Vae>,
    /// The looks that came last.
    looks: Looks,
) -> impl IntoView {
    let seed = move || session.settings.with_untracked(|settings| settings.seed);
    let unfold = RwSignal::new(Progress::default());
    let share = RwSignal::new(None::<f64>);
    let run_unfold = Callback::new(move |()| {
        session.restart(Settings { stop: STEPS, seed: seed(), ..Settings::default() });
        run_to_stop(vec![session.bench], STEPS.into(), unfold, move || {
            let found = looks.last(session, |look| alike(&look.dots)).unwrap_or_default();
            share.set(Some(found));
            let of = |series| session.bench.last(series).unwrap_or_default();
            format!(
                "After {STEPS} updates without a single name, {:.0} % of 1,000 held-out pictures have a picture of their own kind as nearest neighbour on the map; by chance it would be 10 %. A picture costs {:.0} nats to tell, {:.1} of them for its two numbers.",
                found * 100.0,
                of(TERMS[2]) + of(TERMS[3]),
                of(TERMS[3]),
            )
        });
    });
    let seen = Seen {
        tiles: RwSignal::new(true),
        dots: RwSignal::new(true),
        path: RwSignal::new(Vec::new()),
        point: RwSignal::new(None),
    };
    view! {
        <Stage kind=StageKind::Strength claim="Told no names, it puts like beside like, and draws what lies between">
            <Experiment
                id="unfold"
                label="Unfold the map"
                about="From chance, on clothes. The map above begins anew too: it is the same run."
                progress=unfold
                shows=move || view! {
                    <Figure
                        id="map-unfold"
                        technique="latent-traversal"
                        title="The map of all pictures"
                        picture=figures::map(session, looks, seen)
                        empty="The map comes with the first frame."
                    >
                        <strong>"Watch one grey mean become many things."</strong>
                        " First shoes part from shirts, then kinds from kinds."
                    </Figure>
                }
                on_run=run_unfold
                guess=Guess {
                    question: "How many pictures will have one of their own kind as nearest neighbour? It is never told a kind.",
                    choices: &["fewer than 30 %", "30 % to 60 %", "more than 60 %"],
                    outcome: Callback::new(move |()| {
                        let share = share.get_untracked()?;
                        Some(usize::from(share >= 0.3) + usize::from(share > 0.6))
                    }),
                }
            />
            <p>
                "A map is worth something if the places between two things are things too. Take two pictures of different kinds. Half-way "
                "between their encodings the network draws one picture; half-way between their pixels lies another, the cross-fade. "
                "Give both back to the network and see how much it has to change them."
            </p>
            <HalfWay seed=Callback::new(move |()| seed()) />
        </Stage>
    }
}

/// Share of the points whose nearest neighbour is of their own class.
fn alike(dots: &[Encoding]) -> f64 {
    let far = |one: &Encoding, other: &Encoding| (one.at[0] - other.at[0]).powi(2) + (one.at[1] - other.at[1]).powi(2);
    let same = dots.iter().enumerate().filter(|(place, dot)| {
        let others = dots.iter().enumerate().filter(|(other, _)| other != place);
        let nearest = others.min_by(|a, b| far(dot, a.1).total_cmp(&far(dot, b.1)));
        nearest.is_some_and(|(_, other)| other.class == dot.class)
    });
    same.count() as f64 / dots.len().max(1) as f64
}

/// The middle of the way against the cross-fade.
#[component]
fn HalfWay(seed: Callback<(), u32>) -> impl IntoView {
    let Inquiry { progress, found, on_run } = inquire(
        move || ask(seed.run(()), Command::Halfway),
        |snapshot| snapshot.halfway.clone(),
        |found| {
            let [way, fade] = found.nats;
            format!(
                "Over {} pairs, drawing the picture half-way again loses {way:.1} nats; drawing the cross-fade again loses {fade:.1}. {}",
                found.count,
                match way < fade {
                    true => "What lies between on the map is something it knows; a cross-fade is not.",
                    false => "Here the way over the map is no better than a cross-fade.",
                },
            )
        },
    );
    let picture = Signal::derive(move || {
        let mut images = tiles(&found.get()?.pictures);
        for (image, name) in images.iter_mut().zip(COLUMNS.iter().cycle()) {
            image.label = (*name).into();
        }
        Some(ImageGrid { images, columns: COLUMNS.len(), scale: Scale::Grey, tile: 84.0 })
    });
    view! {
        <Experiment
            id="halfway"
            label="Meet half-way"
            about="The trained network goes half-way between 200 pairs of held-out clothes of different kinds, and then draws again what it found there."
            progress
            shows=move || view! {
                <Figure
                    id="halfway-test"
                    technique="latent-interpolation"
                    title="Three pairs, what lies between, and that drawn again"
                    picture
                    empty="Not drawn yet."
                >
                    <strong>"Compare the third picture of a row with the fourth, and the fifth with the sixth."</strong>
                    " The more a picture changes when it is drawn again, the more nats are lost. A cross-fade shows both things at once."
                </Figure>
            }
            on_run
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likes_are_counted() {
        let dot = |x: f32, class| Encoding { at: [x, 0.0], class };
        assert_eq!(alike(&[dot(0.0, 1), dot(0.1, 1), dot(5.0, 2), dot(5.2, 3)]), 0.5);
        assert_eq!(alike(&[]), 0.0);
    }
}
