//! What may wait for a moment's rest: it is asked for anew a little after it has become stale.

use std::time::Duration;

use leptos::prelude::*;

/// How soon after a change.
const PAUSE: Duration = Duration::from_millis(150);

/// Calls `renew` a moment after `stale` has become true, and again as long as it stays true with every change of what it
/// reads. If it is no longer stale by then, nothing is called.
pub fn renew_when_stale(stale: impl Fn() -> bool + Copy + 'static, renew: impl Fn() + Copy + 'static) {
    let waiting = StoredValue::new(false);
    Effect::new(move || {
        if stale() && !waiting.get_value() {
            waiting.set_value(true);
            set_timeout(
                move || {
                    // Where the page was left in the meantime there is nothing to renew.
                    if waiting.try_set_value(false).is_none() && untrack(stale) {
                        renew();
                    }
                },
                PAUSE,
            );
        }
    });
}
