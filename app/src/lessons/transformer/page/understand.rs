//! Understand: a question, many keys, a mean of values.

use leptos::prelude::*;

use super::{figures::Gaze, sentence::SentenceBench, toy::ToyBench, turn::TurnedQuery};
use crate::{
    lessons::transformer::{Errand, Transformer},
    session::Session,
    site::{
        frame::{Stage, StageKind},
        parts::Lit,
    },
    widgets::{Brackets, Chips, Formula, Term},
};

/// The first stage.
#[component]
pub fn Understand(
    /// The main session.
    session: Session<Transformer>,
    /// Where the reader looks.
    gaze: Gaze,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let settings = session.settings;
    let errand = Signal::derive(move || settings.with(|settings| settings.errand));
    let is_translation = Memo::new(move |_| settings.with(|settings| settings.is_translation()));
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    view! {
        <Stage kind=StageKind::Understand claim="Every word asks, every word answers, all at once">
            <div class="wide"><TurnedQuery /></div>
            <p>
                "A network that reads word by word must carry all it has read in one state. Here nothing is carried. Each word asks a "
                "question, the query. Each word also holds a key, which says what it answers to, and a value, what it has to say. How "
                "well query and key fit is their product; softmax turns the products into shares; and what the asking word takes away is "
                "the mean of all values, each by its share. Every word is one step away from every other, however far apart they stand."
            </p>
            <Formula label="Attention of Q, K and V is the softmax of Q times K transposed over the root of d, times V.">
                <mrow>
                    <mi>"Attention"</mi><Brackets><mi>"Q"</mi><mo>","</mo><mi>"K"</mi><mo>","</mo><mi>"V"</mi></Brackets><mo>"="</mo>
                    <Term id="softmax" lit=lit.0 on_hover=hover><mi>"softmax"</mi></Term>
                    <Brackets tall=true>
                    <Term id="scores" lit=lit.0 on_hover=hover>
                        <mfrac><mrow><mi>"Q"</mi><msup><mi>"K"</mi><mi>"⊤"</mi></msup></mrow><msqrt><mi>"d"</mi></msqrt></mfrac>
                    </Term>
                    </Brackets>
                    <Term id="softmax" lit=lit.0 on_hover=hover><mi>"V"</mi></Term>
                </mrow>
            </Formula>
            <Formula label="Queries, keys and values are products of the words’ numbers with three tables of weights.">
                <Term id="query" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mi>"Q"</mi><mo>"="</mo><mi>"X"</mi><msub><mi>"W"</mi><mi>"Q"</mi></msub>
                        <mspace width="1.6em" />
                        <mi>"K"</mi><mo>"="</mo><mi>"X"</mi><msub><mi>"W"</mi><mi>"K"</mi></msub>
                        <mspace width="1.6em" />
                        <mi>"V"</mi><mo>"="</mo><mi>"X"</mi><msub><mi>"W"</mi><mi>"V"</mi></msub>
                    </mrow>
                </Term>
            </Formula>
            <p>
                "Several heads look at once, each in a slice of the numbers, so one can look for the verb while another looks one word "
                "back. Below they learn before your eyes: press Train and watch the first head become a diagonal. Or open a network that "
                "has learned to translate."
            </p>
            <div class="wide">
                <Chips
                    label="What it does"
                    options=Errand::ALL.map(|errand| (errand, errand.name().to_owned())).to_vec()
                    value=errand
                    on_change=Callback::new(move |errand: Errand| session.change(|settings| *settings = settings.with_errand(errand)))
                />
            </div>
            {move || match is_translation.get() {
                true => view! { <SentenceBench session gaze /> }.into_any(),
                false => view! { <ToyBench session gaze /> }.into_any(),
            }}
        </Stage>
    }
}
