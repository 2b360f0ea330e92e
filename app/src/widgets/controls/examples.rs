//! A row of small pictures to pick from.

use leptos::{html, prelude::*};

use super::{
    super::{Ink, Scale, Theme, Tile, use_theme},
    pixel_canvas, unique_id,
};

/// Small pictures as buttons, each with its label below.
#[component]
pub fn Examples(
    /// What they are.
    #[prop(into)]
    label: String,
    /// The pictures; one without a label is called by its number.
    #[prop(into)]
    images: Signal<Vec<Tile>>,
    /// How their values become colours.
    scale: Scale,
    /// Which one is picked.
    #[prop(optional, into)]
    selected: Signal<Option<usize>>,
    /// Called with the number, from 0, of the one picked.
    #[prop(into)]
    on_pick: Callback<usize>,
) -> impl IntoView {
    let label_id = unique_id("examples");
    let labelled_by = label_id.clone();
    let theme = use_theme();
    // Read for all buttons at once: see `Tokens`.
    let shown = Memo::new(move |_| (images.get(), selected.get()));
    let buttons = move || {
        let (theme, (images, selected)) = (theme.get(), shown.get());
        images
            .into_iter()
            .enumerate()
            .map(|(index, tile)| {
                let number = format!("number {}", index + 1);
                let shown = if tile.label.is_empty() { String::new() } else { tile.label.clone() };
                let name = if shown.is_empty() { number.clone() } else { format!("{shown}, {number}") };
                let mark = tile.mark.map(|mark| match mark {
                    Ink::Bad => "bad",
                    Ink::Good => "good",
                    _ => "plain",
                });
                view! {
                    <li>
                        <button
                            type="button"
                            class="example"
                            aria-label=name
                            aria-pressed=selected.map(|selected| (selected == index).to_string())
                            data-mark=mark
                            on:click=move |_| on_pick.run(index)
                        >
                            <Thumbnail tile scale theme />
                            <span aria-hidden="true">{shown}</span>
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <div class="examples-field">
            <span class="control-label" id=label_id>{label}</span>
            <ul class="examples" aria-labelledby=labelled_by>{buttons}</ul>
        </div>
    }
}

/// One picture, said by the button around it.
#[component]
fn Thumbnail(tile: Tile, scale: Scale, theme: Theme) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    Effect::new(move || {
        if let Some(canvas) = node.get() {
            let colors = tile.pixels.iter().map(|value| scale.color(&theme, *value));
            pixel_canvas::show(&canvas, tile.columns, tile.rows, colors);
        }
    });
    view! { <canvas class="pixel-canvas" node_ref=node aria-hidden="true"></canvas> }
}
