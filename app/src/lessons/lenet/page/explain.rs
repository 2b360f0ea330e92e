//! Four ways of asking where a class was seen, for any class, over the picture that is looked at.

use leptos::prelude::*;

use super::figures;
use crate::{
    lessons::lenet::{
        Command, Lenet,
        settings::{LAYERS, STAGES},
    },
    session::{Session, protocol::Settings},
    site::{embed::Setting, stale::renew_when_stale},
    widgets::{Chips, Choice, Figure, Slider},
};

/// Asks for a new explanation soon after the picture, the network or the question has changed: the maps follow the pen at
/// once, this waits for its rest.
pub fn keep_fresh(session: Session<Lenet>) {
    let stale = move || session.snapshot.with(|snapshot| snapshot.as_ref().is_some_and(|snapshot| snapshot.stale));
    renew_when_stale(stale, move || session.command(Command::Explain));
}

/// The four explanations with the controls that they share.
#[component]
pub fn Explained(
    /// The main session.
    session: Session<Lenet>,
) -> impl IntoView {
    let settings = session.settings;
    let opacity = RwSignal::new(0.75);
    let names = move || settings.with(Settings::classes);
    let class = move || {
        let class = session.snapshot.with(|snapshot| snapshot.as_ref()?.explained.as_ref().map(|one| one.class))?;
        names().get(usize::from(class)).cloned()
    };
    let controls = move || {
        let classes = names().into_iter().enumerate().map(|(class, name)| (Some(class as u8), name));
        let classes: Vec<_> = std::iter::once((None, "the one it calls".to_owned())).chain(classes).collect();
        view! {
            <div class="fields">
                {view! {
                    <Setting key="class">
                        <Choice
                            label="Explain the class"
                            options=classes
                            value=Signal::derive(move || settings.with(|settings| settings.class))
                            on_change=Callback::new(move |class: Option<u8>| session.change(|settings| settings.class = class))
                        />
                    </Setting>
                }}
                <Setting key="stage">
                    <Chips
                        label="Grad-CAM looks at"
                        options={STAGES.iter().enumerate().map(|(stage, name)| (stage as u8, (*name).to_owned())).collect::<Vec<_>>()}
                        value=Signal::derive(move || settings.with(|settings| settings.stage))
                        on_change=Callback::new(move |stage: u8| session.change(|settings| settings.stage = stage))
                    />
                </Setting>
                <Slider
                    label="Heat over the picture"
                    value=opacity
                    min=0.0
                    max=1.0
                    step=0.05
                    on_change=Callback::new(move |value: f64| opacity.set(value))
                />
                <Setting key="fresh">
                    <Slider
                        label="Last layers made fresh"
                        value=Signal::derive(move || settings.with(|settings| settings.fresh.into()))
                        min=0.0
                        max=LAYERS.len() as f64
                        step=1.0
                        on_change=Callback::new(move |fresh: f64| session.change(|settings| settings.fresh = fresh as u8))
                    />
                </Setting>
            </div>
        }
        .into_any()
    };
    view! {
        <Figure
            id="explained"
            technique="grad-cam"
            title=Signal::derive(move || match class() {
                Some(class) => format!("What speaks for “{class}”"),
                None => "What speaks for a class".to_owned(),
            })
            picture=figures::explained(session, opacity.into())
            empty="The first explanation comes with the first picture."
            controls
        >
            <strong>"Draw a 7, then ask for the 1."</strong>
            " Grad-CAM adds up a layer’s maps by how much the class’s score rises with them. Saliency is the slope at every pixel. Guided backpropagation lets only that through which speaks for the class. Occlusion covers each place with paper and sees how far the score falls."
        </Figure>
    }
}
