//! Sample data of the gallery: made by formula, the same on every visit. None of it was measured.

use std::sync::Arc;

use crate::widgets::{
    Arrows, Attention, Axis, Bars, BeamNode, BeamTree, Chart, ConfusionMatrix, Dot, Edges, Field, GradientFlow, Ground,
    HeadGroup, HeadTile, Heads, Heatmap, Histogram, ImageGrid, Ink, Landscape, LatentMap, LayerMaps, MapDot, MapLayer,
    Marker, Network, NetworkLayer, Overlay, Panel, Peak, PhotoGrid, PhotoTile, PlacedWord, QueryWalk, Rgb, Ring, Scale,
    Scatter, Segment, Series, Tile, VectorField, WordMap,
};

/// A number between −1 and 1 that looks random and belongs to its index.
fn scatter_of(index: usize) -> f64 {
    let mixed = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed >> 40) as f64 / f64::from(1_u32 << 24)) * 2.0 - 1.0
}

/// Two learning curves of some thousand points.
pub fn curves(cursor: Option<f64>) -> Chart {
    let line = |name: &str, floor: f64, rough: f64, ink, shift: usize| {
        let points = (0..3000)
            .map(|step| {
                let course = floor + (0.69 - floor) * (-(step as f64) / 500.0).exp();
                (step as f64, (course + rough * scatter_of(step + shift)).max(0.0))
            })
            .collect();
        Series::new(name, points, ink)
    };
    Chart {
        series: vec![
            line("training", 0.06, 0.02, Ink::Class(0), 0),
            line("held out", 0.14, 0.004, Ink::Class(1), 9000).dashed(),
        ],
        x: Axis::new("step").integer().from(0.0),
        y: Axis::new("cross-entropy").from(0.0),
        markers: vec![Marker { x: 1200.0, label: "rate halved".into(), color: Ink::Soft }],
        cursor,
        ..Chart::default()
    }
}

/// Two curves of true against false alarms.
pub fn roc() -> Chart {
    let curve = |bend: f64| (0..=60).map(|step| f64::from(step) / 60.0).map(|x| (x, x.powf(bend))).collect();
    Chart {
        series: vec![
            Series::new("perceptron", curve(0.16), Ink::Class(0)),
            Series::new("ADALINE", curve(0.3), Ink::Class(1)).dashed(),
            Series::new("guessing", vec![(0.0, 0.0), (1.0, 1.0)], Ink::Soft).dashed(),
        ],
        x: Axis::new("false alarms").percent(),
        y: Axis::new("found").percent(),
        rings: vec![Ring { at: (0.1, 0.1_f64.powf(0.16)), label: "threshold".into(), color: Ink::Class(1) }],
        square: true,
        ..Chart::default()
    }
}

/// A plane of points with a field, a border and an arrow.
pub fn plane() -> Scatter {
    const SIDE: usize = 60;
    let height = |x: f64, y: f64| ((y - 0.35 * (3.2 * x).sin()) * 3.0).tanh();
    let values = (0..SIDE * SIDE)
        .map(|cell| {
            let place = |index: usize| (index as f64 + 0.5) / SIDE as f64 * 2.0 - 1.0;
            -height(place(cell % SIDE), -place(cell / SIDE)) as f32
        })
        .collect();
    let points = (0..120)
        .map(|index| {
            let (x, y) = (scatter_of(index) * 0.92, scatter_of(index + 500) * 0.92);
            let class = u8::from(height(x, y) + 0.35 * scatter_of(index + 900) < 0.0);
            Dot { x, y, class, held_out: index % 4 == 0, ring: index == 17 }
        })
        .collect();
    let line = |from, to, dashed, arrow, label: &str| Segment {
        from,
        to,
        color: Ink::Ink,
        dashed,
        arrow,
        label: label.into(),
        width: 2.0,
    };
    Scatter {
        points,
        field: Some(Field { columns: SIDE, rows: SIDE, values }),
        lines: vec![line((-1.2, 0.02), (1.2, 0.1), true, false, ""), line((0.0, 0.06), (-0.03, 0.5), false, true, "w")],
        x_label: "across".into(),
        y_label: "up".into(),
        ..Scatter::default()
    }
}

/// Two valleys, and a way down into one of them.
pub fn landscape() -> Landscape {
    const SIDE: usize = 21;
    let height = |x: f64, y: f64| (x * x - 0.5).powi(2) * 2.0 + y * y * 0.6;
    let place = |index: usize| index as f64 / (SIDE - 1) as f64 * 2.0 - 1.0;
    let way = (0..=20).map(|step| f64::from(step) / 20.0).map(|along| (0.7 * along, 0.9 * (1.0 - along).powi(2)));
    Landscape {
        columns: SIDE,
        rows: SIDE,
        values: (0..SIDE * SIDE).map(|cell| height(place(cell % SIDE), place(cell / SIDE)) as f32).collect(),
        peaks: vec![Peak { place: (-0.7, 0.0, height(-0.7, 0.0)), name: "the other valley".into() }],
        path: way.map(|(x, y)| (x, y, height(x, y))).collect(),
        labels: ["across", "up", "height"].map(String::from),
        turn: 0.5,
    }
}

/// A matrix of signed weights, or of attention.
pub fn heatmap(scale: Scale) -> Heatmap {
    let words = ["the", "cat", "sat", "on", "the", "mat"].map(String::from).to_vec();
    let signed = scale == Scale::Signed;
    let values = (0..36)
        .map(|cell| {
            let (row, column) = (cell / 6, cell % 6);
            let near = (-(row as f64 - column as f64).powi(2) / 3.0).exp();
            (if signed { scatter_of(cell + 40) } else { near * (0.7 + 0.3 * scatter_of(cell)) }) as f32
        })
        .collect();
    Heatmap {
        rows: 6,
        columns: 6,
        values,
        scale,
        limit: None,
        row_labels: words.clone(),
        column_labels: words,
        numbers: signed,
        height: 0.0,
        square: false,
    }
}

/// A stroke that runs around, as a picture of ink.
pub fn ring(turn: usize) -> Tile {
    const SIDE: usize = 28;
    let pixels = (0..SIDE * SIDE)
        .map(|cell| {
            let (x, y) = ((cell % SIDE) as f64 - 13.5, (cell / SIDE) as f64 - 13.5);
            let (radius, angle) = (x.hypot(y * 0.8), y.atan2(x));
            let gap = ((angle - turn as f64 * 0.9).cos() - 0.85).max(0.0) * 8.0;
            ((1.0 - (radius - 7.5).abs() / 2.2).max(0.0) * (1.0 - gap).max(0.0)) as f32
        })
        .collect();
    Tile { pixels, rows: SIDE, columns: SIDE, label: format!("gap {turn}"), mark: None }
}

/// Small pictures, one marked as wrong.
pub fn tiles() -> ImageGrid {
    let images = (0..12).map(|turn| Tile { mark: (turn == 4).then_some(Ink::Bad), ..ring(turn) }).collect();
    ImageGrid { images, columns: 0, scale: Scale::Grey, tile: 0.0 }
}

/// What the layers of a convolutional network might say: maps that grow coarser, one of them dead.
pub fn layer_maps() -> LayerMaps {
    let layer = |name: &str, side: usize, maps: usize, dead: Vec<usize>| MapLayer {
        name: name.into(),
        note: if side == 1 { format!("{maps} units") } else { format!("{maps} of {side}²") },
        side,
        values: (0..maps)
            .flat_map(|map| coarser(&ring(map), side, if dead.contains(&map) { 0.0 } else { 1.0 }))
            .collect(),
        dead,
        full: None,
        signed: false,
        chosen: Vec::new(),
    };
    LayerMaps {
        layers: vec![
            layer("C1", 28, 6, vec![4]),
            layer("S2", 14, 6, vec![4]),
            layer("C3", 10, 16, vec![]),
            layer("F6", 1, 84, vec![7]),
        ],
    }
}

/// A picture at another resolution, the nearest pixel taken.
fn coarser(tile: &Tile, side: usize, strength: f32) -> Vec<f32> {
    let from = |place: usize| (2 * place + 1) * tile.rows / (2 * side);
    (0..side * side).map(|at| strength * tile.pixels[from(at / side) * tile.columns + from(at % side)]).collect()
}

/// Heat of both kinds over one picture.
pub fn overlay() -> Overlay {
    let Tile { pixels, rows, .. } = ring(2);
    let heat = |pace: f64| {
        (0..rows * rows).map(move |at| (((at % rows) as f64 * pace).sin() * ((at / rows) as f64 * 0.2).cos()) as f32)
    };
    let panels = vec![
        Panel { label: "unsigned".into(), heat: heat(0.11).map(f32::abs).collect(), signed: false },
        Panel { label: "signed".into(), heat: heat(0.23).collect(), signed: true },
        Panel { label: "none".into(), heat: Vec::new(), signed: false },
    ];
    Overlay { side: rows, picture: Ground::Ink(pixels), panels, opacity: 0.7 }
}

/// Colours that run around, some of them marked.
pub fn photos() -> PhotoGrid {
    const SIDE: usize = 24;
    let photo = |turn: usize| {
        let color = |cell: usize| {
            let (x, y) = ((cell % SIDE) as f64 / SIDE as f64, (cell / SIDE) as f64 / SIDE as f64);
            let wave = |pace: f64| (127.5 + 127.5 * (pace * (x + y) + turn as f64).sin()) as u8;
            Rgb(wave(3.0), wave(4.5), wave(6.0))
        };
        PhotoTile {
            colors: (0..SIDE * SIDE).map(color).collect(),
            columns: SIDE,
            lines: vec![format!("picture {}", turn + 1), "its words".into()],
            mark: [Some(Ink::Good), Some(Ink::Bad), None][turn % 3],
        }
    };
    PhotoGrid { photos: (0..6).map(photo).collect(), tile: 110.0, smooth: true }
}

/// Rings that turn from left to right and pale from top to bottom, with three clouds of points.
pub fn latent_map() -> LatentMap {
    const COUNT: usize = 8;
    let tiles = (0..COUNT * COUNT).flat_map(|tile| {
        let strength = 255.0 * (1.0 - 0.08 * (tile / COUNT) as f32);
        ring(tile % COUNT).pixels.into_iter().map(move |ink| (ink * strength) as u8)
    });
    let dots = (0..150).map(|index| {
        let middle = [(-1.4, 0.9), (0.2, -1.1), (1.5, 1.2)][index % 3];
        let (x, y) = (middle.0 + 0.7 * scatter_of(index), middle.1 + 0.7 * scatter_of(index + 400));
        MapDot { x, y, class: (index % 3) as u8 }
    });
    LatentMap {
        count: COUNT,
        side: 28,
        tiles: Arc::new(tiles.collect()),
        reach: 3.0,
        dots: Arc::new(dots.collect()),
        labels: ["one", "two", "three"].map(String::from).to_vec(),
        point: Some((0.4, 0.3)),
        path: vec![(-2.0, -1.5), (-1.0, -0.6), (0.4, 0.3)],
        axes: ["first number", "second number"].map(String::from),
    }
}

/// A whirl around the middle, the way outward beside it, and points that follow the whirl.
pub fn vector_field() -> VectorField {
    const SIDE: usize = 13;
    let along = |at: usize| at as f32 / (SIDE - 1) as f32 * 4.0 - 2.0;
    let field = |way: fn(f32, f32) -> [f32; 2]| Arrows {
        ways: (0..SIDE * SIDE).map(|at| way(along(at % SIDE), -along(at / SIDE))).collect(),
        side: SIDE,
    };
    let turned = |index: usize, back: f32| {
        let (radius, angle) = (1.2 + 0.5 * scatter_of(index) as f32, index as f32 - back);
        [radius * angle.cos(), radius * angle.sin()]
    };
    let drifting = (0..20).map(|index| (turned(index, 0.0), vec![turned(index, 0.3), turned(index, 0.15)]));
    VectorField {
        points: Arc::new((0..60).map(|index| [2, 3].map(|salt| 1.8 * scatter_of(index * salt) as f32)).collect()),
        arrows: field(|x, y| [-y, x]),
        others: field(|x, y| [0.6 * x, 0.6 * y]),
        drifting: drifting.collect(),
        reach: 2.0,
        told: "A whirl.".into(),
    }
}

/// First-layer filters: positive and negative weights.
pub fn filters() -> ImageGrid {
    let images = (0..8)
        .map(|filter| {
            let (across, up) = ((filter as f64 * 0.7).cos(), (filter as f64 * 0.7).sin());
            let pixels = (0..49)
                .map(|cell| {
                    let (x, y) = ((cell % 7) as f64 - 3.0, (cell / 7) as f64 - 3.0);
                    ((x * across + y * up) * 0.9).sin() as f32 * (-(x * x + y * y) / 14.0).exp() as f32
                })
                .collect();
            Tile { pixels, rows: 7, columns: 7, label: format!("{}", filter + 1), mark: None }
        })
        .collect();
    ImageGrid { images, columns: 0, scale: Scale::Signed, tile: 0.0 }
}

/// Counts of ten classes, most of them right.
pub fn confusion(selected: Option<(usize, usize)>) -> ConfusionMatrix {
    let counts = (0..100)
        .map(|cell| match (cell / 10, cell % 10) {
            (truth, called) if truth == called => 90 + (truth * 7 % 10) as u32,
            (4, 9) | (3, 8) | (9, 4) => 8,
            _ => u32::from(scatter_of(cell) > 0.55),
        })
        .collect();
    ConfusionMatrix { labels: (0..10).map(|digit| digit.to_string()).collect(), counts, selected }
}

/// The same for two classes.
pub fn two_classes() -> ConfusionMatrix {
    ConfusionMatrix { labels: vec!["blue".into(), "orange".into()], counts: vec![58, 2, 3, 57], selected: None }
}

/// Ten probabilities.
pub fn bars() -> Bars {
    let raw: Vec<f64> = (0..10).map(|digit| (2.2 * scatter_of(digit + 70)).exp()).collect();
    let sum: f64 = raw.iter().sum();
    let values: Vec<f64> = raw.iter().map(|value| value / sum).collect();
    let highlight = (0..10).max_by(|a, b| values[*a].total_cmp(&values[*b]));
    let labels = (0..10).map(|digit| digit.to_string()).collect();
    Bars { labels, values, highlight, unit: String::new(), max: Some(1.0) }
}

/// The weights of three layers.
pub fn histogram() -> Histogram {
    let rows = (0..3)
        .map(|layer| {
            let width = 0.25 + 0.2 * f64::from(layer);
            let values: Vec<f32> = (0..4000)
                .map(|index| (width * (0..4).map(|part| scatter_of(index * 4 + part)).sum::<f64>()) as f32)
                .collect();
            Histogram::row_of(format!("layer {}", layer + 1), &values, -2.0, 2.0, 48, Ink::Class(0))
        })
        .collect();
    Histogram { rows, low: -2.0, high: 2.0, x_label: "weight".into() }
}

/// Gradients that vanish toward the input.
pub fn gradient_flow() -> GradientFlow {
    let steps: Vec<f64> = (0..200).map(f64::from).collect();
    let means = (0..5)
        .map(|layer| {
            let level = 10f64.powf(f64::from(layer) * 0.8 - 5.0);
            steps.iter().map(|step| level * (1.0 + 0.4 * scatter_of(*step as usize + layer as usize * 300))).collect()
        })
        .collect();
    GradientFlow { layers: (1..=5).map(|layer| format!("layer {layer}")).collect(), kinds: Vec::new(), steps, means }
}

/// A small network with its values and weights.
pub fn network(highlight: Option<usize>) -> Network {
    let sizes = [2, 6, 6, 2];
    let names = ["input", "hidden 1", "hidden 2", "output"];
    let layers = (0..4)
        .map(|layer| NetworkLayer {
            name: names[layer].into(),
            units: sizes[layer],
            values: (0..sizes[layer]).map(|unit| scatter_of(unit + layer * 20 + 3) as f32).collect(),
            note: format!("[batch, {}]", sizes[layer]),
            ..NetworkLayer::default()
        })
        .collect();
    let edges = (0..3)
        .map(|layer| {
            let count = sizes[layer] * sizes[layer + 1];
            Edges::Weighted((0..count).map(|weight| scatter_of(weight + layer * 100) as f32).collect())
        })
        .collect();
    Network { layers, edges, highlight: highlight.into_iter().collect() }
}

/// A few lines of Rust.
pub const SOURCE: &str = r#"//! The perceptron's rule: it moves only when it is wrong.

/// One correction; `target` is −1 or +1.
pub fn correct(&mut self, x: &[f32], target: f32) -> bool {
    let sum: f32 = self.weights.iter().zip(x).map(|(w, x)| w * x).sum();
    // On the line counts as wrong.
    if (sum + self.bias) * target > 0.0 {
        return false;
    }
    for (weight, x) in self.weights.iter_mut().zip(x) {
        *weight += target * x;
    }
    self.bias += target;
    true
}
"#;

fn softmax(scores: &[f32]) -> Vec<f32> {
    let sum: f32 = scores.iter().map(|score| score.exp()).sum();
    scores.iter().map(|score| score.exp() / sum).collect()
}

/// The weights of one head over a sentence.
pub fn attention() -> Attention {
    let words = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
    let (queries, keys) = (words("elle voit le petit éléphant bleu ."), words("she sees the small blue elephant ."));
    let means = [0, 1, 2, 3, 5, 4, 6];
    let row = |query: usize| {
        let score = |key: usize| if means[query] == key { 3.4 } else { 0.9 * scatter_of(query * 7 + key) as f32 };
        softmax(&(0..keys.len()).map(score).collect::<Vec<_>>())
    };
    let weights = (0..queries.len()).flat_map(row).collect();
    Attention { queries, keys, weights, sides: ["French", "English"].map(String::from), ..Attention::default() }
}

/// Three layers of four heads; each looks at a fixed distance, more or less.
pub fn heads() -> Heads {
    const WORDS: usize = 8;
    let head = |layer: usize, head: usize| {
        let shift = head as f64 - 1.0;
        let row = |query: usize| {
            let score = |key: usize| {
                let near = -(key as f64 - query as f64 - shift).powi(2) * (0.4 + layer as f64);
                (near + 1.5 * scatter_of((layer * 4 + head) * 64 + query * 8 + key)) as f32
            };
            softmax(&(0..WORDS).map(score).collect::<Vec<_>>())
        };
        HeadTile {
            name: format!("{}.{}", layer + 1, head + 1),
            rows: WORDS,
            columns: WORDS,
            weights: (0..WORDS).flat_map(row).collect(),
            score: Some((0.5 + 0.49 * scatter_of(layer * 4 + head + 77)) as f32),
            off: (layer, head) == (1, 2),
        }
    };
    let group = |layer: usize| HeadGroup {
        name: format!("layer {}", layer + 1),
        heads: (0..4).map(|place| head(layer, place)).collect(),
    };
    Heads { groups: (0..3).map(group).collect(), chosen: None, scored: "the word before".into() }
}

/// One query with sixteen numbers over six words.
pub fn walk() -> QueryWalk {
    const ENTRIES: usize = 16;
    let keys: Vec<String> = ["she", "sees", "the", "small", "elephant", "."].map(String::from).to_vec();
    let numbers =
        |count: usize, from: usize| (0..count).map(|at| 1.6 * scatter_of(at + from) as f32).collect::<Vec<_>>();
    let (q, mut k, v) = (numbers(ENTRIES, 0), numbers(6 * ENTRIES, 100), numbers(6 * ENTRIES, 400));
    for entry in 0..ENTRIES {
        k[4 * ENTRIES + entry] = 0.6 * k[4 * ENTRIES + entry] + 0.8 * q[entry];
    }
    let scores: Vec<f32> = k.chunks(ENTRIES).map(|k| k.iter().zip(&q).map(|(a, b)| a * b).sum()).collect();
    let scaled: Vec<f32> = scores.iter().map(|score| score / (ENTRIES as f32).sqrt()).collect();
    let weights = softmax(&scaled);
    let output = (0..ENTRIES).map(|at| (0..keys.len()).map(|key| weights[key] * v[key * ENTRIES + at]).sum()).collect();
    QueryWalk { query: "sees".into(), keys, q, k, v, scores, scaled, weights, output, ..QueryWalk::default() }
}

/// Four beginnings at a time, over six steps.
pub fn beam() -> BeamTree {
    let node = |parent, text: &str, score, kept, chosen| BeamNode { parent, text: text.into(), score, kept, chosen };
    BeamTree {
        nodes: vec![
            node(None, "elle", -0.21, true, true),
            node(None, "il", -2.4, true, false),
            node(None, "on", -3.9, false, false),
            node(Some(0), "voit", -0.72, true, true),
            node(Some(0), "regarde", -1.95, true, false),
            node(Some(1), "voit", -3.1, false, false),
            node(Some(3), "le", -1.02, true, true),
            node(Some(4), "le", -2.2, true, false),
            node(Some(3), "un", -3.4, false, false),
            node(Some(6), "petit", -1.31, true, true),
            node(Some(7), "petit", -2.6, true, false),
            node(Some(6), "jeune", -4.4, false, false),
            node(Some(9), "éléphant", -1.44, true, true),
            node(Some(10), "éléphant", -2.9, true, false),
        ],
    }
}

/// Words of three groups around three places.
pub fn words() -> WordMap {
    let groups = [
        ("numbers", ["one", "two", "three", "four", "five"], (-2.0, 1.0)),
        ("colours", ["red", "blue", "green", "white", "black"], (1.5, 1.2)),
        ("animals", ["cat", "dog", "bird", "horse", "fish"], (0.2, -1.6)),
    ];
    let words = groups.iter().enumerate().flat_map(|(group, (_, words, (x, y)))| {
        words.iter().enumerate().map(move |(at, text)| PlacedWord {
            text: (*text).to_owned(),
            x: x + scatter_of(group * 20 + at),
            y: y + scatter_of(group * 20 + at + 400),
            group,
        })
    });
    WordMap { words: words.collect(), groups: groups.map(|(name, ..)| name.to_owned()).to_vec() }
}
