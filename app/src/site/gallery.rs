//! placeholder
use leptos::prelude::*;
/// x
#[component]
pub fn Gallery() -> impl IntoView { view! { <main id="content" class="prose-page gallery"><h1>"Widgets"</h1></main> } }
