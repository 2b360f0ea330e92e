//! The pictures of the lesson.

use leptos::prelude::*;
use models::{
    foundations::mlp::Activation,
    vision::alexnet::{AlexNetConfig, CHANNELS, PAPER, SIDE, SIGHTS},
};

use super::{desk::Desk, stride::filter_colors};
use crate::{
    lessons::{
        alexnet::{Finding, Often, Shuffled, Snapshot, Which, settings::CLASSES},
        spread,
    },
    provenance::{Log, logs},
    site::figures::stored_confusion,
    widgets::{
        Axis, Bars, Chart, ConfusionMatrix, Ground, Ink, LayerMaps, MapLayer, Network, NetworkLayer, NetworkMaps,
        Overlay, Panel, PhotoGrid, PhotoTile, Rgb, Series as Line,
    },
};

/// Rows and columns of the filters of conv1, and of LeNet's.
const WINDOW: usize = 11;
const LENET: usize = 5;

/// AlexNet as it is here.
pub fn config() -> AlexNetConfig {
    AlexNetConfig::narrowed(CLASSES.len(), Activation::Relu)
}

/// The five likeliest classes of a network.
pub fn answer(desk: Desk, which: Which) -> Signal<Option<Bars>> {
    Signal::derive(move || {
        let probabilities = desk.with(which, |view| view.probabilities.clone())?;
        let mut order: Vec<usize> = (0..probabilities.len()).collect();
        order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        order.truncate(5);
        Some(Bars {
            labels: order.iter().map(|class| desk.name(which, *class as u16)).collect(),
            values: order.iter().map(|class| f64::from(probabilities[*class])).collect(),
            highlight: Some(0),
            unit: String::new(),
            max: Some(1.0),
        })
    })
}

/// Maps of a layer that are shown, and units.
pub const MOST_MAPS: usize = 12;
const MOST_UNITS: usize = 120;

/// The maps that answer most, in the order of the layer.
fn strongest(maps: &[f32], cells: usize) -> Vec<usize> {
    let answers: Vec<f32> = maps.chunks_exact(cells).map(|map| map.iter().map(|value| value.max(0.0)).sum()).collect();
    let mut order: Vec<usize> = (0..answers.len()).collect();
    order.sort_by(|a, b| answers[*b].total_cmp(&answers[*a]));
    order.truncate(MOST_MAPS);
    order.sort_unstable();
    order
}

/// The strongest maps of every layer of AlexNet, and its first units.
pub fn maps(desk: Desk) -> Signal<Option<LayerMaps>> {
    Signal::derive(move || {
        let snapshot = desk.session.snapshot.get()?;
        let layers = snapshot.layers.iter().zip(PAPER).map(|(layer, paper)| {
            let (side, cells) = (layer.side as usize, ((layer.side * layer.side) as usize).max(1));
            let maps = layer.values.len() / cells;
            let chosen = if side == 1 { (0..maps.min(MOST_UNITS)).collect() } else { strongest(&layer.values, cells) };
            let shown = chosen.len();
            // The scores of a class may lie below zero; only what speaks for it is shown.
            let values = chosen.iter().flat_map(|map| &layer.values[map * cells..(map + 1) * cells]);
            let values: Vec<f32> = values.map(|value| value.max(0.0)).collect();
            MapLayer {
                name: paper.name.into(),
                note: match (side, shown < maps) {
                    (1, false) => format!("{maps} units"),
                    (1, true) => format!("{shown} of {maps}"),
                    (side, false) => format!("{maps} · {side} × {side}"),
                    (side, true) => format!("{shown} of {maps} · {side} × {side}"),
                },
                side,
                full: (side > 1).then(|| nearly_largest(&values)),
                signed: false,
                values,
                dead: Vec::new(),
                chosen,
            }
        });
        let layers: Vec<MapLayer> = layers.collect();
        (!layers.is_empty()).then_some(LayerMaps { layers })
    })
}

/// The value that only one in a hundred of those above zero exceeds: a few are much larger than all others.
fn nearly_largest(values: &[f32]) -> f32 {
    let mut answers: Vec<f32> = values.iter().copied().filter(|value| *value > 0.0).collect();
    answers.sort_by(f32::total_cmp);
    answers.get(answers.len() * 99 / 100).copied().unwrap_or(1.0)
}

/// The filters of conv1 in their colours.
pub fn filters(desk: Desk) -> Signal<Option<PhotoGrid>> {
    Signal::derive(move || {
        let snapshot = desk.session.snapshot.get()?;
        let photos: Vec<PhotoTile> = snapshot
            .filters
            .chunks_exact(3 * WINDOW * WINDOW)
            .map(|filter| tile(filter_colors(filter), WINDOW))
            .collect();
        (!photos.is_empty()).then_some(PhotoGrid { photos, tile: 54.0, smooth: false })
    })
}

/// LeNet's filters of C1, grey as what they look at: ink is dark.
pub fn lenet_filters(desk: Desk) -> Signal<Option<PhotoGrid>> {
    Signal::derive(move || {
        let snapshot = desk.session.snapshot.get()?;
        let shade = |weight: &f32| {
            let byte = (128.0 - weight.clamp(-1.0, 1.0) * 127.0) as u8;
            Rgb(byte, byte, byte)
        };
        let photos: Vec<PhotoTile> = snapshot
            .lenet
            .chunks_exact(LENET * LENET)
            .map(|filter| tile(filter.iter().map(shade).collect(), LENET))
            .collect();
        (!photos.is_empty()).then_some(PhotoGrid { photos, tile: 54.0, smooth: false })
    })
}

fn tile(colors: Vec<Rgb>, columns: usize) -> PhotoTile {
    PhotoTile { colors, columns, lines: Vec::new(), mark: None }
}

/// The square that is looked at.
fn square(snapshot: &Snapshot) -> Ground {
    Ground::Color(snapshot.square.chunks_exact(3).map(|pixel| Rgb(pixel[0], pixel[1], pixel[2])).collect())
}

/// Four explanations of one class over the picture.
pub fn explained(desk: Desk, which: Which) -> Signal<Option<Overlay>> {
    Signal::derive(move || {
        let (snapshot, view) = (desk.session.snapshot.get()?, desk.view(which)?);
        let explanation = view.explanation?;
        let heat = explanation.heats.first().map(|(_, heat)| heat.clone()).unwrap_or_default();
        let panel = |label: &str, heat: Vec<f32>, signed| Panel { label: label.into(), heat, signed };
        let mut panels = vec![panel("Grad-CAM", heat, false), panel("Saliency", explanation.saliency, false)];
        if !explanation.guided.is_empty() {
            panels.push(panel("Guided backpropagation", explanation.guided, true));
        }
        if !view.occlusion.is_empty() {
            panels.push(panel("Occlusion", view.occlusion, true));
        }
        let opacity = desk.session.settings.with(|settings| settings.heat);
        Some(Overlay { side: snapshot.side as usize, picture: square(&snapshot), panels, opacity })
    })
}

/// The Grad-CAM of several classes side by side.
pub fn classes(desk: Desk, which: Which) -> Signal<Option<Overlay>> {
    Signal::derive(move || {
        let (snapshot, view) = (desk.session.snapshot.get()?, desk.view(which)?);
        let heats = view.explanation?.heats;
        let panels = heats.into_iter().map(|(class, heat)| {
            let sure = view.probabilities.get(usize::from(class)).copied().unwrap_or_default();
            Panel { label: format!("{} {}", desk.name(which, class), percent(sure)), heat, signed: false }
        });
        let opacity = desk.session.settings.with(|settings| settings.heat);
        Some(Overlay { side: snapshot.side as usize, picture: square(&snapshot), panels: panels.collect(), opacity })
    })
}

/// A share in percent, with a decimal where it is small. A line never breaks before the sign.
pub fn percent(share: f32) -> String {
    let share = share * 100.0;
    format!("{share:.*}\u{a0}%", usize::from(share < 10.0))
}

/// The layers as columns, with shapes, parameters and the first maps or values.
pub fn network(desk: Desk) -> Signal<Option<Network>> {
    Signal::derive(move || {
        let (input, layers) = desk.session.snapshot.with(|snapshot| {
            let all = |snapshot: &Snapshot| (input(&snapshot.square, snapshot.side as usize), snapshot.layers.clone());
            snapshot.as_deref().map(all).unwrap_or_default()
        });
        let input = NetworkLayer {
            name: "input".into(),
            units: CHANNELS * SIDE * SIDE,
            spread: spread(&input),
            values: input,
            maps: Some(NetworkMaps { count: CHANNELS, side: SIDE, window: 0, signed: false }),
            note: format!("[{CHANNELS}, {SIDE}, {SIDE}]"),
            ..NetworkLayer::default()
        };
        let rows = config().layers().into_iter().enumerate().map(|(place, layer)| NetworkLayer {
            name: layer.name.into(),
            units: layer.maps * layer.side * layer.side,
            values: layers.get(place).map(|view| NetworkMaps::drawn(&view.values, layer.side)).unwrap_or_default(),
            labels: if layer.name == "fc8" { CLASSES.map(String::from).to_vec() } else { Vec::new() },
            spread: layers.get(place).and_then(|view| spread(&view.values)),
            maps: SIGHTS.get(place).map(|window| NetworkMaps {
                count: layer.maps,
                side: layer.side,
                window: *window,
                signed: false,
            }),
            note: match (layer.side, layer.parameters) {
                (1, count) => format!("[{}] · {count}", layer.maps),
                (side, 0) => format!("[{}, {side}, {side}] · none", layer.maps),
                (side, count) => format!("[{}, {side}, {side}] · {count}", layer.maps),
            },
            ..NetworkLayer::default()
        });
        Some(Network { layers: std::iter::once(input).chain(rows).collect(), edges: Vec::new(), highlight: Vec::new() })
    })
}

/// The part of the source that a layer belongs to.
pub fn part(layer: &str) -> Option<&'static str> {
    let starts = |kind| layer.starts_with(kind);
    match layer {
        _ if starts("conv") => Some("convolution"),
        _ if starts("pool") => Some("pooling"),
        _ if starts("fc") => Some("softmax"),
        _ => None,
    }
}

/// The square's red, green and blue, as small as the network sees them: of each place the pixel in its middle.
fn input(square: &[u8], side: usize) -> Vec<f32> {
    if side == 0 || square.len() != CHANNELS * side * side {
        return Vec::new();
    }
    let place = |at: usize| (2 * at + 1) * side / (2 * SIDE);
    let byte = |at: usize| {
        let (channel, row, column) = (at / (SIDE * SIDE), at / SIDE % SIDE, at % SIDE);
        f32::from(square[(place(row) * side + place(column)) * CHANNELS + channel])
    };
    (0..CHANNELS * SIDE * SIDE).map(byte).collect()
}

/// What was logged while the weights were trained; the only thing here that is stored.
pub const LOG: Log = logs::ALEXNET_IMAGENETTE;

/// Two stored runs over passes through the pictures: the training error of each.
pub fn training_error(runs: [(&'static str, &'static str); 2]) -> Option<Chart> {
    let lines = runs.into_iter().enumerate().map(|(place, (run, name))| {
        let points = LOG.by_epoch(run, "accuracy").into_iter().map(|(epoch, right)| (epoch, 1.0 - right)).collect();
        let line = Line::new(name, points, Ink::Class(place));
        if place > 0 { line.dashed() } else { line }
    });
    chart(lines.collect(), "share wrong, of the pictures trained on")
}

/// Two stored runs over passes: the error of each on the pictures trained on and on held-out ones.
pub fn both_errors(runs: [(&'static str, &'static str, &'static str); 2]) -> Option<Chart> {
    let lines = runs.into_iter().enumerate().flat_map(|(place, (run, trained, held))| {
        let error =
            |curve: &str| LOG.by_epoch(run, curve).into_iter().map(|(epoch, right)| (epoch, 1.0 - right)).collect();
        [
            Line::new(trained, error("accuracy"), Ink::Class(place)).dashed(),
            Line::new(held, error("validation-accuracy"), Ink::Class(place)),
        ]
    });
    chart(lines.collect(), "share wrong")
}

fn chart(series: Vec<Line>, label: &'static str) -> Option<Chart> {
    series.iter().all(|line| line.points.len() > 1).then(|| Chart {
        series,
        x: Axis::new("passes over the pictures").from(0.0),
        y: Axis::new(label).percent().from(0.0).to(1.0),
        ..Chart::default()
    })
}

/// When each of the two runs first gets only a quarter wrong, and why that is another test than the paper's.
pub fn bend_in_words() -> String {
    let came = |run: &str| {
        let points = LOG.by_epoch(run, "accuracy");
        points.iter().find(|(_, right)| *right >= 0.75).map_or(f64::INFINITY, |(epoch, _)| *epoch)
    };
    let passes = LOG.by_epoch("tanh", "accuracy").last().map_or(0.0, |(epoch, _)| *epoch);
    let words = |came: f64| match came.is_finite() {
        true => format!("after {came:.1} passes"),
        false => format!("not within {passes:.0} passes"),
    };
    let (relu, tanh) = (came("relu"), came("tanh"));
    let first = match relu < tanh {
        true => "ReLU comes there first here too",
        false => "here ReLU does not come there first",
    };
    format!(
        "These two runs are another test: one learning rate for both, a network half as wide as the one above, other photographs. ReLU comes there {}, tanh {}; {first}, which neither proves nor refutes the paper’s figure.",
        words(relu),
        words(tanh),
    )
}

/// How far trained and held-out pictures part at the end of each run.
pub fn dropout_in_words() -> String {
    let gap = |run: &str| {
        let last = |curve: &str| LOG.by_epoch(run, curve).last().map_or(0.0, |(_, right)| *right);
        (last("accuracy") - last("validation-accuracy")) * 100.0
    };
    let points = |run: &str| format!("{:.0}", gap(run)).replace('-', "−");
    format!("At the end the gap is {} points without dropout and {} with it.", points("relu"), points("dropout"))
}

/// Stored counts of test pictures.
pub fn confusion(selected: Option<(usize, usize)>) -> Option<ConfusionMatrix> {
    stored_confusion(&LOG, CLASSES.map(String::from).to_vec(), selected)
}

/// Shuffled pictures with what each network says.
pub fn shuffled(desk: Desk, shown: &[Shuffled]) -> Option<PhotoGrid> {
    let photos = shown.iter().map(|one| {
        let side = (one.rgb.len() / 3).isqrt();
        let say = |which: Which| {
            let (class, sure) = one.called[which as usize];
            let name = which.name().split('-').next().unwrap_or_default();
            format!("{name}: {} {}", desk.name(which, class), percent(sure))
        };
        let pieces = u32::from(one.pieces).pow(2);
        let title = if pieces == 1 { "whole".to_owned() } else { format!("{pieces} pieces") };
        PhotoTile::of_bytes(&one.rgb, side, vec![title, say(Which::AlexNet), say(Which::EfficientNet)])
    });
    Some(PhotoGrid { photos: photos.collect(), tile: 190.0, smooth: true })
}

/// How sure each network is of its first answer over the number of pieces: the mean of all shuffles, and the middle half.
pub fn texture(often: &[Often]) -> Option<Chart> {
    let lines = Which::ALL.into_iter().flat_map(|which| {
        let name = which.name().split('-').next().unwrap_or_default();
        let line = |name: String, read: fn(&[f32]) -> f32| {
            let points = often
                .iter()
                .map(|one| (f64::from(u32::from(one.pieces).pow(2)), f64::from(read(&one.first[which as usize]))));
            let line = Line::new(name, points.collect(), Ink::Class(which as usize));
            if which == Which::AlexNet { line } else { line.dashed() }
        };
        [
            line(name.into(), mean),
            line(format!("{name}, upper"), |all| quantile(all, 0.75)).width(0.9),
            line(format!("{name}, lower"), |all| quantile(all, 0.25)).width(0.9),
        ]
    });
    Some(Chart {
        series: lines.collect(),
        x: Axis::new("pieces").log().from(1.0).to(256.0).at([1.0, 4.0, 16.0, 64.0, 256.0]),
        y: Axis::new("how sure of its first answer").percent().from(0.0).to(1.0),
        height: 220.0,
        ..Chart::default()
    })
}

/// The mean; 0 of none.
pub fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// The class that AlexNet calls most often, and how many times.
pub fn most_frequent(called: &[u16]) -> (u16, usize) {
    let times = |class: u16| called.iter().filter(|one| **one == class).count();
    let most = (0..CLASSES.len() as u16).max_by_key(|class| times(*class)).unwrap_or_default();
    (most, times(most))
}

/// The value below which this share of all lies; 0 of none.
fn quantile(values: &[f32], share: f32) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let place = share * sorted.len().saturating_sub(1) as f32;
    let at = |place: f32| sorted.get(place as usize).copied().unwrap_or_default();
    at(place.floor()) + (at(place.ceil()) - at(place.floor())) * place.fract()
}

/// The picture, the change and their sum.
pub fn attacked(desk: Desk) -> Signal<Option<PhotoGrid>> {
    Signal::derive(move || {
        let attack = desk.session.snapshot.get()?.attack.clone()?;
        let side = (attack.before.len() / 3).isqrt();
        let say = |(class, sure): (u16, f32)| format!("{} {}", desk.name(Which::AlexNet, class), percent(sure));
        let times =
            if attack.epsilon > 0.0 { format!("enlarged {:.0} times", 127.5 / attack.epsilon) } else { "none".into() };
        let flipped = attack.called[0].0 != attack.called[1].0;
        let tile = |rgb: &[u8], lines: [String; 2]| PhotoTile::of_bytes(rgb, side, lines.to_vec());
        Some(PhotoGrid {
            photos: vec![
                tile(&attack.before, ["as it is".into(), say(attack.called[0])]),
                tile(&attack.change, ["the change".into(), times]),
                PhotoTile {
                    mark: flipped.then_some(Ink::Bad),
                    ..tile(&attack.after, ["with the change".into(), say(attack.called[1])])
                },
            ],
            tile: 240.0,
            smooth: true,
        })
    })
}

/// How sure AlexNet is of its first answer and of its newest one, over ε.
pub fn adversarial(finding: &Finding) -> Option<Chart> {
    let Finding::Adversarial(found) = finding else { return None };
    let line = |name: &str, read: fn(&crate::lessons::alexnet::Misled) -> f32, ink| {
        Line::new(name, found.iter().map(|one| (f64::from(one.epsilon), f64::from(read(one)))).collect(), ink)
    };
    Some(Chart {
        series: vec![
            line("its first answer", |one| one.first, Ink::Class(0)),
            line("whatever it says", |one| one.called.1, Ink::Class(1)).dashed(),
        ],
        x: Axis::new("ε, in steps of 255").from(0.0),
        y: Axis::new("how sure it is").percent().from(0.0).to(1.0),
        ..Chart::default()
    })
}

/// What is left of three explanations when layer after layer is made fresh.
pub fn sanity(finding: &Finding) -> Option<Chart> {
    let Finding::Sanity(found) = finding else { return None };
    let names = ["saliency", "guided backpropagation", "Grad-CAM of conv5"];
    let line = |(which, name): (usize, &str)| {
        let points = found.iter().enumerate().map(|(fresh, three)| (fresh as f64, f64::from(three[which])));
        Line::new(name, points.collect(), Ink::Class(which))
    };
    Some(Chart {
        series: names.into_iter().enumerate().map(line).collect(),
        x: Axis::new("fresh layers, counted from the last").integer().from(0.0),
        y: Axis::new("rank correlation with the trained network’s").to(1.0),
        ..Chart::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_lie_between_their_neighbours() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!([0.0, 0.25, 0.5, 1.0].map(|share| quantile(&values, share)), [1.0, 1.75, 2.5, 4.0]);
        assert_eq!((quantile(&[], 0.5), mean(&[]), mean(&values)), (0.0, 0.0, 2.5));
    }
}
