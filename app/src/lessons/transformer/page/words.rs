//! The table of words, seen from where it spreads most.

use leptos::prelude::*;

use crate::{
    lessons::transformer::{Command, Transformer, WordSpot, words::GROUPS},
    session::Session,
    site::stale::renew_when_stale,
    widgets::{Figure, PlacedWord, WordMap},
};

/// Words on a plane.
#[component]
pub fn Words(
    /// The main session.
    session: Session<Transformer>,
) -> impl IntoView {
    // Asked for once the weights are here.
    let missing = move || {
        session.snapshot.with(|snapshot| {
            snapshot.as_ref().is_some_and(|snapshot| snapshot.translation.is_some() && snapshot.found.words.is_none())
        })
    };
    renew_when_stale(missing, move || session.command(Command::Words));
    let found = Memo::new(move |_| {
        session.snapshot.with(|snapshot| snapshot.as_ref().and_then(|snapshot| snapshot.found.words.clone()))
    });
    let picture = Signal::derive(move || {
        let (words, _) = found.get()?;
        let word = |word: &WordSpot| PlacedWord {
            text: word.text.clone(),
            x: word.at[0].into(),
            y: word.at[1].into(),
            group: word.group.into(),
        };
        Some(WordMap {
            words: words.iter().map(word).collect(),
            groups: GROUPS.map(|(name, _)| name.to_owned()).to_vec(),
        })
    });
    let shown = move || found.with(|found| found.as_ref().map(|(_, share)| format!("{:.0} %", share * 100.0)));
    view! {
        <Figure
            id="words"
            technique="embedding-projection"
            title="Words that are alike to it"
            picture
            empty="The words come with the weights."
        >
            <strong>"Look for English words beside their French ones."</strong>
            " One table serves both languages, and nobody told it which word means which. Of its 128 directions you see the two in which these words spread most, "
            {shown} " of their spread."
        </Figure>
    }
}
