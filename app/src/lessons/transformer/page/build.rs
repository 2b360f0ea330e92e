//! Build: two stacks of the same three parts.

use leptos::prelude::*;

use super::diagram::Diagram;
use crate::{
    lessons::transformer::{LESSON, Transformer},
    session::Session,
    site::{
        frame::{Stage, StageKind},
        parts::{Costs, Lit, Source},
    },
    widgets::{Figure, PointEvent, Stroke},
};

/// The second stage.
#[component]
pub fn Build(
    /// The main session.
    session: Session<Transformer>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let picture = Signal::derive(move || {
        let (config, lengths) = session.snapshot.with(|snapshot| {
            let snapshot = snapshot.as_ref()?;
            Some((snapshot.network.clone(), (snapshot.source.len(), snapshot.target.len())))
        })?;
        Some(Diagram { config, lengths, lit: lit.0.get() })
    });
    let on_point = Callback::new(move |event: PointEvent| {
        let part = picture.with_untracked(|it| it.as_ref()?.part_at(event.x, event.y, event.width));
        if let Some(part) = part.filter(|_| event.kind != Stroke::Leave)
            && lit.0.get_untracked() != Some(part)
        {
            lit.0.set(Some(part));
        }
    });
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
                    empty="The network appears with the first frame."
                >
                    <strong>"Point at a part: its lines light up beside it."</strong>
                    " In brackets the shapes for the sequence above: heads, words that look, words that are looked at; or words and numbers of each. After the dot the part’s weights."
                </Figure>
                <Source lesson=&LESSON lit />
            </div>
            <Costs
                bench=session.bench
                parameters=read(|it| it.config.parameter_count())
                multiply_adds=read(|it| it.config.multiply_adds(it.lengths.0, it.lengths.1))
                multiply_adds_of="multiply-adds for the sequence above"
            />
            <p>
                "The paper’s network has 512 numbers a word, eight heads and six layers a side, 65 million weights in all. It normalises "
                "after each part; ours normalises before, which trains without a long warm-up. The toy learns its positions, the "
                "translator has the paper’s waves."
            </p>
        </Stage>
    }
}
