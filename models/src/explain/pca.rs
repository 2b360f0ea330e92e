//! Principal components: the two directions in which data spread most, so that many dimensions can be looked at in a
//! plane.
//!
//! ```text
//! C = 1/n Σ (x - mean)(x - mean)ᵀ        C v = λ v        place of x = v · (x - mean)
//! ```
//!
//! **Paper.** K. Pearson: On lines and planes of closest fit to systems of points in space (1901). H. Hotelling (1933).

/// Turns of the power iteration at most.
const TURNS: usize = 2_000;
/// Up to this many features C is written down once; with more, each turn goes through the rows again.
const MOST_WRITTEN: usize = 64;

/// The plane of the first two principal components.
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    /// The middle of the data: `[features]`.
    pub mean: Vec<f64>,
    /// Two directions of length 1, at right angles: `[features]` each. The largest entry of each is positive, so the
    /// picture does not flip from run to run. A direction in which nothing spreads is all zero.
    pub components: [Vec<f64>; 2],
    /// The variance along each.
    pub variances: [f64; 2],
    /// The variance along all directions together.
    pub total_variance: f64,
}

impl Pca {
    /// Finds the plane; rows of equal length, or nothing if there are none or one is not finite.
    pub fn fit(rows: &[&[f32]]) -> Option<Self> {
        let features = rows.first()?.len();
        if rows.iter().any(|row| row.len() != features || row.iter().any(|value| !value.is_finite())) {
            return None;
        }
        let mut mean = vec![0.0; features];
        for row in rows {
            mean.iter_mut().zip(*row).for_each(|(mean, value)| *mean += f64::from(*value) / rows.len() as f64);
        }
        let centred: Vec<Vec<f64>> = rows
            .iter()
            .map(|row| row.iter().zip(&mean).map(|(value, mean)| f64::from(*value) - mean).collect())
            .collect();
        let total_variance = centred.iter().map(|row| dot(row, row)).sum::<f64>() / rows.len() as f64;
        let scatter = (features <= MOST_WRITTEN).then(|| scatter(&centred));
        let turn = |direction: &[f64]| match &scatter {
            Some(scatter) => scatter.iter().map(|row| dot(row, direction)).collect(),
            None => combine(&centred, |row| dot(row, direction)),
        };
        let first = leading(&centred, turn, None, total_variance);
        let second = leading(&centred, turn, Some(&first), total_variance);
        let variances = [variance(&centred, &first), variance(&centred, &second)];
        Some(Self { mean, components: [first, second], variances, total_variance })
    }

    /// The place of a row in the plane: `[features] -> [2]`.
    pub fn project(&self, row: &[f32]) -> [f64; 2] {
        let along = |component: &[f64]| {
            component.iter().zip(row).zip(&self.mean).map(|((v, x), mean)| v * (f64::from(*x) - mean)).sum()
        };
        [along(&self.components[0]), along(&self.components[1])]
    }

    /// The row at a place of the plane: `[2] -> [features]`.
    pub fn lift(&self, place: [f64; 2]) -> Vec<f32> {
        let [first, second] = &self.components;
        let along = first.iter().zip(second).map(|(first, second)| first * place[0] + second * place[1]);
        along.zip(&self.mean).map(|(offset, mean)| (offset + mean) as f32).collect()
    }

    /// Share of the variance that the plane shows; 1 where nothing spreads.
    pub fn explained(&self) -> f64 {
        if self.total_variance > 0.0 { self.variances.iter().sum::<f64>() / self.total_variance } else { 1.0 }
    }
}

/// `n C`, row by row: `[features, features]`.
fn scatter(centred: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..centred[0].len()).map(|feature| combine(centred, |row| row[feature])).collect()
}

/// The sum of all rows, each weighed: `[features]`.
fn combine(centred: &[Vec<f64>], weight: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut sum = vec![0.0; centred[0].len()];
    for row in centred {
        let weight = weight(row);
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
    }
    sum
}

/// The direction of largest spread at right angles to `other`, by power iteration: what is multiplied by C again and
/// again turns toward it. `turn` multiplies by `n C`.
fn leading(
    centred: &[Vec<f64>],
    turn: impl Fn(&[f64]) -> Vec<f64>,
    other: Option<&[f64]>,
    total_variance: f64,
) -> Vec<f64> {
    let features = centred[0].len();
    let zero = vec![0.0; features];
    // The row farthest out (in what is left) has a share of the wanted direction.
    let mut direction = zero.clone();
    let mut farthest = 0.0;
    for row in centred {
        let mut row = row.clone();
        remove(&mut row, other);
        if dot(&row, &row) > farthest {
            farthest = dot(&row, &row);
            direction = row;
        }
    }
    if farthest <= total_variance * 1e-20 || !normalise(&mut direction) {
        return zero;
    }
    for _ in 0..TURNS {
        let mut next = turn(&direction);
        remove(&mut next, other);
        if !normalise(&mut next) {
            return zero;
        }
        let still = dot(&next, &direction) > 1.0 - 1e-15;
        direction = next;
        if still {
            break;
        }
    }
    let largest =
        direction.iter().copied().fold(0.0, |best: f64, value| if value.abs() > best.abs() { value } else { best });
    if largest < 0.0 {
        direction.iter_mut().for_each(|value| *value = -*value);
    }
    direction
}

fn variance(centred: &[Vec<f64>], direction: &[f64]) -> f64 {
    centred.iter().map(|row| dot(row, direction).powi(2)).sum::<f64>() / centred.len() as f64
}

fn remove(row: &mut [f64], other: Option<&[f64]>) {
    if let Some(other) = other {
        let along = dot(row, other);
        row.iter_mut().zip(other).for_each(|(value, other)| *value -= along * other);
    }
}

fn normalise(direction: &mut [f64]) -> bool {
    let length = dot(direction, direction).sqrt();
    if length > 0.0 && length.is_finite() {
        direction.iter_mut().for_each(|value| *value /= length);
        return true;
    }
    false
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretched_cross_is_found() {
        let rows: [&[f32]; 4] = [&[3.0, 3.0, 1.0], &[-3.0, -3.0, 1.0], &[1.0, -1.0, 1.0], &[-1.0, 1.0, 1.0]];
        let pca = Pca::fit(&rows).unwrap();
        let half = 0.5_f64.sqrt();
        // The power iteration stops within 1e-15 of its direction's cosine, so entries are good to about 1e-7.
        let near = |a: &[f64], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(near(&pca.components[0], [half, half, 0.0]), "{pca:?}");
        assert!((pca.components[1][0].abs() - half).abs() < 1e-6 && pca.components[1][2].abs() < 1e-9);
        assert!((pca.variances[0] - 9.0).abs() < 1e-9 && (pca.variances[1] - 1.0).abs() < 1e-9);
        assert!((pca.explained() - 1.0).abs() < 1e-9);
        for row in rows {
            let lifted = pca.lift(pca.project(row));
            assert!(lifted.iter().zip(row).all(|(lifted, row)| (lifted - row).abs() < 1e-5));
        }
    }

    #[test]
    fn few_and_many_features_go_the_same_way() {
        // The same cloud, once as it is and once among features that never change.
        let row = |index: usize| [5, 11, 17].map(|step| (index * step % 23) as f32 * step as f32);
        let few: Vec<Vec<f32>> = (0..40).map(|index| row(index).to_vec()).collect();
        let many: Vec<Vec<f32>> = few.iter().map(|row| [row.as_slice(), &[1.0; MOST_WRITTEN]].concat()).collect();
        let fit = |rows: &[Vec<f32>]| Pca::fit(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
        let (few, many) = (fit(&few), fit(&many));
        for (a, b) in few.components.iter().zip(&many.components) {
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6), "{a:?} {b:?}");
        }
        assert!((few.explained() - many.explained()).abs() < 1e-9);
    }

    #[test]
    fn flat_empty_and_broken_data() {
        let still = Pca::fit(&[&[1.0, 2.0], &[1.0, 2.0]]).unwrap();
        assert_eq!((still.components, still.total_variance), ([vec![0.0; 2], vec![0.0; 2]], 0.0));
        assert_eq!(Pca::fit(&[]), None);
        assert_eq!(Pca::fit(&[&[f32::NAN]]), None);
        assert_eq!(Pca::fit(&[&[1.0], &[1.0, 2.0]]), None);
        let line = Pca::fit(&[&[0.0, 1.0], &[0.0, 3.0]]).unwrap();
        assert_eq!(line.components, [vec![0.0, 1.0], vec![0.0, 0.0]]);
    }
}
