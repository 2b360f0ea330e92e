//! A run shown again, step by step, and kept as an animation: every figure that follows the time machine can be filmed.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{any_picture::AnyPicture, palette::Theme};
use crate::session::Still;

/// How long a picture stands, in hundredths of a second, and how long the last one does.
const STANDS: (u16, u16) = (18, 150);
/// The width of an animation in pixels, at least and at most: a phone's figure is enlarged, a wide one is not.
const WIDTHS: (f64, f64) = (480.0, 720.0);
/// How often it is looked whether the next picture has come, and how many times at most.
const LOOKS: (Duration, usize) = (Duration::from_millis(15), 400);

/// The run that a figure shows, as far as it can be gone back over.
#[derive(Clone, Copy)]
pub struct Replay {
    /// The steps that can be gone to, the first one first.
    pub steps: Signal<Vec<u64>>,
    /// The step that is shown.
    pub now: Signal<u64>,
    /// Grows with every picture of the run.
    pub frames: Signal<u64>,
    /// Stands still.
    pub pause: Callback<()>,
    /// Goes to a step.
    pub go: Callback<u64>,
    /// Takes a picture; the file is handed out with the last one.
    pub take: Callback<Still>,
}

impl Replay {
    /// Whether there is more than one picture to show.
    pub fn moves(&self) -> bool {
        self.steps.with(|steps| steps.len() > 1)
    }

    /// Goes through the run from its first step to the one that is shown now, taking a picture of the figure at each.
    /// Gives up, with nothing lost, if the figure is left meanwhile.
    pub(super) async fn record(
        self,
        name: String,
        picture: Signal<Option<AnyPicture>>,
        theme: Theme,
        width: f64,
    ) -> Option<()> {
        self.pause.run(());
        // The step that it stands at is kept once its frame has come.
        let now = self.until(move || Some(self.steps.try_get_untracked()?.contains(&self.now.try_get_untracked()?)));
        now.await?;
        let now = self.now.try_get_untracked()?;
        let mut steps = self.steps.try_get_untracked()?;
        steps.retain(|step| *step <= now);
        let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
        for (place, step) in steps.iter().enumerate() {
            let before = self.frames.try_get_untracked()?;
            self.go.run(*step);
            self.until(move || Some(self.frames.try_get_untracked()? > before)).await?;
            let last = place + 1 == steps.len();
            let still = picture.try_with_untracked(|picture| still(picture.as_ref()?, &canvas, &theme, width))?;
            let hundredths = if last { STANDS.1 } else { STANDS.0 };
            self.take.run(Still { name: name.clone(), hundredths, last, ..still? });
        }
        Some(())
    }

    /// Waits until something is so; nothing if it never is, or if it cannot be told any more.
    async fn until(&self, is_so: impl Fn() -> Option<bool>) -> Option<()> {
        for _ in 0..LOOKS.1 {
            if is_so()? {
                return Some(());
            }
            sleep(LOOKS.0).await;
        }
        None
    }
}

fn still(picture: &AnyPicture, canvas: &HtmlCanvasElement, theme: &Theme, width: f64) -> Option<Still> {
    let width = width.min(WIDTHS.1);
    let ratio = (WIDTHS.0 / width).max(1.0);
    picture.paint(canvas, theme, width, ratio, true);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (across, down) = (canvas.width(), canvas.height());
    let pixels = context.get_image_data(0.0, 0.0, across.into(), down.into()).ok()?.data().0;
    Some(Still {
        name: String::new(),
        width: across.try_into().ok()?,
        height: down.try_into().ok()?,
        pixels,
        hundredths: 0,
        last: false,
    })
}

async fn sleep(time: Duration) {
    let (wake, woken) = futures::channel::oneshot::channel();
    set_timeout(
        move || {
            // Nobody waits any more once the page has been left.
            let _ = wake.send(());
        },
        time,
    );
    let _ = woken.await;
}
