//! Every head of every layer: its name, its weights as numbers, and switching it off.
//!
//! Switching a head off multiplies what it has found by 0 before the heads are mixed, as in P. Michel, O. Levy, G. Neubig:
//! Are sixteen heads really better than one? (2019).

use burn::tensor::{Device, Tensor, TensorData, Transaction};
use serde::{Deserialize, Serialize};

use crate::{error::Error, weights::to_f32};

/// Which attention a head belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stack {
    /// The source looks at itself.
    Encoder,
    /// The target looks at its past.
    Decoder,
    /// The target looks at the source.
    Cross,
}

impl Stack {
    /// All three, in the order of the computation.
    pub const ALL: [Stack; 3] = [Stack::Encoder, Stack::Decoder, Stack::Cross];

    /// Its name on the page.
    pub fn name(self) -> &'static str {
        match self {
            Stack::Encoder => "Encoder",
            Stack::Decoder => "Decoder",
            Stack::Cross => "Cross",
        }
    }

    /// Its name in an address.
    pub fn id(self) -> &'static str {
        match self {
            Stack::Encoder => "encoder",
            Stack::Decoder => "decoder",
            Stack::Cross => "cross",
        }
    }

    /// The attention of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stack| stack.id() == id)
    }
}

/// One head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Head {
    /// Its attention.
    pub stack: Stack,
    /// Its layer, from 0.
    pub layer: usize,
    /// Its number in the layer, from 0.
    pub head: usize,
}

/// Heads that are switched off. Heads that do not exist are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silenced(pub Vec<Head>);

impl Silenced {
    /// A factor for each head of a layer, or nothing if all have a say: `[1, heads, 1, 1]`.
    pub(crate) fn gate(&self, stack: Stack, layer: usize, heads: usize, device: &Device) -> Option<Tensor<4>> {
        let is_off = |head| self.0.contains(&Head { stack, layer, head });
        if !(0..heads).any(is_off) {
            return None;
        }
        let factors: Vec<f32> = (0..heads).map(|head| if is_off(head) { 0.0 } else { 1.0 }).collect();
        Some(Tensor::from_data(TensorData::new(factors, [1, heads, 1, 1]), device))
    }
}

/// The weights of all heads, unread, by layer: `[batch, heads, queries, keys]` each.
#[derive(Clone, Debug, Default)]
pub struct Heads {
    /// The source's attention to itself.
    pub encoder: Vec<Tensor<4>>,
    /// The target's attention to its past.
    pub decoder: Vec<Tensor<4>>,
    /// The target's attention to the source.
    pub cross: Vec<Tensor<4>>,
}

impl Heads {
    /// The layers of one attention.
    pub fn of(&self, stack: Stack) -> &[Tensor<4>] {
        match stack {
            Stack::Encoder => &self.encoder,
            Stack::Decoder => &self.decoder,
            Stack::Cross => &self.cross,
        }
    }

    /// Adds the weights of the batch's first row to a readout; [`Heads::collect`] sorts the answer.
    pub fn register(&self, transaction: Transaction) -> Transaction {
        let layers = Stack::ALL.into_iter().flat_map(|stack| self.of(stack));
        layers.fold(transaction, |transaction, weights| transaction.register(weights.clone().inner().narrow(0, 0, 1)))
    }

    /// The maps from the data that [`Heads::register`] asked for, in the same order.
    pub fn collect(&self, data: &mut impl Iterator<Item = TensorData>) -> Result<Vec<HeadMap>, Error> {
        let mut maps = Vec::new();
        for stack in Stack::ALL {
            for (layer, weights) in self.of(stack).iter().enumerate() {
                let [_, heads, queries, keys] = weights.dims();
                let numbers = data.next().ok_or_else(|| Error::Device("too few tensors came back".into()))?;
                let numbers = to_f32(numbers)?;
                for head in 0..heads {
                    let weights = numbers[head * queries * keys..][..queries * keys].to_vec();
                    maps.push(HeadMap { head: Head { stack, layer, head }, queries, keys, weights });
                }
            }
        }
        Ok(maps)
    }

    /// All maps of the batch's first row, read in one transaction without blocking.
    pub async fn read(&self) -> Result<Vec<HeadMap>, Error> {
        let data = self.register(Transaction::default()).execute_async().await;
        let data = data.map_err(|error| Error::Device(error.to_string()))?;
        self.collect(&mut data.into_iter())
    }
}

/// Where one head looks, as plain numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadMap {
    /// The head.
    pub head: Head,
    /// Rows: who looks.
    pub queries: usize,
    /// Columns: what is looked at.
    pub keys: usize,
    /// Row by row; each row adds up to 1.
    pub weights: Vec<f32>,
}

impl HeadMap {
    /// Where one query looks; empty if there is no such query.
    pub fn row(&self, query: usize) -> &[f32] {
        self.weights.get(query * self.keys..(query + 1) * self.keys).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back() {
        for stack in Stack::ALL {
            assert_eq!(Stack::from_id(stack.id()), Some(stack));
        }
    }

    #[test]
    fn only_existing_heads_are_silenced() {
        let head = |head| Head { stack: Stack::Cross, layer: 1, head };
        let silenced = Silenced(vec![head(1), head(9)]);
        let gate = silenced.gate(Stack::Cross, 1, 3, &Device::flex()).unwrap();
        assert_eq!(gate.into_data().try_into_vec::<f32>().unwrap(), [1.0, 0.0, 1.0]);
        assert!(silenced.gate(Stack::Cross, 0, 3, &Device::flex()).is_none());
        assert!(silenced.gate(Stack::Encoder, 1, 3, &Device::flex()).is_none());
        assert!(Silenced(vec![head(9)]).gate(Stack::Cross, 1, 3, &Device::flex()).is_none());
    }
}
