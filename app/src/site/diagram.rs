//! The diagram of a model: a layer that is looked at lights its lines in the source and its term in the formula, and is
//! lit by them.

use leptos::prelude::*;

use super::parts::Lit;
use crate::widgets::{Figure, Network, PointEvent, Pointer, Stroke};

/// A network whose layers can be looked at: by pointing, by touching, or with the arrow keys.
#[component]
pub fn Diagram<F>(
    /// The technique it shows.
    technique: &'static str,
    /// Its title.
    #[prop(default = "The network, with live values")]
    title: &'static str,
    /// The layers.
    picture: Signal<Option<Network>>,
    /// The part that is lit.
    lit: Lit,
    /// The part that a layer of this name belongs to, if it belongs to one.
    part: F,
    /// What to say before there is anything to see.
    #[prop(default = "The network appears with the first frame.")]
    empty: &'static str,
    /// What to watch.
    children: Children,
) -> impl IntoView
where
    F: Fn(&str) -> Option<&'static str> + Copy + Send + Sync + 'static,
{
    let names = Memo::new(move |_| {
        let of = |network: &Network| network.layers.iter().map(|layer| layer.name.clone()).collect::<Vec<_>>();
        picture.with(|network| network.as_ref().map(of).unwrap_or_default())
    });
    let chosen = RwSignal::new(None::<usize>);
    let looked_at = Memo::new(move |_| {
        let (chosen, lit) = (chosen.get(), lit.0.get());
        names.with(|names| {
            let is_lit = |layer: &usize| names.get(*layer).is_some_and(|name| lit == part(name));
            match (chosen.filter(is_lit), lit) {
                (Some(layer), _) => vec![layer],
                (None, Some(_)) => (0..names.len()).filter(is_lit).collect(),
                (None, None) => Vec::new(),
            }
        })
    });
    let choose = move |layer: Option<usize>| {
        let id = layer.and_then(|layer| names.with_untracked(|names| part(names.get(layer)?)));
        if chosen.get_untracked() != layer {
            chosen.set(layer);
        }
        if lit.0.get_untracked() != id {
            lit.0.set(id);
        }
    };
    let on_point = Callback::new(move |event: PointEvent| match (event.kind, event.pointer) {
        // A finger leaves with every touch; what it has touched stays lit.
        (Stroke::Leave, Pointer::Touch) => {}
        (Stroke::Leave, _) => choose(None),
        _ => choose(picture.with_untracked(|network| network.as_ref()?.layer_at(event.x, event.y, event.width))),
    });
    let on_key = Callback::new(move |key: String| {
        let last = names.with_untracked(Vec::len).saturating_sub(1);
        let here = looked_at.with_untracked(|layers| layers.first().copied());
        match key.as_str() {
            "ArrowRight" | "ArrowDown" => choose(Some(here.map_or(0, |layer| (layer + 1).min(last)))),
            "ArrowLeft" | "ArrowUp" => choose(Some(here.map_or(last, |layer| layer.saturating_sub(1)))),
            "Home" => choose(Some(0)),
            "End" => choose(Some(last)),
            "Escape" => choose(None),
            _ => {}
        }
    });
    let shown = Signal::derive(move || {
        let network = picture.get()?;
        Some(Network { highlight: looked_at.get(), ..network })
    });
    let told = Memo::new(move |_| {
        let layer = looked_at.with(|layers| layers.first().copied());
        let words = layer.and_then(|layer| picture.with(|network| network.as_ref()?.told(layer)));
        words.unwrap_or_else(|| "Point at a layer, or walk with the arrow keys: its values stand here.".to_owned())
    });
    view! {
        <Figure id="architecture" technique title picture=shown on_point on_key empty>
            <span class="told">{told}</span>
            {children()}
        </Figure>
    }
}
