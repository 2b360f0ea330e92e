//! A square to draw on with mouse, pen, finger or keys.

use leptos::{ev, html, prelude::*};

use super::{
    super::{
        palette::{Rgb, grey},
        plate::Plate,
        use_theme,
    },
    brush::stroke,
    pixel_canvas, unique_id,
};

/// The brush's radius, for a pad of 28 squares: what MNIST's pens left after scaling.
const RADIUS: f64 = 1.15;

/// How much of a picture below is hidden by what is drawn over it.
const VEIL: f32 = 0.8;

/// The reader's keyboard pen: where it is and whether it writes.
#[derive(Clone, Copy, PartialEq)]
struct KeyPen {
    x: usize,
    y: usize,
    down: bool,
}

/// A place in squares from the upper left corner.
type Place = (f64, f64);

fn place_of(event: &ev::PointerEvent, node: NodeRef<html::Canvas>, size: usize) -> Option<Place> {
    let canvas = node.get_untracked()?;
    let across = size as f64 / f64::from(canvas.client_width().max(1));
    let down = size as f64 / f64::from(canvas.client_height().max(1));
    Some((f64::from(event.offset_x()) * across, f64::from(event.offset_y()) * down))
}

/// A drawing pad; its value is `size × size` shares of ink, 0 to 1, row by row from the top.
#[component]
pub fn DrawPad(
    /// What to draw.
    #[prop(into)]
    label: String,
    /// Squares on a side.
    #[prop(default = 28)]
    size: usize,
    /// The drawing; it may be set from outside, and an empty list is an empty pad.
    value: RwSignal<Vec<f32>>,
    /// A picture that lies on the pad and is not the reader's: the first stroke begins on fresh paper.
    #[prop(default = RwSignal::new(None))]
    lying: RwSignal<Option<Vec<f32>>>,
    /// A picture below the drawing, which then covers it like a veil.
    #[prop(optional, into)]
    ground: Signal<Option<Plate>>,
    /// The brush's radius, for a pad of 28 squares.
    #[prop(default = RADIUS)]
    brush: f64,
    /// Called after each change by the reader, at most once a frame.
    #[prop(optional, into)]
    on_change: Option<Callback<Vec<f32>>>,
) -> impl IntoView {
    let (label_id, help_id, state_id) = (unique_id("pad"), unique_id("pad-help"), unique_id("pad-state"));
    let labelled_by = label_id.clone();
    let described_by = format!("{help_id} {state_id}");
    let theme = use_theme();
    let node = NodeRef::<html::Canvas>::new();
    let last = StoredValue::new(None::<Place>);
    let waiting = StoredValue::new(false);
    let middle = size / 2;
    let pen = RwSignal::new(KeyPen { x: middle, y: middle, down: false });
    let radius = brush * size as f64 / 28.0;
    Effect::new(move || {
        let theme = theme.get();
        if let Some(canvas) = node.get() {
            let below = ground.with(|ground| ground.as_ref().map(|plate| plate.colors(&theme)));
            let pixels = lying.get();
            value.with(|drawn| {
                let at = |place: usize| pixels.as_ref().unwrap_or(drawn).get(place).copied().unwrap_or(0.0);
                let colors = (0..size * size).map(|place| -> Rgb {
                    match below.as_ref().and_then(|colors| colors.get(place)) {
                        Some(color) => color.mix(theme.accent, at(place) * VEIL),
                        None => grey(&theme, at(place)),
                    }
                });
                pixel_canvas::show(&canvas, size, size, colors);
            });
        }
    });
    let tell = move || {
        if let Some(on_change) = on_change
            && !waiting.get_value()
        {
            waiting.set_value(true);
            request_animation_frame(move || {
                // Nothing is told when the pad has gone in the meantime.
                if waiting.try_set_value(false).is_none()
                    && let Some(pixels) = value.try_get_untracked()
                {
                    on_change.run(pixels);
                }
            });
        }
    };
    let draw = move |from: Place, to: Place| {
        value.update(|pixels| {
            if lying.get_untracked().is_some() {
                pixels.clear();
                lying.set(None);
            }
            pixels.resize(size * size, 0.0);
            stroke(pixels, size, from, to, radius);
        });
        tell();
    };
    let clear = move || {
        lying.set(None);
        value.set(vec![0.0; size * size]);
        tell();
    };
    let pointer_down = move |event: ev::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(canvas) = node.get_untracked() {
            // Without capture a stroke ends at the rim, which is all that is lost.
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        if let Some(place) = place_of(&event, node, size) {
            last.set_value(Some(place));
            draw(place, place);
        }
    };
    let pointer_move = move |event: ev::PointerEvent| {
        if event.buttons() != 0
            && let (Some(from), Some(to)) = (last.get_value(), place_of(&event, node, size))
        {
            last.set_value(Some(to));
            draw(from, to);
        }
    };
    let lift = move |_: ev::PointerEvent| last.set_value(None);
    let keys = move |event: ev::KeyboardEvent| {
        let before = pen.get_untracked();
        let mut now = before;
        match event.key().as_str() {
            "ArrowLeft" => now.x = before.x.saturating_sub(1),
            "ArrowRight" => now.x = (before.x + 1).min(size.saturating_sub(1)),
            "ArrowUp" => now.y = before.y.saturating_sub(1),
            "ArrowDown" => now.y = (before.y + 1).min(size.saturating_sub(1)),
            " " => now.down = !before.down,
            "Escape" if before.down => now.down = false,
            "Delete" | "Backspace" => clear(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
        pen.set(now);
        if now.down {
            let middle = |pen: KeyPen| (pen.x as f64 + 0.5, pen.y as f64 + 0.5);
            draw(middle(before), middle(now));
        }
    };
    let cursor = move || {
        let pen = pen.get();
        let share = |place: usize| (place as f64 + 0.5) / size.max(1) as f64 * 100.0;
        format!("left: {:.2}%; top: {:.2}%", share(pen.x), share(pen.y))
    };
    let told = move || {
        let pen = pen.get();
        let state = if pen.down { "Pen down" } else { "Pen up" };
        format!("{state}, column {}, row {}.", pen.x + 1, pen.y + 1)
    };
    view! {
        <div class="draw-pad">
            <div class="draw-pad-head">
                <span class="control-label" id=label_id>{label}</span>
                <button type="button" class="quiet" on:click=move |_| clear()>"Clear"</button>
            </div>
            <div class="draw-pad-paper">
                <canvas
                    class="pixel-canvas"
                    node_ref=node
                    role="application"
                    tabindex="0"
                    aria-labelledby=labelled_by
                    aria-describedby=described_by
                    on:pointerdown=pointer_down
                    on:pointermove=pointer_move
                    on:pointerup=lift
                    on:pointercancel=lift
                    on:keydown=keys
                    on:blur=move |_| pen.update(|pen| pen.down = false)
                ></canvas>
                <span class="draw-pad-pen" class:down=move || pen.get().down style=cursor aria-hidden="true"></span>
            </div>
            <p class="control-help draw-pad-help" id=help_id>
                "With keys: arrows move the pen, Space sets it down or lifts it, Delete clears."
            </p>
            <p class="visually-hidden" id=state_id>{told}</p>
        </div>
    }
}
