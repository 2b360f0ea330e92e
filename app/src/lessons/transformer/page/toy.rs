//! The toy: a sequence of one's own, what it writes, and how it learns.

use leptos::prelude::*;

use super::{
    figures::{self, Gaze},
    look::{AllHeads, OneHead, Places, Walk},
};
use crate::{
    lessons::transformer::{Command, Transformer, WHOLE, symbol_name},
    session::{Session, protocol::Series},
    site::{figures::curves, frame::replay},
    widgets::{Figure, Token, Tokens},
};

/// Everything of the toy above the fold of its stage.
#[component]
pub fn ToyBench(
    /// The main session.
    session: Session<Transformer>,
    /// Where the reader looks.
    gaze: Gaze,
) -> impl IntoView {
    gaze.written.set(usize::MAX);
    view! {
        <div class="wide"><Sequence session gaze /></div>
        <div class="wide pair">
            <OneHead session gaze />
            <div class="stack">
                <Figure
                    id="accuracy"
                    technique="learning-curves"
                    title="Symbols and whole sequences right"
                    picture=figures::accuracy(session)
                    empty="Press Train to see the share of right answers."
                >
                    <strong>"Watch the vermilion line start late and then jump."</strong>
                    " A whole sequence counts only if every symbol is right. Held-out sequences never occur in training."
                </Figure>
                <Figure
                    id="right"
                    technique="learning-curves"
                    title="Attention on the right place"
                    picture=figures::right(session)
                    empty="Press Train: each head of the cross-attention gets a line."
                >
                    <strong>"Watch which head learns where to look, and when."</strong>
                    " The right place is where the symbol to be written stands in what was read. The jump of the accuracy follows this one."
                </Figure>
            </div>
        </div>
        <div class="wide"><AllHeads session gaze /></div>
        <div class="wide"><Walk session gaze /></div>
        <div class="wide grid two">
            <Figure
                id="curves"
                technique="learning-curves"
                title="Loss"
                picture=curves(session, Series::Loss, Series::ValidationLoss, "cross-entropy of a symbol, nats")
                empty="Press Train: the two curves begin at the first step."
            >
                <strong>"Watch the gap: there is hardly any."</strong>
                " Every training sequence is new, so there is nothing to learn by heart."
            </Figure>
            <Places session />
            <Figure
                id="gradients"
                technique="gradient-flow"
                title="Gradient of each part"
                picture=figures::gradients(session)
                empty="The first update brings the first gradients."
            >
                <strong>"Compare both stacks."</strong>
                " The encoder hears of its mistakes only through the cross-attention. Blue is the encoder, vermilion the decoder, green what goes in; the second of a kind is dashed. Each line is the mean over a part’s matrices and its last "{figures::SMOOTHED}" measurements."
            </Figure>
            <Figure
                id="weights"
                replay=replay(session.bench)
                technique="weight-histogram"
                title="Weights"
                picture=figures::weights(session)
                empty="The weights appear with the first frame."
            >
                <strong>"Compare the rows: all share one axis, as wide as the largest weight."</strong>
                " The table of symbols gives the output too, so its rows must become unlike one another. Positions are not among them: they begin far wider, and every number of theirs is in the figure of positions."
            </Figure>
        </div>
    }
}

/// The sequence that is looked at, and what the network writes.
#[component]
fn Sequence(session: Session<Transformer>, gaze: Gaze) -> impl IntoView {
    let word = RwSignal::new(String::new());
    let symbols = move || session.settings.with(|settings| settings.symbols);
    let take = move |event: leptos::ev::Event| {
        let text = event_target_value(&event);
        let most = session.settings.with_untracked(|settings| settings.symbols);
        let letters: Vec<Option<u8>> = text
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .map(|letter| {
                let letter = letter.to_ascii_uppercase();
                letter.is_ascii_uppercase().then(|| letter as u8 - b'A').filter(|symbol| *symbol < most)
            })
            .collect();
        let known: Vec<u8> = letters.iter().flatten().copied().take(32).collect();
        let last = char::from(b'A' + most.saturating_sub(1));
        word.set(match (known.is_empty(), letters.contains(&None) || letters.len() > 32) {
            (true, _) => format!("There is nothing to look at; type letters from A to {last}."),
            (false, true) => {
                format!("It knows the letters A to {last} and at most 32 of them; the others were left out.")
            }
            (false, false) => String::new(),
        });
        if !known.is_empty() {
            session.command(Command::Show(known));
        }
    };
    let source = Signal::derive(move || {
        session.snapshot.with(|snapshot| {
            snapshot.as_ref().map(|snapshot| snapshot.source.iter().map(Token::from).collect()).unwrap_or_default()
        })
    });
    let said = Signal::derive(move || {
        session.snapshot.with(|snapshot| {
            let Some(toy) = snapshot.as_ref().and_then(|snapshot| snapshot.toy.as_ref()) else { return Vec::new() };
            let token = |(said, wanted): (&u8, &u8)| Token {
                text: symbol_name(*said, symbols()),
                wrong: said != wanted,
                ..Token::default()
            };
            toy.said.iter().zip(&toy.wanted).map(token).collect()
        })
    });
    let text =
        move || source.with(|tokens: &Vec<Token>| tokens.iter().map(|token| token.text.as_str()).collect::<String>());
    let whole = move || session.bench.last(WHOLE).map(|share| format!("{share:.3}"));
    let choose = Callback::new(move |query: usize| {
        gaze.spot.update(|spot| spot.query = Some(query));
        session.command(Command::Walk(query as u16));
    });
    view! {
        <div class="sentence-card">
            <label class="field">
                <span>"A sequence of your own"</span>
                <input type="text" spellcheck="false" autocomplete="off" maxlength="64" prop:value=text on:change=take />
            </label>
            <button on:click=move |_| session.command(Command::Another)>"Another"</button>
            <p class="own-word" role="status">{word}</p>
            <Tokens label="What it reads" tokens=source chosen=Signal::derive(move || gaze.spot.get().key) />
            <Tokens
                label="What it writes at each place, given the right beginning"
                tokens=said
                chosen=Signal::derive(move || gaze.spot.get().query)
                on_choose=choose
            />
            <p class="sentence-note">
                "Of 200 held-out sequences, whole ones right: " <output data-readout="whole">{whole}</output>
            </p>
        </div>
    }
}
