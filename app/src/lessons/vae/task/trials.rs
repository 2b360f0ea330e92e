//! What the experiments ask of the network: how sharp it draws, what it draws nowhere, and what lies half-way.

use models::{
    data::points::normal,
    generative::{latent::nearest, sharpness::mean_sharpness, vae::reconstruction},
    tensor::{Tensor, TensorData, Transaction},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;

use super::{Task, byte};
use crate::{
    lessons::{
        pictures::{PIXELS, SIDE, school::read},
        vae::{Blur, Halfway, Nowhere},
    },
    session::protocol::Trouble,
};

/// Pictures of each kind whose sharpness is measured.
const MEASURED: usize = 500;
/// Pictures of each kind that are shown.
const SHOWN: usize = 8;
/// Pairs whose middle is looked at.
const MIDDLES: usize = 200;
/// Pairs of them that are shown.
const SHOWN_PAIRS: usize = 3;
/// How many times as far out as the farthest encoding the circle lies.
const FAR: f32 = 2.0;

impl Task {
    /// The first held-out pictures: `[count, 784]`.
    fn first(&self, count: usize) -> Tensor<2> {
        self.held.clone().slice([0..count.min(self.held.dims()[0]), 0..PIXELS])
    }

    pub(super) async fn measure_blur(&self) -> Result<Blur, Trouble> {
        let (model, latent) = (self.trainer.valid(), self.latent());
        let real = self.first(MEASURED); // [pictures, 784]
        let count = real.dims()[0];
        let mut rng = Pcg32::seed_from_u64(u64::from(self.settings.seed) ^ 0x424c_5552);
        let noise: Vec<f32> = (0..count * latent).map(|_| normal(&mut rng)).collect();
        let noise = Tensor::from_data(TensorData::new(noise, [count, latent]), &self.context.device);
        let transaction = Transaction::default()
            .register(real.clone())
            .register(model.draw(model.encode(real).0))
            .register(model.draw(noise));
        let kinds = read(transaction).await?;
        let shown = |pictures: &[f32]| pictures.iter().take(SHOWN * PIXELS).map(|ink| byte(*ink)).collect();
        Ok(Blur {
            sharpness: [0, 1, 2].map(|kind| mean_sharpness(&kinds[kind], SIDE, SIDE) as f32),
            pictures: [0, 1, 2].map(|kind| shown(&kinds[kind])),
            count: count as u32,
        })
    }

    pub(super) async fn go_nowhere(&self) -> Result<Nowhere, Trouble> {
        let (model, latent) = (self.trainer.valid(), self.latent());
        let (mean, _) = model.encode(self.held.clone()); // [pictures, latent]
        let means = read(Transaction::default().register(mean.clone())).await?.remove(0);
        let farthest = means.chunks_exact(latent).map(length).fold(1.0, f32::max);
        let radius = FAR * farthest;
        let places: Vec<[f32; 2]> = (0..SHOWN)
            .map(|turn| (turn as f32 / SHOWN as f32 * std::f32::consts::TAU).sin_cos())
            .map(|(y, x)| [radius * x, radius * y])
            .collect();
        let points = self.points(&places); // [shown, latent]
        let home = model.draw(mean); // [pictures, 784]
        let transaction = Transaction::default().register(points.clone()).register(model.draw(points)).register(home);
        let mut read = read(transaction).await?.into_iter();
        let mut take = || read.next().unwrap_or_default();
        let (points, pictures, home) = (take(), take(), take());
        let sure = |pictures: &[f32]| {
            let sure = pictures.iter().filter(|ink| **ink < 0.1 || **ink > 0.9).count();
            sure as f32 / pictures.len().max(1) as f32
        };
        let distance = |point: &[f32]| nearest(point, &means).map_or(f32::NAN, |(_, distance)| distance);
        let mut neighbours: Vec<f32> = means.chunks_exact(latent).map(|mean| second(mean, &means)).collect();
        neighbours.sort_by(f32::total_cmp);
        Ok(Nowhere {
            radius,
            distances: points.chunks_exact(latent).map(distance).collect(),
            typical: neighbours.get(neighbours.len() / 2).copied().unwrap_or_default(),
            sure: [sure(&pictures), sure(&home)],
            pictures: pictures.iter().map(|ink| byte(*ink)).collect(),
        })
    }

    pub(super) async fn go_halfway(&self) -> Result<Halfway, Trouble> {
        let model = self.trainer.valid();
        // Each picture with the next one that is something else.
        let labels = &self.shelf.held_out.labels;
        let other = |one: usize| (one + 1..labels.len()).find(|other| labels[*other] != labels[one]);
        let pairs: Vec<(usize, usize)> =
            (0..labels.len()).filter_map(|one| Some((one, other(one)?))).take(MIDDLES).collect();
        let side = |read: fn(&(usize, usize)) -> usize| {
            let pixels: Vec<f32> = pairs.iter().flat_map(|pair| self.picture(read(pair) as u32)).collect();
            Tensor::<2>::from_data(TensorData::new(pixels, [pairs.len(), PIXELS]), &self.context.device)
        };
        let (from, to) = (side(|pair| pair.0), side(|pair| pair.1));
        let middle = model.draw((model.encode(from.clone()).0 + model.encode(to.clone()).0) * 0.5); // [pairs, 784]
        let faded = (from.clone() + to.clone()) * 0.5;
        let again = |x: &Tensor<2>| reconstruction(model.decode(model.encode(x.clone()).0), x.clone());
        let shown = |x: &Tensor<2>| x.clone().slice([0..SHOWN_PAIRS.min(pairs.len()), 0..PIXELS]); // [shown, 784]
        let redrawn = |x: &Tensor<2>| model.draw(model.encode(shown(x)).0);
        let columns = vec![shown(&from), shown(&to), shown(&middle), redrawn(&middle), shown(&faded), redrawn(&faded)];
        let transaction = Transaction::default()
            .register(again(&middle))
            .register(again(&faded))
            .register(middle)
            .register(faded)
            .register(Tensor::stack::<3>(columns, 1)); // [shown, 6, 784]
        let read = read(transaction).await?;
        // What greys cost even when each is told exactly is no fault of the network.
        let least = |pixels: &[f32]| pixels.iter().copied().map(entropy).sum::<f32>() / pairs.len().max(1) as f32;
        Ok(Halfway {
            count: pairs.len() as u32,
            nats: [0, 1].map(|kind| read[kind][0] - least(&read[2 + kind])),
            pictures: read[4].iter().map(|ink| byte(*ink)).collect(),
        })
    }
}

fn length(vector: &[f32]) -> f32 {
    vector.iter().map(|value| value * value).sum::<f32>().sqrt()
}

/// How far the nearest other encoding is.
fn second(point: &[f32], encodings: &[f32]) -> f32 {
    let distance = |other: &[f32]| length(&point.iter().zip(other).map(|(a, b)| a - b).collect::<Vec<f32>>());
    let others = encodings.chunks_exact(point.len()).filter(|other| *other != point);
    others.map(distance).fold(f32::INFINITY, f32::min)
}

/// What a grey costs at least, in nats.
fn entropy(ink: f32) -> f32 {
    let part = |p: f32| if p > 0.0 { -p * p.ln() } else { 0.0 };
    part(ink) + part(1.0 - ink)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_other_is_not_oneself() {
        assert_eq!(second(&[0.0, 0.0], &[0.0, 0.0, 3.0, 4.0, 6.0, 8.0]), 5.0);
        assert_eq!((entropy(0.0), entropy(1.0)), (0.0, 0.0));
        assert!((entropy(0.5) - 2.0_f32.ln()).abs() < 1e-6);
    }
}
