//! Build: seven layers, beside those of the paper.

use leptos::prelude::*;
use models::vision::lenet::PAPER;

use super::figures;
use crate::{
    lessons::lenet::{LESSON, Lenet},
    session::Session,
    site::{
        diagram::Diagram,
        frame::{Stage, StageKind},
        parts::{Costs, Lit, Source},
    },
    widgets::grouped,
};

/// The second stage.
#[component]
pub fn Build(
    /// The main session.
    session: Session<Lenet>,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let config = move || session.settings.with(|settings| settings.network());
    let ours = config().layers();
    let rows = PAPER.iter().zip(ours).map(|(paper, ours)| {
        view! {
            <tr>
                <td>{paper.name}</td>
                <td class="number">{paper.maps}</td>
                <td class="number">{format!("{0} × {0}", paper.side)}</td>
                <td class="number">{grouped(paper.parameters as u64)}</td>
                <td class="number">{grouped(ours.parameters as u64)}</td>
            </tr>
        }
    });
    let sum = |parameters: [usize; 7]| parameters.iter().sum::<usize>();
    view! {
        <Stage kind=StageKind::Build claim="Few weights that see the whole picture">
            <p>
                "The convolutions own "{grouped((ours[0].parameters + ours[2].parameters) as u64)}" of the weights and do "
                {format!("{:.0} %", (ours[0].multiply_adds + ours[2].multiply_adds) as f64 / config().multiply_adds() as f64 * 100.0)}
                " of the arithmetic. That is the trade: little to learn, much to do."
            </p>
            <div class="wide stack">
                <Diagram
                    technique="feature-maps"
                    picture=figures::network(session)
                    lit
                    part=figures::part
                >
                    <strong>"Draw above, and follow one window."</strong>
                    " Point at a layer, and its lines light up beside it. Of each layer of maps the first three are shown. What lies in the small frame becomes one cell of the next layer, and the same frame slides over the whole map. From C5 on there are plain units, and each sees all that is before it. Below stand the shape of each layer and what it has to learn."
                </Diagram>
                <Source lesson=&LESSON lit />
            </div>
            <Costs
                bench=session.bench
                parameters=Signal::derive(move || Some(config().parameter_count()))
                multiply_adds=Signal::derive(move || Some(config().multiply_adds()))
            />
            <div class="table-scroll">
                <table class="plain">
                    <caption>"Trainable numbers, in the paper and here"</caption>
                    <thead>
                        <tr><th scope="col">"Layer"</th><th scope="col" class="number">"Maps"</th><th scope="col" class="number">"Size"</th><th scope="col" class="number">"1998"</th><th scope="col" class="number">"Here"</th></tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                    <tfoot>
                        <tr><th scope="row" colspan="3">"All"</th><td class="number">{grouped(sum(PAPER.map(|layer| layer.parameters)) as u64)}</td><td class="number">{grouped(sum(ours.map(|layer| layer.parameters)) as u64)}</td></tr>
                    </tfoot>
                </table>
            </div>
            <p>
                "In 1998 a pooled unit had a scale and a bias to learn, each map of C3 saw only some of the six before it, and the output "
                "measured distances to small pictures drawn by hand. Here pooling learns nothing, C3 sees all six maps, and the output is a "
                "layer with softmax. ReLU, Adam and today’s first weights came later too."
            </p>
        </Stage>
    }
}
