//! Every instrument of the site in every state, with sample data: for those who build on it, and for our own eyes.

mod language;
mod noise;
mod samples;

use leptos::prelude::*;

use crate::{site::photos, widgets::*};

/// The state that all figures of the page are shown in.
type Shown = RwSignal<FigureState>;

/// The page `/widgets`.
#[component]
pub fn Gallery() -> impl IntoView {
    document().set_title("Instruments · From Scratch to Scale");
    provide_own_look();
    let state = RwSignal::new(FigureState::Ready);
    let states = [
        (FigureState::Ready, "ready"),
        (FigureState::Loading, "loading"),
        (FigureState::Empty, "empty"),
        (FigureState::Error, "error"),
    ];
    view! {
        <main id="content" class="prose-page gallery">
            <h1>"Instruments"</h1>
            <p class="lede">
                "The instruments that the lessons are made of. Their numbers here are samples, made by formula; in a lesson they are the running network’s."
            </p>
            <Chips
                label="Show the figures as"
                options=states.map(|(state, name)| (state, name.to_owned())).to_vec()
                value=state
                on_change=Callback::new(move |chosen| state.set(chosen))
            />
            <Figures state />
            <language::Language state />
            <Controls />
            <OwnPicture />
            <Words />
        </main>
    }
}

/// A picture while the page shows figures as ready, nothing otherwise.
fn shown<P: Picture>(state: Shown, picture: impl Fn() -> P + Send + Sync + 'static) -> Signal<Option<P>> {
    Signal::derive(move || (state.get() == FigureState::Ready).then(&picture))
}

/// A figure of sample data with a caption of one line.
fn figure<P: Picture>(
    id: &'static str,
    technique: &'static str,
    title: &'static str,
    state: Shown,
    picture: impl Fn() -> P + Send + Sync + 'static,
    caption: &'static str,
) -> AnyView {
    view! {
        <Figure
            id
            technique
            title
            picture=shown(state, picture)
            state=state
            empty="Here a lesson says what to do to see something."
            problem="Here a lesson says in one sentence what went wrong."
        >
            {caption}
        </Figure>
    }
    .into_any()
}

#[component]
fn Figures(state: Shown) -> impl IntoView {
    view! {
        <h2>"Figures"</h2>
        <div class="gallery-grid">
            <Curves state />
            <Plane state />
            <Matrix state />
            <Layers state />
            {figure(
                "gallery-roc", "roc-pr", "Square chart", state, samples::roc,
                "As high as wide, with the diagonal of guessing.",
            )}
            {figure(
                "gallery-matrix-2", "confusion-matrix", "Confusion matrix of two", state, samples::two_classes,
                "With two classes each row has its own colour.",
            )}
            {figure(
                "gallery-heatmap", "attention-heatmap", "Heatmap, unsigned", state, || samples::heatmap(Scale::Unsigned),
                "Cividis: dark blue is nothing, yellow is most, the same to every eye.",
            )}
            {figure(
                "gallery-signed", "attention-heatmap", "Heatmap, signed", state, || samples::heatmap(Scale::Signed),
                "Blue is below zero, vermilion above; numbers where there is room.",
            )}
            {figure(
                "gallery-grid", "sample-grid", "Image grid", state, samples::tiles,
                "As many in a row as fit. One of them is marked.",
            )}
            {figure(
                "gallery-filters", "first-layer-filters", "Filters", state, samples::filters,
                "Signed pictures, all on one scale.",
            )}
            {figure(
                "gallery-maps", "feature-maps", "Maps of layers", state, samples::layer_maps,
                "Each layer coloured by its own largest value. Dead maps are crossed out.",
            )}
            {figure(
                "gallery-overlay", "grad-cam", "Heat over a picture", state, samples::overlay,
                "One picture under several kinds of heat; where there is none, the picture is left.",
            )}
            {figure(
                "gallery-photos", "sample-grid", "Pictures in colour", state, samples::photos,
                "Each with its words below. A frame says right or wrong.",
            )}
            {figure(
                "gallery-plates", "sample-grid", "Sheet of pictures", state, noise::plates,
                "Names stand at rows and columns; columns without room stand below.",
            )}
            {figure(
                "gallery-denoising", "denoising", "Ways out of noise", state, noise::denoising,
                "A picture is the sum of what is seen in it; the strip holds its key steps.",
            )}
            {figure(
                "gallery-latent", "latent-traversal", "Map of pictures", state, samples::latent_map,
                "Every place of the plane is a picture. Points have a colour, a shape and, in their middle, a name.",
            )}
            {figure(
                "gallery-field", "denoising", "Field of arrows", state, samples::vector_field,
                "Points that stay, arrows at the places of a grid, other arrows below them, and points that drift.",
            )}
            {figure(
                "gallery-bars", "feature-maps", "Bars", state, samples::bars,
                "From zero, always. The largest stands out.",
            )}
            {figure(
                "gallery-histogram", "weight-histogram", "Histograms", state, samples::histogram,
                "One row for each layer, one axis for all.",
            )}
            {figure(
                "gallery-landscape", "loss-landscape", "Surface", state, samples::landscape,
                "Low is dark. The way is drawn over the surface, so that no hill hides it.",
            )}
            {figure(
                "gallery-flow", "gradient-flow", "Gradient flow", state, samples::gradient_flow,
                "A logarithmic axis: each mark is ten times the one below.",
            )}
        </div>
    }
}

#[component]
fn Curves(state: Shown) -> impl IntoView {
    let cursor = RwSignal::new(None::<f64>);
    let picture = shown(state, move || samples::curves(cursor.get()));
    let on_point = Callback::new(move |event: PointEvent| {
        if matches!(event.kind, Stroke::Down | Stroke::Move) {
            let at = picture.with_untracked(|chart| chart.as_ref().and_then(|chart| chart.x_at(event.x, event.width)));
            cursor.set(at.map(f64::round));
        }
    });
    let on_key = Callback::new(move |key: String| {
        cursor.update(|cursor| {
            let now = cursor.unwrap_or(0.0);
            match key.as_str() {
                "ArrowLeft" => *cursor = Some((now - 50.0).max(0.0)),
                "ArrowRight" => *cursor = Some((now + 50.0).min(2999.0)),
                "Escape" => *cursor = None,
                _ => {}
            }
        });
    });
    view! {
        <Figure
            id="gallery-chart"
            technique="learning-curves"
            title="Chart"
            picture
            state=state
            on_point
            on_key
            problem="Here a lesson says in one sentence what went wrong."
        >
            <strong>"Drag across it, or use the arrow keys."</strong>
            " Six thousand points, thinned to what a screen can show. Every peak is kept."
        </Figure>
    }
}

#[component]
fn Plane(state: Shown) -> impl IntoView {
    let added = RwSignal::new(Vec::<Dot>::new());
    let picture = shown(state, move || {
        let mut plane = samples::plane();
        added.with(|added| plane.points.extend(added.iter().cloned()));
        plane
    });
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind == Stroke::Down && added.with_untracked(|added| added.len() < 200) {
            let place = picture
                .with_untracked(|plane| plane.as_ref().map(|plane| plane.to_data(event.x, event.y, event.width)));
            if let Some((x, y)) = place {
                let dot = Dot { x, y, class: u8::from(event.shift), held_out: false, ring: false };
                added.update(|added| added.push(dot));
            }
        }
    });
    view! {
        <Figure
            id="gallery-plane"
            technique="decision-boundary"
            title="Plane"
            picture
            state=state
            on_point
            problem="Here a lesson says in one sentence what went wrong."
        >
            <strong>"Click to add a point."</strong>
            " With Shift held it belongs to the other class. Hollow points are held out, the ringed one is at work."
        </Figure>
    }
}

#[component]
fn Matrix(state: Shown) -> impl IntoView {
    let selected = RwSignal::new(Some((4, 9)));
    let picture = shown(state, move || samples::confusion(selected.get()));
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind == Stroke::Down {
            let cell =
                picture.with_untracked(|matrix| matrix.as_ref().and_then(|m| m.cell_at(event.x, event.y, event.width)));
            selected.set(cell);
        }
    });
    view! {
        <Figure
            id="gallery-matrix"
            technique="confusion-matrix"
            title="Confusion matrix"
            picture
            state=state
            on_point
            problem="Here a lesson says in one sentence what went wrong."
        >
            <strong>"Click a cell."</strong>
            " Rows are what it is, columns what it was called."
        </Figure>
    }
}

#[component]
fn Layers(state: Shown) -> impl IntoView {
    let highlight = RwSignal::new(None::<usize>);
    let picture = shown(state, move || samples::network(highlight.get()));
    let on_point = Callback::new(move |event: PointEvent| {
        let layer = picture
            .with_untracked(|network| network.as_ref().and_then(|n| n.layer_at(event.x, event.y, event.width)))
            .filter(|_| event.kind != Stroke::Leave);
        if highlight.get_untracked() != layer {
            highlight.set(layer);
        }
    });
    view! {
        <Figure
            id="gallery-network"
            technique="feature-maps"
            title="Network"
            picture
            state=state
            on_point
            problem="Here a lesson says in one sentence what went wrong."
        >
            <strong>"Point at a layer."</strong>
            " Lines are weights, discs are values: blue below zero, vermilion above."
        </Figure>
    }
}

#[component]
fn Controls() -> impl IntoView {
    let rate = RwSignal::new(0.01);
    let units = RwSignal::new(6.0);
    let seed = RwSignal::new(7.0);
    let on = RwSignal::new(true);
    let drawing = RwSignal::new(samples::ring(2).pixels);
    let centred = Signal::derive(move || {
        drawing.with(|drawing| {
            (drawing.len() == 28 * 28).then(|| ImageGrid {
                images: vec![Tile {
                    pixels: center(drawing, 28),
                    rows: 28,
                    columns: 28,
                    label: "centred".into(),
                    mark: None,
                }],
                columns: 1,
                scale: Scale::Grey,
                tile: 112.0,
            })
        })
    });
    let picked = RwSignal::new(None::<usize>);
    view! {
        <h2>"Controls"</h2>
        <div class="gallery-grid">
            <Slider
                label="Learning rate"
                value=rate
                min=0.0001
                max=10.0
                log=true
                marks=Signal::stored(vec![(1.0, "limit".to_owned())])
                help="Equal ratios at equal distances."
                on_change=Callback::new(move |value| rate.set(value))
            />
            <Slider
                label="Units"
                value=units
                min=1.0
                max=12.0
                step=1.0
                on_change=Callback::new(move |value| units.set(value))
            />
            <NumberField
                label="Seed"
                value=seed
                min=0.0
                max=999_999.0
                integer=true
                help="The same seed gives the same run."
                on_change=Callback::new(move |value| seed.set(value))
            />
            <Choice
                label="Units, from a list"
                options=[2.0, 6.0, 12.0].map(|count| (count, format!("{count} units"))).to_vec()
                value=units
                on_change=Callback::new(move |value| units.set(value))
            />
            <Toggle label="Show the held-out points" value=on on_change=Callback::new(move |value| on.set(value)) />
            <div class="gallery-row">
                <button class="primary">"Train"</button>
                <button>"Step"</button>
                <button class="quiet">"Quiet"</button>
                <button disabled>"Disabled"</button>
                <Menu
                    label="Menu"
                    items=vec![MenuItem::new("Rate to 0.1", move || rate.set(0.1)), MenuItem::new("Seed to 1", move || seed.set(1.0))]
                />
            </div>
            <div>
                <DrawPad label="Draw a digit" value=drawing />
            </div>
            <div>
                <p>"The same drawing as MNIST would hold it: its box scaled to 20 × 20, its centre of mass in the middle of 28 × 28."</p>
                <Sketch picture=centred />
            </div>
            <Examples
                label="Pictures to pick from"
                images=Signal::stored((0..6).map(samples::ring).collect::<Vec<_>>())
                scale=Scale::Grey
                selected=picked
                on_pick=Callback::new(move |index| {
                    picked.set(Some(index));
                    drawing.set(samples::ring(index).pixels);
                })
            />
        </div>
    }
}

#[component]
fn OwnPicture() -> impl IntoView {
    let sample = RwSignal::new(photos::samples().first().map(|sample| sample.id.clone()));
    let photo = RwSignal::new(None::<Photo>);
    let wanted = RwSignal::new(true);
    let picture = Signal::derive(move || {
        let photo = photo.get()?;
        let lines = vec![photo.name.clone(), format!("{} × {} pixels", photo.width, photo.height)];
        let tile = PhotoTile::of_bytes(&photo.rgb, photo.width as usize, lines);
        Some(PhotoGrid { photos: vec![tile], tile: 320.0, smooth: true })
    });
    view! {
        <h2>"A picture of one’s own"</h2>
        <p>"Any size and format that the browser opens, turned upright and shrunk. What cannot be opened is said in a sentence, and the picture before it stays."</p>
        <div class="gallery-grid">
            <PhotoInput
                label="A picture to look at"
                samples=photos::samples()
                sample
                on_sample=Callback::new(move |id| sample.set(Some(id)))
                on_photo=Callback::new(move |found: Photo| {
                    if !matches!(found.source, PhotoSource::Sample(_)) {
                        sample.set(None);
                    }
                    photo.set(Some(found));
                })
                wants_frame=wanted
            />
            <div class="stack">
                <Sketch picture />
                <Toggle
                    label="Take the camera’s frames"
                    value=wanted
                    help="A lesson takes one when it is done with the last."
                    on_change=Callback::new(move |on| wanted.set(on))
                />
            </div>
        </div>
    }
}

#[component]
fn Words() -> impl IntoView {
    let lit = RwSignal::new(None::<&'static str>);
    let hover = Callback::new(move |id| lit.set(id));
    let lines = Signal::derive(move || match lit.get() {
        Some("sum") => vec![(5, 5)],
        Some("update") => vec![(10, 13)],
        _ => Vec::new(),
    });
    let on_line = Callback::new(move |line: Option<usize>| {
        lit.set(match line {
            Some(5) => Some("sum"),
            Some(10..=13) => Some("update"),
            _ => None,
        });
    });
    let dismissed = RwSignal::new(0_u32);
    let unknown: Signal<Option<f64>> = Signal::stored(None);
    view! {
        <h2>"Formula and source"</h2>
        <p>"Point at a term or at a line: what belongs to it lights up."</p>
        <Formulas label="The answer is the sign of w times x plus b; the update adds the target times x to w.">
            <mrow>
                <mover accent="true"><mi>"y"</mi><mo>"^"</mo></mover>
                <mo>"="</mo>
                <mi>"sign"</mi>
                <Brackets>
                    <Term id="sum" lit on_hover=hover>
                        <mrow><mi>"w"</mi><mo>"·"</mo><mi>"x"</mi><mo>"+"</mo><mi>"b"</mi></mrow>
                    </Term>
                </Brackets>
            </mrow>
            <Term id="update" lit on_hover=hover>
                <mrow><mi>"w"</mi><mo>"←"</mo><mi>"w"</mi><mo>"+"</mo><mi>"y"</mi><mi>"x"</mi></mrow>
            </Term>
        </Formulas>
        <SourceView
            path="perceptron.rs"
            text=Signal::stored(Some(samples::SOURCE.to_owned()))
            lines=Signal::stored(Some((3, 15)))
            lit=lines
            on_line
            note="a sample"
        />
        <h2>"Badge, readouts, progress, notices"</h2>
        <div class="gallery-row">
            <EngineBadge name="CPU" reason="This run is fastest on the CPU." />
            <EngineBadge name="WebGPU" reason="The device was lost; the run goes on from its last checkpoint." ok=false />
            <Readout name="sample-step" label="step" value="1284" />
            <Readout name="sample-loss" label="loss" value="0.083" />
            <Readout name="sample-empty" label="not yet" value="" />
        </div>
        <ProgressBar label="Weights" value=Signal::stored(Some(0.4)) />
        <ProgressBar label="Of unknown length" value=unknown />
        <Notice text="A sentence that informs." />
        <Notice
            text=Signal::derive(move || format!("A sentence that warns. Its button was pressed {} times.", dismissed.get()))
            kind=NoticeKind::Warning
            action="Press"
            on_action=Callback::new(move |()| dismissed.update(|count| *count += 1))
        />
        <Notice text="A sentence that says what failed." kind=NoticeKind::Error action="Try again" on_action=Callback::new(|()| ()) />
    }
}
