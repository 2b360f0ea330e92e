//! The lesson's own settings, above the bench.

use leptos::prelude::*;
use models::data::{iris::FEATURES, points::PointKind};

use crate::{
    lessons::perceptron::{Data, Perceptron, Settings},
    session::Session,
    widgets::{Chips, NumberField, Slider},
};

/// Points, margin, share, noise; measures of the flowers; seed.
#[component]
pub fn Controls(
    /// The main session.
    session: Session<Perceptron>,
) -> impl IntoView {
    let settings = session.settings;
    let number = move |read: fn(&Settings) -> f64| Signal::derive(move || settings.with(read));
    let data = Memo::new(move |_| settings.with(|settings| settings.data));
    let pairs: Vec<(Option<(u8, u8)>, String)> = std::iter::once((None, "all four".to_string()))
        .chain(
            (0..4_u8)
                .flat_map(|x| (x + 1..4).map(move |y| (x, y)))
                .map(|(x, y)| (Some((x, y)), format!("{}, {}", FEATURES[usize::from(x)], FEATURES[usize::from(y)]))),
        )
        .collect();
    view! {
        <div class="fields">
            <Show when=move || matches!(data.get(), Data::Points(_))>
                <Slider
                    label="Points"
                    value=number(|settings| settings.count.into())
                    min=4.0
                    max=1000.0
                    step=1.0
                    log=true
                    on_change=Callback::new(move |count: f64| session.change(|settings| settings.count = count.round() as u32))
                />
                <Slider
                    label="Noise"
                    value=number(|settings| settings.noise.into())
                    min=0.0
                    max=0.5
                    step=0.01
                    on_change=Callback::new(move |noise: f64| session.change(|settings| settings.noise = noise as f32))
                />
            </Show>
            <Show when=move || data.get() == Data::Points(PointKind::Clouds)>
                <Slider
                    label="Gap between the clouds"
                    value=number(|settings| settings.margin.into())
                    min=0.0
                    max=0.5
                    step=0.01
                    on_change=Callback::new(move |margin: f64| session.change(|settings| settings.margin = margin as f32))
                />
                <Slider
                    label="Share of orange"
                    value=number(|settings| settings.share.into())
                    min=0.05
                    max=0.95
                    step=0.05
                    on_change=Callback::new(move |share: f64| session.change(|settings| settings.share = share as f32))
                />
            </Show>
            {
                let pairs = pairs.clone();
                move || (data.get() == Data::Iris).then(|| view! {
                    <Chips
                        label="Measures of the flowers"
                        options=pairs.clone()
                        value=Signal::derive(move || settings.with(|settings| settings.measures))
                        on_change=Callback::new(move |measures: Option<(u8, u8)>| session.change(|settings| settings.measures = measures))
                    />
                })
            }
            <NumberField
                label="Seed"
                value=number(|settings| settings.seed.into())
                min=0.0
                max=999_999.0
                integer=true
                on_change=Callback::new(move |seed: f64| session.change(|settings| settings.seed = seed as u32))
            />
        </div>
    }
}
