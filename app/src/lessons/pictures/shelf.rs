//! The pictures of a run: some are here at once, the rest follows while the network learns, and some are held out.

use std::rc::Rc;

use models::{
    data::{batches::Batches, images::Images},
    device::Device,
    error::Error,
    module::Module,
    weights,
};

use super::PictureSet;
use crate::{
    fetch,
    session::{
        protocol::{Remedy, Trouble},
        serve::{Arriving, Context},
    },
    widgets::number,
};

/// Held-out pictures that every evaluation looks at.
const HELD_OUT: usize = 1000;
/// Updates on the first part alone. The next one learns from all pictures and waits for them: how fast they come decides
/// when it is taken, never what it learns from.
pub const ALONE: u64 = 100;

/// Pictures to learn from and to be judged by.
pub struct Shelf {
    /// What there is to learn from so far.
    pub training: Images,
    /// What the network never learns from.
    pub held_out: Images,
    /// Pictures of the first part.
    first: usize,
    /// Pictures in all: those that are wanted, fewer once some could not be fetched.
    all: usize,
    /// Updates on the first part alone.
    alone: u64,
    rest: Arriving<Rest>,
}

/// What came after the first part.
struct Rest {
    parts: Vec<Images>,
    /// Why it is not all.
    trouble: Option<Trouble>,
}

impl Shelf {
    /// Fetches the first part, which so many updates learn from alone; the rest follows by itself, up to `wanted` pictures.
    pub async fn fetch(set: PictureSet, wanted: usize, alone: u64, context: &Context) -> Result<Self, Trouble> {
        let folder = set.id();
        let parts = fetch::files(&format!("static/data/{folder}/train-"));
        let tests = fetch::files(&format!("static/data/{folder}/test-"));
        let mut training = load(context, parts[0]).await?;
        let mut held_out = load(context, tests[0]).await?;
        held_out.truncate(HELD_OUT);
        training.truncate(wanted);
        let first = training.len();
        let rest: Arriving<Rest> = Rc::default();
        if wanted > first {
            follow(context.clone(), parts[1..].to_vec(), wanted - first, Rc::clone(&rest));
        }
        Ok(Self { training, held_out, first, all: wanted.max(first), alone, rest })
    }

    /// How many pictures the update after this step learns from.
    pub fn count(&self, step: u64) -> usize {
        if step < self.alone { self.first } else { self.all }
    }

    /// The update after which more pictures join, if any do.
    pub fn joins(&self) -> Option<u64> {
        (self.all > self.first && self.alone > 0).then_some(self.alone)
    }

    /// Whether the update after this step waits for the rest.
    pub fn waits(&self, step: u64) -> bool {
        self.count(step) > self.training.len() && self.rest.borrow().is_none()
    }

    /// The pictures that the update after this step learns from, by number; none while it waits for the rest. If the rest
    /// cannot be fetched that is said once, and what is here is all there is.
    pub fn next(&mut self, step: u64, batches: &mut Batches) -> Result<Option<Vec<usize>>, Trouble> {
        if self.count(step) > self.training.len() {
            let Some(rest) = self.rest.borrow_mut().take() else { return Ok(None) };
            self.take_in(rest)?;
        }
        if batches.count() != self.count(step) {
            self.fit(step, batches);
        }
        Ok(Some(batches.next()))
    }

    /// Batches of a saved state hold the pictures of its step and no other: fewer may be here in a new worker, and a damaged
    /// state may name any.
    pub fn fit(&self, step: u64, batches: &mut Batches) {
        batches.resize(self.count(step));
    }

    fn take_in(&mut self, rest: Rest) -> Result<(), Trouble> {
        let joined = rest.parts.into_iter().try_for_each(|part| self.training.extend(part));
        self.all = self.training.len();
        joined.map_err(again)?;
        match rest.trouble {
            // That the reader gave a file up is no trouble: the run goes on without it.
            Some(trouble) if trouble.remedy != Remedy::Fetch => {
                let here = number(self.all as f64);
                Err(Trouble::new(
                    format!("{} Train goes on with the {here} pictures that are here.", trouble.sentence),
                    trouble.remedy,
                ))
            }
            _ => Ok(()),
        }
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
fn follow(context: Context, parts: Vec<&'static fetch::File>, wanted: usize, arrived: Arriving<Rest>) {
    wasm_bindgen_futures::spawn_local(async move {
        let mut here = 0;
        let mut rest = Rest { parts: Vec::new(), trouble: None };
        for part in parts {
            if here >= wanted {
                break;
            }
            match load(&context, part).await {
                Ok(mut images) => {
                    images.truncate(wanted - here);
                    here += images.len();
                    rest.parts.push(images);
                }
                Err(trouble) => {
                    rest.trouble = Some(trouble);
                    break;
                }
            }
        }
        arrived.replace(Some(rest));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(count: usize) -> Images {
        Images { rows: 1, columns: 1, labels: vec![0; count], pixels: vec![0; count] }
    }

    fn shelf(alone: u64) -> Shelf {
        Shelf { training: images(20), held_out: images(1), first: 20, all: 50, alone, rest: Rc::default() }
    }

    fn rest() -> Rest {
        Rest { parts: vec![images(10), images(20)], trouble: None }
    }

    /// The batches of so many updates, where the rest arrives before the given one or, at the latest, when it is waited for.
    fn run(mut shelf: Shelf, mut batches: Batches, steps: std::ops::Range<u64>, arrival: u64) -> Vec<Vec<usize>> {
        let mut taken = Vec::new();
        for step in steps {
            if step == arrival {
                shelf.rest.replace(Some(rest()));
            }
            if shelf.waits(step) {
                assert_eq!(shelf.next(step, &mut batches), Ok(None));
                shelf.rest.replace(Some(rest()));
            }
            taken.push(shelf.next(step, &mut batches).unwrap().unwrap());
        }
        taken
    }

    #[test]
    fn the_speed_of_the_network_decides_nothing() {
        let fresh = || Batches::new(20, 4, 7);
        let early = run(shelf(10), fresh(), 0..40, 0);
        assert_eq!(early, run(shelf(10), fresh(), 0..40, 7));
        assert_eq!(early, run(shelf(10), fresh(), 0..40, u64::MAX));
        assert!(early[..10].iter().flatten().all(|picture| *picture < 20));
        assert!(early[10..].iter().flatten().any(|picture| *picture >= 20));
    }

    #[test]
    fn a_saved_state_goes_on_alike_in_a_new_worker() {
        let whole = run(shelf(10), Batches::new(20, 4, 7), 0..40, 0);
        for at in [4, 10, 11, 25] {
            let (mut first, mut batches) = (shelf(10), Batches::new(20, 4, 7));
            first.rest.replace(Some(rest()));
            (0..at).for_each(|step| drop(first.next(step, &mut batches).unwrap()));
            let second = shelf(10);
            second.fit(at, &mut batches);
            assert_eq!(run(second, batches, at..40, u64::MAX), whole[at as usize..], "from step {at}");
        }
    }

    #[test]
    fn a_run_can_wait_for_everything_and_can_go_on_without() {
        let mut shelf = shelf(0);
        let mut batches = Batches::new(shelf.count(0), 4, 7);
        assert!(shelf.waits(0) && batches.count() == 50 && shelf.joins().is_none());
        let trouble = Trouble::new("It did not come.", Remedy::Retry);
        shelf.rest.replace(Some(Rest { parts: vec![images(10)], trouble: Some(trouble) }));
        let told = shelf.next(0, &mut batches).unwrap_err();
        assert!(told.sentence.ends_with("the 30 pictures that are here."), "{}", told.sentence);
        assert!(shelf.next(0, &mut batches).unwrap().unwrap().iter().all(|picture| *picture < 30));
        assert_eq!(batches.count(), 30);
    }
}
