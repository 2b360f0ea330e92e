//! Every picture draws, says and lists what it is given, and survives numbers that are none.

use super::*;

const BAD: [f32; 3] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];

/// Draws in both themes and at three widths; nothing that is not a number may reach the page.
fn drawn<P: Picture>(picture: &P) -> String {
    let mut last = String::new();
    for theme in [Theme::light(), Theme::dark()] {
        for width in [160.0, 340.0, 900.0] {
            last = to_svg(picture, width, &theme);
            assert!(last.starts_with("<svg ") && last.trim_end().ends_with("</svg>"));
            assert!(!last.contains("NaN") && !last.contains("inf"), "{last}");
        }
    }
    let table = picture.table();
    assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
    assert!(!picture.summary().is_empty());
    last
}

fn scatter(x: f64) -> Scatter {
    let dot = |x, class| Dot { x, y: 0.5, class, held_out: class == 1, ring: true };
    let segment = Segment {
        from: (x, -9.0),
        to: (0.2, 9.0),
        color: Ink::Ink,
        dashed: true,
        arrow: true,
        label: "border".into(),
        width: 2.0,
    };
    Scatter {
        points: vec![dot(x, 0), dot(0.1, 1)],
        field: Some(Field { columns: 2, rows: 2, values: vec![-1.0, 1.0, f32::NAN, 0.2] }),
        lines: vec![segment],
        x_label: "across".into(),
        ..Scatter::default()
    }
}

#[test]
fn the_chart() {
    let chart = |points: Vec<(f64, f64)>| Chart {
        series: vec![
            Series::new("training", points.clone(), Ink::Class(0)),
            Series::new("held out", points, Ink::Bad).dashed(),
        ],
        x: Axis::new("step").integer(),
        y: Axis::new("loss"),
        markers: vec![Marker { x: 1.0, label: "halved".into(), color: Ink::Soft }],
        rings: vec![Ring { at: (2.0, 0.1), label: "here".into(), color: Ink::Class(2) }],
        cursor: Some(1.0),
        ..Chart::default()
    };
    let picture = chart(vec![(0.0, 0.7), (1.0, 0.4), (2.0, 0.1)]);
    let svg = drawn(&picture);
    for text in ["training 0.4", "held out", "step", "loss", "halved", "here"] {
        assert!(svg.contains(text), "{text}");
    }
    assert!(picture.summary().contains("training: from 0.7 to 0.1"));
    assert_eq!(picture.table().to_csv().lines().nth(2), Some("1,0.4,0.4"));
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for log in [false, true] {
            let mut picture = chart(vec![(0.0, bad), (bad, 0.1), (1.0, 0.3), (2.0, bad)]);
            (picture.y.log, picture.x.log, picture.square) = (log, log, log);
            picture.cursor = Some(bad);
            picture.rings[0].at = (bad, 0.1);
            picture.y.max = Some(bad);
            drawn(&picture);
        }
    }
    drawn(&chart(vec![]));
    drawn(&Chart::default());
    assert!(chart(vec![(0.0, 1.0), (1.0, f64::NAN)]).summary().contains("no longer a number"));
}

#[test]
fn the_table_is_safe_in_a_spreadsheet() {
    let mut table = Table::new(["name", "value"]);
    table.row(["=1+1", "-0.5"]);
    table.row(["say \"so\", twice", "-x"]);
    assert_eq!(table.to_csv(), "name,value\r\n'=1+1,-0.5\r\n\"say \"\"so\"\", twice\",'-x\r\n");
}

#[test]
fn the_plane() {
    let picture = scatter(0.0);
    let svg = drawn(&picture);
    assert!(svg.contains("border") && svg.contains("across"));
    let (x, y) = picture.to_pixel(0.1, 0.5, 400.0);
    assert_eq!(picture.nearest(x + 3.0, y, 400.0), Some(1));
    let (across, up) = picture.to_data(x, y, 400.0);
    assert!((across - 0.1).abs() < 1e-9 && (up - 0.5).abs() < 1e-9);
    drawn(&scatter(f64::NAN));
    drawn(&Scatter::default());
}

#[test]
fn a_long_name_takes_two_lines_rather_than_being_cut() {
    let line = |name: &str, y| Series::new(name, vec![(0.0, y), (8.0, y)], Ink::Class(0));
    let series = vec![line("guided backpropagation", 0.5), line("saliency", 0.5)];
    let svg = to_svg(&Chart { series, ..Chart::default() }, 330.0, &Theme::light());
    assert!(["guided", "backpropagation", "saliency"].iter().all(|word| svg.contains(word)) && !svg.contains('…'));
}

#[test]
fn the_confusion_matrix() {
    let picture = ConfusionMatrix {
        labels: vec!["cat".into(), "dog".into()],
        counts: vec![58, 2, 3, 57],
        selected: Some((1, 0)),
    };
    assert!(drawn(&picture).contains("58"));
    assert!(picture.summary().contains("115 of 120") && picture.summary().contains("dog called cat, 3 times"));
    let width = 400.0;
    assert_eq!(picture.cell_at(width - 5.0, picture.height(width) - 5.0, width), Some((1, 1)));
    assert_eq!(picture.cell_at(2.0, 2.0, width), None);
    drawn(&ConfusionMatrix { labels: vec![], counts: vec![], selected: None });
    drawn(&ConfusionMatrix { labels: vec!["one".into()], counts: vec![], selected: None });
}

#[test]
fn matrices_and_tiles() {
    let heat = |values: Vec<f32>| Heatmap {
        rows: 1,
        columns: 3,
        values,
        scale: Scale::Signed,
        limit: None,
        row_labels: vec!["row".into()],
        column_labels: vec![],
        numbers: true,
        height: 0.0,
        square: false,
    };
    assert!(drawn(&heat(vec![1.0, -2.0, 0.5])).contains("row"));
    assert_eq!(heat(vec![1.0; 3]).cell_at(399.0, 5.0, 400.0), Some((0, 2)));
    let square =
        Heatmap { rows: 3, values: vec![1.0; 9], row_labels: vec![], height: 90.0, square: true, ..heat(vec![]) };
    assert_eq!((square.height(400.0), square.height(60.0)), (90.0, 60.0));
    assert_eq!((square.cell_at(89.0, 89.0, 400.0), square.cell_at(91.0, 5.0, 400.0)), (Some((2, 2)), None));
    drawn(&heat(BAD.to_vec()));
    drawn(&heat(vec![]));
    let tile = |pixels: Vec<f32>| Tile { pixels, rows: 1, columns: 3, label: "seven".into(), mark: Some(Ink::Bad) };
    let grid = |images| ImageGrid { images, columns: 0, scale: Scale::Unsigned, tile: 0.0 };
    assert!(drawn(&grid(vec![tile(vec![0.0, 0.5, 1.0])])).contains("seven"));
    assert_eq!(grid(vec![tile(vec![0.0; 3]); 9]).cell_at(70.0, 3.0, 400.0), Some(1));
    let named = |label: &str| Tile { label: label.into(), ..tile(vec![0.0; 3]) };
    let row = |labels: [&str; 6]| ImageGrid { columns: 6, ..grid(labels.map(named).to_vec()) };
    assert!(drawn(&row(["drawn again: 0.123", "", "", "", "", ""])).contains("drawn again: 0.123"));
    let ends = drawn(&row(["from a pullover", "", "", "", "", "to an ankle boot"]));
    assert!(ends.contains("from a pullover") && ends.contains("to an ankle boot"));
    assert!(!drawn(&row(["drawn again: 0.123"; 6])).contains("drawn again: 0.123"));
    drawn(&grid(vec![tile(BAD.to_vec()), tile(vec![])]));
    drawn(&grid(vec![]));
}

#[test]
fn bars_and_ridges() {
    let bars = |values: Vec<f64>| Bars {
        labels: vec!["three".into(), "eight".into()],
        values,
        highlight: Some(1),
        unit: " %".into(),
        max: None,
    };
    assert!(drawn(&bars(vec![12.0, 88.0])).contains("eight"));
    assert!(bars(vec![12.0, 88.0]).summary().starts_with("The largest: eight"));
    drawn(&bars(vec![f64::NAN, f64::INFINITY]));
    drawn(&bars(vec![]));
    let row = Histogram::row_of("layer 1", &[-1.0, 0.0, 0.0, 9.0, f32::NAN], -1.0, 1.0, 4, Ink::Class(0));
    assert_eq!(row.counts, [1, 0, 2, 1]);
    assert!(drawn(&Histogram { rows: vec![row], low: -1.0, high: 1.0, x_label: "weight".into() }).contains("weight"));
    drawn(&Histogram { rows: vec![], low: f64::NAN, high: 0.0, x_label: String::new() });
}

#[test]
fn gradients_and_networks() {
    let flow = |first: f64| GradientFlow {
        layers: vec!["layer 1".into(), "layer 2".into()],
        kinds: Vec::new(),
        steps: vec![1.0, 2.0],
        means: vec![vec![first, first], vec![0.1, 0.1]],
    };
    assert!(drawn(&flow(1e-6)).contains("layer 1"));
    assert!(flow(0.01).summary().contains("ratio of 0.1"));
    drawn(&flow(f64::NAN));
    drawn(&flow(0.0));
    let layer = |units: usize, values: Vec<f32>| NetworkLayer {
        name: format!("of {units}"),
        units,
        values,
        note: "[1]".into(),
        ..NetworkLayer::default()
    };
    let network = |values: Vec<f32>, weights: Vec<f32>| Network {
        layers: vec![layer(3, values), layer(1, vec![0.5]), layer(20, vec![])],
        edges: vec![Edges::Weighted(weights), Edges::OneToOne],
        highlight: vec![0],
    };
    assert!(drawn(&network(vec![0.1, 0.2, 0.3], vec![1.0, -1.0, 0.0])).contains("12 more"));
    drawn(&network(BAD.to_vec(), BAD.to_vec()));
    drawn(&Network { layers: vec![], edges: vec![], highlight: vec![] });
    let maps = |count: usize, side: usize, values: Vec<f32>| NetworkLayer {
        name: format!("maps of {side}"),
        units: count * side * side,
        values,
        maps: Some(NetworkMaps { count, side, window: 5, signed: side == 1 }),
        note: format!("[batch, {count}, {side}, {side}] · {} parameters", 26 * count),
        ..NetworkLayer::default()
    };
    let convolutional = Network {
        layers: vec![
            maps(1, 28, vec![0.5; 784]),
            maps(6, 28, vec![1.0; 3 * 784]),
            maps(16, 5, vec![]),
            layer(20, vec![]),
        ],
        edges: vec![],
        highlight: vec![],
    };
    // Wherever there is room or not, every note is there in full.
    for width in [900.0, 320.0] {
        let svg = to_svg(&convolutional, width, &Theme::light());
        assert!(svg.contains("416 parameters") && svg.contains("[batch, 16, 5, 5]") && !svg.contains("…\n"), "{width}");
    }
    assert!(convolutional.summary().contains("maps of 5 (16 × 5 × 5)"));
    drawn(&Network { layers: vec![maps(0, 0, vec![]), maps(2, 1, BAD.to_vec())], edges: vec![], highlight: vec![3] });
}

#[test]
fn every_layer_keeps_its_name_and_its_place() {
    let layer = |index: usize| NetworkLayer {
        name: format!("conv {index}"),
        units: 10,
        values: vec![0.5; 10],
        labels: (0..10).map(|class| format!("class {class}")).collect(),
        spread: Some([0.0, 0.25, 1.0]),
        note: "[10] · 4321 parameters".into(),
        ..NetworkLayer::default()
    };
    let network = Network { layers: (0..12).map(layer).collect(), edges: vec![], highlight: vec![7] };
    for width in [280.0, 354.0, 620.0, 1000.0] {
        let svg = to_svg(&network, width, &Theme::light());
        for index in 0..12 {
            // Once above its units, and once more where the notes stand in a list.
            assert!(svg.contains(&format!("conv {index}\n")), "{index} at {width}");
        }
        assert!(svg.contains("class 9"), "a layer of ten is drawn whole");
        let height = network.height(width) as usize;
        let mut found: Vec<usize> = (0..height)
            .step_by(5)
            .flat_map(|y| (0..width as usize).step_by(5).map(move |x| (x as f64, y as f64)))
            .filter_map(|(x, y)| network.layer_at(x, y, width))
            .collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, (0..12).collect::<Vec<_>>(), "{width}");
        assert_eq!(network.layer_at(1.0, 30.0, width), Some(0));
        assert_eq!(network.layer_at(1.0, height as f64 + 400.0, width).filter(|layer| *layer > 11), None);
    }
    let told = network.told(7).unwrap();
    assert!(told.starts_with("conv 7, [10] · 4321 parameters: least 0, mean 0.25, greatest 1; class 0: 0.5"), "{told}");
    assert_eq!(network.told(12), None);
    assert!(network.summary().contains("conv 7, [10]"));
}

#[test]
fn words_stay_in_their_cells() {
    // Ten long names in a narrow matrix: numbers stand in for them; four digits fit no cell and are left out everywhere.
    let labels = (0..10).map(|class| format!("class {class}")).collect();
    let narrow = |count| ConfusionMatrix { labels, counts: [vec![count], vec![7; 99]].concat(), selected: None };
    let svg = to_svg(&narrow(5000), 260.0, &Theme::light());
    assert!(svg.contains("\n10\n") && svg.contains("class 9"));
    assert!(!svg.contains("\n5000\n"));
}

#[test]
fn many_layers_keep_their_ends() {
    let layer = |index: usize| NetworkLayer {
        name: format!("layer {index}"),
        units: 16,
        values: vec![0.5; 16],
        note: "16 units".into(),
        ..NetworkLayer::default()
    };
    let deep = |highlight| Network { layers: (1..=41).map(layer).collect(), edges: vec![], highlight };
    let svg = drawn(&deep(vec![]));
    assert!(svg.contains("layer 1\n") && svg.contains("layer 41\n"));
    assert!(drawn(&deep(vec![11])).contains("layer 12: 16 units"));
    let means = (0..20).map(|layer| vec![10f64.powi(layer - 20); 5]).collect();
    let flow = GradientFlow {
        layers: (1..=20).map(|layer| format!("layer {layer}")).collect(),
        kinds: Vec::new(),
        steps: (0..5).map(f64::from).collect(),
        means,
    };
    let svg = drawn(&flow);
    assert!(svg.contains("layer 1\n") && svg.contains("layer 20\n") && !svg.contains("layer 10\n"));
    assert_eq!(flow.table().rows.len(), 5);
}
