//! Axes: honest ranges and few ticks, from plotters' ranged coordinates.

use plotters::coord::{
    combinators::{IntoLogRange, LogCoord},
    ranged1d::{BoldPoints, Ranged},
    types::RangedCoordf64,
};

use super::format::{log_ticks, number, tick};

/// What an axis says and where it begins and ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// Name and unit.
    pub label: String,
    /// Logarithmic, base 10.
    pub log: bool,
    /// Where it begins; else from the data.
    pub min: Option<f64>,
    /// Where it ends; else from the data.
    pub max: Option<f64>,
    /// Whole numbers only.
    pub integer: bool,
    /// Shares of one, shown as per cent.
    pub percent: bool,
    /// Where ticks stand; at round numbers if empty.
    pub ticks: Vec<f64>,
}

impl Axis {
    /// A linear axis that fits its data.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// Logarithmic.
    pub const fn log(mut self) -> Self {
        self.log = true;
        self
    }

    /// Whole numbers only.
    pub const fn integer(mut self) -> Self {
        self.integer = true;
        self
    }

    /// Shares of one, from 0 to 100 %.
    pub const fn percent(mut self) -> Self {
        self.percent = true;
        self.min = Some(0.0);
        self.max = Some(1.0);
        self
    }

    /// Begins here.
    pub const fn from(mut self, min: f64) -> Self {
        self.min = Some(min);
        self
    }

    /// Ends here.
    pub const fn to(mut self, max: f64) -> Self {
        self.max = Some(max);
        self
    }

    /// With ticks here and nowhere else.
    pub fn at(mut self, ticks: impl Into<Vec<f64>>) -> Self {
        self.ticks = ticks.into();
        self
    }

    /// At most `count` ticks of the fitted axis, or its own: value and label.
    pub(super) fn ticks(&self, span: &Span, count: usize) -> Vec<(f64, String)> {
        if self.ticks.is_empty() {
            return span.ticks(count);
        }
        self.ticks.iter().map(|value| (*value, number(*value))).collect()
    }

    /// The axis laid over data. `zero` makes non-negative data begin at 0 and rounds the end up, so that the axis
    /// neither lies nor trembles while the data grows.
    pub(super) fn fit(&self, values: impl Iterator<Item = f64>, zero: bool) -> Span {
        let (mut low, mut high) = values
            .filter(|value| value.is_finite() && (!self.log || *value > 0.0))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            (low, high) = if self.log { (0.1, 1.0) } else { (0.0, 1.0) };
        }
        let known = |value: Option<f64>| value.filter(|value| value.is_finite() && (!self.log || *value > 0.0));
        let (min, max) = (known(self.min), known(self.max));
        if self.log {
            // Up, to whole powers of ten, so that the axis does not tremble while the data grows; across, to the data.
            if zero {
                (low, high) = (10f64.powf((low.log10() + 1e-9).floor()), 10f64.powf((high.log10() - 1e-9).ceil()));
            }
            high = max.unwrap_or(high);
            low = min.unwrap_or(low).max(high * 1e-12);
            if low >= high {
                low = high / 10.0;
            }
        } else {
            if zero && min.is_none() {
                if low >= 0.0 {
                    low = 0.0;
                } else {
                    low = -round_up(-low);
                }
            }
            if zero && max.is_none() {
                high = if high > 0.0 { round_up(high) } else { 0.0 };
            }
            low = min.unwrap_or(low);
            high = max.unwrap_or(high);
            if high - low <= f64::EPSILON * high.abs().max(1.0) {
                high = low + if self.integer { 1.0 } else { low.abs().max(1.0) * 0.5 };
            }
        }
        Span { low, high, log: self.log, integer: self.integer, percent: self.percent }
    }
}

/// The next "round" number above a positive one.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let power = 10f64.powf(value.log10().floor());
    let lead = value / power;
    let round = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0];
    round.into_iter().find(|step| *step >= lead - 1e-9).unwrap_or(10.0) * power
}

/// A fitted axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub low: f64,
    pub high: f64,
    log: bool,
    integer: bool,
    percent: bool,
}

impl Span {
    /// Where a value lies, 0 at the beginning and 1 at the end of the axis; not clamped. Not finite for what has no place.
    pub fn share(&self, value: f64) -> f64 {
        if self.log {
            if value <= 0.0 {
                return f64::NAN;
            }
            return (value.ln() - self.low.ln()) / (self.high.ln() - self.low.ln());
        }
        (value - self.low) / (self.high - self.low)
    }

    /// The value at a share.
    pub fn value(&self, share: f64) -> f64 {
        if self.log {
            (self.low.ln() + share * (self.high.ln() - self.low.ln())).exp()
        } else {
            self.low + share * (self.high - self.low)
        }
    }

    /// At most `count` ticks: value and label.
    pub fn ticks(&self, count: usize) -> Vec<(f64, String)> {
        let count = count.max(2);
        if self.log {
            let decades = (self.high / self.low).log10();
            let inside = |value: &f64| (self.low * 0.999..=self.high * 1.001).contains(value);
            let powers = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
            let mut ticks: Vec<f64> = Vec::new();
            if decades < 2.0 {
                ticks = powers.flat_map(|power| [1.0, 2.0, 5.0].map(|lead| lead * 10f64.powi(power))).collect();
                ticks.retain(inside);
            }
            if ticks.len() < 2 || ticks.len() > count {
                let coord: LogCoord<f64> = (self.low..self.high).log_scale().into();
                // Below one decade the powers of ten alone would leave an empty axis.
                ticks = coord.key_points(BoldPoints(if decades < 1.0 { 10 } else { count }));
                ticks.retain(inside);
            }
            if ticks.len() > count {
                let every = ticks.len().div_ceil(count);
                ticks = ticks.into_iter().step_by(every).collect();
            }
            let labels = log_ticks(&ticks);
            return ticks.into_iter().zip(labels).collect();
        }
        // plotters rounds with an absolute tolerance, so it is asked about a range between 1 and 10 wide.
        let unit = 10f64.powf((self.high - self.low).log10().floor());
        let (low, high) = (self.low / unit, self.high / unit);
        if !unit.is_normal() || low.abs() > 1e9 || high.abs() > 1e9 {
            return Vec::new();
        }
        let coord: RangedCoordf64 = (low..high).into();
        let mut ticks: Vec<f64> = coord.key_points(BoldPoints(count)).into_iter().map(|tick| tick * unit).collect();
        if self.integer {
            ticks.retain(|value| (value - value.round()).abs() < 1e-6);
        }
        let step = ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        let step = if step.is_finite() { step } else { self.high - self.low };
        let label = |value: f64| {
            if self.percent { format!("{} %", tick(value * 100.0, step * 100.0)) } else { tick(value, step) }
        };
        ticks.into_iter().map(|value| (value, label(value))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_begin_where_honest_axes_begin() {
        let span = Axis::new("loss").fit([0.4, 0.69].into_iter(), true);
        assert_eq!((span.low, span.high), (0.0, 0.8));
        let span = Axis::new("accuracy").percent().fit([0.9].into_iter(), true);
        assert_eq!((span.low, span.high), (0.0, 1.0));
        assert_eq!(span.ticks(3).last().map(|(_, label)| label.as_str()), Some("100 %"));
        let span = Axis::new("gradient").log().fit([3e-5, 0.2, 0.0, f64::NAN].into_iter(), true);
        assert!((span.low / 1e-5 - 1.0).abs() < 1e-9 && (span.high - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_logarithmic_axis_across_ends_at_its_data() {
        let span = Axis::new("words").log().fit([64.0, 1024.0].into_iter(), false);
        assert_eq!((span.low, span.high), (64.0, 1024.0));
        let ticks: Vec<String> = span.ticks(5).into_iter().map(|(_, label)| label).collect();
        assert_eq!(ticks, ["100", "200", "500", "1,000"]);
    }

    #[test]
    fn ticks_stay_few_and_finite() {
        let ranges = [
            (0.0, 1.0),
            (-3.0, 1e-9),
            (0.0, 1e-15),
            (1e12, 1e12 + 1.0),
            (0.0, 1e300),
            (5.0, 5.0),
            (-0.7, 0.3),
            (0.0, 7.0),
        ];
        for (low, high) in ranges {
            for axis in [Axis::new(""), Axis::new("").integer(), Axis::new("").log(), Axis::new("").percent()] {
                for zero in [true, false] {
                    let span = axis.fit([low, high].into_iter(), zero);
                    let ticks = span.ticks(5);
                    assert!(ticks.len() <= 6, "{low}..{high} {axis:?}: {ticks:?}");
                    assert!(ticks.iter().all(|(value, _)| value.is_finite()));
                }
            }
        }
    }

    #[test]
    fn own_ticks_stand_where_they_are_told() {
        let axis = Axis::new("pieces").log().at([1.0, 4.0, 16.0]);
        let span = axis.fit([1.0, 16.0].into_iter(), false);
        let labels: Vec<String> = axis.ticks(&span, 2).into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["1", "4", "16"]);
    }

    #[test]
    fn share_and_value_are_inverse() {
        for axis in [Axis::new("").from(2.0).to(50.0), Axis::new("").log().from(0.1).to(1000.0)] {
            let span = axis.fit(std::iter::empty(), false);
            for share in [0.0, 0.3, 1.0] {
                assert!((span.share(span.value(share)) - share).abs() < 1e-12);
            }
        }
    }
}
