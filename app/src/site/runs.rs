//! Earlier runs of a lesson, kept on the page: what was set, how it went, all curves over each other.

use leptos::prelude::*;

use crate::{
    session::{Bench, history::Run, protocol::Series},
    widgets::{Axis, Chart, Chips, Choice, Figure, Ink, Series as Line},
};

/// What can be compared.
pub(super) const CURVES: [(Series, &str); 4] = [
    (Series::Loss, "loss"),
    (Series::ValidationLoss, "held-out loss"),
    (Series::Accuracy, "accuracy"),
    (Series::ValidationAccuracy, "held-out accuracy"),
];

/// The runs of this visit, once there is more than the one that is on the figures.
#[component]
pub fn Runs(
    /// Whose runs.
    bench: Bench,
    /// The names of the classes that runs can be compared by.
    classes: Signal<Vec<String>>,
) -> impl IntoView {
    let chosen = RwSignal::new(Series::Loss);
    let class = RwSignal::new(None::<u16>);
    // One class has no curve but the share of it that is called rightly.
    let series = Signal::derive(move || class.get().map_or(chosen.get(), Series::Class));
    let hidden = RwSignal::new(Vec::<u32>::new());
    let has = move |series: Series| {
        bench.runs.with(|runs| runs.iter().any(|run| !run.curves.line(series).is_empty()))
            || bench.curves.with(|curves| !curves.line(series).is_empty())
    };
    let options = Signal::derive(move || {
        CURVES.iter().filter(|(series, _)| has(*series)).map(|(series, name)| (*series, (*name).to_owned())).collect()
    });
    let picture = Signal::derive(move || {
        let (series, hidden) = (series.get(), hidden.get());
        let known = CURVES.iter().find(|(known, _)| *known == series);
        let name = match series {
            Series::Class(class) => format!("held-out {} called rightly", name_of(&classes.get(), class)),
            _ => known.map_or("", |(_, name)| name).to_owned(),
        };
        let mut lines: Vec<Line> = bench.runs.with(|runs| {
            let shown = runs.iter().filter(|run| !hidden.contains(&run.number));
            shown
                .map(|run| Line::new(run_name(run.number), run.curves.line(series).to_vec(), ink(run.number)).dashed())
                .collect()
        });
        lines.push(Line::new("now", bench.curves.with(|curves| curves.line(series).to_vec()), Ink::Ink));
        let is_share = matches!(series, Series::Accuracy | Series::ValidationAccuracy | Series::Class(_));
        let y = Axis::new(name).from(0.0);
        lines.iter().any(|line| line.points.len() > 1).then(|| Chart {
            series: lines,
            x: Axis::new("step").integer().from(0.0),
            y: if is_share { y.percent().to(1.0) } else { y },
            ..Chart::default()
        })
    });
    let row = move |run: Run| {
        let number = run.number;
        let (settings, step) = (run.settings.clone(), run.step);
        let last = move |series| run.curves.last(series).map(|value| format!("{value:.4}"));
        let loss = last(Series::Loss);
        let turn = move |_| {
            hidden.update(|hidden| match hidden.iter().position(|known| *known == number) {
                Some(place) => drop(hidden.remove(place)),
                None => hidden.push(number),
            });
        };
        let delete = move |_| bench.runs.update(|runs| runs.retain(|run| run.number != number));
        view! {
            <tr>
                <td>
                    <label>
                        <input type="checkbox" prop:checked=move || !hidden.with(|hidden| hidden.contains(&number)) on:change=turn />
                        {run_name(number)}
                    </label>
                </td>
                <td>{settings}</td>
                <td class="number">{step}</td>
                <td class="number">{loss}</td>
                <td class="number">{move || last(class_or_all(class.get()))}</td>
                <td><button class="quiet" on:click=delete aria-label=format!("Delete {}", run_name(number))>"Delete"</button></td>
            </tr>
        }
    };
    view! {
        <Show when=move || bench.runs.with(|runs| !runs.is_empty())>
            <section class="stage runs wide" aria-labelledby="runs-title">
                <h2 id="runs-title">"Your runs so far"</h2>
                <div class="fields">
                    <Chips
                        label="Compare"
                        options=options.get_untracked()
                        value=Signal::derive(move || match class.get() {
                            Some(_) => Series::ValidationAccuracy,
                            None => chosen.get(),
                        })
                        on_change=Callback::new(move |series| {
                            chosen.set(series);
                            class.set(None);
                        })
                    />
                    {move || (has(Series::Class(0)) && !classes.with(Vec::is_empty)).then(|| {
                        let names = classes.get().into_iter().enumerate().map(|(class, name)| (Some(class as u16), name));
                        let options: Vec<_> = std::iter::once((None, "all".to_owned())).chain(names).collect();
                        view! {
                            <Choice
                                label="Of the class"
                                options
                                value=class
                                on_change=Callback::new(move |wanted| class.set(wanted))
                            />
                        }
                    })}
                </div>
                <Figure id="runs" technique="learning-curves" title="Runs compared" picture
                    empty="This curve has not been measured in these runs."
                >
                    <strong>"Change one setting, run again, compare."</strong>
                    " Each reset or new setting puts the run before it here. Its numbers can be saved as CSV from the menu."
                </Figure>
                <div class="table-scroll">
                    <table>
                        <thead>
                            <tr><th scope="col">"Run"</th><th scope="col">"Settings"</th><th scope="col" class="number">"Steps"</th><th scope="col" class="number">"Loss"</th><th scope="col" class="number">"Held-out accuracy"</th><td></td></tr>
                        </thead>
                        <tbody>{move || bench.runs.get().into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
}

/// What the last column of the table shows.
fn class_or_all(class: Option<u16>) -> Series {
    class.map_or(Series::ValidationAccuracy, Series::Class)
}

fn name_of(classes: &[String], class: u16) -> &str {
    classes.get(usize::from(class)).map_or("class", String::as_str)
}

fn run_name(number: u32) -> String {
    format!("run {number}")
}

fn ink(number: u32) -> Ink {
    Ink::Class((number as usize - 1) % 10)
}
