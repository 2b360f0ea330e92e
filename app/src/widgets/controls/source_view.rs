//! The source that runs, coloured, with lines that light up.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use super::rust_lexer::{Piece, lines as cut};

/// A file: first the lines that matter, or the whole of it.
#[component]
pub fn SourceView(
    /// The file's path, as its heading.
    path: &'static str,
    /// Its text; `None` while it is on its way.
    #[prop(into)]
    text: Signal<Option<String>>,
    /// The first and last line to show, from 1; the whole file without them.
    #[prop(optional, into)]
    lines: Signal<Option<(usize, usize)>>,
    /// Lines that are lit, first and last of each stretch.
    #[prop(optional, into)]
    lit: Signal<Vec<(usize, usize)>>,
    /// Called with the line under the pointer.
    #[prop(optional, into)]
    on_line: Option<Callback<Option<usize>>>,
    /// A few words beside the path.
    #[prop(optional, into)]
    note: MaybeProp<String>,
) -> impl IntoView {
    let whole = RwSignal::new(false);
    let inside = StoredValue::new(false);
    let body = NodeRef::<html::Div>::new();
    let pieces = Memo::new(move |_| text.with(|text| text.as_deref().map(cut)));
    let count = Memo::new(move |_| pieces.with(|pieces| pieces.as_ref().map_or(0, Vec::len)));
    let part = Memo::new(move |_| {
        let count = count.get();
        lines
            .get()
            .map(|(first, last)| (first.clamp(1, count.max(1)), last.clamp(1, count.max(1))))
            .filter(|(first, last)| first <= last && *last + 1 - *first < count)
    });
    let shown = Memo::new(move |_| part.get().filter(|_| !whole.get()).unwrap_or((1, count.get())));
    let is_lit = Memo::new(move |_| lit.get());
    // What is lit elsewhere comes into view; what the pointer is on stays where it is.
    Effect::new(move || {
        shown.track();
        let first = is_lit.with(|lit| lit.first().map(|(first, _)| *first));
        if let Some(line) = first
            && !inside.get_value()
        {
            request_animation_frame(move || {
                if let Some(Some(body)) = body.try_get_untracked() {
                    bring_into_view(&body, line);
                }
            });
        }
    });
    let point = move |line: usize| {
        if let Some(on_line) = on_line {
            on_line.run(Some(line));
        }
    };
    let row = move |line: usize, pieces: Vec<Piece>| {
        let lit = move || is_lit.with(|lit| lit.iter().any(|(first, last)| (*first..=*last).contains(&line)));
        let pieces = pieces
            .into_iter()
            .map(|(kind, text)| match kind.class() {
                Some(class) => view! { <span class=class>{text}</span> }.into_any(),
                None => text.into_any(),
            })
            .collect_view();
        view! {
            <span
                class="row"
                class:lit=lit
                data-line=line.to_string()
                on:pointerenter=move |_| point(line)
                on:click=move |_| point(line)
            >
                <span class="ln" aria-hidden="true">{line}</span>
                <span class="code">{pieces}"\n"</span>
            </span>
        }
    };
    let rows = move || {
        let (first, last) = shown.get();
        pieces.with(|pieces| {
            pieces.as_ref().map(|pieces| {
                let rows = pieces.iter().enumerate().take(last).skip(first.saturating_sub(1));
                rows.map(|(index, pieces)| row(index + 1, pieces.clone())).collect_view()
            })
        })
    };
    view! {
        <div class="source-view" data-state=move || if pieces.with(Option::is_some) { "ready" } else { "loading" }>
            <div class="source-head">
                <code>{path}</code>
                {move || note.get().map(|note| view! { <span class="source-note">{note}</span> })}
                <Show when=move || part.get().is_some()>
                    <button
                        type="button"
                        class="quiet"
                        aria-pressed=move || whole.get().to_string()
                        on:click=move |_| whole.update(|whole| *whole = !*whole)
                    >
                        "Show the whole file"
                    </button>
                </Show>
            </div>
            <div
                class="source-body"
                node_ref=body
                tabindex="0"
                role="region"
                aria-label=format!("Source: {path}")
                on:pointerenter=move |_| inside.set_value(true)
                on:pointerleave=move |_| inside.set_value(false)
            >
                <Show when=move || pieces.with(Option::is_none)>
                    <p class="message">"Fetching the source."</p>
                </Show>
                <pre>
                    <code>{rows}</code>
                </pre>
            </div>
        </div>
    }
}

/// Scrolls the view itself, never the page, until a line is seen.
fn bring_into_view(body: &web_sys::HtmlDivElement, line: usize) {
    let found = body.query_selector(&format!("[data-line=\"{line}\"]")).ok().flatten();
    if let Some(row) = found.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok()) {
        let top = row.offset_top() - body.offset_top();
        let (from, height) = (body.scroll_top(), body.client_height());
        if top < from || top + row.offset_height() > from + height {
            body.set_scroll_top((top - height / 4).max(0));
        }
    }
}
