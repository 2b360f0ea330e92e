//! The space of latent numbers as a map: where to look on it, how far a point is from every picture, and how many of its
//! directions say anything.
//!
//! Plain Rust without any tensor. A latent vector of more than two numbers is seen through a plane (`explain/pca.rs`).
//!
//! **Paper.** Y. Burda, R. Grosse, R. Salakhutdinov: Importance weighted autoencoders (2015), for active units. P. J.
//! Acklam: An algorithm for computing the inverse normal cumulative distribution function (2003).

/// The least variance of a unit's mean over the pictures at which it counts as active (Burda et al., section 5).
pub const ACTIVE: f64 = 0.01;

/// The points of a map of `side × side` pictures, row by row from the top left, evenly spread from `-reach` to `reach`.
pub fn square(side: usize, reach: f32) -> Vec<[f32; 2]> {
    let last = side.saturating_sub(1).max(1) as f32;
    let along = |index: usize| if side < 2 { 0.0 } else { reach * (2.0 * index as f32 / last - 1.0) };
    grid(side, along)
}

/// The same map bent so that each picture stands for an equal share of the standard normal distribution, as in figure 4 of
/// Kingma and Welling: the quantiles of `(index + ½) / side`.
pub fn quantiles(side: usize) -> Vec<[f32; 2]> {
    grid(side, |index| normal_quantile((index as f64 + 0.5) / side as f64) as f32)
}

/// The top row has the largest second coordinate.
fn grid(side: usize, along: impl Fn(usize) -> f32) -> Vec<[f32; 2]> {
    let places: Vec<f32> = (0..side).map(along).collect();
    places.iter().rev().flat_map(|&y| places.iter().map(move |&x| [x, y])).collect()
}

/// The number below which a standard normal draw stays with this probability; right to about 1e-9 of its size. Infinite at
/// 0 and 1, NaN beyond.
pub fn normal_quantile(probability: f64) -> f64 {
    const NEAR: ([f64; 6], [f64; 6]) = (
        [
            -3.969683028665376e1,
            2.209460984245205e2,
            -2.759285104469687e2,
            1.38357751867269e2,
            -3.066479806614716e1,
            2.506628277459239,
        ],
        [
            -5.447609879822406e1,
            1.615858368580409e2,
            -1.556989798598866e2,
            6.680131188771972e1,
            -1.328068155288572e1,
            1.0,
        ],
    );
    const FAR: ([f64; 6], [f64; 5]) = (
        [
            -7.784894002430293e-3,
            -3.223964580411365e-1,
            -2.400758277161838,
            -2.549732539343734,
            4.374664141464968,
            2.938163982698783,
        ],
        [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1.0],
    );
    let polynomial = |factors: &[f64], x: f64| factors.iter().fold(0.0, |sum, factor| sum * x + factor);
    // The distribution is even, so both tails are one.
    let tail = probability.min(1.0 - probability);
    if tail == 0.0 {
        return if probability == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    if tail < 0.02425 {
        let q = (-2.0 * tail.ln()).sqrt();
        let quantile = polynomial(&FAR.0, q) / polynomial(&FAR.1, q);
        return if probability < 0.5 { quantile } else { -quantile };
    }
    let q = probability - 0.5;
    q * polynomial(&NEAR.0, q * q) / polynomial(&NEAR.1, q * q)
}

/// `count` points of the straight line from one latent vector to another, both ends among them: `[count][latent]`.
pub fn line(from: &[f32], to: &[f32], count: usize) -> Vec<Vec<f32>> {
    let last = count.saturating_sub(1).max(1) as f32;
    let mix = |share: f32| from.iter().zip(to).map(|(from, to)| from * (1.0 - share) + to * share).collect();
    (0..count).map(|index| mix(index as f32 / last)).collect()
}

/// `count` points along a drawn path, evenly spread by its length, both ends among them. Nothing comes of no path.
pub fn along(path: &[[f32; 2]], count: usize) -> Vec<[f32; 2]> {
    let Some(&first) = path.first() else { return Vec::new() };
    let length = |pair: &[[f32; 2]]| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
    let total: f32 = path.windows(2).map(length).sum();
    let last = count.saturating_sub(1).max(1) as f32;
    let mut pairs = path.windows(2).peekable();
    let mut passed = 0.0;
    (0..count)
        .map(|index| {
            let wanted = total * index as f32 / last;
            while let Some(pair) = pairs.next_if(|pair| passed + length(pair) < wanted) {
                passed += length(pair);
            }
            let Some(pair) = pairs.peek() else { return path.last().copied().unwrap_or(first) };
            let share = if length(pair) > 0.0 { ((wanted - passed) / length(pair)).clamp(0.0, 1.0) } else { 0.0 };
            [0, 1].map(|axis| pair[0][axis] * (1.0 - share) + pair[1][axis] * share)
        })
        .collect()
}

/// How much the mean of each latent unit varies over the pictures: `[pictures, latent] -> [latent]`. Zero without any
/// picture.
pub fn mean_variances(means: &[f32], latent: usize) -> Vec<f64> {
    let count = (means.len() / latent.max(1)).max(1) as f64;
    let of = |unit: usize| means.iter().skip(unit).step_by(latent.max(1)).map(|mean| f64::from(*mean));
    (0..latent)
        .map(|unit| {
            let middle = of(unit).sum::<f64>() / count;
            of(unit).map(|mean| (mean - middle).powi(2)).sum::<f64>() / count
        })
        .collect()
}

/// Units whose mean depends on the picture at all (`A_u = Var over x of E[u | x] > 0.01`): `[pictures, latent] -> count`.
/// The others have collapsed to the prior.
pub fn active_units(means: &[f32], latent: usize) -> usize {
    mean_variances(means, latent).into_iter().filter(|variance| *variance > ACTIVE).count()
}

/// The picture whose encoding lies nearest to a point, and how far that is: `[latent], [pictures, latent]`. Nothing without
/// any picture; encodings that are not numbers are left out.
pub fn nearest(point: &[f32], encodings: &[f32]) -> Option<(usize, f32)> {
    let distance = |other: &[f32]| point.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
    let distances = encodings.chunks_exact(point.len().max(1)).map(distance).enumerate();
    distances.filter(|(_, distance)| !distance.is_nan()).min_by(|a, b| a.1.total_cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_runs_from_the_top_left() {
        let square = square(3, 2.0);
        assert_eq!(square.len(), 9);
        assert_eq!((square[0], square[1], square[4], square[8]), ([-2.0, 2.0], [0.0, 2.0], [0.0, 0.0], [2.0, -2.0]));
        assert_eq!((super::square(1, 2.0), super::square(0, 2.0)), (vec![[0.0, 0.0]], vec![]));
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (probability, expected) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.025, -1.959_963_984_540_054),
            (0.99, 2.326_347_874_040_841),
            (0.001, -3.090_232_306_167_814),
            (1e-9, -5.997_807_015_008_182),
        ] {
            let found = normal_quantile(probability);
            // Acklam's bound on the relative error is 1.15e-9.
            assert!((found - expected).abs() <= 1.2e-9 * expected.abs(), "{probability}: {found}");
        }
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(normal_quantile(1.5).is_nan() && normal_quantile(f64::NAN).is_nan());
        let quantiles = quantiles(4);
        assert!((quantiles[0][0] + 1.150_349).abs() < 1e-5 && (quantiles[0][1] - 1.150_349).abs() < 1e-5);
    }

    #[test]
    fn lines_and_paths_keep_their_ends() {
        assert_eq!(line(&[0.0, 1.0], &[1.0, -1.0], 3), [[0.0, 1.0], [0.5, 0.0], [1.0, -1.0]]);
        assert_eq!((line(&[1.0], &[2.0], 1), line(&[1.0], &[2.0], 0)), (vec![vec![1.0]], vec![]));
        // An L of lengths 1 and 3: the middle is one step into the long part.
        let bent = along(&[[0.0, 0.0], [0.0, 1.0], [0.0, 1.0], [3.0, 1.0]], 5);
        assert_eq!(bent, [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [3.0, 1.0]]);
        assert_eq!(along(&[[2.0, 3.0]], 2), [[2.0, 3.0]; 2]);
        assert_eq!(along(&[[2.0, 3.0]; 2], 2), [[2.0, 3.0]; 2]);
        assert!(along(&[], 4).is_empty());
    }

    #[test]
    fn a_unit_that_says_the_same_of_all_pictures_is_not_active() {
        let means = [1.0, 0.05, 3.0, -1.0, -0.05, 3.0];
        assert_eq!(active_units(&means, 3), 1);
        let variances = mean_variances(&means, 3);
        assert!((variances[0] - 1.0).abs() < 1e-9 && (variances[1] - 0.0025).abs() < 1e-6 && variances[2] == 0.0);
        assert_eq!((active_units(&[], 2), active_units(&[f32::NAN, 1.0], 1)), (0, 0));
    }

    #[test]
    fn the_nearest_picture_is_found() {
        let encodings = [0.0, 0.0, 3.0, 4.0, f32::NAN, 0.0];
        assert_eq!(nearest(&[3.0, 3.0], &encodings), Some((1, 1.0)));
        assert_eq!(nearest(&[0.0, -5.0], &encodings), Some((0, 5.0)));
        assert_eq!((nearest(&[0.0], &[]), nearest(&[], &[])), (None, None));
    }
}
