//! The schedule: how much of the picture is left when, to be chosen or drawn by hand. All of the page follows it.

use leptos::prelude::*;
use models::generative::diffusion::{Schedule, signal_to_noise};

use super::controls::ScheduleChips;
use crate::{
    lessons::ddpm::{
        Ddpm,
        points::WALK,
        settings::{Curve, HAND},
    },
    session::Session,
    site::embed::Setting,
    widgets::{
        Clock, Drawn, Figure, Ink, Lettering, Pen, Picture, PointEvent, Slider, Stroke, Surface, Table, Theme, fitted,
        number, plain, text_width,
    },
};

/// Points of the curves.
const POINTS: usize = 200;
/// Space left of a panel, above, below and between the two.
const LEFT: f64 = 40.0;
const ABOVE: f64 = 24.0;
const BELOW: f64 = 30.0;
const GAP: f64 = 22.0;
/// Height of a panel's plane.
const PLANE: f64 = 190.0;
/// Narrower than this, the panels stand one below the other.
const NARROW: f64 = 620.0;
/// The signal-to-noise ratio is shown between these, in decibels.
const DECIBELS: (f64, f64) = (-50.0, 50.0);
/// A pointer this near to a handle means it.
const REACH: f64 = 40.0;

/// Both courses, the time that is looked at, and the handles.
#[derive(Clone, Debug, PartialEq)]
struct Course {
    schedule: Schedule,
    time: f64,
    /// What was asked for at the handles, in hundredths; nothing unless it is by hand.
    hand: Option<[u8; HAND]>,
    /// The handle that the keys move.
    held: usize,
    /// Steps of a walk.
    steps: usize,
}

/// A panel: left, top, width of its plane.
type Panel = (f64, f64, f64);

impl Course {
    fn panels(width: f64) -> [Panel; 2] {
        if width < NARROW {
            let wide = (width - LEFT - 8.0).max(40.0);
            return [(LEFT, ABOVE, wide), (LEFT, ABOVE + PLANE + BELOW + ABOVE + 8.0, wide)];
        }
        let wide = (width - 2.0 * LEFT - GAP - 8.0) / 2.0;
        [(LEFT, ABOVE, wide), (2.0 * LEFT + wide + GAP, ABOVE, wide)]
    }

    fn handle_time(handle: usize) -> f64 {
        handle as f64 / (HAND - 1) as f64
    }

    fn signal(&self, time: f64) -> f64 {
        f64::from(self.schedule.kept(time as f32).sqrt())
    }

    fn decibels(&self, time: f64) -> f64 {
        10.0 * f64::from(signal_to_noise(self.schedule.kept(time as f32))).log10()
    }

    fn place((left, top, wide): Panel, time: f64, height: f64) -> (f64, f64) {
        (left + time * wide, top + (1.0 - height.clamp(0.0, 1.0)) * PLANE)
    }

    fn height_of(decibels: f64) -> f64 {
        (decibels - DECIBELS.0) / (DECIBELS.1 - DECIBELS.0)
    }

    /// The time under a CSS pixel of either panel, and √ᾱ in hundredths where it is the first one's.
    fn under(x: f64, y: f64, width: f64) -> Option<(f64, Option<f64>)> {
        let panels = Self::panels(width);
        panels.into_iter().enumerate().find_map(|(at, (left, top, wide))| {
            let inside =
                (left - 12.0..=left + wide + 12.0).contains(&x) && (top - 12.0..=top + PLANE + 12.0).contains(&y);
            let time = ((x - left) / wide).clamp(0.0, 1.0);
            inside.then(|| (time, (at == 0).then(|| (100.0 * (1.0 - (y - top) / PLANE)).clamp(0.0, 100.0))))
        })
    }

    /// The handle near a CSS pixel.
    fn handle_at(&self, x: f64, y: f64, width: f64) -> Option<usize> {
        let hand = self.hand?;
        let panel = Self::panels(width)[0];
        let far = |handle: usize| {
            let (a, b) = Self::place(panel, Self::handle_time(handle), f64::from(hand[handle]) / 100.0);
            (a - x).hypot(b - y)
        };
        (0..HAND)
            .map(|handle| (handle, far(handle)))
            .filter(|(_, far)| *far <= REACH)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(handle, _)| handle)
    }

    fn draw_plane<S: Surface>(pen: &mut Pen<S>, panel: Panel, name: &str, ticks: &[(f64, String)]) -> Drawn<S> {
        let theme = pen.theme;
        let (left, top, wide) = panel;
        let soft = Lettering::new(theme.soft);
        pen.rect(left, top, wide, PLANE, theme.paper)?;
        pen.text(&fitted(name, 11.0, wide + LEFT - 4.0), left - LEFT + 4.0, 9.0 + top - ABOVE, soft)?;
        for (height, text) in ticks {
            let (_, y) = Self::place(panel, 0.0, *height);
            pen.across(left, left + wide, y, theme.line)?;
            pen.text(text, left - 5.0, y, soft.right())?;
        }
        for time in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let (x, y) = Self::place(panel, time, 0.0);
            pen.text(&number(time), x, y + 11.0, soft.center())?;
        }
        pen.text("time t", left + wide / 2.0, top + PLANE + 24.0, soft.center())
    }

    /// A curve, the steps of a walk on it, and the time that is looked at.
    fn draw_curve<S: Surface>(
        &self,
        pen: &mut Pen<S>,
        panel: Panel,
        height: impl Fn(f64) -> f64,
        told: &str,
    ) -> Drawn<S> {
        let theme = pen.theme;
        let along = |at: usize| at as f64 / POINTS as f64;
        let curve: Vec<(f64, f64)> = (0..=POINTS).map(|at| Self::place(panel, along(at), height(along(at)))).collect();
        pen.line(&curve, theme.ink(Ink::Class(0)), 2.2)?;
        if self.steps <= 60 {
            for step in 1..=self.steps {
                let time = step as f64 / self.steps as f64;
                let (x, y) = Self::place(panel, time, height(time));
                pen.disc(x, y, 2.4, theme.ink(Ink::Class(0)))?;
            }
        }
        let (x, y) = Self::place(panel, self.time, height(self.time));
        pen.down(x, panel.1, panel.1 + PLANE, theme.accent)?;
        pen.disc(x, y, 5.5, theme.card)?;
        pen.disc(x, y, 4.0, theme.accent)?;
        let words = Lettering::new(theme.readable(theme.accent, theme.paper)).bold();
        let (place, is_left) = Self::beside(panel, &curve, (x, y), text_width(told, 11.0, true));
        pen.text(told, place.0, place.1, if is_left { words.right() } else { words })
    }

    /// Where a text of a width stands beside a point of a falling curve and not on the curve, and whether it ends there.
    fn beside((left, top, wide): Panel, curve: &[(f64, f64)], (x, y): (f64, f64), width: f64) -> ((f64, f64), bool) {
        let free = |((x, y), is_left): &((f64, f64), bool)| {
            let (from, to) = if *is_left { (x - width, *x) } else { (*x, x + width) };
            let fits = from >= left && to <= left + wide && y - 8.0 >= top && y + 8.0 <= top + PLANE;
            fits && !curve.iter().any(|(a, b)| (from - 3.0..=to + 3.0).contains(a) && (b - y).abs() < 10.0)
        };
        let (above, below) = (y - 14.0, y + 16.0);
        let places =
            [((x + 9.0, above), false), ((x - 9.0, below), true), ((x + 9.0, below), false), ((x - 9.0, above), true)];
        let far = |it: &&((f64, f64), bool)| free(it);
        // Where the curve falls steeply at an end, further down is free.
        let lower = ((x + 9.0, (y + 60.0).min(top + PLANE - 10.0)), false);
        places.iter().find(far).copied().unwrap_or(lower)
    }

    fn draw_handles<S: Surface>(&self, pen: &mut Pen<S>, panel: Panel) -> Drawn<S> {
        let Some(hand) = self.hand else { return Ok(()) };
        let theme = pen.theme;
        let places: Vec<(f64, f64)> = hand
            .iter()
            .enumerate()
            .map(|(handle, spread)| Self::place(panel, Self::handle_time(handle), f64::from(*spread) / 100.0))
            .collect();
        // Where more is asked for than is left, the curve stays level below this line.
        pen.dashed(&places, theme.soft, 1.2, (4.0, 4.0))?;
        for (handle, (x, y)) in places.into_iter().enumerate() {
            let least = hand[..=handle].iter().min().copied().unwrap_or_default();
            let color = if hand[handle] > least { theme.bad } else { theme.ink };
            pen.disc(x, y, 8.0, theme.card)?;
            pen.disc(x, y, 6.0, color)?;
            if handle == self.held {
                pen.circle(x, y, 10.0, theme.accent, 2.0)?;
            }
        }
        Ok(())
    }
}

impl Picture for Course {
    fn height(&self, width: f64) -> f64 {
        Self::panels(width)[1].1 + PLANE + BELOW
    }

    fn draw<S: Surface>(&self, surface: &mut S, theme: &Theme, scale: f64) -> Drawn<S> {
        let mut pen = Pen::new(surface, theme, scale);
        let [first, second] = Self::panels(pen.width);
        let percent = [0.0, 0.5, 1.0].map(|height| (height, number(height)));
        Self::draw_plane(&mut pen, first, "√ᾱ: what is left of the picture’s spread", &percent)?;
        let decibels = [-40.0, -20.0, 0.0, 20.0, 40.0].map(|value| (Self::height_of(value), number(value)));
        Self::draw_plane(&mut pen, second, "signal to noise, ᾱ ÷ (1 − ᾱ), in decibels", &decibels)?;
        let (signal, ratio) = (self.signal(self.time), self.decibels(self.time));
        self.draw_curve(&mut pen, first, |time| self.signal(time), &plain(signal, 3))?;
        self.draw_curve(
            &mut pen,
            second,
            |time| Self::height_of(self.decibels(time)),
            &format!("{} dB", plain(ratio, 1).replace('-', "−")),
        )?;
        self.draw_handles(&mut pen, first)
    }

    fn summary(&self) -> String {
        let half = (0..=POINTS).map(|at| at as f64 / POINTS as f64).find(|time| self.decibels(*time) <= 0.0);
        let half = half.map_or("never".to_owned(), |time| format!("at time {time:.2}"));
        format!(
            "At time {:.2} there is {} of the picture’s spread left, {} decibels. Picture and noise are equally strong {half}. A walk of {} steps lands at even times.",
            self.time,
            plain(self.signal(self.time), 3),
            plain(self.decibels(self.time), 1).replace('-', "−"),
            self.steps,
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["time", "√ᾱ", "signal to noise, dB"]);
        for step in 0..=20 {
            let time = f64::from(step) / 20.0;
            table.row([time, self.signal(time), self.decibels(time)].map(|it| it.to_string()));
        }
        table
    }

    fn hint(&self, x: f64, y: f64, width: f64) -> Option<String> {
        let (time, _) = Self::under(x, y, width)?;
        Some(format!("t = {time:.2}: √ᾱ = {}, {} dB", number(self.signal(time)), number(self.decibels(time).round())))
    }
}

/// The figure.
#[component]
pub fn ScheduleEditor(
    /// Whose schedule it is.
    session: Session<Ddpm>,
    /// The time that is looked at.
    clock: Clock,
) -> impl IntoView {
    let settings = session.settings;
    let held = RwSignal::new(HAND / 2);
    let dragged = StoredValue::new(None::<usize>);
    let is_hand = Memo::new(move |_| settings.with(|settings| settings.curve == Curve::Hand));
    let picture = Signal::derive(move || {
        settings.with(|settings| {
            Some(Course {
                schedule: settings.schedule(),
                time: clock.time.get(),
                hand: (settings.curve == Curve::Hand).then_some(settings.hand),
                held: held.get(),
                steps: settings.points.walk.into(),
            })
        })
    });
    let put = move |handle: usize, spread: f64| {
        held.set(handle);
        session.change(|settings| settings.hand[handle] = spread.clamp(0.0, 100.0).round() as u8);
    };
    let on_point = Callback::new(move |event: PointEvent| {
        let under = Course::under(event.x, event.y, event.width);
        match event.kind {
            Stroke::Down => {
                let handle =
                    picture.with_untracked(|it| it.as_ref().and_then(|it| it.handle_at(event.x, event.y, event.width)));
                dragged.set_value(handle);
                match (handle, under) {
                    (Some(handle), Some((_, Some(spread)))) => put(handle, spread),
                    (None, Some((time, _))) => clock.take(time),
                    _ => {}
                }
            }
            Stroke::Move => match (dragged.get_value(), under) {
                (Some(handle), Some((_, Some(spread)))) => put(handle, spread),
                (None, Some((time, _))) => clock.take(time),
                _ => {}
            },
            Stroke::Up | Stroke::Leave => dragged.set_value(None),
            Stroke::Hover => {}
        }
    });
    let on_key = Callback::new(move |key: String| {
        if !is_hand.get_untracked() {
            return clock.on_key().run(key);
        }
        let handle = held.get_untracked();
        let spread = settings.with_untracked(|settings| f64::from(settings.hand[handle]));
        match key.as_str() {
            "ArrowLeft" => held.set(handle.saturating_sub(1)),
            "ArrowRight" => held.set((handle + 1).min(HAND - 1)),
            "ArrowUp" => put(handle, spread + 2.0),
            "ArrowDown" => put(handle, spread - 2.0),
            "PageUp" => put(handle, spread + 10.0),
            "PageDown" => put(handle, spread - 10.0),
            "Home" => put(handle, 100.0),
            "End" => put(handle, 0.0),
            _ => {}
        }
    });
    view! {
        <Figure
            id="schedule"
            technique="denoising"
            title="How much is left when"
            picture
            on_point
            on_key
            drag=true
            controls=move || view! {
                <div class="fields">
                    <ScheduleChips session label="Schedule, for all of this page" />
                    <Setting key="walk">
                        <Slider
                            label="Steps of the points’ walk"
                            value=Signal::derive(move || settings.with(|settings| f64::from(settings.points.walk)))
                            min=WALK.0.into()
                            max=WALK.1.into()
                            step=1.0
                            log=true
                            on_change=Callback::new(move |steps: f64| session.change(|settings| settings.points.walk = steps.round() as u16))
                        />
                    </Setting>
                </div>
                <Show when=move || is_hand.get()><Handles session held /></Show>
            }
        >
            <strong>"Switch between linear and cosine, and watch the dots."</strong>
            " Each dot is a step of the points’ walk below. By the linear schedule of Ho, Jain and Abbeel (2020) the picture is gone early, so many steps fall where there is hardly anything to see; the cosine is Nichol and Dhariwal’s (2021). "
            "By hand you drag nine handles. Noise never gives back what it took: where you ask for more than is left, the handle turns red and the curve stays level."
        </Figure>
    }
}

/// The handles as sliders, for keys and for those who cannot see the figure.
#[component]
fn Handles(session: Session<Ddpm>, held: RwSignal<usize>) -> impl IntoView {
    let handle = move |handle: usize| {
        view! {
            <Slider
                label=format!("Left at t = {}", number(Course::handle_time(handle)))
                value=Signal::derive(move || session.settings.with(|settings| f64::from(settings.hand[handle])))
                min=0.0
                max=100.0
                step=1.0
                unit="%"
                on_change=Callback::new(move |spread: f64| {
                    held.set(handle);
                    session.change(|settings| settings.hand[handle] = spread.round() as u8);
                })
            />
        }
    };
    view! {
        <details class="handles">
            <summary>"The nine handles as sliders"</summary>
            <div class="fields">{(0..HAND).map(handle).collect_view()}</div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use models::generative::diffusion::Shape;

    use super::*;
    use crate::widgets::to_svg;

    fn course(hand: Option<[u8; HAND]>) -> Course {
        let shape = match hand {
            Some(hand) => Shape::Hand(hand.map(|spread| f32::from(spread) / 100.0).to_vec()),
            None => Shape::Cosine,
        };
        Course { schedule: Schedule::new(&shape), time: 0.3, hand, held: 2, steps: 10 }
    }

    #[test]
    fn a_handle_is_found_where_it_is_drawn() {
        let hand = [100, 88, 75, 63, 50, 38, 25, 13, 0];
        let it = course(Some(hand));
        for width in [354.0, 980.0] {
            for (handle, spread) in hand.into_iter().enumerate() {
                let panel = Course::panels(width)[0];
                let (x, y) = Course::place(panel, Course::handle_time(handle), f64::from(spread) / 100.0);
                assert_eq!(it.handle_at(x, y, width), Some(handle));
                let (time, found) = Course::under(x, y, width).unwrap();
                assert!((time - Course::handle_time(handle)).abs() < 1e-9);
                assert!((found.unwrap() - f64::from(spread)).abs() < 1e-9);
            }
            let [_, second] = Course::panels(width);
            assert!(second.0 + second.2 <= width && second.1 + PLANE + BELOW <= it.height(width));
            assert!(!to_svg(&it, width, &Theme::light()).contains("NaN"));
        }
        assert_eq!(course(None).handle_at(100.0, 100.0, 980.0), None);
    }

    #[test]
    fn what_rises_is_told_as_level() {
        let it = course(Some([100, 50, 90, 40, 30, 20, 10, 5, 0]));
        assert!((it.signal(Course::handle_time(2)) - 0.5).abs() < 1e-3);
        assert!(it.summary().contains("decibels"), "{}", it.summary());
        assert_eq!(it.table().rows.len(), 21);
    }
}
