//! What the stages of a network make of a noisy picture on their way to an answer.

use models::{
    device::Device,
    generative::unet::UNet,
    tensor::{Tensor, Transaction},
};

use super::walk::question;
use crate::{
    lessons::{
        ddpm::pictures::{MAPS, Maps, NOISE, Question, STAGES, StageMaps, number},
        pictures::school::read,
    },
    session::protocol::{Remedy, Trouble},
};

/// The first maps of some stages.
pub async fn maps(network: &UNet, asked: Question, device: &Device) -> Result<Maps, Trouble> {
    let net = asked.net;
    if asked.picture.len() != net.numbers() || asked.class > net.classes() || !(0.0..=1.0).contains(&asked.kept) {
        return Err(Trouble::new("The network cannot be asked about this picture; draw another.", Remedy::Dismiss));
    }
    let picture: Vec<f32> = asked.picture.iter().map(|byte| number(*byte, NOISE)).collect();
    let (x, time, class) = question(net, picture, asked.kept, &[asked.class], device);
    let stages: Vec<(&str, Tensor<4>)> = network
        .look(x, time, class)
        .into_iter()
        .filter(|(name, _)| STAGES.contains(name))
        .map(|(name, maps)| {
            let shown = maps.dims()[1].min(MAPS);
            (name, maps.narrow(1, 0, shown)) // [1, shown, side, side]
        })
        .collect();
    let transaction = stages.iter().fold(Transaction::default(), |all, (_, maps)| all.register(maps.clone()));
    let values = read(transaction).await?;
    let stages = stages.iter().zip(values).map(|((name, maps), values)| StageMaps {
        name: (*name).to_owned(),
        side: maps.dims()[2] as u32,
        values,
    });
    Ok(Maps { stages: stages.collect(), asked })
}
