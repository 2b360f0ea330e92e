//! Where a network saw a class: four explanations of one class, and the heat of several side by side.

use leptos::prelude::*;
use models::metrics::largest;

use super::{desk::Desk, figures};
use crate::{
    lessons::alexnet::{
        Command, Which,
        settings::{LAYERS, MOST_CLASSES, Question},
    },
    widgets::{Chips, Figure, Search, Slider},
};

/// Changes what a network is asked.
fn ask(desk: Desk, which: Which, change: impl FnOnce(&mut Question)) {
    desk.session.change(|settings| change(&mut settings.questions[which as usize]));
}

/// Four explanations of one class, with the controls that they share.
#[component]
pub fn Explained(
    /// The reader's desk.
    desk: Desk,
    /// Which network is asked.
    which: Which,
    /// The figure's id.
    id: &'static str,
    /// What to watch, and what it means.
    children: Children,
) -> impl IntoView {
    let settings = desk.session.settings;
    let question = move || settings.with(|settings| settings.question(which).clone());
    let names = Memo::new(move |_| desk.names(which));
    let class = move || desk.with(which, |view| view.explanation.as_ref().map(|one| one.class)).flatten();
    let called = move || {
        let called = desk.with(which, |view| largest(&view.probabilities))?;
        Some(desk.name(which, called as u16))
    };
    let cover = move || {
        let seconds = if which == Which::AlexNet { "" } else { "; it takes some seconds" };
        format!("Cover it place by place{seconds}")
    };
    let controls = move || {
        view! {
            <div class="fields">
                <Search
                    label="Explain the class"
                    names
                    value=Signal::derive(move || question().class.map(usize::from))
                    empty=Signal::derive(move || called().map(|name| format!("the one it calls: {name}")).unwrap_or_default())
                    on_change=Callback::new(move |class: Option<usize>| ask(desk, which, |question| question.class = class.map(|class| class as u16)))
                />
                <Chips
                    label="Grad-CAM looks at"
                    options={which.stages().iter().map(|(stage, name)| (*stage, (*name).to_owned())).collect::<Vec<_>>()}
                    value=Signal::derive(move || question().stage)
                    on_change=Callback::new(move |stage: u8| ask(desk, which, |question| question.stage = stage))
                />
                <Slider
                    label="Heat over the picture"
                    value=Signal::derive(move || settings.with(|settings| settings.heat.into()))
                    min=0.0
                    max=1.0
                    step=0.05
                    on_change=Callback::new(move |heat: f64| desk.session.change(|settings| settings.heat = heat as f32))
                />
                {(which == Which::AlexNet).then(|| view! {
                    <Slider
                        label="Last layers made fresh"
                        value=Signal::derive(move || settings.with(|settings| settings.fresh.into()))
                        min=0.0
                        max=LAYERS.len() as f64
                        step=1.0
                        on_change=Callback::new(move |fresh: f64| desk.session.change(|settings| settings.fresh = fresh as u8))
                    />
                })}
                <button type="button" on:click=move |_| desk.session.command(Command::Cover(which))>{cover}</button>
            </div>
        }
        .into_any()
    };
    view! {
        <Figure
            id
            technique="grad-cam"
            title=Signal::derive(move || match class() {
                Some(class) => format!("What speaks for “{}” in {}", desk.name(which, class), which.name()),
                None => format!("What speaks for a class in {}", which.name()),
            })
            picture=figures::explained(desk, which)
            empty=Signal::derive(move || desk.why_empty(which))
            controls
        >
            {children()}
        </Figure>
    }
}

/// The heat of several classes side by side.
#[component]
pub fn Classes(
    /// The reader's desk.
    desk: Desk,
    /// Which network is asked.
    which: Which,
    /// The figure's id.
    id: &'static str,
    /// What to watch, and what it means.
    children: Children,
) -> impl IntoView {
    let others = move || desk.session.settings.with(|settings| settings.question(which).others.clone());
    let names = Memo::new(move |_| desk.names(which));
    let add = Callback::new(move |class: Option<usize>| {
        if let Some(class) = class {
            ask(desk, which, |question| {
                question.others.retain(|other| usize::from(*other) != class);
                question.others.push(class as u16);
                // The oldest makes room.
                let surplus = question.others.len().saturating_sub(MOST_CLASSES - 1);
                question.others.drain(..surplus);
            });
        }
    });
    let remove = move |class: u16| ask(desk, which, |question| question.others.retain(|other| *other != class));
    let controls = move || {
        view! {
            <div class="fields">
                <Search
                    label="Put a class beside it"
                    names
                    value=Signal::stored(None)
                    empty=Signal::stored("type a part of its name".to_owned())
                    on_change=add
                />
                <div class="group">
                    {move || others().into_iter().map(|class| view! {
                        <button type="button" class="quiet" on:click=move |_| remove(class)>
                            {format!("Take “{}” away", desk.name(which, class))}
                        </button>
                    }).collect_view()}
                </div>
            </div>
        }
        .into_any()
    };
    view! {
        <Figure
            id
            technique="grad-cam"
            title=format!("Several classes, the same picture: {}", which.name())
            picture=figures::classes(desk, which)
            empty=Signal::derive(move || desk.why_empty(which))
            controls
        >
            {children()}
        </Figure>
    }
}
