//! One sentence that the reader should know, with one thing to do about it.

use leptos::prelude::*;

/// How serious a notice is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeKind {
    /// Good to know.
    #[default]
    Info,
    /// Something did not go as wished.
    Warning,
    /// Something failed.
    Error,
}

impl NoticeKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// An error is spoken at once, the rest when the reader's software is free.
    const fn role(self) -> &'static str {
        match self {
            Self::Info | Self::Warning => "status",
            Self::Error => "alert",
        }
    }
}

/// A sentence and, if there is something to do, one button.
#[component]
pub fn Notice(
    /// The sentence.
    #[prop(into)]
    text: Signal<String>,
    /// How serious it is.
    #[prop(optional)]
    kind: NoticeKind,
    /// The button's words; no button without them.
    #[prop(optional, into)]
    action: String,
    /// What the button does.
    #[prop(optional, into)]
    on_action: Option<Callback<()>>,
) -> impl IntoView {
    let button = on_action.filter(|_| !action.is_empty()).map(|on_action| {
        view! { <button type="button" on:click=move |_| on_action.run(())>{action}</button> }
    });
    view! {
        <div class="notice" data-kind=kind.name()>
            <p role=kind.role()>{text}</p>
            {button}
        </div>
    }
}
