//! The lesson's own settings, above the bench.

use leptos::prelude::*;

use super::pace;
use crate::{
    lessons::hopfield::{Data, Hopfield, MOST_RANDOM, RULES, Settings},
    session::Session,
    site::{embed::Setting, learning::SeedField},
    widgets::{Chips, Choice, Slider},
};

/// What is stored, what is recalled, how it is damaged, how it is updated; seed.
#[component]
pub fn Controls(
    /// The main session.
    session: Session<Hopfield>,
) -> impl IntoView {
    let settings = session.settings;
    let number = move |read: fn(&Settings) -> f64| Signal::derive(move || settings.with(read));
    let data = Memo::new(move |_| settings.with(|settings| settings.data));
    let names = Memo::new(move |_| settings.with(Settings::names));
    view! {
        <div class="fields">
            <Setting key="rule">
                <Chips
                    label="Rule"
                    options=RULES.map(|(rule, name, _)| (rule, name.to_string())).to_vec()
                    value=Signal::derive(move || settings.with(|settings| settings.rule))
                    on_change=Callback::new(move |rule| session.change(|settings| settings.rule = rule))
                />
            </Setting>
            <Setting key="synchronous">
                <Chips
                    label="Update"
                    options=vec![(false, "one unit at a time".to_string()), (true, "all at once".to_string())]
                    value=Signal::derive(move || settings.with(|settings| settings.synchronous))
                    on_change=Callback::new(move |synchronous: bool| {
                        session.change(|settings| settings.synchronous = synchronous);
                        pace(session);
                    })
                />
            </Setting>
            <Show when=move || data.get() == Data::Random>
                <Setting key="count">
                    <Slider
                        label="Random patterns"
                        value=number(|settings| settings.count.into())
                        min=1.0
                        max=f64::from(MOST_RANDOM)
                        step=1.0
                        on_change=Callback::new(move |count: f64| session.change(|settings| {
                            settings.count = count.round() as u32;
                            settings.cue = settings.cue.min(settings.count - 1);
                        }))
                    />
                </Setting>
            </Show>
            {move || {
                let options: Vec<(u32, String)> = (0..).zip(names.get()).collect();
                (!options.is_empty()).then(|| view! {
                    <Setting key="cue">
                        <Choice
                            label="Pattern to recall"
                            options
                            value=Signal::derive(move || settings.with(|settings| settings.cue))
                            on_change=Callback::new(move |cue: u32| session.change(|settings| settings.cue = cue))
                        />
                    </Setting>
                })
            }}
            <Setting key="noise">
                <Slider
                    label="Noise: share of flipped pixels"
                    value=number(|settings| settings.noise.into())
                    min=0.0
                    max=0.5
                    step=0.01
                    on_change=Callback::new(move |noise: f64| session.change(|settings| settings.noise = noise as f32))
                />
            </Setting>
            <Setting key="mask">
                <Slider
                    label="Mask: share of hidden rows, from below"
                    value=number(|settings| settings.mask.into())
                    min=0.0
                    max=1.0
                    step=0.05
                    on_change=Callback::new(move |mask: f64| session.change(|settings| settings.mask = mask as f32))
                />
            </Setting>
            <SeedField
                seed=Signal::derive(move || settings.with(|settings| settings.seed))
                on_change=Callback::new(move |seed: u32| session.change(|settings| settings.seed = seed))
            />
        </div>
    }
}
