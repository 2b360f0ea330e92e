//! Expose weakness: it blurs, it can fall silent, and it draws with confidence where it knows nothing.

use leptos::prelude::*;

use super::looks::Looks;
use crate::{
    lessons::{
        pictures::{
            PIXELS, PictureSet,
            figures::{tile, tiles},
        },
        vae::{Command, Settings, TERMS, Vae},
    },
    session::Session,
    site::{
        experiment::{Experiment, Guess, Inquiry, Progress, inquire, run_to_stop},
        figures::compared,
        frame::{NextLesson, Stage, StageKind},
    },
    widgets::{Axis, Figure, ImageGrid, Scale},
};

/// Steps of either run of the collapse.
const STEPS: u32 = 250;
/// The two pulls.
const PULLS: [f32; 2] = [1.0, 100.0];
/// Latent numbers of either run.
const LATENT: u8 = 8;

/// The fourth stage.
#[component]
pub fn Weakness(
    /// The main session; these experiments leave it alone and run in sessions of their own.
    session: Session<Vae>,
) -> impl IntoView {
    let seed = Callback::new(move |()| session.settings.with_untracked(|settings| settings.seed));
    view! {
        <Stage kind=StageKind::Weakness claim="Where it is unsure it draws the mean, and the mean of many pictures is a blur">
            <p>
                "A few numbers cannot hold every seam. Of all pictures that could have led to a point the decoder draws the average, "
                "because an average is never far wrong in any pixel. No real shirt is an average."
            </p>
            <BlurTest seed />
            <p>
                "The pull that closes the gaps can also win. If saying anything about the picture costs more than it saves, the encoder "
                "says nothing: each cloud becomes the standard one, and the decoder draws one mean for all. This is called posterior collapse."
            </p>
            <Collapse seed />
            <p>
                "And the map has no edge. Far beyond all encodings there is still a number for each pixel, so there is still a picture."
            </p>
            <NowhereTest seed />
            <NextLesson slug="dcgan">"A blur is cheap when each pixel is judged alone. What if a second network judged the whole picture, and refused what no camera would take?"</NextLesson>
        </Stage>
    }
}

/// A trained network in a worker of its own that is asked one thing.
pub fn ask(seed: u32, command: Command) -> Session<Vae> {
    let settings = Settings { examples: 500, seed, ..Settings::default().trained(PictureSet::Fashion) };
    let session = Session::on_cpu(settings);
    session.command(command);
    session
}

#[component]
fn BlurTest(seed: Callback<(), u32>) -> impl IntoView {
    let Inquiry { progress, found, on_run } = inquire(
        move || ask(seed.run(()), Command::Blur),
        |snapshot| snapshot.blur.clone(),
        |found| {
            let [real, again, drawn] = found.sharpness;
            format!(
                "Sharpness of {} pictures of each kind: real ones {real:.3}, drawn again {again:.3}, drawn from noise {drawn:.3}. What it draws from noise has {:.0} % of the sharpness of real pictures.",
                found.count,
                100.0 * drawn / real,
            )
        },
    );
    let picture = Signal::derive(move || {
        let found = found.get()?;
        let names = ["real", "drawn again", "from noise"];
        let images = found.pictures.iter().zip(names).zip(found.sharpness).flat_map(|((pictures, name), sharpness)| {
            let mut row = tiles(pictures);
            if let Some(first) = row.first_mut() {
                first.label = format!("{name}: {sharpness:.3}");
            }
            row
        });
        Some(ImageGrid {
            images: images.collect(),
            columns: found.pictures[0].len() / PIXELS,
            scale: Scale::Grey,
            tile: 84.0,
        })
    });
    view! {
        <Experiment
            id="blur"
            label="Measure the blur"
            about="Sharpness is how much a pixel differs from its four neighbours (the variance of the Laplacian). It is measured on real clothes, on the same clothes drawn again, and on samples."
            progress
            on_run
            guess=Guess {
                question: "How much of a real picture’s sharpness will its samples have?",
                choices: &["less than a quarter", "a quarter to three quarters", "more"],
                outcome: Callback::new(move |()| {
                    let [real, _, drawn] = found.get_untracked()?.sharpness;
                    Some(usize::from(drawn >= 0.25 * real) + usize::from(drawn > 0.75 * real))
                }),
            }
        />
        <Figure id="blur-test" technique="sample-grid" title="Real, drawn again, drawn from noise" picture empty="Not measured yet.">
            <strong>"Look for prints, straps and laces."</strong>
            " They are in the first row only. The outline is what all pictures near a point share, so the outline is what is left. "
            "DCGAN’s samples join them when its lesson is built."
        </Figure>
    }
}

#[component]
fn Collapse(seed: Callback<(), u32>) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let slot = RwSignal::new(None::<[(Session<Vae>, Looks); 2]>);
    let outcome = RwSignal::new(None::<usize>);
    let on_run = Callback::new(move |()| {
        progress.set(Progress::Running(0.0));
        let runs = PULLS.map(|beta| {
            let seed = seed.run(());
            let settings = Settings { examples: 2_000, latent: LATENT, beta, stop: STEPS, seed, ..Settings::default() };
            let session = Session::on_cpu(settings);
            (session, Looks::of(session))
        });
        slot.set(Some(runs));
        run_to_stop(runs.map(|(session, _)| session.bench).to_vec(), STEPS.into(), progress, move || {
            let [mild, strong] = runs.map(|(session, looks)| {
                let active = looks.last(session, |look| look.active).unwrap_or_default();
                let last = |series| session.bench.last(series).unwrap_or_default();
                (active, last(TERMS[2]), last(TERMS[3]))
            });
            outcome.set(Some(match strong.0 {
                0 => 0,
                active if active < mild.0 => 1,
                _ => 2,
            }));
            format!(
                "Latent numbers that are active after {STEPS} updates: {} at β = {}, with {:.1} nats of KL and {:.0} for the pixels; {} at β = {}, with {:.2} nats of KL and {:.0} for the pixels.",
                of_all(mild.0),
                PULLS[0],
                mild.2,
                mild.1,
                of_all(strong.0),
                PULLS[1],
                strong.2,
                strong.1,
            )
        });
    });
    let picture = Signal::derive(move || {
        let runs = slot.get()?;
        let line = |run: usize| runs[run].0.curves.with(|curves| curves.line(TERMS[3]).to_vec());
        let names = PULLS.map(|beta| format!("β = {beta}"));
        compared(vec![(&names[0], line(0)), (&names[1], line(1))], Axis::new("held-out KL, nats").from(0.0))
    });
    let drawn = Signal::derive(move || {
        let kept = slot.get()?.map(|(_, looks)| looks.get());
        let [Some(mild), Some(strong)] = kept else { return None };
        let mut images = tiles(&mild.look.pairs[0]);
        let columns = images.len();
        for (kept, beta) in [(mild, PULLS[0]), (strong, PULLS[1])] {
            let mut row = tiles(&kept.look.pairs[1]);
            if let Some(first) = row.first_mut() {
                first.label = format!("β = {beta}");
            }
            images.extend(row);
        }
        (columns > 0).then_some(ImageGrid { images, columns, scale: Scale::Grey, tile: 84.0 })
    });
    view! {
        <Experiment
            id="collapse"
            label="Pull too hard"
            about="Two networks with eight latent numbers and the same seed, one with β = 1, one with β = 100. A latent number is active if its mean varies over the pictures by more than 0.01 (Burda and others, 2015)."
            progress
            on_run
            guess=Guess {
                question: "How many of the eight numbers will still say something under the strong pull?",
                choices: &["none", "some, but fewer", "as many"],
                outcome: Callback::new(move |()| outcome.get_untracked()),
            }
        />
        <div class="wide grid">
            <Figure id="collapse-test" technique="learning-curves" title="What the latent numbers say" picture empty="Not run yet.">
                <strong>"One line stays on the floor."</strong>
                " Zero nats mean that no cloud differs from the standard one: nothing of the picture passes the neck."
            </Figure>
            <Figure id="collapse-pictures" technique="sample-grid" title="What is left under either pull" picture=drawn empty="Not run yet.">
                <strong>"The last row is one picture, ten times."</strong>
                " Above, held-out pictures; below, drawn again by either network. A silent encoder leaves the decoder nothing but the mean of all clothes."
            </Figure>
        </div>
    }
}

/// So many of the latent numbers.
fn of_all(active: u32) -> String {
    match active {
        0 => "none".into(),
        all if all == u32::from(LATENT) => format!("all {LATENT}"),
        some => format!("{some} of {LATENT}"),
    }
}

#[component]
fn NowhereTest(seed: Callback<(), u32>) -> impl IntoView {
    let Inquiry { progress, found, on_run } = inquire(
        move || ask(seed.run(()), Command::Nowhere),
        |snapshot| snapshot.nowhere.clone(),
        |found| {
            let nearest = found.distances.iter().copied().fold(f32::INFINITY, f32::min);
            format!(
                "On a circle {:.1} from the middle no encoding is nearer than {nearest:.1}; usually the next one is {:.3} away. It draws there all the same, with {:.0} % of the pixels nearly white or nearly black, against {:.0} % where pictures lie.",
                found.radius,
                found.typical,
                found.sure[0] * 100.0,
                found.sure[1] * 100.0,
            )
        },
    );
    let picture = Signal::derive(move || {
        let found = found.get()?;
        let images = found
            .pictures
            .chunks_exact(PIXELS)
            .zip(&found.distances)
            .map(|(picture, distance)| tile(picture, format!("{distance:.1} away"), None));
        Some(ImageGrid { images: images.collect(), columns: 0, scale: Scale::Grey, tile: 84.0 })
    });
    view! {
        <Experiment
            id="nowhere"
            label="Ask where nothing is"
            about="Eight points on a circle twice as far out as the farthest of 1,000 encodings."
            progress
            on_run
        />
        <Figure id="nowhere-test" technique="sample-grid" title="Pictures from nowhere" picture empty="Not drawn yet. What would you expect far from everything it has seen?">
            <strong>"Nothing in the picture says that it is made up."</strong>
            " Below each is how far the nearest held-out encoding lies. The distance tells you that nobody has been there; the drawing does not."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_numbers_are_told_in_words() {
        assert_eq!([0, 5, LATENT.into()].map(of_all), ["none", "5 of 8", "all 8"]);
    }
}
