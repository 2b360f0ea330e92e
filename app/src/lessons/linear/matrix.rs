//! The confusion matrix, and the examples behind its cells.

use leptos::prelude::*;

use crate::{
    lessons::linear::{Linear, Question, figures},
    session::Session,
    site::{embed::Hidden, frame::shortcut},
    widgets::{Figure, PointEvent, Sketch, Stroke},
};

/// Counts at the shared threshold. The points behind the chosen cell are ringed on the plane; of digits, their pictures are
/// shown.
#[component]
pub fn Confusion<P: Linear>(
    /// The main session.
    session: Session<P>,
) -> impl IntoView {
    let picture = figures::confusion(session);
    // The chosen cell once more lets go of it.
    let choose = move |cell: Option<(usize, usize)>| {
        let Some((truth, called)) = cell else { return };
        let chosen = picture.with_untracked(|matrix| matrix.as_ref()?.selected);
        let next = (chosen != cell).then_some((truth as u8, called as u8));
        session.command(Question::Cell(next));
    };
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind == Stroke::Down {
            choose(picture.get_untracked().and_then(|matrix| matrix.cell_at(event.x, event.y, event.width)));
        }
    });
    let hidden = use_context::<Hidden>();
    let on_key = Callback::new(move |key: String| {
        if shortcut(session.bench, hidden, &key) {
            return;
        }
        if key == "Escape" {
            return session.command(Question::Cell(None));
        }
        let matrix = picture.get_untracked();
        let (from, to) =
            (matrix.as_ref().and_then(|matrix| matrix.selected), matrix.and_then(|matrix| matrix.cell_by_key(&key)));
        // At the rim there is no further cell, and the chosen one stays.
        if from != to {
            choose(to);
        }
    });
    let judged = move || {
        let snapshot = session.snapshot.get()?;
        let answer = P::answer(&snapshot);
        let (count, held_out) = answer.judged;
        let which = match held_out {
            true => "held-out examples.",
            false => "examples, the same it learns from: there are too few to hold any out.",
        };
        let undecided = match answer.knows_nothing() {
            true => " All weights are zero still, so no sum lies above zero.",
            false => "",
        };
        Some(format!("{count} {which}{undecided}"))
    };
    let pictures = figures::behind_the_cell(session);
    let is_empty = Memo::new(move |_| pictures.with(Option::is_none));
    view! {
        <Figure id="confusion" technique="confusion-matrix" title="Confusion matrix" picture on_point on_key>
            <strong>"Click a cell, or walk there with the arrow keys: its points are ringed on the plane."</strong>
            " Rows are what a point is, columns what it is called. Counted over "
            {judged}
            <Show when=move || !is_empty.get()>
                <Sketch picture=pictures label="The first pictures behind the chosen cell" />
            </Show>
        </Figure>
    }
}
