//! The lesson's own settings, above the bench.

use leptos::prelude::*;

use crate::{
    lessons::transformer::{
        Settings, Transformer,
        settings::{LENGTH, SYMBOLS},
    },
    session::Session,
    site::{
        embed::Setting,
        learning::{BatchSlider, OptimizerChips, RateSlider, SeedField},
    },
    widgets::{Slider, Toggle},
};

/// Rate, batch, length, symbols, seed, optimiser, positions.
#[component]
pub fn Controls(
    /// The main session.
    session: Session<Transformer>,
) -> impl IntoView {
    let settings = session.settings;
    let number = move |read: fn(&Settings) -> f64| Signal::derive(move || settings.with(read));
    view! {
        <div class="fields">
            <RateSlider
                rate=Signal::derive(move || settings.with(|settings| settings.rate))
                on_change=Callback::new(move |rate: f32| session.change(|settings| settings.rate = rate))
            />
            <BatchSlider
                batch=Signal::derive(move || settings.with(|settings| settings.batch))
                on_change=Callback::new(move |batch: u32| session.change(|settings| settings.batch = batch))
            />
            <Setting key="length">
                <Slider
                    label="Symbols of a sequence"
                    value=number(|settings| settings.length.into())
                    min=LENGTH.0.into()
                    max=LENGTH.1.into()
                    step=1.0
                    on_change=Callback::new(move |length: f64| session.change(|settings| settings.length = length.round() as u8))
                />
            </Setting>
            <Setting key="symbols">
                <Slider
                    label="Different symbols"
                    value=number(|settings| settings.symbols.into())
                    min=SYMBOLS.0.into()
                    max=SYMBOLS.1.into()
                    step=1.0
                    on_change=Callback::new(move |symbols: f64| session.change(|settings| settings.symbols = symbols.round() as u8))
                />
            </Setting>
            <SeedField
                seed=Signal::derive(move || settings.with(|settings| settings.seed))
                on_change=Callback::new(move |seed: u32| session.change(|settings| settings.seed = seed))
            />
            <OptimizerChips
                optimizer=Signal::derive(move || settings.with(|settings| settings.optimizer))
                on_change=Callback::new(move |kind| session.change(|settings| settings.optimizer = kind))
            />
            <Setting key="positions">
                <Toggle
                    label="It is told positions"
                    value=Signal::derive(move || settings.with(|settings| settings.positions))
                    help="These settings are for the sequences; the translator was trained before."
                    on_change=Callback::new(move |positions: bool| session.change(|settings| settings.positions = positions))
                />
            </Setting>
        </div>
    }
}
