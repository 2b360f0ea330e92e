//! The numbers on their way: what stands at each station of the first layer of a stack, with all heads, for whoever wants to
//! see it.

use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::{
    attention::Mask,
    heads::{Head, Silenced, Stack},
    positions::Positions,
    transformer::{Transformer, tokens},
};

/// A place where numbers can be looked at. Of the target it is what the decoder was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Station {
    /// Words as vectors: `[words, width]`.
    Words,
    /// The same with their places: `[words, width]`.
    Placed,
    /// What each word asks: `[heads, queries, d]`.
    Queries,
    /// What each word answers to: `[heads, keys, d]`.
    Keys,
    /// Queries times keys, divided by `√d`, before anything is hidden: `[heads, queries, keys]`.
    Scores,
    /// Their softmax: `[heads, queries, keys]`.
    Weights,
    /// What the heads have found, joined: `[queries, width]`.
    Found,
    /// What leaves the layer: `[words, width]`.
    Layer,
    /// What the encoder hands over: `[keys, width]`.
    Memory,
    /// What may come next: `[queries, vocabulary]` (logits).
    Logits,
}

impl Station {
    /// All of them, in the order of the computation.
    pub const ALL: [Station; 10] = [
        Station::Words,
        Station::Placed,
        Station::Queries,
        Station::Keys,
        Station::Scores,
        Station::Weights,
        Station::Found,
        Station::Layer,
        Station::Memory,
        Station::Logits,
    ];
}

impl Transformer {
    /// The shape at a station, without the batch, and its numbers in a row, unread: `[numbers]`. Nothing comes back where
    /// there is nothing to read, to write or to compute with.
    pub fn inside(
        &self,
        source: &[usize],
        target: &[usize],
        (stack, station): (Stack, Station),
        device: &Device,
    ) -> Option<(Vec<usize>, Tensor<1>)> {
        let (encoder, decoder) = (self.encoder.first()?, self.decoder.first()?);
        if source.is_empty() || target.is_empty() {
            return None;
        }
        let row = |row: &[usize]| tokens(&[row.to_vec()], 0, device).0;
        let own = || row(if stack == Stack::Encoder { source } else { target });
        let causal = Mask::causal(target.len(), device);
        let mask = (stack == Stack::Decoder).then_some(&causal);
        let all = Silenced::default();
        let memory = || self.encode(row(source), None, &all).0;
        let (attention, x, asked) = self.inputs(source, target, Head { stack, layer: 0, head: 0 }, device);
        let q = || attention.ask(x.clone());
        let remembered = || attention.remember(asked.clone());
        Some(match station {
            Station::Words => flat(self.clone().with_positions(Positions::None).embed(own(), 0)),
            Station::Placed => flat(self.embed(own(), 0)),
            Station::Queries => flat(q()),
            Station::Keys => flat(remembered().keys),
            Station::Scores => {
                let q = q();
                let d = q.dims()[3] as f64;
                flat(q.matmul(remembered().keys.swap_dims(2, 3)) * (1.0 / d.sqrt()))
            }
            Station::Weights => flat(attention.attend(q(), &remembered(), mask, None).weights),
            Station::Found => flat(attention.attend(q(), &remembered(), mask, None).output),
            Station::Layer if stack == Stack::Encoder => flat(encoder.forward(self.embed(own(), 0), None, None).output),
            Station::Layer => {
                let limits = self.limits(0, Some(&causal), None, &all, device);
                let source = decoder.cross.remember(memory());
                flat(decoder.forward(self.embed(own(), 0), None, &source, limits).output)
            }
            Station::Memory => flat(memory()),
            Station::Logits => flat(self.forward(row(source), row(target), None)),
        })
    }
}

/// The shape without the batch of one, and all numbers in a row.
fn flat<const D: usize>(tensor: Tensor<D>) -> (Vec<usize>, Tensor<1>) {
    (tensor.dims()[1..].to_vec(), tensor.flatten(0, D - 1))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::{super::transformer::TransformerConfig, *};

    #[test]
    fn every_station_has_its_shape() {
        let device = Device::flex();
        let config = TransformerConfig {
            vocabulary: 11,
            width: 8,
            heads: 2,
            inner: 12,
            encoder_layers: 2,
            decoder_layers: 1,
            longest: 6,
            positions: Positions::Learned,
        };
        let model = config.init(&device, &mut Pcg32::seed_from_u64(1));
        let (source, target) = ([3, 4, 5], [1, 6]);
        let look = |stack, station| {
            let (shape, numbers) = model.inside(&source, &target, (stack, station), &device).unwrap();
            let numbers: Vec<f32> = numbers.into_data().try_into_vec().unwrap();
            assert_eq!(numbers.len(), shape.iter().product::<usize>(), "{stack:?} {station:?}");
            assert!(numbers.iter().all(|number| number.is_finite()), "{stack:?} {station:?}");
            (shape, numbers)
        };
        for stack in Stack::ALL {
            Station::ALL.into_iter().for_each(|station| drop(look(stack, station)));
        }
        assert_eq!(look(Stack::Encoder, Station::Placed).0, [3, 8]);
        assert_eq!(look(Stack::Decoder, Station::Words).0, [2, 8]);
        assert_eq!(look(Stack::Decoder, Station::Queries).0, [2, 2, 4]);
        assert_eq!(look(Stack::Encoder, Station::Scores).0, [2, 3, 3]);
        let (shape, weights) = look(Stack::Cross, Station::Weights);
        assert_eq!(shape, [2, 2, 3]);
        // Three f32 quotients of one sum.
        assert!(weights.chunks(3).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-6));
        assert_eq!(look(Stack::Decoder, Station::Weights).1[1], 0.0);
        assert_eq!(look(Stack::Cross, Station::Found).0, [2, 8]);
        // With one layer the decoder's states are what leaves it.
        let states = model.inside(&source, &target, (Stack::Decoder, Station::Layer), &device).unwrap().1;
        let said: Vec<f32> = model.say(states.reshape([1, 2, 8])).into_data().try_into_vec().unwrap();
        assert_eq!(look(Stack::Decoder, Station::Logits).1, said);
        assert!(model.inside(&[], &target, (Stack::Encoder, Station::Words), &device).is_none());
    }
}
