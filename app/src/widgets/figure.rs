//! A figure: a card with a title, a menu to save it, the drawing, a caption, and the same in words and numbers for those
//! who cannot see it.

use std::time::Duration;

use leptos::{children::ViewFn, html, prelude::*};

use super::{
    any_picture::AnyPicture,
    browser::{bring, copy},
    controls::{Menu, MenuItem},
    embed::Embedding,
    palette::use_theme,
    picture::Picture,
    replay::Replay,
    save::{Format, save},
    sketch::{Canvas, PointEvent, any, drawing},
};

/// How far a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureState {
    /// Nothing to show yet: the reader must do something first.
    Empty,
    /// On its way.
    Loading,
    /// Drawn.
    Ready,
    /// It will not come; the text says why.
    Error,
}

impl FigureState {
    const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Error => "error",
        }
    }
}

/// How often words and table follow the drawing.
const PAUSE: Duration = Duration::from_millis(1500);

/// A value made from the picture now and at most every [`PAUSE`] while the picture changes.
fn followed<T: Clone + PartialEq + Send + Sync + Default + 'static>(
    picture: Signal<Option<AnyPicture>>,
    wanted: Signal<bool>,
    make: fn(&AnyPicture) -> T,
) -> Signal<T> {
    let value = RwSignal::new(T::default());
    let waiting = StoredValue::new(false);
    let update = move || {
        let Some(next) = picture.try_with_untracked(|picture| picture.as_ref().map(make).unwrap_or_default()) else {
            return;
        };
        if value.try_with_untracked(|old| *old != next) == Some(true) {
            value.set(next);
        }
    };
    Effect::new(move |previous: Option<bool>| {
        picture.track();
        if !wanted.get() {
            return false;
        }
        if previous != Some(true) {
            update();
        } else if !waiting.get_value() {
            waiting.set_value(true);
            set_timeout(
                move || {
                    if waiting.try_set_value(false).is_none() {
                        update();
                    }
                },
                PAUSE,
            );
        }
        true
    });
    value.into()
}

/// A figure card.
#[component]
pub fn Figure<P: Picture>(
    /// Unique on the page; `?embed=ID` shows this figure alone.
    id: &'static str,
    /// The technique it shows: `learning-curves`, `confusion-matrix`, …
    technique: &'static str,
    /// Its title.
    #[prop(into)]
    title: Signal<String>,
    /// What it draws; `None` while there is nothing.
    picture: Signal<Option<P>>,
    /// How far it is; else ready when there is a picture and empty when there is none.
    #[prop(optional, into)]
    state: MaybeProp<FigureState>,
    /// What to say while it is empty.
    #[prop(optional, into)]
    empty: MaybeProp<String>,
    /// What to say when it failed.
    #[prop(optional, into)]
    problem: MaybeProp<String>,
    /// Called for every pointer event on the drawing.
    #[prop(optional, into)]
    on_point: Option<Callback<PointEvent>>,
    /// Finger drags go to the drawing and do not scroll the page.
    #[prop(optional)]
    drag: bool,
    /// Called with the key's name; makes the drawing focusable.
    #[prop(optional, into)]
    on_key: Option<Callback<String>>,
    /// A row of controls above the drawing.
    #[prop(optional, into)]
    controls: Option<ViewFn>,
    /// The run that it shows: it can be saved as an animation then.
    #[prop(optional, into)]
    replay: Option<Replay>,
    /// The caption: what to watch, then what it means.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let picture = any(picture);
    card(Card {
        id,
        technique,
        title,
        picture,
        state,
        empty,
        problem,
        on_point,
        drag,
        on_key,
        controls,
        replay,
        children,
    })
}

/// What [`Figure`] takes, for a picture of any kind.
struct Card {
    id: &'static str,
    technique: &'static str,
    title: Signal<String>,
    picture: Signal<Option<AnyPicture>>,
    state: MaybeProp<FigureState>,
    empty: MaybeProp<String>,
    problem: MaybeProp<String>,
    on_point: Option<Callback<PointEvent>>,
    drag: bool,
    on_key: Option<Callback<String>>,
    controls: Option<ViewFn>,
    replay: Option<Replay>,
    children: Option<Children>,
}

/// See [`Figure`].
fn card(card: Card) -> AnyView {
    let Card {
        id,
        technique,
        title,
        picture,
        state,
        empty,
        problem,
        on_point,
        drag,
        on_key,
        controls,
        replay,
        children,
    } = card;
    let theme = use_theme();
    let full = Memo::new(move |_| picture.with(Option::is_some));
    let state =
        Memo::new(move |_| state.get().unwrap_or(if full.get() { FigureState::Ready } else { FigureState::Empty }));
    let (title_id, summary_id) = (format!("{id}-title"), format!("{id}-summary"));
    // The view takes ids in an order of its own.
    let (labelled_by, described_by) = (title_id.clone(), summary_id.clone());
    let open = RwSignal::new(false);
    let focused = RwSignal::new(false);
    let summary = followed(picture, Signal::stored(true), AnyPicture::summary);
    let table = followed(picture, open.into(), AnyPicture::table);
    let node = NodeRef::<html::Figure>::new();
    let width = move || {
        let width = node.get_untracked().map_or(640.0, |figure| f64::from(figure.client_width()) - 36.0);
        width.max(280.0)
    };
    let export = move |format: Format| {
        picture.with_untracked(|picture| {
            if let Some(picture) = picture {
                save(format, id, picture, &theme.get_untracked(), width());
            }
        });
    };
    let item = move |name: &str, format: Format| MenuItem {
        name: Signal::stored(name.to_owned()),
        action: Callback::new(move |()| export(format)),
    };
    let filming = RwSignal::new(false);
    let film = move |replay: Replay| MenuItem {
        name: Signal::derive(move || {
            let words = match (filming.get(), replay.moves()) {
                (true, _) => "GIF: being made …",
                (false, true) => "GIF, the run so far",
                (false, false) => "GIF, once it has run",
            };
            words.to_owned()
        }),
        action: Callback::new(move |()| {
            if filming.get_untracked() || !untrack(|| replay.moves()) {
                return;
            }
            filming.set(true);
            leptos::task::spawn_local(async move {
                replay.record(format!("{id}.gif"), picture, theme.get_untracked(), width()).await;
                filming.try_set(false);
            });
        }),
    };
    let mut items = vec![
        item("PNG, as pixels", Format::Png),
        item("SVG, as lines", Format::Svg),
        item("CSV, the numbers", Format::Csv),
    ];
    items.extend(replay.map(film));
    let copied = RwSignal::new(None::<String>);
    let embedding = use_context::<Embedding>();
    if let Some(embedding) = embedding {
        embedding.show(id, node);
        if embedding.alone.with_value(Option::is_none) {
            items.push(MenuItem::new("Copy iframe", move || {
                let height = node.get_untracked().map_or(ROOM, |figure| figure.client_height()) + ROOM;
                copy_iframe(embedding.iframe(id, &title.get_untracked(), height), copied);
            }));
        }
    }
    items.push(MenuItem {
        name: Signal::derive(move || if open.get() { "Hide the data table" } else { "Data table" }.to_owned()),
        action: Callback::new(move |()| {
            open.update(|open| *open = !*open);
            if open.get_untracked() {
                // It opens below the drawing, perhaps out of sight.
                request_animation_frame(move || {
                    let table =
                        node.get_untracked().and_then(|figure| figure.query_selector(".data-table").ok().flatten());
                    table.iter().for_each(bring);
                });
            }
        }),
    });
    let message = move || match state.get() {
        FigureState::Empty => Some(empty.get().unwrap_or_else(|| "Nothing to show yet.".to_owned())),
        FigureState::Loading => Some("On its way.".to_owned()),
        FigureState::Error => Some(problem.get().unwrap_or_else(|| "This figure could not be made.".to_owned())),
        FigureState::Ready => None,
    };
    view! {
        <figure
            node_ref=node
            id=id
            class="figure"
            data-technique=technique
            data-state=move || state.get().name()
            aria-labelledby=labelled_by
            aria-busy=move || (state.get() == FigureState::Loading).then_some("true")
            on:focusin=move |_| focused.set(true)
            on:focusout=move |_| focused.set(false)
        >
            <div class="head">
                <h3 id=title_id>{title}</h3>
                <Show when=move || full.get()>
                    <Menu label="Save" items=items.clone() />
                </Show>
            </div>
            <p class="copied" role="status">{copied}</p>
            {controls.map(|controls| view! { <div class="figure-controls">{controls.run()}</div> })}
            <div class="stage-box">
                <div class="shown" class:absent=move || !full.get()>
                    {drawing(Canvas {
                        picture,
                        label: Signal::derive(move || Some(title.get())).into(),
                        decorative: false,
                        described_by: Some(described_by),
                        on_point,
                        drag,
                        on_key,
                    })}
                </div>
                {move || message().map(|text| view! { <p class="message" role="status">{text}</p> })}
            </div>
            // Spoken only to the reader who is at this figure: ten live regions on a page would talk over each other.
            <p class="visually-hidden" id=summary_id aria-live=move || if focused.get() { "polite" } else { "off" }>
                {summary}
            </p>
            <Show when=move || open.get()>
                <DataTable name=title table=table />
            </Show>
            {children.map(|children| view! { <figcaption>{children()}</figcaption> })}
        </figure>
    }
    .into_any()
}

/// What bench, link and margins take below a figure in an iframe, in CSS pixels.
const ROOM: i32 = 130;

/// Puts an iframe on the clipboard, and says so for a while; shows it where that is not allowed.
fn copy_iframe(text: String, copied: RwSignal<Option<String>>) {
    leptos::task::spawn_local(async move {
        if !copy(&text).await {
            copied.try_set(Some(format!("Copying is not allowed here. This is the iframe: {text}")));
            return;
        }
        copied.try_set(Some("Copied. Paste the iframe into your page.".to_owned()));
        set_timeout(
            move || {
                copied.try_set(None);
            },
            Duration::from_secs(5),
        );
    });
}

/// Rows shown on the page; the file has all of them.
const ROWS: usize = 200;

/// A long number cut to six significant figures: the file keeps all of them.
fn short(cell: &str) -> String {
    match cell.parse::<f64>() {
        Ok(value) if cell.len() > 9 && value.is_finite() && value.fract() != 0.0 => {
            let decimals = (5.0 - value.abs().log10().floor()).clamp(0.0, 12.0) as usize;
            super::plain(value, decimals)
        }
        _ => cell.to_owned(),
    }
}

#[component]
fn DataTable(#[prop(into)] name: Signal<String>, #[prop(into)] table: Signal<super::picture::Table>) -> impl IntoView {
    let body = move || {
        let table = table.get();
        let more = table.rows.len().saturating_sub(ROWS);
        let cells = |row: &[String]| row.iter().map(|cell| view! { <td>{short(cell)}</td> }).collect_view();
        view! {
            <table>
                <caption class="visually-hidden">{name.get()}</caption>
                <thead>
                    <tr>{table.columns.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view()}</tr>
                </thead>
                <tbody>
                    {table.rows.into_iter().take(ROWS).map(|row| view! { <tr>{cells(&row)}</tr> }).collect_view()}
                </tbody>
            </table>
            {(more > 0).then(|| view! { <p>{format!("{more} more rows are in the CSV file.")}</p> })}
        }
    };
    view! {
        <div class="data-table" tabindex="0" role="region" aria-label=move || format!("{}: data table", name.get())>
            {body}
        </div>
    }
}
