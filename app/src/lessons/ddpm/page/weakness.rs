//! Expose weakness: too few steps, what a picture costs, and what guidance takes away.

use leptos::prelude::*;

use super::{
    desk::Desk,
    live_trials::FewPointSteps,
    reverse::plates,
    sheets::names,
    strength::{judged_row, percent, share_of},
    trial::{self, Tried, Underway},
};
use crate::{
    lessons::{
        ddpm::pictures::{Finding, Guided, Judged, Net, Trial},
        pictures::PictureSet,
    },
    site::{
        experiment::{Experiment, Guess},
        frame::{NextLesson, Stage, StageKind},
    },
    widgets::{Axis, Chart, Figure, Ink, PlateRow, Plates, Series, number, plain},
};

/// The fourth stage.
#[component]
pub fn Weakness(
    /// The reader's desk.
    desk: Desk,
) -> impl IntoView {
    view! {
        <Stage kind=StageKind::Weakness claim="A few steps leave noise or a blur, and every step asks the whole network">
            <p>
                "Each step back is short for a reason. The guess at the end is a mean of all that could become of the noise, and a long step lands in "
                "that mean. How few steps will do?"
            </p>
            <FewSteps desk />
            <p>
                "The same happens on the plane, where you can see it point by point."
            </p>
            <FewPointSteps session=desk.session />
            <p>
                "So a picture has its price. A VAE has one too: it asks its decoder once."
            </p>
            <CostOfAPicture desk />
            <p>
                "Guidance makes pictures more like their class. It does so by pushing all of them the same way."
            </p>
            <Guidance desk />
            <NextLesson slug="vae">"One pass instead of many steps, and a map to walk on: what this network lacks, the older one has. It pays with blur."</NextLesson>
            <NextLesson slug="dcgan">"One pass, and sharp: two networks play against each other for it, and that game has troubles of its own."</NextLesson>
        </Stage>
    }
}

#[component]
fn FewSteps(desk: Desk) -> impl IntoView {
    let Tried { progress, found, on_run } = trial::experiment(desk, Trial::FewSteps, |finding| {
        let Finding::FewSteps(found) = finding else { return String::new() };
        let told: Vec<String> = found
            .iter()
            .enumerate()
            .map(|(at, (steps, judged))| match at {
                0 => format!(
                    "In {} the judges recognise {} of {} pictures",
                    steps_of(*steps),
                    right(judged),
                    judged.len()
                ),
                _ => format!("in {steps} {}", right(judged)),
            })
            .collect();
        format!("{}. {} {}", told.join(", "), enough(found), sharpness(&edges_over_steps(found)))
    });
    let chart = Signal::derive(move || {
        let Some(Finding::FewSteps(found)) = found.get() else { return None };
        let line = |name: &str, set: PictureSet, ink: Ink| {
            let points = found.iter().map(|(steps, judged)| (f64::from(*steps), share_of(judged, set)));
            Series::new(name, points.collect(), ink)
        };
        let sharp: Vec<(f64, f64)> =
            edges_over_steps(&found).into_iter().map(|(steps, share)| (steps.into(), share)).collect();
        let highest = sharp.iter().map(|(_, share)| *share).fold(1.0, f64::max);
        Some(Chart {
            series: vec![
                Series::new("edges", sharp, Ink::Class(2)).width(2.6),
                line("digits", PictureSet::Mnist, Ink::Class(0)),
                line("clothes", PictureSet::Fashion, Ink::Class(1)).dashed(),
            ],
            x: Axis::new("steps from noise to picture").log(),
            y: Axis::new(format!("recognised; edges against {} steps", found.last()?.0)).percent().to(highest),
            height: 210.0,
            ..Chart::default()
        })
    });
    let picture = Signal::derive(move || {
        let Some(Finding::FewSteps(found)) = found.get() else { return None };
        let row = |(steps, judged): &(u16, Vec<Judged>)| judged_row(steps_of(*steps), judged);
        Some(Plates { columns: names(Net::Small), rows: found.iter().map(row).collect(), tile: 72.0, focus: None })
    });
    view! {
        <Experiment
            id="few-steps"
            label="Take fewer steps"
            about="One picture of each class, the same noise every time, in 1, 2, 3, 5, 10 and 25 steps. The LeNets say what they see. Rule, schedule and guidance are those of your settings."
            progress
            on_run
            guess=Guess {
                question: "In how many steps will the judges first recognise at least nine in ten?",
                choices: &["1", "2 or 3", "5 or more"],
                outcome: Callback::new(move |()| {
                    let Some(Finding::FewSteps(found)) = found.get_untracked() else { return None };
                    let enough = found.iter().find(|(_, judged)| Judged::share(judged) >= 0.9);
                    Some(match enough.map(|(steps, _)| *steps) {
                        Some(0..=1) => 0,
                        Some(2..=3) => 1,
                        _ => 2,
                    })
                }),
            }
        />
        <Underway desk trial=Trial::FewSteps progress />
        <div class="wide stack">
            <Figure id="steps-pictures" technique="sample-grid" title="The same noise in few steps and in many" picture empty="Not drawn yet. How few steps would you take?">
                <strong>"Go up a column, from many steps to few, and stop where you would send it back."</strong>
                " The noise is the same all along. What a LeNet still recognises can look poor to you: recognising asks for less than drawing."
            </Figure>
            <Figure id="steps-test" technique="learning-curves" title="Recognised and sharp, against steps" picture=chart empty="Not measured yet.">
                <strong>"Which line is last to arrive?"</strong>
                " A judge is content with a rough shape. Edges are how much neighbouring pixels differ, against the most steps: less than 100 % is softer, more is rougher."
            </Figure>
        </div>
    }
}

/// So many steps in words.
fn steps_of(steps: u16) -> String {
    format!("{steps} step{}", if steps == 1 { "" } else { "s" })
}

/// How many are called what was asked for.
fn right(judged: &[Judged]) -> usize {
    judged.iter().filter(|one| one.is_right()).count()
}

/// What more steps buy, for the judges: a difference of one picture is none.
fn enough(found: &[(u16, Vec<Judged>)]) -> String {
    let (Some(first), Some(last)) = (found.first(), found.last()) else { return String::new() };
    let most = right(&last.1);
    let least = found.iter().find(|(_, judged)| right(judged) + 1 >= most).map_or(last.0, |it| it.0);
    match least {
        steps if steps == first.0 => "For the judges more steps change nothing that counts.".to_owned(),
        steps if steps == last.0 => {
            let times = number(round_to_two(f64::from(last.0) / f64::from(first.0.max(1))));
            format!("{} cost {times} times as much as {}, and buy that.", steps_of(last.0), first.0)
        }
        steps => format!("For the judges {} do as well as {}; fewer do not.", steps_of(steps), last.0),
    }
}

/// How strong edges are: the mean difference of neighbouring pixels from 0 to 1.
fn edges(judged: &[Judged]) -> f64 {
    let side = Net::Small.side();
    let difference = |one: u8, other: u8| f64::from(one.abs_diff(other)) / 255.0;
    let mean = |picture: &[u8]| {
        let across = picture.chunks_exact(side).flat_map(|row| row.windows(2)).map(|pair| difference(pair[0], pair[1]));
        let down = picture.iter().zip(picture.iter().skip(side)).map(|(one, other)| difference(*one, *other));
        across.chain(down).sum::<f64>() / (2 * side * (side - 1)) as f64
    };
    judged.iter().map(|one| mean(&one.picture)).sum::<f64>() / judged.len().max(1) as f64
}

/// The strength of the edges after so many steps, as a share of that after the most.
fn edges_over_steps(found: &[(u16, Vec<Judged>)]) -> Vec<(u16, f64)> {
    let all = found.last().map_or(1.0, |(_, judged)| edges(judged)).max(1e-9);
    found.iter().map(|(steps, judged)| (*steps, edges(judged) / all)).collect()
}

/// What edges of so much of their strength mean: those after the fewest steps, and the softest.
fn sharpness(edges: &[(u16, f64)]) -> String {
    let looks = |share: f64| match share {
        share if share < 0.97 => "they are softer",
        share if share > 1.03 => "noise is left in them",
        _ => "they are as sharp",
    };
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else { return String::new() };
    let told = format!(
        "Neighbouring pixels differ {} as much in pictures of {} as in those of {}: {}.",
        percent(first.1),
        steps_of(first.0),
        last.0,
        looks(first.1),
    );
    let softest = edges.iter().fold(first, |least, one| if one.1 < least.1 { one } else { least });
    if softest.0 == first.0 || softest.1 >= 0.97 {
        return told;
    }
    format!("{told} Softest are those of {}, with {}.", steps_of(softest.0), percent(softest.1))
}

#[component]
fn CostOfAPicture(desk: Desk) -> impl IntoView {
    let Tried { progress, found, on_run } = trial::experiment(desk, Trial::Cost, |finding| {
        let Finding::Cost(cost) = finding else { return String::new() };
        let factor = cost.milliseconds / cost.decoder.max(1e-6);
        format!(
            "One digit in {} steps took {} ms here and asked the network {} times; one pass of the VAE’s decoder took {} ms. That is {} times as long.",
            cost.steps,
            number(round_to_two(cost.milliseconds.into())),
            cost.asked,
            number(round_to_two(cost.decoder.into())),
            number(round_to_two(factor.into())),
        )
    });
    let table = move || {
        let Some(Finding::Cost(cost)) = found.get() else { return None };
        let [mine, its] = cost.multiply_adds.map(|count| count as f64);
        let factor = |mine: f64, its: f64| number(round_to_two(mine / its.max(1e-9)));
        let asked = f64::from(cost.asked.max(1));
        Some(view! {
            <div class="table-scroll">
                <table class="plain">
                    <caption>{format!("One digit: {} steps here, one pass there. Measured in this tab; each time is the median of several.", cost.steps)}</caption>
                    <thead>
                        <tr><th scope="col">"measure"</th><th scope="col" class="number">"this network"</th><th scope="col" class="number">"VAE’s decoder"</th><th scope="col" class="number">"factor"</th></tr>
                    </thead>
                    <tbody>
                        <tr>
                            <th scope="row">"milliseconds for a picture"</th>
                            <td class="number" data-readout="picture-time">{plain(cost.milliseconds.into(), 1)}</td>
                            <td class="number" data-readout="decoder-time">{plain(cost.decoder.into(), 3)}</td>
                            <td class="number">{factor(cost.milliseconds.into(), cost.decoder.into())}</td>
                        </tr>
                        <tr>
                            <th scope="row">"times that a network is asked"</th>
                            <td class="number">{cost.asked}</td>
                            <td class="number">"1"</td>
                            <td class="number">{factor(asked, 1.0)}</td>
                        </tr>
                        <tr>
                            <th scope="row">"million multiply-adds for a picture"</th>
                            <td class="number">{number(mine / 1e6)}</td>
                            <td class="number">{number(its / 1e6)}</td>
                            <td class="number">{factor(mine, its)}</td>
                        </tr>
                    </tbody>
                </table>
            </div>
        })
    };
    let picture = Signal::derive(move || {
        let Some(Finding::Cost(cost)) = found.get() else { return None };
        let times = [cost.milliseconds, cost.decoder];
        let plate = |at: usize| {
            let plate = plates(Net::Small, &cost.pictures[at]).pop()?;
            Some(plate.note(format!("{} ms", number(round_to_two(times[at].into())))))
        };
        let columns = vec![format!("{} steps", cost.steps), "one pass".to_owned()];
        let rows = vec![PlateRow { name: String::new(), plates: vec![plate(0), plate(1)] }];
        Some(Plates { columns, rows, tile: 150.0, focus: None })
    });
    view! {
        <Experiment
            id="cost"
            label="Measure the price"
            about="A zero by this network, drawn three times, and one pass of the trained VAE’s decoder at a random place of its map, repeated until the clock can tell. Both run in this worker, on the same processor."
            progress
            on_run
            guess=Guess {
                question: "How many times as long will this network take?",
                choices: &["up to 10", "10 to 1,000", "more than 1,000"],
                outcome: Callback::new(move |()| {
                    let Some(Finding::Cost(cost)) = found.get_untracked() else { return None };
                    let factor = cost.milliseconds / cost.decoder.max(1e-6);
                    Some(usize::from(factor > 10.0) + usize::from(factor > 1000.0))
                }),
            }
        />
        <Underway desk trial=Trial::Cost progress />
        {table}
        <Figure id="cost-test" technique="sample-grid" title="What the time buys" picture empty="Not measured yet.">
            <strong>"Compare the edges, then the times."</strong>
            " The VAE draws the mean of what its place on the map could be. This network decides, step by step, for one picture. "
            "DCGAN, which draws in one pass too, joins when its lesson is built."
        </Figure>
    }
}

/// Two figures that count.
fn round_to_two(value: f64) -> f64 {
    if !(value > 0.0 && value.is_finite()) {
        return 0.0;
    }
    let unit = 10_f64.powf(value.log10().floor() - 1.0);
    (value / unit).round() * unit
}

/// From this share on, less is said to be little, or much.
const LITTLE: f64 = 0.03;
const MUCH: f64 = 0.15;

/// The share of the first's diversity that the last one lacks.
fn lost(first: &Guided, last: &Guided) -> f64 {
    1.0 - f64::from(last.unlike) / f64::from(first.unlike).max(1e-9)
}

/// The same in words.
fn changed(first: &Guided, last: &Guided) -> String {
    let lost = lost(first, last);
    format!("{} {}", percent(lost.abs()), if lost >= 0.0 { "less" } else { "more" })
}

#[component]
fn Guidance(desk: Desk) -> impl IntoView {
    let Tried { progress, found, on_run } = trial::experiment(desk, Trial::Guidance, move |finding| {
        let Finding::Guided(found) = finding else { return String::new() };
        let (Some(first), Some(last)) = (found.first(), found.last()) else { return String::new() };
        let class = first.judged.first().map_or("", |one| Net::Small.class(one.class));
        format!(
            "{} pictures of “{class}”: two of them are unlike by {:.2} on average without guidance and by {:.2} at {}, {}. The judge is {} sure, then {}. {}",
            first.judged.len(),
            first.unlike,
            last.unlike,
            last.weight,
            changed(first, last),
            percent(first.sure()),
            percent(last.sure()),
            match lost(first, last) {
                lost if lost >= MUCH => "Strong guidance costs diversity.",
                lost if lost >= LITTLE => "Here strong guidance costs a little diversity.",
                _ => "Here guidance costs no diversity that this measure sees; look at the pictures themselves.",
            },
        )
    });
    let chart = Signal::derive(move || {
        let Some(Finding::Guided(found)) = found.get() else { return None };
        let line = |read: &dyn Fn(&Guided) -> f64| found.iter().map(|one| (f64::from(one.weight), read(one))).collect();
        Some(Chart {
            series: vec![
                Series::new("how unlike two of them are", line(&|one| one.unlike.into()), Ink::Class(0)),
                Series::new("how sure the judge is", line(&Guided::sure), Ink::Class(1)).dashed(),
            ],
            x: Axis::new("guidance"),
            y: Axis::new("from 0 to 1").from(0.0).to(1.0),
            ..Chart::default()
        })
    });
    let picture = Signal::derive(move || {
        let Some(Finding::Guided(found)) = found.get() else { return None };
        let row = |one: &Guided| judged_row(format!("guidance {}", one.weight), &one.judged);
        let count = found.first().map_or(0, |one| one.judged.len());
        let columns = (1..=count).map(|noise| format!("noise {noise}")).collect();
        Some(Plates { columns, rows: found.iter().map(row).collect(), tile: 84.0, focus: None })
    });
    view! {
        <Experiment
            id="guidance"
            label="Guide harder"
            about="The class of your settings (a 3 where it is none of the 20) out of eight noises, guided 1, 2, 4, 8 and 16 times. Measured: how unlike two of the pictures are, and how sure the judge is of the class."
            progress
            on_run
            guess=Guess {
                question: "Will eight pictures guided 16 times be as different from each other as without guidance?",
                choices: &["yes, or more", "up to a quarter less", "more than a quarter less"],
                outcome: Callback::new(move |()| {
                    let Some(Finding::Guided(found)) = found.get_untracked() else { return None };
                    let lost = lost(found.first()?, found.last()?);
                    Some(usize::from(lost >= LITTLE) + usize::from(lost > 0.25))
                }),
            }
        />
        <Underway desk trial=Trial::Guidance progress />
        <div class="wide stack">
            <Figure id="guidance-pictures" technique="sample-grid" title="One class, eight noises, guided harder and harder" picture empty="Not drawn yet.">
                <strong>"Go down, and look how much the eight still differ."</strong>
                " Slant and style are what the class does not say. Guidance pushes toward what makes the class likelier, and away from all the rest."
            </Figure>
            <Figure id="guidance-test" technique="learning-curves" title="Certainty against diversity" picture=chart empty="Not measured yet.">
                <strong>"Where does the line of unlikeness fall, and where does it stop?"</strong>
                " How unlike two pictures are is 1 without the correlation of their pixels: 0 if one is only paler or harsher than the other, 1 if they have nothing in common. The mean over all pairs is drawn. Plain differences of pixels would say less: guided pictures are harsher, and that alone makes such differences larger. How much is lost depends on the class: try a 2, then a sandal."
            </Figure>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(at: impl Fn(usize, usize) -> u8) -> Judged {
        let picture = (0..28 * 28).map(|place| at(place / 28, place % 28)).collect();
        Judged { picture, ..Judged::default() }
    }

    #[test]
    fn edges_are_differences_of_neighbours() {
        assert_eq!(edges(&[picture(|_, _| 77)]), 0.0);
        let stripes = picture(|_, column| if column % 2 == 0 { 255 } else { 0 });
        let board = picture(|row, column| if (row + column) % 2 == 0 { 255 } else { 0 });
        let both = [stripes, board];
        assert!((edges(&both[..1]) - 0.5).abs() < 1e-9 && (edges(&both[1..]) - 1.0).abs() < 1e-9);
        assert!((edges(&both) - 0.75).abs() < 1e-9);
        assert_eq!(edges(&[]), 0.0);
    }

    #[test]
    fn one_picture_is_no_difference() {
        let judged = |right: usize| -> Vec<Judged> {
            (0..20).map(|place| Judged { class: 1, called: u8::from(place < right), ..Judged::default() }).collect()
        };
        let found = |rights: [usize; 3]| [1, 5, 25].into_iter().zip(rights.map(judged)).collect::<Vec<_>>();
        assert!(enough(&found([18, 20, 19])).starts_with("For the judges more steps change nothing"));
        assert!(enough(&found([17, 18, 19])).starts_with("For the judges 5 steps do as well as 25"));
        assert!(enough(&found([9, 15, 19])).starts_with("25 steps cost 25 times as much as 1"));
    }

    #[test]
    fn the_fewest_steps_and_the_softest_are_told() {
        let told = sharpness(&[(1, 1.18), (2, 0.83), (25, 1.0)]);
        assert!(told.contains("118 % as much in pictures of 1 step") && told.contains("noise is left"), "{told}");
        assert!(told.ends_with("Softest are those of 2 steps, with 83 %."), "{told}");
        assert!(sharpness(&[(2, 0.8), (25, 1.0)]).ends_with("they are softer."));
    }

    #[test]
    fn what_guidance_takes_is_said_by_how_much() {
        let of = |unlike: f32| Guided { unlike, ..Guided::default() };
        assert_eq!(changed(&of(0.6), &of(0.42)), "30 % less");
        assert_eq!(changed(&of(0.5), &of(0.6)), "20 % more");
        assert!(lost(&of(0.0), &of(0.0)).is_finite());
    }
}
