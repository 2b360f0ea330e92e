//! The lesson's own settings, above the bench.

use leptos::prelude::*;
use models::{foundations::mlp::Activation, train::optimizer::OptimizerKind, vision::lenet::Pooling};

use crate::{
    lessons::{
        lenet::{Lenet, Settings},
        pictures::page::ExamplesChips,
    },
    session::Session,
    site::frame::SeedField,
    widgets::{Chips, Slider},
};

/// Rate, batch, seed, pictures, bend, pooling, optimiser.
#[component]
pub fn Controls(
    /// The main session.
    session: Session<Lenet>,
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
            <SeedField
                seed=Signal::derive(move || settings.with(|settings| settings.seed))
                on_change=Callback::new(move |seed: u32| session.change(|settings| settings.seed = seed))
            />
            <ExamplesChips
                value=Signal::derive(move || settings.with(|settings| settings.examples))
                on_change=Callback::new(move |count: u32| session.change(|settings| settings.examples = count))
            />
            <Chips
                label="Bend of each unit"
                options={Activation::ALL.iter().map(|kind| (*kind, kind.name().to_string())).collect::<Vec<_>>()}
                value=Signal::derive(move || settings.with(|settings| settings.activation))
                on_change=Callback::new(move |kind: Activation| session.change(|settings| {
                    settings.activation = kind;
                    settings.pretrained = false;
                }))
            />
            <Chips
                label="Four neighbours become their"
                options={Pooling::ALL.iter().map(|kind| (*kind, kind.name().to_string())).collect::<Vec<_>>()}
                value=Signal::derive(move || settings.with(|settings| settings.pooling))
                on_change=Callback::new(move |kind: Pooling| session.change(|settings| {
                    settings.pooling = kind;
                    settings.pretrained = false;
                }))
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
