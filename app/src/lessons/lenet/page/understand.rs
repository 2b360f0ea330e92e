//! Understand: the same small window, everywhere.

use leptos::prelude::*;

use super::{figures, window::SlidingWindow};
use crate::{
    lessons::{
        lenet::{Lenet, Settings},
        pictures::{
            PictureSet, figures as school,
            page::{Drawing, Matrix},
        },
    },
    session::{Session, protocol::Series},
    site::{
        embed::Setting,
        figures::gradient_flow,
        frame::{Stage, StageKind, replay},
        parts::{Lit, Weights},
    },
    widgets::{Brackets, Chips, Figure, Formula, Formulas, Term},
};

/// The first stage.
#[component]
pub fn Understand(
    /// The main session.
    session: Session<Lenet>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let settings = session.settings;
    let selected = RwSignal::new(None);
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    let load =
        move |set: PictureSet| Callback::new(move |()| session.change(|settings| *settings = settings.trained(set)));
    let used = move |set: PictureSet| {
        Signal::derive(move || settings.with(|settings| settings.pretrained && settings.set == set))
    };
    view! {
        <Stage kind=StageKind::Understand claim="The same small window, everywhere">
            <SlidingWindow />
            <p>
                "A stroke is a stroke wherever it lies. So LeNet does not learn it anew for each place. It owns a few filters of 25 "
                "numbers, slides each over the whole picture and writes down how well it fits. The result is a map. The next layer "
                "does the same with the maps: strokes become corners, corners become digits."
            </p>
            <Formula label="A map at row i, column j is f of the sum over u and v of k u v times x at i plus u, j plus v, plus a bias.">
                <Term id="convolution" lit=lit.0 on_hover=hover><mrow><msub><mi>"c"</mi><mrow><mi>"i"</mi><mi>"j"</mi></mrow></msub><mo>"="</mo><mi>"f"</mi><Brackets tall=true><munder><mo>"∑"</mo><mrow><mi>"u"</mi><mo>","</mo><mi>"v"</mi></mrow></munder><msub><mi>"k"</mi><mrow><mi>"u"</mi><mi>"v"</mi></mrow></msub><msub><mi>"x"</mi><mrow><mi>"i"</mi><mo>"+"</mo><mi>"u"</mi><mo>","</mo><mi>"j"</mi><mo>"+"</mo><mi>"v"</mi></mrow></msub><mo>"+"</mo><mi>"b"</mi></Brackets></mrow></Term>
            </Formula>
            <Formulas label="A pooled map is the mean of four neighbours; at the end y is W s plus b.">
                <Term id="pooling" lit=lit.0 on_hover=hover><mrow><mi>"s"</mi><mo>"="</mo><mfrac><mn>"1"</mn><mn>"4"</mn></mfrac><mo>"∑"</mo><mi>"c"</mi></mrow></Term>
                <Term id="units" lit=lit.0 on_hover=hover><mrow><mi>"y"</mi><mo>"="</mo><mi>"W"</mi><mi>"s"</mi><mo>"+"</mo><mi>"b"</mi></mrow></Term>
            </Formulas>
            <div class="wide">
                <Setting key="data">
                    <Chips
                        label="What to learn"
                        options=PictureSet::ALL.map(|set| (set, set.name().to_string())).to_vec()
                        value=Signal::derive(move || settings.with(|settings| settings.set))
                        on_change=Callback::new(move |set: PictureSet| session.change(|settings| {
                            *settings = Settings { set, seed: settings.seed, ..Settings::default() };
                        }))
                    />
                </Setting>
                <p class="offers">
                    "Press Train and it learns here, from nothing; or take weights that were trained before."
                </p>
                <div class="grid">
                    <Weights name="lenet-mnist" bench=session.bench on_load=load(PictureSet::Mnist) in_use=used(PictureSet::Mnist) />
                    <Weights name="lenet-fashion" bench=session.bench on_load=load(PictureSet::Fashion) in_use=used(PictureSet::Fashion) />
                </div>
                <div class="pair">
                    <Drawing session label="Draw" />
                    <Figure
                        id="maps"
                        replay=replay(session.bench)
                        technique="feature-maps"
                        title="Every map of every layer"
                        picture=figures::maps(session)
                        empty="The maps come with the first picture."
                    >
                        <strong>"Draw slowly and watch C1."</strong>
                        " Each small picture is one filter’s map of what you drew; bright means found. Further down the maps are coarser and the meaning is larger. A crossed map answers to none of 200 held-out pictures: it is dead."
                    </Figure>
                </div>
            </div>
            <div class="wide grid">
                <Figure
                    id="filters"
                    replay=replay(session.bench)
                    technique="first-layer-filters"
                    title="The six filters of C1"
                    picture=figures::filters(session)
                    empty="The filters come with the first frame."
                >
                    <strong>"Compare the rows."</strong>
                    " Above is each filter as it is now, below as chance made it; trained weights come without their beginning. Orange ink speaks for the feature, blue ink against it. Where the rows still look alike, the later layers have learned to read what chance wrote."
                </Figure>
                <Matrix session picture=school::confusion(session, selected) selected />
                <Figure
                    id="curves"
                    technique="learning-curves"
                    title="Loss"
                    picture=school::curves(session, Series::Loss, Series::ValidationLoss, "cross-entropy")
                    empty="Press Train: the two curves begin at the first step."
                >
                    <strong>"Watch how early it falls."</strong>
                    " A few hundred steps are enough to read most digits."
                </Figure>
                <Figure
                    id="accuracy"
                    technique="learning-curves"
                    title="Accuracy"
                    picture=school::curves(session, Series::Accuracy, Series::ValidationAccuracy, "share right")
                    empty="Press Train to see the share of right answers."
                >
                    <strong>"Watch the dashed line."</strong>
                    " It counts only pictures that the network has never been corrected on."
                </Figure>
                <Figure
                    id="gradients"
                    technique="gradient-flow"
                    title="Gradient of each layer"
                    picture=gradient_flow(session, figures::layers())
                    empty="The first update brings the first gradients."
                >
                    <strong>"Which layer has the largest?"</strong>
                    {move || figures::steepest(session).map(|name| format!(" Now it is {name}."))}
                    " Each weight of C1 is used at 784 places, and all of them send their share of the error."
                </Figure>
                <Figure
                    id="weights"
                    replay=replay(session.bench)
                    technique="weight-histogram"
                    title="Weights"
                    picture=figures::weights(session)
                    empty="The weights appear with the first frame."
                >
                    <strong>"Watch which layers spread."</strong>
                    " Few weights that are used everywhere grow larger than many that are used once."
                </Figure>
            </div>
        </Stage>
    }
}
