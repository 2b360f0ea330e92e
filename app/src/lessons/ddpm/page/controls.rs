//! The lesson's own settings, above the bench.

use leptos::prelude::*;

use crate::{
    lessons::ddpm::Ddpm,
    session::Session,
    site::learning::{RateSlider, SeedField},
};

/// Rate and seed of the network of points.
#[component]
pub fn Controls(
    /// The bench's session.
    session: Session<Ddpm>,
) -> impl IntoView {
    let settings = session.settings;
    view! {
        <div class="fields">
            <RateSlider
                rate=Signal::derive(move || settings.with(|settings| settings.points.rate))
                on_change=Callback::new(move |rate: f32| session.change(|settings| settings.points.rate = rate))
            />
            <SeedField
                seed=Signal::derive(move || settings.with(|settings| settings.points.seed))
                on_change=Callback::new(move |seed: u32| session.change(|settings| settings.points.seed = seed))
            />
        </div>
    }
}
