//! The figures of attention, for the toy and for the translator alike: one head, all heads, one query, positions.

use leptos::prelude::*;
use models::sequence::heads::{Head, Stack};

use super::figures::{self, Gaze};
use crate::{
    lessons::transformer::{Command, Transformer, settings::head_name},
    session::Session,
    site::frame::replay,
    widgets::{Chips, Figure, PointEvent, Spot, Stroke, Toggle, Trace},
};

/// One head, as matrix or as lines.
#[component]
pub fn OneHead(
    /// The main session.
    session: Session<Transformer>,
    /// Where the reader looks.
    gaze: Gaze,
) -> impl IntoView {
    let picture = figures::attention(session, gaze);
    let ask = move |spot: Spot| {
        if let Some(query) = spot.query {
            gaze.trace.set(Trace::Nothing);
            session.command(Command::Walk(query as u16));
        }
    };
    let on_point = Callback::new(move |event: PointEvent| {
        let spot = picture.with_untracked(|it| it.as_ref().map(|it| it.spot_at(event.x, event.y, event.width)));
        let spot = spot.filter(|_| event.kind != Stroke::Leave).unwrap_or_default();
        if gaze.spot.get_untracked() != spot {
            gaze.spot.set(spot);
        }
        if event.kind == Stroke::Down {
            ask(spot);
        }
    });
    let on_key = Callback::new(move |key: String| {
        let size = picture.with_untracked(|it| it.as_ref().map(|it| (it.queries.len(), it.keys.len())));
        let (rows, columns) = size.unwrap_or_default();
        let before = gaze.spot.get_untracked();
        let spot = before.step(&key, rows, columns);
        gaze.spot.set(spot);
        if spot.query != before.query {
            ask(spot);
        }
    });
    let title = Signal::derive(move || {
        let view = session.settings.with(|settings| settings.view);
        let name = session.snapshot.with(|snapshot| {
            let heads = &snapshot.as_ref()?.heads;
            figures::viewed(heads, view).map(|map| head_name(map.head))
        });
        format!("One head: {}", name.unwrap_or_else(|| head_name(view)))
    });
    let stack = Signal::derive(move || session.settings.with(|settings| settings.view.stack));
    view! {
        <Figure
            id="attention"
            replay=replay(session.bench)
            technique="attention-heatmap"
            title
            picture
            on_point
            on_key
            empty="The heads appear with the first frame."
            controls=move || view! {
                <div class="fields">
                    <Chips
                        label="Who looks at whom"
                        options=vec![
                            (Stack::Encoder, "read at read".to_owned()),
                            (Stack::Decoder, "written at written".to_owned()),
                            (Stack::Cross, "written at read".to_owned()),
                        ]
                        value=stack
                        on_change=Callback::new(move |stack: Stack| session.change(|settings| {
                            settings.view = Head { stack, ..settings.view };
                        }))
                    />
                    <Toggle label="As lines" value=gaze.lines on_change=Callback::new(move |on: bool| gaze.lines.set(on)) />
                </div>
            }
        >
            <strong>"Point at a word; click it to follow its query below."</strong>
            " A row is a word that looks, and its ink adds up to one. What is written sees only what was written before it, so one half of that matrix stays empty."
        </Figure>
    }
}

/// All heads of all layers.
#[component]
pub fn AllHeads(
    /// The main session.
    session: Session<Transformer>,
    /// Where the reader looks.
    gaze: Gaze,
) -> impl IntoView {
    let picture = figures::heads(session, gaze);
    let choose = move |place: Option<(usize, usize)>| {
        let name = picture.with_untracked(|heads| Some(heads.as_ref()?.head(place?)?.name.clone()));
        let found = session.snapshot.with_untracked(|snapshot| {
            let heads = &snapshot.as_ref()?.heads;
            heads.iter().map(|map| map.head).find(|head| Some(head_name(*head)) == name)
        });
        if let Some(view) = found {
            session.change(|settings| settings.view = view);
        }
    };
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind == Stroke::Down {
            choose(picture.with_untracked(|heads| heads.as_ref()?.head_at(event.x, event.y, event.width)));
        }
    });
    let on_key = Callback::new(move |key: String| choose(picture.with_untracked(|heads| heads.as_ref()?.step(&key))));
    let is_translation = Memo::new(move |_| session.settings.with(|settings| settings.is_translation()));
    let chosen = Signal::derive(move || {
        let view = session.settings.with(|settings| settings.view);
        session.snapshot.with(|snapshot| {
            snapshot.as_ref().and_then(|snapshot| figures::viewed(&snapshot.heads, view)).map_or(view, |map| map.head)
        })
    });
    let is_on = Signal::derive(move || session.settings.with(|settings| !settings.off.contains(&chosen.get())));
    let turn = Callback::new(move |on: bool| {
        let head = chosen.get_untracked();
        session.change(|settings| {
            settings.off.retain(|other| *other != head);
            if !on {
                settings.off.push(head);
                settings.off.sort_unstable();
            }
        });
    });
    let count_off = move || session.settings.with(|settings| settings.off.len());
    let by_rule = Callback::new(move |rule: Option<usize>| {
        gaze.rule.set(rule);
        let missing = session
            .snapshot
            .with_untracked(|snapshot| snapshot.as_ref().is_some_and(|snapshot| snapshot.found.rules.is_none()));
        if rule.is_some() && missing {
            session.command(Command::Rules);
        }
    });
    let baseline = move || {
        let rule = gaze.rule.get()?;
        session.snapshot.with(|snapshot| {
            let rules = snapshot.as_ref()?.found.rules.as_ref()?;
            let (even, pairs) = (rules.even.get(rule)?, rules.pairs.get(rule)?);
            let fixed = rules.baseline.get(rule).copied().flatten();
            let fixed = fixed.map_or(String::new(), |fixed| format!(", one that always looks at the best fixed distance {fixed:.2}"));
            Some(format!(" Over {pairs} pairs of words of ours, a head that looks at all words alike would score {even:.2}{fixed}."))
        })
    };
    view! {
        <Figure
            id="heads"
            replay=replay(session.bench)
            technique="attention-heatmap"
            title="All heads of all layers"
            picture
            on_point
            on_key
            empty="The heads appear with the first frame."
            controls=move || view! {
                <div class="fields">
                    <Show when=move || is_translation.get()>
                        <Chips
                            label="Sorted by"
                            options=vec![
                                (None, "layer".to_owned()),
                                (Some(0), "looks at its neighbour".to_owned()),
                                (Some(1), "verb looks at object".to_owned()),
                                (Some(2), "pronoun looks at its noun".to_owned()),
                            ]
                            value=gaze.rule
                            on_change=by_rule
                        />
                    </Show>
                    <div class="group">
                        <Toggle label="The chosen head has a say" value=is_on on_change=turn />
                        <button
                            class="quiet"
                            disabled=move || count_off() == 0
                            on:click=move |_| session.change(|settings| settings.off.clear())
                        >
                            "All heads on"
                        </button>
                    </div>
                </div>
            }
        >
            <strong>"Choose a head, then take its say away."</strong>
            " Some heads can go and nothing changes; others carry a whole skill."
            {baseline}
        </Figure>
    }
}

/// One query with the real numbers.
#[component]
pub fn Walk(
    /// The main session.
    session: Session<Transformer>,
    /// Where the reader looks.
    gaze: Gaze,
) -> impl IntoView {
    let picture = figures::walk(session, gaze);
    let on_point = Callback::new(move |event: PointEvent| {
        let trace = picture.with_untracked(|it| it.as_ref().map(|it| it.trace_at(event.x, event.y, event.width)));
        // What was traced last stays, so that its sum can be read with the pointer elsewhere.
        if let Some(trace) = trace.filter(|trace| *trace != Trace::Nothing)
            && gaze.trace.get_untracked() != trace
        {
            gaze.trace.set(trace);
        }
    });
    let on_key = Callback::new(move |key: String| {
        let size = picture.with_untracked(|it| it.as_ref().map(|it| (it.keys.len(), it.entries())));
        let (keys, entries) = size.unwrap_or_default();
        gaze.trace.update(|trace| *trace = trace.step(&key, keys, entries));
    });
    view! {
        <Figure
            id="walk"
            replay=replay(session.bench)
            technique="attention-heatmap"
            title="One query, number by number"
            picture
            on_point
            on_key
            empty="Click a word in the head above."
        >
            <strong>"Point at any number, from right to left."</strong>
            " What it was made of is framed, and the sum stands below with the network’s own numbers. Blue is below zero, vermilion above."
        </Figure>
    }
}

/// How a place is told.
#[component]
pub fn Places(
    /// The main session.
    session: Session<Transformer>,
) -> impl IntoView {
    let focus = RwSignal::new(Some(4));
    let picture = figures::positions(session, focus, 128);
    let on_point = Callback::new(move |event: PointEvent| {
        let at = picture.with_untracked(|it| it.as_ref().and_then(|it| it.position_at(event.y, event.width)));
        if let Some(at) = at.filter(|_| event.kind != Stroke::Leave) {
            focus.set(Some(at));
        }
    });
    let on_key = Callback::new(move |key: String| {
        focus.update(|focus| {
            let at = focus.unwrap_or_default();
            match key.as_str() {
                "ArrowUp" => *focus = Some(at.saturating_sub(1)),
                "ArrowDown" => *focus = Some((at + 1).min(31)),
                _ => {}
            }
        });
    });
    let is_translation = move || session.settings.with(|settings| settings.is_translation());
    let told = move || match is_translation() {
        true => {
            " Each pair of columns is one wave, from fast on the left to slow on the right, as in the paper. A step to the right in the sentence turns every wave by its own angle, so nearby places are alike."
        }
        false => {
            " The toy learns its own table. Places above the line change while it trains; those below it are never trained and keep the noise they began with."
        }
    };
    view! {
        <Figure
            id="positions"
            replay=replay(session.bench)
            technique="embedding-projection"
            title="How a position is told"
            picture
            on_point
            on_key
            empty="This network is told no positions: to it a sequence is a bag of symbols."
        >
            <strong>"Point at a row."</strong>
            " The line on the right says how alike every other position is to it."
            {told}
        </Figure>
    }
}
