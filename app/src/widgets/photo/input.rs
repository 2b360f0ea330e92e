//! The control: choose a file, drop, paste, use the camera, or pick a sample.

use leptos::{ev, html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, File, HtmlElement, HtmlInputElement, Node};

use super::{
    super::controls::{Notice, NoticeKind, Readout},
    Photo, PhotoSource, Problem, Remedy, SamplePhoto, decode,
    live::Live,
};

/// A picture from the reader, in any way that the browser knows. A bad one is told in a sentence; the picture before it
/// stays.
#[component]
pub fn PhotoInput(
    /// What the picture is for.
    #[prop(into)]
    label: String,
    /// Pictures to pick from.
    #[prop(into)]
    samples: Vec<SamplePhoto>,
    /// The sample that is wanted, by its id; it is fetched now and whenever this changes.
    #[prop(into)]
    sample: Signal<Option<String>>,
    /// Called with the id of a sample that the reader picks.
    #[prop(into)]
    on_sample: Callback<String>,
    /// Called with every picture that is there: a sample, an own one, a frame of the camera.
    #[prop(into)]
    on_photo: Callback<Photo>,
    /// Whether another frame of the camera is wanted: false while the last one is still at work.
    #[prop(into)]
    wants_frame: Signal<bool>,
) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let chooser = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(None::<Problem>);
    let over = RwSignal::new(false);
    let busy = RwSignal::new(false);
    // Counts the pictures asked for: one that comes late does not replace a newer one.
    let asked = StoredValue::new(0_u32);
    let samples = StoredValue::new(samples);
    let live = Live::new(wants_frame, on_photo, Callback::new(move |found| problem.set(Some(found))));
    let next = move || {
        problem.try_set(None);
        busy.try_set(true);
        asked.try_update_value(|count| {
            *count += 1;
            *count
        })
    };
    let done = move |ticket: Option<u32>, answer: Result<Photo, Problem>| {
        if asked.try_get_value() != ticket || ticket.is_none() {
            return;
        }
        busy.try_set(false);
        match answer {
            Ok(photo) => on_photo.run(photo),
            Err(found) => drop(problem.try_set(Some(found))),
        }
    };
    let show_sample = move |id: String| {
        let Some(found) = samples.with_value(|all| all.iter().find(|one| one.id == id).cloned()) else { return };
        live.stop();
        let ticket = next();
        spawn_local(async move { done(ticket, decode::fetch(&found.address, &found.name, &found.id).await) });
    };
    Effect::new(move || {
        if let Some(id) = sample.get() {
            untrack(|| show_sample(id));
        }
    });
    let take = move |file: File| {
        live.stop();
        let ticket = next();
        spawn_local(async move { done(ticket, decode::read(&file, &called(&file), PhotoSource::Own).await) });
    };
    // Says whether there was a file in what was dropped or pasted.
    let take_from = move |transfer: Option<DataTransfer>| {
        let file = transfer.and_then(|transfer| transfer.files()).and_then(|files| files.get(0));
        file.map(take).is_some()
    };
    let choose = move |event: ev::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        let file = input.files().and_then(|files| files.get(0));
        // The same file may be chosen again.
        input.set_value("");
        if let Some(file) = file {
            take(file);
        }
    };
    let on_drop = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        if !take_from(event.data_transfer()) {
            problem.set(Some(Problem::new("What was dropped is no file; drop a picture’s file.", Remedy::Choose)));
        }
    };
    let pasted = window_event_listener(ev::paste, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        let (here, nowhere) = match (root.get_untracked(), target) {
            (Some(root), Some(target)) => {
                let frame = root.closest("figure, section").ok().flatten();
                let here = frame.map_or_else(|| root.contains(Some(&target)), |frame| frame.contains(Some(&target)));
                (here, document().body().is_some_and(|body| body.is_same_node(Some(&target))))
            }
            _ => return,
        };
        if event.default_prevented() || !(here || nowhere) || is_text_field(&event) {
            return;
        }
        if take_from(event.clipboard_data()) {
            event.prevent_default();
        } else if here {
            problem.set(Some(Problem::new("The clipboard holds no picture.", Remedy::Choose)));
        }
    });
    on_cleanup(move || pasted.remove());
    let act = Callback::new(move |()| {
        let remedy = problem.get_untracked().map(|problem| problem.remedy);
        problem.set(None);
        match remedy {
            Some(Remedy::Choose) => {
                if let Some(input) = chooser.get_untracked() {
                    input.click();
                }
            }
            Some(Remedy::Camera) => live.start(),
            Some(Remedy::Again) => {
                if let Some(id) = sample.get_untracked() {
                    show_sample(id);
                }
            }
            None => {}
        }
    });
    let turn = move |_| {
        problem.set(None);
        match live.on.get_untracked() {
            true => live.rest(),
            false => {
                // A picture that is still on its way shall not come between the frames.
                asked.update_value(|count| *count += 1);
                busy.set(false);
                live.start();
            }
        }
    };
    let credit = move || {
        let id = sample.get()?;
        let found = samples.with_value(|all| all.iter().find(|one| one.id == id).cloned())?;
        Some(view! {
            <span>{found.name} " by " {found.credit} ", " <a href=found.source rel="noopener">"where it comes from"</a> "."</span>
        })
    };
    view! {
        <div
            class="photo-input"
            class:over=over
            node_ref=root
            role="group"
            aria-label=label.clone()
            aria-busy=move || busy.get().to_string()
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=on_drop
        >
            <div class="photo-ways">
                <label class="file">
                    <span>"Choose a picture"</span>
                    <input
                        node_ref=chooser
                        type="file"
                        accept="image/*"
                        aria-label=format!("{label}: choose a picture")
                        on:change=choose
                    />
                </label>
                <button type="button" on:click=turn>
                    {move || if live.on.get() { "Stop the camera" } else { "Use the camera" }}
                </button>
                <span class="photo-hint">"or drop one here, or paste it."</span>
            </div>
            {move || problem.get().map(|problem| view! {
                <Notice text=problem.sentence kind=NoticeKind::Error action=problem.remedy.words() on_action=act />
            })}
            <div class="photo-live" hidden=move || !live.on.get()>
                <video node_ref=live.video autoplay playsinline aria-label="What the camera sees"></video>
                <Readout
                    name="frame-rate"
                    label="pictures a second"
                    value=Signal::derive(move || match live.rate.get() {
                        0.0 => String::new(),
                        rate => format!("{rate:.1}"),
                    })
                />
            </div>
            {samples.with_value(|samples| !samples.is_empty()).then(|| view! { <Shelf samples=samples chosen=sample on_pick=Callback::new(move |id: String| {
                // Picked again after an own picture, or after it could not be fetched, it is fetched again.
                if sample.get_untracked().as_ref() == Some(&id) {
                    show_sample(id.clone());
                }
                on_sample.run(id);
            }) /> })}
            <p class="photo-word">
                {credit}
                <span>"Your own pictures are not uploaded: they stay in this tab."</span>
            </p>
        </div>
    }
}

/// The samples as small pictures in a row.
#[component]
fn Shelf(
    samples: StoredValue<Vec<SamplePhoto>>,
    chosen: Signal<Option<String>>,
    on_pick: Callback<String>,
) -> impl IntoView {
    let buttons = samples.get_value().into_iter().map(|sample| {
        let (id, picked) = (sample.id.clone(), sample.id.clone());
        view! {
            <li>
                <button
                    type="button"
                    class="photo-sample"
                    title=sample.credit
                    aria-pressed=move || (chosen.get().as_ref() == Some(&id)).to_string()
                    on:click=move |_| on_pick.run(picked.clone())
                >
                    <img src=sample.address alt="" loading="lazy" decoding="async" width="64" height="64" />
                    <span>{sample.name}</span>
                </button>
            </li>
        }
    });
    view! { <ul class="photo-shelf" aria-label="Pictures to pick from">{buttons.collect_view()}</ul> }
}

/// What a file is called in a sentence.
fn called(file: &File) -> String {
    let name: String = file.name().chars().filter(|letter| !letter.is_control()).take(60).collect();
    if name.trim().is_empty() { "The pasted picture".into() } else { name }
}

/// Whether something is pasted into a field that takes text.
fn is_text_field(event: &ev::ClipboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    let kind = target.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::type_);
    target.is_content_editable()
        || target.tag_name() == "TEXTAREA"
        || kind.is_some_and(|kind| matches!(kind.as_str(), "text" | "number" | "search" | "url"))
}
