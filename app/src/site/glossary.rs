//! The words of the field as a page, and the finder of the search: both come with one file, when the first of them is asked
//! for.

use leptos::prelude::*;

use super::{
    navigation::{LessonLink, Link},
    search::Hit,
};
use crate::{
    curriculum::{self, CURRICULUM},
    glossary::{GLOSSARY, Term},
    lessons,
    techniques::{PATTERNS, SALIENCY, TECHNIQUES},
};

/// The page of all words.
#[component]
pub fn Glossary() -> impl IntoView {
    document().set_title("Glossary · From Scratch to Scale");
    view! {
        <main id="content" class="prose-page">
            <h1>"Glossary"</h1>
            <p class="lede">"The words of the field, one sentence each, and where on this site each of them can be seen."</p>
            <Letters />
            <dl class="glossary">{GLOSSARY.each_ref().map(|term| view! { <Entry term /> })}</dl>
        </main>
    }
}

/// The letters, each a link to its first word.
#[component]
fn Letters() -> impl IntoView {
    let before = std::iter::once(None).chain(GLOSSARY.iter().map(Term::letter));
    let firsts = GLOSSARY.iter().zip(before).filter(|(term, before)| term.letter() != *before);
    let link = |(term, _): (&'static Term, _)| {
        view! { <li><Link to=format!("/glossary#{}", term.id())>{term.letter().map(String::from)}</Link></li> }
    };
    view! { <nav aria-label="Letters"><ul class="letters">{firsts.map(link).collect_view()}</ul></nav> }
}

#[component]
fn Entry(
    /// Which word.
    term: &'static Term,
) -> impl IntoView {
    let seen_in = curriculum::find(term.lesson).map(|network| match lessons::is_built(network.slug) {
        true => view! { <Link to=place(term)>{network.short_name()}</Link> }.into_any(),
        false => view! { <LessonLink network words=network.short_name() /> }.into_any(),
    });
    view! {
        <div id=term.id()>
            <dt>{term.word}</dt>
            <dd>{term.says} " " <span class="seen-in">"Seen in: " {seen_in}</span></dd>
        </div>
    }
}

/// The lesson that shows a word, at the figure in which it is seen.
fn place(term: &Term) -> String {
    match term.figure {
        "" => format!("/lessons/{}", term.lesson),
        figure => format!("/lessons/{}#{figure}", term.lesson),
    }
}

/// How many are shown.
const MOST: usize = 8;

/// What fits a text best, best first.
pub fn find(text: &str) -> Vec<Hit> {
    let wanted = text.trim().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u32, Hit)> = all().filter_map(|hit| Some((distance(&hit, &wanted)?, hit))).collect();
    // The sort keeps the order of kinds among equals.
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(MOST).map(|(_, hit)| hit).collect()
}

/// Everything that can be found: lessons, techniques, patterns, words.
fn all() -> impl Iterator<Item = Hit> {
    let networks = CURRICULUM.iter().map(|network| {
        let built = lessons::is_built(network.slug);
        let kind = if built { "lesson" } else { "lesson to come" };
        let to = if built { format!("/lessons/{}", network.slug) } else { format!("/#{}", network.slug) };
        Hit { kind, name: network.name, says: network.lede, more: network.authors, to }
    });
    let techniques = TECHNIQUES.iter().map(|technique| Hit {
        kind: "technique",
        name: technique.name,
        says: technique.answers,
        more: technique.reading,
        to: format!("/techniques/{}", technique.id),
    });
    let saliency = std::iter::once(Hit {
        kind: "technique",
        name: SALIENCY.name,
        says: SALIENCY.answers,
        more: SALIENCY.reading,
        to: "/techniques/grad-cam#saliency".into(),
    });
    let patterns = PATTERNS.iter().map(|pattern| Hit {
        kind: "pattern",
        name: pattern.name,
        says: pattern.looks,
        more: "",
        to: format!("/techniques#{}", pattern.id),
    });
    let words = GLOSSARY.iter().map(|term| Hit {
        kind: "word",
        name: term.word,
        says: term.says,
        more: "",
        to: format!("/glossary#{}", term.id()),
    });
    networks.chain(techniques).chain(saliency).chain(patterns).chain(words)
}

/// How far a hit is from the words that are wanted; `None` if one of them is nowhere in it.
fn distance(hit: &Hit, wanted: &str) -> Option<u32> {
    let name = hit.name.to_lowercase();
    if name.starts_with(wanted) {
        return Some(u32::from(name != wanted));
    }
    let text = format!("{} {}", hit.says, hit.more).to_lowercase();
    let parts = |text: &str, word: &str| {
        text.split(|letter: char| !letter.is_alphanumeric()).any(|part| part.starts_with(word))
    };
    wanted.split_whitespace().try_fold(2, |sum, word| {
        let step = match () {
            () if parts(&name, word) => 0,
            () if name.contains(word) => 3,
            () if parts(&text, word) => 8,
            // Two letters are within nearly every text.
            () if word.chars().count() > 2 && text.contains(word) => 12,
            () => return None,
        };
        Some(sum + step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> (&'static str, String) {
        find(text).into_iter().next().map(|hit| (hit.kind, hit.to)).unwrap_or_default()
    }

    #[test]
    fn what_one_means_is_found_first() {
        assert_eq!(first("perc"), ("lesson", "/lessons/perceptron".into()));
        assert_eq!(first("ReLU"), ("word", "/glossary#relu".into()));
        assert_eq!(first("heat map"), ("technique", "/techniques/attention-heatmap".into()));
        assert_eq!(first("mode coll"), ("pattern", "/techniques#mode-collapse".into()));
        assert_eq!(first("rosenblatt"), ("lesson", "/lessons/perceptron".into()));
        assert_eq!(first("  learning   rate "), ("word", "/glossary#learning-rate".into()));
    }

    #[test]
    fn strange_texts_find_nothing_and_break_nothing() {
        for text in ["", "   ", "qqqq", "<script>", "\u{0}", "é\u{301}ß", &"x".repeat(10_000)] {
            assert!(find(text).is_empty(), "{text}");
        }
        assert!(find("e").len() <= MOST);
    }

    #[test]
    fn every_word_can_be_found() {
        for term in &GLOSSARY {
            let to = format!("/glossary#{}", term.id());
            assert!(find(term.word).iter().any(|hit| hit.to == to), "{}", term.word);
        }
    }
}
