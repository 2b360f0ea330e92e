//! All ways of looking as a table, and a page for each.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    embed::{Embedded, alone},
    navigation::{LessonLink, Link, address},
};
use crate::{
    curriculum::{self, Network},
    lesson::FigureNote,
    lessons::{self, LESSONS},
    techniques::{self, ASKED_FOR, PATTERNS, Pattern, SALIENCY, Shown, TECHNIQUES},
};

/// The table of all techniques, and of the patterns they show.
#[component]
pub fn Techniques() -> impl IntoView {
    document().set_title("Techniques · From Scratch to Scale");
    view! {
        <main id="content" class="prose-page wide-page">
            <h1>"Techniques"</h1>
            <p class="lede">
                "Twenty-one ways of looking into a network: what each one answers, how to read it, and when it misleads. None of
                them is proof; two that agree are worth more than one that is beautiful."
            </p>
            <table class="stacked">
                <thead>
                    <tr><th scope="col">"Technique"</th><th scope="col">"What it answers"</th><th scope="col">"How to read it"</th><th scope="col">"When it misleads"</th><th scope="col">"Lessons"</th></tr>
                </thead>
                <tbody>{TECHNIQUES.each_ref().map(|technique| view! { <Row technique /> })}</tbody>
            </table>
            <h2 id="patterns">"Patterns with a name"</h2>
            <p>"What goes wrong in training goes wrong in a few familiar ways. This is what they look like, and where you can make them happen."</p>
            <table class="stacked">
                <thead><tr><th scope="col">"Pattern"</th><th scope="col">"What it looks like"</th><th scope="col">"Seen in"</th><th scope="col">"Make it happen"</th></tr></thead>
                <tbody>
                    {PATTERNS.each_ref().map(|pattern| {
                        let seen_in = techniques::find(pattern.technique)
                            .map(|technique| view! { <Link to=format!("/techniques/{}", technique.id)>{technique.name}</Link> });
                        view! {
                            <tr id=pattern.id>
                                <th scope="row">{pattern.name}</th>
                                <td data-label="Looks like">{pattern.looks}</td>
                                <td data-label="Seen in">{seen_in}</td>
                                <td data-label="Make it happen"><MakeItHappen pattern /></td>
                            </tr>
                        }
                    })}
                </tbody>
            </table>
        </main>
    }
}

/// The link that reproduces a pattern in its lesson, and what to watch there.
#[component]
fn MakeItHappen(
    /// Which pattern.
    pattern: &'static Pattern,
) -> impl IntoView {
    let network = curriculum::find(pattern.lesson)?;
    if pattern.settings.is_empty() || !lessons::is_built(pattern.lesson) {
        return Some(view! { <LessonLink network words=network.name /> }.into_any());
    }
    let target = address(&format!("/lessons/{}/?{}", pattern.lesson, pattern.settings));
    // `external`: the lesson reads its settings from the address, which the router would change only afterwards.
    Some(
        view! {
            <a href=target rel="external" data-pattern=pattern.id>"in " {network.name}</a>
            ". " {pattern.watch}
        }
        .into_any(),
    )
}

/// The figure that shows a technique, alive, and the way to it in its lesson.
#[component]
fn LiveFigure(
    /// The technique's name.
    name: &'static str,
    /// Which figure, with which settings.
    shown: Shown,
) -> impl IntoView {
    let Shown { lesson, figure, settings } = shown;
    let network = curriculum::find(lesson)?;
    let title = format!("{name}, live from {}", network.name);
    let question = if settings.is_empty() { "" } else { "?" };
    let there = address(&format!("/lessons/{lesson}/{question}{settings}#{figure}"));
    // Another figure is another frame: one frame with two addresses would put the first between this page and the one before.
    let frame = move |address: String| view! { <Embedded address title=title.clone() /> };
    Some(view! {
        <For each=move || [alone(lesson, figure, settings)] key=String::clone children=frame />
        <p class="embedded-from">"It computes here as in its lesson: " <a href=there rel="external">{network.name}</a> "."</p>
    })
}

/// One row of the table.
#[component]
fn Row(
    /// Which technique.
    technique: &'static techniques::Technique,
) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><Link to=format!("/techniques/{}", technique.id)>{technique.name}</Link></th>
            <td data-label="Answers">{technique.answers}</td>
            <td data-label="Reading">{technique.reading}</td>
            <td data-label="Misleads">{technique.misleads}</td>
            <td data-label="Lessons"><Lessons technique folded=true /></td>
        </tr>
    }
}

/// The lessons that use a technique, with every figure of theirs that shows it: those that are open, then those that are
/// coming.
#[component]
fn Lessons(
    /// Which technique.
    technique: &'static techniques::Technique,
    /// The figures only when they are asked for, below the lessons' names.
    #[prop(optional)]
    folded: bool,
) -> impl IntoView {
    let all = technique.lessons.iter().filter_map(|slug| curriculum::find(slug));
    let (open, coming): (Vec<_>, Vec<_>) = all.partition(|network| lessons::is_built(network.slug));
    let with_figures = |network: &&'static Network| {
        let figures = figures(technique.id, network.slug);
        view! { <li><LessonLink network words=network.short_name() /> <ul>{figures}</ul></li> }
    };
    let list = view! { <ul class="figure-list">{open.iter().map(with_figures).collect_view()}</ul> };
    let open = (!open.is_empty()).then(|| {
        if !folded {
            return list.into_any();
        }
        let link = |network: &'static Network| view! { <li><LessonLink network words=network.short_name() /></li> };
        view! {
            <div>
                <ul class="inline-list">{open.into_iter().map(link).collect_view()}</ul>
                <details class="all-figures"><summary>"Its figures"</summary>{list}</details>
            </div>
        }
        .into_any()
    });
    let coming: Vec<_> = coming.into_iter().map(Network::short_name).collect();
    let coming = (!coming.is_empty()).then(|| {
        view! { <p class="coming-list"><small>"coming"</small> " " {coming.join(", ")}</p> }
    });
    view! { {open} {coming} }
}

/// The figures of a lesson that show a technique: each a link to its place there, with what it shows.
fn figures(technique: &str, slug: &str) -> impl IntoView {
    let lesson = LESSONS.iter().find(|lesson| lesson.slug == slug);
    let notes = lesson.into_iter().flat_map(|lesson| lesson.figures).filter(|note| note.technique == technique);
    let link = |note: &'static FigureNote| {
        let asked = ASKED_FOR.iter().find(|shown| shown.lesson == slug && shown.figure == note.id);
        match asked {
            // As in `MakeItHappen`: the lesson reads its settings from the address.
            Some(Shown { settings, .. }) => {
                let there = address(&format!("/lessons/{slug}/?{settings}#{}", note.id));
                view! { <li><a href=there rel="external">{note.shows}</a></li> }.into_any()
            }
            None => view! { <li><Link to=format!("/lessons/{slug}#{}", note.id)>{note.shows}</Link></li> }.into_any(),
        }
    };
    notes.map(link).collect_view()
}

/// The page of one technique.
#[component]
pub fn Technique() -> impl IntoView {
    let parameters = use_params_map();
    let id = Memo::new(move |_| parameters.with(|map| map.get("id").unwrap_or_default()));
    move || {
        // Saliency is explained together with Grad-CAM.
        let asked = id.get();
        let wanted = if asked == SALIENCY.id { "grad-cam" } else { &asked };
        match techniques::find(wanted) {
            Some(technique) => view! { <TechniquePage technique /> }.into_any(),
            None => view! {
                <main id="content" class="prose-page">
                    <h1>"No technique of that name"</h1>
                    <p><Link to="/techniques".into()>"All techniques"</Link></p>
                </main>
            }
            .into_any(),
        }
    }
}

#[component]
fn TechniquePage(
    /// Which technique.
    technique: &'static techniques::Technique,
) -> impl IntoView {
    document().set_title(&format!("{} · From Scratch to Scale", technique.name));
    let at = TECHNIQUES.iter().position(|other| other.id == technique.id).unwrap_or(0);
    let neighbour = |index: Option<usize>, before: &'static str, after: &'static str| {
        index.and_then(|index| TECHNIQUES.get(index)).map(|other| {
            view! { <Link to=format!("/techniques/{}", other.id)>{before} {other.name} {after}</Link> }
        })
    };
    let patterns: Vec<_> = PATTERNS.iter().filter(|pattern| pattern.technique == technique.id).collect();
    let patterns = (!patterns.is_empty()).then(|| {
        let rows = patterns.into_iter().map(|pattern| {
            view! { <li><strong>{pattern.name} "."</strong> " " {pattern.looks} " Make it happen: " <MakeItHappen pattern /></li> }
        });
        view! { <h2>"Patterns it shows"</h2><ul>{rows.collect_view()}</ul> }
    });
    let saliency = (technique.id == "grad-cam").then(|| {
        view! {
            <h2 id="saliency">{SALIENCY.name}</h2>
            <p class="lede">{SALIENCY.answers}</p>
            <p>{SALIENCY.reading}</p>
            <p>{SALIENCY.misleads}</p>
            <Lessons technique=&SALIENCY />
        }
    });
    view! {
        <main id="content" class="prose-page">
            <p class="crumb"><Link to="/techniques".into()>"Techniques"</Link></p>
            <h1>{technique.name}</h1>
            <p class="lede">{technique.answers}</p>
            <h2>"How to read it"</h2>
            <p>{technique.reading}</p>
            {technique.shown.map(|shown| view! { <LiveFigure name=technique.name shown /> })}
            <h2>"When it misleads"</h2>
            <p>{technique.misleads}</p>
            <h2>"Where it is used"</h2>
            <Lessons technique />
            {patterns}
            {saliency}
            <nav class="pager" aria-label="Techniques">
                <span>{neighbour(at.checked_sub(1), "← ", "")}</span>
                <span>{neighbour(Some(at + 1), "", " →")}</span>
            </nav>
        </main>
    }
}
