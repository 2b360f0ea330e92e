//! The pictures of a run: some are here at once, the rest follows while the network learns, and some are held out.

use std::rc::Rc;

use models::{data::images::Images, device::Device, error::Error, module::Module, weights};

use super::PictureSet;
use crate::{
    fetch,
    session::{
        protocol::{Remedy, Trouble},
        serve::{Arriving, Context},
    },
};

/// Held-out pictures that every evaluation looks at.
const HELD_OUT: usize = 1000;

/// Pictures to learn from and to be judged by.
pub struct Shelf {
    /// What there is to learn from so far.
    pub training: Images,
    /// What the network never learns from.
    pub held_out: Images,
    rest: Arriving<Result<Vec<Images>, Trouble>>,
}

impl Shelf {
    /// Fetches the first part; the rest follows by itself, up to `wanted` pictures.
    pub async fn fetch(set: PictureSet, wanted: usize, context: &Context) -> Result<Self, Trouble> {
        let folder = set.id();
        let parts = fetch::files(&format!("static/data/{folder}/train-"));
        let tests = fetch::files(&format!("static/data/{folder}/test-"));
        let mut training = load(context, parts[0]).await?;
        let mut held_out = load(context, tests[0]).await?;
        held_out.truncate(HELD_OUT);
        training.truncate(wanted);
        let rest: Arriving<Result<Vec<Images>, Trouble>> = Rc::default();
        if wanted > training.len() {
            follow(context.clone(), parts[1..].to_vec(), wanted - training.len(), Rc::clone(&rest));
        }
        Ok(Self { training, held_out, rest })
    }

    /// Puts what has arrived beside the rest, and says whether there was any.
    pub fn take_in_rest(&mut self) -> Result<bool, Trouble> {
        let Some(arrived) = self.rest.borrow_mut().take() else { return Ok(false) };
        for part in arrived? {
            self.training.extend(part).map_err(again)?;
        }
        Ok(true)
    }
}

/// What went wrong with a file of the site, or with the device: it may work the next time.
pub fn again(error: Error) -> Trouble {
    Trouble::new(error.to_string(), Remedy::Retry)
}

/// The network with trained weights of the site, or as it is if none are named.
pub async fn trained<M: Module>(
    model: M,
    name: Option<&str>,
    context: &Context,
    device: &Device,
) -> Result<M, Trouble> {
    let Some(name) = name else { return Ok(model) };
    let bytes = context.fetch(fetch::file(&format!("pretrained/{name}.safetensors"))).await?;
    let parameters = weights::from_safetensors(&bytes).map_err(again)?;
    weights::load(model, &parameters, device).map_err(again)
}

async fn load(context: &Context, file: &'static fetch::File) -> Result<Images, Trouble> {
    Images::parse(&context.fetch(file).await?).map_err(again)
}

/// Fetches the remaining parts one after the other and hands them over together.
fn follow(
    context: Context,
    parts: Vec<&'static fetch::File>,
    wanted: usize,
    arrived: Arriving<Result<Vec<Images>, Trouble>>,
) {
    wasm_bindgen_futures::spawn_local(async move {
        let mut here = 0;
        let mut all = Vec::new();
        for part in parts {
            if here >= wanted {
                break;
            }
            match load(&context, part).await {
                Ok(mut images) => {
                    images.truncate(wanted - here);
                    here += images.len();
                    all.push(images);
                }
                // What is here is enough to go on with; the reader learns that it is not all.
                Err(trouble) => {
                    context.tell(trouble);
                    break;
                }
            }
        }
        arrived.replace(Some(Ok(all)));
    });
}
