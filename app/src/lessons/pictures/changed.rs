//! One held-out digit in the reader's hand: changed by a slider, and read by trained networks as it is then.

use leptos::prelude::*;
use models::data::transforms::Transform;

use super::{SIDE, figures, page::Pupil};
use crate::{
    session::Session,
    widgets::{Bars, Figure, ImageGrid, Scale, Slider},
};

/// Digits that are shown one after the other.
const DIGITS: u32 = 100;

/// A network that reads the digit. Copy: signals and callbacks only.
#[derive(Clone, Copy)]
pub struct Reader {
    /// The id of its answer's figure.
    id: &'static str,
    /// Its name.
    name: &'static str,
    /// The held-out digit that it looks at, as it is; none while it looks at a changed one.
    held_out: Memo<Option<Vec<u8>>>,
    answer: Signal<Option<Bars>>,
    probe: Callback<Vec<f32>>,
    pick: Callback<u32>,
}

impl Reader {
    /// The network of this session, once there is one.
    pub fn new<P: Pupil>(id: &'static str, name: &'static str, session: Signal<Option<Session<P>>>) -> Self {
        let command = move |command: P::Command| {
            if let Some(session) = session.get_untracked() {
                session.command(command);
            }
        };
        Self {
            id,
            name,
            held_out: Memo::new(move |_| {
                session.get()?.snapshot.with(|snapshot| P::school(snapshot.as_ref()?)?.held_out.clone())
            }),
            answer: Signal::derive(move || {
                let session = session.get()?;
                let labels = figures::classes(session);
                session.snapshot.with(|snapshot| figures::bars(labels, P::probabilities(snapshot.as_ref()?)))
            }),
            probe: Callback::new(move |pixels: Vec<f32>| command(P::probe(pixels))),
            pick: Callback::new(move |index: u32| command(P::pick(index))),
        }
    }
}

/// What the slider does.
#[derive(Clone, Copy)]
pub struct Change {
    /// Its name.
    pub label: &'static str,
    /// Behind its number.
    pub unit: &'static str,
    /// The least and the greatest amount.
    pub range: (f64, f64),
    /// The distance of two amounts.
    pub step: f64,
    /// The change of so much.
    pub transform: fn(f32) -> Transform,
}

/// A digit that is changed and read. Copy: it lives as long as whoever made it, also while it is not shown.
#[derive(Clone, Copy)]
pub struct Changed {
    /// How much of the change there is.
    pub amount: RwSignal<f64>,
    change: Change,
    readers: StoredValue<Vec<Reader>>,
    /// Which held-out digit it is.
    number: RwSignal<u32>,
    pixels: Memo<Option<Vec<u8>>>,
}

impl Changed {
    /// A digit that these read, the first of which chooses it; it begins with so much of the change.
    pub fn new(readers: Vec<Reader>, change: Change, amount: f64) -> Self {
        let (amount, readers) = (RwSignal::new(amount), StoredValue::new(readers));
        let digit = RwSignal::new(None::<Vec<u8>>);
        Effect::new(move || {
            let first = readers.with_value(|readers| readers.first().copied());
            if let Some(pixels) = first.and_then(|reader| reader.held_out.get()) {
                digit.set(Some(pixels));
            }
        });
        let pixels = Memo::new(move |_| {
            let transform = (change.transform)(amount.get() as f32);
            digit.with(|digit| Some(transform.apply(digit.as_ref()?, SIDE, SIDE)))
        });
        Effect::new(move || {
            let Some(pixels) = pixels.get() else { return };
            let shares: Vec<f32> = pixels.into_iter().map(|pixel| f32::from(pixel) / 255.0).collect();
            for reader in readers.get_value() {
                // A network that has just begun looks at a digit of its own.
                reader.held_out.track();
                reader.probe.run(shares.clone());
            }
        });
        Self { amount, change, readers, number: RwSignal::new(0), pixels }
    }

    /// Takes the next held-out digit.
    fn another(self) {
        self.number.update(|number| *number = (*number + 1) % DIGITS);
        if let Some(reader) = self.readers.with_value(|readers| readers.first().copied()) {
            reader.pick.run(self.number.get_untracked());
        }
    }
}

/// The slider, the digit as it is then, and what each network says of it.
#[component]
pub fn ChangedDigit(
    /// The id of the digit's figure.
    id: &'static str,
    /// The digit.
    changed: Changed,
) -> impl IntoView {
    let Changed { amount, change, .. } = changed;
    let picture = Signal::derive(move || {
        let tile = figures::tile(&changed.pixels.get()?, "", None);
        Some(ImageGrid { images: vec![tile], columns: 1, scale: Scale::Grey, tile: 168.0 })
    });
    let answers = changed.readers.get_value().into_iter().map(|reader| {
        view! {
            <Figure
                id=reader.id
                technique="feature-maps"
                title=format!("What {} says of it", reader.name)
                picture=reader.answer
                empty="It reads the digit as soon as it is here."
            />
        }
    });
    view! {
        <div class="grid">
            <Figure
                id
                technique="sample-grid"
                title="One of the digits, in your hand"
                picture
                empty="A held-out digit is on its way."
                controls=move || view! {
                    <div class="fields">
                        <Slider
                            label=change.label
                            value=amount
                            min=change.range.0
                            max=change.range.1
                            step=change.step
                            unit=change.unit
                            on_change=Callback::new(move |value: f64| amount.set(value))
                        />
                        <button type="button" on:click=move |_| changed.another()>"Another digit"</button>
                    </div>
                }
            >
                <strong>"Slide, and watch the bars."</strong>
                " You still read it when the longest bar has long been another digit’s."
            </Figure>
            {answers.collect_view()}
        </div>
    }
}
