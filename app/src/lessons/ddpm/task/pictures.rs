//! The networks that draw pictures: one thing is drawn at a time, one piece of a step after the other, so that Cancel is
//! heard at once.

mod job;
mod maps;
mod pieces;
#[cfg(test)]
mod tests;
mod trials;
mod walk;

use models::{generative::diffusion::Known, weights::Parameters};

use self::{
    job::{Goal, Job, Leg},
    pieces::Pieces,
    walk::{Plan, Walk, seed},
};
use crate::{
    lessons::ddpm::{
        Settings,
        pictures::{
            Age, Command, Drawing, Errand, FILLS, Filled, MOST_ROWS, Net, Piece, Progress, REPEATS, Sheet, Trial, View,
            ages, number,
        },
    },
    session::{
        protocol::{Remedy, Trouble},
        serve::Context,
    },
};

/// The most steps of a sheet or of ages: all of them are many pictures.
const MOST_STEPS: u16 = 100;
/// How much a new measurement of the pace counts, after the first few: until then the browser makes its code fast, and each
/// one replaces the last.
const FRESH: f32 = 0.2;
const WARM: u32 = 4;

/// The running task.
pub struct Pictures {
    settings: Settings,
    context: Context,
    pieces: Pieces,
    /// What has been asked for and waits for its weights.
    waiting: Option<Order>,
    job: Option<Job>,
    /// Milliseconds for one question, of each network.
    pace: [f32; 2],
    /// How often it was measured, up to [`WARM`].
    measured: [u32; 2],
    /// Walks whose way was kept.
    drawn: u32,
    /// What the page does not have yet.
    news: View,
}

/// Something to draw.
enum Order {
    Draw,
    Sheet(u8),
    Fill { picture: Vec<u8>, hole: Vec<bool>, repeats: u8 },
    Ages,
    Try(u32, Trial),
}

impl Order {
    /// What it cannot be drawn without.
    fn needs(&self, net: Net) -> Vec<Piece> {
        match self {
            Self::Draw | Self::Sheet(_) | Self::Fill { .. } => vec![Piece::Net(net)],
            Self::Ages => ages(),
            Self::Try(_, trial) => trial.needs().to_vec(),
        }
    }

    const fn errand(&self) -> Errand {
        match self {
            Self::Draw => Errand::Draw,
            Self::Sheet(_) => Errand::Sheet,
            Self::Fill { .. } => Errand::Fill,
            Self::Ages => Errand::Ages,
            Self::Try(..) => Errand::Try,
        }
    }
}

impl Pictures {
    /// Without weights yet.
    pub fn start(settings: Settings, context: Context) -> Self {
        Self {
            settings,
            context,
            pieces: Pieces::default(),
            waiting: None,
            job: None,
            pace: [0.0; 2],
            measured: [0; 2],
            drawn: 0,
            news: View::default(),
        }
    }

    /// Takes over settings: what is being drawn goes on as it was begun.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// What the reader asks.
    pub async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        let order = match command {
            Command::Fetch(piece) => {
                self.pieces.fetch(piece, &self.context);
                return Ok(());
            }
            Command::Bring(set) => {
                self.pieces.bring_pictures(set, &self.context);
                return Ok(());
            }
            Command::TakeIn => {
                let held_out = self.pieces.take_in(&self.context.device)?;
                self.news.held_out = held_out.or(self.news.held_out.take());
                return self.begin();
            }
            Command::Cancel => {
                (self.job, self.waiting) = (None, None);
                return Ok(());
            }
            Command::Look(asked) => {
                // What is being drawn goes on.
                if let Some(network) = self.pieces.net(Piece::Net(asked.net), &self.context.device)? {
                    let maps = maps::maps(&network, asked, &self.context.device).await?;
                    self.news.maps = Some(Box::new(maps));
                }
                return Ok(());
            }
            Command::Draw => Order::Draw,
            Command::Sheet(rows) => Order::Sheet(rows.clamp(1, MOST_ROWS)),
            Command::Fill { picture, hole, repeats } => {
                let net = self.settings.pictures.net;
                if picture.len() != net.numbers() || hole.len() != net.side() * net.side() {
                    let sentence = "The picture is not of this network’s size; choose it again.";
                    return Err(Trouble::new(sentence, Remedy::Dismiss));
                }
                if !hole.contains(&true) {
                    let sentence = "Nothing is painted over, so nothing is missing; paint a hole first.";
                    return Err(Trouble::new(sentence, Remedy::Dismiss));
                }
                Order::Fill { picture, hole, repeats: repeats.clamp(REPEATS.0, REPEATS.1) }
            }
            Command::Ages => Order::Ages,
            Command::Try(run, trial) => Order::Try(run, trial),
        };
        self.job = None;
        self.waiting = Some(order);
        self.begin()
    }

    /// Begins what waits, if its weights are here.
    fn begin(&mut self) -> Result<(), Trouble> {
        let here = self.pieces.here();
        let net = self.settings.pictures.net;
        if let Some(order) = self.waiting.take_if(|order| order.needs(net).iter().all(|piece| here.contains(piece))) {
            self.job = Some(self.job_of(order));
        }
        Ok(())
    }

    fn job_of(&mut self, order: Order) -> Job {
        let wanted = &self.settings.pictures;
        let (net, noise) = (wanted.net, wanted.noise);
        let piece = Piece::Net(net);
        let plan = Plan::new(&self.settings, net, wanted.steps);
        let quick = |net| Plan::new(&self.settings, net, wanted.steps.min(MOST_STEPS));
        match order {
            Order::Draw => {
                let other = wanted.other.map(|other| other.min(net.classes()));
                let classes: Vec<u8> = [Some(wanted.wanted()), other].into_iter().flatten().collect();
                self.drawn += 1;
                // One noise for both: all that differs is the class.
                let seeds = vec![seed(noise, 0); classes.len()];
                let walk = Walk::new(plan, &classes, &seeds);
                let (number, steps) = (self.drawn, walk.steps() as u32);
                Job::new(
                    Goal::Draw(Drawing { number, net, classes, steps, keys: Vec::new() }),
                    vec![Leg::new(piece, walk)],
                )
            }
            Order::Sheet(rows) => {
                let each = usize::from(net.classes());
                let classes: Vec<u8> = (0..net.classes()).collect::<Vec<u8>>().repeat(rows.into());
                let seeds: Vec<u64> = (0..classes.len()).map(|place| seed(noise, place / each)).collect();
                let walk = Walk::new(quick(net), &classes, &seeds);
                Job::new(Goal::Sheet(Sheet { net, rows, pictures: Vec::new() }), vec![Leg::new(piece, walk)])
            }
            Order::Fill { picture, hole, repeats } => {
                let known = Known {
                    picture: picture.iter().map(|byte| number(*byte, 1.0)).collect(),
                    mask: hole.iter().map(|is_hole| !is_hole).collect::<Vec<bool>>().repeat(net.channels()),
                    repeats: repeats.into(),
                };
                let seeds: Vec<u64> = (0..FILLS).map(|place| seed(noise, place)).collect();
                let walk = Walk::new(plan, &[wanted.wanted(); FILLS], &seeds).knowing(known);
                let leg = Leg { repeats: repeats.into(), ..Leg::new(piece, walk) };
                Job::new(Goal::Fill(Filled { net, picture, hole, pictures: Vec::new() }), vec![leg])
            }
            Order::Ages => {
                let classes: Vec<u8> = (0..Net::Cifar.classes()).collect();
                let seeds: Vec<u64> = (0..classes.len()).map(|place| seed(noise, place)).collect();
                let leg = |piece: Piece| Leg::new(piece, Walk::new(quick(Net::Cifar), &classes, &seeds));
                let age = |piece: Piece| Age { piece, pictures: Vec::new() };
                let all = ages();
                Job::new(Goal::Ages(all.iter().copied().map(age).collect()), all.into_iter().map(leg).collect())
            }
            Order::Try(run, trial) => trials::job(run, trial, &self.settings),
        }
    }

    /// Whether a picture is on its way.
    pub fn has_work(&self) -> bool {
        self.job.is_some()
    }

    /// A piece of a step: a few questions to the network.
    pub async fn work(&mut self) -> Result<(), Trouble> {
        let Some(mut job) = self.job.take() else { return Ok(()) };
        // What fails is not tried again: without a job there is none.
        if let Some((net, took)) = job.go_on(&self.pieces, &self.context.device).await? {
            let (pace, measured) = (&mut self.pace[net as usize], &mut self.measured[net as usize]);
            let fresh = if *measured < WARM { 1.0 } else { FRESH };
            *pace += fresh * (took - *pace);
            *measured = (*measured + 1).min(WARM);
        }
        if !job.is_done() {
            self.job = Some(job);
            return Ok(());
        }
        self.tell(&job);
        if let Goal::Try(run, trial, done) = &job.goal {
            let device = &self.context.device;
            let finding = trials::finding(*trial, done, &job, &self.pieces, &self.settings, device).await?;
            self.news.finding = Some((*run, finding));
        }
        Ok(())
    }

    /// What the page will want to show of what is being drawn.
    fn tell(&mut self, job: &Job) {
        match &job.goal {
            Goal::Draw(drawing) => self.news.drawing = Some(drawing.clone()),
            Goal::Sheet(sheet) => self.news.sheet = Some(sheet.clone()),
            Goal::Fill(filled) => self.news.filled = Some(filled.clone()),
            Goal::Ages(ages) => self.news.ages = Some(ages.clone()),
            Goal::Try(..) => {}
        }
    }

    /// What the figures show now. Pictures that the page has already are left out.
    pub fn view(&mut self) -> View {
        if let Some(job) = self.job.take() {
            self.tell(&job);
            self.job = Some(job);
        }
        let waiting = self.waiting.as_ref().map(|order| Progress {
            errand: order.errand(),
            step: 0,
            steps: 0,
            milliseconds: 0.0,
            left: 0.0,
            waits: true,
        });
        View {
            here: self.pieces.here(),
            asked: self.pieces.asked(),
            progress: self.job.as_ref().map(Job::progress).or(waiting),
            pace: self.pace,
            ..std::mem::take(&mut self.news)
        }
    }

    /// The network's weights.
    pub async fn weights(&mut self) -> Result<Parameters, Trouble> {
        let network = self.pieces.net(Piece::Net(self.settings.pictures.net), &self.context.device)?;
        match network {
            Some(network) => Ok(models::weights::read(&network).await?),
            None => Err(Trouble::new("The weights are not here yet; load them first.", Remedy::Dismiss)),
        }
    }

    /// Takes weights of a file.
    pub fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        let piece = Piece::Net(self.settings.pictures.net);
        Ok(self.pieces.put(piece, parameters, &self.context.device)?)
    }
}
