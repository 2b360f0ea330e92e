//! The worker half: two networks look at one picture, and are asked for their reasons.

mod networks;
mod sight;
mod texture;
mod trials;

use models::weights::Parameters;
use serde::{Deserialize, Serialize};

use self::{networks::Networks, sight::Sight, texture::Shuffling};
use crate::{
    lessons::alexnet::{Alexnet, Attack, Command, Finding, Photograph, Settings, Snapshot, Trial, Which},
    session::{
        protocol::{CurvePoint, Remedy, Trouble, decode, encode},
        serve::{self, Context},
    },
};

/// Pixels along a side of the largest picture that is taken.
const MOST_SIDE: u32 = 1024;

/// The running task.
pub struct Task {
    settings: Settings,
    context: Context,
    networks: Networks,
    /// The picture that is looked at, and what was found in it.
    sight: Option<Sight>,
    /// An experiment that waits for its networks.
    waiting: Option<(u32, Trial)>,
    /// An experiment that takes a while.
    shuffling: Option<Shuffling>,
    finding: Option<(u32, Finding)>,
}

/// What a fresh worker goes on from.
#[derive(Serialize, Deserialize)]
struct State {
    number: u32,
    photo: Photograph,
}

impl Photograph {
    /// Whether there are as many bytes as its size says, and neither too few nor too many.
    fn is_sound(&self) -> bool {
        let sides = [self.width, self.height];
        let fits = sides.iter().all(|side| (1..=MOST_SIDE).contains(side));
        fits && self.rgb.len() == 3 * sides.iter().map(|side| *side as usize).product::<usize>()
    }
}

impl serve::Task for Task {
    type Protocol = Alexnet;

    async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        let networks = Networks::new();
        Ok(Self { settings, context, networks, sight: None, waiting: None, shuffling: None, finding: None })
    }

    /// There is nothing to learn here.
    fn step(&mut self) -> Result<bool, Trouble> {
        Ok(false)
    }

    fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match command {
            Command::Fetch(which) => self.networks.fetch(which, &self.context),
            Command::TakeIn => {
                if self.networks.take_in(&self.context.device).await? {
                    self.look().await?;
                    self.go_on_trying().await?;
                }
            }
            Command::Look { number, photo, live } => {
                if !photo.is_sound() {
                    return Err(Trouble::new("The picture came damaged; choose it again.", Remedy::Dismiss));
                }
                self.sight = Some(Sight::new(number, photo, live));
                self.look().await?;
                self.go_on_trying().await?;
            }
            Command::Explain(which) => self.explain(which).await?,
            Command::Cover(which) => self.cover(which).await?,
            Command::Mislead => self.mislead().await?,
            Command::Try(run, trial) => {
                // Whoever asks something else has seen enough of the last one.
                self.shuffling = None;
                self.waiting = Some((run, trial));
                self.go_on_trying().await?;
            }
        }
        Ok(())
    }

    fn has_work(&self) -> bool {
        self.shuffling.is_some()
    }

    async fn work(&mut self) -> Result<(), Trouble> {
        // What fails is not tried again.
        let Some(mut shuffling) = self.shuffling.take() else { return Ok(()) };
        match shuffling.go_on(self).await? {
            Some(finding) => self.finding = Some((shuffling.run, finding)),
            None => self.shuffling = Some(shuffling),
        }
        Ok(())
    }

    async fn snapshot(&mut self, _: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        let (here, asked) = (self.networks.here(), self.networks.asked());
        let (filters, lenet) = (self.networks.filters.clone(), self.networks.lenet.clone());
        let mut snapshot =
            Snapshot { here, asked, filters, lenet, finding: self.finding.clone(), ..Snapshot::default() };
        snapshot.trying = self.shuffling.as_ref().map(|shuffling| (shuffling.run, shuffling.share()));
        if let Some(sight) = &self.sight {
            let question = |which| self.settings.question(which);
            snapshot.number = sight.number;
            snapshot.live = sight.live;
            (snapshot.side, snapshot.square) = (sight::SIDE as u32, sight.square.clone());
            snapshot.views = Which::ALL.map(|which| sight.view(which, question(which), self.fresh(which)));
            snapshot.layers.clone_from(&sight.layers);
            snapshot.attack.clone_from(&sight.attack);
            let epsilon = self.settings.epsilon;
            let is_now = |attack: &Attack| attack.epsilon == epsilon;
            snapshot.attack_stale = here[0] && !sight.live && !sight.attack.as_ref().is_some_and(is_now);
        }
        Ok(snapshot)
    }

    fn steps(&self) -> u64 {
        0
    }

    fn finished(&self) -> Option<String> {
        None
    }

    async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        let (number, photo) =
            self.sight.as_ref().map_or_else(Default::default, |sight| (sight.number, sight.photo.clone()));
        Ok(encode(&State { number, photo }))
    }

    async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let State { number, photo } = decode(bytes)?;
        self.sight = photo.is_sound().then(|| Sight::new(number, photo, false));
        self.look().await
    }

    async fn weights(&mut self) -> Result<Parameters, Trouble> {
        match &self.networks.alexnet {
            Some(model) => Ok(models::weights::read(model).await?),
            None => Err(Trouble::new("AlexNet’s weights are not here yet; load them first.", Remedy::Dismiss)),
        }
    }

    async fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        self.networks.take_weights(parameters, &self.context.device).await
    }
}

impl Task {
    /// How many of a network's last layers are fresh when it is explained.
    fn fresh(&self, which: Which) -> u8 {
        if which == Which::AlexNet { self.settings.fresh } else { 0 }
    }

    /// Asks every network that is here what the picture shows. While pictures follow each other only the one that they are
    /// meant for is asked, and for its reasons too.
    async fn look(&mut self) -> Result<(), Trouble> {
        let Some(sight) = &mut self.sight else { return Ok(()) };
        let wanted = |which| !sight.live || self.settings.live == which;
        let [first, second] = Which::ALL.map(wanted);
        if let (true, Some(model)) = (first, &self.networks.alexnet) {
            sight.answer(Which::AlexNet, model, &self.context.device).await?;
        }
        if let (true, Some(model)) = (second, &self.networks.efficientnet) {
            sight.answer(Which::EfficientNet, model, &self.context.device).await?;
        }
        if sight.live {
            let which = self.settings.live;
            self.explain(which).await?;
        }
        Ok(())
    }

    async fn explain(&mut self, which: Which) -> Result<(), Trouble> {
        let (fresh, device) = (self.fresh(which), &self.context.device);
        let (Some(sight), question) = (&mut self.sight, self.settings.question(which)) else { return Ok(()) };
        match which {
            Which::AlexNet => match self.networks.forgetful(fresh, self.settings.seed, device) {
                Some(model) => sight.explain(which, &model, question, fresh, device).await,
                None => Ok(()),
            },
            Which::EfficientNet => match &self.networks.efficientnet {
                Some(model) => sight.explain(which, model, question, fresh, device).await,
                None => Ok(()),
            },
        }
    }

    async fn cover(&mut self, which: Which) -> Result<(), Trouble> {
        let (fresh, device) = (self.fresh(which), &self.context.device);
        let Some(sight) = &mut self.sight else { return Ok(()) };
        match which {
            Which::AlexNet => match self.networks.forgetful(fresh, self.settings.seed, device) {
                Some(model) => sight.cover(which, &model, fresh, device).await,
                None => Ok(()),
            },
            Which::EfficientNet => match &self.networks.efficientnet {
                Some(model) => sight.cover(which, model, fresh, device).await,
                None => Ok(()),
            },
        }
    }

    async fn mislead(&mut self) -> Result<(), Trouble> {
        if let (Some(sight), Some(model)) = (&mut self.sight, &self.networks.alexnet) {
            sight.mislead(model, self.settings.epsilon, &self.context.device).await?;
        }
        Ok(())
    }

    /// Runs the experiment that waits, if what it asks and what it is about are here.
    async fn go_on_trying(&mut self) -> Result<(), Trouble> {
        let [first, second] = self.networks.here();
        let ready = match &self.waiting {
            Some((_, Trial::Call { both: true, .. })) => first && second,
            Some((_, Trial::Texture(_))) => first && second && self.sight.is_some(),
            Some((_, Trial::Adversarial)) => first && self.sight.is_some(),
            Some(_) => first,
            None => false,
        };
        let Some((run, trial)) = self.waiting.take_if(|_| ready) else { return Ok(()) };
        let finding = match trial {
            Trial::Call { photos, both } => trials::call(self, &photos, both).await?,
            Trial::Texture(photos) => {
                let looked_at = self.sight.as_ref().map(|sight| sight.photo.clone()).unwrap_or_default();
                self.shuffling = Some(Shuffling::new(run, self.settings.seed, looked_at, photos));
                return Ok(());
            }
            Trial::Adversarial => trials::adversarial(self).await?,
            Trial::Sanity(photos) => trials::sanity(self, &photos).await?,
        };
        self.finding = Some((run, finding));
        Ok(())
    }
}
