//! Understand: what changed in 2012, a filter to slide, a picture to show.

use leptos::prelude::*;

use super::{desk::Desk, figures, stride::StridingWindow};
use crate::{
    lessons::alexnet::Which,
    site::{
        frame::{Stage, StageKind},
        parts::{Lit, Weights},
        photos,
    },
    widgets::{Brackets, Figure, Formulas, Named, Photo, PhotoInput, PointEvent, Stroke, Term},
};

/// The first stage.
#[component]
pub fn Understand(
    /// The reader's desk.
    desk: Desk,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let settings = desk.session.settings;
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    view! {
        <Stage kind=StageKind::Understand claim="The old plan, a million photographs, and units that go on learning">
            <StridingWindow desk />
            <p>
                "LeNet read grey digits of 28 pixels. AlexNet has the same plan: filters slide over the picture, their maps are made "
                "smaller, more filters slide over the maps, and at the end plain units decide. What is new is the size, and what makes "
                "the size learnable."
            </p>
            <ul>
                <li><strong>"ReLU."</strong>" What is below zero becomes zero, what is above stays. Unlike tanh it does not flatten, so its slope does not fade on the way back."</li>
                <li><strong>"Dropout."</strong>" While it learns, half the units of the last layers are silent, others each time. None can rely on a few others."</li>
                <li><strong>"Pictures changed on purpose."</strong>" Cut out elsewhere, mirrored, recoloured: one photograph becomes many."</li>
                <li><strong>"Two graphics cards and 1.2 million labelled photographs."</strong>" ImageNet had the pictures; the cards made a week of what would have been months."</li>
            </ul>
            <Formulas label="A map at row i, column j is the larger of zero and the sum over colours c and places u, v of k c u v times x c at s i plus u, s j plus v, plus a bias; a map is pooled by the largest of its neighbours.">
                <Term id="convolution" lit=lit.0 on_hover=hover><mrow><msub><mi>"z"</mi><mrow><mi>"i"</mi><mi>"j"</mi></mrow></msub><mo>"="</mo><munder><mo>"∑"</mo><mrow><mi>"c"</mi><mo>","</mo><mi>"u"</mi><mo>","</mo><mi>"v"</mi></mrow></munder><msub><mi>"k"</mi><mrow><mi>"c"</mi><mi>"u"</mi><mi>"v"</mi></mrow></msub><msub><mi>"x"</mi><mrow><mi>"c"</mi><mo>","</mo><mi>"s"</mi><mi>"i"</mi><mo>"+"</mo><mi>"u"</mi><mo>","</mo><mi>"s"</mi><mi>"j"</mi><mo>"+"</mo><mi>"v"</mi></mrow></msub><mo>"+"</mo><mi>"b"</mi></mrow></Term>
                <Term id="relu" lit=lit.0 on_hover=hover><mrow><mi>"a"</mi><mo>"="</mo><mi>"max"</mi><Brackets><mn>"0"</mn><mo>","</mo><mi>"z"</mi></Brackets></mrow></Term>
            </Formulas>
            <Formulas label="Pooling takes the largest of three by three neighbours; the probability of class k is e to its score, divided by the sum of that over all classes.">
                <Term id="pooling" lit=lit.0 on_hover=hover><mrow><mi>"p"</mi><mo>"="</mo><munder><Named word="max" /><mrow><mn>"3"</mn><mo>"×"</mo><mn>"3"</mn></mrow></munder><mi>"a"</mi></mrow></Term>
                <Term id="softmax" lit=lit.0 on_hover=hover><mrow><msub><mi>"P"</mi><mi>"k"</mi></msub><mo>"="</mo><mfrac><msup><mi>"e"</mi><msub><mi>"y"</mi><mi>"k"</mi></msub></msup><mrow><munder><mo>"∑"</mo><mi>"l"</mi></munder><msup><mi>"e"</mi><msub><mi>"y"</mi><mi>"l"</mi></msub></msup></mrow></mfrac></mrow></Term>
            </Formulas>
            <div class="wide">
                <p class="offers">
                    "Show it something. The network below has the paper’s topology, narrowed until it travels in a few megabytes, and knows ten "
                    "things: "{crate::lessons::alexnet::settings::CLASSES.join(", ")}"."
                </p>
                <Weights name="alexnet-imagenette" bench=desk.session.bench on_load=Callback::new(move |()| desk.want(Which::AlexNet)) in_use=Signal::stored(true) />
                <div class="pair">
                    <PhotoInput
                        label="A picture for the networks"
                        samples=photos::samples()
                        sample=Signal::derive(move || settings.with(|settings| settings.photo.clone()))
                        on_sample=Callback::new(move |id: String| desk.session.change(|settings| settings.photo = Some(id)))
                        on_photo=Callback::new(move |photo: Photo| desk.show(photo))
                        wants_frame=Signal::derive(move || desk.is_done())
                    />
                    <Figure
                        id="answer"
                        technique="feature-maps"
                        title="What AlexNet calls it"
                        picture=figures::answer(desk, Which::AlexNet)
                        empty=Signal::derive(move || desk.why_empty(Which::AlexNet))
                    >
                        <strong>"Then pick something that is none of the ten."</strong>
                        " The bars are its five likeliest classes. All ten add up to one, so it must call everything by one of them."
                    </Figure>
                </div>
            </div>
            <div class="wide stack">
                <Figure
                    id="maps"
                    technique="feature-maps"
                    title="What every layer makes of it"
                    picture=figures::maps(desk)
                    empty=Signal::derive(move || desk.why_empty(Which::AlexNet))
                >
                    <strong>"Follow one picture down."</strong>
                    " conv1 still shows the picture, as edges and colours. From layer to layer the maps grow coarser and fewer of them answer; fc6 and fc7 are single units, fc8 is the answer. Of each layer of maps the "{figures::MOST_MAPS}" that answer most are shown, of wide layers of units the first; point at one to see its number."
                </Figure>
                <div class="pair">
                    <Figure
                        id="filters"
                        technique="first-layer-filters"
                        title="AlexNet’s first filters, 11 × 11 in colour"
                        picture=figures::filters(desk)
                        empty=Signal::derive(move || desk.why_empty(Which::AlexNet))
                    >
                        <strong>"Find two kinds."</strong>
                        " Some are grey stripes of one direction and width, others spots and edges of colour. Nobody asked for that; in the paper the two kinds even parted, one on each graphics card."
                    </Figure>
                    <Figure
                        id="filters-lenet"
                        technique="first-layer-filters"
                        title="LeNet’s, 5 × 5 and grey"
                        picture=figures::lenet_filters(desk)
                        empty=Signal::derive(move || desk.why_empty(Which::AlexNet))
                    >
                        <strong>"Fourteen years earlier."</strong>
                        " Strokes are all there is in a digit, and 25 numbers are enough for one. Dark is the ink that a filter looks for."
                    </Figure>
                </div>
            </div>
            <p>
                "Two of the paper’s claims, each tried by one pair of runs at this size. They were made beforehand; what you see are their stored logs."
            </p>
            <div class="wide grid">
                <Figure
                    id="bend"
                    technique="learning-curves"
                    title="ReLU against tanh (stored log)"
                    picture=Signal::stored(figures::training_error([("relu", "ReLU"), ("tanh", "tanh")]))
                >
                    <strong>"Compare when each line comes down."</strong>
                    " In the paper’s own figure a network of four layers with ReLU reaches 25 % training error on CIFAR-10 six times sooner than one with tanh, and each of the two had its learning rate chosen for it. "
                    {figures::bend_in_words()}
                </Figure>
                <Figure
                    id="dropout"
                    technique="learning-curves"
                    title="With and without dropout (stored log)"
                    picture=Signal::stored(figures::both_errors([
                        ("relu", "without, trained on", "without, held out"),
                        ("dropout", "with, trained on", "with, held out"),
                    ]))
                >
                    <strong>"Look at the gap, not at the height."</strong>
                    " Dashed are pictures trained on, solid are held out. Where the two part, the network learns by heart. "
                    {figures::dropout_in_words()}
                </Figure>
                <StoredMatrix />
            </div>
            <details class="weights">
                <summary>"What these runs were"</summary>
                <dl>
                    {figures::LOG.runs.iter().map(|run| view! {
                        <dt>{run.name}</dt>
                        <dd>{run.network}"; "{run.recipe}</dd>
                    }).collect_view()}
                </dl>
            </details>
        </Stage>
    }
}

/// Counts of the test pictures, which may not be shipped.
#[component]
fn StoredMatrix() -> impl IntoView {
    let selected = RwSignal::new(None);
    let picture = Signal::derive(move || figures::confusion(selected.get()));
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind == Stroke::Down {
            let cell = picture.with_untracked(|matrix| matrix.as_ref()?.cell_at(event.x, event.y, event.width));
            selected.set(cell);
        }
    });
    let on_key = Callback::new(move |key: String| {
        if let Some(cell) = picture.get_untracked().and_then(|matrix| matrix.cell_by_key(&key)) {
            selected.set(Some(cell));
        }
    });
    let told = move || {
        let (truth, called) = selected.get()?;
        let matrix = picture.get()?;
        let count = matrix.counts.get(truth * matrix.labels.len() + called)?;
        Some(format!(
            " {} of the pictures of “{}” were called “{}”.",
            count, matrix.labels[truth], matrix.labels[called]
        ))
    };
    view! {
        <Figure
            id="confusion"
            technique="confusion-matrix"
            title="Confusion matrix (stored counts)"
            picture
            on_point
            on_key
        >
            <strong>"Click a cell for its count, or walk there with the arrow keys."</strong>
            " These test photographs may not be shipped, so their counts are: rows are what a picture is, columns what it was called."
            {told}
        </Figure>
    }
}
