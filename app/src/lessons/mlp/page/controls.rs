//! The lesson's own settings, above the bench.

use leptos::prelude::*;
use models::foundations::mlp::Activation;

use crate::{
    lessons::{
        mlp::{MOST_LAYERS, MOST_UNITS, Mlp},
        pictures::page::ExamplesChips,
    },
    session::Session,
    site::{
        embed::Setting,
        learning::{BatchSlider, OptimizerChips, RateSlider, SeedField},
    },
    widgets::{Chips, NumberField, Slider},
};

/// Layers, units, bend, optimiser, rate, batch, noise, seed.
#[component]
pub fn Controls(
    /// The main session.
    session: Session<Mlp>,
) -> impl IntoView {
    let settings = session.settings;
    let number = move |read: fn(&super::super::Settings) -> f64| Signal::derive(move || settings.with(read));
    let layers = Memo::new(move |_| settings.with(|settings| settings.hidden.len()));
    let is_pictures = move || settings.with(|settings| settings.data.is_pictures());
    view! {
        <div class="fields">
            <Setting key="hidden">
                <Slider
                    label="Hidden layers"
                    value=number(|settings| settings.hidden.len() as f64)
                    min=0.0
                    max=12.0
                    step=1.0
                    on_change=Callback::new(move |layers: f64| session.change(|settings| {
                        let units = settings.hidden.last().copied().unwrap_or(6);
                        settings.hidden.resize((layers as usize).min(MOST_LAYERS), units);
                    }))
                />
            </Setting>
            {move || (0..layers.get()).map(|layer| view! {
                <Setting key="hidden">
                    <NumberField
                        label=format!("Units in layer {}", layer + 1)
                        value=Signal::derive(move || settings.with(|settings| settings.hidden.get(layer).copied().unwrap_or(0).into()))
                        min=1.0
                        max=MOST_UNITS as f64
                        integer=true
                        on_change=Callback::new(move |units: f64| session.change(|settings| {
                            if let Some(layer) = settings.hidden.get_mut(layer) {
                                *layer = units as u16;
                            }
                        }))
                    />
                </Setting>
            }).collect_view()}
            <RateSlider
                rate=Signal::derive(move || settings.with(|settings| settings.rate))
                max=10.0
                on_change=Callback::new(move |rate: f32| session.change(|settings| settings.rate = rate))
            />
            <BatchSlider
                batch=Signal::derive(move || settings.with(|settings| settings.batch))
                on_change=Callback::new(move |batch: u32| session.change(|settings| settings.batch = batch))
            />
            <SeedField
                seed=Signal::derive(move || settings.with(|settings| settings.seed))
                on_change=Callback::new(move |seed: u32| session.change(|settings| settings.seed = seed))
            />
            <Show when=move || !is_pictures()>
                <Setting key="noise">
                    <Slider
                        label="Noise"
                        value=number(|settings| settings.noise.into())
                        min=0.0
                        max=0.5
                        step=0.01
                        on_change=Callback::new(move |noise: f64| session.change(|settings| settings.noise = noise as f32))
                    />
                </Setting>
            </Show>
            <Show when=is_pictures>
                <ExamplesChips
                    value=Signal::derive(move || settings.with(|settings| settings.examples))
                    on_change=Callback::new(move |count: u32| session.change(|settings| settings.examples = count))
                />
            </Show>
            <Setting key="act">
                <Chips
                    label="Bend of each unit"
                    options={Activation::ALL.iter().map(|kind| (*kind, kind.name().to_string())).collect::<Vec<_>>()}
                    value=Signal::derive(move || settings.with(|settings| settings.activation))
                    on_change=Callback::new(move |kind: Activation| session.change(|settings| settings.activation = kind))
                />
            </Setting>
            <OptimizerChips
                optimizer=Signal::derive(move || settings.with(|settings| settings.optimizer))
                on_change=Callback::new(move |kind| session.change(|settings| settings.optimizer = kind))
            />
        </div>
    }
}
