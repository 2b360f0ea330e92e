//! The picture that only this lesson has.

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
