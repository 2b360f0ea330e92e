//! The map: a point to drag, a path to draw, pictures to encode.

use leptos::prelude::*;

use super::{
    figures::{self, Seen},
    looks::Looks,
};
use crate::{
    lessons::{
        pictures::{PictureSet, SIDE, figures as school},
        vae::{Command, Vae},
    },
    session::Session,
    site::frame::replay,
    widgets::{Chips, DrawPad, Examples, Figure, PointEvent, Scale, Stroke, Tile, Toggle, center},
};

/// What a drag on the map does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Point,
    Path,
}

/// A step of an arrow key, as a share of the map.
const STEP: f64 = 0.05;
/// Points of a path that are sent.
const MOST: usize = 200;

/// The map and what is drawn from it.
#[component]
pub fn Map(
    /// The main session.
    session: Session<Vae>,
    /// The looks that came last.
    looks: Looks,
) -> impl IntoView {
    let tool = RwSignal::new(Tool::Point);
    let seen = Seen {
        tiles: RwSignal::new(true),
        dots: RwSignal::new(true),
        path: RwSignal::new(Vec::new()),
        point: RwSignal::new(None),
    };
    let picture = figures::map(session, looks, seen);
    let go = move |(x, y): (f64, f64)| session.command(Command::Place([x as f32, y as f32]));
    let send_path = move || {
        let path = seen.path.with_untracked(|path| path.iter().map(|(x, y)| [*x as f32, *y as f32]).collect());
        session.command(Command::Path(path));
    };
    let on_point = Callback::new(move |event: PointEvent| {
        let place = picture.with_untracked(|map| map.as_ref().map(|map| map.place_at(event.x, event.y, event.width)));
        let Some(place) = place else { return };
        match (event.kind, tool.get_untracked()) {
            (Stroke::Down | Stroke::Move, Tool::Point) => {
                seen.point.set(Some(place));
                go(place);
            }
            // From here on the point is where the network says that it is.
            (Stroke::Up, Tool::Point) => seen.point.set(None),
            (Stroke::Down, Tool::Path) => seen.path.set(vec![place]),
            (Stroke::Move, Tool::Path) => {
                seen.path.update(|path| {
                    if path.len() < MOST {
                        path.push(place);
                    }
                });
                send_path();
            }
            (Stroke::Up, Tool::Path) => send_path(),
            (Stroke::Hover | Stroke::Leave, _) => {}
        }
    });
    let on_key = Callback::new(move |key: String| {
        let (right, up) = match key.as_str() {
            "ArrowLeft" => (-1.0, 0.0),
            "ArrowRight" => (1.0, 0.0),
            "ArrowUp" => (0.0, 1.0),
            "ArrowDown" => (0.0, -1.0),
            _ => return,
        };
        let next = picture.with_untracked(|map| {
            let map = map.as_ref()?;
            let (x, y) = map.point?;
            let held = |value: f64| value.clamp(-map.reach, map.reach);
            Some((held(x + right * STEP * map.reach), held(y + up * STEP * map.reach)))
        });
        if let Some(next) = next {
            if tool.get_untracked() == Tool::Path {
                seen.path.update(|path| path.push(next));
                send_path();
            }
            go(next);
        }
    });
    let shown = move || looks.get().map_or(1.0, |kept| kept.look.shown);
    let latent = move || session.settings.with(|settings| settings.latent);
    let caption = move || {
        match latent() {
        2 => " Every place is a pair of numbers, and the picture there is what the decoder makes of them. Dots are held-out pictures where the encoder puts them; it was never told their names.".to_owned(),
        count => format!(
            " Of {count} latent numbers you see one plane: the two directions in which the encodings spread most, {:.0} % of their spread. Dots are held-out pictures, seen from straight above.",
            shown() * 100.0
        ),
    }
    };
    view! {
        <Figure
            id="map"
            replay=replay(session.bench)
            technique="latent-traversal"
            title="The map of all pictures"
            picture
            on_point
            on_key
            drag=true
            empty="The map comes with the first frame."
            controls=move || view! {
                <div class="fields">
                    <Chips
                        label="Dragging"
                        options=vec![(Tool::Point, "moves the point".to_owned()), (Tool::Path, "draws a path".to_owned())]
                        value=tool
                        on_change=Callback::new(move |chosen: Tool| tool.set(chosen))
                    />
                    <Toggle label="Pictures" value=seen.tiles on_change=Callback::new(move |on: bool| seen.tiles.set(on)) />
                    <Toggle label="Encoded pictures" value=seen.dots on_change=Callback::new(move |on: bool| seen.dots.set(on)) />
                </div>
            }
        >
            <strong>
                {move || session.settings.with(|settings| settings.say(
                    "Drag the point from the shirts to the dresses.",
                    "Drag the point from the ones to the zeros.",
                ))}
            </strong>
            {caption}
        </Figure>
    }
}

/// What lies at the point.
#[component]
pub fn Point(
    /// The main session.
    session: Session<Vae>,
) -> impl IntoView {
    let value = RwSignal::new(Vec::<f32>::new());
    // Clothes fill their frame, digits are brought to its middle as MNIST did.
    let encode = Callback::new(move |pixels: Vec<f32>| {
        let digits = session.settings.with_untracked(|settings| settings.set == PictureSet::Mnist);
        session.command(Command::Encode(if digits { center(&pixels, SIDE) } else { pixels }));
    });
    let at = move |axis: usize| {
        session.snapshot.with(|snapshot| snapshot.as_ref().map(|snapshot| format!("{:.2}", snapshot.point.at[axis])))
    };
    view! {
        <div class="stack">
            <Figure
                id="point"
                technique="latent-traversal"
                title="At your point"
                picture=figures::point(session)
                empty="The picture comes with the first frame."
            >
                <strong>"Look at the picture while the point moves."</strong>
                " The nearest real picture jumps from one to the next; what is drawn slides. "
                "The point is at " <output data-readout="point-x">{move || at(0)}</output> ", " <output data-readout="point-y">{move || at(1)}</output> "."
            </Figure>
            <div class="pad-card">
                <DrawPad label="Draw, and see where it is put" size=SIDE value on_change=encode />
                <p class="pad-answer">
                    {move || session.settings.with(|settings| settings.say(
                        "Fill a piece of clothing with ink: the point goes where the encoder puts it.",
                        "Write a digit: the point goes where the encoder puts it.",
                    ))}
                </p>
            </div>
        </div>
    }
}

/// Two pictures to go between, picked among ten.
#[component]
pub fn Ends(
    /// The main session.
    session: Session<Vae>,
    /// The looks that came last.
    looks: Looks,
) -> impl IntoView {
    let images = Signal::derive(move || {
        let kept = looks.get();
        kept.map_or_else(Vec::<Tile>::new, |kept| school::tiles(&kept.look.pairs[0]))
    });
    // The originals do not change from look to look; only a new set brings new ones.
    let images = Memo::new(move |_| images.get());
    let ends =
        move || session.snapshot.with_untracked(|snapshot| snapshot.as_ref().map(|snapshot| snapshot.between.ends));
    let end = move |which: usize| {
        Signal::derive(move || {
            let ends = session.snapshot.with(|snapshot| snapshot.as_ref().map(|snapshot| snapshot.between.ends))?;
            images.with(|images| (ends[which] as usize) < images.len()).then_some(ends[which] as usize)
        })
    };
    let from = Callback::new(move |index: usize| {
        if let Some([_, to]) = ends() {
            session.command(Command::Between(index as u32, to));
            session.command(Command::Pick(index as u32));
        }
    });
    let to = Callback::new(move |index: usize| {
        if let Some([from, _]) = ends() {
            session.command(Command::Between(from, index as u32));
            session.command(Command::Pick(index as u32));
        }
    });
    view! {
        <Examples label="From" images scale=Scale::Grey selected=end(0) on_pick=from />
        <Examples label="To" images scale=Scale::Grey selected=end(1) on_pick=to />
    }
}
