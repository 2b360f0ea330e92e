//! A figure alone, in the iframe of another page: what the page says of it, and what the figure does about it.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, NodeList};

/// What figures know of being shown elsewhere. The page provides it; a page that does not has no such figures.
#[derive(Clone, Copy)]
pub struct Embedding {
    /// The id of the figure that is shown alone; none where the whole page is shown.
    pub alone: StoredValue<Option<String>>,
    /// How many figures of that id the page holds now.
    pub there: RwSignal<usize>,
    /// The address that shows the figure of an id alone, with everything as it is set now.
    pub address: Callback<&'static str, String>,
}

impl Embedding {
    /// Tells the page that the figure is there and marks the way to it, if it is the one that is shown alone.
    pub(super) fn show(self, id: &str, node: NodeRef<html::Figure>) {
        if self.alone.with_value(|alone| alone.as_deref() != Some(id)) {
            return;
        }
        self.there.update(|there| *there += 1);
        on_cleanup(move || {
            self.there.try_update(|there| *there = there.saturating_sub(1));
        });
        Effect::new(move || {
            if let Some(figure) = node.get() {
                // By then it has its place in the page.
                request_animation_frame(move || mark(&figure));
            }
        });
    }

    /// The element that shows a figure in another page, as text.
    pub(super) fn iframe(self, id: &'static str, title: &str, height: i32) -> String {
        iframe(&self.address.run(id), title, height)
    }
}

/// Marks a figure, what belongs to it (`data-belongs=ID`: a pad to draw on), and everything around them: whatever is not
/// marked is not shown (`lesson.css`).
fn mark(figure: &Element) {
    mark_one(figure);
    let belongings = document().query_selector_all(&format!("main [data-belongs=\"{}\"]", figure.id()));
    for index in 0..belongings.as_ref().map_or(0, NodeList::length) {
        let node = belongings.as_ref().ok().and_then(|nodes| nodes.item(index));
        if let Some(element) = node.and_then(|node| node.dyn_into::<Element>().ok()) {
            mark_one(&element);
        }
    }
}

fn mark_one(element: &Element) {
    // Setting an attribute of an element that exists cannot fail.
    let _ = element.set_attribute("data-embed", "figure");
    let mut around = element.parent_element();
    while let Some(element) = around.filter(|element| element.tag_name() != "MAIN") {
        let _ = element.set_attribute("data-embed", "way");
        around = element.parent_element();
    }
}

fn iframe(address: &str, title: &str, height: i32) -> String {
    let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let (address, title) = (quoted(address), quoted(title));
    format!("<iframe src=\"{address}\" title=\"{title}\" width=\"100%\" height=\"{height}\" loading=\"lazy\"></iframe>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_the_iframe() {
        let text = iframe("https://a.example/lessons/mlp?v=1&own=\"><b>", "A \"figure\" & more", 480);
        assert_eq!(
            text,
            "<iframe src=\"https://a.example/lessons/mlp?v=1&amp;own=&quot;>&lt;b>\" title=\"A &quot;figure&quot; &amp; \
             more\" width=\"100%\" height=\"480\" loading=\"lazy\"></iframe>"
        );
    }
}
