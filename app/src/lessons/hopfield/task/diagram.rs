//! The few units that the diagram shows: the one that is asked, and what is tied to it.

use models::{data::patterns::Pattern, foundations::hopfield::Hopfield};

/// Units of the diagram beside the one that is asked.
pub const BESIDE: usize = 7;

/// This unit, and those with the strongest ties to it.
pub fn around(network: &Hopfield, unit: usize) -> Vec<usize> {
    let tie = |other: usize| match network.weights.get(unit * network.units + other) {
        Some(weight) => weight.abs(),
        // The dense network has no weights: what ties two units is how often its patterns have them alike.
        None => {
            let alike = |pattern: &Pattern| f32::from(pattern[unit] * pattern[other]);
            network.patterns.iter().map(alike).sum::<f32>().abs()
        }
    };
    let others = (0..network.units).filter(|other| *other != unit);
    let mut others: Vec<(usize, f32)> = others.map(|other| (other, tie(other))).collect();
    others.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    std::iter::once(unit).chain(others.into_iter().take(BESIDE).map(|(other, _)| other)).collect()
}

/// The weights between these units, row by row; none in the dense network.
pub fn ties(network: &Hopfield, shown: &[usize]) -> Vec<f32> {
    let weight = |row: usize, column: usize| network.weights.get(row * network.units + column);
    shown.iter().flat_map(|row| shown.iter().filter_map(move |column| weight(*row, *column))).copied().collect()
}

#[cfg(test)]
mod tests {
    use models::foundations::hopfield::Rule;

    use super::*;

    #[test]
    fn the_strongest_ties_come_first() {
        // Ten units: 0 and 9 are alike in all three patterns, 0 and 1 differ in one.
        let pattern =
            |turned: &[usize]| -> Pattern { (0..10).map(|unit| if turned.contains(&unit) { -1 } else { 1 }).collect() };
        let patterns = vec![pattern(&[0, 9, 1]), pattern(&[2, 1]), pattern(&[0, 9, 4, 1])];
        for rule in [Rule::Hebb, Rule::Dense] {
            let network = Hopfield::store(10, patterns.clone(), rule);
            let shown = around(&network, 0);
            assert_eq!((shown.len(), shown[0]), (BESIDE + 1, 0));
            assert!(shown[1..].contains(&9), "{shown:?}");
            let ties = ties(&network, &shown);
            let is_dense = rule == Rule::Dense;
            assert_eq!(ties.len(), if is_dense { 0 } else { shown.len().pow(2) });
            assert!(ties.iter().step_by(shown.len() + 1).all(|own| *own == 0.0), "no unit is tied to itself");
        }
    }
}
