//! The diagram's boxes at work: what they make of a picture on its way out of noise.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    desk::Desk,
    diagram::{PICTURE, box_of},
};
use crate::{
    lessons::ddpm::pictures::{Command, Drawing, Maps, NOISE, Piece, Question, STAGES, number},
    site::{parts::Lit, stale::renew_when_stale},
    widgets::{Figure, LayerMaps, MapLayer, PointEvent, Slider, Stroke},
};

/// The picture as it is at a key step of its way, as a question; a way's last key is the picture itself, about which
/// nothing is asked.
fn question(drawing: &Drawing, key: usize) -> Option<Question> {
    let key = drawing.keys.get(key).filter(|key| !key.noise.is_empty())?;
    Some(Question {
        net: drawing.net,
        kept: key.kept,
        class: *drawing.classes.first()?,
        picture: key.now.get(..drawing.net.numbers())?.to_vec(),
        step: key.step,
    })
}

/// Keys of a way about which something can be asked.
fn keys(drawing: &Drawing) -> usize {
    drawing.keys.iter().filter(|key| !key.noise.is_empty()).count()
}

/// What is drawn.
fn layers(maps: &Maps) -> LayerMaps {
    let asked = &maps.asked;
    let side = asked.net.side();
    let picture = MapLayer {
        name: PICTURE.into(),
        note: format!("{side} × {side}"),
        side,
        values: asked.picture.iter().map(|byte| number(*byte, NOISE)).collect(),
        dead: Vec::new(),
        full: None,
        signed: true,
        chosen: Vec::new(),
    };
    let stages = maps.stages.iter().map(|stage| {
        let side = stage.side as usize;
        MapLayer {
            name: box_of(&stage.name).map_or(&*stage.name, |(name, _)| name).into(),
            note: format!("{} of {side}²", stage.values.len() / (side * side).max(1)),
            side,
            values: stage.values.clone(),
            dead: Vec::new(),
            full: None,
            signed: true,
            chosen: Vec::new(),
        }
    });
    LayerMaps { layers: std::iter::once(picture).chain(stages).collect() }
}

/// The figure.
#[component]
pub fn StagesAtWork(
    /// The reader's desk.
    desk: Desk,
    /// The part that is lit.
    lit: Lit,
    /// The box whose row is pointed at.
    at: RwSignal<Option<&'static str>>,
) -> impl IntoView {
    // Until the reader chooses, the middle of the way.
    let chosen = RwSignal::new(None::<usize>);
    let count = Memo::new(move |_| desk.drawing.with(|drawing| drawing.as_ref().map_or(0, |drawing| keys(drawing))));
    let place = Memo::new(move |_| {
        let last = count.get().saturating_sub(1);
        chosen.get().map_or(last / 2, |chosen| chosen.min(last))
    });
    let wanted = Memo::new(move |_| {
        desk.drawing.with(|drawing| {
            let asked = question(drawing.as_ref()?, place.get())?;
            desk.has(Piece::Net(asked.net)).then(|| Arc::new(asked))
        })
    });
    let stale = move || {
        let is_busy = desk.progress.with(Option::is_some);
        let is_new = |asked: &Question| desk.maps.with(|maps| maps.as_ref().is_none_or(|maps| maps.asked != *asked));
        !is_busy && wanted.with(|wanted| wanted.as_deref().is_some_and(is_new))
    };
    renew_when_stale(stale, move || {
        if let Some(asked) = wanted.get_untracked() {
            desk.command(Command::Look((*asked).clone()));
        }
    });
    let picture = Signal::derive(move || desk.maps.with(|maps| maps.as_ref().map(|maps| layers(maps))));
    let on_point = Callback::new(move |event: PointEvent| {
        let row = picture.with_untracked(|maps| maps.as_ref()?.layer_at(event.y, event.width));
        // The first row is the picture, which no stage has made.
        let stage = row.filter(|_| event.kind != Stroke::Leave).and_then(|row| STAGES.get(row.checked_sub(1)?));
        let (name, part) = stage.and_then(|stage| box_of(stage)).unzip();
        if at.get_untracked() != name {
            at.set(name);
            lit.0.set(part);
        }
    });
    let told = move || desk.maps.with(|maps| maps.as_ref().map(|maps| maps.asked.step + 1));
    let slider = move || {
        let last = count.get();
        let value = Signal::derive(move || place.get() as f64 + 1.0);
        let choose = Callback::new(move |key: f64| chosen.set(Some((key.round().max(1.0) - 1.0) as usize)));
        (last > 1).then(|| {
            view! {
                <Slider label="Key step, from noise to picture" value min=1.0 max=last as f64 step=1.0 on_change=choose />
            }
        })
    };
    view! {
        <Figure
            id="stages"
            technique="feature-maps"
            title="The boxes at work"
            picture
            on_point
            empty="It shows the picture that is drawn in stage 3, and comes with it."
            controls=move || view! { {slider} }
        >
            <strong>"Drag from the first step to the last, and watch the row at the bottom."</strong>
            " It is the answer v: among pure noise it is the picture that is seen, turned to its negative; near the end it is the noise that is left. "
            "Above it the first maps that leave some boxes, orange above zero and blue below"
            {move || told().map(|step| format!(", at step {step} of the walk"))} ". Point at a row, and its box lights up above."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lessons::ddpm::pictures::{Key, Net, StageMaps},
        widgets::{Theme, to_svg},
    };

    fn drawing() -> Drawing {
        let key = |step: u32, kept: f32, has_noise: bool| {
            let now = vec![step as u8; 2 * Net::Small.numbers()];
            let noise = if has_noise { now.clone() } else { Vec::new() };
            Key { step, kept, clean: now.clone(), noise, now }
        };
        let keys = vec![key(0, 0.0, true), key(5, 0.5, true), key(10, 1.0, false)];
        Drawing { number: 1, net: Net::Small, classes: vec![3, 4], steps: 10, keys }
    }

    #[test]
    fn the_network_is_asked_of_what_it_was_asked() {
        let drawing = drawing();
        assert_eq!(keys(&drawing), 2);
        let asked = question(&drawing, 1).unwrap();
        assert_eq!((asked.class, asked.step, asked.kept, asked.picture.len()), (3, 5, 0.5, 784));
        assert!(question(&drawing, 2).is_none() && question(&Drawing::default(), 0).is_none());
    }

    #[test]
    fn every_row_is_drawn() {
        let asked = question(&drawing(), 0).unwrap();
        let stages = vec![StageMaps { name: "head".into(), side: 28, values: vec![-0.5; 784] }];
        let picture = layers(&Maps { asked, stages });
        assert_eq!(picture.layers.iter().map(|layer| &*layer.name).collect::<Vec<_>>(), [PICTURE, "v"]);
        assert!(!to_svg(&picture, 320.0, &Theme::dark()).contains("NaN"));
    }
}
