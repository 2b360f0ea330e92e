//! What attention costs over the length, timed on this machine: one layer as wide as the translator's.

use models::{
    data::points::normal,
    device::Device,
    sequence::{positions::Positions, transformer::TransformerConfig},
    tensor::{Tensor, TensorData, Transaction},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use web_time::Instant;

use crate::{
    lessons::{pictures::school::read, transformer::Cost},
    session::protocol::Trouble,
};

/// Numbers of a word, and heads that share them.
const WIDTH: usize = 128;
const HEADS: usize = 4;
/// The lengths that are timed. Beyond the last one the weights alone would fill a phone's memory.
const LENGTHS: [usize; 5] = [64, 128, 256, 512, 1024];
/// Each is timed so often, and the fastest counts: whatever else the machine does only slows it down.
const TIMES: usize = 4;

/// Milliseconds and bytes for each length.
pub async fn costs(device: &Device) -> Result<Vec<Cost>, Trouble> {
    let config = TransformerConfig {
        vocabulary: 2,
        width: WIDTH,
        heads: HEADS,
        inner: 4 * WIDTH,
        encoder_layers: 1,
        decoder_layers: 0,
        longest: 1,
        positions: Positions::None,
    };
    let mut rng = Pcg32::seed_from_u64(0x434f_5354);
    let model = config.init(device, &mut rng);
    let layer = &model.encoder[0];
    let mut costs = Vec::new();
    for length in LENGTHS {
        let numbers: Vec<f32> = (0..length * WIDTH).map(|_| normal(&mut rng)).collect();
        let x = Tensor::<3>::from_data(TensorData::new(numbers, [1, length, WIDTH]), device);
        let (mut attention, mut rest) = (f32::INFINITY, f32::INFINITY);
        // A browser's clock is coarse: short lengths are computed several times between two looks at it.
        let turns = (LENGTHS[LENGTHS.len() - 1] / length).min(8);
        for _ in 0..TIMES {
            let start = Instant::now();
            for _ in 0..turns {
                let (q, memory) = (layer.attention.ask(x.clone()), layer.attention.remember(x.clone()));
                let thought = layer.feed.forward(x.clone()).sum();
                force(q.sum() + memory.keys.sum() + memory.values.sum() + thought).await?;
            }
            rest = rest.min(start.elapsed().as_secs_f32() * 1000.0 / turns as f32);
            let (q, memory) = (layer.attention.ask(x.clone()), layer.attention.remember(x.clone()));
            force(q.clone().sum() + memory.keys.clone().sum() + memory.values.clone().sum()).await?;
            let start = Instant::now();
            for _ in 0..turns {
                force(layer.attention.attend(q.clone(), &memory, None, None).output.sum()).await?;
            }
            attention = attention.min(start.elapsed().as_secs_f32() * 1000.0 / turns as f32);
        }
        let bytes = (HEADS * length * length * size_of::<f32>()) as u64;
        costs.push(Cost { length: length as u32, attention, rest, bytes });
    }
    Ok(costs)
}

/// Waits until a number has been computed.
async fn force(sum: Tensor<1>) -> Result<(), Trouble> {
    read(Transaction::default().register(sum)).await.map(drop)
}
