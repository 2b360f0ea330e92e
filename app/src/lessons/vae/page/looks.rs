//! The map that came last: frames in between do not carry it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    lessons::{
        pictures::SIDE,
        vae::{Command, Encoding, Look, Vae},
    },
    session::Session,
    site::stale::renew_when_stale,
    widgets::MapDot,
};

/// A look with the parts that the map's picture shares.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// What came.
    pub look: Arc<Look>,
    /// Its tiles.
    pub tiles: Arc<Vec<u8>>,
    /// Its points.
    pub dots: Arc<Vec<MapDot>>,
}

impl Kept {
    fn new(look: &Look) -> Self {
        let mut look = look.clone();
        let dot = |dot: &Encoding| MapDot { x: dot.at[0].into(), y: dot.at[1].into(), class: dot.class };
        let tiles = Arc::new(std::mem::take(&mut look.tiles));
        Self { tiles, dots: Arc::new(look.dots.iter().map(dot).collect()), look: Arc::new(look) }
    }
}

/// The look that came last.
#[derive(Clone, Copy)]
pub struct Looks(RwSignal<Option<Kept>>);

impl Looks {
    /// Keeps the looks of a session.
    pub fn of(session: Session<Vae>) -> Self {
        let kept = RwSignal::new(None);
        Effect::new(move || {
            session.snapshot.with(|snapshot| {
                if let Some(look) = snapshot.as_ref().and_then(|snapshot| snapshot.look.as_ref()) {
                    kept.set(Some(Kept::new(look)));
                }
            });
        });
        Self(kept)
    }

    /// The look that came last.
    pub fn get(self) -> Option<Kept> {
        self.0.get()
    }

    /// What this makes of the look of a run that has just ended: it may have come with the newest frame.
    pub fn last<T>(self, session: Session<Vae>, make: impl Fn(&Look) -> T) -> Option<T> {
        let newest = session.snapshot.with_untracked(|snapshot| snapshot.as_ref()?.look.as_ref().map(&make));
        newest.or_else(|| self.0.with_untracked(|kept| kept.as_ref().map(|kept| make(&kept.look))))
    }

    /// Asks for the map of the network as it is, in full, once it rests.
    pub fn keep_fresh(self, session: Session<Vae>) {
        let stale = move || {
            let (step, running) = (session.bench.step.get(), session.bench.running.get());
            session.snapshot.track();
            let fine = self.0.with(|kept| {
                kept.as_ref().is_some_and(|kept| kept.look.step == step && usize::from(kept.look.side) == SIDE)
            });
            !fine && !running && session.snapshot.with_untracked(Option::is_some)
        };
        renew_when_stale(stale, move || session.command(Command::Redraw));
    }
}
