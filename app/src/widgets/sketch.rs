//! A picture on a canvas: redrawn only when its numbers, the theme or its size changed, at most once a frame, and only
//! while it is on the screen.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::{ev, html, prelude::*};
use web_sys::HtmlCanvasElement;

use super::{
    any_picture::AnyPicture,
    browser::{Seen, Sized, before_drawing},
    palette::{Theme, use_fonts, use_theme},
    picture::Picture,
};

/// What a pointer does on a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// It touches down.
    Down,
    /// It moves while down.
    Move,
    /// It lifts.
    Up,
    /// It moves above.
    Hover,
    /// It leaves.
    Leave,
}

/// What points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// A mouse or trackpad.
    Mouse,
    /// A pen.
    Pen,
    /// A finger.
    Touch,
}

/// A pointer on a figure, in CSS pixels from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointEvent {
    /// What happened.
    pub kind: Stroke,
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// The drawing's width.
    pub width: f64,
    /// The drawing's height.
    pub height: f64,
    /// Is Shift held?
    pub shift: bool,
    /// What points.
    pub pointer: Pointer,
}

struct Painter {
    canvas: HtmlCanvasElement,
    picture: Signal<Option<AnyPicture>>,
    theme: Signal<Theme>,
    width: Cell<f64>,
    height: Cell<f64>,
    seen: Cell<bool>,
    stale: Cell<bool>,
    waiting: Cell<bool>,
    drawn: RefCell<Option<(AnyPicture, Theme, f64)>>,
}

impl Painter {
    /// Something may have changed.
    fn touch(self: &Rc<Self>) {
        self.stale.set(true);
        self.fit();
        self.schedule();
    }

    /// Gives the canvas its height before it is drawn, so that the page does not jump when it comes into view.
    fn fit(&self) {
        let width = self.width.get();
        let height = self.picture.try_with_untracked(|picture| {
            picture.as_ref().map(|picture| picture.height(width).clamp(1.0, 8000.0).round())
        });
        if let Some(Some(height)) = height
            && width > 0.0
            && height != self.height.get()
        {
            self.height.set(height);
            let _ = web_sys::HtmlElement::style(&self.canvas).set_property("height", &format!("{height}px"));
        }
    }

    fn schedule(self: &Rc<Self>) {
        if self.seen.get() && self.stale.get() && !self.waiting.replace(true) {
            let painter = self.clone();
            before_drawing(move || {
                painter.waiting.set(false);
                painter.draw();
            });
        }
    }

    fn draw(&self) {
        let width = self.width.get();
        if width < 1.0 || !self.canvas.is_connected() {
            return;
        }
        self.stale.set(false);
        let (Some(Some(picture)), Some(theme)) = (self.picture.try_get_untracked(), self.theme.try_get_untracked())
        else {
            return;
        };
        let mut drawn = self.drawn.borrow_mut();
        if drawn.as_ref().is_some_and(|(old, look, size)| *old == picture && *look == theme && *size == width) {
            return;
        }
        picture.paint(&self.canvas, &theme, width, window().device_pixel_ratio().max(2.0), false);
        *drawn = Some((picture, theme, width));
    }
}

/// Keeps a canvas drawn for as long as the calling component lives.
fn use_painter(node: NodeRef<html::Canvas>, picture: Signal<Option<AnyPicture>>) {
    let (theme, fonts) = (use_theme(), use_fonts());
    let kept = StoredValue::new_local(None::<(Rc<Painter>, Option<Seen>, Option<Sized>)>);
    Effect::new(move |_| {
        let Some(canvas) = node.get() else { return };
        let painter = Rc::new(Painter {
            width: Cell::new(f64::from(canvas.client_width())),
            height: Cell::new(0.0),
            canvas: canvas.clone(),
            picture,
            theme,
            seen: Cell::new(false),
            stale: Cell::new(true),
            waiting: Cell::new(false),
            drawn: RefCell::new(None),
        });
        painter.fit();
        let (first, second) = (painter.clone(), painter.clone());
        let seen = Seen::watch(&canvas, move |seen| {
            first.seen.set(seen);
            first.schedule();
        });
        let sized = Sized::watch(&canvas, move || {
            let width = f64::from(second.canvas.client_width());
            if width != second.width.replace(width) {
                second.touch();
            }
        });
        kept.set_value(Some((painter, seen, sized)));
    });
    Effect::new(move |_| {
        picture.track();
        theme.track();
        kept.with_value(|kept| kept.as_ref().map(|(painter, ..)| painter.touch()));
    });
    Effect::new(move |_| {
        fonts.track();
        kept.with_value(|kept| {
            if let Some((painter, ..)) = kept {
                painter.drawn.take();
                painter.touch();
            }
        });
    });
}

fn point(event: &ev::PointerEvent, kind: Stroke, node: NodeRef<html::Canvas>) -> Option<PointEvent> {
    let canvas = node.get_untracked()?;
    Some(PointEvent {
        kind,
        x: f64::from(event.offset_x()),
        y: f64::from(event.offset_y()),
        width: f64::from(canvas.client_width()),
        height: f64::from(canvas.client_height()),
        shift: event.shift_key(),
        pointer: match event.pointer_type().as_str() {
            "pen" => Pointer::Pen,
            "touch" => Pointer::Touch,
            _ => Pointer::Mouse,
        },
    })
}

/// The bare drawing, without card, title or menu: for the home page, hidden units and other small figures.
#[component]
pub fn Sketch<P: Picture>(
    /// What to draw; nothing while `None`.
    picture: Signal<Option<P>>,
    /// What a screen reader says; else the picture's own summary.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// Says nothing to screen readers, because the text beside it already does.
    #[prop(optional)]
    decorative: bool,
    /// The id of an element that describes the drawing.
    #[prop(optional, into)]
    described_by: Option<String>,
    /// Called for every pointer event.
    #[prop(default = None, into)]
    on_point: Option<Callback<PointEvent>>,
    /// Finger drags go to the drawing and do not scroll the page.
    #[prop(optional)]
    drag: bool,
    /// Called with the key's name; makes the drawing focusable.
    #[prop(default = None, into)]
    on_key: Option<Callback<String>>,
) -> impl IntoView {
    drawing(Canvas { picture: any(picture), label, decorative, described_by, on_point, drag, on_key })
}

/// The picture with its kind forgotten; made once for each change, however many look at it.
pub(super) fn any<P: Picture>(picture: Signal<Option<P>>) -> Signal<Option<AnyPicture>> {
    Memo::new(move |_| picture.get().map(AnyPicture::new)).into()
}

/// What [`Sketch`] takes, for a picture of any kind.
pub(super) struct Canvas {
    pub picture: Signal<Option<AnyPicture>>,
    pub label: MaybeProp<String>,
    pub decorative: bool,
    pub described_by: Option<String>,
    pub on_point: Option<Callback<PointEvent>>,
    pub drag: bool,
    pub on_key: Option<Callback<String>>,
}

/// See [`Sketch`].
pub(super) fn drawing(canvas: Canvas) -> AnyView {
    let Canvas { picture, label, decorative, described_by, on_point, drag, on_key } = canvas;
    let node = NodeRef::<html::Canvas>::new();
    use_painter(node, picture);
    let hint = RwSignal::new(None::<(f64, f64, bool, String)>);
    let send = move |event: &ev::PointerEvent, kind: Stroke| {
        let Some(point) = point(event, kind, node) else { return };
        let text = (kind != Stroke::Leave && !(kind == Stroke::Up && point.pointer == Pointer::Touch))
            .then(|| {
                picture.with_untracked(|picture| {
                    picture.as_ref().and_then(|picture| picture.hint(point.x, point.y, point.width))
                })
            })
            .flatten();
        let next = text.map(|text| (point.x, point.y, point.x > point.width / 2.0, text));
        if hint.with_untracked(|old| *old != next) {
            hint.set(next);
        }
        if let Some(callback) = on_point {
            callback.run(point);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if let Some(callback) = on_key
            && !event.ctrl_key()
            && !event.meta_key()
            && !event.alt_key()
        {
            let key = event.key();
            if key.starts_with("Arrow") || matches!(key.as_str(), " " | "Home" | "End" | "PageUp" | "PageDown") {
                event.prevent_default();
            }
            callback.run(key);
        }
    };
    let role = if decorative {
        "presentation"
    } else if on_key.is_some() {
        "application"
    } else {
        "img"
    };
    let name = move || {
        (!decorative).then(|| {
            label.get().unwrap_or_else(|| {
                picture.with(|picture| picture.as_ref().map(AnyPicture::summary).unwrap_or_default())
            })
        })
    };
    view! {
        <div class="drawing" class:points=on_point.is_some() class:drags=drag>
            <canvas
                node_ref=node
                role=role
                aria-label=name
                aria-hidden=decorative.then_some("true")
                aria-describedby=described_by
                tabindex=on_key.map(|_| "0")
                on:keydown=key
                on:pointerdown=move |event| {
                    if on_point.is_some()
                        && event.button() == 0
                        && let Some(canvas) = node.get_untracked()
                    {
                        let _ = canvas.set_pointer_capture(event.pointer_id());
                    }
                    send(&event, Stroke::Down);
                }
                on:pointermove=move |event| {
                    send(&event, if event.buttons() == 0 { Stroke::Hover } else { Stroke::Move });
                }
                on:pointerup=move |event| send(&event, Stroke::Up)
                on:pointercancel=move |event| send(&event, Stroke::Up)
                on:pointerleave=move |event| send(&event, Stroke::Leave)
            ></canvas>
            {move || {
                hint.get()
                    .map(|(x, y, left, text)| {
                        let place = format!("left: {x}px; top: {y}px");
                        view! { <div class="hint" class:left=left style=place aria-hidden="true">{text}</div> }
                    })
            }}
        </div>
    }
    .into_any()
}
