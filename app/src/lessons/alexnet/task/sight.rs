//! One picture, and what the networks found in it.

use models::{
    data::photograph::{self, CENTRE, Square},
    device::Device,
    explain::{
        adversarial::{direction, stepped},
        convolutional::Convolutional,
        grad_cam::{Placement, enlarge, grad_cam},
        occlusion::{Patch, occlusion},
        saliency::{guided_backpropagation, saliency},
    },
    metrics::largest,
    tensor::{Tensor, TensorData, Transaction},
    vision::alexnet,
};
use web_time::Instant;

use crate::{
    lessons::{
        alexnet::{Attack, Explanation, Photograph, View, Which, settings::Question},
        lenet::MapsView,
        pictures::{school::read, softmax},
    },
    session::protocol::Trouble,
};

/// Pixels along a side of the square that is shown, which is what EfficientNet sees.
pub const SIDE: usize = 224;
/// What lies over the picture while it is covered place by place: a grey square.
const GREY: f32 = 0.45;

/// Pixels along a side of what a network sees.
pub fn side_of(which: Which) -> usize {
    match which {
        Which::AlexNet => alexnet::SIDE,
        Which::EfficientNet => SIDE,
    }
}

/// The square that covers each place in turn, and how many places are asked at once.
fn patch_of(which: Which) -> (Patch, usize) {
    match which {
        Which::AlexNet => (Patch { side: 24, stride: 8, fill: GREY }, 20),
        Which::EfficientNet => (Patch { side: 64, stride: 32, fill: GREY }, 6),
    }
}

/// A picture that is looked at.
pub struct Sight {
    /// Its number.
    pub number: u32,
    /// Whether the next picture follows at once.
    pub live: bool,
    /// The whole picture.
    pub photo: Photograph,
    /// The square of it that is shown: red, green, blue of each pixel.
    pub square: Vec<u8>,
    /// What AlexNet's layers say of it.
    pub layers: Vec<MapsView>,
    /// The picture changed to mislead AlexNet.
    pub attack: Option<Attack>,
    answers: [Option<Answer>; 2],
}

/// What a network said.
struct Answer {
    probabilities: Vec<f32>,
    milliseconds: f32,
    explained: Option<Explained>,
    covered: Option<Covered>,
}

/// An explanation with the question that it answers.
struct Explained {
    question: Question,
    class: u16,
    fresh: u8,
    is_whole: bool,
    explanation: Explanation,
}

/// How far the score of every class falls with each place covered: places × classes.
struct Covered {
    places: usize,
    fresh: u8,
    drops: Vec<f32>,
}

impl Sight {
    /// Takes a sound picture.
    pub fn new(number: u32, photo: Photograph, live: bool) -> Self {
        let square = interleaved(&photo.planes(SIDE));
        Self { number, live, photo, square, layers: Vec::new(), attack: None, answers: [None, None] }
    }

    /// The picture as a network sees it: `[1, 3, side, side]`, 0 to 1.
    fn input(&self, which: Which, device: &Device) -> Tensor<4> {
        tensor(&self.photo.planes(side_of(which)), side_of(which), device)
    }

    /// The class that is asked about: the chosen one, else the one that is called.
    fn class(&self, which: Which, question: &Question) -> u16 {
        let called = || self.answers[which as usize].as_ref().map_or(0, |answer| largest(&answer.probabilities) as u16);
        question.class.unwrap_or_else(called).min(which.classes() as u16 - 1)
    }

    /// What is shown of a network's answer to this question.
    pub fn view(&self, which: Which, question: &Question, fresh: u8) -> Option<View> {
        let answer = self.answers[which as usize].as_ref()?;
        let class = self.class(which, question);
        let answers_it = |explained: &Explained| {
            explained.question == *question
                && (explained.class, explained.fresh) == (class, fresh)
                && (explained.is_whole || self.live)
        };
        let covered = answer.covered.as_ref().filter(|covered| covered.fresh == fresh);
        Some(View {
            probabilities: answer.probabilities.clone(),
            milliseconds: answer.milliseconds,
            explanation: answer.explained.as_ref().map(|explained| explained.explanation.clone()),
            stale: !answer.explained.as_ref().is_some_and(answers_it),
            occlusion: covered.map(|covered| covered.map(which, class)).unwrap_or_default(),
        })
    }

    /// Asks a network what the picture shows.
    pub async fn answer<M: Convolutional>(&mut self, which: Which, model: &M, device: &Device) -> Result<(), Trouble> {
        let start = Instant::now();
        let x = self.input(which, device);
        let (outputs, scores) = match which {
            Which::AlexNet => {
                let outputs = model.forward_stages(x);
                let scores = outputs.last().cloned();
                (outputs, scores)
            }
            Which::EfficientNet => (Vec::new(), Some(model.scores(x).unsqueeze_dims(&[2, 3]))),
        };
        let transaction = scores.into_iter().fold(Transaction::default(), |all, scores| all.register(scores));
        let logits = read(transaction).await?.remove(0);
        let milliseconds = start.elapsed().as_secs_f32() * 1000.0;
        if !outputs.is_empty() {
            let sides: Vec<u32> = outputs.iter().map(|output| output.dims()[2] as u32).collect();
            let transaction = outputs.into_iter().fold(Transaction::default(), |all, output| all.register(output));
            let maps = read(transaction).await?.into_iter().zip(sides);
            self.layers = maps.map(|(values, side)| MapsView { side, values, dead: Vec::new() }).collect();
        }
        let probabilities = softmax(&logits);
        self.answers[which as usize] = Some(Answer { probabilities, milliseconds, explained: None, covered: None });
        Ok(())
    }

    /// Asks a network where it saw the classes in question.
    pub async fn explain<M: Convolutional>(
        &mut self,
        which: Which,
        model: &M,
        question: &Question,
        fresh: u8,
        device: &Device,
    ) -> Result<(), Trouble> {
        let (class, side) = (self.class(which, question), side_of(which));
        let x = self.input(which, device);
        let Some(answer) = &mut self.answers[which as usize] else { return Ok(()) };
        let start = Instant::now();
        let mut classes = vec![class];
        classes.extend(question.others.iter().copied().filter(|other| *other != class));
        classes.dedup();
        let numbers: Vec<usize> = classes.iter().map(|class| usize::from(*class)).collect();
        let stages = model.stages();
        let stage = usize::from(question.stage).min(stages.len().saturating_sub(1));
        let heat = grad_cam(model, stage, x.clone().repeat_dim(0, numbers.len()), &numbers); // [classes, r, r]
        let placement = stages[stage].field.map_or(Placement::stretched(heat.dims()[1], side), Placement::from);
        let mut transaction = Transaction::default()
            .register(enlarge(heat, placement, side)) // [classes, side, side]
            .register(saliency(model, x.clone(), &numbers[..1]));
        if !self.live {
            let guided = guided_backpropagation(model, x, &numbers[..1]); // [1, 3, side, side]
            transaction = transaction.register(guided.mean_dim(1));
        }
        let mut maps = read(transaction).await?.into_iter();
        let mut next = || maps.next().unwrap_or_default();
        let heats = next();
        let heats = classes.iter().copied().zip(heats.chunks_exact(side * side).map(<[f32]>::to_vec)).collect();
        let (saliency, guided) = (next(), next());
        let milliseconds = start.elapsed().as_secs_f32() * 1000.0;
        let explanation = Explanation { class, heats, saliency, guided, milliseconds };
        let question = question.clone();
        answer.explained = Some(Explained { question, class, fresh, is_whole: !self.live, explanation });
        Ok(())
    }

    /// Covers the picture place by place and asks a network each time.
    pub async fn cover<M: Convolutional>(
        &mut self,
        which: Which,
        model: &M,
        fresh: u8,
        device: &Device,
    ) -> Result<(), Trouble> {
        let x = self.input(which, device);
        let Some(answer) = &mut self.answers[which as usize] else { return Ok(()) };
        let (patch, batch) = patch_of(which);
        let found = occlusion(model, x, patch, batch);
        let places = found.down;
        let drops = read(Transaction::default().register(found.whole - found.covered)).await?.remove(0); // [places, classes]
        answer.covered = Some(Covered { places, fresh, drops });
        Ok(())
    }

    /// Changes the picture by at most `epsilon` of 255 steps, so that AlexNet believes less in what it called it.
    pub async fn mislead<M: Convolutional>(&mut self, model: &M, epsilon: f32, device: &Device) -> Result<(), Trouble> {
        let Some(answer) = &self.answers[Which::AlexNet as usize] else { return Ok(()) };
        let before = largest(&answer.probabilities);
        let sure = answer.probabilities[before];
        let x = self.input(Which::AlexNet, device);
        let way = direction(model, x.clone(), &[before]); // [1, 3, side, side]
        let after = stepped(x.clone(), way.clone(), epsilon / 255.0);
        let transaction = Transaction::default()
            .register(model.scores(after.clone()))
            .register(x)
            .register(way * 0.5 + 0.5)
            .register(after);
        let mut found = read(transaction).await?.into_iter();
        let mut next = || found.next().unwrap_or_default();
        let probabilities = softmax(&next());
        let called = largest(&probabilities);
        self.attack = Some(Attack {
            before: interleaved(&next()),
            change: interleaved(&next()),
            after: interleaved(&next()),
            called: [(before as u16, sure), (called as u16, probabilities[called])],
            epsilon,
        });
        Ok(())
    }
}

impl Covered {
    /// The drops of one class, laid over what the network sees: a square, row by row.
    fn map(&self, which: Which, class: u16) -> Vec<f32> {
        let (patch, _) = patch_of(which);
        let side = side_of(which);
        let classes = self.drops.len() / (self.places * self.places).max(1);
        let drop = |row: usize, column: usize| self.drops[(row * self.places + column) * classes + usize::from(class)];
        // A patch lies about the middle of what it covers; between middles lie straight lines.
        let place = |pixel: usize| {
            let middle = (patch.side as f32 - 1.0) / 2.0;
            let place = ((pixel as f32 - middle) / patch.stride as f32).clamp(0.0, (self.places - 1) as f32);
            (place as usize, (place as usize + 1).min(self.places - 1), place.fract())
        };
        let mix = |one: f32, other: f32, share: f32| one + (other - one) * share;
        let at = |at: usize| {
            let ((up, down, low), (left, right, far)) = (place(at / side), place(at % side));
            let line = |row: usize| mix(drop(row, left), drop(row, right), far);
            mix(line(up), line(down), low)
        };
        (0..side * side).map(at).collect()
    }
}

/// Planes of red, green and blue as a picture: `[1, 3, side, side]`.
pub fn tensor(planes: &[f32], side: usize, device: &Device) -> Tensor<4> {
    let count = planes.len() / (3 * side * side).max(1);
    Tensor::from_data(TensorData::new(planes.to_vec(), [count, 3, side, side]), device)
}

/// Planes of red, green and blue from 0 to 1 as bytes pixel by pixel.
pub fn interleaved(planes: &[f32]) -> Vec<u8> {
    let size = planes.len() / 3;
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    (0..size).flat_map(|at| [0, 1, 2].map(|channel| byte(planes[channel * size + at]))).collect()
}

impl Photograph {
    /// Its middle as planes of red, green and blue from 0 to 1: the same part for both networks, that of ImageNet’s own
    /// evaluation.
    pub fn planes(&self, side: usize) -> Vec<f32> {
        let (width, height) = (self.width as usize, self.height as usize);
        photograph::tensor(&self.rgb, width, 3, Square::centre(width, height, CENTRE), side)
    }
}
