//! Weights that a lesson can do without at first: wanted on the page, fetched by the worker, taken in when they have come.

use leptos::prelude::*;

use crate::session::{
    Bench,
    protocol::{LoadState, Progress},
};

/// What is wanted of them. Copy: hand it to whatever wants something.
pub struct Supply<P: 'static> {
    wanted: RwSignal<Vec<P>>,
}

impl<P> Clone for Supply<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Supply<P> {}

impl<P: Copy + PartialEq + Send + Sync + 'static> Supply<P> {
    /// Asks the worker with `fetch` for what is wanted and not yet `asked` for, and with `take_in` to use what has come. What
    /// the reader gives up is wanted no more, until it is wanted again. `asked` is nothing before the first snapshot; `name`
    /// is that of a file.
    pub fn new(
        bench: Bench,
        name: fn(P) -> String,
        asked: Signal<Option<Vec<P>>>,
        fetch: impl Fn(P) + 'static,
        take_in: impl Fn() + Copy + 'static,
    ) -> Self {
        let supply = Self { wanted: RwSignal::new(Vec::new()) };
        Effect::new(move || {
            let wanted = supply.wanted.get();
            let Some(asked) = asked.get().filter(|_| bench.trouble.with(Option::is_none)) else { return };
            wanted.into_iter().filter(|piece| !asked.contains(piece)).for_each(&fetch);
        });
        // Each file's coming is told once.
        let ready = Memo::new(move |_| {
            let is_ready = |file: &&Progress| file.state == LoadState::Ready;
            bench.files.with(|files| files.iter().filter(is_ready).count())
        });
        Effect::new(move |before: Option<usize>| {
            let ready = ready.get();
            if ready > before.unwrap_or_default() {
                take_in();
            }
            ready
        });
        let idle = Memo::new(move |_| {
            let is_idle = |file: &&Progress| file.state == LoadState::Idle;
            bench
                .files
                .with(|files| files.iter().filter(is_idle).map(|file| file.name.clone()).collect::<Vec<String>>())
        });
        Effect::new(move |before: Option<Vec<String>>| {
            let before = before.unwrap_or_default();
            let idle = idle.get();
            // What was idle before may be wanted again by now, and be about to be fetched.
            let is_new = |piece: &P| idle.contains(&name(*piece)) && !before.contains(&name(*piece));
            if supply.wanted.with_untracked(|wanted| wanted.iter().any(is_new)) {
                supply.wanted.update(|wanted| wanted.retain(|piece| !is_new(piece)));
                // The next snapshot says that it may be asked for again.
                take_in();
            }
            idle
        });
        supply
    }

    /// Wants it.
    pub fn want(self, piece: P) {
        if !self.wanted.with_untracked(|wanted| wanted.contains(&piece)) {
            self.wanted.update(|wanted| wanted.push(piece));
        }
    }

    /// Whether it is wanted.
    pub fn is_wanted(self, piece: P) -> bool {
        self.wanted.with(|wanted| wanted.contains(&piece))
    }
}
