//! Own data for every lesson on the plane: paint, erase, paste or drop a table.

use leptos::prelude::*;
use models::data::{
    points::Point,
    table::{Choice, Chosen, Table},
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::widgets::{Chips, Choice as Select};

/// Bytes of a file that are looked at; a longer one is told so.
const MOST_BYTES: f64 = 8e6;

/// The first two labels are blue and orange until the reader chooses.
const FIRST: [usize; 2] = [0, 1];

/// What a click on the plane does: paint a class, or erase.
pub type Brush = RwSignal<Option<u8>>;

/// A coordinate as an address can hold it.
pub fn hundredths(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}

/// Paints a point with the brush, or erases those nearby; nothing beyond `most` points.
pub fn paint(points: &mut Vec<Point>, brush: Option<u8>, x: f32, y: f32, most: usize) {
    match brush {
        None => points.retain(|point| (point.x - x).hypot(point.y - y) > 0.08),
        Some(class) if points.len() < most => points.push(Point { x: hundredths(x), y: hundredths(y), class }),
        Some(_) => {}
    }
}

/// The row above a plane of own points: the brush, and the way in for a table.
#[component]
pub fn OwnData(
    /// What a click paints.
    brush: Brush,
    /// The most points the lesson takes.
    most: usize,
    /// Takes all points anew.
    on_change: Callback<Vec<Point>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let text = RwSignal::new(String::new());
    let table = RwSignal::new(None::<Table>);
    let choice = RwSignal::new(None::<Choice>);
    // The labels of a column with more than two, and which of them are blue and orange.
    let labels = RwSignal::new(Vec::<String>::new());
    let pair = RwSignal::new(FIRST);
    let word = RwSignal::new(String::new());
    let take = move || {
        let (Some(table), Some(choice)) = (table.get_untracked(), choice.get_untracked()) else { return };
        let several = table.several(choice.label);
        let chosen = match pair.get_untracked().map(|place| several.get(place).cloned()) {
            [Some(blue), Some(orange)] => table.points_of(choice, [blue, orange]),
            _ => table.points(choice),
        };
        if labels.with_untracked(|known| *known != several) {
            labels.set(several);
        }
        match chosen {
            Ok(chosen) => {
                word.set(report(&table, &chosen, most));
                on_change.run(thinned(chosen.points, most));
            }
            Err(error) => word.set(error.to_string()),
        }
    };
    let read = move |content: String| match Table::parse(&content) {
        Ok(parsed) => {
            choice.set(Some(parsed.suggest().unwrap_or_else(|| parsed.nearest())));
            table.set(Some(parsed));
            pair.set(FIRST);
            take();
        }
        // What was there before stays.
        Err(error) => word.set(error.to_string()),
    };
    let read_file = move |file: web_sys::File| {
        if file.size() > MOST_BYTES {
            return word.set(format!(
                "{} is larger than {} MB; a smaller part of it is enough.",
                file.name(),
                MOST_BYTES / 1e6
            ));
        }
        leptos::task::spawn_local(async move {
            match JsFuture::from(file.text()).await.ok().and_then(|content| content.as_string()) {
                Some(content) => read(content),
                None => {
                    word.try_set(format!("{} could not be read.", file.name()));
                }
            }
        });
    };
    let on_drop = move |event: leptos::ev::DragEvent| {
        event.prevent_default();
        let transfer = event.data_transfer();
        if let Some(file) = transfer.as_ref().and_then(|transfer| transfer.files()).and_then(|files| files.get(0)) {
            read_file(file);
        } else if let Some(content) = transfer.and_then(|transfer| transfer.get_data("text").ok()) {
            read(content);
        }
    };
    let column = move |label: &'static str, read: fn(&Choice) -> usize, write: fn(&mut Choice, usize)| {
        move || {
            let names = table.with(|table| table.as_ref().map(|table| table.names.clone())).unwrap_or_default();
            view! {
                <Select
                    label=label
                    options={names.into_iter().enumerate().collect::<Vec<(usize, String)>>()}
                    value=Signal::derive(move || choice.with(|choice| choice.as_ref().map_or(0, read)))
                    on_change=Callback::new(move |column: usize| {
                        let label = || choice.with_untracked(|choice| choice.map(|choice| choice.label));
                        let before = label();
                        choice.update(|choice| if let Some(choice) = choice { write(choice, column) });
                        if label() != before {
                            pair.set(FIRST);
                        }
                        take();
                    })
                />
            }
        }
    };
    let class = move |name: &'static str, class: usize| {
        move || {
            view! {
                <Select
                    label=name
                    options={labels.get().into_iter().enumerate().collect::<Vec<(usize, String)>>()}
                    value=Signal::derive(move || pair.get()[class])
                    on_change=Callback::new(move |place: usize| {
                        pair.update(|pair| pair[class] = place);
                        take();
                    })
                />
            }
        }
    };
    view! {
        <div class="own-data" on:dragover=move |event| event.prevent_default() on:drop=on_drop>
            <Chips
                label="A click paints"
                options=[(Some(0), "blue"), (Some(1), "orange"), (None, "nothing: it erases")].map(|(brush, name)| (brush, name.to_string())).to_vec()
                value=brush
                on_change=Callback::new(move |chosen: Option<u8>| brush.set(chosen))
            />
            <button class="quiet" aria-expanded=move || open.get().to_string() on:click=move |_| open.update(|open| *open = !*open)>
                "Use a table"
            </button>
            <button class="quiet" on:click=move |_| on_change.run(Vec::new())>"Take all away"</button>
            <div class="own-table" hidden=move || !open.get()>
                <label class="field">
                    <span>"Paste a table, or drop a file here: two columns of numbers and one of labels"</span>
                    <textarea rows="4" prop:value=text on:input=move |event| text.set(event_target_value(&event))></textarea>
                </label>
                <button on:click=move |_| read(text.get_untracked())>"Read the table"</button>
                <label class="field">
                    <span>"Or choose a file"</span>
                    <input
                        type="file"
                        accept=".csv,.tsv,.txt,text/csv,text/plain"
                        on:change=move |event| {
                            let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
                            if let Some(file) = input.and_then(|input| input.files()).and_then(|files| files.get(0)) {
                                read_file(file);
                            }
                        }
                    />
                </label>
                <Show when=move || table.with(Option::is_some)>
                    <div class="fields">
                        {column("Across", |choice| choice.x, |choice, column| choice.x = column)}
                        {column("Up", |choice| choice.y, |choice, column| choice.y = column)}
                        {column("Label", |choice| choice.label, |choice, column| choice.label = column)}
                    </div>
                </Show>
                <Show when=move || labels.with(|labels| !labels.is_empty())>
                    <div class="fields">{class("Blue is", 0)} {class("Orange is", 1)}</div>
                </Show>
            </div>
            <p class="own-word" role="status">{word}</p>
        </div>
    }
}

/// What was taken in, and how it was scaled.
fn report(table: &Table, chosen: &Chosen, most: usize) -> String {
    let place = |(least, largest): (f32, f32), extent| match least == largest {
        true => format!("{least}, the same in every row, stands in the middle of the {extent}"),
        false => format!("{least} to {largest} fills the {extent}"),
    };
    let [across, up] = chosen.ranges;
    let mut words = format!(
        "{} rows: blue is {}, orange is {}. Scaled so that {} and {}.",
        chosen.points.len().min(most),
        chosen.labels[0],
        chosen.labels[1],
        place(across, "width"),
        place(up, "height"),
    );
    if chosen.points.len() < table.rows.len() {
        words.push_str(" Rows with another label are left out.");
    }
    if table.cut || chosen.points.len() > most {
        words.push_str(&format!(" The table is longer; {most} of its rows, evenly chosen, are used."));
    }
    words
}

/// At most this many points, evenly chosen.
fn thinned(points: Vec<Point>, most: usize) -> Vec<Point> {
    let step = points.len().div_ceil(most.max(1)).max(1);
    points.into_iter().step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brush_paints_and_erases() {
        let mut points = Vec::new();
        paint(&mut points, Some(1), 0.123, -0.5, 2);
        paint(&mut points, Some(0), 0.9, 0.9, 2);
        paint(&mut points, Some(0), 0.0, 0.0, 2);
        assert_eq!(points.len(), 2, "no more than allowed");
        assert_eq!(points[0], Point { x: 0.12, y: -0.5, class: 1 });
        paint(&mut points, None, 0.12, -0.48, 2);
        assert_eq!(points.len(), 1);
    }

    #[test]
    fn a_column_without_a_range_is_said_to_stand_in_the_middle() {
        let table = Table::parse("a,b,kind\n1,4,no\n1,2,yes").unwrap();
        let chosen = table.points(Choice { x: 0, y: 1, label: 2 }).unwrap();
        assert_eq!(
            report(&table, &chosen, 10),
            "2 rows: blue is no, orange is yes. Scaled so that 1, the same in every row, stands in the middle of the width and \
             2 to 4 fills the height."
        );
    }

    #[test]
    fn long_tables_are_thinned_evenly() {
        let points = (0..2500).map(|index| Point { x: index as f32, y: 0.0, class: 0 }).collect();
        let kept = thinned(points, 1000);
        assert!(kept.len() <= 1000 && kept[1].x == 3.0);
    }
}
