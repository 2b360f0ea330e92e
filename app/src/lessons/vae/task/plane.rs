//! The plane that the map shows: the two latent numbers themselves, or the plane in which more of them spread most.

use models::explain::pca::Pca;

/// No map is smaller than from -2 to 2, where all but a twentieth of a standard normal number lies.
const LEAST: f32 = 2.0;
/// Share of the encodings that the map reaches around in each direction.
const INSIDE: f32 = 0.97;

/// A plane through the latent space, and how far the map of it reaches.
#[derive(Clone, Debug)]
pub struct Plane {
    /// The map runs from minus this to this.
    pub reach: f32,
    latent: usize,
    components: Option<Pca>,
}

impl Plane {
    /// The plane of the first two latent numbers: until encodings are known, and where they are no numbers.
    pub fn flat(latent: usize) -> Self {
        Self { reach: LEAST, latent, components: None }
    }

    /// The plane for these encodings: `[pictures, latent]`. Nothing if there are none, or some are no numbers.
    pub fn through(encodings: &[f32], latent: usize) -> Option<Self> {
        if encodings.is_empty() || encodings.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let rows: Vec<&[f32]> = encodings.chunks_exact(latent.max(1)).collect();
        let components = if latent == 2 { None } else { Some(Pca::fit(&rows)?) };
        let mut plane = Self { components, ..Self::flat(latent) };
        let mut far: Vec<f32> = rows.iter().map(|row| plane.project(row)).map(|[x, y]| x.abs().max(y.abs())).collect();
        far.sort_by(f32::total_cmp);
        let inside = far.get((far.len() as f32 * INSIDE) as usize).or(far.last()).copied().unwrap_or(LEAST);
        // Half steps, so that the map does not tremble while it trains.
        plane.reach = ((inside * 2.0).ceil() / 2.0).max(LEAST);
        Some(plane)
    }

    /// Where a latent vector lies on the map: `[latent] -> [2]`.
    pub fn project(&self, latent: &[f32]) -> [f32; 2] {
        match &self.components {
            Some(pca) => pca.project(latent).map(|value| value as f32),
            None => [latent.first().copied().unwrap_or_default(), latent.get(1).copied().unwrap_or_default()],
        }
    }

    /// The latent vector at a place of the map: `[2] -> [latent]`.
    pub fn lift(&self, place: [f32; 2]) -> Vec<f32> {
        match &self.components {
            Some(pca) => pca.lift(place.map(f64::from)),
            None => (0..self.latent).map(|axis| place.get(axis).copied().unwrap_or_default()).collect(),
        }
    }

    /// Share of the encodings' spread that the plane shows.
    pub fn shown(&self) -> f32 {
        self.components.as_ref().map_or(1.0, |pca| pca.explained() as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_are_the_map() {
        let plane = Plane::through(&[0.3, -0.2, 3.2, 1.0], 2).unwrap();
        assert_eq!((plane.reach, plane.shown()), (3.5, 1.0));
        assert_eq!(plane.project(&plane.lift([0.7, -1.5])), [0.7, -1.5]);
        assert_eq!(Plane::flat(3).lift([1.0, 2.0]), [1.0, 2.0, 0.0]);
        assert_eq!(Plane::through(&[0.1, 0.0], 2).unwrap().reach, LEAST);
        assert!(Plane::through(&[f32::NAN, 0.0], 2).is_none());
    }

    #[test]
    fn more_numbers_are_seen_through_their_largest_spread() {
        let encodings = [3.0, 0.0, 0.1, -3.0, 0.0, 0.1, 0.0, 1.0, -0.1, 0.0, -1.0, -0.1];
        let plane = Plane::through(&encodings, 3).unwrap();
        assert!(plane.shown() > 0.99 && plane.reach == 3.0);
        let [x, y] = plane.project(&plane.lift([1.0, -0.5]));
        assert!((x - 1.0).abs() < 1e-5 && (y + 0.5).abs() < 1e-5);
        // Encodings that all lie at one place have no plane to spread in, and still a map.
        assert_eq!(Plane::through(&[0.0; 12], 3).unwrap().lift([1.0, 1.0]), [0.0; 3]);
    }
}
