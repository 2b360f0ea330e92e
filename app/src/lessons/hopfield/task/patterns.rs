//! Where patterns come from, and how the one to recall is damaged.

use models::data::{
    images::Images,
    letters,
    patterns::{Pattern, damaged, random_patterns},
};

use crate::{
    fetch,
    lessons::hopfield::{Data, Settings},
    session::{
        protocol::{Remedy, Trouble},
        serve::Context,
    },
};

/// A pixel at least as dark as this is ink.
const INK: u8 = 128;

/// All patterns of the data, stored or not.
pub async fn load(settings: &Settings, context: &Context) -> Result<Vec<Pattern>, Trouble> {
    Ok(match settings.data {
        Data::Letters => letters::NAMES.chars().filter_map(letters::pattern).collect(),
        Data::Digits => digits(context).await?,
        Data::Random => random_patterns(settings.data.units(), settings.count as usize, settings.seed.into()),
        Data::Drawn => settings.own.clone(),
    })
}

/// The first digit of each class.
async fn digits(context: &Context) -> Result<Vec<Pattern>, Trouble> {
    let bytes = context.fetch(fetch::file("static/data/mnist/train-0.bin.gz")).await?;
    let images = Images::parse(&bytes).map_err(|error| Trouble::new(error.to_string(), Remedy::Retry))?;
    let first = |class: u8| images.labels.iter().position(|label| *label == class);
    let binary = |index: usize| images.image(index).iter().map(|pixel| if *pixel >= INK { 1 } else { -1 }).collect();
    let digits: Option<Vec<Pattern>> = (0..10).map(|class| first(class).map(binary)).collect();
    digits.ok_or_else(|| Trouble::new("A digit is missing in the file of digits.", Remedy::Retry))
}

/// What is shown: the pattern with noise, then with its lower rows hidden.
pub fn cue(pattern: &[i8], settings: &Settings) -> Pattern {
    let mut cue = damaged(pattern, settings.noise, settings.seed.into());
    let side = settings.data.side();
    let hidden = (side as f32 * settings.mask).round() as usize;
    for pixel in cue.iter_mut().skip((side - hidden.min(side)) * side) {
        *pixel = -1;
    }
    cue
}
