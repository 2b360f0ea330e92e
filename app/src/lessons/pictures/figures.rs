//! Pictures of a network at school.

use leptos::prelude::*;
use models::metrics::largest;

use super::{PIXELS, SIDE, SchoolView, Shown, page::Pupil};
use crate::{
    session::Session,
    widgets::{Bars, ConfusionMatrix, Ink, Tile},
};

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

/// The network's answer as one bar for each class.
pub fn answer<P: Pupil>(session: Session<P>) -> Signal<Option<Bars>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let probabilities = P::probabilities(&snapshot);
        let labels = classes(session);
        (probabilities.len() == labels.len()).then(|| Bars {
            labels,
            values: probabilities.iter().map(|value| f64::from(*value)).collect(),
            highlight: Some(largest(probabilities)),
            unit: String::new(),
            max: Some(1.0),
        })
    })
}
