//! Expose weakness: everybody looks at everybody, longer than learned is unknown land, and without positions order is lost.

use leptos::prelude::*;

use super::strength::STEPS;
use crate::{
    lessons::transformer::{Command, Cost, Settings, Shuffled, Snapshot, Transformer, WHOLE, symbol_name},
    session::Session,
    site::{
        experiment::{Experiment, Guess, Inquiry, Progress, inquire, train_to_stop},
        frame::{NextLesson, Stage, StageKind},
    },
    widgets::{Axis, Chart, Figure, Ink, Series as Line, Token, Tokens},
};

/// The fourth stage.
#[component]
pub fn Weakness(
    /// The main session; these experiments leave it alone and run in sessions of their own.
    session: Session<Transformer>,
) -> impl IntoView {
    let seed = Callback::new(move |()| session.settings.with_untracked(|settings| settings.seed));
    view! {
        <Stage kind=StageKind::Weakness claim="Everybody looks at everybody, and that is dear">
            <p>
                "A sentence of ten words has a hundred pairs of words; a book of a hundred thousand has ten thousand million. What each "
                "word does by itself grows with the length, what they do together with its square."
            </p>
            <Quadratic />
            <p>
                "And it knows only the places it was trained on. A learned table of positions says nothing of the ninth place if no "
                "sequence ever had nine symbols."
            </p>
            <Longer seed />
            <p>
                "Nothing in attention knows before from after. Without positions, “the dog bites the man” and “the man bites the dog” are "
                "one and the same bag."
            </p>
            <Unordered seed />
            <NextLesson slug="bert">
                "Each task still began from nothing, with its own pairs. What if one network first read plain text, hiding words from itself, and was then adapted a little to each task?"
            </NextLesson>
        </Stage>
    }
}

/// Trains a session of its own to the stop rule, then asks it one thing.
fn ask_when_taught<T: Clone + PartialEq + Send + Sync + 'static>(
    settings: impl Fn() -> Settings + Send + Sync + 'static,
    command: Command,
    read: impl Fn(&Snapshot) -> Option<T> + Send + Sync + 'static,
    finding: impl Fn(Session<Transformer>, &T) -> String + Send + Sync + 'static,
) -> Inquiry<T> {
    let progress = RwSignal::new(Progress::default());
    let slot = RwSignal::new(None::<Session<Transformer>>);
    let found = Memo::new(move |_| read(&*slot.get()?.snapshot.get()?));
    let on_run = Callback::new(move |()| {
        let session = Session::on_cpu(settings());
        slot.set(Some(session));
        let command = command.clone();
        train_to_stop(vec![session.bench], STEPS.into(), progress, move || session.command(command.clone()));
    });
    Effect::new(move |_| {
        if let (Some(session), Some(found)) = (slot.get(), found.get()) {
            progress.set(Progress::Done(untrack(|| finding(session, &found))));
        }
    });
    Inquiry { progress, found, on_run }
}

/// How many times as much a length costs as one that is so many times shorter.
fn grown(costs: &[Cost], read: fn(&Cost) -> f32) -> Option<(u32, f32)> {
    let (last, first) = (costs.last()?, costs.get(costs.len().checked_sub(3)?)?);
    Some((last.length / first.length.max(1), read(last) / read(first)))
}

#[component]
fn Quadratic() -> impl IntoView {
    let Inquiry { progress, found, on_run } = inquire(
        || {
            let session = Session::<Transformer>::on_cpu(Settings::default());
            session.command(Command::Measure);
            session
        },
        |snapshot| (!snapshot.found.costs.is_empty()).then(|| snapshot.found.costs.clone()),
        |costs| {
            let attention = grown(costs, |cost| cost.attention).unwrap_or((1, f32::NAN));
            let rest = grown(costs, |cost| cost.rest).unwrap_or((1, f32::NAN));
            let last = costs.last().copied().unwrap_or_default();
            let longer = attention.0;
            format!(
                "A sequence {longer} times as long takes {:.1} times as long in the attention of one layer (the square would be {}) and {:.1} times as long in the rest. At {} words attention takes {:.1} ms against {:.1} ms, and its weights {:.1} MB; 100,000 words would need {:.0} GB.",
                attention.1,
                longer * longer,
                rest.1,
                last.length,
                last.attention,
                last.rest,
                last.bytes as f64 / 1e6,
                last.bytes as f64 * (1e5 / f64::from(last.length.max(1))).powi(2) / 1e9,
            )
        },
    );
    let picture = Signal::derive(move || {
        let costs = found.get()?;
        let line = |name: &str, read: fn(&Cost) -> f32, ink| {
            let points = costs.iter().map(|cost| (f64::from(cost.length), f64::from(read(cost)))).collect();
            Line::new(name, points, ink)
        };
        Some(Chart {
            series: vec![
                line("attention", |cost| cost.attention, Ink::Class(1)),
                line("the rest", |cost| cost.rest, Ink::Class(0)).dashed(),
            ],
            x: Axis::new("words").log(),
            y: Axis::new("milliseconds of one layer, here").log(),
            height: 210.0,
            ..Chart::default()
        })
    });
    view! {
        <Experiment
            id="quadratic"
            label="Measure the cost"
            about="One layer with 128 numbers a word and four heads, timed in your browser for 64 to 1,024 words: scores, softmax and mixing on one side, on the other all that each word does by itself."
            progress
            on_run
            guess=Guess {
                question: "Four times as many words: how many times as long will attention take?",
                choices: &["about 4 times", "about 8 times", "12 times or more"],
                outcome: Callback::new(move |()| {
                    let (_, ratio) = grown(&found.get_untracked()?, |cost| cost.attention)?;
                    Some(usize::from(ratio > 6.0) + usize::from(ratio >= 12.0))
                }),
            }
        />
        <Figure id="cost-test" technique="learning-curves" title="Time over the length" picture empty="Not measured yet.">
            <strong>"Compare the slopes."</strong>
            " Both axes are logarithmic: a line that rises twice as steeply grows with the square."
        </Figure>
    }
}

#[component]
fn Longer(seed: Callback<(), u32>) -> impl IntoView {
    let Inquiry { progress, found, on_run } = ask_when_taught(
        move || Settings { stop: STEPS, seed: seed.run(()), ..Settings::default() },
        Command::Longer,
        |snapshot| (!snapshot.found.longer.is_empty()).then(|| snapshot.found.longer.clone()),
        |_, found| {
            let at = |place: usize| found.get(place).copied().unwrap_or_default();
            let ((learned, _, whole), (next, symbols, next_whole), (last, last_symbols, _)) =
                (at(0), at(1), at(found.len().saturating_sub(1)));
            format!(
                "Of sequences of {learned} symbols it reverses {:.1} %. With {next} it is {:.1} %, and {:.1} % of the symbols; with {last} only {:.1} % of the symbols are right.",
                whole * 100.0,
                next_whole * 100.0,
                symbols * 100.0,
                last_symbols * 100.0,
            )
        },
    );
    let picture = Signal::derive(move || {
        let found = found.get()?;
        let line = |name: &str, read: fn(&(u8, f32, f32)) -> f32, ink| {
            Line::new(name, found.iter().map(|it| (f64::from(it.0), f64::from(read(it)))).collect(), ink)
        };
        Some(Chart {
            series: vec![line("symbols", |it| it.1, Ink::Class(0)), line("whole", |it| it.2, Ink::Class(1)).dashed()],
            x: Axis::new("symbols of a sequence").integer(),
            y: Axis::new("share right").percent().to(1.0),
            ..Chart::default()
        })
    });
    view! {
        <Experiment
            id="longer"
            label="Make them longer"
            about="It learns to reverse eight symbols, in a worker of its own. Then it is given nine, ten, twelve, fourteen and sixteen."
            progress
            on_run
        />
        <Figure
            id="longer-test"
            technique="learning-curves"
            title="Longer than it learned"
            picture
            empty="Not run yet."
        >
            <strong>"Look at the first step to the right."</strong>
            " One symbol more, and hardly a whole sequence is right: the new place has a vector that was never trained."
        </Figure>
    }
}

#[component]
fn Unordered(seed: Callback<(), u32>) -> impl IntoView {
    let Inquiry { progress, found, on_run } = ask_when_taught(
        move || Settings { positions: false, stop: STEPS, seed: seed.run(()), ..Settings::default() },
        Command::Shuffle,
        |snapshot| snapshot.found.shuffled.clone(),
        |session, Shuffled { same, count, .. }| {
            let whole = session.bench.last(WHOLE).unwrap_or_default() * 100.0;
            format!(
                "Without positions it reverses {whole:.1} % of the sequences. Of {count} held-out sequences, {:.1} % get the very same answer when their symbols are shuffled.",
                same * 100.0,
            )
        },
    );
    view! {
        <Experiment
            id="unordered"
            label="Shuffle without positions"
            about="A network that is not told positions learns as well as it can. Then each sequence is shuffled, and both answers are compared, symbol by symbol."
            progress
            shows=move || view! { <Show when=move || found.with(Option::is_some)><BothAnswers found /></Show> }
            on_run
        />
    }
}

/// A sequence and the same one shuffled, each with its answer: what should stand elsewhere is marked.
#[component]
fn BothAnswers(found: Memo<Option<Shuffled>>) -> impl IntoView {
    let count = Settings::default().symbols;
    let row = move |which: usize, answer: bool| {
        Signal::derive(move || {
            found.with(|found| {
                let Some((read, written)) = found.as_ref().map(|found| &found.example[which]) else {
                    return Vec::new();
                };
                let symbols = if answer { written } else { read };
                let token = |(symbol, wanted): (&u8, &u8)| Token {
                    text: symbol_name(*symbol, count),
                    wrong: answer && symbol != wanted,
                    ..Token::default()
                };
                symbols.iter().zip(read.iter().rev()).map(token).collect()
            })
        })
    };
    let nothing = Signal::stored(None);
    view! {
        <div class="sentence-card" data-shown="shuffled">
            <Tokens label="A sequence" tokens=row(0, false) chosen=nothing />
            <Tokens label="What it writes" tokens=row(0, true) chosen=nothing />
            <Tokens label="The same symbols, shuffled" tokens=row(1, false) chosen=nothing />
            <Tokens label="What it writes now" tokens=row(1, true) chosen=nothing />
            <p class="sentence-note">"Compare the two answers. What is not the reversed sequence is marked."</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_told_over_a_factor_of_four() {
        let cost = |length: u32| Cost { length, attention: (length * length) as f32, rest: length as f32, bytes: 0 };
        let costs = [64, 128, 256, 512, 1024].map(cost);
        assert_eq!(grown(&costs, |cost| cost.attention), Some((4, 16.0)));
        assert_eq!(grown(&costs, |cost| cost.rest), Some((4, 4.0)));
        assert_eq!(grown(&costs[..2], |cost| cost.rest), None);
    }
}
