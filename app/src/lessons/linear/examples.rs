//! What the unit looks at: points, flowers or digits, in a seeded order, and the plane to draw them on.

use models::{
    data::{images::Images, iris, points::Point},
    explain::pca::Pca,
};
use rand::{SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg32;

use crate::{
    fetch,
    lessons::linear::{Data, Inputs, POINT_LABELS, Plane},
    session::{
        protocol::{Remedy, Trouble},
        serve::Context,
    },
};

/// Share that is held out.
pub const HELD_OUT: f32 = 0.3;
/// Sets smaller than this hold nothing out.
pub const SMALL: usize = 20;
/// Digits that are looked at to find zeros and ones.
const DIGITS_HELD_OUT: usize = 1000;

/// Inputs and class.
type Example = (Vec<f32>, u8);

/// Training and held-out examples.
pub struct Examples {
    /// In the order in which they are looked at, every pass the same.
    pub training: Vec<Example>,
    /// Never corrected on.
    pub held_out: Vec<Example>,
    /// What lies across and up.
    pub labels: [String; 2],
    /// The plane of the first two principal components, where there are more than two inputs.
    plane: Option<Pca>,
    /// The places of all examples on the plane.
    places: Vec<(f32, f32, u8, bool)>,
}

impl Examples {
    /// Generates or fetches them.
    pub async fn load(inputs: &Inputs, context: &Context) -> Result<Self, Trouble> {
        let axes = |x: &str, y: &str| [x.to_owned(), y.to_owned()];
        let (training, held_out, labels) = match inputs.data {
            Data::Points(_) | Data::Own => {
                let (training, held_out) = inputs.split_points();
                let example = |point: Point| (vec![point.x, point.y], point.class);
                let examples = |points: Vec<Point>| points.into_iter().map(example).collect();
                let [across, up] = POINT_LABELS;
                (examples(training), examples(held_out), axes(across, up))
            }
            Data::Iris => {
                let labels = match inputs.measures {
                    Some((x, y)) => axes(iris::FEATURES[usize::from(x)], iris::FEATURES[usize::from(y)])
                        .map(|name| format!("{name} (cm)")),
                    None => axes("first principal component", "second principal component"),
                };
                let (training, held_out) = flowers(inputs, context).await?;
                (training, held_out, labels)
            }
            Data::Digits => {
                let training = digits(context, "static/data/mnist/train-0.bin.gz", usize::MAX).await?;
                let held_out = digits(context, "static/data/mnist/test-0.bin.gz", DIGITS_HELD_OUT).await?;
                (training, held_out, axes("first principal component", "second principal component"))
            }
        };
        if training.is_empty() {
            return Err(Trouble::new("There are no points yet; paint a few of each colour.", Remedy::Dismiss));
        }
        Ok(Self::new(training, held_out, labels, inputs.seed))
    }

    fn new(mut training: Vec<Example>, held_out: Vec<Example>, labels: [String; 2], seed: u32) -> Self {
        training.shuffle(&mut Pcg32::seed_from_u64(u64::from(seed) ^ 0x0DE4));
        let rows: Vec<&[f32]> = training.iter().map(|(x, _)| x.as_slice()).collect();
        let plane = if rows[0].len() > 2 { Pca::fit(&rows) } else { None };
        let place = |x: &[f32]| match &plane {
            Some(plane) => plane.project(x).map(|value| value as f32),
            None => [x[0], x[1]],
        };
        let mut places = Vec::new();
        for (examples, is_held_out) in [(&training, false), (&held_out, true)] {
            for (x, class) in examples {
                let [across, up] = place(x);
                places.push((across, up, *class, is_held_out));
            }
        }
        Self { training, held_out, labels, plane, places }
    }

    /// Inputs of an example.
    pub fn features(&self) -> usize {
        self.training[0].0.len()
    }

    /// Whether looking at all of them takes long enough to be done less often.
    pub fn is_large(&self) -> bool {
        self.features() > 100
    }

    /// A training example and its target, -1 or 1.
    pub fn example(&self, index: usize) -> (&[f32], f32) {
        let (x, class) = &self.training[index];
        (x, target(*class))
    }

    /// All training examples with their targets.
    pub fn signed(&self) -> Vec<(&[f32], f32)> {
        self.training.iter().map(|(x, class)| (x.as_slice(), target(*class))).collect()
    }

    /// The held-out examples with their targets.
    pub fn signed_held_out(&self) -> Vec<(&[f32], f32)> {
        self.held_out.iter().map(|(x, class)| (x.as_slice(), target(*class))).collect()
    }

    /// The held-out examples, or all where none is held out.
    pub fn judged(&self) -> &[Example] {
        if self.held_out.is_empty() { &self.training } else { &self.held_out }
    }

    /// Share of each class of [`Examples::judged`] that a sum calls rightly; not a number for a class without examples.
    pub fn right_by_class(&self, sum: impl Fn(&[f32]) -> f32) -> [f32; 2] {
        let (mut right, mut count) = ([0.0; 2], [0.0_f32; 2]);
        for (x, class) in self.judged() {
            let class = usize::from(*class == 1);
            count[class] += 1.0;
            right[class] += f32::from(u8::from((sum(x) > 0.0) == (class == 1)));
        }
        [right[0] / count[0], right[1] / count[1]]
    }

    /// A linear function of the inputs as one of the place on the plane: a·across + b·up + c.
    pub fn line(&self, sum: impl Fn(&[f32]) -> f32) -> [f32; 3] {
        let at = |across: f32, up: f32| match &self.plane {
            Some(plane) => sum(&plane.lift([across.into(), up.into()])),
            None => sum(&[across, up]),
        };
        // It is linear in the place too, so three places tell all of it.
        let middle = at(0.0, 0.0);
        [at(1.0, 0.0) - middle, at(0.0, 1.0) - middle, middle]
    }

    /// The plane with all examples on it.
    pub fn plane(&self, line: [f32; 3], before: Option<[f32; 3]>, corrected: Option<u32>) -> Plane {
        Plane {
            points: self.places.clone(),
            line,
            before,
            corrected,
            window: Plane::window_of(&self.places, self.features() != 2),
            labels: self.labels.clone(),
        }
    }
}

/// How many examples a sum puts on the right side of zero.
pub fn right(examples: &[(&[f32], f32)], sum: impl Fn(&[f32]) -> f32) -> u32 {
    examples.iter().filter(|(x, target)| sum(x) * target > 0.0).count() as u32
}

fn target(class: u8) -> f32 {
    if class == 1 { 1.0 } else { -1.0 }
}

/// Setosa and versicolor, split by the seed.
async fn flowers(inputs: &Inputs, context: &Context) -> Result<(Vec<Example>, Vec<Example>), Trouble> {
    let bytes = context.fetch(fetch::file("static/data/iris.csv")).await?;
    let text = String::from_utf8_lossy(&bytes);
    let flowers = iris::parse(&text).map_err(|error| Trouble::new(error.to_string(), Remedy::Retry))?;
    let mut examples: Vec<Example> = flowers
        .iter()
        .filter(|flower| flower.species < 2)
        .map(|flower| {
            let inputs = match inputs.measures {
                Some((x, y)) => vec![flower.features[usize::from(x)], flower.features[usize::from(y)]],
                None => flower.features.to_vec(),
            };
            (inputs, flower.species)
        })
        .collect();
    examples.shuffle(&mut Pcg32::seed_from_u64(inputs.seed.into()));
    let held_out = examples.split_off((examples.len() as f32 * (1.0 - HELD_OUT)).round() as usize);
    Ok((examples, held_out))
}

/// The zeros and ones among the first pictures of a file, pixels from 0 to 1.
async fn digits(context: &Context, path: &'static str, most: usize) -> Result<Vec<Example>, Trouble> {
    let bytes = context.fetch(fetch::file(path)).await?;
    let mut images = Images::parse(&bytes).map_err(|error| Trouble::new(error.to_string(), Remedy::Retry))?;
    images.truncate(most);
    Ok((0..images.len())
        .filter(|index| images.labels[*index] < 2)
        .map(|index| {
            (images.image(index).iter().map(|pixel| f32::from(*pixel) / 255.0).collect(), images.labels[index])
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::linear::{Answer, Asked, Question};

    #[test]
    fn what_lies_behind_a_cell_is_found_and_a_drawing_gets_its_sum() {
        let training = [(1.0, 1), (-1.0, 1), (-2.0, 0), (2.0, 0)].map(|(x, class)| (vec![x, 0.5], class)).to_vec();
        let examples = Examples::new(training, Vec::new(), POINT_LABELS.map(String::from), 1);
        let mut asked = Asked::default();
        asked.hear(Question::Cell(Some((1, 0))));
        let judge = |asked: &Asked| {
            let plane = examples.plane([1.0, 0.0, 0.0], None, None);
            Answer::new(&examples, plane, &[1.0, 0.0], 0.0, 0.0, asked)
        };
        let answer = judge(&asked);
        let chosen: Vec<usize> = (0..4).filter(|index| answer.is_chosen(*index)).collect();
        assert_eq!(chosen.len(), 1);
        assert_eq!(answer.plane.points[chosen[0]].0, -1.0);
        assert_eq!((0..4).filter(|index| answer.is_wrong(*index)).count(), 2);
        assert!(!answer.is_projected() && !answer.knows_nothing());
        assert_eq!((answer.told.sum, answer.told.pictures.len()), (None, 0));
        asked.hear(Question::Drawing(vec![3.0, 4.0]));
        asked.hear(Question::Cell(None));
        let answer = judge(&asked);
        assert_eq!((answer.told.cell, answer.told.sum), (None, Some(3.0)));
        assert!((0..4).all(|index| !answer.is_chosen(index)));
    }
}
