//! Pictures that lessons share, whatever they are about: curves over the steps, and the gradients of layers.

use leptos::prelude::*;

use crate::{
    provenance::Log,
    session::{
        Session,
        protocol::{Protocol, Series as Curve},
    },
    widgets::{Axis, Chart, ConfusionMatrix, GradientFlow, Histogram, HistogramRow, Ink, Series as Line},
};

/// Training and held-out values of one kind; `label` names them.
pub fn curves<P: Protocol>(
    session: Session<P>,
    training: Curve,
    held_out: Curve,
    label: &'static str,
) -> Signal<Option<Chart>> {
    Signal::derive(move || {
        session.curves.with(|curves| {
            if curves.is_empty() {
                return None;
            }
            let y = Axis::new(label).from(0.0);
            Some(Chart {
                series: vec![
                    Line::new("training", curves.line(training).to_vec(), Ink::Class(0)),
                    Line::new("held out", curves.line(held_out).to_vec(), Ink::Class(1)).dashed(),
                ],
                x: Axis::new("step").integer().from(0.0),
                y: if training == Curve::Accuracy { y.percent().to(1.0) } else { y },
                ..Chart::default()
            })
        })
    })
}

/// The curve of one kind for each of several runs, the first solid, the others dashed.
pub fn compared(lines: Vec<(&str, Vec<(f64, f64)>)>, y: Axis) -> Option<Chart> {
    let series: Vec<Line> = lines
        .into_iter()
        .enumerate()
        .map(|(place, (name, points))| {
            let line = Line::new(name, points, Ink::Class(place));
            if place > 0 { line.dashed() } else { line }
        })
        .collect();
    series.iter().any(|line| line.points.len() > 1).then(|| Chart {
        series,
        x: Axis::new("step").integer().from(0.0),
        y,
        ..Chart::default()
    })
}

/// Mean |gradient| of every layer over the steps, on a log scale.
pub fn gradient_flow<P: Protocol>(session: Session<P>, layers: Signal<Vec<String>>) -> Signal<Option<GradientFlow>> {
    Signal::derive(move || {
        let layers = layers.get();
        session.curves.with(|curves| {
            let lines: Vec<_> = (0..layers.len()).map(|layer| curves.line(Curve::Gradient(layer as u16))).collect();
            let steps: Vec<f64> = lines.first()?.iter().map(|(step, _)| *step).collect();
            let means: Vec<Vec<f64>> = lines.iter().map(|line| line.iter().map(|(_, mean)| *mean).collect()).collect();
            let measured = means.iter().flatten().any(|mean| *mean > 0.0);
            measured.then_some(GradientFlow { layers, kinds: Vec::new(), steps, means })
        })
    })
}

/// Where the weights of every layer lie: name, counts, half width of each; all on the axis of the widest.
pub fn weight_histogram(layers: Vec<(String, &[u32], f32)>) -> Option<Histogram> {
    let span = layers.iter().map(|(.., span)| *span).fold(0.0, f32::max);
    let rows: Vec<HistogramRow> = layers
        .into_iter()
        .filter(|(_, counts, _)| !counts.is_empty())
        .map(|(name, counts, own)| HistogramRow { name, counts: stretch(counts, own, span), color: Ink::Class(0) })
        .collect();
    (!rows.is_empty()).then(|| Histogram { rows, low: -f64::from(span), high: span.into(), x_label: "weight".into() })
}

/// The counts of a log, for data that may not be shipped.
pub fn stored_confusion(log: &Log, labels: Vec<String>, selected: Option<(usize, usize)>) -> Option<ConfusionMatrix> {
    let counts = log.confusion.to_vec();
    (counts.len() == labels.len().pow(2)).then_some(ConfusionMatrix { labels, counts, selected })
}

/// Moves the counts of a layer with its own span into the bins of the widest one, so that all share one axis. A bin that
/// lies over two of the wider ones is shared out between them by how much of it lies over each; none is lost.
fn stretch(counts: &[u32], own: f32, widest: f32) -> Vec<u32> {
    let scale = f64::from(own) / f64::from(widest);
    // All weights alike: they stay where they are.
    if !(scale > 0.0 && scale <= 1.0) {
        return counts.to_vec();
    }
    let middle = counts.len() as f64 / 2.0;
    let mut wide = vec![0.0; counts.len()];
    for (bin, count) in counts.iter().enumerate() {
        let from = ((bin as f64 - middle) * scale + middle).max(0.0);
        let to = from + scale;
        let last = counts.len() - 1;
        let (first, second) = ((from as usize).min(last), (to as usize).min(last));
        let beyond = if second > first { (to - second as f64) / scale } else { 0.0 };
        wide[first] += f64::from(*count) * (1.0 - beyond);
        wide[second] += f64::from(*count) * beyond;
    }
    let mut sum = 0.0;
    let whole = wide.into_iter().map(|share| {
        let before = f64::round(sum);
        sum += share;
        (sum.round() - before) as u32
    });
    whole.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smooth_layer_stays_smooth_on_a_wider_axis() {
        let counts = vec![1000; 40];
        for own in [0.31, 0.5, 0.77, 1.0] {
            let wide = stretch(&counts, own, 1.0);
            assert_eq!(wide.iter().sum::<u32>(), 40_000);
            let inner: Vec<u32> = wide.iter().copied().filter(|count| *count > 0).collect();
            let inner = &inner[1..inner.len() - 1];
            assert!(inner.iter().all(|count| count.abs_diff(inner[0]) <= 1), "{own}: {inner:?}");
        }
        assert_eq!(stretch(&counts, 0.0, 0.0), counts);
    }
}
