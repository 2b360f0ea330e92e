//! Mounts the site. Must never reach burn: see the budget of `page.wasm`.
//!
//! Each lesson and the gallery become files of their own, cut off `page.wasm` where a function is marked `wasm_split`
//! (`cargo xtask split`, which trunk calls after each build).

use app::site::{
    lazy::{Finder, Page, Pages},
    mount,
};
use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};

/// One file for each lesson.
macro_rules! lessons {
    ($($lesson:ident),*) => {
        $(
            #[wasm_split($lesson, wasm_split_path = ::leptos::wasm_split, fallible)]
            fn $lesson() -> Result<Page, SplitLoaderError> {
                Ok(|| view! { <app::lessons::$lesson::page::Page /> }.into_any())
            }
        )*

        const PAGES: Pages = Pages {
            lesson: |slug| {
                $(if slug == app::lessons::$lesson::LESSON.slug {
                    return Some(|| Box::pin($lesson()));
                })*
                None
            },
            gallery: || Box::pin(gallery()),
            teachers: || Box::pin(teachers()),
            glossary: || Box::pin(glossary()),
            finder: || Box::pin(finder()),
        };
    };
}

app::each_lesson!(lessons);

#[wasm_split(gallery, wasm_split_path = ::leptos::wasm_split, fallible)]
fn gallery() -> Result<Page, SplitLoaderError> {
    Ok(|| view! { <app::site::gallery::Gallery /> }.into_any())
}

#[wasm_split(teachers, wasm_split_path = ::leptos::wasm_split, fallible)]
fn teachers() -> Result<Page, SplitLoaderError> {
    Ok(|| view! { <app::site::teachers::Teachers /> }.into_any())
}

#[wasm_split(reference, wasm_split_path = ::leptos::wasm_split, fallible)]
fn glossary() -> Result<Page, SplitLoaderError> {
    Ok(|| view! { <app::site::glossary::Glossary /> }.into_any())
}

#[wasm_split(reference, wasm_split_path = ::leptos::wasm_split, fallible)]
fn finder() -> Result<Finder, SplitLoaderError> {
    Ok(app::site::glossary::find)
}

fn main() {
    mount(PAGES);
}
