//! The networks: fetched while all else goes on, taken in when they have come.

use models::{
    data::images::Images,
    device::Device,
    foundations::mlp::Activation,
    generative::{
        unet::{UNet, UNetConfig},
        vae::{Vae, VaeConfig},
    },
    vision::lenet::{LeNet, LeNetConfig, Pooling},
    weights::{self, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;

use crate::{
    fetch,
    lessons::{
        ddpm::pictures::{HeldOut, Net, Piece},
        pictures::{CLASSES, PIXELS, PictureSet, shelf::again},
        vae,
    },
    session::{
        protocol::{Remedy, Trouble},
        serve::{Arrivals, Context},
    },
};

/// All networks of this worker, as far as they are here.
#[derive(Default)]
pub struct Pieces {
    nets: [Option<UNet>; 2],
    /// Early checkpoints are made into a network when it is their turn: six at once would be in the way.
    early: Vec<(u32, Vec<u8>)>,
    judges: [Option<LeNet>; 2],
    vae: Option<Vae>,
    arrivals: Arrivals<Parcel, Vec<u8>>,
}

/// What a file that has come is.
#[derive(Clone, Copy, PartialEq)]
enum Parcel {
    Weights(Piece),
    HeldOut(PictureSet),
}

impl Pieces {
    /// What is here.
    pub fn here(&self) -> Vec<Piece> {
        let nets = Net::ALL.into_iter().filter(|net| self.nets[*net as usize].is_some()).map(Piece::Net);
        let early = self.early.iter().map(|(steps, _)| Piece::Early(*steps));
        let judges = PictureSet::ALL.into_iter().filter(|set| self.judges[*set as usize].is_some()).map(Piece::Judge);
        nets.chain(early).chain(judges).chain(self.vae.iter().map(|_| Piece::Vae)).collect()
    }

    /// What has been asked for and did not fail to come.
    pub fn asked(&self) -> Vec<Piece> {
        let weights = |parcel| match parcel {
            Parcel::Weights(piece) => Some(piece),
            Parcel::HeldOut(_) => None,
        };
        self.arrivals.asked().into_iter().filter_map(weights).collect()
    }

    /// Fetches weights, unless they are here or on their way.
    pub fn fetch(&self, piece: Piece, context: &Context) {
        let mine = context.clone();
        self.arrivals.fetch(Parcel::Weights(piece), context, async move {
            let missing = || format!("The weights {} are not part of this site.", piece.weights());
            mine.fetch(piece.file().ok_or_else(|| Trouble::new(missing(), Remedy::Dismiss))?).await
        });
    }

    /// Fetches held-out pictures.
    pub fn bring_pictures(&self, set: PictureSet, context: &Context) {
        if let Some(file) = fetch::files(&format!("static/data/{}/test-", set.id())).first().copied() {
            let mine = context.clone();
            self.arrivals.fetch(Parcel::HeldOut(set), context, async move { mine.fetch(file).await });
        }
    }

    /// Uses what has come; held-out pictures are handed on.
    pub fn take_in(&mut self, device: &Device) -> Result<Option<HeldOut>, Trouble> {
        let mut pictures = None;
        for (parcel, bytes) in self.arrivals.take() {
            match parcel {
                Parcel::HeldOut(set) => {
                    // The page keeps one set at a time and may come back to this one.
                    self.arrivals.forget(parcel);
                    pictures = Some(one_of_each(set, &Images::parse(&bytes).map_err(again)?));
                }
                Parcel::Weights(Piece::Early(steps)) => self.early.push((steps, bytes)),
                Parcel::Weights(piece) => {
                    self.put(piece, &weights::from_safetensors(&bytes).map_err(again)?, device).map_err(again)?;
                }
            }
        }
        self.early.sort_by_key(|(steps, _)| *steps);
        Ok(pictures)
    }

    /// Makes a network of its weights.
    pub fn put(&mut self, piece: Piece, parameters: &Parameters, device: &Device) -> Result<(), models::error::Error> {
        let mut rng = Pcg32::seed_from_u64(0);
        match piece {
            Piece::Net(net) => self.nets[net as usize] = Some(network(net, parameters, device)?),
            Piece::Early(_) => {}
            Piece::Judge(set) => {
                let config = LeNetConfig { classes: CLASSES, activation: Activation::Relu, pooling: Pooling::Average };
                self.judges[set as usize] = Some(weights::load(config.init(device, &mut rng), parameters, device)?);
            }
            Piece::Vae => {
                self.vae = Some(weights::load(decoder_config().init(device, &mut rng), parameters, device)?);
            }
        }
        self.arrivals.note(Parcel::Weights(piece));
        Ok(())
    }

    /// The network that draws with these weights.
    pub fn net(&self, piece: Piece, device: &Device) -> Result<Option<UNet>, Trouble> {
        match piece {
            Piece::Net(net) => Ok(self.nets[net as usize].clone()),
            Piece::Early(wanted) => {
                let Some((_, bytes)) = self.early.iter().find(|(steps, _)| *steps == wanted) else { return Ok(None) };
                let parameters = weights::from_safetensors(bytes).map_err(again)?;
                network(Net::Cifar, &parameters, device).map(Some).map_err(again)
            }
            Piece::Judge(_) | Piece::Vae => Ok(None),
        }
    }

    /// The network that says what a picture of this set shows.
    pub fn judge(&self, set: PictureSet) -> Option<&LeNet> {
        self.judges[set as usize].as_ref()
    }

    /// The VAE of digits.
    pub fn vae(&self) -> Option<&Vae> {
        self.vae.as_ref()
    }
}

/// The VAE of its lesson, as its weights were trained.
pub fn decoder_config() -> VaeConfig {
    vae::Settings::default().trained(PictureSet::Mnist).network()
}

/// A network of these weights, if they are of one for such pictures.
fn network(net: Net, parameters: &Parameters, device: &Device) -> Result<UNet, models::error::Error> {
    let fits = |config: &UNetConfig| (config.channels, config.classes) == (net.channels(), net.classes().into());
    let config = UNetConfig::of(parameters).filter(fits);
    let config = config.ok_or_else(|| models::error::Error::Config("these are not the weights of its kind".into()))?;
    config.check()?;
    weights::load(config.init(device, &mut Pcg32::seed_from_u64(0)), parameters, device)
}

/// The first picture of each class.
fn one_of_each(set: PictureSet, images: &Images) -> HeldOut {
    let first = |class: usize| images.labels.iter().position(|label| usize::from(*label) == class);
    let pictures = (0..CLASSES).filter_map(first).flat_map(|place| images.image(place).to_vec());
    let pictures: Vec<u8> = pictures.collect();
    debug_assert_eq!(pictures.len() % PIXELS, 0);
    HeldOut { clothes: set == PictureSet::Fashion, pictures }
}
