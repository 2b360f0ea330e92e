//! The experiments: what is drawn for each, and what is found in it.

use models::{
    device::Device,
    generative::{unet::UNetConfig, vae::noise},
    metrics::largest,
    tensor::{Tensor, TensorData, Transaction},
    vision::lenet,
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use web_time::{Duration, Instant};

use super::{
    job::{Goal, Job, Leg, bytes},
    pieces::{Pieces, decoder_config},
    walk::{Plan, Walk, seed},
};
use crate::{
    lessons::{
        ddpm::{
            Settings,
            pictures::{Cost, Finding, Guided, Judged, Net, PictureSettings, Piece, Trial},
        },
        pictures::{CLASSES, PictureSet, school::read, softmax},
    },
    session::protocol::{Remedy, Trouble},
};

/// What is guided where no class of this network is chosen.
const USUAL_CLASS: u8 = 3;
/// How long passes of the decoder are repeated until their mean is taken: one is too short for a browser's clock.
const TIMED: Duration = Duration::from_millis(100);
/// How many such means are taken, and how many before, in which the browser makes its code fast.
const MEANS: (usize, usize) = (5, 1);
/// Pictures of experiments come out of other noise than the reader's.
const SALT: u32 = 0x5452;

/// The walks of an experiment.
pub fn job(run: u32, trial: Trial, settings: &Settings) -> Job {
    let net = Net::Small;
    let noise = settings.pictures.noise ^ SALT;
    let classes: Vec<u8> = match trial {
        Trial::Judge => every().repeat(Trial::OF_EACH),
        Trial::FewSteps => every(),
        Trial::Cost => vec![0],
        Trial::Guidance => vec![guided_class(settings); Trial::GUIDED],
    };
    let seeds: Vec<u64> = (0..classes.len()).map(|place| seed(noise, place)).collect();
    let batches = trial.batches(settings.pictures.strength()).into_iter();
    let legs = batches.map(|batch| {
        debug_assert_eq!(batch.pictures, classes.len());
        let plan = Plan { weight: batch.weight, ..Plan::new(settings, net, batch.steps) };
        Leg::new(Piece::Net(net), Walk::new(plan, &classes, &seeds))
    });
    Job::new(Goal::Try(run, trial, Vec::new()), legs.collect())
}

/// All classes.
fn every() -> Vec<u8> {
    (0..Net::Small.classes()).collect()
}

fn guided_class(settings: &Settings) -> u8 {
    let PictureSettings { net, class, .. } = settings.pictures;
    if net == Net::Small && class < Net::Small.classes() { class } else { USUAL_CLASS }
}

/// What an experiment whose walks are over has found.
pub async fn finding(
    trial: Trial,
    done: &[Vec<f32>],
    job: &Job,
    pieces: &Pieces,
    settings: &Settings,
    device: &Device,
) -> Result<Finding, Trouble> {
    let batches = trial.batches(settings.pictures.strength());
    let steps = batches.iter().map(|batch| batch.steps);
    Ok(match trial {
        Trial::Judge => {
            let classes = every().repeat(Trial::OF_EACH);
            Finding::Judged(batches[0].steps, judged(first(done)?, &classes, pieces, device).await?)
        }
        Trial::FewSteps => {
            let mut found = Vec::new();
            for (steps, pictures) in steps.zip(done) {
                found.push((steps, judged(pictures, &every(), pieces, device).await?));
            }
            Finding::FewSteps(found)
        }
        Trial::Cost => {
            let (decoder, picture) = decoder(pieces, device).await?;
            let network = UNetConfig::shipped(Net::Small.channels(), Net::Small.classes().into());
            let asked = batches[0].asked();
            let mine = walk_costs(network.multiply_adds(Net::Small.side()) as u64, asked as u64);
            Finding::Cost(Cost {
                steps: batches[0].steps,
                asked: asked as u32,
                milliseconds: median(job.milliseconds_of_each()),
                decoder,
                multiply_adds: [mine, decoder_costs() as u64],
                pictures: [bytes(first(done)?, 1.0), picture],
            })
        }
        Trial::Guidance => {
            let class = guided_class(settings);
            let mut found = Vec::new();
            for (batch, pictures) in batches.iter().zip(done) {
                let judged = judged(pictures, &[class; Trial::GUIDED], pieces, device).await?;
                found.push(Guided { weight: batch.weight, unlike: unlike(pictures, Net::Small.numbers()), judged });
            }
            Finding::Guided(found)
        }
    })
}

fn first(done: &[Vec<f32>]) -> Result<&Vec<f32>, Trouble> {
    done.first().ok_or_else(nothing)
}

fn nothing() -> Trouble {
    Trouble::new("What the experiment needs is not here any more; run it again.", Remedy::Dismiss)
}

/// What LeNet calls each picture: the one of digits those that were to be digits, the one of clothes the others.
async fn judged(pictures: &[f32], classes: &[u8], pieces: &Pieces, device: &Device) -> Result<Vec<Judged>, Trouble> {
    let numbers = Net::Small.numbers();
    let set_of = |class: u8| PictureSet::ALL[usize::from(usize::from(class) >= CLASSES)];
    let mut found: Vec<Judged> = pictures
        .chunks_exact(numbers)
        .zip(classes)
        .map(|(picture, class)| Judged { class: *class, picture: bytes(picture, 1.0), ..Judged::default() })
        .collect();
    for set in PictureSet::ALL {
        let places: Vec<usize> = (0..found.len()).filter(|place| set_of(found[*place].class) == set).collect();
        if places.is_empty() {
            continue;
        }
        let judge = pieces.judge(set).ok_or_else(nothing)?;
        // LeNet has learned ink from 0 to 1.
        let ink = places.iter().flat_map(|place| &pictures[place * numbers..(place + 1) * numbers]);
        let ink: Vec<f32> = ink.map(|x| (x + 1.0) / 2.0).collect();
        let x = Tensor::<2>::from_data(TensorData::new(ink, [places.len(), numbers]), device);
        let logits = judge.forward(lenet::pictures(x)); // [pictures, classes]
        let logits = read(Transaction::default().register(logits)).await?.remove(0);
        let offset = set as usize * CLASSES;
        for (place, row) in places.into_iter().zip(logits.chunks_exact(CLASSES)) {
            let probabilities = softmax(row);
            let one = &mut found[place];
            one.called = (offset + largest(&probabilities)) as u8;
            one.sure = probabilities[usize::from(one.class) - offset];
        }
    }
    Ok(found)
}

/// How unlike pictures are: 1 without the correlation of their pixels, over all pairs. A picture that is only paler or
/// harsher than another is like it.
fn unlike(pictures: &[f32], numbers: usize) -> f32 {
    let around_mean = |picture: &[f32]| {
        let mean = picture.iter().sum::<f32>() / numbers as f32;
        let rest: Vec<f32> = picture.iter().map(|x| x - mean).collect();
        let length = rest.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-9);
        rest.into_iter().map(|x| x / length).collect::<Vec<f32>>()
    };
    let pictures: Vec<Vec<f32>> = pictures.chunks_exact(numbers).map(around_mean).collect();
    let pairs = (0..pictures.len()).flat_map(|one| (one + 1..pictures.len()).map(move |other| (one, other)));
    let like = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
    let unlike: Vec<f32> = pairs.map(|(one, other)| 1.0 - like(&pictures[one], &pictures[other])).collect();
    unlike.iter().sum::<f32>() / unlike.len().max(1) as f32
}

/// Multiply-adds of a network that is asked so often. The product needs 64 bits: `usize` has 32 in a browser.
const fn walk_costs(once: u64, asked: u64) -> u64 {
    once * asked
}

/// Multiply-adds of one pass of the decoder: half of all, which go there and back, without the heads.
fn decoder_costs() -> usize {
    let layers = decoder_config().layers();
    let decoder = decoder_config().hidden.len() + 1;
    layers.iter().rev().take(decoder).map(|(inputs, outputs)| inputs * outputs).sum()
}

/// Milliseconds of one pass of the VAE's decoder, and what it drew.
async fn decoder(pieces: &Pieces, device: &Device) -> Result<(f32, Vec<u8>), Trouble> {
    let vae = pieces.vae().ok_or_else(nothing)?;
    let latent = decoder_config().latent;
    let mut rng = Pcg32::seed_from_u64(1);
    let mut means = Vec::new();
    let mut picture = Vec::new();
    for mean in 0..MEANS.0 + MEANS.1 {
        let started = Instant::now();
        let mut passes = 0;
        while passes == 0 || started.elapsed() < TIMED {
            let drawn = vae.draw(noise(1, latent, &mut rng, device)); // [1, 784]
            picture = read(Transaction::default().register(drawn)).await?.remove(0);
            passes += 1;
        }
        if mean >= MEANS.1 {
            means.push(started.elapsed().as_secs_f32() * 1000.0 / passes as f32);
        }
    }
    let picture: Vec<f32> = picture.iter().map(|ink| ink * 2.0 - 1.0).collect();
    Ok((median(means), bytes(&picture, 1.0)))
}

/// The one in the middle; nothing of none.
fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_unlike_by_what_they_show() {
        let one = [-1.0, 1.0, -1.0, 1.0];
        let paler = one.map(|x| 0.5 * x - 0.2);
        let other = [-1.0, -1.0, 1.0, 1.0];
        let close = |measured: f32, wanted: f32| assert!((measured - wanted).abs() < 1e-6, "{measured}");
        close(unlike(&[one, paler].concat(), 4), 0.0);
        close(unlike(&[one, other].concat(), 4), 1.0);
        close(unlike(&[one, one.map(|x| -x)].concat(), 4), 2.0);
        close(unlike(&[one, one, other].concat(), 4), 2.0 / 3.0);
        close(unlike(&one, 4), 0.0);
        // What shows nothing is like nothing.
        close(unlike(&[[0.3; 4], one].concat(), 4), 1.0);
    }

    #[test]
    fn the_middle_is_no_mean() {
        assert_eq!(median(vec![900.0, 2.0, 1.0]), 2.0);
        assert_eq!(median(Vec::new()), 0.0);
    }

    #[test]
    fn what_is_announced_is_what_is_asked() {
        for trial in [Trial::Judge, Trial::FewSteps, Trial::Cost, Trial::Guidance] {
            for weight in [0.0, 1.0, 2.0] {
                let mut settings = Settings::default();
                settings.pictures.weight = weight;
                assert_eq!(job(1, trial, &settings).questions(), trial.asked(weight), "{trial:?} at {weight}");
            }
        }
    }

    #[test]
    fn a_walk_costs_more_than_32_bits_hold() {
        // One question fits the browser's usize, a walk does not.
        let [once, _] = Net::ALL.map(|net| {
            let once = UNetConfig::shipped(net.channels(), net.classes().into()).multiply_adds(net.side());
            u32::try_from(once).expect("32 bits")
        });
        let asked = Trial::Cost.batches(2.0)[0].asked();
        let costs = walk_costs(once.into(), asked as u64);
        assert!(costs > u64::from(u32::MAX) && costs / u64::from(once) == asked as u64, "{costs}");
    }

    #[test]
    fn the_decoder_is_the_last_half() {
        let config = decoder_config();
        let heads = 2 * config.hidden.last().unwrap() * config.latent;
        let both = config.multiply_adds() - heads;
        assert!(decoder_costs() < both && decoder_costs() > both / 2 - 1000);
    }
}
