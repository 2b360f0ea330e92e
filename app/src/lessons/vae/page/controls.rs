//! The lesson's own settings, above the bench.

use leptos::prelude::*;

use crate::{
    lessons::{
        pictures::page::ExamplesChips,
        vae::{Settings, Vae, settings::LATENT},
    },
    session::Session,
    site::{
        embed::Setting,
        learning::{BatchSlider, OptimizerChips, RateSlider, SeedField},
    },
    widgets::Slider,
};

/// What a nat of KL costs, taken over while it trains.
#[component]
pub fn Beta(
    /// The main session.
    session: Session<Vae>,
) -> impl IntoView {
    view! {
        <Setting key="beta">
            <Slider
                label="Pull toward the middle, β"
                value=Signal::derive(move || session.settings.with(|settings| settings.beta.into()))
                min=0.01
                max=200.0
                log=true
                marks=Signal::stored(vec![(1.0, "the paper".to_owned())])
                on_change=Callback::new(move |beta: f64| session.change(|settings| settings.beta = beta as f32))
            />
        </Setting>
    }
}

/// Rate, batch, latent numbers, seed, pictures, optimiser.
#[component]
pub fn Controls(
    /// The main session.
    session: Session<Vae>,
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
            <Setting key="latent">
                <Slider
                    label="Numbers left of a picture"
                    value=number(|settings| settings.latent.into())
                    min=LATENT.0.into()
                    max=LATENT.1.into()
                    step=1.0
                    help="Another count begins a new network."
                    on_change=Callback::new(move |latent: f64| session.change(|settings| {
                        settings.latent = latent.round() as u8;
                        settings.pretrained &= settings.latent == LATENT.0;
                    }))
                />
            </Setting>
            <SeedField
                seed=Signal::derive(move || settings.with(|settings| settings.seed))
                on_change=Callback::new(move |seed: u32| session.change(|settings| settings.seed = seed))
            />
            <ExamplesChips
                value=Signal::derive(move || settings.with(|settings| settings.examples))
                on_change=Callback::new(move |count: u32| session.change(|settings| settings.examples = count))
            />
            <OptimizerChips
                optimizer=Signal::derive(move || settings.with(|settings| settings.optimizer))
                on_change=Callback::new(move |kind| session.change(|settings| settings.optimizer = kind))
            />
        </div>
    }
}
