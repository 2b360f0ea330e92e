//! Sheets of pictures: all classes out of the same noise, and the same noise at several ages of the network.

use leptos::prelude::*;

use super::{
    desk::{Desk, waiting},
    reverse::{DrawRow, plates},
};
use crate::{
    lessons::ddpm::pictures::{Age, Command, Errand, MOST_ROWS, Net, Piece, ages},
    provenance,
    widgets::{Axis, Chart, Chips, Figure, Ink, Marker, Plate, PlateRow, Plates, Series, Slider, number},
};

/// Rows and columns of equally many pictures.
pub fn rows(plates: Vec<Plate>, columns: usize, names: impl Fn(usize) -> String) -> Vec<PlateRow> {
    let row = |(at, plates): (usize, &[Plate])| PlateRow {
        name: names(at),
        plates: plates.iter().cloned().map(Some).collect(),
    };
    plates.chunks(columns.max(1)).enumerate().map(row).collect()
}

/// The names of all classes.
pub fn names(net: Net) -> Vec<String> {
    (0..net.classes()).map(|class| net.class(class).to_owned()).collect()
}

/// All classes out of the same noise.
#[component]
pub fn Classes(
    /// The reader's desk.
    desk: Desk,
) -> impl IntoView {
    let count = RwSignal::new(1_u8);
    let picture = Signal::derive(move || {
        let sheet = desk.sheet.get()?;
        let plates = plates(sheet.net, &sheet.pictures);
        let columns = usize::from(sheet.net.classes());
        let name = |row: usize| if sheet.rows > 1 { format!("noise {}", row + 1) } else { String::new() };
        (!plates.is_empty()).then(|| Plates {
            columns: names(sheet.net),
            rows: rows(plates, columns, name),
            tile: 84.0,
            focus: None,
        })
    });
    let cost = move || {
        let (net, steps) = desk.session.settings.with(|settings| (settings.pictures.net, settings.pictures.steps));
        let seconds =
            desk.seconds(net, usize::from(net.classes()) * usize::from(count.get()), steps.min(100).into())?;
        Some(format!("With the steps and the guidance from above it takes {} here.", waiting(seconds)))
    };
    view! {
        <div class="wide">
            <Figure
                id="classes"
                technique="sample-grid"
                title="Every class out of the same noise"
                picture
                empty=Signal::derive(move || desk.why_empty(desk.net(), "Not drawn yet."))
                controls=move || view! {
                    <div class="fields">
                        <Chips
                            label="Pictures of each"
                            options={(1..=MOST_ROWS).map(|rows| (rows, rows.to_string())).collect::<Vec<_>>()}
                            value=count
                            on_change=Callback::new(move |rows: u8| count.set(rows))
                        />
                    </div>
                    <DrawRow desk errand=Errand::Sheet>
                        <button on:click=move |_| {
                            let needs = vec![Piece::Net(desk.net_untracked())];
                            desk.ask(needs, Command::Sheet(count.get_untracked()));
                        }>"Draw every class"</button>
                    </DrawRow>
                    <p class="control-help">{cost}</p>
                }
            >
                <strong>"Look along a row: the noise is the same, only the class was told."</strong>
                " What the pictures of a row have in common, slant or weight or place, came from the noise. What tells them apart came from the class."
            </Figure>
        </div>
    }
}

/// Bytes of the network at all its ages, as far as they are not here.
fn missing(desk: Desk) -> u64 {
    ages().into_iter().filter(|piece| !desk.has(*piece)).filter_map(Piece::file).map(|file| file.bytes).sum()
}

/// Steps of training that the network had behind it at an age.
fn steps(age: Piece) -> f64 {
    provenance::find(&age.weights()).map_or(0.0, |weights| weights.steps as f64)
}

/// The name of an age.
fn name(age: Piece) -> String {
    format!("{} steps", number(steps(age)))
}

/// The measured distance to real pictures at an age.
fn distance(age: Piece) -> Option<f64> {
    far(&age.weights(), "drawn")
}

/// The measured distance of one kind of pictures to held-out ones, as it is stored with these weights.
fn far(weights: &str, kind: &str) -> Option<f64> {
    let metrics = provenance::find(weights)?.metrics;
    let is_it = |metric: &&provenance::Metric| metric.name == "Fréchet distance" && metric.split.contains(kind);
    metrics.iter().find(is_it).map(|metric| metric.value)
}

/// What the distances are to be compared with.
fn compared() -> Option<String> {
    let of = |kind: &str| far(Net::Cifar.weights(), kind).map(number);
    let (real, noise) = (of("real training pictures")?, of("of noise")?);
    Some(format!(" As many real photographs that the network learned from come to {real}, and plain noise to {noise}."))
}

/// The same noise at several ages of CIFAR-10's network.
#[component]
pub fn Ages(
    /// The reader's desk.
    desk: Desk,
) -> impl IntoView {
    let looked = RwSignal::new(0_usize);
    let trained = provenance::find(Net::Cifar.weights()).map_or(String::new(), |weights| {
        format!(
            "{:.1} hours of training on a processor are little for photographs: at the end cars, ships and horses can often be told, while cats, birds and frogs mostly stay fur and leaves without a body.",
            weights.seconds / 3600.0
        )
    });
    let count = ages().len();
    let all = StoredValue::new(ages());
    let picture = Signal::derive(move || {
        let ages = desk.ages.get()?;
        let columns = usize::from(Net::Cifar.classes());
        let row = |one: &Age| {
            let mut plates: Vec<Option<Plate>> = plates(Net::Cifar, &one.pictures).into_iter().map(Some).collect();
            plates.resize(columns, None);
            PlateRow { name: name(one.piece), plates }
        };
        let focus = (count > 1).then(|| looked.get().min(count - 1));
        Some(Plates { columns: names(Net::Cifar), rows: ages.iter().map(row).collect(), tile: 72.0, focus })
    });
    let chart = Signal::derive(move || {
        let ages = all.get_value();
        let points: Vec<(f64, f64)> = ages.iter().filter_map(|age| Some((steps(*age), distance(*age)?))).collect();
        let place = ages.get(looked.get().min(count - 1)).copied().map(steps)?;
        (points.len() > 1).then(|| Chart {
            series: vec![Series::new("to held-out pictures", points, Ink::Class(0))],
            x: Axis::new("steps of training").log(),
            y: Axis::new("Fréchet distance").log(),
            markers: vec![Marker { x: place, label: "looked at".into(), color: Ink::Accent }],
            ..Chart::default()
        })
    });
    let ask = move |_| {
        desk.ask(ages(), Command::Ages);
    };
    let words = move || match missing(desk) {
        0 => "Draw the same noise at every age".to_owned(),
        bytes => format!("Fetch {:.1} MB and draw", bytes as f64 / 1e6),
    };
    view! {
        <div class="wide stack">
            <Figure
                id="checkpoints"
                technique="sample-grid"
                title="One noise, drawn by the network at several ages"
                picture
                empty="Not drawn yet. The checkpoints are fetched when you ask for them."
                controls=move || view! {
                    <DrawRow desk errand=Errand::Ages>
                        <button on:click=ask>{words}</button>
                    </DrawRow>
                    <Slider
                        label="Look at"
                        value=Signal::derive(move || looked.get() as f64)
                        min=0.0
                        max=count.saturating_sub(1) as f64
                        step=1.0
                        marks=Signal::derive(move || {
                            all.with_value(|ages| ages.iter().enumerate().map(|(at, age)| (at as f64, number(steps(*age)))).collect())
                        })
                        words=Callback::new(move |at: f64| {
                            all.with_value(|ages| ages.get(at as usize).copied().map(name)).unwrap_or_default()
                        })
                        help="The marks are steps of training."
                        on_change=Callback::new(move |at: f64| looked.set(at as usize))
                    />
                }
            >
                <strong>"Follow one column down: noise first, then clouds of colour, then scenes, and things last."</strong>
                " The noise of a column never changes, only what the network has learned. "{trained}
            </Figure>
            <Figure id="distance" technique="learning-curves" title="How far its pictures are from real ones, a stored measurement" picture=chart empty="No distances are stored with these weights.">
                <strong>"Lower is closer."</strong>
                " Both axes grow by factors. Pictures of each checkpoint were compared with held-out photographs by the features of our AlexNet: mean and spread of each group, as one distance. It was measured when the network was trained."
                {compared()}
                " Another measure or another number of pictures would give other distances, so they say nothing beside those of papers."
            </Figure>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_drawn_pictures() {
        let ages = ages();
        assert!(ages.len() > 1);
        let known: Vec<f64> = ages.iter().filter_map(|age| distance(*age)).collect();
        // All were judged, or none yet; and what has learned longer draws closer to real pictures.
        assert!(known.is_empty() || known.len() == ages.len());
        assert!(known.is_sorted_by(|early, late| early > late), "{known:?}");
    }
}
