//! The worker half: the network at school, all that it says of one picture, and four ways of asking why.

use models::{
    data::{letters, transforms::Transform},
    explain::{
        convolutional::Convolutional,
        feature_maps::{dead, filter_pictures, strongest},
        grad_cam::{Placement, enlarge, grad_cam},
        occlusion::{Patch, occlusion},
        saliency::{guided_backpropagation, saliency},
        sanity::{agreement, cascade},
    },
    metrics::largest,
    tensor::{Tensor, TensorData, Transaction},
    vision::lenet::{LeNet, pictures},
    weights::Parameters,
};
use rand::SeedableRng;
use rand_pcg::Pcg32;

use crate::{
    lessons::{
        lenet::{Command, Explanation, Found, Lenet, MapsView, Settings, Snapshot, Test, settings::LAYERS},
        pictures::{
            CLASSES, PIXELS, SIDE, Shown,
            school::{Classifier, School, read},
            softmax,
        },
    },
    session::{
        protocol::{CurvePoint, Trouble},
        serve::{self, Context},
    },
};

/// Held-out pictures that decide whether a map is dead.
const LOOKED_AT: usize = 200;
/// Held-out pictures whose explanations are compared in the sanity check.
const COMPARED: usize = 20;
/// The patch of occlusion: paper over 5 × 5 pixels, moved by 2.
const PATCH: Patch = Patch { side: 5, stride: 2, fill: 0.0 };
/// Patches in one batch.
const PATCHES: usize = 72;
/// The stage whose Grad-CAM the sanity check compares: C3.
const C3: usize = 2;

impl Classifier for LeNet {
    fn classify(&self, pixels: Tensor<2>) -> Tensor<2> {
        self.forward(pictures(pixels))
    }
}

/// The running task.
pub struct Task {
    settings: Settings,
    context: Context,
    school: School<LeNet>,
    probe: Vec<f32>,
    probabilities: Vec<f32>,
    /// The filters before the first step; none if the run began with trained weights.
    fresh: Vec<f32>,
    dead: Vec<Vec<u16>>,
    /// Whether a figure of the newest weights is still to come.
    unseen: bool,
    explained: Option<(u64, Vec<f32>, Explanation, u8)>,
    measured: Option<(Test, Found)>,
    inverted: Vec<(Shown, f32)>,
    letters: Vec<(char, u8, f32)>,
    sanity: Vec<[f32; 3]>,
}

impl serve::Task for Task {
    type Protocol = Lenet;

    async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        let network = settings.network();
        let mut school = School::start(&settings.course(), &context, |device, rng| network.init(device, rng)).await?;
        let probe = school.pick(0).unwrap_or_default();
        let fresh = match settings.pretrained {
            true => Vec::new(),
            false => read(Transaction::default().register(filter_pictures(&school.trainer.valid()))).await?.remove(0),
        };
        Ok(Self {
            settings,
            context,
            school,
            probe,
            probabilities: Vec::new(),
            fresh,
            dead: Vec::new(),
            unseen: true,
            explained: None,
            measured: None,
            inverted: Vec::new(),
            letters: Vec::new(),
            sanity: Vec::new(),
        })
    }

    fn step(&mut self) -> Result<bool, Trouble> {
        if self.is_over() {
            return Ok(false);
        }
        self.school.step(self.settings.rate)?;
        self.unseen |= self.school.is_judged();
        Ok(!self.is_over())
    }

    fn waits(&self) -> bool {
        self.school.waits()
    }

    fn configure(&mut self, settings: Settings) {
        self.school.set_batch(settings.batch);
        self.settings = settings;
    }

    async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match command {
            Command::Probe(pixels) if pixels.len() == PIXELS => self.probe = self.school.see(&pixels),
            Command::Probe(_) => {}
            Command::Pick(index) => self.probe = self.school.pick(index as usize).unwrap_or(self.probe.clone()),
            Command::Show(truth, called) => self.school.show((truth, called)),
            Command::Explain => self.explain().await?,
            Command::Measure(test) => self.measure(test).await?,
            Command::Letters => self.call_letters().await?,
            Command::Sanity => self.check_sanity().await?,
        }
        Ok(())
    }

    async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        let model = self.school.trainer.valid();
        let outputs = model.forward_layers(self.tensor(&self.probe)); // [1, maps, side, side] each
        let (pending, transaction) = self.school.register(Transaction::default());
        let mut transaction = outputs.iter().fold(transaction, |all, output| all.register(output.clone()));
        transaction = transaction.register(filter_pictures(&model));
        let unseen = std::mem::take(&mut self.unseen);
        if unseen {
            let answers = strongest(&model, pictures(self.school.inputs(LOOKED_AT)));
            transaction = answers.into_iter().fold(transaction, |all, answer| all.register(answer));
        }
        let mut values = read(transaction).await?.into_iter();
        self.school.collect(pending, &mut values, curves).await?;
        let layers: Vec<(u32, Vec<f32>)> =
            outputs.iter().map(|output| (output.dims()[2] as u32, values.next().unwrap_or_default())).collect();
        let filters = values.next().unwrap_or_default();
        if unseen {
            self.dead = values.map(|answers| dead(&answers).into_iter().map(|map| map as u16).collect()).collect();
        }
        self.probabilities = softmax(layers.last().map_or(&[], |(_, logits)| logits));
        let dead = |layer: usize| self.dead.get(layer).cloned().unwrap_or_default();
        let views = layers.into_iter().enumerate();
        Ok(Snapshot {
            layers: views.map(|(layer, (side, values))| MapsView { side, values, dead: dead(layer) }).collect(),
            school: self.school.view(),
            probe: self.probe.clone(),
            probabilities: self.probabilities.clone(),
            filters,
            fresh: self.fresh.clone(),
            stale: self.is_stale(),
            explained: self.explained.as_ref().map(|(.., explanation, _)| explanation.clone()),
            measured: self.measured.clone(),
            inverted: self.inverted.clone(),
            letters: self.letters.clone(),
            sanity: self.sanity.clone(),
        })
    }

    fn steps(&self) -> u64 {
        self.school.steps()
    }

    fn finished(&self) -> Option<String> {
        serve::stopped(self.settings.stop, self.school.steps())
    }

    async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        self.school.save().await
    }

    async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.school.restore(bytes)?;
        self.unseen = true;
        self.configure(self.settings.clone());
        Ok(())
    }

    async fn weights(&mut self) -> Result<Parameters, Trouble> {
        self.school.weights().await
    }

    async fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        Ok(self.school.take_weights(parameters)?)
    }
}

impl Task {
    fn is_over(&self) -> bool {
        serve::is_over(self.settings.stop, self.school.steps())
    }

    /// Pixels as one picture: `[1, 1, 28, 28]`.
    fn tensor(&self, pixels: &[f32]) -> Tensor<4> {
        pictures(Tensor::from_data(TensorData::new(pixels.to_vec(), [1, PIXELS]), &self.context.device))
    }

    /// The class that is explained: the chosen one, else the one that is called.
    fn class(&self) -> u8 {
        self.settings.class.unwrap_or(largest(&self.probabilities) as u8).min(CLASSES as u8 - 1)
    }

    fn is_stale(&self) -> bool {
        self.explained.as_ref().is_none_or(|(step, probe, explanation, stage)| {
            (*step, *stage) != (self.school.steps(), self.settings.stage)
                || (explanation.class, explanation.fresh) != (self.class(), self.settings.fresh)
                || *probe != self.probe
        })
    }

    /// The network as it is with its last layers fresh.
    fn partly_fresh(&self, fresh: usize) -> LeNet {
        let mut rng = Pcg32::seed_from_u64(u64::from(self.settings.seed) ^ 0x4652_4553);
        cascade(&self.school.trainer.valid(), &self.settings.network().init(&self.context.device, &mut rng), fresh)
    }

    async fn explain(&mut self) -> Result<(), Trouble> {
        let (class, fresh, stage) = (self.class(), self.settings.fresh, self.settings.stage);
        let model = self.partly_fresh(fresh.into());
        let (x, classes) = (self.tensor(&self.probe), [usize::from(class)]);
        let field = model.stages()[usize::from(stage)].field;
        let heat = grad_cam(&model, stage.into(), x.clone(), &classes); // [1, r, r]
        let placement = field.map_or(Placement::stretched(heat.dims()[1], SIDE), Placement::from);
        let drop = occlusion(&model, x.clone(), PATCH, PATCHES).drop(class.into()); // [places, places]
        // A patch lies about the middle of what it covers.
        let covered = Placement { first: (PATCH.side as f32 - 1.0) / 2.0, stride: PATCH.stride as f32 };
        let transaction = Transaction::default()
            .register(saliency(&model, x.clone(), &classes))
            .register(guided_backpropagation(&model, x, &classes))
            .register(enlarge(heat, placement, SIDE))
            .register(enlarge(drop.unsqueeze(), covered, SIDE));
        let mut maps = read(transaction).await?.into_iter();
        let mut next = || maps.next().unwrap_or_default();
        let explanation =
            Explanation { class, fresh, saliency: next(), guided: next(), grad_cam: next(), occlusion: next() };
        self.explained = Some((self.school.steps(), self.probe.clone(), explanation, stage));
        Ok(())
    }

    async fn measure(&mut self, test: Test) -> Result<(), Trouble> {
        self.measured = None;
        let amounts: Vec<f32> = match test {
            Test::Shift => (0..=8).map(|pixels| pixels as f32).collect(),
            Test::Rotate => (0..=12).map(|turn| 15.0 * turn as f32).collect(),
            Test::Scale => (4..=16).map(|tenths| tenths as f32 / 10.0).collect(),
            Test::Invert => vec![0.0, 1.0],
        };
        let mut found = Vec::new();
        for amount in amounts {
            let change = match test {
                Test::Shift => Transform::Shift { right: amount, down: 0.0 },
                Test::Rotate => Transform::Rotate { degrees: amount },
                Test::Scale => Transform::Scale { factor: amount },
                Test::Invert if amount > 0.0 => Transform::Invert,
                Test::Invert => Transform::Rotate { degrees: 0.0 },
            };
            let (right, sure) = self.school.accuracy_under(|pixels| change.apply(pixels, SIDE, SIDE)).await?;
            found.push((amount, right, sure));
        }
        if test == Test::Invert {
            self.read_inverted().await?;
        }
        self.measured = Some((test, found));
        Ok(())
    }

    /// What each picture is called, and with which certainty.
    async fn call(&self, images: &[Vec<u8>]) -> Result<Vec<(u8, f32)>, Trouble> {
        let pixels: Vec<f32> = images.iter().flatten().map(|pixel| f32::from(*pixel) / 255.0).collect();
        let inputs = Tensor::from_data(TensorData::new(pixels, [images.len(), PIXELS]), &self.context.device);
        let logits = self.school.trainer.valid().classify(inputs);
        let logits = read(Transaction::default().register(logits)).await?.remove(0);
        let answer = |logits: &[f32]| {
            let probabilities = softmax(logits);
            let called = largest(&probabilities);
            (called as u8, probabilities[called])
        };
        Ok(logits.chunks_exact(CLASSES).map(answer).collect())
    }

    async fn call_letters(&mut self) -> Result<(), Trouble> {
        let names: Vec<char> = letters::NAMES.chars().collect();
        let images: Vec<Vec<u8>> = names.iter().filter_map(|name| letters::picture(*name)).collect();
        let answers = self.call(&images).await?;
        self.letters = names.into_iter().zip(answers).map(|(name, (called, sure))| (name, called, sure)).collect();
        Ok(())
    }

    /// The first held-out picture of each class, inverted.
    async fn read_inverted(&mut self) -> Result<(), Trouble> {
        let held_out = self.school.held_out();
        let first = |class: u8| held_out.labels.iter().position(|label| *label == class);
        let chosen: Vec<usize> = (0..CLASSES as u8).filter_map(first).collect();
        let invert = |index: &usize| Transform::Invert.apply(held_out.image(*index), SIDE, SIDE);
        let images: Vec<Vec<u8>> = chosen.iter().map(invert).collect();
        let truths: Vec<u8> = chosen.iter().map(|index| held_out.labels[*index]).collect();
        let answers = self.call(&images).await?;
        let all = chosen.into_iter().zip(images).zip(truths).zip(answers);
        self.inverted = all
            .map(|(((index, pixels), truth), (called, sure))| {
                (Shown { index: index as u32, pixels, truth, called }, sure)
            })
            .collect();
        Ok(())
    }

    /// How much of each explanation's order of pixels is left when layer after layer is made fresh, the last one first.
    async fn check_sanity(&mut self) -> Result<(), Trouble> {
        let x = pictures(self.school.inputs(COMPARED)); // [pictures, 1, 28, 28]
        let count = x.dims()[0];
        let classes: Vec<usize> = self.school.held_out().labels[..count].iter().map(|label| (*label).into()).collect();
        let mut transaction = Transaction::default();
        for fresh in 0..=LAYERS.len() {
            let model = self.partly_fresh(fresh);
            transaction = transaction
                .register(saliency(&model, x.clone(), &classes))
                .register(guided_backpropagation(&model, x.clone(), &classes))
                .register(grad_cam(&model, C3, x.clone(), &classes));
        }
        let maps = read(transaction).await?;
        self.sanity = maps
            .chunks_exact(3)
            .map(|three| [0, 1, 2].map(|which| agreement(&maps[which], &three[which], count) as f32))
            .collect();
        Ok(())
    }
}
