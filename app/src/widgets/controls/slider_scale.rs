//! The values that a slider can stand at.

/// The most notches that a slider has: more than a hand can tell apart.
const MOST: f64 = 2000.0;

/// The notches of a slider, in rising order.
#[derive(Clone, Debug, PartialEq)]
pub struct SliderScale {
    values: Vec<f64>,
    log: bool,
}

impl SliderScale {
    /// Notches from `min` to `max`. On a logarithmic scale (for positive bounds) neighbours have about equal ratios. With
    /// a `step` every notch lies on a multiple of it, counted from `min`; without one, notches are short numbers.
    pub fn new(min: f64, max: f64, step: f64, log: bool) -> Self {
        let log = log && min > 0.0 && max > min;
        let mut values: Vec<f64> = if log {
            let decades = (max / min).log10();
            let count = (decades * 20.0).ceil().clamp(20.0, 240.0);
            (0..=count as usize)
                .map(|notch| min * (max / min).powf(notch as f64 / count))
                .map(|value| if step > 0.0 { min + ((value - min) / step).round() * step } else { short(value) })
                .collect()
        } else {
            let step = if step > 0.0 { step } else { (max - min) / 100.0 }.max((max - min) / MOST);
            let count = if step > 0.0 { ((max - min) / step + 1e-6).floor() } else { 0.0 };
            (0..=count as usize).map(|notch| min + notch as f64 * step).collect()
        };
        values.push(max);
        for value in &mut values {
            *value = clean(*value).clamp(min, max.max(min));
        }
        values.dedup_by(|after, before| after <= before);
        Self { values, log }
    }

    /// The last notch; the first is 0.
    pub fn last(&self) -> usize {
        self.values.len() - 1
    }

    /// The value of a notch.
    pub fn value(&self, notch: usize) -> f64 {
        self.values[notch.min(self.last())]
    }

    /// The notch nearest to a value.
    pub fn notch(&self, value: f64) -> usize {
        let after = self.values.partition_point(|notch| *notch < value);
        if after == 0 {
            return 0;
        }
        if after > self.last() {
            return self.last();
        }
        let middle = match self.log {
            true => (self.values[after - 1] * self.values[after]).sqrt(),
            false => (self.values[after - 1] + self.values[after]) / 2.0,
        };
        if value < middle { after - 1 } else { after }
    }
}

/// Two significant figures.
fn short(value: f64) -> f64 {
    let unit = 10f64.powf(value.log10().floor() - 1.0);
    (value / unit).round() * unit
}

/// The same number without the dust of binary fractions.
fn clean(value: f64) -> f64 {
    format!("{value:.9e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_notches() {
        let scale = SliderScale::new(0.0, 0.5, 0.01, false);
        assert_eq!(scale.last(), 50);
        assert_eq!(scale.value(30), 0.3);
        assert_eq!(scale.value(50), 0.5);
        assert_eq!(scale.notch(0.304), 30);
        assert_eq!(scale.notch(-3.0), 0);
        assert_eq!(scale.notch(7.0), 50);
        assert_eq!(scale.notch(f64::NAN), 0);
    }

    #[test]
    fn the_greatest_is_reached_though_the_step_does_not_fit() {
        let scale = SliderScale::new(0.0, 1.0, 0.3, false);
        assert_eq!((0..=scale.last()).map(|notch| scale.value(notch)).collect::<Vec<_>>(), [0.0, 0.3, 0.6, 0.9, 1.0]);
    }

    #[test]
    fn logarithmic_notches_are_short_and_rise() {
        let scale = SliderScale::new(0.0001, 10.0, 0.0, true);
        assert_eq!((scale.value(0), scale.value(scale.last())), (0.0001, 10.0));
        assert!(scale.last() > 80);
        assert_eq!(scale.value(scale.notch(0.1)), 0.1);
        assert!((1..=scale.last()).all(|notch| scale.value(notch) > scale.value(notch - 1)));
    }

    #[test]
    fn whole_logarithmic_notches_move_with_every_key() {
        let scale = SliderScale::new(1.0, 256.0, 1.0, true);
        assert!((0..=scale.last()).all(|notch| scale.value(notch).fract() == 0.0));
        assert_eq!((scale.value(0), scale.value(1), scale.value(scale.last())), (1.0, 2.0, 256.0));
        let more = SliderScale::new(4.0, 1000.0, 1.0, true);
        assert_eq!((more.value(1), more.value(more.last())), (5.0, 1000.0));
    }

    #[test]
    fn odd_bounds_do_not_panic() {
        assert_eq!(SliderScale::new(1.0, 1.0, 0.0, false).last(), 0);
        assert_eq!(SliderScale::new(1.0, 0.0, 1.0, true).last(), 0);
        assert!(SliderScale::new(0.0, 1e9, 1.0, false).last() <= 2001);
        assert!(SliderScale::new(0.0, 10.0, 1.0, true).last() == 10);
    }
}
