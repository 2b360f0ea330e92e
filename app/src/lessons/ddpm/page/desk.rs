//! What the figures of pictures share: the session that draws, what came of it last, and what is wanted for it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    lessons::{
        ddpm::{
            self, Ddpm, Settings, Snapshot,
            pictures::{
                Age, Command, Drawing, Errand, Filled, Finding, HeldOut, Maps, Net, Piece, Progress, Sheet, Trial,
                asked,
            },
            settings::Role,
        },
        pictures::PictureSet,
    },
    session::{
        Action, Session,
        protocol::{LoadState, Progress as Arrival},
    },
    site::supply::Supply,
    widgets::saves_data,
};

/// The reader's desk. Copy: hand it to every figure.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The bench's session, whose settings are those of the address.
    pub session: Session<Ddpm>,
    /// The session that draws pictures.
    pub pictures: Session<Ddpm>,
    /// The picture that was drawn step by step.
    pub drawing: RwSignal<Option<Arc<Drawing>>>,
    /// All classes.
    pub sheet: RwSignal<Option<Arc<Sheet>>>,
    /// A hole that is filled.
    pub filled: RwSignal<Option<Arc<Filled>>>,
    /// The same noise at several ages.
    pub ages: RwSignal<Option<Arc<Vec<Age>>>>,
    /// Held-out pictures.
    pub held_out: RwSignal<Option<Arc<HeldOut>>>,
    /// The last experiment's number and finding.
    pub finding: RwSignal<Option<(u32, Finding)>>,
    /// What the stages of the network make of a picture.
    pub maps: RwSignal<Option<Arc<Maps>>>,
    /// What is being drawn.
    pub progress: Memo<Option<Progress>>,
    /// Milliseconds for one picture once, of each network; 0 before it was asked.
    pace: Memo<[f32; 2]>,
    here: Memo<Vec<Piece>>,
    supply: Supply<Piece>,
    /// What was asked for last: there a trouble is told.
    pub last: RwSignal<Errand>,
    /// What it needs that was not here then.
    needs: RwSignal<Vec<Piece>>,
    /// Asks for it again.
    again: StoredValue<Option<Arc<dyn Fn() + Send + Sync>>>,
    /// Whether all downloads are to be given up.
    giving_up: RwSignal<bool>,
    runs: StoredValue<u32>,
}

impl Desk {
    /// Sets the desk up.
    pub fn new(session: Session<Ddpm>, pictures: Session<Ddpm>) -> Self {
        let of = move |snapshot: &Option<Arc<Snapshot>>| match snapshot.as_deref() {
            Some(Snapshot::Pictures(view)) => Some((view.here.clone(), view.progress, view.pace)),
            _ => None,
        };
        let now = move || pictures.snapshot.with(of);
        let asked = move || {
            pictures.snapshot.with(|snapshot| match snapshot.as_deref() {
                Some(Snapshot::Pictures(view)) => Some(view.asked.clone()),
                _ => None,
            })
        };
        let supply = Supply::new(
            pictures.bench,
            Piece::weights,
            Signal::derive(asked),
            move |piece| send(session, pictures, Command::Fetch(piece)),
            move || send(session, pictures, Command::TakeIn),
        );
        let desk = Self {
            session,
            pictures,
            drawing: RwSignal::new(None),
            sheet: RwSignal::new(None),
            filled: RwSignal::new(None),
            ages: RwSignal::new(None),
            held_out: RwSignal::new(None),
            finding: RwSignal::new(None),
            maps: RwSignal::new(None),
            progress: Memo::new(move |_| now()?.1),
            pace: Memo::new(move |_| now().map(|now| now.2).unwrap_or_default()),
            here: Memo::new(move |_| now().map(|now| now.0).unwrap_or_default()),
            supply,
            last: RwSignal::new(Errand::Draw),
            needs: RwSignal::new(Vec::new()),
            again: StoredValue::new(None),
            giving_up: RwSignal::new(false),
            runs: StoredValue::new(0),
        };
        desk.keep_news();
        desk.give_up();
        desk
    }

    /// Keeps what a frame brings: the next one comes without it.
    fn keep_news(self) {
        Effect::new(move || {
            self.pictures.snapshot.with(|snapshot| {
                let Some(Snapshot::Pictures(view)) = snapshot.as_deref() else { return };
                fn put<T: Clone + Send + Sync + 'static>(kept: RwSignal<Option<Arc<T>>>, news: &Option<T>) {
                    if let Some(news) = news {
                        kept.set(Some(Arc::new(news.clone())));
                    }
                }
                put(self.drawing, &view.drawing);
                put(self.sheet, &view.sheet);
                put(self.filled, &view.filled);
                put(self.ages, &view.ages);
                put(self.held_out, &view.held_out);
                if let Some(maps) = &view.maps {
                    self.maps.set(Some(Arc::new(Maps::clone(maps))));
                }
                if let Some(finding) = &view.finding {
                    self.finding.set(Some(finding.clone()));
                }
            });
        });
    }

    /// Gives up one download after the other, once that is wished.
    fn give_up(self) {
        let bench = self.pictures.bench;
        let loading = Memo::new(move |_| bench.loading().map(|file| file.name));
        Effect::new(move || match (self.giving_up.get(), loading.get()) {
            (true, Some(_)) => bench.act(Action::GiveUp),
            (true, None) => self.giving_up.set(false),
            (false, _) => {}
        });
    }

    /// Asks for something to be drawn, takes an old trouble away and fetches what it needs; remembers all of it, so that it
    /// can be asked for again.
    pub fn ask(self, needs: Vec<Piece>, command: Command) {
        let ask = move || {
            self.settle();
            self.giving_up.set(false);
            self.needs.set(needs.iter().filter(|piece| !untrack(|| self.has(**piece))).copied().collect());
            needs.iter().for_each(|piece| self.supply.want(*piece));
            self.command(command.clone());
        };
        ask();
        self.again.set_value(Some(Arc::new(ask)));
    }

    /// After a trouble: what was asked for last begins anew.
    pub fn try_again(self) {
        match self.again.get_value() {
            Some(again) => again(),
            None => self.settle(),
        }
    }

    /// Asks the worker for something, with the settings as they are now.
    pub fn command(self, command: Command) {
        let errand = match &command {
            Command::Draw => Some(Errand::Draw),
            Command::Sheet(_) => Some(Errand::Sheet),
            Command::Fill { .. } => Some(Errand::Fill),
            Command::Ages => Some(Errand::Ages),
            Command::Try(..) => Some(Errand::Try),
            Command::Fetch(_) | Command::Bring(_) | Command::TakeIn | Command::Look(_) | Command::Cancel => None,
        };
        if let Some(errand) = errand {
            self.last.set(errand);
        }
        send(self.session, self.pictures, command);
    }

    /// Asks for the weights of the network that is chosen, unless the reader saves data.
    pub fn want_net(self) {
        if !saves_data() {
            self.fetch(self.net_untracked());
        }
    }

    /// Asks for the weights of a network, and for nothing to be drawn.
    pub fn fetch(self, net: Net) {
        self.settle();
        self.needs.set(vec![Piece::Net(net)]);
        self.supply.want(Piece::Net(net));
    }

    /// Draws, and fetches what it takes.
    pub fn draw(self) {
        self.ask(vec![Piece::Net(self.net_untracked())], Command::Draw);
    }

    /// Stops whatever is being drawn, or what is on its way for it.
    pub fn cancel(self) {
        self.giving_up.set(self.progress.get_untracked().is_none_or(|progress| progress.waits));
        self.command(Command::Cancel);
    }

    /// What is on its way for what was asked for last: bytes that have come, and all of them.
    pub fn coming(self) -> Option<(u64, u64)> {
        let needs = self.needs.get();
        self.pictures.bench.files.with(|files| {
            let of = |piece: &Piece| files.iter().find(|file| file.name == piece.weights());
            let mine: Vec<&Arrival> = needs.iter().filter_map(of).collect();
            let is_under_way = mine.iter().any(|file| file.state == LoadState::Loading);
            is_under_way.then(|| (mine.iter().map(|file| file.loaded).sum(), mine.iter().map(|file| file.total).sum()))
        })
    }

    /// The network that is chosen.
    pub fn net(self) -> Net {
        self.session.settings.with(|settings| settings.pictures.net)
    }

    /// The same without a second look.
    pub fn net_untracked(self) -> Net {
        self.session.settings.with_untracked(|settings| settings.pictures.net)
    }

    /// Whether weights are here.
    pub fn has(self, piece: Piece) -> bool {
        self.here.with(|here| here.contains(&piece))
    }

    /// Whether weights are wanted.
    pub fn is_wanted(self, piece: Piece) -> bool {
        self.supply.is_wanted(piece)
    }

    /// Whether this is being drawn, or waits to be.
    pub fn is_busy(self, errand: Errand) -> bool {
        self.progress.get().is_some_and(|progress| progress.errand == errand)
    }

    /// The number of the next experiment.
    pub fn next_run(self) -> u32 {
        self.runs.update_value(|runs| *runs += 1);
        self.runs.get_value()
    }

    /// What the experiment of this number found, once it did.
    pub fn found(self, run: u32) -> Option<Finding> {
        let of = |finding: &Option<(u32, Finding)>| {
            finding.as_ref().filter(|(number, _)| *number == run).map(|(_, finding)| finding.clone())
        };
        // The frame that brings it also says that nothing is drawn any more.
        let newest = self.pictures.snapshot.with(|snapshot| match snapshot.as_deref() {
            Some(Snapshot::Pictures(view)) => of(&view.finding),
            _ => None,
        });
        let kept = self.finding.with(of);
        newest.or(kept)
    }

    /// Takes an old trouble away before something new is asked for.
    pub fn settle(self) {
        if self.pictures.bench.trouble.with_untracked(Option::is_some) {
            self.pictures.bench.act(Action::Remedy);
        }
    }

    /// Seconds that so many pictures take in so many steps, as the network has been measured here.
    pub fn seconds(self, net: Net, pictures: usize, steps: usize) -> Option<f64> {
        let pace = self.pace.get()[net as usize];
        let weight = self.session.settings.with(|settings| settings.pictures.strength());
        (pace > 0.0).then(|| f64::from(pace) * (pictures * steps * asked(weight)) as f64 / 1000.0)
    }

    /// Seconds that an experiment takes, as the network has been measured here.
    pub fn seconds_of(self, trial: Trial) -> Option<f64> {
        let pace = f64::from(self.pace.get()[Net::Small as usize]);
        let asked = trial.asked(self.session.settings.with(|settings| settings.pictures.strength()));
        (pace > 0.0).then(|| pace * asked as f64 / 1000.0)
    }

    /// Why a figure of a network shows nothing.
    pub fn why_empty(self, net: Net, otherwise: &str) -> String {
        let piece = Piece::Net(net);
        if self.has(piece) {
            otherwise.to_owned()
        } else if self.is_wanted(piece) {
            format!("The network of {} is on its way.", lower(net))
        } else {
            let size = piece.file().map_or(0.0, |file| file.bytes as f64 / 1e6);
            format!("The network of {} is not here yet ({size:.1} MB); it is fetched when you draw.", lower(net))
        }
    }

    /// Asks for held-out pictures.
    pub fn bring(self, set: PictureSet) {
        self.command(Command::Bring(set));
    }
}

/// Asks the worker that draws for something, with the settings as they are now.
fn send(session: Session<Ddpm>, pictures: Session<Ddpm>, command: Command) {
    let now = Settings { role: Role::Pictures, ..session.settings.get_untracked() };
    pictures.change(|settings| *settings = now);
    pictures.command(ddpm::Command::Pictures(command));
}

fn lower(net: Net) -> &'static str {
    match net {
        Net::Small => "digits and clothes",
        Net::Cifar => "CIFAR-10",
    }
}

/// A time to wait in words.
pub fn waiting(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 1.0 => "less than a second".into(),
        seconds if seconds < 100.0 => format!("about {seconds:.0} s"),
        seconds => format!("about {:.0} minutes", seconds / 60.0),
    }
}
