//! Pictures of a network at school.

use leptos::prelude::*;
use models::metrics::largest;

use super::{PIXELS, SIDE, SchoolView, Shown, page::Pupil};
use crate::{
    session::{Session, protocol::Series as Curve},
    site::figures as site,
    widgets::{Bars, Chart, ConfusionMatrix, Ink, Marker, Tile, number},
};

/// Training and held-out values of one kind, and the step from which on it learns from all pictures.
pub fn curves<P: Pupil>(
    session: Session<P>,
    training: Curve,
    held_out: Curve,
    label: &'static str,
) -> Signal<Option<Chart>> {
    let joined = Memo::new(move |_| {
        session.snapshot.with(|snapshot| {
            let school = P::school(snapshot.as_ref()?)?;
            Some((school.joined?, school.here))
        })
    });
    let chart = site::curves(session, training, held_out, label);
    Signal::derive(move || {
        let joined = joined.get().map(|(step, pictures)| Marker {
            x: step as f64,
            label: format!("{} from here on", number(pictures.into())),
            color: Ink::Soft,
        });
        chart.get().map(|chart| Chart { markers: joined.into_iter().collect(), ..chart })
    })
}

/// Truth against answer on the held-out pictures.
pub fn confusion<P: Pupil>(
    session: Session<P>,
    selected: RwSignal<Option<(usize, usize)>>,
) -> Signal<Option<ConfusionMatrix>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let counts = P::school(&snapshot)?.confusion.clone();
        let labels = classes(session);
        // Right after a change of data the old snapshot is still here.
        (counts.len() == labels.len().pow(2)).then(|| ConfusionMatrix { labels, counts, selected: selected.get() })
    })
}

/// The names of the classes.
pub fn classes<P: Pupil>(session: Session<P>) -> Vec<String> {
    session.settings.with(crate::session::protocol::Settings::classes)
}

/// The pictures behind the chosen cell of the matrix.
pub fn shown<P: Pupil>(session: Session<P>) -> Signal<Vec<Tile>> {
    Signal::derive(move || {
        let labels = classes(session);
        let snapshot = session.snapshot.get();
        let school = snapshot.as_ref().and_then(|snapshot| P::school(snapshot));
        school.map_or_else(Vec::new, |school: &SchoolView| {
            school.shown.iter().map(|shown| tile_of(shown, &labels)).collect()
        })
    })
}

fn tile_of(shown: &Shown, labels: &[String]) -> Tile {
    let name = |class: u8| labels.get(usize::from(class)).map_or("", String::as_str);
    tile(&shown.pixels, format!("{} called {}", name(shown.truth), name(shown.called)), None)
}

/// One small picture of 28 × 28 bytes.
pub fn tile(pixels: &[u8], label: impl Into<String>, mark: Option<Ink>) -> Tile {
    let pixels = pixels.iter().map(|pixel| f32::from(*pixel) / 255.0).collect();
    Tile { pixels, rows: SIDE, columns: SIDE, label: label.into(), mark }
}

/// Pictures that lie one after another.
pub fn tiles(pictures: &[u8]) -> Vec<Tile> {
    pictures.chunks_exact(PIXELS).map(|picture| tile(picture, "", None)).collect()
}

/// One probability for each class as bars; nothing before they are there.
pub fn bars(labels: Vec<String>, probabilities: &[f32]) -> Option<Bars> {
    (probabilities.len() == labels.len()).then(|| Bars {
        labels,
        values: probabilities.iter().map(|value| f64::from(*value)).collect(),
        highlight: Some(largest(probabilities)),
        unit: String::new(),
        max: Some(1.0),
    })
}

/// The network's answer as one bar for each class.
pub fn answer<P: Pupil>(session: Session<P>) -> Signal<Option<Bars>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        bars(classes(session), P::probabilities(&snapshot))
    })
}
