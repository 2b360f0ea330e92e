//! The site around the lessons: routes, frame, home.

pub mod about;
mod bench_bar;
pub mod diagram;
pub mod embed;
pub mod engines;
pub mod experiment;
pub mod figures;
pub mod frame;
pub mod gallery;
pub mod glossary;
pub mod home;
pub mod kept;
pub mod lazy;
pub mod learning;
pub mod live;
pub mod navigation;
pub mod own_data;
pub mod parts;
pub mod photos;
pub mod runs;
pub mod search;
pub mod stale;
pub mod supply;
pub mod teachers;
pub mod techniques;
pub mod twins;

use leptos::{mount::mount_to_body, prelude::*};
use leptos_router::{
    components::{Route, Router, Routes},
    hooks::use_params_map,
    path,
};
use wasm_bindgen::JsCast;

use crate::{
    session::protocol::EngineReport,
    site::{
        about::About,
        home::Home,
        lazy::{Pages, lazy, lesson_to_come, page_to_come},
        navigation::{Foot, TopBar, restore_theme},
        techniques::{Technique, Techniques},
    },
    widgets::{EngineBadge, provide_theme},
};

/// The engine of the lesson that is open, for the badge in the top bar.
#[derive(Clone, Copy)]
pub struct OpenEngine(pub RwSignal<Option<EngineReport>>);

/// The site's root address, ending in a slash; it comes from the page's `<base>`, so any base path works.
pub fn base() -> String {
    let address = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.base_uri().ok().flatten())
        .unwrap_or_else(|| "/".into());
    let end = address.rfind('/').map_or(address.len(), |slash| slash + 1);
    address[..end].to_string()
}

/// The release that this page is of; empty where the site is being worked on (`trunk serve`).
pub fn release() -> String {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
    root.and_then(|root| root.get_attribute("data-release")).unwrap_or_default()
}

/// The path part of [`base`], without its last slash: what the router puts before every route.
fn base_path() -> String {
    let base = base();
    let path = match base.find("://") {
        Some(scheme) => base[scheme + 3..].find('/').map_or("/", |slash| &base[scheme + 3 + slash..]),
        None => base.as_str(),
    };
    path.trim_end_matches('/').to_string()
}

/// Mounts the site over the page's static first paint.
pub fn mount(pages: Pages) {
    std::panic::set_hook(Box::new(|info| show_panic(&info.to_string())));
    let document = document();
    if let Some(first_paint) = document.get_element_by_id("first-paint") {
        first_paint.remove();
    }
    mount_to_body(move || view! { <App pages /> });
    if let Some(root) = document.document_element() {
        // Setting an attribute of an element that exists cannot fail.
        let _ = root.set_attribute("data-app", "ready");
    }
}

#[component]
fn App(pages: Pages) -> impl IntoView {
    provide_theme();
    let engine = OpenEngine(RwSignal::new(None));
    provide_context(engine);
    let badge =
        move || engine.0.get().map(|report| view! { <EngineBadge name=report.engine.label() reason=report.reason /> });
    // In another page's iframe only a figure is shown; the theme is then the one of the address or of the system.
    let alone = embed::is_alone();
    if alone {
        restore_theme();
    }
    view! {
        <Router base=base_path()>
            {(!alone).then(|| view! { <TopBar finder=pages.finder engine=move || badge().into_any() /> })}
            <Routes fallback=|| view! { <NotFound /> }>
                <Route path=path!("/") view=Home />
                <Route path=path!("/lessons") view=Home />
                <Route path=path!("/lessons/:slug") view=move || view! { <LessonRoute pages /> } />
                <Route path=path!("/techniques") view=Techniques />
                <Route path=path!("/techniques/:id") view=Technique />
                <Route path=path!("/widgets") view=move || lazy(pages.gallery, || page_to_come("Instruments")) />
                <Route path=path!("/teachers") view=move || lazy(pages.teachers, || page_to_come("For teachers")) />
                <Route path=path!("/glossary") view=move || lazy(pages.glossary, || page_to_come("Glossary")) />
                <Route path=path!("/about") view=About />
            </Routes>
            {(!alone).then(|| view! { <Foot /> })}
        </Router>
    }
}

/// A lesson by its slug. Another slug is another page: everything of the one before is dropped.
#[component]
fn LessonRoute(pages: Pages) -> impl IntoView {
    let parameters = use_params_map();
    let slug = Memo::new(move |_| parameters.with(|map| map.get("slug").unwrap_or_default()));
    move || {
        let slug = slug.get();
        match (pages.lesson)(&slug) {
            Some(fetch) => lazy(fetch, move || lesson_to_come(&slug)).into_any(),
            None => view! { <NotFound /> }.into_any(),
        }
    }
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <main id="content" class="prose-page">
            <h1>"Nothing here"</h1>
            <p>"This address belongs to no page of the site. " <navigation::Link to="/".into()>"All lessons"</navigation::Link></p>
        </main>
    }
}

/// The last resort: one sentence and two actions, written with plain DOM calls because the page's own state is gone.
fn show_panic(report: &str) {
    web_sys::console::error_1(&report.into());
    let document = document();
    if document.get_element_by_id("panic").is_some() {
        return;
    }
    let build = || -> Result<(), wasm_bindgen::JsValue> {
        let banner = document.create_element("div")?;
        banner.set_id("panic");
        banner.set_attribute("role", "alert")?;
        banner.set_text_content(Some("This page has stopped because of a mistake of ours. "));
        let button = |words: &str, act: Box<dyn Fn()>| -> Result<(), wasm_bindgen::JsValue> {
            let button = document.create_element("button")?;
            button.set_text_content(Some(words));
            let on_click = wasm_bindgen::closure::Closure::<dyn Fn()>::new(act);
            button.add_event_listener_with_callback("click", on_click.as_ref().unchecked_ref())?;
            // The banner stays until the page is reloaded.
            on_click.forget();
            banner.append_child(&button)?;
            Ok(())
        };
        button(
            "Reload",
            Box::new(|| {
                let _ = window().location().reload();
            }),
        )?;
        let report = report.to_string();
        button(
            "Copy report",
            Box::new(move || {
                let _ = window().navigator().clipboard().write_text(&report);
            }),
        )?;
        document.body().ok_or(wasm_bindgen::JsValue::NULL)?.append_child(&banner)?;
        Ok(())
    };
    // If even this fails, the console has the report.
    let _ = build();
}
