//! The way around the site: top bar, time line, links, theme, keys.

use leptos::{ev, html, prelude::*};
use leptos_router::hooks::use_location;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, IntersectionObserver, IntersectionObserverEntry, Storage};

use super::{base, lazy::AskFinder, search::Search};
use crate::{
    curriculum::{CURRICULUM, Network},
    lessons,
};

/// The full address of a page of the site; `path` begins with a slash. Right under any base path.
pub fn address(path: &str) -> String {
    format!("{}{}", base(), path.trim_start_matches('/'))
}

/// A link to a page of the site. (The router's own link leaves the base path out of addresses that begin with a slash.)
#[component]
pub fn Link(
    /// Where to, from the site's root: `/lessons/mlp`.
    to: String,
    /// Whether it stands on every page. Any other link goes with its page, and need not follow where the reader is: whoever
    /// has followed that once stays on the router's list.
    #[prop(optional)]
    stays: bool,
    /// The words of the link.
    children: Children,
) -> impl IntoView {
    let here = use_location().pathname;
    let target = address(&to);
    let page = target.split(['#', '?']).next().unwrap_or_default().trim_end_matches('/').to_owned();
    // A link to a place within a page is not the page.
    let whole = !to.contains('#');
    let current = move |here: &str| (whole && ends_alike(&page, here)).then_some("page");
    let current = match stays {
        true => Signal::derive(move || here.with(|here| current(here))),
        false => Signal::stored(here.with_untracked(|here| current(here))),
    };
    view! { <a href=target aria-current=current>{children()}</a> }
}

/// Whether a full address and a path of this site name the same page.
fn ends_alike(address: &str, path: &str) -> bool {
    let after_origin =
        address.split_once("://").map_or(address, |(_, rest)| rest.find('/').map_or("", |slash| &rest[slash..]));
    after_origin == path.trim_end_matches('/')
}

/// A link to a lesson, or, where it is not built yet, its name marked as coming.
#[component]
pub fn LessonLink(
    /// Which network.
    network: &'static Network,
    /// The words of the link.
    #[prop(into)]
    words: String,
) -> impl IntoView {
    if lessons::is_built(network.slug) {
        view! { <Link to=format!("/lessons/{}", network.slug)>{words}</Link> }.into_any()
    } else {
        view! { <span class="coming">{words} " " <small>"coming"</small></span> }.into_any()
    }
}

/// The bar on top of every page.
#[component]
pub fn TopBar(
    /// Asks for what the search finds.
    finder: AskFinder,
    /// What stands at the right: the engine of the lesson that is open.
    #[prop(into)]
    engine: ViewFn,
) -> impl IntoView {
    let here = use_location().pathname;
    let in_lesson = move || here.get().contains("/lessons/").then_some("true");
    view! {
        <SkipLink />
        <nav class="top" aria-label="Site">
            <span class="mark"><Link to="/".into() stays=true>"From Scratch to Scale"</Link></span>
            <span class="top-links">
                <a href=address("/#lessons") aria-current=in_lesson>"Lessons"</a>
                <Link to="/techniques".into() stays=true>"Techniques"</Link>
                <Link to="/about".into() stays=true>"About"</Link>
            </span>
            <span class="top-engine">{move || engine.run()}</span>
            <Search ask=finder />
            <span class="top-end">
                <ThemeSwitch />
                <KeysHelp />
            </span>
        </nav>
    }
}

/// At the end of every page: what the bar on top has no room for.
#[component]
pub fn Foot() -> impl IntoView {
    const PAGES: [(&str, &str); 5] = [
        ("/glossary", "Glossary"),
        ("/techniques#patterns", "Patterns with a name"),
        ("/teachers", "For teachers"),
        ("/widgets", "Instruments"),
        ("/about", "About"),
    ];
    view! {
        <footer class="foot">
            <nav aria-label="More pages">{PAGES.map(|(to, words)| view! { <Link to=to.into() stays=true>{words}</Link> })}</nav>
            <p>"Nothing leaves your browser."</p>
        </footer>
    }
}

/// For those who walk with the keyboard: straight to the content.
#[component]
fn SkipLink() -> impl IntoView {
    let skip = move |event: ev::MouseEvent| {
        event.prevent_default();
        let content =
            document().get_element_by_id("content").and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(content) = content {
            content.set_tab_index(-1);
            // An element that is in the page can be focused.
            let _ = content.focus();
        }
    };
    view! { <a class="skip" href="#content" on:click=skip>"To the content"</a> }
}

/// What the reader wants the page to look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    System,
    Light,
    Dark,
}

impl Wish {
    fn from_word(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    fn apply(self) {
        let Some(root) = document().document_element() else { return };
        // Setting or removing an attribute of an element that exists cannot fail.
        let _ = match self {
            Self::System => root.remove_attribute("data-theme"),
            Self::Light | Self::Dark => root.set_attribute("data-theme", self.word()),
        };
    }
}

const THEME_KEY: &str = "fsts:theme";
const SEEN_KEY: &str = "fsts:seen";
const GUESS_KEY: &str = "fsts:guesses";

/// The browser's storage, where it is allowed.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What is stored under a key, where storage is allowed.
pub(crate) fn stored(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Stores a wish of the reader.
pub(crate) fn store(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // Full or denied storage only means that the wish is forgotten.
        let _ = storage.set_item(key, value);
    }
}

/// The guesses that the browser keeps, as the time line shows them.
#[derive(Clone, Copy)]
pub struct Guesses(RwSignal<String>);

impl Guesses {
    /// What is kept.
    pub fn stored() -> Self {
        Self(RwSignal::new(stored(GUESS_KEY).unwrap_or_default()))
    }

    /// Keeps how a guess before an experiment went. The first one counts.
    pub fn keep(self, lesson: &str, experiment: &str, right: bool) {
        let kept = self.0.get_untracked();
        let key = format!("{lesson}/{experiment}=");
        if !kept.split(' ').any(|entry| entry.starts_with(&key)) {
            let kept = format!("{kept} {key}{}", u8::from(right));
            store(GUESS_KEY, kept.trim_start());
            self.0.set(kept.trim_start().to_owned());
        }
    }
}

/// How the kept guesses of a lesson went, one after the other.
fn guesses(kept: &str, lesson: &str) -> Vec<bool> {
    let own = |entry: &&str| entry.split_once('/').is_some_and(|(slug, _)| slug == lesson);
    kept.split(' ').filter(own).map(|entry| entry.ends_with("=1")).collect()
}

/// A dot for each guess: full if it came true.
#[component]
fn GuessDots(made: Vec<bool>) -> impl IntoView {
    let right = made.iter().filter(|right| **right).count();
    let words = format!("{right} of {} guesses came true", made.len());
    let title = words.clone();
    (!made.is_empty()).then(|| {
        view! {
            <span class="guesses" title=title>
                {made.iter().map(|right| view! { <i class:hit=*right></i> }).collect_view()}
                <span class="visually-hidden">", " {words}</span>
            </span>
        }
    })
}

/// Puts the stored theme, or the one of `?theme=`, on the page.
pub(super) fn restore_theme() -> Wish {
    let asked = window().location().search().ok().and_then(|search| {
        let pairs = search.trim_start_matches('?').split('&');
        pairs.filter_map(|pair| pair.strip_prefix("theme=")).next().map(Wish::from_word)
    });
    let wish = asked.unwrap_or_else(|| stored(THEME_KEY).map_or(Wish::System, |word| Wish::from_word(&word)));
    wish.apply();
    wish
}

/// One button that goes round: as the system, light, dark.
#[component]
fn ThemeSwitch() -> impl IntoView {
    let wish = RwSignal::new(restore_theme());
    let turn = move |_| {
        let next = wish.get_untracked().next();
        next.apply();
        store(THEME_KEY, next.word());
        wish.set(next);
    };
    let icon = move || match wish.get() {
        Wish::System => "M8 1.5a6.5 6.5 0 1 0 0 13V1.5Zm0-1a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15Z",
        Wish::Light => {
            "M8 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM7.4.5h1.2v2.3H7.4ZM7.4 13.2h1.2v2.3H7.4ZM.5 7.4h2.3v1.2H.5ZM13.2 7.4h2.3v1.2h-2.3ZM2.3 3.1l.8-.8L4.8 4l-.8.8ZM11.2 12l.8-.8 1.7 1.7-.8.8ZM2.3 12.9 4 11.2l.8.8-1.7 1.7ZM11.2 4l1.7-1.7.8.8L12 4.8Z"
        }
        Wish::Dark => {
            "M6 .3a.8.8 0 0 1 .1.9 7.2 7.2 0 0 0-.9 3.4c0 4 3.3 7.3 7.3 7.3q.8 0 1.6-.2a.8.8 0 0 1 .8 1.2A8.3 8.3 0 0 1 8.3 16C3.7 16 0 12.3 0 7.7 0 4.3 2.1 1.3 5.1.1A.8.8 0 0 1 6 .3Z"
        }
    };
    view! {
        <button
            class="round"
            title=move || format!("Theme: {}", wish.get().word())
            aria-label=move || format!("Theme: {}. Change to {}", wish.get().word(), wish.get().next().word())
            on:click=turn
        >
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=icon fill="currentColor" /></svg>
        </button>
    }
}

/// The keys of a lesson, and what they do.
const KEYS: [(&str, &str); 7] = [
    ("Space", "Train, or pause"),
    ("S", "One step"),
    ("R", "Reset to the same beginning"),
    ("Arrow keys", "Move within a slider, a figure or a drawing pad"),
    ("Tab", "To the next control"),
    ("/", "Search"),
    ("?", "This list"),
];

/// The list of keys; `?` opens it.
#[component]
fn KeysHelp() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move || {
        if let Some(dialog) = dialog.get_untracked()
            && !dialog.open()
        {
            // Only fails where it is open already.
            let _ = dialog.show_modal();
        }
    };
    let handle = window_event_listener(ev::keydown, move |event| {
        let typing =
            event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).is_some_and(|element| {
                element.closest("input, select, textarea, [contenteditable]").is_ok_and(|found| found.is_some())
            });
        if event.key() == "?" && !typing && !event.ctrl_key() && !event.meta_key() {
            event.prevent_default();
            open();
        }
    });
    on_cleanup(move || handle.remove());
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <button class="round keys-button" aria-haspopup="dialog" aria-keyshortcuts="?" aria-label="Keys" title="Keys" on:click=move |_| open()>"?"</button>
        <dialog class="keys" node_ref=dialog aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <dl>
                {KEYS.map(|(key, what)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div> })}
            </dl>
            <p>"They work while no field or button has the focus."</p>
            <button class="primary" autofocus on:click=close>"Close"</button>
        </dialog>
    }
}

/// The slugs of the lessons that were read to their end.
pub fn seen() -> Vec<String> {
    let text = stored(SEEN_KEY).unwrap_or_default();
    text.split(',').filter(|slug| !slug.is_empty()).map(str::to_owned).collect()
}

/// Remembers that a lesson was read to its end.
pub fn mark_seen(slug: &str) {
    let mut slugs = seen();
    if !slugs.iter().any(|other| other == slug) {
        slugs.push(slug.to_owned());
        store(SEEN_KEY, &slugs.join(","));
    }
}

/// The networks by year, and within a year in the order of the lessons.
pub fn by_year() -> Vec<&'static Network> {
    let mut networks: Vec<_> = CURRICULUM.iter().collect();
    networks.sort_by_key(|network| network.year);
    networks
}

/// The compact time line under the top bar: where this lesson stands in seventy years.
#[component]
pub fn TimeLine(
    /// The slug of the lesson that is open.
    #[prop(optional)]
    current: &'static str,
) -> impl IntoView {
    let seen = seen();
    let Guesses(kept) = use_context::<Guesses>().unwrap_or_else(Guesses::stored);
    let line = NodeRef::<html::Nav>::new();
    Effect::new(move || {
        let Some(line) = line.get() else { return };
        // Bring the open lesson to the middle without moving the page.
        if let Ok(Some(here)) = line.query_selector("[aria-current]")
            && let Ok(here) = here.dyn_into::<HtmlElement>()
        {
            line.set_scroll_left(here.offset_left() - line.client_width() / 2 + here.offset_width() / 2);
        }
    });
    if !current.is_empty() {
        watch_end(current);
    }
    let entry = move |network: &'static Network| {
        let words = view! { {network.year} <br /> {network.short_name()} };
        let is_seen = seen.iter().any(|slug| slug == network.slug);
        let here = network.slug == current;
        if lessons::is_built(network.slug) {
            let note = is_seen.then(|| view! { <span class="visually-hidden">" (read)"</span> });
            let made = move || view! { <GuessDots made=kept.with(|kept| guesses(kept, network.slug)) /> };
            view! {
                <a href=address(&format!("/lessons/{}", network.slug)) class:seen=is_seen aria-current=here.then_some("page")>
                    {words} {note} {made}
                </a>
            }
            .into_any()
        } else {
            view! { <span class="coming" title="coming">{words} <span class="visually-hidden">" (coming)"</span></span> }.into_any()
        }
    };
    view! { <nav class="line" aria-label="Time line" node_ref=line>{by_year().into_iter().map(entry).collect_view()}</nav> }
}

/// Marks the lesson as read once its last stage has come into view.
fn watch_end(slug: &'static str) {
    let watch: StoredValue<Option<(IntersectionObserver, EndClosure)>, LocalStorage> = StoredValue::new_local(None);
    request_animation_frame(move || {
        let Ok(Some(end)) = document().query_selector("section[data-stage=weakness]") else { return };
        let on_seen = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let visible =
                entries.iter().any(|entry| entry.unchecked_into::<IntersectionObserverEntry>().is_intersecting());
            if visible {
                mark_seen(slug);
            }
        });
        if let Ok(observer) = IntersectionObserver::new(on_seen.as_ref().unchecked_ref()) {
            observer.observe(&end);
            // Where the page was left in the meantime there is nobody to keep the observer for.
            if watch.try_set_value(Some((observer.clone(), on_seen))).is_some() {
                observer.disconnect();
            }
        }
    });
    on_cleanup(move || {
        if let Some(Some((observer, _))) = watch.try_update_value(Option::take) {
            observer.disconnect();
        }
    });
}

type EndClosure = Closure<dyn Fn(js_sys::Array)>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_page_it_ends_in() {
        assert!(ends_alike("http://localhost:8080/sub/about", "/sub/about"));
        assert!(ends_alike("http://localhost:8080", "/"));
        assert!(ends_alike("http://localhost:8080/sub", "/sub/"));
        assert!(!ends_alike("http://localhost:8080/about", "/sub/about"));
        assert!(!ends_alike("http://localhost:8080/techniques", "/techniques/roc-pr"));
    }

    #[test]
    fn the_time_line_never_goes_back() {
        assert!(by_year().windows(2).all(|pair| pair[0].year <= pair[1].year));
    }

    #[test]
    fn guesses_are_told_apart_by_lesson() {
        let kept = "perceptron/xor=0 mlp/shift=1 perceptron/circles=1";
        assert_eq!(guesses(kept, "perceptron"), [false, true]);
        assert_eq!(guesses(kept, "mlp"), [true]);
        assert!(guesses(kept, "ml").is_empty() && guesses("", "mlp").is_empty());
    }

    #[test]
    fn the_theme_goes_round() {
        let round = [Wish::System, Wish::Light, Wish::Dark];
        assert!(round.iter().all(|wish| wish.next().next().next() == *wish && Wish::from_word(wish.word()) == *wish));
    }
}
