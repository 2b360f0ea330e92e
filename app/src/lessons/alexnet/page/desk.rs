//! What the whole page shares: the picture that is looked at, and who has answered.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    fetch,
    lessons::alexnet::{Alexnet, Command, Photograph, View, Which, settings::CLASSES},
    session::Session,
    site::{self, stale::renew_when_stale, supply::Supply},
    widgets::{Photo, PhotoSource, saves_data},
};

/// The reader's desk. Copy: hand it to every figure.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The main session.
    pub session: Session<Alexnet>,
    /// The picture that was shown to the networks last.
    pub photo: RwSignal<Option<Photo>>,
    /// The last picture that was no frame of the camera.
    pub still: RwSignal<Option<Photo>>,
    /// Its number; 0 before the first.
    sent: RwSignal<u32>,
    /// Which networks are wanted.
    supply: Supply<Which>,
    /// The number of the experiment that was begun last.
    runs: RwSignal<u32>,
    names: Memo<Arc<Vec<String>>>,
}

impl Desk {
    /// Sets the desk up. AlexNet is fetched at once, unless the reader saves data.
    pub fn new(session: Session<Alexnet>) -> Self {
        let asked = move || session.snapshot.with(|snapshot| snapshot.as_ref().map(|one| one.asked.clone()));
        let supply = Supply::new(
            session.bench,
            |which: Which| which.weights().to_owned(),
            Signal::derive(asked),
            move |which| session.command(Command::Fetch(which)),
            move || session.command(Command::TakeIn),
        );
        if !saves_data() {
            supply.want(Which::AlexNet);
        }
        let late = Memo::new(move |_| supply.is_wanted(Which::EfficientNet));
        let file = LocalResource::new(move || {
            let late = late.get();
            async move {
                let file = fetch::file("static/data/imagenet-classes.txt");
                if late { fetch::fetch(&site::base(), file, |_| ()).await.ok() } else { None }
            }
        });
        let names = Memo::new(move |_| {
            let bytes = file.get().flatten().unwrap_or_default();
            Arc::new(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect::<Vec<String>>())
        });
        let (photo, still) = (RwSignal::new(None), RwSignal::new(None));
        let desk = Self { session, photo, still, sent: RwSignal::new(0), supply, runs: RwSignal::new(0), names };
        desk.send_again();
        for which in Which::ALL {
            let stale = move || desk.with(which, |view| view.stale) == Some(true) && !desk.is_live();
            renew_when_stale(stale, move || session.command(Command::Explain(which)));
        }
        let stale = move || session.snapshot.with(|snapshot| snapshot.as_ref().is_some_and(|one| one.attack_stale));
        renew_when_stale(stale, move || session.command(Command::Mislead));
        desk
    }

    /// Shows the picture to a fresh worker, which has lost it.
    fn send_again(self) {
        let session = self.session;
        Effect::new(move || {
            let number = session.snapshot.with(|snapshot| snapshot.as_ref().map(|one| one.number));
            let number = number.filter(|_| session.bench.trouble.with(Option::is_none));
            if number == Some(0) && self.sent.get_untracked() > 0 {
                untrack(|| self.send());
            }
        });
    }

    /// Shows a picture to the networks.
    pub fn show(self, photo: Photo) {
        if !matches!(photo.source, PhotoSource::Sample(_)) {
            self.session.change(|settings| settings.photo = None);
        }
        if photo.source != PhotoSource::Camera {
            self.still.set(Some(photo.clone()));
        }
        self.photo.set(Some(photo));
        self.sent.update(|sent| *sent += 1);
        self.send();
    }

    fn send(self) {
        let number = self.sent.get_untracked();
        let command = self.photo.with_untracked(|photo| {
            let photo = photo.as_ref()?;
            let live = photo.source == PhotoSource::Camera;
            Some(Command::Look { number, photo: photograph(photo), live })
        });
        if let Some(command) = command {
            self.session.command(command);
        }
    }

    /// Asks for a network's weights.
    pub fn want(self, which: Which) {
        self.supply.want(which);
    }

    /// Whether a network is wanted.
    pub fn is_wanted(self, which: Which) -> bool {
        self.supply.is_wanted(which)
    }

    /// The number of the next experiment.
    pub fn next_run(self) -> u32 {
        self.runs.update(|runs| *runs += 1);
        self.runs.get_untracked()
    }

    /// Whether no other experiment was begun after this one.
    pub fn is_latest(self, run: u32) -> bool {
        self.runs.get() == run
    }

    /// Why a figure of a network shows nothing.
    pub fn why_empty(self, which: Which) -> String {
        let here = self.session.snapshot.with(|snapshot| snapshot.as_ref().is_some_and(|one| one.here[which as usize]));
        let name = which.name();
        if !self.is_wanted(which) {
            format!("{name} is not here yet; load its weights.")
        } else if !here {
            format!("{name}’s weights are on their way.")
        } else if self.is_live() {
            format!("{name} looks when the camera rests; the settings can give it the camera’s pictures.")
        } else {
            "It is being asked.".into()
        }
    }

    /// Whether the last picture has been answered, so that another frame of the camera may follow.
    pub fn is_done(self) -> bool {
        let number = self.session.snapshot.with(|snapshot| snapshot.as_ref().map(|one| one.number));
        number == Some(self.sent.get())
    }

    /// Whether the camera's frames follow each other.
    pub fn is_live(self) -> bool {
        self.session.snapshot.with(|snapshot| snapshot.as_ref().is_some_and(|one| one.live))
    }

    /// What a network says of the picture that is shown, once it says it.
    pub fn view(self, which: Which) -> Option<View> {
        self.with(which, View::clone)
    }

    /// A part of it: an answer has maps by the megabyte.
    pub fn with<T>(self, which: Which, read: impl FnOnce(&View) -> T) -> Option<T> {
        self.session.snapshot.with(|snapshot| snapshot.as_ref()?.views[which as usize].as_ref().map(read))
    }

    /// The names of a network's classes; none until they have come.
    pub fn names(self, which: Which) -> Vec<String> {
        match which {
            Which::AlexNet => CLASSES.map(String::from).to_vec(),
            Which::EfficientNet => self.names.with(|names| names.to_vec()),
        }
    }

    /// One class's name, up to its first comma.
    pub fn name(self, which: Which, class: u16) -> String {
        let long = match which {
            Which::AlexNet => CLASSES.get(usize::from(class)).map(|name| (*name).to_owned()),
            Which::EfficientNet => self.names.with(|names| names.get(usize::from(class)).cloned()),
        };
        let long = long.unwrap_or_else(|| format!("class {class}"));
        long.split(',').next().unwrap_or(&long).to_owned()
    }
}

/// A picture on its way to the worker.
pub fn photograph(photo: &Photo) -> Photograph {
    Photograph { width: photo.width, height: photo.height, rgb: photo.rgb.to_vec() }
}
