//! The logs of the two trainings that drew no line on this page, from their provenance files.

use leptos::prelude::*;

use crate::{
    lessons::ddpm::{Ddpm, pictures::Net},
    provenance::{Log, logs},
    session::Session,
    widgets::{Axis, Chart, Figure, Ink, Series as Line},
};

/// The log of a network's training.
const fn log(net: Net) -> &'static Log {
    match net {
        Net::Small => &logs::DDPM_SMALL,
        Net::Cifar => &logs::DDPM_CIFAR10,
    }
}

/// Training and held-out loss.
fn chart(net: Net) -> Chart {
    Chart {
        series: vec![
            Line::new("training", log(net).points("loss"), Ink::Class(0)),
            Line::new("held out", log(net).points("validation-loss"), Ink::Class(1)).dashed(),
        ],
        x: Axis::new("step").integer().from(0.0),
        y: Axis::new("weighed square error of v").log(),
        ..Chart::default()
    }
}

/// The log of the training of the network that is chosen: stored, and not computed here.
#[component]
pub fn Stored(
    /// The bench's session, for the network of pictures that is chosen.
    session: Session<Ddpm>,
) -> impl IntoView {
    let net = Memo::new(move |_| session.settings.with(|settings| settings.pictures.net));
    let picture = Signal::derive(move || Some(chart(net.get())));
    view! {
        <Figure
            id="stored-loss"
            technique="learning-curves"
            title="Stored log: loss of the pictures’ network"
            picture
        >
            <strong>"Compare the two lines. This is a log, not a run."</strong>
            " It was written while the weights of " {move || net.get().name()} " were trained; where these come from is told where they are loaded. "
            "The line of pictures that were held out, asked with the averaged weights that are shipped, keeps close to the other to the end: "
            "these pictures are not learned by heart. Up, each mark is a multiple, for the fall goes on long after it looks over."
        </Figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_says_what_the_caption_says() {
        for net in Net::ALL {
            let ends = ["loss", "validation-loss"].map(|name| log(net).points(name).last().unwrap().1);
            assert!((ends[1] / ends[0] - 1.0).abs() < 0.03, "{net:?}: {ends:?}");
            let held_out = log(net).points("validation-loss");
            let middle = held_out[held_out.len() / 2].1;
            assert!(ends[1] < 0.98 * middle && middle < 0.6 * held_out[0].1, "{net:?}: {ends:?} {middle}");
        }
    }
}
