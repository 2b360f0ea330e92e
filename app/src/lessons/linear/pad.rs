//! A pad for a digit of the reader's own, and what the one unit says of it.

use leptos::prelude::*;

use crate::{
    lessons::{
        linear::{Data, Linear, Question},
        pictures::SIDE,
    },
    session::Session,
    widgets::{DrawPad, center},
};

/// A zero or a one to draw: its sum, and the class that follows from it.
#[component]
pub fn DigitPad<P: Linear>(
    /// The main session.
    session: Session<P>,
) -> impl IntoView {
    let value = RwSignal::new(Vec::<f32>::new());
    let ask = move |pixels: &[f32]| {
        let has_ink = pixels.iter().any(|ink| *ink > 0.0);
        session.command(Question::Drawing(if has_ink { center(pixels, SIDE) } else { Vec::new() }));
    };
    let sum = Memo::new(move |_| {
        let snapshot = session.snapshot.get()?;
        P::answer(&snapshot).told.sum
    });
    // A fresh run has not been asked yet.
    Effect::new(move || {
        let is_run = session.snapshot.with(Option::is_some);
        if is_run && sum.get().is_none() && value.with_untracked(|pixels| pixels.iter().any(|ink| *ink > 0.0)) {
            value.with_untracked(|pixels| ask(pixels));
        }
    });
    let threshold = move || session.settings.with(|settings| P::inputs(settings).threshold);
    let called = move || Some(Data::Digits.classes()[usize::from(sum.get()? > threshold())]);
    let words = move || match sum.get() {
        None => "Draw a zero or a one, as large as the pad.".to_owned(),
        Some(sum) => {
            let threshold = threshold();
            let side = if sum > threshold { "above" } else { "not above" };
            format!(
                "The sum over your drawing, sized and centred as MNIST’s digits are, is {sum:.2}: {side} {threshold:.2}."
            )
        }
    };
    view! {
        <div class="pad-card" data-belongs="weight-picture">
            <DrawPad label="Your own digit" size=SIDE value on_change=Callback::new(move |pixels: Vec<f32>| ask(&pixels)) />
            <p class="pad-answer"><output data-readout="called">{called}</output>{words}</p>
        </div>
    }
}
