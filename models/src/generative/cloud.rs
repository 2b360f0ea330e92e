//! A cloud of points as diffusion sees it: at one scale, with its exact score, and what can be said of points that a network
//! makes in its likeness.
//!
//! ```text
//! q(x) = 1/n Σᵢ N(x; √ᾱ xᵢ, 1 - ᾱ)            all that n points can become under so much noise
//! ε*(x) = (x - √ᾱ Σᵢ wᵢ xᵢ) / √(1 - ᾱ)         wᵢ = softmaxᵢ(-|x - √ᾱ xᵢ|² / 2(1 - ᾱ))
//! ∇ ln q(x) = -ε*(x) / √(1 - ᾱ)                 the score: where the points are denser
//! ```
//!
//! Plain Rust without any tensor, so that the page draws the very points that the worker learns from.
//!
//! **Papers.** J. Ho, A. Jain, P. Abbeel (2020), section 3.2: naming the noise is naming the score. M. F. Naeem et al.:
//! Reliable fidelity and diversity metrics for generative models. ICML (2020): a point is covered if a made one lies nearer
//! to it than its k-th neighbour.

use serde::{Deserialize, Serialize};

/// A place of the plane.
pub type Place = [f32; 2];

/// Neighbours that decide how near is near.
pub const NEIGHBOURS: usize = 5;
/// The least spread that is stretched to 1: points that all lie at one place stay there.
const LEAST_SPREAD: f32 = 1e-3;

/// How a cloud was moved and stretched to a mean of 0 and a variance of 1, by one factor for both axes, so that its form
/// stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// The middle of the points as they were.
    pub middle: Place,
    /// What 1 was before.
    pub spread: f32,
}

impl Frame {
    /// The frame of these points.
    pub fn of(points: &[Place]) -> Self {
        let count = points.len().max(1) as f32;
        let middle = [0, 1].map(|axis: usize| points.iter().map(|point| point[axis]).sum::<f32>() / count);
        let off = |point: &Place| (point[0] - middle[0]).powi(2) + (point[1] - middle[1]).powi(2);
        let variance = points.iter().map(off).sum::<f32>() / (2.0 * count);
        Self { middle, spread: if variance > LEAST_SPREAD * LEAST_SPREAD { variance.sqrt() } else { 1.0 } }
    }

    /// From the world to the frame.
    pub fn inward(&self, point: Place) -> Place {
        [0, 1].map(|axis: usize| (point[axis] - self.middle[axis]) / self.spread)
    }

    /// From the frame to the world.
    pub fn outward(&self, point: Place) -> Place {
        [0, 1].map(|axis: usize| point[axis] * self.spread + self.middle[axis])
    }
}

/// The noise that is in `x`, by the best guess there is for points that are exactly these: ε* above. Without points all of
/// it is noise.
pub fn exact_noise(points: &[Place], x: Place, kept: f32) -> Place {
    let (signal, variance) = (kept.sqrt(), (1.0 - kept).max(f32::EPSILON));
    let far = |point: &Place| {
        let off = [0, 1].map(|axis: usize| x[axis] - signal * point[axis]);
        (off[0] * off[0] + off[1] * off[1]) / (2.0 * variance)
    };
    let scores: Vec<f32> = points.iter().map(far).collect();
    // The nearest point weighs 1, so that the sum is never 0.
    let least = scores.iter().copied().fold(f32::INFINITY, f32::min);
    let (mut sum, mut clean) = (0.0, [0.0; 2]);
    for (point, score) in points.iter().zip(&scores) {
        let weight = (least - score).exp();
        sum += weight;
        clean[0] += weight * point[0];
        clean[1] += weight * point[1];
    }
    [0, 1].map(|axis: usize| (x[axis] - if sum > 0.0 { signal * clean[axis] / sum } else { 0.0 }) / variance.sqrt())
}

/// The score that follows from noise: -ε / √(1 - ᾱ).
pub fn score(noise: Place, kept: f32) -> Place {
    noise.map(|noise| -noise / (1.0 - kept).max(f32::EPSILON).sqrt())
}

/// How far answers are from the exact ones: √(Σ |answer - exact|² / Σ |exact|²). 0 is equal, 1 is as bad as saying nothing.
pub fn relative_error(answers: &[Place], exact: &[Place]) -> f32 {
    let square = |place: &Place| f64::from(place[0]).powi(2) + f64::from(place[1]).powi(2);
    let off: f64 = answers.iter().zip(exact).map(|(a, b)| square(&[a[0] - b[0], a[1] - b[1]])).sum();
    let all: f64 = exact.iter().map(square).sum();
    (off / all.max(f64::MIN_POSITIVE)).sqrt() as f32
}

/// What points that were made have in common with real ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Likeness {
    /// Mean distance of a made point to the nearest real one.
    pub distance: f32,
    /// Share of the made points that lie on the data: nearer to some real point than that one's k-th neighbour.
    pub on: f32,
    /// Share of the real points that have a made point nearer than their k-th neighbour.
    pub covered: f32,
}

/// Real points, and how near is near to each of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    points: Vec<Place>,
    reach: Vec<f32>,
}

impl Reference {
    /// From real points. One without so many neighbours takes the farthest it has.
    pub fn new(points: &[Place]) -> Self {
        let reach = |at: usize| {
            let others = points.iter().enumerate().filter(|(other, _)| *other != at);
            let mut far: Vec<f32> = others.map(|(_, other)| distance(points[at], *other)).collect();
            match far.len().min(NEIGHBOURS).checked_sub(1) {
                Some(last) => *far.select_nth_unstable_by(last, f32::total_cmp).1,
                None => 0.0,
            }
        };
        Self { points: points.to_vec(), reach: (0..points.len()).map(reach).collect() }
    }

    /// How alike made points are; nothing where there are none of either.
    pub fn compare(&self, made: &[Place]) -> Option<Likeness> {
        if self.points.is_empty() || made.is_empty() {
            return None;
        }
        let mut covered = vec![false; self.points.len()];
        let (mut sum, mut on) = (0.0_f64, 0);
        for place in made {
            let (mut nearest, mut inside) = (f32::INFINITY, false);
            for ((point, reach), covered) in self.points.iter().zip(&self.reach).zip(&mut covered) {
                let far = distance(*place, *point);
                nearest = nearest.min(far);
                if far <= *reach {
                    (inside, *covered) = (true, true);
                }
            }
            sum += f64::from(nearest);
            on += usize::from(inside);
        }
        let of = |part: usize, whole: usize| part as f32 / whole as f32;
        Some(Likeness {
            distance: (sum / made.len() as f64) as f32,
            on: of(on, made.len()),
            covered: of(covered.iter().filter(|covered| **covered).count(), covered.len()),
        })
    }
}

fn distance(one: Place, other: Place) -> f32 {
    (one[0] - other[0]).hypot(one[1] - other[1])
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;
    use crate::data::points::normal;

    fn dice(count: usize, seed: u64) -> Vec<Place> {
        let mut rng = Pcg32::seed_from_u64(seed);
        (0..count).map(|_| [normal(&mut rng), normal(&mut rng)]).collect()
    }

    #[test]
    fn a_frame_has_mean_0_and_variance_1_and_leads_back() {
        let points: Vec<Place> = dice(50, 1).into_iter().map(|[x, y]| [3.0 + 0.2 * x, 0.1 * y - 1.0]).collect();
        let frame = Frame::of(&points);
        let inside: Vec<Place> = points.iter().map(|point| frame.inward(*point)).collect();
        let again = Frame::of(&inside);
        assert!((again.spread - 1.0).abs() < 1e-4 && again.middle.iter().all(|middle| middle.abs() < 1e-5));
        for (point, inside) in points.iter().zip(inside) {
            assert!(distance(frame.outward(inside), *point) < 1e-5);
        }
        for few in [vec![], vec![[2.0, 1.0]], vec![[2.0, 1.0]; 9]] {
            assert_eq!(Frame::of(&few).spread, 1.0);
        }
    }

    #[test]
    fn the_exact_score_is_the_slope_of_the_density() {
        let points = dice(20, 2);
        for kept in [0.05_f32, 0.5, 0.95] {
            let density = |x: Place| -> f64 {
                let near = |point: &Place| {
                    let off = distance(x, [kept.sqrt() * point[0], kept.sqrt() * point[1]]);
                    f64::from(-off * off / (2.0 * (1.0 - kept))).exp()
                };
                points.iter().map(near).sum::<f64>().ln()
            };
            for x in dice(9, 3) {
                let found = score(exact_noise(&points, x, kept), kept);
                let step = 1e-2;
                for (axis, found) in found.into_iter().enumerate() {
                    let moved = |by: f32| density([0, 1].map(|a: usize| x[a] + if a == axis { by } else { 0.0 }));
                    let slope = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
                    // Central differences are off by the square of the step times the third derivative.
                    assert!((f64::from(found) - slope).abs() < 2e-2 * slope.abs().max(1.0), "{kept} {x:?}");
                }
            }
        }
        // Far from all points the nearest one counts, and no sum is 0.
        assert!(exact_noise(&points, [1e4, -1e4], 1.0 - 1e-5).iter().all(|noise| noise.is_finite()));
        assert_eq!(exact_noise(&[], [0.5, -0.5], 0.0), [0.5, -0.5]);
    }

    #[test]
    fn one_point_is_known_exactly() {
        let noise = exact_noise(&[[2.0, -1.0]], [0.8 * 2.0 + 0.6 * 0.3, -0.8 + 0.6 * 1.5], 0.64);
        assert!((noise[0] - 0.3).abs() < 1e-5 && (noise[1] - 1.5).abs() < 1e-5, "{noise:?}");
    }

    #[test]
    fn likeness_tells_the_same_from_far_off_and_from_a_part() {
        let (real, others) = (dice(300, 4), dice(300, 5));
        let reference = Reference::new(&real);
        let same = reference.compare(&real).unwrap();
        assert_eq!((same.distance, same.on, same.covered), (0.0, 1.0, 1.0));
        let alike = reference.compare(&others).unwrap();
        // With 5 neighbours about 1 - 2⁻⁵ of the points are covered by as many of their kind (Naeem et al.).
        assert!(alike.covered > 0.92 && alike.on > 0.9, "{alike:?}");
        let far: Vec<Place> = others.iter().map(|[x, y]| [x + 9.0, *y]).collect();
        let far = reference.compare(&far).unwrap();
        assert!(far.on < 0.01 && far.covered < 0.05 && far.distance > 4.0, "{far:?}");
        let half: Vec<Place> = others.into_iter().filter(|[x, _]| *x > 0.0).collect();
        let half = reference.compare(&half).unwrap();
        assert!(half.on > 0.9 && half.covered < 0.65, "{half:?}");
        assert!(Reference::new(&[]).compare(&real).is_none() && reference.compare(&[]).is_none());
    }

    #[test]
    fn errors_are_told_by_their_share() {
        let exact = [[3.0, 4.0], [0.0, 0.0]];
        assert_eq!(relative_error(&exact, &exact), 0.0);
        assert_eq!(relative_error(&[[0.0; 2]; 2], &exact), 1.0);
    }
}
