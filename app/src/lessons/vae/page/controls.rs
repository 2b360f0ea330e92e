//! The lesson's own settings, above the bench.

use leptos::prelude::*;
use models::train::optimizer::OptimizerKind;

use crate::{
    lessons::{
        pictures::page::ExamplesChips,
        vae::{Settings, Vae, settings::LATENT},
    },
    session::Session,
    site::frame::SeedField,
    widgets::{Chips, Slider},
};

/// What a nat of KL costs, taken over while it trains.
#[component]
pub fn Beta(
    /// The main session.
    session: Session<Vae>,
) -> impl IntoView {
    view! {
        <Slider
            label="Pull toward the middle, β"
            value=Signal::derive(move || session.settings.with(|settings| settings.beta.into()))
            min=0.01
            max=200.0
            log=true
            marks=Signal::stored(vec![(1.0, "the paper".to_owned())])
            on_change=Callback::new(move |beta: f64| session.change(|settings| settings.beta = beta as f32))
        />
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
            <Slider
                label="Learning rate"
                value=number(|settings| settings.rate.into())
                min=0.0001
                max=1.0
                log=true
                on_change=Callback::new(move |rate: f64| session.change(|settings| settings.rate = rate as f32))
            />
            <Slider
                label="Batch size"
                value=number(|settings| settings.batch.into())
                min=1.0
                max=256.0
                step=1.0
                log=true
                on_change=Callback::new(move |batch: f64| session.change(|settings| settings.batch = batch.round() as u32))
            />
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
            <SeedField
                seed=Signal::derive(move || settings.with(|settings| settings.seed))
                on_change=Callback::new(move |seed: u32| session.change(|settings| settings.seed = seed))
            />
            <ExamplesChips
                value=Signal::derive(move || settings.with(|settings| settings.examples))
                on_change=Callback::new(move |count: u32| session.change(|settings| settings.examples = count))
            />
            <Chips
                label="Optimiser"
                options={OptimizerKind::ALL.iter().map(|kind| (*kind, kind.name().to_string())).collect::<Vec<_>>()}
                value=Signal::derive(move || settings.with(|settings| settings.optimizer))
                on_change=Callback::new(move |kind: OptimizerKind| session.change(|settings| settings.optimizer = kind))
            />
        </div>
    }
}
