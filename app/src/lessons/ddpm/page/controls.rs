//! The lesson's own settings, above the bench.

use leptos::prelude::*;
use models::generative::diffusion::Rule;

use crate::{
    lessons::ddpm::{
        Ddpm, Settings,
        points::{COUNT, HIDDEN},
        settings::Curve,
    },
    session::Session,
    site::{
        embed::Setting,
        learning::{BatchSlider, OptimizerChips, RateSlider, SeedField},
    },
    widgets::{Chips, Slider},
};

/// The form of the schedule, for all of the page.
#[component]
pub fn ScheduleChips(
    /// The bench's session.
    session: Session<Ddpm>,
    /// What it is called there.
    label: &'static str,
) -> impl IntoView {
    view! {
        <Setting key="schedule">
            <Chips
                label=label
                options=Curve::ALL.map(|curve| (curve, curve.name().to_owned())).to_vec()
                value=Signal::derive(move || session.settings.with(|settings| settings.curve))
                on_change=Callback::new(move |curve: Curve| session.change(|settings| settings.curve = curve))
            />
        </Setting>
    }
}

/// How the way back is walked, for all of the page.
#[component]
pub fn RuleChips(
    /// The bench's session.
    session: Session<Ddpm>,
    /// What it is called there.
    label: &'static str,
) -> impl IntoView {
    let words = |rule: Rule| match rule {
        Rule::Ddpm => format!("{}, with fresh noise", rule.name()),
        Rule::Ddim => format!("{}, without", rule.name()),
    };
    view! {
        <Setting key="sampler">
            <Chips
                label=label
                options=Rule::ALL.map(|rule| (rule, words(rule))).to_vec()
                value=Signal::derive(move || session.settings.with(|settings| settings.rule))
                on_change=Callback::new(move |rule: Rule| session.change(|settings| settings.rule = rule))
            />
        </Setting>
    }
}

/// Rate, batch, points, units, seed and optimiser of the network of points.
#[component]
pub fn Controls(
    /// The bench's session.
    session: Session<Ddpm>,
) -> impl IntoView {
    let settings = session.settings;
    let number = move |read: fn(&Settings) -> f64| Signal::derive(move || settings.with(read));
    view! {
        <div class="fields">
            <RateSlider
                rate=Signal::derive(move || settings.with(|settings| settings.points.rate))
                on_change=Callback::new(move |rate: f32| session.change(|settings| settings.points.rate = rate))
            />
            <BatchSlider
                batch=Signal::derive(move || settings.with(|settings| settings.points.batch))
                on_change=Callback::new(move |batch: u32| session.change(|settings| settings.points.batch = batch))
            />
            <Setting key="count">
                <Slider
                    label="Points to learn from and to be held out"
                    value=number(|settings| settings.points.count.into())
                    min=COUNT.0.into()
                    max=COUNT.1.into()
                    step=1.0
                    log=true
                    on_change=Callback::new(move |count: f64| session.change(|settings| settings.points.count = count.round() as u32))
                />
            </Setting>
            <Setting key="units">
                <Slider
                    label="Units of each hidden layer"
                    value=number(|settings| settings.points.hidden.into())
                    min=HIDDEN.0.into()
                    max=HIDDEN.1.into()
                    step=1.0
                    log=true
                    help="These settings are for the network of points; the one of pictures was trained before."
                    on_change=Callback::new(move |units: f64| session.change(|settings| settings.points.hidden = units.round() as u32))
                />
            </Setting>
            <SeedField
                seed=Signal::derive(move || settings.with(|settings| settings.points.seed))
                on_change=Callback::new(move |seed: u32| session.change(|settings| settings.points.seed = seed))
            />
            <OptimizerChips
                optimizer=Signal::derive(move || settings.with(|settings| settings.points.optimizer))
                on_change=Callback::new(move |kind| session.change(|settings| settings.points.optimizer = kind))
            />
        </div>
    }
}
