//! Pages that are files of their own, fetched when they are opened: so the site stays small however many lessons it has.

use std::{cell::Cell, pin::Pin, rc::Rc, time::Duration};

use leptos::{ev, prelude::*, task::spawn_local, wasm_split::SplitLoaderError};

use crate::{
    curriculum::{self, Network},
    site::{navigation::TimeLine, search::Hit},
    widgets::{Notice, NoticeKind},
};

/// Builds a page that is here.
pub type Page = fn() -> AnyView;

/// A page on its way.
pub type Fetch = Pin<Box<dyn Future<Output = Result<Page, SplitLoaderError>>>>;

/// Asks for a page.
pub type Ask = fn() -> Fetch;

/// Finds what fits a text.
pub type Finder = fn(&str) -> Vec<Hit>;

/// Asks for the finder.
pub type AskFinder = fn() -> Pin<Box<dyn Future<Output = Result<Finder, SplitLoaderError>>>>;

/// The pages that are fetched. `bin/page.rs` says which, because what is split off must not be named by the library: the
/// workers are linked with it too.
#[derive(Clone, Copy)]
pub struct Pages {
    /// A lesson by its slug.
    pub lesson: fn(&str) -> Option<Ask>,
    /// The gallery of the instruments.
    pub gallery: Ask,
    /// For teachers.
    pub teachers: Ask,
    /// The words of the field.
    pub glossary: Ask,
    /// What the search finds.
    pub finder: AskFinder,
}

#[derive(Clone, Copy)]
enum State {
    Waiting,
    Here(Page),
    Failed,
}

/// Shows a page when it has come, and `waiting` until then. A page that does not come can be asked for again.
pub fn lazy(ask: Ask, waiting: impl Fn() -> AnyView + Send + 'static) -> impl IntoView {
    let state = RwSignal::new(State::Waiting);
    let fetch = move || {
        state.set(State::Waiting);
        spawn_local(async move {
            let answer = ask().await;
            // The reader may have gone elsewhere meanwhile.
            let _ = state.try_set(answer.map_or(State::Failed, State::Here));
            request_animation_frame(go_to_place);
        });
    };
    fetch();
    move || {
        match state.get() {
        State::Here(page) => page(),
        State::Waiting => waiting(),
        State::Failed => view! {
            <main id="content" class="prose-page">
                <Notice
                    text="This page was not opened here before, and it could not be fetched: there is no connection, or the site has been renewed meanwhile."
                    kind=NoticeKind::Error
                    action="Load anew"
                    on_action=Callback::new(move |()| {
                        // A page of the newest release comes, or the same sentence again.
                        let _ = window().location().reload();
                    })
                />
            </main>
        }
        .into_any(),
    }
    }
}

/// After this long the drawings of a page that has come have their height.
const SETTLED: Duration = Duration::from_millis(1200);

/// Brings the place that the address names into view: when the address was opened it had not come yet. Drawings above it
/// come later still and may push it away, so this is done twice, unless the reader has gone elsewhere meanwhile.
fn go_to_place() {
    let hash = window().location().hash().unwrap_or_default();
    let named = hash.strip_prefix('#').filter(|id| !id.is_empty()).and_then(|id| document().get_element_by_id(id));
    let Some(place) = named else { return };
    place.scroll_into_view();
    let acted = Rc::new(Cell::new(false));
    let [wheel, pointer, key] = [acted.clone(), acted.clone(), acted.clone()];
    let wheel = window_event_listener(ev::wheel, move |_| wheel.set(true));
    let pointer = window_event_listener(ev::pointerdown, move |_| pointer.set(true));
    let key = window_event_listener(ev::keydown, move |_| key.set(true));
    let again = move || {
        wheel.remove();
        pointer.remove();
        key.remove();
        if !acted.get() {
            place.scroll_into_view();
        }
    };
    set_timeout(again, SETTLED);
}

/// A lesson's title: all that can be shown of it before it has come.
pub fn title(network: &'static Network) -> impl IntoView {
    document().set_title(&format!("{} · From Scratch to Scale", network.name));
    view! {
        <header class="title">
            <h1>{network.name}</h1>
            <p class="lede">{network.lede}</p>
            <p class="meta">{network.authors} ", " {network.year} " · " <a href=network.url rel="noopener">{network.paper}</a></p>
        </header>
    }
}

/// What stands in a page's place while it is fetched.
pub fn page_to_come(title: &'static str) -> AnyView {
    view! { <main id="content" class="prose-page" aria-busy="true"><h1>{title}</h1></main> }.into_any()
}

/// What stands in a lesson's place while it is fetched.
pub fn lesson_to_come(slug: &str) -> AnyView {
    let network = curriculum::find(slug);
    view! {
        <TimeLine current=network.map_or("", |network| network.slug) />
        <main id="content" class="lesson" aria-busy="true">
            {network.map(title)} <p class="lazy-state" role="status">"The lesson is on its way."</p>
        </main>
    }
    .into_any()
}
