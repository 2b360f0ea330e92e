//! Understand: a picture becomes a small cloud.

use leptos::prelude::*;

use super::{
    clouds::PulledClouds,
    controls::Beta,
    figures,
    looks::Looks,
    map::{Ends, Map, Point},
};
use crate::{
    lessons::{
        pictures::PictureSet,
        vae::{Settings, TERMS, Vae},
    },
    session::{Session, protocol::Series},
    site::{
        embed::Setting,
        figures::{curves, gradient_flow},
        frame::{Stage, StageKind, replay},
        parts::{Lit, Weights},
    },
    widgets::{Brackets, Chips, Figure, Formula, Formulas, Given, Named, Term},
};

/// The first stage.
#[component]
pub fn Understand(
    /// The main session.
    session: Session<Vae>,
    /// The looks that came last.
    looks: Looks,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let settings = session.settings;
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    let say = move |of_clothes, of_digits| move || settings.with(|settings| settings.say(of_clothes, of_digits));
    let load =
        move |set: PictureSet| Callback::new(move |()| session.change(|settings| *settings = settings.trained(set)));
    let used = move |set: PictureSet| {
        Signal::derive(move || settings.with(|settings| settings.pretrained && settings.set == set))
    };
    view! {
        <Stage kind=StageKind::Understand claim="A picture becomes a small cloud, and any point of a cloud becomes a picture">
            <div class="wide"><PulledClouds /></div>
            <p>
                "Ask a network to squeeze a picture into two numbers and to draw it again from those two. It can learn that. But the "
                "numbers may lie anywhere, with nothing between them, and a point chosen by you would mean nothing to it. So a "
                "variational autoencoder gives each picture not a point but a small cloud, draws a point from it, and pulls all clouds toward "
                "one. Clouds that touch leave no gaps. The plane of the two numbers becomes a map: each place on it has a picture."
            </p>
            <Formulas label="A draw z is the cloud’s middle plus its width times noise.">
                <Term id="encoder" lit=lit.0 on_hover=hover><mrow><mi>"x"</mi><mo>"→"</mo><mi>"μ"</mi><mo>","</mo><mi>"σ"</mi></mrow></Term>
                <Term id="draw" lit=lit.0 on_hover=hover><mrow><mi>"z"</mi><mo>"="</mo><mi>"μ"</mi><mo>"+"</mo><mi>"σ"</mi><mi>"ε"</mi></mrow></Term>
                <Term id="decoder" lit=lit.0 on_hover=hover><mrow><mi>"z"</mi><mo>"→"</mo><mi>"p"</mi></mrow></Term>
            </Formulas>
            <p>
                "The cloud of a picture x is called q(z|x), a normal distribution with the mean μ and the spread σ. How likely a "
                "picture x is to the decoder at a point z is called p(x|z). What training makes small is L, with a z drawn from the cloud:"
            </p>
            <Formula label="The loss L is minus the logarithm of p of x given z, the reconstruction, plus beta times the KL of the cloud q of z given x to the standard normal distribution.">
                <mrow>
                    <mi>"L"</mi><mo>"="</mo>
                    <Term id="reconstruction" lit=lit.0 on_hover=hover><Surprise /></Term>
                    <mo>"+"</mo>
                    <Term id="kl" lit=lit.0 on_hover=hover><mrow><mi>"β"</mi><mo>"·"</mo><mi>"KL"</mi><Brackets><mi>"q"</mi><Brackets><mi>"z"</mi><Given /><mi>"x"</mi></Brackets><mo stretchy="false">"‖"</mo><mi>"N"</mi><Brackets><mn>"0"</mn><mo>","</mo><mi>"I"</mi></Brackets></Brackets></mrow></Term>
                </mrow>
            </Formula>
            <Formulas label="The reconstruction, minus the logarithm of p of x given z, is the cross-entropy of the pixels: minus the sum over all pixels of x times the logarithm of p plus one minus x times the logarithm of one minus p." one=true>
                <mrow><Surprise /><mo form="infix">"="</mo></mrow>
                <Term id="reconstruction" lit=lit.0 on_hover=hover><mrow><mo>"−"</mo><munder><mo>"∑"</mo><mtext>"pixels"</mtext></munder><Brackets pair="[]"><mi>"x"</mi><Named word="ln" /><mi>"p"</mi><mo>"+"</mo><Brackets><mn>"1"</mn><mo>"−"</mo><mi>"x"</mi></Brackets><Named word="ln" /><Brackets><mn>"1"</mn><mo>"−"</mo><mi>"p"</mi></Brackets></Brackets></mrow></Term>
            </Formulas>
            <Formula label="The KL of a cloud: half the sum over the latent numbers of mu squared plus sigma squared minus one minus the logarithm of sigma squared.">
                <Term id="kl" lit=lit.0 on_hover=hover><mrow><mi>"KL"</mi><mo>"="</mo><mfrac><mn>"1"</mn><mn>"2"</mn></mfrac><mo>"∑"</mo><Brackets><msup><mi>"μ"</mi><mn>"2"</mn></msup><mo>"+"</mo><msup><mi>"σ"</mi><mn>"2"</mn></msup><mo>"−"</mo><mn>"1"</mn><mo>"−"</mo><Named word="ln" /><msup><mi>"σ"</mi><mn>"2"</mn></msup></Brackets></mrow></Term>
            </Formula>
            <div class="wide">
                <Setting key="data">
                    <Chips
                        label="What to learn"
                        options=[PictureSet::Fashion, PictureSet::Mnist].map(|set| (set, set.name().to_string())).to_vec()
                        value=Signal::derive(move || settings.with(|settings| settings.set))
                        on_change=Callback::new(move |set: PictureSet| session.change(|settings| {
                            *settings = Settings { set, seed: settings.seed, ..Settings::default() };
                        }))
                    />
                </Setting>
                <p class="offers">
                    "Press Train and the map unfolds from nothing; or take weights that were trained before."
                </p>
                <div class="grid">
                    <Weights name="vae-fashion" bench=session.bench on_load=load(PictureSet::Fashion) in_use=used(PictureSet::Fashion) />
                    <Weights name="vae-mnist" bench=session.bench on_load=load(PictureSet::Mnist) in_use=used(PictureSet::Mnist) />
                </div>
                <div class="fields"><Beta session /></div>
                <div class="pair">
                    <Map session looks />
                    <Point session />
                </div>
                <Figure
                    id="path"
                    technique="latent-interpolation"
                    title="Along your path"
                    picture=figures::path(session)
                    empty="Choose “draws a path” above the map, and draw one."
                >
                    <strong>"Draw a path across the border of two kinds."</strong>
                    " Ten pictures, evenly spread along it. Inside one kind only "
                    {say("length or width", "slant or width")} " change; at a border one thing turns into another."
                </Figure>
                <Figure
                    id="between"
                    technique="latent-interpolation"
                    title="From one picture to another"
                    picture=figures::between(session)
                    empty="The way comes with the first frame."
                    controls=move || view! { <Ends session looks /> }
                >
                    <strong>"Compare the two rows."</strong>
                    " Above, the network goes straight from one encoding to the other, and each step tries to be a thing of its own. Below, one picture is faded over the other: in the middle you see both at once."
                </Figure>
            </div>
            <div class="wide stack">
                <Figure
                    id="samples"
                    replay=replay(session.bench)
                    technique="sample-grid"
                    title="Drawn from nothing but noise"
                    picture=figures::samples(looks)
                    empty="The samples come with the first frame."
                >
                    <strong>"Follow one cell while it trains, or with the time machine."</strong>
                    " The same points of the standard normal distribution each time. At first all draw one grey mean; then they part."
                </Figure>
                <Figure
                    id="pairs"
                    replay=replay(session.bench)
                    technique="sample-grid"
                    title="What is left of ten pictures"
                    picture=figures::pairs(looks)
                    empty="The reconstructions come with the first frame."
                >
                    <strong>"Look for what is lost."</strong>
                    " Above, pictures it never learned from; below, what it draws after keeping only a few numbers. "
                    {say(
                        "The shape survives, prints and seams do not.",
                        "The course of the stroke survives, hooks and wobbles do not.",
                    )}
                </Figure>
            </div>
            <div class="wide grid">
                <Figure
                    id="curves"
                    technique="learning-curves"
                    title="Reconstruction and KL together"
                    picture=curves(session, Series::Loss, Series::ValidationLoss, "nats for a picture")
                    empty="Press Train: the two curves begin at the first step."
                >
                    <strong>"Watch the gap between the lines."</strong>
                    " The sum counts the KL once, whatever β is, so that runs can be compared. The paper makes its negative as large as it can and calls that the variational lower bound; today it is called the ELBO. For grey pixels it is not a true bound."
                </Figure>
                <Figure
                    id="reconstruction"
                    technique="learning-curves"
                    title="Reconstruction"
                    picture=curves(session, TERMS[0], TERMS[2], "nats for a picture")
                    empty="Press Train to see what the pixels cost."
                >
                    <strong>"It falls while the KL rises."</strong>
                    " Telling more in the latent numbers leaves less to tell in the pixels. It never reaches zero: greys cost something even when each is told exactly."
                </Figure>
                <Figure
                    id="kl"
                    technique="learning-curves"
                    title="KL"
                    picture=curves(session, TERMS[1], TERMS[3], "nats for a picture")
                    empty="Press Train to see what the latent numbers cost."
                >
                    <strong>"Move β while it trains."</strong>
                    " The KL is how much the latent numbers say of the picture. A stronger pull makes each nat dearer, and the network says less."
                </Figure>
            </div>
            <div class="wide grid">
                <Figure
                    id="gradients"
                    technique="gradient-flow"
                    title="Gradient of each layer"
                    picture=gradient_flow(session, figures::layers())
                    empty="The first update brings the first gradients."
                >
                    <strong>"Compare encoder and decoder."</strong>
                    " All that the encoder learns about pixels reaches it through the few numbers in the neck, and through the noise."
                </Figure>
                <Figure
                    id="weights"
                    replay=replay(session.bench)
                    technique="weight-histogram"
                    title="Weights"
                    picture=figures::weights(looks)
                    empty="The weights appear with the first frame."
                >
                    <strong>"Watch the two heads, mean and log variance."</strong>
                    " They have few weights, and every picture’s cloud hangs on them."
                </Figure>
            </div>
        </Stage>
    }
}

/// What it costs to tell a picture once the point is known, −ln p(x|z).
#[component]
fn Surprise() -> impl IntoView {
    view! { <mrow><mo>"−"</mo><Named word="ln" /><mi>"p"</mi><Brackets><mi>"x"</mi><Given /><mi>"z"</mi></Brackets></mrow> }
}
