//! The plane with the line: the reader's own before the unit has one, and the unit's from then on.

use leptos::prelude::*;
use models::data::points::Point;

use crate::{
    lessons::linear::{
        Data, Linear, MOST_POINTS, Plane, figures,
        own_line::{Hold, OwnLine},
    },
    session::Session,
    site::{
        embed::Hidden,
        frame::{replay, shortcut},
        own_data::{OwnData, hundredths, paint},
    },
    widgets::{Figure, PointEvent, Stroke},
};

/// The plane. Until the unit has a line, one of the reader's own can be dragged there; with points of one's own, a click
/// paints and a drag moves.
#[component]
pub fn Boundary<P: Linear>(
    /// Whose line it shows.
    session: Session<P>,
    /// What to watch once it has a line.
    children: Children,
) -> impl IntoView {
    let own = RwSignal::new(OwnLine::default());
    let data = Memo::new(move |_| session.settings.with(|settings| P::inputs(settings).data));
    let is_own = move || data.get() == Data::Own;
    let early = Memo::new(move |_| {
        let is_early = session.snapshot.with(Option::is_none);
        is_early.then(|| session.settings.with(|settings| Plane::early(P::inputs(settings)))).flatten()
    });
    // Before the first step there is no line, unless weights have been loaded.
    let is_readers = Memo::new(move |_| {
        let knows_nothing = move |snapshot: &P::Snapshot| P::answer(snapshot).knows_nothing();
        session.bench.step.get() == 0 && session.snapshot.with(|snapshot| snapshot.as_deref().is_none_or(knows_nothing))
    });
    let picture = Signal::derive(move || {
        if is_readers.get() {
            let [_, class] = data.get().classes();
            return on_plane(session, early, |plane| figures::own_plane(plane, &own.get(), class));
        }
        let snapshot = session.snapshot.get()?;
        Some(figures::plane(P::answer(&snapshot)))
    });
    let brush = RwSignal::new(Some(1_u8));
    let held = RwSignal::new(None::<Point>);
    let hold = RwSignal::new(None::<Hold>);
    let change = move |act: &dyn Fn(&mut Vec<Point>)| session.change(|settings| act(&mut P::inputs_mut(settings).own));
    let on_point = Callback::new(move |event: PointEvent| {
        let Some(scatter) = picture.get_untracked() else { return };
        let (at, is_own) = ((event.x, event.y), untrack(is_own));
        if is_readers.get_untracked() {
            match (event.kind, hold.get_untracked()) {
                (Stroke::Down, _) => hold.set(own.get_untracked().grab(&scatter, at, event.width, is_own)),
                (Stroke::Move, Some(held)) => {
                    let (moved, held) = own.get_untracked().drag(held, &scatter, at, event.width);
                    own.set(moved);
                    hold.set(Some(held));
                }
                (Stroke::Up | Stroke::Leave, Some(_)) => return hold.set(None),
                _ => {}
            }
            if hold.with_untracked(Option::is_some) {
                return;
            }
        }
        if !is_own {
            return;
        }
        let (x, y) = scatter.to_data(event.x, event.y, event.width);
        let (x, y) = (x as f32, y as f32);
        match event.kind {
            Stroke::Down => {
                let grabbed = session.settings.with_untracked(|settings| nearest(&P::inputs(settings).own, x, y));
                match (grabbed, brush.get_untracked()) {
                    (Some(point), Some(_)) => held.set(Some(point)),
                    (_, brush) => change(&|own| paint(own, brush, x, y, MOST_POINTS)),
                }
            }
            Stroke::Move => match (held.get_untracked(), brush.get_untracked()) {
                (Some(point), _) => {
                    let moved = Point { x: hundredths(x), y: hundredths(y), ..point };
                    held.set(Some(moved));
                    change(&|own| own.iter_mut().filter(|own| **own == point).take(1).for_each(|own| *own = moved));
                }
                (None, None) => change(&|own| paint(own, None, x, y, MOST_POINTS)),
                (None, Some(_)) => {}
            },
            Stroke::Up | Stroke::Leave => held.set(None),
            Stroke::Hover => {}
        }
    });
    let hidden = use_context::<Hidden>();
    let on_key = Callback::new(move |key: String| {
        if shortcut(session.bench, hidden, &key) {
            return;
        }
        if let (true, Some(turned)) = (is_readers.get_untracked(), own.get_untracked().key(&key)) {
            own.set(turned);
        }
    });
    let count = Memo::new(move |_| {
        is_readers.get().then(|| on_plane(session, early, |plane| (own.get().wrong(plane), plane.points.len())))?
    });
    let wrong = move || count.get().map(|(wrong, _)| wrong);
    let of = move || {
        let (_, of) = count.get()?;
        Some(format!(" of {of} wrong. Then press Train and watch whether it does better."))
    };
    let take_hold = move || if is_own() { "Drag an end of the line" } else { "Drag the line" };
    view! {
        <Figure
            id="boundary"
            replay=replay(session.bench)
            technique="decision-boundary"
            title="Decision boundary"
            picture
            on_point
            on_key
            drag=true
            controls=move || is_own().then(|| view! {
                <OwnData
                    brush
                    most=MOST_POINTS
                    on_change=Callback::new(move |points: Vec<Point>| session.change(|settings| P::inputs_mut(settings).own = points))
                />
            }).into_any()
        >
            <span hidden=move || !is_readers.get()>
                <strong>{take_hold} ", or turn and shift it with the arrow keys."</strong>
                " It is yours; the unit has none before its first step. Your line: "
                <b data-readout="own-wrong">{wrong}</b>
                {of}
            </span>
            <span hidden=move || is_readers.get()>
                {children()}
                <Reading session />
            </span>
        </Figure>
    }
}

/// The plane that is there: the newest snapshot's, else the early one.
fn on_plane<P: Linear, T>(session: Session<P>, early: Memo<Option<Plane>>, act: impl FnOnce(&Plane) -> T) -> Option<T> {
    match session.snapshot.get() {
        Some(snapshot) => Some(act(&P::answer(&snapshot).plane)),
        None => early.with(|plane| plane.as_ref().map(act)),
    }
}

/// How to read the plane where it shows two of many directions, or where examples of the matrix are ringed.
#[component]
pub fn Reading<P: Linear>(
    /// Whose plane it is.
    session: Session<P>,
) -> impl IntoView {
    let projection = Memo::new(move |_| {
        let snapshot = session.snapshot.get()?;
        let answer = P::answer(&snapshot);
        let wrong = (0..answer.plane.points.len()).filter(|index| answer.is_wrong(*index)).count();
        answer.is_projected().then_some((answer.weights.len(), wrong))
    });
    let chosen = Memo::new(move |_| {
        let snapshot = session.snapshot.get()?;
        let answer = P::answer(&snapshot);
        let count = (0..answer.plane.points.len()).filter(|index| answer.is_chosen(*index)).count();
        Some((answer.told.cell?, count))
    });
    let projected = move || {
        let (directions, wrong) = projection.get()?;
        let crosses = match wrong {
            0 => "None is wrong now.".to_owned(),
            1 => "A cross marks the one that is wrong.".to_owned(),
            _ => format!("Crosses mark the {wrong} that are wrong."),
        };
        Some(format!(" These are two of {directions} directions: a point may look wrong here and be right. {crosses}"))
    };
    let ringed = move || {
        let ((truth, called), count) = chosen.get()?;
        let classes = session.settings.with(|settings| P::inputs(settings).data.classes());
        let name = |class: u8| classes[usize::from(class == 1)];
        Some(format!(
            " Ringed now: what the chosen cell of the matrix counts, {count} that are {} and called {}.",
            name(truth),
            name(called)
        ))
    };
    view! { {projected} {ringed} }
}

/// The point under the hand.
fn nearest(points: &[Point], x: f32, y: f32) -> Option<Point> {
    let distance = |point: &Point| (point.x - x).hypot(point.y - y);
    points.iter().filter(|point| distance(point) < 0.06).min_by(|a, b| distance(a).total_cmp(&distance(b))).copied()
}
