//! The two networks: fetched while all else goes on, and what their first layers look for.

use models::{
    device::Device,
    explain::{feature_maps::filter_pictures, sanity::cascade},
    foundations::mlp::Activation,
    tensor::Transaction,
    vision::{
        alexnet::{AlexNet, AlexNetConfig},
        efficientnet::{EfficientNet, EfficientNetConfig},
        lenet::{LeNetConfig, Pooling},
    },
    weights::{self, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;

use crate::{
    fetch,
    lessons::{
        alexnet::{Which, settings::CLASSES},
        pictures::{school::read, shelf::again},
    },
    session::{
        protocol::{Remedy, Trouble},
        serve::{Arrivals, Context},
    },
};

/// The weights whose first filters stand beside AlexNet's.
const LENET: &str = "lenet-mnist";

/// The networks, once they are here.
pub struct Networks {
    /// The one of 2012.
    pub alexnet: Option<AlexNet>,
    /// The one of eight years later.
    pub efficientnet: Option<EfficientNet>,
    /// The filters of conv1, each from -1 to 1: maps × 3 × 11 × 11.
    pub filters: Vec<f32>,
    /// LeNet's filters of C1: 6 × 25.
    pub lenet: Vec<f32>,
    arrivals: Arrivals<Which, Arrived>,
}

/// Weights that have come: those of the network, and LeNet's beside AlexNet's.
struct Arrived {
    weights: Parameters,
    lenet: Option<Parameters>,
}

/// AlexNet as its weights were trained.
fn config() -> AlexNetConfig {
    AlexNetConfig::narrowed(CLASSES.len(), Activation::Relu)
}

/// A network that never trained; its weights are replaced at once, or shown as those of one that has forgotten.
fn unlearned(seed: u32, device: &Device) -> AlexNet {
    config().init(device, &mut Pcg32::seed_from_u64(u64::from(seed) ^ 0x4652_4553))
}

impl Networks {
    /// None is here.
    pub fn new() -> Self {
        Self {
            alexnet: None,
            efficientnet: None,
            filters: Vec::new(),
            lenet: Vec::new(),
            arrivals: Arrivals::default(),
        }
    }

    /// Which of them are here: AlexNet, EfficientNet.
    pub fn here(&self) -> [bool; 2] {
        [self.alexnet.is_some(), self.efficientnet.is_some()]
    }

    /// Which have been asked for and not given up.
    pub fn asked(&self) -> Vec<Which> {
        self.arrivals.asked()
    }

    /// Fetches a network's weights, unless they are here or on their way.
    pub fn fetch(&self, which: Which, context: &Context) {
        self.arrivals.fetch(which, context, bring(which, context.clone()));
    }

    /// Uses the weights that have come, and says whether there were any.
    pub async fn take_in(&mut self, device: &Device) -> Result<bool, Trouble> {
        let arrived = self.arrivals.take();
        let some = !arrived.is_empty();
        for (which, Arrived { weights, lenet }) in arrived {
            match which {
                Which::AlexNet => {
                    self.take_weights(&weights, device).await?;
                    if let Some(lenet) = lenet {
                        self.lenet = lenet_filters(&lenet, device).await?;
                    }
                }
                Which::EfficientNet => {
                    let fresh = EfficientNetConfig::lite0().init(device, &mut Pcg32::seed_from_u64(0));
                    self.efficientnet = Some(weights::load(fresh, &weights, device).map_err(again)?);
                }
            }
        }
        Ok(some)
    }

    /// Uses these weights for AlexNet.
    pub async fn take_weights(&mut self, parameters: &Parameters, device: &Device) -> Result<(), Trouble> {
        let model = weights::load(unlearned(0, device), parameters, device)?;
        self.filters = read(Transaction::default().register(filter_pictures(&model))).await?.remove(0);
        self.alexnet = Some(model);
        self.arrivals.note(Which::AlexNet);
        Ok(())
    }

    /// AlexNet with its last layers fresh; nothing while it is not here.
    pub fn forgetful(&self, fresh: u8, seed: u32, device: &Device) -> Option<AlexNet> {
        let model = self.alexnet.as_ref()?;
        Some(if fresh == 0 { model.clone() } else { cascade(model, &unlearned(seed, device), fresh.into()) })
    }
}

async fn bring(which: Which, context: Context) -> Result<Arrived, Trouble> {
    let lenet = match which {
        // A picture beside another: without it the lesson goes on.
        Which::AlexNet => get(LENET, &context).await.ok(),
        Which::EfficientNet => None,
    };
    Ok(Arrived { weights: get(which.weights(), &context).await?, lenet })
}

async fn get(name: &str, context: &Context) -> Result<Parameters, Trouble> {
    let path = format!("pretrained/{name}.safetensors");
    let file = fetch::FILES.iter().find(|file| file.path == path);
    let file =
        file.ok_or_else(|| Trouble::new(format!("The weights {name} are not part of this site."), Remedy::Dismiss))?;
    weights::from_safetensors(&context.fetch(file).await?).map_err(again)
}

async fn lenet_filters(parameters: &Parameters, device: &Device) -> Result<Vec<f32>, Trouble> {
    let config = LeNetConfig { classes: 10, activation: Activation::Relu, pooling: Pooling::Average };
    let fresh = config.init(device, &mut Pcg32::seed_from_u64(0));
    let model = weights::load(fresh, parameters, device).map_err(again)?;
    Ok(read(Transaction::default().register(filter_pictures(&model))).await?.remove(0))
}
