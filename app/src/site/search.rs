//! The field that finds lessons, techniques, patterns, words and pages: a combobox with a list, as WAI-ARIA describes it. What it
//! finds comes with a file of its own, when the field is first used.

use leptos::{ev, html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    lazy::{AskFinder, Finder},
    navigation::address,
};

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Lesson, technique, pattern, word, page.
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is also called, with commas between.
    pub also: &'static str,
    /// What it is, in one sentence.
    pub says: &'static str,
    /// More that it is found by.
    pub more: &'static str,
    /// Its address from the site's root.
    pub to: String,
}

const LIST: &str = "search-list";

fn option_id(index: usize) -> String {
    format!("search-{index}")
}

/// The field, and the button that opens it where there is little room.
#[component]
pub fn Search(
    /// Asks for the finder.
    ask: AskFinder,
) -> impl IntoView {
    let finder = RwSignal::new(None::<Finder>);
    let failed = RwSignal::new(false);
    let text = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    // Whether the list may be shown; Escape and leaving close it.
    let open = RwSignal::new(false);
    // Whether the field itself is shown where there is little room.
    let shown = RwSignal::new(false);
    let (whole, field) = (NodeRef::<html::Div>::new(), NodeRef::<html::Input>::new());
    let hits = Memo::new(move |_| finder.get().map(|find| text.with(|text| find(text))).unwrap_or_default());
    let expanded = Memo::new(move |_| open.get() && hits.with(|hits| !hits.is_empty()));
    let load = move || {
        if finder.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            let answer = ask().await;
            failed.set(answer.is_err());
            if let Ok(find) = answer {
                finder.set(Some(find));
            }
        });
    };
    let enter = move || {
        shown.set(true);
        // The field must be there before it can have the focus.
        request_animation_frame(move || {
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
                field.select();
            }
        });
    };
    let leave = move || {
        open.set(false);
        shown.set(false);
        if let Some(field) = field.get_untracked() {
            let _ = field.blur();
        }
    };
    let choose = move |index: usize| {
        if let Some(hit) = hits.with_untracked(|hits| hits.get(index).cloned()) {
            leave();
            text.set(String::new());
            go(&hit.to);
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        let last = hits.with_untracked(Vec::len).saturating_sub(1);
        match (event.key().as_str(), expanded.get_untracked()) {
            ("ArrowDown", true) => active.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            ("ArrowUp", true) => active.update(|at| *at = if *at == 0 { last } else { *at - 1 }),
            ("ArrowDown" | "ArrowUp", false) => open.set(true),
            ("Enter", true) => choose(active.get_untracked()),
            ("Escape", true) => open.set(false),
            ("Escape", false) if text.with_untracked(|text| !text.is_empty()) => text.set(String::new()),
            ("Escape", false) => leave(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let left = move |event: ev::FocusEvent| {
        let next = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = next.is_some() && whole.get_untracked().is_some_and(|whole| whole.contains(next.as_ref()));
        if !inside {
            open.set(false);
            shown.set(false);
        }
    };
    let handle = window_event_listener(ev::keydown, move |event| {
        let typing = "input, select, textarea, [contenteditable], dialog[open]";
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let busy = target.is_some_and(|element| element.closest(typing).is_ok_and(|found| found.is_some()));
        if event.key() == "/" && !busy && !event.ctrl_key() && !event.meta_key() && !event.alt_key() {
            event.prevent_default();
            enter();
        }
    });
    on_cleanup(move || handle.remove());
    let word = move || match (open.get() && !text.with(|text| text.trim().is_empty()), failed.get()) {
        (false, _) => String::new(),
        (true, true) => "The search could not be fetched. Is there a connection?".to_owned(),
        (true, false) if finder.with(Option::is_none) => "On its way.".to_owned(),
        (true, false) => match hits.with(Vec::len) {
            0 => "Nothing here has that name. Try one word, such as loss or attention.".to_owned(),
            1 => "One found.".to_owned(),
            count => format!("{count} found."),
        },
    };
    let option = move |(index, hit): (usize, Hit)| {
        view! {
            <li
                role="option"
                id=option_id(index)
                aria-selected=move || (active.get() == index).to_string()
                on:pointerdown=|event: ev::PointerEvent| event.prevent_default()
                on:pointermove=move |_| active.set(index)
                on:click=move |_| choose(index)
            >
                <b>{hit.name}</b> " " <small>{hit.kind}</small> <span>{hit.says}</span>
            </li>
        }
    };
    view! {
        <div class="search" role="search" class:shown=shown node_ref=whole on:focusout=left>
            <button class="round search-button" aria-label="Search" title="Search" on:click=move |_| enter()>
                <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                    <path d="M6.5 1.5a5 5 0 1 1 0 10 5 5 0 0 1 0-10ZM10.3 10.3l4.2 4.2" fill="none" stroke="currentColor" stroke-width="1.4" />
                </svg>
            </button>
            <div class="search-panel">
                <input
                    node_ref=field
                    type="text"
                    role="combobox"
                    aria-label="Search lessons, techniques and words"
                    aria-autocomplete="list"
                    aria-controls=LIST
                    aria-expanded=move || expanded.get().to_string()
                    aria-activedescendant=move || expanded.get().then(|| option_id(active.get()))
                    aria-keyshortcuts="/"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    maxlength="80"
                    placeholder="Search   /"
                    prop:value=text
                    on:focus=move |_| load()
                    on:keydown=keys
                    on:input=move |event| {
                        load();
                        text.set(event_target_value(&event));
                        active.set(0);
                        open.set(true);
                    }
                />
                <div class="search-found" class:open=move || !word().is_empty()>
                    <ul id=LIST role="listbox" aria-label="Found" hidden=move || !expanded.get()>
                        {move || hits.get().into_iter().enumerate().map(option).collect_view()}
                    </ul>
                    <p role="status" class:visually-hidden=move || expanded.get()>{word}</p>
                </div>
            </div>
        </div>
    }
}

/// Follows a link within the site as if it had been clicked, so that the router takes it.
fn go(to: &str) {
    let document = document();
    let Ok(link) = document.create_element("a") else { return };
    // Setting an attribute of a fresh element cannot fail.
    let _ = link.set_attribute("href", &address(to));
    if let (Some(body), Ok(link)) = (document.body(), link.dyn_into::<HtmlElement>()) {
        let _ = body.append_child(&link);
        link.click();
        link.remove();
    }
}
