//! What every lesson with a network at school shows the reader: a pad to draw on, and the matrix of mistakes.

use leptos::prelude::*;

use super::{SIDE, SchoolView, figures, photo::PhotoDigit};
use crate::{
    session::{Session, protocol::Protocol},
    site::{embed::Setting, frame::replay},
    widgets::{Chips, ConfusionMatrix, DrawPad, Examples, Figure, PointEvent, Scale, Stroke, center},
};

/// A lesson whose network learns small pictures.
pub trait Pupil: Protocol {
    /// How it is doing; nothing while the lesson shows something else.
    fn school(snapshot: &Self::Snapshot) -> Option<&SchoolView>;
    /// What it says of the picture that it is shown: one probability for each class.
    fn probabilities(snapshot: &Self::Snapshot) -> &[f32];
    /// Shows it 784 pixels from 0 to 1.
    fn probe(pixels: Vec<f32>) -> Self::Command;
    /// Shows it a held-out picture.
    fn pick(index: u32) -> Self::Command;
    /// Asks for the pictures behind a cell of the matrix: truth, called.
    fn show(truth: u8, called: u8) -> Self::Command;
}

/// A pad to draw on, and what the network says of the drawing.
#[component]
pub fn Drawing<P: Pupil>(
    /// The main session.
    session: Session<P>,
    /// The pad's name.
    label: &'static str,
) -> impl IntoView {
    let (value, lying) = (RwSignal::new(Vec::<f32>::new()), RwSignal::new(None));
    let held_out =
        Memo::new(move |_| session.snapshot.with(|snapshot| P::school(snapshot.as_ref()?)?.held_out.clone()));
    Effect::new(move || {
        let shares = |pixels: Vec<u8>| pixels.into_iter().map(|pixel| f32::from(pixel) / 255.0).collect();
        lying.set(held_out.get().map(shares));
    });
    let whose = move || match lying.with(Option::is_some) {
        true => "of a held-out picture. Your first stroke begins on fresh paper.",
        false => "of your digit, sized and centred as MNIST’s digits are.",
    };
    let answer = figures::answer(session);
    let called = move || {
        let bars = answer.get()?;
        bars.labels.get(bars.highlight?).cloned()
    };
    view! {
        <div class="stack">
            <div class="pad-card" data-belongs="answer">
                <DrawPad
                    label
                    size=SIDE
                    value
                    lying
                    on_change=Callback::new(move |pixels: Vec<f32>| session.command(P::probe(center(&pixels, SIDE))))
                />
                <p class="pad-answer">"The network says " <output data-readout="called">{called}</output>{whose}</p>
            </div>
            <div data-belongs="answer">
                <PhotoDigit
                    label="Or show it one on paper"
                    on_digit=Callback::new(move |pixels: Vec<f32>| {
                        lying.set(None);
                        value.set(pixels.clone());
                        session.command(P::probe(pixels));
                    })
                />
            </div>
            <Figure
                id="answer"
                technique="feature-maps"
                title="What it says of the picture on the pad"
                picture=answer
                empty="Draw something: ten probabilities appear."
            >
                <strong>"Draw while it trains."</strong>
                " The bars are ten probabilities that add up to one. Early on they are nearly equal; later one of them takes nearly all."
            </Figure>
        </div>
    }
}

/// How many pictures there are to learn from.
#[component]
pub fn ExamplesChips(
    /// How many.
    value: Signal<u32>,
    /// Takes another number.
    on_change: Callback<u32>,
) -> impl IntoView {
    let options = [2_000, 12_000, 60_000].map(|count: u32| (count, format!("{},{:03}", count / 1000, count % 1000)));
    view! { <Setting key="examples"><Chips label="Pictures to learn from" options=options.to_vec() value on_change /></Setting> }
}

/// The most frequent mistakes.
fn mistakes_in_words(matrix: &ConfusionMatrix) -> String {
    let told = |(truth, called, count): &(usize, usize, u32)| {
        format!("{} called {} ({count})", matrix.labels[*truth], matrix.labels[*called])
    };
    let most: Vec<String> = matrix.mistakes().iter().take(3).map(told).collect();
    if most.is_empty() {
        "There are none now.".into()
    } else {
        format!("Now the most frequent are {}.", most.join(", "))
    }
}

/// The confusion matrix with the pictures behind each cell.
#[component]
pub fn Matrix<P: Pupil>(
    /// The main session.
    session: Session<P>,
    /// What it draws.
    picture: Signal<Option<ConfusionMatrix>>,
    /// The chosen cell.
    selected: RwSignal<Option<(usize, usize)>>,
) -> impl IntoView {
    let choose = move |cell: Option<(usize, usize)>| {
        if let Some((truth, called)) = cell {
            selected.set(cell);
            session.command(P::show(truth as u8, called as u8));
        }
    };
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind == Stroke::Down {
            choose(picture.get_untracked().and_then(|matrix| matrix.cell_at(event.x, event.y, event.width)));
        }
    });
    let on_key = Callback::new(move |key: String| {
        choose(picture.get_untracked().and_then(|matrix| matrix.cell_by_key(&key)));
    });
    let mistakes = Memo::new(move |_| picture.get().map_or_else(String::new, |matrix| mistakes_in_words(&matrix)));
    let pick = Callback::new(move |index: usize| {
        let number = session
            .snapshot
            .with_untracked(|snapshot| P::school(snapshot.as_ref()?)?.shown.get(index).map(|shown| shown.index));
        if let Some(number) = number {
            session.command(P::pick(number));
        }
    });
    view! {
        <Figure
            id="confusion"
            replay=replay(session.bench)
            technique="confusion-matrix"
            title="Confusion matrix"
            picture
            on_point
            on_key
            empty="The first evaluation fills it."
        >
            <strong>"Click a cell, or walk there with the arrow keys."</strong>
            " Rows are what a picture is, columns what it was called. Off the diagonal lie the mistakes. "
            {mistakes}
            <Examples label="The pictures behind the chosen cell" images=figures::shown(session) scale=Scale::Grey on_pick=pick />
        </Figure>
    }
}
