//! One figure of a lesson for the iframe of another page (`?embed=`), and controls that a class does without (`?teach=`).

use leptos::{html, prelude::*};

use super::navigation::address;
use crate::{
    session::query::{Query, clip, encode},
    widgets::{Embedding, Sized, when_sized},
};

/// What the address calls the figure that is shown alone.
pub const EMBED: &str = "embed";
/// What the address calls the controls that are hidden: their words, with commas between them.
pub const TEACH: &str = "teach";

/// The words of `?teach=` that mean the same in every lesson, and what each hides. A key of a lesson's settings hides the
/// control of that setting. `lesson.css` knows these words.
pub const WORDS: [(&str, &str); 11] = [
    ("train", "Train and Pause"),
    ("step", "Step"),
    ("reset", "Reset"),
    ("settings", "the Settings button, and with it every setting above the bench"),
    ("link", "the Link button"),
    ("numbers", "the numbers on the bench"),
    ("machine", "the time machine"),
    ("speed", "the choice of the speed"),
    ("twin", "the button that sets a twin beside the network"),
    ("weights", "saving and loading weights"),
    ("experiments", "the buttons of the experiments"),
];

/// What a figure that stands alone has no room for.
const NOT_ALONE: &str = "settings link machine";

/// Whether this address shows a figure alone. The site's own bar is left out then.
pub fn is_alone() -> bool {
    let in_lesson = window().location().pathname().is_ok_and(|path| path.contains("/lessons/"));
    in_lesson && query().text(EMBED).is_some()
}

/// The address of one figure alone; `settings` as the lesson's address holds them.
pub fn alone(slug: &str, id: &str, settings: &str) -> String {
    let end = if settings.is_empty() { "" } else { "&" };
    address(&format!("/lessons/{slug}/?{settings}{end}{EMBED}={}", encode(id)))
}

fn query() -> Query {
    Query::parse(&window().location().search().unwrap_or_default())
}

/// The controls that this page does without.
#[derive(Clone, Copy)]
pub struct Hidden(StoredValue<Vec<String>>);

impl Hidden {
    /// The words of the page's address.
    pub fn of_page() -> Self {
        let alone = if is_alone() { NOT_ALONE } else { "" };
        let taught = query();
        let taught = words(taught.text(TEACH).unwrap_or_default());
        Self(StoredValue::new(alone.split_whitespace().map(str::to_owned).chain(taught).collect()))
    }

    /// Whether the control of this word is hidden.
    pub fn has(self, word: &str) -> bool {
        self.0.with_value(|words| words.iter().any(|known| known == word))
    }

    /// All words, as the style sheet reads them.
    pub fn list(self) -> String {
        self.0.with_value(|words| words.join(" "))
    }
}

/// The words of `?teach=`; at most 60 are looked at.
fn words(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty()).take(60).collect()
}

/// Words of `?teach=` that hide nothing, each one sentence. A lesson's own keys are those that were asked for.
pub fn unknown(query: &Query) -> Vec<String> {
    let own = query.asked();
    let known = |word: &str| WORDS.iter().any(|(known, _)| *known == word) || own.iter().any(|asked| asked.key == word);
    let taught = words(query.text(TEACH).unwrap_or_default());
    let strange = taught.into_iter().filter(|word| !known(word));
    strange.map(|word| format!("teach = {} is the name of no control here; it hides nothing.", clip(&word))).collect()
}

/// A control of a lesson's own that `?teach=KEY` hides.
#[component]
pub fn Setting(
    /// The key of the setting in the address.
    key: &'static str,
    /// The control.
    children: Children,
) -> impl IntoView {
    let hidden = use_context::<Hidden>().is_some_and(|hidden| hidden.has(key));
    (!hidden).then(children)
}

/// The most steps that a link may ask to be taken again.
pub const MOST_STEPS: u64 = 1_000_000;

/// The page's address as it is now, with the step that is shown; for one figure alone, if there is an id.
pub fn link(step: u64, alone: Option<&str>) -> String {
    let href = window().location().href().unwrap_or_default();
    link_from(&href, step.min(MOST_STEPS), alone)
}

fn link_from(href: &str, step: u64, alone: Option<&str>) -> String {
    let address = href.split('#').next().unwrap_or_default();
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let dropped = |pair: &&str| pair.is_empty() || ["step=", "embed="].iter().any(|key| pair.starts_with(key));
    let mut pairs: Vec<String> = query.split('&').filter(|pair| !dropped(pair)).map(str::to_owned).collect();
    pairs.extend((step > 0).then(|| format!("step={step}")));
    pairs.extend(alone.map(|id| format!("{EMBED}={}", encode(id))));
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// What the figures of a lesson know of being shown elsewhere.
pub fn embedding(step: RwSignal<u64>) -> Embedding {
    let alone = query().text(EMBED).filter(|_| is_alone()).map(str::to_owned);
    let there = RwSignal::new(0);
    if alone.is_some() {
        fit_frame(there);
    }
    Embedding {
        alone: StoredValue::new(alone),
        there,
        address: Callback::new(move |id| link(step.get_untracked(), Some(id))),
    }
}

/// Makes the iframe around this page as tall as the page, and keeps it so: possible where both are of one origin, as on the
/// pages of this site. Elsewhere the frame stays as it is, and its page scrolls.
fn fit_frame(there: RwSignal<usize>) {
    let (Ok(Some(frame)), Some(body)) = (window().frame_element(), document().body()) else { return };
    let shown = body.clone();
    let fit = move || {
        // Until the figure is there, the frame keeps the room that it was given.
        if there.try_get_untracked().is_some_and(|there| there > 0) {
            let border = frame.get_bounding_client_rect().height() - f64::from(frame.client_height());
            // Setting an attribute of an element that exists cannot fail.
            let _ = frame.set_attribute("height", &(f64::from(shown.offset_height()) + border).ceil().to_string());
        }
    };
    let watch = StoredValue::new_local(Sized::watch(&body, fit));
    on_cleanup(move || watch.dispose());
}

/// The room for a figure until it says how tall it is, in CSS pixels.
pub const HEIGHT: i32 = 560;

/// A figure of a lesson that lives in a page of this site, as tall as it is.
#[component]
pub fn Embedded(
    /// The figure's address, see [`alone`].
    #[prop(into)]
    address: String,
    /// What it is, for who does not see it.
    #[prop(into)]
    title: String,
    /// Told how tall it is, in CSS pixels.
    #[prop(optional)]
    height: Option<RwSignal<i32>>,
) -> impl IntoView {
    let frame = NodeRef::<html::Iframe>::new();
    if let Some(height) = height {
        when_sized(frame, move |frame| {
            height.try_set(frame.client_height());
        });
    }
    view! {
        <iframe {..leptos::attr::loading("lazy")} class="embedded" node_ref=frame width="100%" height=HEIGHT title=title src=address></iframe>
    }
}

/// How long a figure may take to appear before its absence is said.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(2500);

/// Below a figure that stands alone: where it comes from, or that it is not there.
#[component]
pub fn Origin(
    /// The lesson's name.
    name: &'static str,
    /// What the figures know.
    embedding: Embedding,
    /// The step that is shown.
    step: RwSignal<u64>,
) -> impl IntoView {
    let late = RwSignal::new(false);
    set_timeout(
        move || {
            late.try_set(true);
        },
        PATIENCE,
    );
    let missing = move || {
        let id = embedding.alone.with_value(|alone| clip(alone.as_deref().unwrap_or_default()));
        let words =
            || format!("This lesson has no figure named {id}, or not with these settings. See the whole lesson:");
        (late.get() && embedding.there.get() == 0).then(words)
    };
    let whole = RwSignal::new(link(0, None));
    let renew = move || whole.set(link(step.get_untracked(), None));
    view! {
        <p class="origin">
            <span role="status">{missing}</span>
            <a
                href=whole
                target="_blank"
                rel="noopener"
                on:pointerenter=move |_| renew()
                on:focus=move |_| renew()
                on:click=move |_| renew()
            >
                "From Scratch to Scale: " {name}
            </a>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_settings_and_names_step_and_figure() {
        let here = "https://a.example/some/path/lessons/mlp?v=1&rate=0.3&step=7&embed=curves&engine=cpu#build";
        let path = "https://a.example/some/path/lessons/mlp";
        assert_eq!(link_from(here, 12, None), format!("{path}?v=1&rate=0.3&engine=cpu&step=12"));
        assert_eq!(link_from(here, 0, Some("a b")), format!("{path}?v=1&rate=0.3&engine=cpu&embed=a%20b"));
        assert_eq!(link_from(path, 0, None), path);
    }

    #[test]
    fn strange_words_are_named() {
        let query = Query::parse("?teach=rate,Train,%20seed,,cheese<b>");
        let _ = (query.text("rate"), query.text("seed"));
        let said = unknown(&query);
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("cheese"));
        assert_eq!(words(&"a,".repeat(500)).len(), 60);
    }
}
