//! Pictures on their way out of noise. A step asks the network in pieces, so that between them the worker can listen.

use models::{
    device::Device,
    generative::{
        diffusion::{Backward, Known, Rule, Seen, guided, network_time},
        unet::UNet,
    },
    tensor::{Int, Tensor, TensorData, Transaction},
};

use crate::{
    lessons::{
        ddpm::{
            Settings,
            pictures::{Net, STEPS},
        },
        pictures::school::read,
    },
    session::protocol::{Remedy, Trouble},
};

/// Questions that the network is asked at once: few, so that Cancel is heard soon.
const AT_ONCE: usize = 4;

/// How pictures are drawn.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The network.
    pub net: Net,
    /// ᾱ before each step.
    pub amounts: Vec<f32>,
    /// DDPM or DDIM.
    pub rule: Rule,
    /// Strength of the guidance.
    pub weight: f32,
}

impl Plan {
    /// As the settings say, in so many steps.
    pub fn new(settings: &Settings, net: Net, steps: u16) -> Self {
        let amounts = settings.schedule().walk(usize::from(steps.clamp(STEPS.0, STEPS.1)));
        Self { net, amounts, rule: settings.rule, weight: settings.pictures.strength() }
    }
}

/// The seed of a picture's noise: of a noise's number, and of a picture's place in it.
pub fn seed(noise: u32, place: usize) -> u64 {
    (u64::from(noise) << 20) + place as u64
}

/// What a network is given: pictures one after the other, all under the same noise, each with the class that it is asked as:
/// `[pictures, channels, side, side], [pictures], [pictures]`.
pub fn question(
    net: Net,
    pictures: Vec<f32>,
    kept: f32,
    classes: &[u8],
    device: &Device,
) -> (Tensor<4>, Tensor<1>, Tensor<1, Int>) {
    let count = classes.len();
    let x = TensorData::new(pictures, [count, net.channels(), net.side(), net.side()]);
    let times = TensorData::new(vec![network_time(kept); count], [count]);
    let classes = TensorData::new(classes.iter().map(|class| i32::from(*class)).collect(), [count]);
    (Tensor::from_data(x, device), Tensor::from_data(times, device), Tensor::from_data(classes, device))
}

/// Pictures on their way.
pub struct Walk {
    net: Net,
    backward: Backward,
    weight: f32,
    /// What the network is asked at each step: which picture, and as which class.
    questions: Vec<(usize, u8)>,
    /// What it has answered at this step: v after v.
    answers: Vec<f32>,
}

/// A step that has been taken.
pub struct Step {
    /// Steps before it.
    pub before: usize,
    /// ᾱ before it.
    pub kept: f32,
    /// The pictures before it.
    pub pictures: Vec<f32>,
    /// What the network saw in them.
    pub seen: Seen,
}

impl Walk {
    /// One picture of each class out of the noise of its seed.
    pub fn new(plan: Plan, classes: &[u8], seeds: &[u64]) -> Self {
        let Plan { net, amounts, rule, weight } = plan;
        let any = net.classes();
        let questions = classes.iter().enumerate().flat_map(|(picture, class)| {
            // What counts for nothing is not asked.
            let as_any = *class >= any || weight != 1.0;
            let as_class = *class < any && weight != 0.0;
            [as_any.then_some((picture, any)), as_class.then_some((picture, *class))].into_iter().flatten()
        });
        let questions = questions.collect();
        let backward = Backward::new(amounts, rule, seeds, net.numbers(), Some(1.0));
        Self { net, backward, weight, questions, answers: Vec::new() }
    }

    /// The same with a part of each picture known.
    pub fn knowing(mut self, known: Known) -> Self {
        self.backward = self.backward.knowing(known);
        self
    }

    /// Questions of one step.
    pub fn questions(&self) -> usize {
        self.questions.len()
    }

    /// Steps in all.
    pub fn steps(&self) -> usize {
        self.backward.steps()
    }

    /// Whether the pictures are drawn.
    pub fn is_done(&self) -> bool {
        self.backward.is_done()
    }

    /// The pictures as they are.
    pub fn pictures(&self) -> &[f32] {
        self.backward.pictures()
    }

    /// Asks the network the next few questions, and takes the step if these were the last ones. Says how many they were.
    pub async fn go_on(&mut self, network: &UNet, device: &Device) -> Result<(usize, Option<Step>), Trouble> {
        let numbers = self.net.numbers();
        let first = self.answers.len() / numbers;
        let asked = &self.questions[first..(first + AT_ONCE).min(self.questions.len())];
        let count = asked.len();
        let pictures = self.backward.pictures();
        let x: Vec<f32> =
            asked.iter().flat_map(|(at, _)| &pictures[at * numbers..(at + 1) * numbers]).copied().collect();
        let classes: Vec<u8> = asked.iter().map(|(_, class)| *class).collect();
        let (x, times, classes) = question(self.net, x, self.backward.kept(), &classes, device);
        let v = network.forward(x, times, classes); // [questions, channels, side, side]
        let v = read(Transaction::default().register(v)).await?.remove(0);
        if v.iter().any(|value| !value.is_finite()) {
            let sentence = "The network answers with what is no number; its weights are damaged.";
            return Err(Trouble::new(sentence, Remedy::Dismiss));
        }
        self.answers.extend(v);
        let is_whole = self.answers.len() == self.questions.len() * numbers;
        Ok((count, is_whole.then(|| self.step())))
    }

    fn step(&mut self) -> Step {
        let numbers = self.net.numbers();
        let answers = std::mem::take(&mut self.answers);
        let mut v: Vec<f32> = Vec::with_capacity(self.backward.pictures().len());
        for ((picture, _), answer) in self.questions.iter().zip(answers.chunks_exact(numbers)) {
            match v.len() / numbers > *picture {
                // The second answer about the same picture: the first one was about any.
                true => {
                    let any = v.split_off(picture * numbers);
                    v.extend(guided(&any, answer, self.weight));
                }
                false => v.extend(answer),
            }
        }
        let (before, kept) = (self.backward.step(), self.backward.kept());
        let pictures = self.backward.pictures().to_vec();
        Step { before, kept, pictures, seen: self.backward.advance(&v) }
    }
}
