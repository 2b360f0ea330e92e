//! The experiments that train a network of points: noise becomes moons, and what too few steps do to them.

use std::sync::Arc;

use leptos::prelude::*;
use models::{
    data::points::PointKind,
    generative::{
        cloud::{Likeness, Reference},
        diffusion::Rule,
    },
};

use super::field::{keep_look, with_view};
use crate::{
    lessons::ddpm::{
        Command, Ddpm, Settings,
        points::{self, Cloud, Judged, Look, PointSettings, REACH},
    },
    session::Session,
    site::experiment::{Experiment, Guess, Progress, train_to_stop},
    widgets::{Arrows, Axis, Chart, Figure, Ink, Series as Line, VectorField},
};

/// Updates of a run.
const STEPS: u32 = 2000;
/// Steps of the walk that are few, and those that are many.
const FEW: u16 = 3;
const MANY: u16 = 50;

/// A network of its own that learns the moons.
fn moons(seed: u32) -> Session<Ddpm> {
    let points = PointSettings { cloud: Cloud::Kind(PointKind::Moons), stop: STEPS, seed, ..PointSettings::default() };
    Session::on_cpu(Settings { points, ..Settings::default() })
}

/// The newest walk of a session: it may have come with the newest frame.
fn newest(session: Session<Ddpm>, kept: RwSignal<Option<Arc<Look>>>) -> Option<Arc<Look>> {
    let now = untrack(|| with_view(session, |view| view.look.clone()).flatten());
    now.map(Arc::new).or_else(|| kept.get_untracked())
}

/// Noise becomes moons.
#[component]
pub fn NoiseToMoons(
    /// The bench's session, for its seed.
    session: Session<Ddpm>,
) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let kept = RwSignal::new(None::<Arc<Look>>);
    let reached = RwSignal::new(None::<Likeness>);
    let seed = move || session.settings.with_untracked(|settings| settings.points.seed);
    let data = RwSignal::new(Arc::new(Vec::new()));
    let on_run = Callback::new(move |()| {
        kept.set(None);
        reached.set(None);
        let own = moons(seed());
        let (training, ..) = own.settings.with_untracked(|settings| settings.points.places());
        data.set(Arc::new(training));
        keep_look(own, kept);
        train_to_stop(vec![own.bench], STEPS.into(), progress, move || {
            progress.set(Progress::Done(match newest(own, kept) {
                Some(look) => {
                    reached.set(look.likeness);
                    data.with_untracked(|data| finding(data, &look))
                }
                None => "The walk has not come; run it once more.".to_owned(),
            }));
        });
    });
    let picture = Signal::derive(move || {
        let look = kept.get()?;
        let begin = look.frames.first()?.clone();
        let end = look.frames.last()?;
        let drifting = end.iter().map(|place| (*place, Vec::new())).collect();
        Some((begin, drifting))
    });
    let plane = move |ends: bool| {
        Signal::derive(move || {
            let (begin, end) = picture.get()?;
            let drifting = if ends { end } else { begin.into_iter().map(|place| (place, Vec::new())).collect() };
            let (arrows, others) = (Arrows::default(), Arrows::default());
            let told = if ends { "After the walk." } else { "Before the walk." }.to_owned();
            Some(VectorField { points: data.get(), arrows, others, drifting, reach: REACH, told })
        })
    };
    view! {
        <Experiment
            id="moons"
            label="Turn noise into moons"
            about="A fresh network learns two moons in a worker of its own. Then points of pure noise walk back with what it has learned."
            progress
            on_run
            guess=Guess {
                question: "How many of the points of noise will end on the moons, nearer to a point of them than its fifth neighbour?",
                choices: &["less than half", "half to nine tenths", "more"],
                outcome: Callback::new(move |()| {
                    let on = reached.get_untracked()?.on;
                    Some(usize::from(on >= 0.5) + usize::from(on > 0.9))
                }),
            }
        />
        <div class="wide grid">
            <Figure id="moons-noise" technique="denoising" title="Before: noise" picture=plane(false) empty="Not run yet.">
                <strong>"The orange squares know nothing of the moons."</strong>
                " They are drawn from the standard normal distribution; blue is what the network learns from."
            </Figure>
            <Figure id="moons-test" technique="denoising" title="After: the same points, having walked" picture=plane(true) empty="Not run yet.">
                <strong>"Look for squares between the moons."</strong>
                " While it learns this is drawn anew several times a second, with the same noise each time."
            </Figure>
        </div>
    }
}

/// What was found, in numbers.
fn finding(data: &[[f32; 2]], look: &Look) -> String {
    let before = look.frames.first().and_then(|noise| Reference::new(data).compare(noise));
    let (Some(before), Some(after), Some(natural)) = (before, look.likeness, look.natural) else {
        return "There are no points to compare.".to_owned();
    };
    format!(
        "After {} updates {:.0} % of the points end on the moons and {:.0} % of the moons are covered; mean distance to the nearest point {:.3}. Of the noise they began as, {:.0} % lay there, at {:.3}; of real points that were held out {:.0} % do, at {:.3}.",
        look.step,
        100.0 * after.on,
        100.0 * after.covered,
        after.distance,
        100.0 * before.on,
        before.distance,
        100.0 * natural.on,
        natural.distance,
    )
}

/// The same network, in fewer and in more steps.
#[component]
pub fn FewPointSteps(
    /// The bench's session, for its seed.
    session: Session<Ddpm>,
) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let found = RwSignal::new(Vec::<Judged>::new());
    let seed = move || session.settings.with_untracked(|settings| settings.points.seed);
    let on_run = Callback::new(move |()| {
        found.set(Vec::new());
        let own = moons(seed());
        train_to_stop(vec![own.bench], STEPS.into(), progress, move || {
            own.command(Command::Points(points::Command::Judge));
            Effect::new(move || {
                if let Some(trouble) = own.bench.trouble.get() {
                    return progress.set(Progress::Done(trouble.sentence));
                }
                let judged = with_view(own, |view| view.judged.clone()).unwrap_or_default();
                if !judged.is_empty() {
                    let told = few_against_many(&judged);
                    found.set(judged);
                    progress.set(Progress::Done(told));
                }
            });
        });
    });
    let line = move |name: &'static str, rule: usize| {
        let points = found.with(|found| {
            found.iter().map(|it| (f64::from(it.steps), f64::from(it.likeness[rule].on))).collect::<Vec<_>>()
        });
        Line::new(name, points, Ink::Class(rule))
    };
    let picture = Signal::derive(move || {
        (!found.with(Vec::is_empty)).then(|| Chart {
            series: vec![line(Rule::Ddim.name(), 1), line(Rule::Ddpm.name(), 0).dashed()],
            x: Axis::new("steps of the walk").log(),
            y: Axis::new("points that end on the data").percent(),
            ..Chart::default()
        })
    });
    view! {
        <Experiment
            id="point-steps"
            label="Hurry"
            about="A network of points learns the moons. Then the same points of noise walk back in few steps and in many, by DDPM and by DDIM, all with this one network."
            progress
            on_run
            guess=Guess {
                question: "In three steps instead of fifty, by DDIM: how many of the points will end on the data?",
                choices: &["as many, within 5 in 100", "more than half as many", "less than half as many"],
                outcome: Callback::new(move |()| {
                    let on = |steps: u16| {
                        found.with_untracked(|found| Some(found.iter().find(|it| it.steps == steps)?.likeness[1].on))
                    };
                    let (few, many) = (on(FEW)?, on(MANY)?);
                    Some(usize::from(few < many - 0.05) + usize::from(few < many - 0.05 && few < 0.5 * many))
                }),
            }
        />
        <Figure
            id="point-steps-test"
            technique="learning-curves"
            title="Points on the data, by steps"
            picture
            empty="Not run yet."
        >
            <strong>"Read off how many steps are enough."</strong>
            " In one step every point is sent close to the middle of all data, and it is chance whether data lies there. Each further step splits the crowd once more."
        </Figure>
    }
}

/// What was found, in numbers.
fn few_against_many(judged: &[Judged]) -> String {
    let on = |steps: u16, rule: usize| {
        judged.iter().find(|it| it.steps == steps).map_or(0.0, |it| 100.0 * it.likeness[rule].on)
    };
    format!(
        "In {FEW} steps {:.0} % of the points end on the data by DDPM and {:.0} % by DDIM; in {MANY} steps {:.0} % and {:.0} %. In a single step it is {:.0} %.",
        on(FEW, 0),
        on(FEW, 1),
        on(MANY, 0),
        on(MANY, 1),
        on(1, 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_told() {
        let likeness = |on: f32| Likeness { on, covered: 0.5, distance: 0.1 };
        let frames = vec![vec![[9.0, 9.0]], vec![[0.0, 0.0]]];
        let look =
            Look { step: 9, frames, likeness: Some(likeness(0.75)), natural: Some(likeness(0.95)), errors: Vec::new() };
        let told = finding(&[[0.0, 0.0], [0.1, 0.0]], &look);
        assert!(told.contains("After 9 updates 75 %") && told.contains("0 % lay there"), "{told}");
        assert!(finding(&[], &look).contains("no points"));
        let judged = |steps, ddpm, ddim| Judged { steps, likeness: [likeness(ddpm), likeness(ddim)] };
        let told = few_against_many(&[judged(1, 0.1, 0.1), judged(3, 0.2, 0.3), judged(50, 0.8, 0.9)]);
        assert!(told.contains("20 %") && told.contains("30 %") && told.contains("90 %"), "{told}");
    }
}
