//! The home page: the time line told large. Each network is one sentence, one little figure that runs when it is seen,
//! what it could do, what broke it, and the arrow to what came next.

use leptos::prelude::*;

use super::live::player::{LiveFigure, PauseButton, Script};
use super::live::story;
use super::navigation::{Link, address, seen};
use crate::{
    curriculum::{self, CURRICULUM, Network, Part},
    lessons,
    widgets::provide_own_look,
};

/// The home page.
#[component]
pub fn Home() -> impl IntoView {
    document().set_title("From Scratch to Scale");
    provide_own_look();
    view! {
        <main id="content" class="home">
            <Opening />
            <div id="lessons">{Part::ALL.map(|part| view! { <Chapter part /> })}</div>
            <p class="home-end">
                "The line goes on. " <Link to="/techniques".into()>"Twenty-one ways of looking into a network"</Link>
                " work in the lessons they fit, and " <Link to="/about".into()>"this is how the site is made"</Link> "."
            </p>
        </main>
    }
}

/// What this is, where to start, and a network that learns at once.
#[component]
fn Opening() -> impl IntoView {
    let built = lessons::BUILT;
    let start = CURRICULUM.iter().find(|network| built.contains(&network.slug)).map(|network| {
        view! {
            <a class="start" href=address(&format!("/lessons/{}", network.slug))>
                {format!("Start with the {}, {}", in_sentence(network), network.year)}
            </a>
        }
    });
    // As long as the site grows it says how far it is.
    let open = (built.len() < CURRICULUM.len()).then(|| {
        let count = match built.len() {
            1 => "One of the twenty lessons is open so far.".to_owned(),
            count => format!("{count} of the twenty lessons are open so far."),
        };
        view! { <p class="opening-state">{count} " The others are marked; their small figures run already."</p> }
    });
    view! {
        <header class="opening">
            <h1>"From Scratch to Scale"</h1>
            <p class="lede">
                "Twenty neural networks, from a machine that drew one line in 1958 to the language models of today. A network here is
                no picture of one: it runs in your browser, so train it, open it, break it, and see what had to be thought of next."
            </p>
            {open}
            <p class="opening-links">{start} <a href=address("/#lessons")>"Read the whole line"</a> <PauseButton /></p>
            <div class="opening-figure">
                <LiveFigure
                    script=Script::Opening
                    caption="A network of two layers with eight units each is learning these points now. The ground is its answer."
                />
            </div>
        </header>
    }
}

/// The network's name as it stands within a sentence.
fn in_sentence(network: &Network) -> String {
    if network.slug == "perceptron" { "perceptron".into() } else { network.name.into() }
}

/// A part of the story, its networks by year.
#[component]
fn Chapter(
    /// Which part.
    part: Part,
) -> impl IntoView {
    let mut networks: Vec<&'static Network> = CURRICULUM.iter().filter(|network| network.part == part).collect();
    networks.sort_by_key(|network| network.year);
    let gaps: Vec<u16> = networks
        .iter()
        .enumerate()
        .map(|(at, network)| if at == 0 { 0 } else { network.year - networks[at - 1].year })
        .collect();
    let first = networks.first().map_or(0, |network| network.year);
    let last = networks.last().map_or(0, |network| network.year);
    view! {
        <section class="chapter" aria-labelledby=format!("part-{}", part.numeral())>
            <header class="chapter-head">
                <p class="chapter-mark">"Part " {part.numeral()} <span>{first} "–" {last}</span></p>
                <h2 id=format!("part-{}", part.numeral())>{part.title()}</h2>
                <p class="chapter-question">{part.question()}</p>
            </header>
            <ol class="story">
                {networks.into_iter().zip(gaps).map(|(network, gap)| view! { <Entry network gap /> }).collect_view()}
            </ol>
        </section>
    }
}

/// One network.
#[component]
fn Entry(
    /// Which.
    network: &'static Network,
    /// Years since the one above it in the same part.
    gap: u16,
) -> impl IntoView {
    let built = lessons::is_built(network.slug);
    let read = seen().iter().any(|slug| slug == network.slug);
    let name = if built {
        view! { <Link to=format!("/lessons/{}", network.slug)>{network.name}</Link> }.into_any()
    } else {
        view! { {network.name} <small class="coming-mark">"coming"</small> }.into_any()
    };
    let later = (gap > 1).then(|| view! { <p class="later">{gap} " years later"</p> });
    let next = network.next.and_then(curriculum::find).map(|next| {
        view! {
            <p class="onward">
                <a href=address(&format!("/#{}", next.slug))>
                    <span aria-hidden="true">"→ "</span> {next.name} ", " {next.year}
                    <span class="visually-hidden">" answered this"</span>
                </a>
            </p>
        }
    });
    view! {
        <li class="entry" id=network.slug class:is-read=read class:is-coming=!built>
            {later}
            <p class="entry-year">{network.year}</p>
            <div class="entry-words">
                <h3>{name}</h3>
                <p class="entry-lede">{network.lede}</p>
                <dl>
                    <div><dt>"Could"</dt><dd>{network.did}</dd></div>
                    <div class="broke"><dt>"Broke"</dt><dd>{network.broke} {next}</dd></div>
                </dl>
            </div>
            <div class="entry-figure">
                <LiveFigure script=Script::Network(network.slug) caption=story::caption(network.slug) />
            </div>
        </li>
    }
}
