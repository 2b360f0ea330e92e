//! A hole in a picture: painted over by the reader, filled by the network, which is held to what is left.

use std::sync::Arc;

use leptos::{html, prelude::*};
use models::data::photograph::{Square, tensor};

use super::{
    desk::Desk,
    reverse::{ClassChoice, DrawRow, plates, tint},
    sheets::rows,
};
use crate::{
    lessons::{
        ddpm::pictures::{Command, Errand, FILLS, Net, Piece, REPEATS},
        pictures::PictureSet,
    },
    widgets::{
        Chips, DrawPad, Examples, Figure, Photo, PhotoInput, Plate, PlateRow, Plates, Scale, Slider, Tile, center,
        saves_data, when_seen,
    },
};

/// The brush that paints holes, for a pad of 28 squares.
const BRUSH: f64 = 2.4;
/// Ink from which on a place of the pad counts as painted.
const PAINTED: f32 = 0.3;

/// Where the picture comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// What the network drew last.
    Drawn,
    /// A held-out picture.
    HeldOut(PictureSet),
    /// A drawing.
    Pad,
    /// A photograph.
    Photo,
}

impl Source {
    fn name(self) -> String {
        match self {
            Self::Drawn => "what it drew above".into(),
            Self::HeldOut(PictureSet::Mnist) => "a digit it never saw".into(),
            Self::HeldOut(PictureSet::Fashion) => "a garment it never saw".into(),
            Self::Pad => "my drawing".into(),
            Self::Photo => "a photograph".into(),
        }
    }

    fn of(net: Net) -> Vec<Self> {
        match net {
            Net::Small => {
                vec![Self::HeldOut(PictureSet::Mnist), Self::HeldOut(PictureSet::Fashion), Self::Pad, Self::Drawn]
            }
            Net::Cifar => vec![Self::Photo, Self::Drawn],
        }
    }
}

/// The lower half, with which one can begin.
fn lower_half(side: usize) -> Vec<f32> {
    (0..side * side).map(|at| if at / side >= side / 2 { 1.0 } else { 0.0 }).collect()
}

/// The figure.
#[component]
pub fn Inpaint(
    /// The reader's desk.
    desk: Desk,
) -> impl IntoView {
    let net = Memo::new(move |_| desk.net());
    let source = RwSignal::new(Source::HeldOut(PictureSet::Mnist));
    let given = RwSignal::new(None::<Arc<Vec<u8>>>);
    let hole = RwSignal::new(lower_half(Net::Small.side()));
    let repeats = RwSignal::new(2_u8);
    let drawn = RwSignal::new(Vec::<f32>::new());
    // Another network has pictures of another size.
    Effect::new(move |before: Option<Net>| {
        let net = net.get();
        if before != Some(net) {
            source.set(Source::of(net)[0]);
            given.set(None);
            hole.set(lower_half(net.side()));
        }
        net
    });
    // What the source has to offer is taken as soon as it is there.
    Effect::new(move || match source.get() {
        Source::Drawn => {
            let last = desk.drawing.with(|drawing| {
                let drawing = drawing.as_ref().filter(|drawing| drawing.net == net.get())?;
                let key = drawing.keys.last().filter(|key| key.kept >= 1.0)?;
                key.clean.get(..drawing.net.numbers()).map(|bytes| Arc::new(bytes.to_vec()))
            });
            if last.is_some() {
                given.set(last);
            }
        }
        Source::HeldOut(set) => {
            let is_it = |clothes: bool| clothes == (set == PictureSet::Fashion);
            let number = if set == PictureSet::Mnist { 3 } else { 9 };
            let pixels = Net::Small.numbers();
            let first = desk.held_out.with(|held_out| {
                let held_out = held_out.as_ref().filter(|held_out| is_it(held_out.clothes))?;
                held_out.pictures.get(number * pixels..(number + 1) * pixels).map(|bytes| Arc::new(bytes.to_vec()))
            });
            if first.is_some() && net.get_untracked() == Net::Small {
                given.set(first);
            }
        }
        Source::Pad => {
            let ink = center(&drawn.get(), Net::Small.side());
            let bytes: Vec<u8> = ink.iter().map(|ink| (ink * 255.0).round() as u8).collect();
            given.set(bytes.iter().any(|ink| *ink > 0).then(|| Arc::new(bytes)));
        }
        Source::Photo => {}
    });
    let choose = Callback::new(move |next: Source| {
        given.set(None);
        source.set(next);
        if let Source::HeldOut(set) = next {
            desk.bring(set);
        }
    });
    let examples = Signal::derive(move || {
        let Source::HeldOut(set) = source.get() else { return Vec::new() };
        let held_out = desk.held_out.get().filter(|one| one.clothes == (set == PictureSet::Fashion));
        let side = Net::Small.side();
        let tile = |(bytes, label): (&[u8], &str)| {
            let pixels = bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect();
            Tile { pixels, rows: side, columns: side, label: label.to_owned(), mark: None }
        };
        held_out
            .map_or_else(Vec::new, |one| one.pictures.chunks_exact(side * side).zip(set.classes()).map(tile).collect())
    });
    let pick = Callback::new(move |at: usize| {
        let pixels = Net::Small.numbers();
        let one = desk.held_out.with_untracked(|held_out| {
            held_out.as_ref()?.pictures.get(at * pixels..(at + 1) * pixels).map(|bytes| Arc::new(bytes.to_vec()))
        });
        given.set(one);
    });
    let sample = RwSignal::new(None::<String>);
    let on_photo = Callback::new(move |photo: Photo| {
        let (width, height) = (photo.width as usize, photo.height as usize);
        let planes = tensor(&photo.rgb, width, 3, Square::centre(width, height, 1.0), Net::Cifar.side());
        given.set(Some(Arc::new(planes.iter().map(|value| (value * 255.0).round() as u8).collect())));
    });
    let covered = Memo::new(move |_| {
        let side = net.get().side();
        hole.with(|hole| (hole.iter().filter(|ink| **ink >= PAINTED).count(), side * side))
    });
    let word = move || match (given.with(Option::is_some), covered.get()) {
        (false, _) => Some("There is no picture yet: choose one, or draw one.".to_owned()),
        (true, (0, _)) => {
            Some("Nothing is painted over, so nothing is missing. Paint over a part of the picture.".to_owned())
        }
        (true, (painted, all)) if painted == all => Some(
            "All of it is painted over. Nothing is known then, and the network draws as freely as above.".to_owned(),
        ),
        _ => None,
    };
    let can_fill = Memo::new(move |_| given.with(Option::is_some) && covered.get().0 > 0);
    let fill = move |_| {
        let Some(picture) = given.get_untracked() else { return };
        let hole = hole.with_untracked(|hole| hole.iter().map(|ink| *ink >= PAINTED).collect());
        let fill = Command::Fill { picture: picture.to_vec(), hole, repeats: repeats.get_untracked() };
        desk.ask(vec![Piece::Net(desk.net_untracked())], fill);
    };
    let picture = Signal::derive(move || {
        let filled = desk.filled.get()?;
        let given = holed(filled.net, &filled.picture, &filled.hole);
        let fills = plates(filled.net, &filled.pictures);
        if fills.is_empty() {
            return None;
        }
        let mut row = rows(fills, FILLS, |_| String::new()).pop()?;
        row.plates.insert(0, Some(given));
        let columns = std::iter::once("given".to_owned()).chain((1..=FILLS).map(|fill| format!("noise {fill}")));
        Some(Plates {
            columns: columns.collect(),
            rows: vec![PlateRow { name: String::new(), ..row }],
            tile: 150.0,
            focus: None,
        })
    });
    let ground = Signal::derive(move || {
        let net = net.get();
        given.get().map(|bytes| Plate::new(&bytes, net.side(), tint(net)))
    });
    let node = NodeRef::<html::Div>::new();
    when_seen(node, move || {
        if !saves_data() && desk.held_out.with_untracked(Option::is_none) && net.get_untracked() == Net::Small {
            desk.bring(PictureSet::Mnist);
        }
    });
    view! {
        <div class="wide stack" node_ref=node>
            <div class="choices inpaint">
                {move || {
                    let options = Source::of(net.get()).into_iter().map(|source| (source, source.name())).collect();
                    view! { <Chips label="The picture" options value=source on_change=choose /> }
                }}
                <div class="inpaint-pads">
                    <Show when=move || source.get() == Source::Pad>
                        <DrawPad label="Draw the picture" size=Net::Small.side() value=drawn />
                    </Show>
                    {move || {
                        let side = net.get().side();
                        view! { <DrawPad label="Paint over what is to be filled" size=side value=hole ground brush=BRUSH /> }
                    }}
                    <div class="stack">
                        <Show when=move || matches!(source.get(), Source::HeldOut(_))>
                            <Show
                                when=move || !examples.with(Vec::is_empty)
                                fallback=move || view! {
                                    <button on:click=move |_| if let Source::HeldOut(set) = source.get_untracked() { desk.bring(set) }>
                                        "Fetch pictures to choose from"
                                    </button>
                                }
                            >
                                <Examples label="Held-out pictures" images=examples scale=Scale::Grey on_pick=pick />
                            </Show>
                        </Show>
                        <Show when=move || source.get() == Source::Photo>
                            <PhotoInput
                                label="A photograph to fill holes in"
                                samples=crate::site::photos::samples()
                                sample
                                on_sample=Callback::new(move |id: String| sample.set(Some(id)))
                                on_photo
                                wants_frame=Signal::stored(true)
                            />
                        </Show>
                        {move || {
                            net.track();
                            view! { <ClassChoice desk label="Fill it as" /> }
                        }}
                        <Slider
                            label="Every step is walked"
                            value=Signal::derive(move || repeats.get().into())
                            min=REPEATS.0.into()
                            max=REPEATS.1.into()
                            step=1.0
                            unit="times"
                            help="Walked again, what is painted can learn of what is known (RePaint, 2022)."
                            on_change=Callback::new(move |times: f64| repeats.set(times as u8))
                        />
                    </div>
                </div>
                <DrawRow desk errand=Errand::Fill>
                    <button class="primary" on:click=fill disabled=move || !can_fill.get()>"Fill"</button>
                    <button on:click=move |_| {
                        let side = net.get_untracked().side();
                        hole.set(lower_half(side));
                    }>"Cover the lower half"</button>
                </DrawRow>
                <p class="control-help" role="status">{word}</p>
            </div>
            <Figure
                id="inpaint"
                technique="denoising"
                title="The same hole, filled out of different noise"
                picture
                empty=Signal::derive(move || desk.why_empty(net.get(), "Nothing is filled yet."))
            >
                <strong>"Look at the seam."</strong>
                " The network was never taught to fill holes. At every step, what is known is put back under as much noise as the rest, and the rest has to fit it. Ask for a class that does not fit, and see which of the two gives way."
            </Figure>
        </div>
    }
}

/// A picture with its hole left empty.
fn holed(net: Net, picture: &[u8], hole: &[bool]) -> Plate {
    let pixels = net.side() * net.side();
    // Half-way between paper and ink, as in the pad.
    let bytes: Vec<u8> = picture
        .iter()
        .enumerate()
        .map(|(at, byte)| if hole.get(at % pixels).copied().unwrap_or(false) { 128 } else { *byte })
        .collect();
    Plate::new(&bytes, net.side(), tint(net))
}
