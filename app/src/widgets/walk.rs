//! A place on a square grid that walks on by itself until the reader takes it: for windows that slide over a picture.

use std::time::Duration;

use leptos::prelude::*;

use super::browser::{tick_every, wants_stillness};

/// Row and column, and whether the reader has taken it.
#[derive(Clone, Copy)]
pub struct Walk {
    /// Row and column.
    pub place: RwSignal<(usize, usize)>,
    taken: RwSignal<bool>,
    count: Signal<usize>,
}

impl Walk {
    /// Begins at a place of `count` × `count` and moves on once every `pace`, unless the reader prefers reduced motion. Ends
    /// with the calling component.
    pub fn new(place: (usize, usize), count: Signal<usize>, pace: Duration) -> Self {
        let walk = Self { place: RwSignal::new(place), taken: RwSignal::new(wants_stillness()), count };
        tick_every(pace, move || {
            if walk.taken.try_get_untracked() == Some(false) {
                let count = count.get_untracked();
                walk.place.try_update(|(row, column)| {
                    *column += 1;
                    if *column >= count {
                        (*row, *column) = ((*row + 1) % count, 0);
                    }
                });
            }
        });
        walk
    }

    /// The reader puts it somewhere: from now on it stays.
    pub fn take(self, place: (usize, usize)) {
        self.taken.set(true);
        self.place.set(place);
    }

    /// The arrow keys move it.
    pub fn on_key(self) -> Callback<String> {
        Callback::new(move |key: String| {
            let (down, right) = match key.as_str() {
                "ArrowUp" => (-1, 0),
                "ArrowDown" => (1, 0),
                "ArrowLeft" => (0, -1),
                "ArrowRight" => (0, 1),
                _ => return,
            };
            let most = self.count.get_untracked().saturating_sub(1);
            let moved = |place: usize, by: isize| place.saturating_add_signed(by).min(most);
            let (row, column) = self.place.get_untracked();
            self.take((moved(row, down), moved(column, right)));
        })
    }
}
