//! The way back, step by step: what is drawn, how, and every key step of it.

use std::{sync::Arc, time::Duration};

use leptos::{html, prelude::*};

use super::{
    controls::{RuleChips, ScheduleChips},
    desk::{Desk, waiting},
};
use crate::{
    lessons::ddpm::pictures::{Drawing, Errand, MOST_WEIGHT, NOISE, Net, PictureSettings, Piece, STEPS, byte, number},
    session::{Still, protocol::Remedy},
    site::embed::Setting,
    widgets::{
        Chips, Choice, Denoising, Figure, FigureState, Notice, NoticeKind, NumberField, Plate, PointEvent, ProgressBar,
        Replay, Slider, Stroke, Tint, Toggle, Way, WayKey, tick_every, when_seen,
    },
};

/// How long a key step stands while it plays.
const PACE: Duration = Duration::from_millis(110);

/// How the pictures of a network are drawn.
pub const fn tint(net: Net) -> Tint {
    match net {
        Net::Small => Tint::Ink,
        Net::Cifar => Tint::Color,
    }
}

/// The pictures of a network among bytes, one after the other.
pub fn plates(net: Net, bytes: &[u8]) -> Vec<Plate> {
    bytes.chunks_exact(net.numbers()).map(|bytes| Plate::new(bytes, net.side(), tint(net))).collect()
}

/// A noisy picture as a screen can show it: what lies beyond black and white is black and white.
fn shown(net: Net, bytes: &[u8]) -> Plate {
    let bytes: Vec<u8> = bytes.iter().map(|value| byte(number(*value, NOISE), 1.0)).collect();
    Plate::new(&bytes, net.side(), tint(net))
}

/// The ways of a drawing.
fn ways(drawing: &Drawing) -> Vec<Way> {
    let (net, numbers) = (drawing.net, drawing.net.numbers());
    let of = |place: usize| {
        let part = |bytes: &'_ [u8]| bytes.get(place * numbers..(place + 1) * numbers).map(<[u8]>::to_vec);
        let keys = drawing.keys.iter().filter_map(|key| {
            let clean = Plate::new(&part(&key.clean)?, net.side(), tint(net));
            // At the end the picture is the clean one, which is told more finely.
            let now = if key.kept >= 1.0 { clean.clone() } else { shown(net, &part(&key.now)?) };
            let noise = part(&key.noise).map(|noise| {
                let tint = if net == Net::Small { Tint::Signed } else { Tint::Color };
                Plate::new(&noise, net.side(), tint)
            });
            Some(WayKey { step: key.step, kept: key.kept, now, noise, clean })
        });
        Arc::new(keys.collect::<Vec<_>>())
    };
    let name = |class: u8| match class < net.classes() {
        true => format!("to be: {}", net.class(class)),
        false => "to be: anything".to_owned(),
    };
    drawing.classes.iter().enumerate().map(|(place, class)| Way { name: name(*class), keys: of(place) }).collect()
}

/// Where the reader stands on the way.
#[derive(Clone, Copy)]
struct Scrub {
    /// The key step, if the reader has chosen one; else the newest.
    chosen: RwSignal<Option<usize>>,
    playing: RwSignal<bool>,
    keys: Memo<usize>,
    frames: RwSignal<u64>,
}

impl Scrub {
    fn new(desk: Desk) -> Self {
        let keys = Memo::new(move |_| desk.drawing.with(|drawing| drawing.as_ref().map_or(0, |one| one.keys.len())));
        let scrub = Self { chosen: RwSignal::new(None), playing: RwSignal::new(false), keys, frames: RwSignal::new(0) };
        // Another walk is followed again.
        let number = Memo::new(move |_| desk.drawing.with(|drawing| drawing.as_ref().map(|one| one.number)));
        Effect::new(move || {
            number.track();
            scrub.playing.set(false);
            scrub.chosen.set(None);
        });
        tick_every(PACE, move || scrub.tick());
        scrub
    }

    fn last(self) -> usize {
        self.keys.get().saturating_sub(1)
    }

    fn place(self) -> usize {
        let last = self.last();
        self.chosen.get().map_or(last, |chosen| chosen.min(last))
    }

    fn go(self, place: usize) {
        self.playing.set(false);
        self.chosen.set(Some(place));
    }

    /// Plays from where it stands, or from the beginning if that is the end.
    fn play(self) {
        if self.playing.get_untracked() {
            return self.playing.set(false);
        }
        let (place, last) = untrack(|| (self.place(), self.last()));
        self.chosen.set(Some(if place >= last { 0 } else { place }));
        self.playing.set(true);
    }

    fn tick(self) {
        if self.playing.try_get_untracked() != Some(true) {
            return;
        }
        let (Some(last), Some(Some(place))) =
            (self.keys.try_get_untracked().map(|keys| keys.saturating_sub(1)), self.chosen.try_get_untracked())
        else {
            return;
        };
        if place >= last {
            self.playing.set(false);
            self.chosen.set(None);
        } else {
            self.chosen.set(Some(place + 1));
        }
    }

    fn on_key(self) -> Callback<String> {
        Callback::new(move |key: String| {
            let (place, last) = untrack(|| (self.place(), self.last()));
            match key.as_str() {
                "ArrowLeft" => self.go(place.saturating_sub(1)),
                "ArrowRight" => self.go((place + 1).min(last)),
                "Home" => self.go(0),
                "End" => self.go(last),
                " " | "Enter" => self.play(),
                _ => {}
            }
        })
    }

    fn replay(self, desk: Desk) -> Replay {
        Replay {
            steps: Signal::derive(move || (0..self.keys.get() as u64).collect()),
            now: Signal::derive(move || self.place() as u64),
            frames: self.frames.into(),
            pause: Callback::new(move |()| self.playing.set(false)),
            go: Callback::new(move |place: u64| {
                self.go(place as usize);
                self.frames.update(|frames| *frames += 1);
            }),
            // The bench hands out the files of its own session.
            take: Callback::new(move |still: Still| desk.session.bench.animate.run(still)),
        }
    }
}

/// The figure, with the weights above it.
#[component]
pub fn Reverse(
    /// The reader's desk.
    desk: Desk,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    // The first picture is drawn without being asked for, once the figure is seen and its weights are here.
    let seen = RwSignal::new(false);
    when_seen(node, move || {
        seen.set(true);
        desk.want_net();
    });
    Effect::new(move |begun: Option<bool>| {
        let begun = begun == Some(true);
        let is_ready = seen.get() && desk.has(Piece::Net(desk.net()));
        let is_first =
            !begun && is_ready && untrack(|| desk.drawing.with(Option::is_none) && desk.progress.get().is_none());
        if is_first {
            desk.draw();
        }
        begun || is_ready
    });
    let scrub = Scrub::new(desk);
    let all = Memo::new(move |_| desk.drawing.get().map(|drawing| (ways(&drawing), drawing.steps)));
    let picture = Signal::derive(move || {
        let (ways, steps) = all.get()?;
        let focus = scrub.place();
        ways.first()?.keys.get(focus)?;
        Some(Denoising { ways, focus, steps })
    });
    let on_point = Callback::new(move |event: PointEvent| {
        if matches!(event.kind, Stroke::Down | Stroke::Move) {
            let key = picture.with_untracked(|it| it.as_ref()?.key_at(event.x, event.y, event.width));
            if let Some(key) = key {
                scrub.go(key);
            }
        }
    });
    let state = Signal::derive(move || match picture.with(Option::is_some) {
        true => FigureState::Ready,
        false if desk.is_busy(Errand::Draw) => FigureState::Loading,
        false => FigureState::Empty,
    });
    view! {
        <div class="wide" node_ref=node>
            <Figure
                id="reverse"
                technique="denoising"
                title="A picture out of noise, step by step"
                picture
                state
                empty=Signal::derive(move || desk.why_empty(desk.net(), "Press Draw."))
                on_point
                on_key=scrub.on_key()
                replay=scrub.replay(desk)
                controls=move || view! { <Wishes desk /> <Walked scrub /> }
            >
                <strong>"Watch “the picture it sees”: the network’s guess at the end, made at every step."</strong>
                " Early on it is a blur, the mean of all that could still become. Each step goes a small part of the way toward it, and then the network looks again. "
                "What is there is always the same sum: the guess, weakened, and the noise it sees. Drag along the strip, or use the arrow keys."
            </Figure>
        </div>
    }
}

/// What is to be drawn, and how.
#[component]
fn Wishes(desk: Desk) -> impl IntoView {
    let settings = desk.session.settings;
    let read = move |read: fn(&PictureSettings) -> f64| {
        Signal::derive(move || settings.with(|settings| read(&settings.pictures)))
    };
    let is_small = Memo::new(move |_| desk.net() == Net::Small);
    let two = Signal::derive(move || settings.with(|settings| settings.pictures.other.is_some()));
    let other_way = Callback::new(move |on: bool| {
        desk.session.change(|settings| {
            let pictures = &mut settings.pictures;
            // A neighbour, or the first where there is none.
            let next = (pictures.wanted() + 5) % pictures.net.classes();
            pictures.other = on.then_some(next);
        });
    });
    view! {
        <div class="fields">
            <Setting key="net">
                <Chips
                    label="Network"
                    options=Net::ALL.map(|net| (net, net.name().to_owned())).to_vec()
                    value=Signal::derive(move || desk.net())
                    on_change=Callback::new(move |net: Net| {
                        desk.session.change(|settings| {
                            let pictures = &mut settings.pictures;
                            pictures.net = net;
                            pictures.class = pictures.class.min(net.classes());
                            pictures.other = pictures.other.map(|other| other.min(net.classes()));
                        });
                        desk.draw();
                    })
                />
            </Setting>
            <Setting key="class">
                {move || {
                    is_small.track();
                    view! { <ClassChoice desk label="What to draw" /> }
                }}
            </Setting>
            <Setting key="steps">
                <Slider
                    label="Steps"
                    value=read(|pictures| pictures.steps.into())
                    min=STEPS.0.into()
                    max=STEPS.1.into()
                    step=1.0
                    log=true
                    marks=Signal::stored(vec![(5.0, "5".to_owned()), (50.0, "50".to_owned()), (STEPS.1.into(), STEPS.1.to_string())])
                    on_change=Callback::new(move |steps: f64| desk.session.change(|settings| settings.pictures.steps = steps as u16))
                />
            </Setting>
            <Setting key="guidance">
                <Slider
                    label="Guidance"
                    value=read(|pictures| pictures.weight.into())
                    min=0.0
                    max=MOST_WEIGHT
                    step=0.25
                    help="0 forgets the class, 1 is the plain answer, more exaggerates what the class changes."
                    on_change=Callback::new(move |weight: f64| desk.session.change(|settings| settings.pictures.weight = weight as f32))
                />
            </Setting>
            <RuleChips session=desk.session label="Each step" />
            <ScheduleChips session=desk.session label="Schedule" />
            <Setting key="other">
                <div class="stack">
                    <Toggle label="A second class out of the same noise" value=two on_change=other_way />
                    {move || {
                        is_small.track();
                        two.get().then(|| view! { <ClassChoice desk label="The second" second=true /> })
                    }}
                </div>
            </Setting>
            <Setting key="noise">
                <NumberField
                    label="Noise, by its number"
                    value=read(|pictures| pictures.noise.into())
                    min=0.0
                    max=999_999.0
                    integer=true
                    on_change=Callback::new(move |noise: f64| desk.session.change(|settings| settings.pictures.noise = noise as u32))
                />
            </Setting>
        </div>
        <DrawRow desk errand=Errand::Draw>
            <button class="primary" on:click=move |_| desk.draw()>"Draw"</button>
            <button on:click=move |_| {
                desk.session.change(|settings| settings.pictures.noise = (settings.pictures.noise + 1) % 1_000_000);
                desk.draw();
            }>"New noise"</button>
        </DrawRow>
        <p class="control-help">{move || {
            let (net, count, steps) = settings.with(|settings| {
                let pictures = &settings.pictures;
                (pictures.net, 1 + usize::from(pictures.other.is_some()), usize::from(pictures.steps))
            });
            desk.seconds(net, count, steps).map(|seconds| format!("With these settings it takes {} here.", waiting(seconds)))
        }}</p>
    }
}

/// One class of the network, or any.
#[component]
pub fn ClassChoice(
    /// The reader's desk.
    desk: Desk,
    /// What it is for.
    label: &'static str,
    /// The second class.
    #[prop(optional)]
    second: bool,
) -> impl IntoView {
    let net = desk.net_untracked();
    let long = |class: u8| match (net, class) {
        (Net::Small, 0..10) => format!("the digit {}", net.class(class)),
        (_, class) if class < net.classes() => net.class(class).to_owned(),
        _ => "anything: no class is asked for".to_owned(),
    };
    let options: Vec<(u8, String)> = (0..=net.classes()).map(|class| (class, long(class))).collect();
    let value = Signal::derive(move || {
        desk.session.settings.with(|settings| match second {
            true => settings.pictures.other.unwrap_or_default(),
            false => settings.pictures.wanted(),
        })
    });
    let on_change = Callback::new(move |class: u8| {
        desk.session.change(|settings| match second {
            true => settings.pictures.other = Some(class),
            false => settings.pictures.class = class,
        });
    });
    view! { <Choice label options value on_change /> }
}

/// Buttons that begin something, Cancel, how far it is, and what went wrong.
#[component]
pub fn DrawRow(
    /// The reader's desk.
    desk: Desk,
    /// What they begin.
    errand: Errand,
    /// The buttons.
    children: Children,
) -> impl IntoView {
    let mine = move || desk.progress.get().filter(|progress| progress.errand == errand);
    let trouble = move || desk.pictures.bench.trouble.get().filter(|_| errand == desk.last.get());
    // The first picture's network is on its way before anything was asked for.
    let coming = Memo::new(move |_| match desk.progress.get() {
        Some(progress) => desk.coming().filter(|_| progress.errand == errand && progress.waits),
        None => desk.coming().filter(|_| errand == Errand::Draw),
    });
    let is_busy = Memo::new(move |_| mine().is_some() || coming.get().is_some());
    let is_shown = Memo::new(move |_| is_busy.get() && trouble().is_none());
    let share = Signal::derive(move || match (coming.get(), mine()) {
        (Some((come, all)), _) => Some(come as f64 / all.max(1) as f64),
        (None, Some(progress)) if !progress.waits => Some(f64::from(progress.step) / f64::from(progress.steps.max(1))),
        _ => None,
    });
    let words = Signal::derive(move || match (coming.get(), mine()) {
        (Some((come, all)), _) => {
            format!("Fetching the weights: {:.1} of {:.1} MB", come as f64 / 1e6, all as f64 / 1e6)
        }
        (None, None) => String::new(),
        (None, Some(progress)) if progress.waits => "Waiting for the weights".to_owned(),
        (None, Some(progress)) => {
            let time = match progress.milliseconds {
                0.0 => String::new(),
                time => format!(", {time:.0} ms a step, {} left", waiting(progress.left.into())),
            };
            format!("Step {} of {}{time}", progress.step, progress.steps)
        }
    });
    view! {
        <div class="draw-row">
            {children()}
            <button on:click=move |_| desk.cancel() disabled=move || !is_busy.get()>"Cancel"</button>
            <Show when=move || is_shown.get()>
                <ProgressBar label=words value=share />
            </Show>
        </div>
        {move || trouble().map(|trouble| view! {
            <Notice
                text=trouble.sentence
                kind=NoticeKind::Warning
                action=if trouble.remedy == Remedy::Dismiss { "All right" } else { "Try again" }
                on_action=Callback::new(move |()| match trouble.remedy {
                    Remedy::Dismiss => desk.settle(),
                    _ => desk.try_again(),
                })
            />
        })}
    }
}

/// The scrubber over the key steps.
#[component]
fn Walked(scrub: Scrub) -> impl IntoView {
    let has_way = Memo::new(move |_| scrub.keys.get() > 1);
    view! {
        <Show when=move || has_way.get()>
            <div class="draw-row">
                <button on:click=move |_| scrub.play()>{move || if scrub.playing.get() { "Stop" } else { "Play the way" }}</button>
                <label class="scrub">
                    <span>"Key steps: drag to any of them"</span>
                    <input
                        type="range"
                        min="0"
                        max=move || scrub.last().to_string()
                        prop:value=move || scrub.place().to_string()
                        on:input=move |event| {
                            if let Ok(place) = event_target_value(&event).parse::<usize>() {
                                scrub.go(place);
                            }
                        }
                    />
                </label>
            </div>
        </Show>
    }
}
