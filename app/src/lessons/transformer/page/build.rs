//! Build: two stacks of the same three parts.

use leptos::prelude::*;

use super::diagram::{Diagram, Spot, place_of};
use crate::{
    lessons::transformer::{Command, LESSON, Transformer},
    session::Session,
    site::{
        frame::{Stage, StageKind},
        parts::{Costs, Lit, Source},
        stale::renew_when_stale,
    },
    widgets::{Brackets, Figure, Formulas, Named, PointEvent, Stroke, Term},
};

/// The second stage.
#[component]
pub fn Build(
    /// The main session.
    session: Session<Transformer>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let pointed = RwSignal::new(None::<Spot>);
    // Where a part is lit elsewhere, its own place is looked at.
    let place = Memo::new(move |_| match (lit.0.get(), pointed.get()) {
        (Some(part), Some((own, place))) if own == part => Some(place),
        (Some(part), _) => place_of(part),
        (None, pointed) => pointed.map(|(_, place)| place),
    });
    let is_missing = move || {
        let wanted = place.get();
        session.snapshot.with(|snapshot| {
            // Where nothing is read there is nothing to look at.
            let snapshot = snapshot.as_ref().filter(|snapshot| !snapshot.source.is_empty());
            wanted.is_some() && snapshot.is_some_and(|it| it.inside.as_ref().map(|inside| inside.at) != wanted)
        })
    };
    renew_when_stale(is_missing, move || {
        if let Some((stack, station)) = place.get_untracked() {
            session.command(Command::Inside(stack, station));
        }
    });
    let picture = Signal::derive(move || {
        let (lit, place) = (lit.0.get(), place.get());
        session.snapshot.with(|snapshot| {
            let snapshot = snapshot.as_ref()?;
            Some(Diagram {
                config: snapshot.network.clone(),
                lengths: (snapshot.source.len(), snapshot.target.len()),
                lit,
                place,
                inside: snapshot.inside.clone(),
            })
        })
    });
    let look = move |spot: Option<Spot>| {
        if let Some(spot) =
            spot.filter(|spot| pointed.get_untracked() != Some(*spot) || lit.0.get_untracked() != Some(spot.0))
        {
            pointed.set(Some(spot));
            lit.0.set(Some(spot.0));
        }
    };
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind != Stroke::Leave {
            look(picture.with_untracked(|it| it.as_ref()?.spot_at(event.x, event.y, event.width)));
        }
    });
    let on_key = Callback::new(move |key: String| look(picture.with_untracked(|it| it.as_ref()?.step(&key))));
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    let read = move |cost: fn(&Diagram) -> usize| Signal::derive(move || picture.with(|it| it.as_ref().map(cost)));
    view! {
        <Stage kind=StageKind::Build claim="Two stacks of the same few parts, and nothing that recurs">
            <p>
                "The encoder reads: its words look at each other, then each thinks by itself, and that twice or more. The decoder writes: "
                "its words look back at what is written, then across at what was read, then think. Every part adds to what is there "
                "already, so each layer only has to say what should change."
            </p>
            <div class="wide source-pair">
                <Figure
                    id="architecture"
                    technique="feature-maps"
                    title="The network that runs here"
                    picture
                    on_point
                    on_key
                    empty="The network appears with the first frame."
                >
                    <strong>"Point at a box or at a line in it: its source lights up beside it, its numbers appear below."</strong>
                    " A + adds what goes past a box to what the box made of it. In brackets the shapes for the sequence above: heads, words that look, words that are looked at; or words and numbers of each. After the dot the part’s weights. Of the numbers you see the first 64, blue below zero and vermilion above, with all heads on."
                </Figure>
                <Source lesson=&LESSON lit />
            </div>
            <Costs
                bench=session.bench
                parameters=read(|it| it.config.parameter_count())
                multiply_adds=read(|it| it.config.multiply_adds(it.lengths.0, it.lengths.1))
                multiply_adds_of="multiply-adds for the sequence above"
            />
            <Formulas label="An encoder layer adds to x the attention of the normalised x, then what feed-forward makes of the normalised x.">
                <Term id="encoder" lit=lit.0 on_hover=hover>
                    <mrow><mi>"x"</mi><mo>"←"</mo><mi>"x"</mi><mo>"+"</mo><mi>"attention"</mi><Brackets><Named word="norm" /><mi>"x"</mi></Brackets></mrow>
                </Term>
                <Term id="feed" lit=lit.0 on_hover=hover>
                    <mrow><mi>"x"</mi><mo>"←"</mo><mi>"x"</mi><mo>"+"</mo><mi>"feed"</mi><Brackets><Named word="norm" /><mi>"x"</mi></Brackets></mrow>
                </Term>
            </Formulas>
            <Formulas label="A decoder layer adds to y the attention to its past, whose keys and values are kept, then the attention to m, what was read, then feed-forward.">
                <Term id="decoder" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mi>"y"</mi><mo>"←"</mo><mi>"y"</mi><mo>"+"</mo><mi>"attention"</mi>
                        <Brackets><Named word="norm" /><mi>"y"</mi><mo>","</mo><Term id="cache" lit=lit.0 on_hover=hover><mi>"past"</mi></Term></Brackets>
                    </mrow>
                </Term>
                <Term id="cross" lit=lit.0 on_hover=hover>
                    <mrow><mi>"y"</mi><mo>"←"</mo><mi>"y"</mi><mo>"+"</mo><mi>"attention"</mi><Brackets><Named word="norm" /><mi>"y"</mi><mo>","</mo><mi>"m"</mi></Brackets></mrow>
                </Term>
            </Formulas>
            <Formulas label="Words go in as their vectors plus their places; the memory m is the normalised x after the last layer; the normalised y times the table gives the output; the heads are joined by one product.">
                <mrow>
                    <mi>"x"</mi><mo>"="</mo>
                    <Term id="embedding" lit=lit.0 on_hover=hover><mrow><mi>"E"</mi><mo>"["</mo><mi>"words"</mi><mo>"]"</mo></mrow></Term>
                    <mo>"+"</mo>
                    <Term id="positions" lit=lit.0 on_hover=hover><mi>"places"</mi></Term>
                </mrow>
                <Term id="memory" lit=lit.0 on_hover=hover><mrow><mi>"m"</mi><mo>"="</mo><Named word="norm" /><mi>"x"</mi></mrow></Term>
                <Term id="output" lit=lit.0 on_hover=hover>
                    <mrow><mi>"logits"</mi><mo>"="</mo><Named word="norm" /><mi>"y"</mi><msup><mi>"E"</mi><mi>"⊤"</mi></msup></mrow>
                </Term>
                <Term id="heads" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mi>"attention"</mi><mo>"="</mo>
                        <Brackets><msub><mi>"head"</mi><mn>"1"</mn></msub><mo>","</mo><mo>"…"</mo></Brackets>
                        <msub><mi>"W"</mi><mi>"O"</mi></msub>
                    </mrow>
                </Term>
            </Formulas>
            <p>
                "The paper’s network has 512 numbers a word, eight heads and six layers a side, 65 million weights in all. It normalises "
                "after each part; ours normalises before, which trains without a long warm-up. The toy learns its positions, the "
                "translator has the paper’s waves."
            </p>
        </Stage>
    }
}
