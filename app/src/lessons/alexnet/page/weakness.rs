//! Expose weakness: textures without shape, a change too small to see, a class it never saw, explanations that explain
//! nothing.

use leptos::prelude::*;

use super::{
    desk::Desk,
    figures::{self, percent},
    strength::id_of,
    trial::{self, Tried, known},
};
use crate::{
    lessons::alexnet::{Finding, Misled, Often, Trial, Which, settings::MOST_EPSILON},
    site::{
        experiment::{Experiment, Guess},
        frame::{NextLesson, Stage, StageKind},
    },
    widgets::{Figure, Ink, Photo, PhotoGrid, PhotoTile, Slider, grouped},
};

/// The fourth stage.
#[component]
pub fn Weakness(
    /// The reader's desk.
    desk: Desk,
) -> impl IntoView {
    view! {
        <Stage kind=StageKind::Weakness claim="It does not see what you see, and never says “I do not know”">
            <p>
                "You know a church by its outline. Cut the picture into pieces, shuffle them, and the outline is gone; stone, windows and sky are still there. "
                "How much of its answer hung on them?"
            </p>
            <Texture desk />
            <p>
                "A photograph has "{grouped(3 * 96 * 96)}" numbers here. If each of them moves by a little, all in the direction that hurts most, the little "
                "adds up. You will not see it."
            </p>
            <Adversarial desk />
            <p>"Ten outputs share one certainty among them. Nothing it was taught says “none of these”."</p>
            <Unseen desk />
            <p>
                "And the explanations? Replace what the network has learned, layer by layer, with chance. An explanation that stays as it was "
                "showed you the picture, not the network."
            </p>
            <Sanity desk />
            <NextLesson slug="resnet">"More layers should have helped, and did not: deeper networks of this kind came out worse. What they lacked was a way around each layer."</NextLesson>
            <NextLesson slug="unet">"A name and a warm spot are not an outline. Where each pixel belongs takes a network that comes back up to the picture’s own size."</NextLesson>
        </Stage>
    }
}

/// The number of pieces along a side that the verdict is about: 16 in all.
const TOLD: u8 = 4;

#[component]
fn Texture(desk: Desk) -> impl IntoView {
    let prepare = || -> trial::Preparing {
        Box::pin(async {
            let photos = trial::photographs(|id| known(id).is_some()).await?;
            Ok(Trial::Texture(trial::on_their_way(&photos)))
        })
    };
    let Tried { progress, found, on_run } = trial::experiment(desk, &Which::ALL, prepare, move |finding| {
        let Finding::Texture { often, .. } = finding else { return String::new() };
        let at = |pieces: u8| often.iter().find(|one| one.pieces == pieces);
        let (Some(whole), Some(cut)) = (at(1), at(TOLD)) else { return String::new() };
        let of = cut.first[0].len();
        let [old, later] = cut.kept;
        let (frequent, times) = figures::most_frequent(&cut.called[Which::AlexNet as usize]);
        let sure = |which: Which| {
            let mean = |one: &Often| percent(figures::mean(&one.first[which as usize]));
            format!("{} goes from {} to {}", which.name(), mean(whole), mean(cut))
        };
        let meaning = match 2 * old as usize > of {
            true => "Most of AlexNet’s answers do without the outline",
            false => "Most of AlexNet’s answers need more than the pieces: where they stand",
        };
        format!(
            "In 16 pieces AlexNet’s first answer survives {old} of {of} shuffles, EfficientNet-Lite0’s {later}; how sure each is of it on average: {}, {}. {meaning}; of the pieces it most often says “{}”, {times} times.",
            sure(Which::AlexNet),
            sure(Which::EfficientNet),
            desk.name(Which::AlexNet, frequent),
        )
    });
    let chart = Signal::derive(move || match found.get()? {
        Finding::Texture { often, .. } => figures::texture(&often),
        _ => None,
    });
    let grid = Signal::derive(move || match found.get()? {
        Finding::Texture { shown, .. } => figures::shuffled(desk, &shown),
        _ => None,
    });
    view! {
        <Experiment
            id="texture"
            label="Shuffle the pieces"
            about="The picture above is cut into 4, 16, 64 and 256 pieces that change places. One shuffle is chance, so the shipped churches, the things of its ten that can be shown here, are shuffled eight times each in each number of pieces. Both networks see the same shuffled pictures; it takes some seconds."
            progress
            on_run
            guess=Guess {
                question: "Cut into 16 pieces, will AlexNet mostly give the same answer?",
                choices: &["yes", "no"],
                outcome: Callback::new(move |()| {
                    let Finding::Texture { often, .. } = found.get_untracked()? else { return None };
                    let cut = often.iter().find(|one| one.pieces == TOLD)?;
                    Some(usize::from(2 * cut.kept[0] as usize <= cut.first[0].len()))
                }),
            }
        />
        <div class="wide stack">
            <Figure id="texture-test" technique="learning-curves" title="How sure each stays, over all shuffles" picture=chart empty="Not shuffled yet.">
                <strong>"Watch how slowly a line falls, or how fast."</strong>
                " Thick is the mean of all shuffles, thin lines bound their middle half. An answer that hung on small textures alone would stay as sure as it was. The cuts are edges too, and neither network has ever seen such edges: some of the fall is theirs."
            </Figure>
            <Figure id="shuffled" technique="sample-grid" title="One shuffle of the picture above" picture=grid empty="Not shuffled yet. From which one on would you not know it?">
                <strong>"Say yourself what each shows, then read what they say."</strong>
                " These are single shuffles. Where a name outlives your own recognition, it may hang on small textures, or be luck; the chart tells which."
            </Figure>
        </div>
    }
}

#[component]
fn Adversarial(desk: Desk) -> impl IntoView {
    let settings = desk.session.settings;
    let flipped = |found: &[Misled]| {
        let first = found.first()?.called.0;
        found.iter().find(|one| one.called.0 != first).cloned()
    };
    let Tried { progress, found, on_run } = trial::experiment(
        desk,
        &[Which::AlexNet],
        || trial::at_once(Trial::Adversarial),
        move |finding| {
            let Finding::Adversarial(found) = finding else { return String::new() };
            let Some(whole) = found.first() else { return String::new() };
            let name = |class| desk.name(Which::AlexNet, class);
            let before = format!("“{}” ({})", name(whole.called.0), percent(whole.called.1));
            match flipped(found) {
                Some(one) => format!(
                    "A change of at most {} of 255 steps in each colour turns {before} into “{}” ({}).",
                    one.epsilon,
                    name(one.called.0),
                    percent(one.called.1),
                ),
                None => format!(
                    "No change up to {MOST_EPSILON} of 255 steps turns {before} into something else; one step along a line is not the worst there is."
                ),
            }
        },
    );
    let chart = Signal::derive(move || figures::adversarial(found.get().as_ref()?));
    // The figure shows the change that the verdict names.
    Effect::new(move || {
        let Some(Finding::Adversarial(found)) = found.get() else { return };
        if let Some(one) = flipped(&found) {
            desk.session.change(|settings| settings.epsilon = one.epsilon);
        }
    });
    let slider = move || {
        view! {
            <Slider
                label="ε, how far each colour of each pixel may move"
                value=Signal::derive(move || settings.with(|settings| settings.epsilon.into()))
                min=0.0
                max=MOST_EPSILON
                step=0.25
                unit="of 255 steps"
                on_change=Callback::new(move |epsilon: f64| desk.session.change(|settings| settings.epsilon = epsilon as f32))
            />
        }
        .into_any()
    };
    view! {
        <Experiment
            id="adversarial"
            label="Find the smallest change"
            about="The fast gradient sign method: every colour of every pixel goes up or down by ε, whichever makes AlexNet’s own answer less likely. ε grows by a quarter step until the answer flips."
            progress
            on_run
            guess=Guess {
                question: "How large must ε be, in steps of 255?",
                choices: &["less than 1", "from 1 to 4", "more than 4"],
                outcome: Callback::new(move |()| {
                    let Finding::Adversarial(found) = found.get_untracked()? else { return None };
                    let epsilon = flipped(&found).map_or(f32::INFINITY, |one| one.epsilon);
                    Some(usize::from(epsilon >= 1.0) + usize::from(epsilon > 4.0))
                }),
            }
        />
        <div class="wide stack">
            <Figure
                id="attacked"
                technique="saliency"
                title="A picture, a change, their sum"
                picture=figures::attacked(desk)
                empty=Signal::derive(move || desk.why_empty(Which::AlexNet))
                controls=slider
            >
                <strong>"Compare left and right, then their names."</strong>
                " In the middle stands the change alone, enlarged until it can be seen. A red frame means that the answer has flipped."
            </Figure>
            <Figure id="adversarial-test" technique="learning-curves" title="Certainty against ε" picture=chart empty="Not tried yet.">
                <strong>"Watch where the lines part."</strong>
                " Up to there its first answer is its answer. From there on the dashed line is how sure it is of another name."
            </Figure>
        </div>
    }
}

#[component]
fn Unseen(desk: Desk) -> impl IntoView {
    let shown = RwSignal::new(Vec::<Photo>::new());
    let prepare = move || -> trial::Preparing {
        Box::pin(async move {
            let photos = trial::photographs(|id| known(id).is_none()).await?;
            let sent = trial::on_their_way(&photos);
            shown.try_set(photos);
            Ok(Trial::Call { photos: sent, both: false })
        })
    };
    let firsts = |finding: &Finding| -> Vec<(u16, f32)> {
        let Finding::Called(called) = finding else { return Vec::new() };
        called.iter().map(|[old, _]| old.first().copied().unwrap_or_default()).collect()
    };
    let Tried { progress, found, on_run } = trial::experiment(desk, &[Which::AlexNet], prepare, move |finding| {
        let firsts = firsts(finding);
        let sure = firsts.iter().filter(|(_, sure)| *sure > 0.5).count();
        let mean = figures::mean(&firsts.iter().map(|(_, sure)| *sure).collect::<Vec<f32>>());
        let (frequent, times) = figures::most_frequent(&firsts.iter().map(|(called, _)| *called).collect::<Vec<u16>>());
        let most = (0..firsts.len()).max_by(|a, b| firsts[*a].1.total_cmp(&firsts[*b].1));
        let most = most.and_then(|place| {
            let (class, sure) = firsts[place];
            let name = shown.with_untracked(|shown| shown.get(place).map(|photo| photo.name.clone()))?;
            Some(format!(" Its surest: {name} is “{}” with {}.", desk.name(Which::AlexNet, class), percent(sure)))
        });
        format!(
            "Of {} photographs none of which it has a class for, it is more than half sure of {sure}; on average it is {} sure. Most often it says “{}”: {} times.{}",
            firsts.len(),
            percent(mean),
            desk.name(Which::AlexNet, frequent),
            times,
            most.unwrap_or_default(),
        )
    });
    let picture = Signal::derive(move || {
        let firsts = firsts(&found.get()?);
        let tiles = shown.get().into_iter().zip(firsts).map(|(photo, (class, sure))| {
            let said = format!("{} {}", desk.name(Which::AlexNet, class), percent(sure));
            PhotoTile {
                mark: (sure > 0.5).then_some(Ink::Bad),
                ..PhotoTile::of_bytes(&photo.rgb, photo.width as usize, vec![photo.name.clone(), said])
            }
        });
        Some(PhotoGrid { photos: tiles.collect(), tile: 130.0, smooth: true })
    });
    view! {
        <Experiment
            id="unseen"
            label="Show it what it never saw"
            about="All shipped photographs but the churches: animals, a cup, a castle, an opera house. It has ten words, and none of them fits."
            progress
            on_run
            guess=Guess {
                question: "Of how many of them will it be more than half sure?",
                choices: &["of hardly any", "of some", "of most"],
                outcome: Callback::new(move |()| {
                    let firsts = firsts(&found.get_untracked()?);
                    let share = firsts.iter().filter(|(_, sure)| *sure > 0.5).count() as f32 / firsts.len().max(1) as f32;
                    Some(usize::from(share > 0.2) + usize::from(share > 0.5))
                }),
            }
        />
        <div class="wide">
            <Figure id="unseen-test" technique="sample-grid" title="What it calls them" picture empty="Not shown yet. What would you call a koala if you had only these ten words?">
                <strong>"Framed ones it is more than half sure of."</strong>
                " Softmax compares ten classes with each other, never with anything else. Certainty is not knowledge."
            </Figure>
        </div>
    }
}

/// Photographs whose explanations are compared.
const COMPARED: [&str; 6] = ["cathedral", "german-shepherd", "espresso", "goldfish", "panda", "scarlet-macaw"];

#[component]
fn Sanity(desk: Desk) -> impl IntoView {
    let shown = RwSignal::new(0);
    let prepare = move || -> trial::Preparing {
        Box::pin(async move {
            let photos = trial::photographs(|id| COMPARED.contains(&id)).await?;
            shown.try_set(photos.iter().filter(|photo| !id_of(photo).is_empty()).count());
            Ok(Trial::Sanity(trial::on_their_way(&photos)))
        })
    };
    let Tried { progress, found, on_run } = trial::experiment(desk, &[Which::AlexNet], prepare, move |finding| {
        let Finding::Sanity(found) = finding else { return String::new() };
        let at = |fresh: usize| found.get(fresh).copied().unwrap_or_default();
        let told = |three: [f32; 3]| three.map(|value| format!("{value:.2}").replace('-', "−"));
        let ([s, g, c], [last_s, last_g, last_c]) = (told(at(1)), told(at(found.len().saturating_sub(1))));
        format!(
            "On {} photographs, with a fresh fc8, the rank correlation is {s} for saliency, {g} for guided backpropagation and {c} for Grad-CAM; with every layer fresh {last_s}, {last_g} and {last_c}.",
            shown.get_untracked(),
        )
    });
    let picture = Signal::derive(move || figures::sanity(found.get().as_ref()?));
    view! {
        <Experiment
            id="sanity"
            label="Forget, layer by layer"
            about="AlexNet explains six photographs. Then its last layer is replaced by a fresh one, then the last two, until nothing learned is left. Each time the order of the pixels’ heat is compared with the trained network’s."
            progress
            on_run
            guess=Guess {
                question: "Which explanation will change least when fc8 forgets everything?",
                choices: &["saliency", "guided backpropagation", "Grad-CAM"],
                outcome: Callback::new(move |()| {
                    let Finding::Sanity(found) = found.get_untracked()? else { return None };
                    let first = *found.get(1)?;
                    (0..3).max_by(|a, b| first[*a].total_cmp(&first[*b]))
                }),
            }
        />
        <Figure id="sanity-test" technique="saliency" title="What is left of an explanation" picture empty="Not measured yet.">
            <strong>"A line that stays high is a warning."</strong>
            " 1 is the same order of pixels, 0 is no relation. The slider “Last layers made fresh” shows the same on your own picture."
        </Figure>
    }
}
