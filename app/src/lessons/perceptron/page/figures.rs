//! The pictures that only this lesson has.

use leptos::prelude::*;

use crate::{
    lessons::perceptron::Perceptron,
    session::Session,
    widgets::{Axis, Chart, Ink, Marker, Series as Line},
};

/// Mistakes of every pass.
pub fn mistakes(session: Session<Perceptron>) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let points: Vec<(f64, f64)> =
            snapshot.mistakes.iter().enumerate().map(|(pass, count)| (pass as f64 + 1.0, f64::from(*count))).collect();
        let markers = snapshot.cycle.map(|(begins, _)| Marker {
            x: f64::from(begins),
            label: "the cycle begins".into(),
            color: Ink::Bad,
        });
        (!points.is_empty()).then(|| Chart {
            series: vec![Line::new("mistakes", points, Ink::Class(1))],
            x: Axis::new("pass").integer().from(1.0),
            y: Axis::new("mistakes").integer().from(0.0),
            markers: markers.into_iter().collect(),
            ..Chart::default()
        })
    })
}

/// All corrections up to each pass, below the most that theory allows.
pub fn corrections(session: Session<Perceptron>) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        let snapshot = session.snapshot.get()?;
        let mut sum = 0.0;
        let counted = snapshot.mistakes.iter().enumerate().map(|(pass, count)| {
            sum += f64::from(*count);
            (pass as f64 + 1.0, sum)
        });
        let points: Vec<(f64, f64)> = counted.collect();
        let last = points.last()?.0;
        let bound = snapshot.bound.map(|bound| {
            let most = bound.corrections();
            Line::new("(R / γ)²", vec![(0.0, most), (last, most)], Ink::Soft).dashed()
        });
        Some(Chart {
            series: std::iter::once(Line::new("corrections", points, Ink::Class(1))).chain(bound).collect(),
            x: Axis::new("pass").integer().from(0.0),
            y: Axis::new("corrections, log scale").log().from(1.0),
            ..Chart::default()
        })
    })
}
