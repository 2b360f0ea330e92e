//! The lesson's own settings, above the bench.

use leptos::prelude::*;

use crate::{
    lessons::{
        adaline::{Adaline, Batch, RATES},
        linear::page::InputControls,
    },
    session::Session,
    site::embed::Setting,
    widgets::{Chips, Slider},
};

/// Rate with its limit, batch, and what both units are shown.
#[component]
pub fn Controls(
    /// The main session.
    session: Session<Adaline>,
) -> impl IntoView {
    let limit =
        Memo::new(move |_| session.snapshot.get().and_then(|snapshot| Some(snapshot.bowl.as_ref()?.stable_rate)));
    let marks =
        Signal::derive(move || limit.get().map(|rate| (rate, "limit".to_owned())).into_iter().collect::<Vec<_>>());
    view! {
        <div class="fields">
            <Setting key="rate">
                <Slider
                    label="Learning rate"
                    value=Signal::derive(move || session.settings.with(|settings| settings.rate().into()))
                    min=RATES.0
                    max=RATES.1
                    log=true
                    marks
                    help="Beyond the limit, learning from all examples at once diverges."
                    on_change=Callback::new(move |rate: f64| session.change(|settings| settings.rate = rate as f32))
                />
            </Setting>
            <Setting key="batch">
                <Chips
                    label="Each step looks at"
                    options=Batch::ALL.map(|batch| (batch, batch.name().to_string())).to_vec()
                    value=Signal::derive(move || session.settings.with(|settings| settings.batch))
                    on_change=Callback::new(move |batch: Batch| session.change(|settings| settings.batch = batch))
                />
            </Setting>
        </div>
        <InputControls session />
    }
}
