//! The key–value cache: a decoder that writes word by word keeps the keys and values of what it has written, so that each
//! new word costs one row of attention and not the whole square again. The answer is the same.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{
    attention::{Mask, Memory},
    heads::Silenced,
    transformer::{Transformer, tokens},
};

/// Where a decoder stands: several candidates of one source, all equally long.
#[derive(Clone, Debug)]
pub struct Cache {
    source: Vec<Memory>,
    padding: Option<Mask>,
    past: Vec<Option<Memory>>,
    length: usize,
    silenced: Silenced,
    device: Device,
}

impl Transformer {
    /// Reads a source; the decoder has written nothing yet. An empty source counts as one token of padding, 0.
    pub fn start(&self, source: &[usize], silenced: &Silenced, device: &Device) -> Cache {
        let (source, padding) = tokens(&[source.to_vec()], 0, device);
        let (memory, _) = self.encode(source, padding.as_ref(), silenced);
        Cache {
            source: self.sources(&memory),
            padding,
            past: self.decoder.iter().map(|_| None).collect(),
            length: 0,
            silenced: silenced.clone(),
            device: device.clone(),
        }
    }

    /// Takes in one more token of each candidate and says what may follow: `candidates -> [candidates, vocabulary]` (logits,
    /// unread).
    pub fn next(&self, written: &[usize], cache: &mut Cache) -> Tensor<2> {
        let candidates = written.len();
        let numbers: Vec<i64> = written.iter().map(|&token| token as i64).collect();
        let target = Tensor::<2, Int>::from_data(TensorData::new(numbers, [candidates, 1]), &cache.device);
        let mut y = self.embed(target, cache.length); // [candidates, 1, width]
        for (number, layer) in self.decoder.iter().enumerate() {
            let limits = self.limits(number, None, cache.padding.as_ref(), &cache.silenced, &cache.device);
            let found = layer.forward(y, cache.past[number].take(), &cache.source[number], limits);
            y = found.output;
            cache.past[number] = Some(found.past);
        }
        cache.length += 1;
        self.say(y).squeeze_dim(1)
    }
}

impl Cache {
    /// Goes on with these candidates, each named by its number among the present ones; one may go on several times.
    pub fn keep(&mut self, candidates: &[usize]) {
        let numbers: Vec<i64> = candidates.iter().map(|&candidate| candidate as i64).collect();
        let chosen = Tensor::<1, Int>::from_data(TensorData::new(numbers, [candidates.len()]), &self.device);
        for past in self.past.iter_mut().flatten() {
            past.keys = past.keys.clone().select(0, chosen.clone());
            past.values = past.values.clone().select(0, chosen.clone());
        }
        // All candidates share one source, so its keys and values are widened and not chosen.
        for source in &mut self.source {
            let [_, heads, keys, d] = source.keys.dims();
            let one = |tensor: &Tensor<4>| tensor.clone().narrow(0, 0, 1).expand([candidates.len(), heads, keys, d]);
            *source = Memory { keys: one(&source.keys), values: one(&source.values) };
        }
    }

    /// Tokens taken in so far.
    pub fn length(&self) -> usize {
        self.length
    }
}
