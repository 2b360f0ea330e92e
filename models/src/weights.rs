//! A network's parameters as plain numbers: read from any device without waiting, checked, written to and read from
//! safetensors files.
//!
//! Names are the path through the network, as in `layers.0.weight`. burn keeps the weights of a linear layer as
//! `[inputs, outputs]`, the transpose of PyTorch's.

mod eight_bits;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Device, Tensor, TensorData, Transaction},
};
use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// One parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedTensor {
    /// Its path through the network.
    pub name: String,
    /// Its extent in every dimension.
    pub shape: Vec<usize>,
    /// Its numbers, the last dimension running fastest.
    pub values: Vec<f32>,
}

impl NamedTensor {
    /// Whether there are as many values as the shape says.
    fn is_complete(&self) -> bool {
        let count = self.shape.iter().try_fold(1_usize, |count, &extent| count.checked_mul(extent));
        count == Some(self.values.len())
    }
}

/// All parameters of a network, in the order of a walk through it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parameters(pub Vec<NamedTensor>);

impl Parameters {
    /// The parameter of that name.
    pub fn get(&self, name: &str) -> Option<&NamedTensor> {
        self.0.iter().find(|tensor| tensor.name == name)
    }

    /// These parameters and no others, in this order and with these shapes: how a network that is no burn module takes
    /// weights.
    pub fn exactly(&self, wanted: &[(&str, &[usize])]) -> Result<Vec<&NamedTensor>, Error> {
        let find = |(name, shape): &(&str, &[usize])| {
            let found = self.get(name).ok_or_else(|| Error::MissingParameter((*name).into()))?;
            match found.shape == *shape && found.is_complete() {
                true => Ok(found),
                false => {
                    Err(Error::Shape { name: (*name).into(), expected: shape.to_vec(), found: found.shape.clone() })
                }
            }
        };
        let found = wanted.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        let is_known = |tensor: &&NamedTensor| wanted.iter().any(|(name, _)| *name == tensor.name);
        match self.0.iter().find(|tensor| !is_known(tensor)) {
            Some(unknown) => Err(Error::UnknownParameter(unknown.name.clone())),
            None => Ok(found),
        }
    }

    /// The layer of the first parameter that is not finite.
    pub fn first_broken_layer(&self) -> Option<&str> {
        let broken = self.0.iter().find(|tensor| tensor.values.iter().any(|value| !value.is_finite()));
        broken.map(|tensor| layer_of(&tensor.name))
    }

    /// The same numbers after a visit to half precision: what a network really gets from a shipped file.
    pub fn rounded_to_f16(&self) -> Parameters {
        let mut rounded = self.clone();
        for value in rounded.0.iter_mut().flat_map(|tensor| &mut tensor.values) {
            *value = f16::from_f32(*value).to_f32();
        }
        rounded
    }
}

/// The parameters of one unit with one sum, named and shaped as PyTorch's `Linear(features, 1)`: `weight [1, features]`,
/// `bias [1]`.
pub fn of_unit(weights: &[f32], bias: f32) -> Parameters {
    Parameters(vec![
        NamedTensor { name: "weight".into(), shape: vec![1, weights.len()], values: weights.to_vec() },
        NamedTensor { name: "bias".into(), shape: vec![1], values: vec![bias] },
    ])
}

/// Weights and bias of one unit with so many features, the other way round.
pub fn to_unit(parameters: &Parameters, features: usize) -> Result<(Vec<f32>, f32), Error> {
    let found = parameters.exactly(&[("weight", &[1, features]), ("bias", &[1])])?;
    Ok((found[0].values.clone(), found[1].values[0]))
}

/// The layer that a parameter belongs to: `layers.0.weight` -> `layers.0`.
pub fn layer_of(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(layer, _)| layer)
}

/// Reads every parameter in one transaction, without blocking: on WebGPU a blocking read would never return.
pub async fn read<M: Module>(module: &M) -> Result<Parameters, Error> {
    let (names, transaction) = register(module, Transaction::default());
    let data = transaction.execute_async().await.map_err(|error| Error::Device(error.to_string()))?;
    collect(names, &mut data.into_iter().map(to_f32))
}

/// Names and shapes, in the order of a walk.
pub(crate) type Names = Vec<(String, Vec<usize>)>;

/// Adds every parameter to a readout; [`collect`] sorts the answer.
pub(crate) fn register<M: Module>(module: &M, transaction: Transaction) -> (Names, Transaction) {
    let mut walk = Register { path: Vec::new(), names: Vec::new(), transaction: Some(transaction) };
    module.visit(&mut walk);
    (walk.names, walk.transaction.unwrap_or_default())
}

pub(crate) fn collect(
    names: Names,
    data: &mut impl Iterator<Item = Result<Vec<f32>, Error>>,
) -> Result<Parameters, Error> {
    let tensors = names.into_iter().map(|(name, shape)| {
        let values = data.next().unwrap_or_else(|| Err(Error::Device("too few tensors came back".into())))?;
        Ok(NamedTensor { name, shape, values })
    });
    tensors.collect::<Result<_, _>>().map(Parameters)
}

/// The numbers of a tensor, whatever precision the device works in.
pub(crate) fn to_f32(data: TensorData) -> Result<Vec<f32>, Error> {
    data.convert::<f32>().try_into_vec().map_err(|error| Error::Device(format!("{error:?}")))
}

struct Register {
    path: Vec<String>,
    names: Names,
    /// Always there; an `Option` only because registering consumes it.
    transaction: Option<Transaction>,
}

impl ModuleVisitor for Register {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val().inner();
        self.names.push((self.path.join("."), tensor.dims().to_vec()));
        self.transaction = Some(self.transaction.take().unwrap_or_default().register(tensor));
    }
}

/// Puts parameters into a network. Every parameter of the network must be there with its shape, and no other.
pub fn load<M: Module>(module: M, parameters: &Parameters, device: &Device) -> Result<M, Error> {
    let mut walk = Load { path: Vec::new(), parameters, device, found: 0, trouble: None };
    let module = module.map(&mut walk);
    match walk.trouble {
        Some(trouble) => Err(trouble),
        None if walk.found != parameters.0.len() => Err(unknown(&module, parameters)),
        None => Ok(module),
    }
}

fn unknown<M: Module>(module: &M, parameters: &Parameters) -> Error {
    let (names, _) = register(module, Transaction::default());
    let unknown = parameters.0.iter().find(|tensor| names.iter().all(|(name, _)| *name != tensor.name));
    // Without an unknown name, one name occurs twice.
    Error::UnknownParameter(unknown.map_or("a parameter twice".into(), |tensor| tensor.name.clone()))
}

struct Load<'a> {
    path: Vec<String>,
    parameters: &'a Parameters,
    device: &'a Device,
    found: usize,
    trouble: Option<Error>,
}

impl ModuleMapper for Load<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.trouble.is_some() {
            return param;
        }
        let name = self.path.join(".");
        let expected = param.lazy_shape().to_vec();
        let Some(found) = self.parameters.get(&name) else {
            self.trouble = Some(Error::MissingParameter(name));
            return param;
        };
        if found.shape != expected || !found.is_complete() {
            self.trouble = Some(Error::Shape { name, expected, found: found.shape.clone() });
            return param;
        }
        self.found += 1;
        let (id, tensor, mapper) = param.consume();
        let tracked = tensor.is_require_grad() && self.device.is_autodiff();
        let data = TensorData::new(found.values.clone(), found.shape.clone());
        let tensor = Tensor::from_data(data, self.device).set_require_grad(tracked);
        Param::from_mapped_value(id, tensor, mapper)
    }
}

/// The precision of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Four bytes a number.
    F32,
    /// Two bytes a number.
    F16,
}

/// Writes a safetensors file, names in alphabetical order.
pub fn to_safetensors(parameters: &Parameters, precision: Precision) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> = parameters
        .0
        .iter()
        .map(|tensor| match precision {
            Precision::F32 => tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Precision::F16 => tensor.values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
        })
        .collect();
    let dtype = match precision {
        Precision::F32 => Dtype::F32,
        Precision::F16 => Dtype::F16,
    };
    let views = parameters.0.iter().zip(&bytes).map(|(tensor, bytes)| {
        let view = TensorView::new(dtype, tensor.shape.clone(), bytes).expect("parameters hold what their shape says");
        (tensor.name.as_str(), view)
    });
    safetensors::serialize(views, None).expect("names and numbers can always be written")
}

/// Reads a safetensors file of f32, f16 or bf16 numbers, or of 8-bit integers `NAME` with one scale a row in `NAME.scale`.
/// Whatever the bytes are, it never panics.
pub fn from_safetensors(bytes: &[u8]) -> Result<Parameters, Error> {
    let file = SafeTensors::deserialize(bytes).map_err(|_| Error::NoWeightFile)?;
    let weights = file.tensors().into_iter().filter(|(name, _)| !eight_bits::is_scale(&file, name));
    let tensors = weights.map(|(name, view)| {
        let values = match view.dtype() {
            Dtype::I8 => eight_bits::values(&file, &name, &view)?,
            _ => floats(&name, &view)?,
        };
        let tensor = NamedTensor { name, shape: view.shape().to_vec(), values };
        match tensor.is_complete() {
            true => Ok(tensor),
            false => Err(Error::WeightFile(format!("{} does not hold what its shape says", tensor.name))),
        }
    });
    let mut tensors = tensors.collect::<Result<Vec<_>, _>>()?;
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Parameters(tensors))
}

/// The numbers of a tensor of f32, f16 or bf16.
fn floats(name: &str, view: &TensorView) -> Result<Vec<f32>, Error> {
    let data = view.data();
    match view.dtype() {
        Dtype::F32 => Ok(data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()),
        Dtype::F16 => Ok(data.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect()),
        Dtype::BF16 => Ok(data.as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32()).collect()),
        other => Err(Error::WeightFile(format!("{name} holds {other:?}, where f32, f16 or bf16 is read"))),
    }
}

/// A text of that name in a safetensors file's metadata.
pub fn metadata(bytes: &[u8], name: &str) -> Result<Option<String>, Error> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|_| Error::NoWeightFile)?;
    Ok(header.metadata().as_ref().and_then(|texts| texts.get(name).cloned()))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;
    use crate::foundations::mlp::{Activation, MlpConfig};

    fn network(sizes: &[usize], seed: u64) -> crate::foundations::mlp::Mlp {
        let config = MlpConfig { sizes: sizes.to_vec(), activation: Activation::Tanh };
        config.init(&Device::flex(), &mut Pcg32::seed_from_u64(seed))
    }

    fn parameters(sizes: &[usize], seed: u64) -> Parameters {
        read(&network(sizes, seed)).now_or_never().expect("the CPU answers at once").unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let parameters = parameters(&[3, 4, 2], 1);
        let names: Vec<&str> = parameters.0.iter().map(|tensor| tensor.name.as_str()).collect();
        assert_eq!(names, ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]);
        let file = from_safetensors(&to_safetensors(&parameters, Precision::F32)).unwrap();
        assert_eq!(file.0.len(), 4);
        assert!(parameters.0.iter().all(|tensor| file.get(&tensor.name) == Some(tensor)));
        let half = from_safetensors(&to_safetensors(&parameters, Precision::F16)).unwrap();
        assert!(parameters.rounded_to_f16().0.iter().all(|tensor| half.get(&tensor.name) == Some(tensor)));
    }

    #[test]
    fn loading_gives_the_same_network() {
        let file = parameters(&[3, 4, 2], 1);
        let loaded = load(network(&[3, 4, 2], 2), &file, &Device::flex()).unwrap();
        assert_eq!(read(&loaded).now_or_never().unwrap().unwrap(), file);
    }

    #[test]
    fn another_network_is_refused_by_name() {
        let refused = |file: &Parameters| load(network(&[3, 4, 2], 2), file, &Device::flex()).unwrap_err();
        let small = parameters(&[3, 2], 1);
        assert!(matches!(refused(&small), Error::Shape { name, .. } if name == "layers.0.weight"));
        let mut lacking = parameters(&[3, 4, 2], 1);
        lacking.0.remove(2);
        assert_eq!(refused(&lacking), Error::MissingParameter("layers.1.weight".into()));
        let mut surplus = parameters(&[3, 4, 2], 1);
        surplus.0.push(NamedTensor { name: "head.bias".into(), shape: vec![1], values: vec![0.0] });
        assert_eq!(refused(&surplus), Error::UnknownParameter("head.bias".into()));
        let mut lying = parameters(&[3, 4, 2], 1);
        lying.0[0].values.pop();
        assert!(matches!(refused(&lying), Error::Shape { .. }));
    }

    #[test]
    fn plain_networks_take_exactly_their_own() {
        let tensor = |name: &str, shape: &[usize]| NamedTensor {
            name: name.into(),
            shape: shape.to_vec(),
            values: vec![0.5; shape.iter().product()],
        };
        let wanted: [(&str, &[usize]); 2] = [("weight", &[1, 3]), ("bias", &[1])];
        let fits = Parameters(vec![tensor("bias", &[1]), tensor("weight", &[1, 3])]);
        assert_eq!(fits.exactly(&wanted).unwrap()[0].values.len(), 3);
        let refused = |tensors: Vec<NamedTensor>| Parameters(tensors).exactly(&wanted).unwrap_err();
        assert_eq!(refused(vec![tensor("weight", &[1, 3])]), Error::MissingParameter("bias".into()));
        assert!(matches!(refused(vec![tensor("weight", &[3, 1]), tensor("bias", &[1])]), Error::Shape { .. }));
        let surplus = vec![tensor("weight", &[1, 3]), tensor("bias", &[1]), tensor("gate", &[1])];
        assert_eq!(refused(surplus), Error::UnknownParameter("gate".into()));
        let mut lying = fits;
        lying.0[0].values.clear();
        assert!(matches!(lying.exactly(&wanted), Err(Error::Shape { .. })));
    }

    #[test]
    fn the_first_broken_layer_is_named() {
        let mut parameters = parameters(&[3, 4, 2], 1);
        assert_eq!(parameters.first_broken_layer(), None);
        parameters.0[3].values[0] = f32::NAN;
        assert_eq!(parameters.first_broken_layer(), Some("layers.1"));
        parameters.0[0].values[0] = f32::INFINITY;
        assert_eq!(parameters.first_broken_layer(), Some("layers.0"));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

        #[test]
        fn random_bytes_are_no_weights(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            proptest::prop_assert!(from_safetensors(&bytes).is_err());
        }

        #[test]
        fn a_damaged_file_is_read_or_refused(
            changes in proptest::collection::vec((0_usize..4096, proptest::prelude::any::<u8>()), 1..5),
            cut in 0_usize..4096,
        ) {
            let whole = to_safetensors(&parameters(&[3, 4, 2], 1), Precision::F32);
            let mut bytes = whole.clone();
            for (place, byte) in changes {
                let place = place % whole.len();
                bytes[place] = byte;
            }
            bytes.truncate(cut.max(1));
            if let Ok(read) = from_safetensors(&bytes) {
                proptest::prop_assert!(read.0.iter().all(NamedTensor::is_complete));
                // Whatever came out either fits the network or is refused with a reason.
                let _ = load(network(&[3, 4, 2], 2), &read, &Device::flex());
            }
        }
    }
}
