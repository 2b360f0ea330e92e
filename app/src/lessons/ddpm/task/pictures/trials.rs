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
use web_time::Instant;

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

/// Steps of the pictures that are judged.
const JUDGED_IN: u16 = 25;
/// Pictures of each class that are judged.
const OF_EACH: usize = 2;
/// Numbers of steps that are compared.
const FEW: [u16; 5] = [2, 5, 10, 20, 50];
/// Strengths of the guidance that are compared, and the steps and pictures of each.
const WEIGHTS: [f32; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];
const GUIDED_IN: u16 = 20;
const GUIDED: usize = 8;
/// What is guided where no class of this network is chosen.
const USUAL_CLASS: u8 = 3;
/// Steps of the picture whose cost is measured.
const PAID_IN: u16 = 50;
/// How often the decoder is timed, and how often it runs before, so that the browser has made its code fast.
const TIMED: (usize, usize) = (21, 10);
/// Pictures of experiments come out of other noise than the reader's.
const SALT: u32 = 0x5452;

/// The walks of an experiment.
pub fn job(run: u32, trial: Trial, settings: &Settings) -> Job {
    let net = Net::Small;
    let noise = settings.pictures.noise ^ SALT;
    let leg = |steps: u16, weight: f32, classes: &[u8], seeds: &[u64]| {
        let plan = Plan { weight, ..Plan::new(settings, net, steps) };
        Leg::new(Piece::Net(net), Walk::new(plan, classes, seeds))
    };
    let weight = settings.pictures.weight;
    let every: Vec<u8> = (0..net.classes()).collect();
    let apart = |count: usize| -> Vec<u64> { (0..count).map(|place| seed(noise, place)).collect() };
    let legs = match trial {
        Trial::Judge => {
            let classes = every.repeat(OF_EACH);
            vec![leg(JUDGED_IN, weight, &classes, &apart(classes.len()))]
        }
        Trial::FewSteps => FEW.map(|steps| leg(steps, weight, &every, &apart(every.len()))).into(),
        Trial::Cost => vec![leg(PAID_IN, weight, &[0], &apart(1))],
        Trial::Guidance => {
            let classes = [guided_class(settings); GUIDED];
            WEIGHTS.map(|weight| leg(GUIDED_IN, weight, &classes, &apart(GUIDED))).into()
        }
    };
    Job::new(Goal::Try(run, trial, Vec::new()), legs)
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
    let every: Vec<u8> = (0..Net::Small.classes()).collect();
    Ok(match trial {
        Trial::Judge => Finding::Judged(JUDGED_IN, judged(first(done)?, &every.repeat(OF_EACH), pieces, device).await?),
        Trial::FewSteps => {
            let mut found = Vec::new();
            for (steps, pictures) in FEW.into_iter().zip(done) {
                found.push((steps, judged(pictures, &every, pieces, device).await?));
            }
            Finding::FewSteps(found)
        }
        Trial::Cost => {
            let (decoder, picture) = decoder(pieces, device).await?;
            let network = UNetConfig::shipped(Net::Small.channels(), Net::Small.classes().into());
            let asked = job.answered();
            let once = [network.multiply_adds(Net::Small.side()) * asked, decoder_costs()];
            Finding::Cost(Cost {
                steps: PAID_IN,
                asked: asked as u32,
                milliseconds: job.milliseconds(),
                decoder,
                multiply_adds: once.map(|count| count as u64),
                pictures: [bytes(first(done)?, 1.0), picture],
            })
        }
        Trial::Guidance => {
            let class = guided_class(settings);
            let mut found = Vec::new();
            for (weight, pictures) in WEIGHTS.into_iter().zip(done) {
                let judged = judged(pictures, &[class; GUIDED], pieces, device).await?;
                found.push(Guided { weight, apart: apart(pictures, Net::Small.numbers()), judged });
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

/// How far pictures are from each other: the root of the mean squared difference of a pixel from 0 to 1, over all pairs.
fn apart(pictures: &[f32], numbers: usize) -> f32 {
    let pictures: Vec<&[f32]> = pictures.chunks_exact(numbers).collect();
    let pairs = (0..pictures.len()).flat_map(|one| (one + 1..pictures.len()).map(move |other| (one, other)));
    let distances = pairs.map(|(one, other)| {
        let squares = pictures[one].iter().zip(pictures[other]).map(|(a, b)| ((a - b) / 2.0).powi(2));
        (squares.sum::<f32>() / numbers as f32).sqrt()
    });
    let distances: Vec<f32> = distances.collect();
    distances.iter().sum::<f32>() / distances.len().max(1) as f32
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
    let mut times = Vec::new();
    let mut picture = Vec::new();
    for pass in 0..TIMED.0 + TIMED.1 {
        let started = Instant::now();
        let drawn = vae.draw(noise(1, latent, &mut rng, device)); // [1, 784]
        picture = read(Transaction::default().register(drawn)).await?.remove(0);
        if pass >= TIMED.1 {
            times.push(started.elapsed().as_secs_f32() * 1000.0);
        }
    }
    times.sort_by(f32::total_cmp);
    let picture: Vec<f32> = picture.iter().map(|ink| ink * 2.0 - 1.0).collect();
    Ok((times[times.len() / 2], bytes(&picture, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_pixels() {
        let (black, white) = ([-1.0_f32; 4], [1.0_f32; 4]);
        assert_eq!(apart(&[black, white].concat(), 4), 1.0);
        assert_eq!(apart(&[black, black, white].concat(), 4), 2.0 / 3.0);
        assert_eq!(apart(&black, 4), 0.0);
    }

    #[test]
    fn the_decoder_is_the_last_half() {
        let config = decoder_config();
        let heads = 2 * config.hidden.last().unwrap() * config.latent;
        let both = config.multiply_adds() - heads;
        assert!(decoder_costs() < both && decoder_costs() > both / 2 - 1000);
    }
}
