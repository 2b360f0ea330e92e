//! The words of the field as a page, and the finder of the search: both come with one file, when the first of them is asked
//! for.

use leptos::prelude::*;

use super::{
    navigation::{LessonLink, Link, address},
    search::Hit,
};
use crate::{
    curriculum::{self, CURRICULUM},
    glossary::{GLOSSARY, Term, also},
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
        true if term.settings.is_empty() => view! { <Link to=place(term)>{network.short_name()}</Link> }.into_any(),
        // `external`: the lesson reads its settings from the address, which the router would change only afterwards.
        true => view! { <a href=address(&place(term)) rel="external">{network.short_name()}</a> }.into_any(),
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
    match (term.settings, term.figure) {
        (_, "") => format!("/lessons/{}", term.lesson),
        ("", figure) => format!("/lessons/{}#{figure}", term.lesson),
        (settings, figure) => format!("/lessons/{}/?{settings}#{figure}", term.lesson),
    }
}

/// How many are shown.
const MOST: usize = 8;

/// From how many letters on a text may also stand within a word: fewer are within words that mean something else.
const INSIDE: usize = 5;

/// How far a word is from a name that only has it inside another word.
const IN_NAMES: u32 = 3;

/// What it costs that one of several words is nowhere.
const MISSING: u32 = 20;

/// The pages that are none of the others: name, other names, what is there, address.
const PAGES: [(&str, &str, &str, &str); 8] = [
    (
        "Lessons",
        "home, time line, timeline, curriculum, overview",
        "All networks by year, and which of them are open.",
        "/#lessons",
    ),
    (
        "Techniques",
        "explainability, interpretability, visualisation",
        "The ways of looking into a network: what each answers and when it misleads.",
        "/techniques",
    ),
    (
        "Patterns with a name",
        "trouble, failures",
        "What goes wrong in training, what it looks like, and where to make it happen.",
        "/techniques#patterns",
    ),
    ("Glossary", "dictionary, terms, definitions", "The words of the field, and where each is seen.", "/glossary"),
    (
        "For teachers",
        "teachers, class, school, embed, iframe, worksheet, print",
        "Links that repeat an experiment, one figure in a page of your own, fewer controls, paper.",
        "/teachers",
    ),
    ("Instruments", "widgets, gallery", "Every instrument of the site in every state.", "/widgets"),
    (
        "About",
        "engine, WebGPU, CPU, privacy, data, licence, license, citation, cite",
        "What computes here, where the data comes from, and why nothing leaves your browser.",
        "/about",
    ),
    (
        "Without a network",
        "offline, cache, kept files, install, storage, PWA",
        "What your browser keeps of this site, and how to delete it.",
        "/about#kept",
    ),
];

/// What fits a text best, best first.
pub fn find(text: &str) -> Vec<Hit> {
    let wanted = folded(text);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u32, Hit)> = all().filter_map(|hit| Some((distance(&hit, &wanted)?, hit))).collect();
    // The sort keeps the order of kinds among equals.
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(MOST).map(|(_, hit)| hit).collect()
}

/// A text as it is compared: small letters, one spelling, no accents, one space between words.
fn folded(text: &str) -> String {
    let plain = |letter: char| match letter {
        'á' | 'à' | 'ä' => 'a',
        'é' | 'è' | 'ë' => 'e',
        'í' | 'ï' => 'i',
        'ó' | 'ö' => 'o',
        'ú' | 'ü' => 'u',
        'ł' => 'l',
        // Normalization and normalisation.
        'z' => 's',
        '-' | '–' | '/' => ' ',
        other => other,
    };
    let text: String = text.to_lowercase().chars().map(plain).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("colour", "color")
}

/// Everything that can be found: lessons, techniques, patterns, words, pages.
fn all() -> impl Iterator<Item = Hit> {
    let networks = CURRICULUM.iter().map(|network| {
        let built = lessons::is_built(network.slug);
        let kind = if built { "lesson" } else { "lesson to come" };
        let to = if built { format!("/lessons/{}", network.slug) } else { format!("/#{}", network.slug) };
        let also = also(network.slug);
        Hit { kind, name: network.name, also, says: network.lede, more: network.authors, to }
    });
    let techniques = TECHNIQUES.iter().map(|technique| Hit {
        kind: "technique",
        name: technique.name,
        also: "",
        says: technique.answers,
        more: technique.reading,
        to: format!("/techniques/{}", technique.id),
    });
    let saliency = std::iter::once(Hit {
        kind: "technique",
        name: SALIENCY.name,
        also: "",
        says: SALIENCY.answers,
        more: SALIENCY.reading,
        to: "/techniques/grad-cam#saliency".into(),
    });
    let patterns = PATTERNS.iter().map(|pattern| Hit {
        kind: "pattern",
        name: pattern.name,
        also: "",
        says: pattern.looks,
        more: "",
        to: format!("/techniques#{}", pattern.id),
    });
    let words = GLOSSARY.iter().map(|term| Hit {
        kind: "word",
        name: term.word,
        also: also(term.word),
        says: term.says,
        more: "",
        to: format!("/glossary#{}", term.id()),
    });
    let pages =
        PAGES.iter().map(|&(name, also, says, to)| Hit { kind: "page", name, also, says, more: "", to: to.into() });
    networks.chain(techniques).chain(saliency).chain(patterns).chain(words).chain(pages)
}

/// How far a hit is from what is wanted, which is folded; `None` if two of its words are nowhere in it, or one and no other
/// in its names.
fn distance(hit: &Hit, wanted: &str) -> Option<u32> {
    let name = folded(hit.name);
    if name.starts_with(wanted) {
        return Some(u32::from(name != wanted));
    }
    let also = folded(hit.also);
    if wanted.strip_suffix('s') == Some(&name) || also.split(", ").any(|other| other == wanted) {
        return Some(1);
    }
    let text = folded(&format!("{} {}", hit.says, hit.more));
    let step = |word: &str| {
        let is_long = word.chars().count() >= INSIDE;
        match () {
            () if has(&name, word) => Some(0),
            () if has(&also, word) => Some(1),
            () if is_long && name.contains(word) => Some(IN_NAMES),
            () if has(&text, word) => Some(8),
            () if is_long && text.contains(word) => Some(12),
            () => None,
        }
    };
    let steps: Vec<Option<u32>> = wanted.split(' ').map(step).collect();
    let sum = 2 + steps.iter().flatten().sum::<u32>();
    match steps.iter().filter(|step| step.is_none()).count() {
        0 => Some(sum),
        1 if steps.iter().flatten().any(|step| *step <= IN_NAMES) => Some(sum + MISSING),
        _ => None,
    }
}

/// Whether a word of a text begins so, or is this word without the s of many.
fn has(text: &str, word: &str) -> bool {
    let one = word.strip_suffix('s').filter(|one| one.len() > 2);
    text.split(|letter: char| !letter.is_alphanumeric()).any(|part| part.starts_with(word) || Some(part) == one)
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
    fn both_spellings_and_plain_letters_find_the_same() {
        assert_eq!(first("normalization"), ("word", "/glossary#batch-normalisation".into()));
        assert_eq!(first("Regularization"), ("word", "/glossary#regularisation".into()));
        assert_eq!(first("optimizer"), first("optimiser"));
        assert_eq!(first("frechet"), ("word", "/glossary#fréchet-distance".into()));
        assert_eq!(first("unet"), ("lesson to come", "/#unet".into()));
        assert_eq!(first("filters"), first("filter"));
    }

    #[test]
    fn other_names_find_what_they_name() {
        let to = |text: &str| find(text).into_iter().map(|hit| hit.to).collect::<Vec<_>>();
        assert_eq!(to("CNN")[..2], ["/lessons/lenet", "/lessons/alexnet"]);
        assert!(to("CNN").contains(&"/glossary#convolution".to_owned()));
        assert_eq!(first("max pooling"), ("word", "/glossary#pooling".into()));
        assert_eq!(first("evidence lower bound"), ("word", "/glossary#elbo".into()));
        assert_eq!(first("AUC"), ("word", "/glossary#roc-curve".into()));
    }

    #[test]
    fn short_texts_stand_at_the_beginning_of_words() {
        let names = |text: &str| find(text).into_iter().map(|hit| hit.name).collect::<Vec<_>>();
        assert!(names("GAN").contains(&"DCGAN") && !names("GAN").contains(&"Learning curves"));
        assert!(names("ROC").contains(&"ROC curve") && !names("ROC").contains(&"forward process"));
        assert!(names("propagation").contains(&"backpropagation"));
    }

    #[test]
    fn all_words_but_one_are_enough_after_all_that_have_them_all() {
        assert_eq!(first("pooling qqqq"), ("word", "/glossary#pooling".into()));
        let hits = find("learning rate");
        assert!(hits.len() > 1 && hits[0].name == "learning rate");
        // What only stands in a text is too little.
        assert!(find("qqqq zzzz").is_empty() && find("shows qqqq").is_empty());
    }

    #[test]
    fn the_pages_are_found_by_their_names() {
        for (text, to) in [
            ("teachers", "/teachers"),
            ("offline", "/about#kept"),
            ("widgets", "/widgets"),
            ("instruments", "/widgets"),
            ("glossary", "/glossary"),
            ("techniques", "/techniques"),
            ("about", "/about"),
            ("webgpu", "/about"),
            ("patterns", "/techniques#patterns"),
        ] {
            assert_eq!(first(text), ("page", to.to_owned()), "{text}");
        }
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
