//! A button that opens a short list of actions.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::super::browser::{focus, into_view};

/// One action of a menu.
#[derive(Clone, Copy)]
pub struct MenuItem {
    /// What it does.
    pub name: Signal<String>,
    /// Does it.
    pub action: Callback<()>,
}

impl MenuItem {
    /// An item whose name stays.
    pub fn new(name: impl Into<String>, action: impl Fn() + Send + Sync + 'static) -> Self {
        Self { name: Signal::stored(name.into()), action: Callback::new(move |()| action()) }
    }
}

/// A menu: arrow keys move, Enter chooses, Escape closes.
#[component]
pub fn Menu(
    /// The button's text.
    #[prop(into)]
    label: String,
    /// The actions.
    items: Vec<MenuItem>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let list = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let count = items.len() as u32;
    let move_to = move |index: u32| {
        if let Some(item) = list.get_untracked().and_then(|list| list.children().item(index)) {
            focus(&item);
        }
    };
    let place = move || {
        let list = list.get_untracked()?;
        let active = document().active_element()?;
        (0..count).find(|index| list.children().item(*index).as_ref() == Some(&active))
    };
    let unfold = move || {
        open.set(true);
        // Safari does not focus a button that is pressed by a pointer, and what leaves the menu closes it.
        button.get_untracked().iter().for_each(|button| focus(button));
        request_animation_frame(move || list.get_untracked().iter().for_each(|list| into_view(list)));
    };
    let show = move |first: u32| {
        unfold();
        request_animation_frame(move || move_to(first));
    };
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            focus(&button);
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        let last = count.saturating_sub(1);
        let at = place();
        match (event.key().as_str(), open.get_untracked()) {
            ("Escape", true) => close(),
            ("ArrowDown", true) => move_to(at.map_or(0, |at| if at == last { 0 } else { at + 1 })),
            ("ArrowUp", true) => move_to(at.map_or(last, |at| if at == 0 { last } else { at - 1 })),
            ("ArrowDown", false) => show(0),
            ("ArrowUp", false) => show(last),
            ("Home", true) => move_to(0),
            ("End", true) => move_to(last),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let left = move |event: ev::FocusEvent| {
        let next = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = list.get_untracked().is_some_and(|list| list.contains(next.as_ref()));
        let back = button.get_untracked().is_some_and(|button| button.contains(next.as_ref()));
        if !inside && !back {
            open.set(false);
        }
    };
    view! {
        <div class="menu" on:keydown=keys on:focusout=left>
            <button
                type="button"
                class="quiet"
                node_ref=button
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |event: ev::MouseEvent| {
                    if open.get_untracked() {
                        open.set(false);
                    } else if event.detail() == 0 {
                        show(0);
                    } else {
                        unfold();
                    }
                }
            >
                {label.clone()}
            </button>
            <div class="menu-list" role="menu" aria-label=label node_ref=list class:open=move || open.get()>
                {items
                    .into_iter()
                    .map(|item| {
                        let choose = move |_| {
                            close();
                            item.action.run(());
                        };
                        // Keeps the focus in the menu while the pointer goes down, so that it does not close first.
                        let hold = |event: ev::PointerEvent| event.prevent_default();
                        view! {
                            <button type="button" role="menuitem" tabindex="-1" on:pointerdown=hold on:click=choose>
                                {item.name}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </div>
    }
}
