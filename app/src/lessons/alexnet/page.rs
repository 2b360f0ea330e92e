//! What the reader sees of the AlexNet lesson.

mod desk;
mod figures;
mod stride;

use leptos::prelude::*;

/// stub
#[component]
pub fn Page() -> impl IntoView {}
