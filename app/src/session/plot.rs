//! Points of curves in the worker, until a frame takes them to the page.

use super::protocol::{CurvePoint, Series};

/// Points of curves that wait for a frame at most: half a million steps a second are more than a page can draw.
const MOST_POINTS: usize = 8_192;

/// Adds a curve point unless its value is not finite. Where many wait, the points of a series move apart: the newest takes
/// the place of the one before it until it is as far away as those before are from each other, and when too many wait all
/// the same, every second one goes.
pub fn plot(curves: &mut Vec<CurvePoint>, series: Series, step: u64, value: f32) {
    if !value.is_finite() {
        return;
    }
    let point = CurvePoint { series, step, value };
    if curves.len() < MOST_POINTS / 2 {
        return curves.push(point);
    }
    let mut same = curves.iter().enumerate().rev().filter(|(_, point)| point.series == series);
    if let (Some((place, last)), Some((_, second)), Some((_, third))) = (same.next(), same.next(), same.next())
        && last.step.saturating_sub(second.step) < second.step.saturating_sub(third.step)
    {
        curves[place] = point;
        return;
    }
    if curves.len() >= MOST_POINTS {
        let mut kept: Vec<(Series, bool)> = Vec::new();
        curves.retain(|point| match kept.iter_mut().find(|(series, _)| *series == point.series) {
            Some((_, kept)) => {
                *kept = !*kept;
                *kept
            }
            None => {
                kept.push((point.series, true));
                true
            }
        });
    }
    curves.push(point);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_that_wait_stay_few_and_even() {
        let mut curves = Vec::new();
        for step in 0..100_000 {
            plot(&mut curves, Series::Loss, step, 1.0);
            plot(&mut curves, Series::Accuracy, step, f32::NAN);
            plot(&mut curves, Series::Gradient(0), step, 2.0);
        }
        assert!(curves.len() <= MOST_POINTS, "{}", curves.len());
        for series in [Series::Loss, Series::Gradient(0)] {
            let steps: Vec<u64> =
                curves.iter().filter(|point| point.series == series).map(|point| point.step).collect();
            assert_eq!((steps[0], steps.last()), (0, Some(&99_999)));
            assert!(steps.is_sorted() && steps.len() > MOST_POINTS / 8, "{} of {series:?}", steps.len());
            let gaps = steps.windows(2).map(|pair| pair[1] - pair[0]);
            assert!(gaps.max() <= Some(100_000 * 8 / MOST_POINTS as u64), "{series:?} has a hole");
        }
    }
}
