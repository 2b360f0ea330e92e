//! The live network: at every place of the plane an arrow, and points that flow along the arrows from noise to data.

use std::sync::Arc;

use leptos::prelude::*;
use models::generative::cloud::Place;

use super::controls::RuleChips;
use crate::{
    lessons::ddpm::{
        Command, Ddpm, Snapshot,
        points::{self, Cloud, GRID, Look, MOST_POINTS, PointSettings, REACH, View},
    },
    session::Session,
    site::{embed::Setting, own_data::paint, stale::renew_when_stale},
    widgets::{
        Arrows, Axis, Chart, Chips, Clock, ClockBar, Figure, Ink, Marker, PointEvent, Series as Line, Stroke, Toggle,
        VectorField,
    },
};

/// Seconds from noise to data.
const SECONDS: f64 = 6.0;
/// Steps of the walk that a trail shows.
const TRAIL: usize = 3;
/// One of so many generated points becomes the reader's own, to begin with.
const THINNED: usize = 4;

/// The newest snapshot of the points' network, read with `read`.
pub fn with_view<T>(session: Session<Ddpm>, read: impl FnOnce(&View) -> T) -> Option<T> {
    session.snapshot.with(|snapshot| match snapshot.as_deref() {
        Some(Snapshot::Points(view)) => Some(read(view)),
        _ => None,
    })
}

/// Keeps the newest walk of a session: a frame that brings none leaves the last one.
pub fn keep_look(session: Session<Ddpm>, kept: RwSignal<Option<Arc<Look>>>) {
    Effect::new(move || {
        if let Some(look) = with_view(session, |view| view.look.clone()).flatten() {
            kept.try_set(Some(Arc::new(look)));
        }
    });
}

/// The walk that came last, and the time that is looked at. Copy: hand it to every figure.
#[derive(Clone, Copy)]
pub struct Flow {
    session: Session<Ddpm>,
    /// From noise, 1, to data, 0.
    pub clock: Clock,
    /// The walk.
    pub look: RwSignal<Option<Arc<Look>>>,
}

impl Flow {
    /// Keeps the walks of a session, asks for a fresh one when it rests, and tells it the time.
    pub fn of(session: Session<Ddpm>) -> Self {
        let flow = Self { session, clock: Clock::new(1.0, false, SECONDS), look: RwSignal::new(None) };
        keep_look(session, flow.look);
        let stale = move || {
            let (step, running) = (session.bench.step.get(), session.bench.running.get());
            let there = with_view(session, |_| ()).is_some();
            there && !running && flow.look.with(|look| look.as_ref().is_none_or(|look| look.step != step))
        };
        renew_when_stale(stale, move || session.command(Command::Points(points::Command::Redraw)));
        Effect::new(move || {
            let wanted = flow.clock.time.get() as f32;
            if let Some(shown) = with_view(session, |view| view.time)
                && (shown - wanted).abs() > 1e-4
            {
                session.command(Command::Points(points::Command::Time(wanted)));
            }
        });
        flow
    }

    /// Where every point is at a time, and where it was shortly before.
    fn drifting(look: &Look, time: f64) -> Vec<(Place, Vec<Place>)> {
        let last = look.frames.len().saturating_sub(1);
        let along = (1.0 - time).clamp(0.0, 1.0) * last as f64;
        let (before, share) = (along.floor() as usize, along.fract() as f32);
        let at = |frame: usize, point: usize| look.frames.get(frame).and_then(|frame| frame.get(point)).copied();
        let count = look.frames.first().map_or(0, Vec::len);
        (0..count)
            .filter_map(|point| {
                let (from, to) = (at(before, point)?, at((before + 1).min(last), point)?);
                let place = [0, 1].map(|axis: usize| from[axis] + share * (to[axis] - from[axis]));
                let trail = (before.saturating_sub(TRAIL - 1)..=before).filter_map(|frame| at(frame, point)).collect();
                Some((place, trail))
            })
            .collect()
    }

    /// What is drawn: with the exact field too, if it is wanted.
    fn picture(self, exact: Signal<bool>) -> Signal<Option<VectorField>> {
        let points = Memo::new(move |_| {
            let (training, ..) = self.session.settings.with(|settings| settings.points.places());
            Arc::new(training)
        });
        Signal::derive(move || {
            let time = self.clock.time.get();
            let arrows =
                |noise: &[Place]| Arrows { ways: noise.iter().map(|it| it.map(|it| -it)).collect(), side: GRID };
            let seen = with_view(self.session, |view| {
                (arrows(&view.field), if exact.get() { arrows(&view.exact) } else { Arrows::default() }, view.error)
            });
            let (arrows, others, error) = seen.unwrap_or((Arrows::default(), Arrows::default(), f32::NAN));
            let told = if error.is_finite() {
                format!("At time {time:.2}, off the exact field by {:.0} %.", 100.0 * error)
            } else {
                String::new()
            };
            let drifting =
                self.look.with(|look| look.as_ref().map_or_else(Vec::new, |look| Self::drifting(look, time)));
            Some(VectorField { points: points.get(), arrows, others, drifting, reach: REACH, told })
        })
    }
}

/// The field of a session that stands beside another one.
pub fn beside(session: Session<Ddpm>, id: &'static str, title: &'static str) -> AnyView {
    let flow = Flow::of(session);
    let picture = flow.picture(Signal::stored(false));
    view! {
        <Figure
            id
            technique="denoising"
            title
            picture
            on_key=flow.clock.on_key()
            controls=move || view! { <ClockBar label="Time t, from noise to data" clock=flow.clock /> }
        />
    }
    .into_any()
}

/// The figure.
#[component]
pub fn Field(
    /// Time and walk.
    flow: Flow,
) -> impl IntoView {
    let session = flow.session;
    let settings = session.settings;
    let exact = RwSignal::new(false);
    let erases = RwSignal::new(false);
    let picture = flow.picture(exact.into());
    let is_own = Memo::new(move |_| settings.with(|settings| settings.points.cloud == Cloud::Own));
    let on_point = Callback::new(move |event: PointEvent| {
        if event.kind != Stroke::Down || !is_own.get_untracked() {
            return;
        }
        let place = picture.with_untracked(|it| it.as_ref()?.place_at(event.x, event.y, event.width));
        if let Some(place) = place {
            let (.., frame) = settings.with_untracked(|settings| settings.points.places());
            let ([x, y], brush) = (frame.outward(place), (!erases.get_untracked()).then_some(0));
            session.change(|settings| paint(&mut settings.points.own, brush, x, y, MOST_POINTS));
        }
    });
    let choose = Callback::new(move |cloud: Cloud| {
        session.change(|settings| {
            if cloud == Cloud::Own && settings.points.own.is_empty() {
                settings.points.own = begin_with(&settings.points);
            }
            settings.points.cloud = cloud;
        });
    });
    let painting = move || {
        view! {
            <Chips
                label="A click on the plane"
                options=[(false, "paints a point"), (true, "erases")].map(|(erases, name)| (erases, name.to_owned())).to_vec()
                value=erases
                on_change=Callback::new(move |chosen: bool| erases.set(chosen))
            />
            <button type="button" on:click=move |_| session.change(|settings| settings.points.own.clear())>"Take all away"</button>
        }
    };
    view! {
        <Figure
            id="field"
            technique="denoising"
            title="Which way is the data?"
            picture
            on_point
            on_key=flow.clock.on_key()
            controls=move || view! {
                <div class="fields">
                    <Setting key="points">
                        <Chips
                            label="What to learn"
                            options=Cloud::ALL.map(|cloud| (cloud, cloud.name().to_owned())).to_vec()
                            value=Signal::derive(move || settings.with(|settings| settings.points.cloud))
                            on_change=choose
                        />
                    </Setting>
                    <RuleChips session label="The way back" />
                    <Show when=move || is_own.get()>{painting}</Show>
                    <Toggle
                        label="The exact field beside it, in green"
                        value=exact
                        on_change=Callback::new(move |on: bool| exact.set(on))
                    />
                </div>
                <ClockBar label="Time t, from noise to data" clock=flow.clock />
            }
        >
            <strong>"Press Train, and watch orange squares gather on the blue points."</strong>
            " An arrow points against the noise that the network sees there: the longer, the more of it. At time 1 all arrows point to the middle, "
            "for anything could become anything. Near 0 each place knows its nearest street. The squares begin as noise and take one step of the walk "
            "after another along the arrows of their time."
        </Figure>
    }
}

/// Own points to begin with: some of those that are shown.
fn begin_with(settings: &PointSettings) -> Vec<models::data::points::Point> {
    let (training, _, frame) = settings.places();
    let point = |place: &Place| {
        let [x, y] = frame.outward(*place).map(crate::site::own_data::hundredths);
        models::data::points::Point { x, y, class: 0 }
    };
    training.iter().step_by(THINNED).map(point).take(MOST_POINTS).collect()
}

/// What can be said of the points at the end of the walk, in numbers.
#[component]
pub fn Numbers(
    /// The walk.
    flow: Flow,
) -> impl IntoView {
    let of_look = move |read: fn(&Look) -> Option<f32>| {
        move || flow.look.with(|look| look.as_ref().and_then(|look| read(look)).map(|value| format!("{value:.3}")))
    };
    let held_out = Memo::new(move |_| flow.session.settings.with(|settings| settings.points.places().1.len()));
    let walking = move || flow.look.with(|look| look.as_ref().and_then(|look| Some(look.frames.first()?.len())));
    view! {
        <div class="table-scroll">
            <table class="plain">
                <caption>"The end of the walk. On the data means nearer to a point of it than its fifth neighbour."</caption>
                <thead>
                    <tr>
                        <th scope="col">"measure"</th>
                        <th scope="col" class="number">{walking}" walked points"</th>
                        <th scope="col" class="number">{held_out}" real ones, held out"</th>
                    </tr>
                </thead>
                <tbody>
                    <tr>
                        <th scope="row">"share of them on the data"</th>
                        <td class="number" data-readout="on-data">{of_look(|look| Some(look.likeness?.on))}</td>
                        <td class="number">{of_look(|look| Some(look.natural?.on))}</td>
                    </tr>
                    <tr>
                        <th scope="row">"share of the data with one of them near"</th>
                        <td class="number" data-readout="covered">{of_look(|look| Some(look.likeness?.covered))}</td>
                        <td class="number">{of_look(|look| Some(look.natural?.covered))}</td>
                    </tr>
                    <tr>
                        <th scope="row">"mean distance to the nearest point of the data"</th>
                        <td class="number" data-readout="distance">{of_look(|look| Some(look.likeness?.distance))}</td>
                        <td class="number">{of_look(|look| Some(look.natural?.distance))}</td>
                    </tr>
                </tbody>
            </table>
        </div>
    }
}

/// How far the network is from the exact field, by time.
#[component]
pub fn FieldError(
    /// The walk.
    flow: Flow,
) -> impl IntoView {
    let picture = Signal::derive(move || {
        let look = flow.look.get()?;
        let errors = look.errors.iter().map(|(time, error)| (f64::from(*time), f64::from(*error))).collect();
        Some(Chart {
            series: vec![Line::new("off by", errors, Ink::Class(0))],
            x: Axis::new("time t").from(0.0).to(1.0),
            y: Axis { max: None, ..Axis::new("of the exact field").percent() },
            markers: vec![Marker { x: flow.clock.time.get(), label: String::new(), color: Ink::Accent }],
            ..Chart::default()
        })
    });
    view! {
        <Figure
            id="field-error"
            technique="learning-curves"
            title="How far from the exact field"
            picture
            empty="The first walk measures it."
        >
            <strong>"Watch the middle fall within the first hundred steps, and the left part much later."</strong>
            " For so few points the best answer can be written down, and 0 % would be that. At time 1 even a fresh network gives it, for everything there is noise. "
            "At time 0 it pulls to each single point that was learned, and there the line stays up: the network draws a smooth street instead. "
            "That is why it makes new points and does not repeat the old ones."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_where_their_walk_has_them() {
        let frames = vec![vec![[2.0, 0.0]], vec![[1.0, 0.0]], vec![[0.0, 0.0]]];
        let look = Look { frames, ..Look::default() };
        for (time, x) in [(1.0, 2.0), (0.75, 1.5), (0.5, 1.0), (0.0, 0.0), (-3.0, 0.0)] {
            assert_eq!(Flow::drifting(&look, time)[0].0, [x, 0.0], "{time}");
        }
        assert_eq!(Flow::drifting(&look, 0.0)[0].1.len(), 3);
        assert!(Flow::drifting(&Look::default(), 0.5).is_empty());
    }

    #[test]
    fn own_points_begin_as_some_of_those_shown() {
        let settings = PointSettings::default();
        let own = begin_with(&settings);
        assert!(own.len() > 50 && own.len() <= MOST_POINTS);
        let painted = PointSettings { cloud: Cloud::Own, own, ..settings };
        let (training, held_out, _) = painted.places();
        assert!(!training.is_empty() && !held_out.is_empty());
    }
}
