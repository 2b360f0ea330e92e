//! Drawing with a network that is small and knows nothing: what can be asked of it does not depend on what it knows.

use futures::{FutureExt, channel::mpsc};
use models::{
    device::Device,
    foundations::mlp::Activation,
    generative::{
        diffusion::{Rule, guided, network_time},
        unet::{UNet, UNetConfig},
    },
    tensor::{Int, Tensor, TensorData},
    vision::lenet::{LeNetConfig, Pooling},
    weights::{self, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;

use super::*;
use crate::lessons::{
    ddpm::pictures::{Finding, Judged, NOISE, Question, STAGES},
    pictures::{CLASSES, PictureSet},
};

const CONFIG: UNetConfig = UNetConfig { channels: 1, widths: [8, 8], embedding: 8, classes: 20 };

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("the CPU never lets one wait")
}

/// Weights that say something: those of a fresh network end in zeros.
fn talkative() -> Parameters {
    let fresh = CONFIG.init(&Device::flex(), &mut Pcg32::seed_from_u64(1));
    let mut parameters = now(weights::read(&fresh)).unwrap();
    for (number, tensor) in parameters.0.iter_mut().enumerate() {
        let scale = if tensor.name.starts_with("classes") { 2.0 } else { 0.15 };
        for (at, value) in tensor.values.iter_mut().enumerate() {
            *value += ((at * 37 + number * 101) as f32 * 0.71).sin() * scale;
        }
    }
    parameters
}

fn settings(steps: u16) -> Settings {
    let mut settings = Settings::default();
    settings.pictures.steps = steps;
    settings
}

fn started(settings: Settings) -> Pictures {
    let (outbox, _) = mpsc::unbounded();
    let mut task = Pictures::start(settings, Context::new(Device::flex(), String::new(), outbox));
    task.take_weights(&talkative()).unwrap();
    task
}

fn told(task: &mut Pictures, command: Command) {
    now(task.command(command)).unwrap();
}

/// Works to the end; how far it was after each piece.
fn finished(task: &mut Pictures) -> Vec<Progress> {
    let mut course = Vec::new();
    while task.has_work() {
        now(task.work()).unwrap();
        course.extend(task.job.as_ref().map(Job::progress));
    }
    course
}

fn half_hole() -> Vec<bool> {
    (0..28 * 28).map(|at| at % 28 >= 14).collect()
}

#[test]
fn a_picture_comes_with_every_step_of_its_way() {
    let mut task = started(settings(5));
    told(&mut task, Command::Draw);
    let course = finished(&mut task);
    assert!(course.is_sorted_by_key(|progress| progress.step) && course.iter().all(|progress| progress.steps == 5));
    let view = task.view();
    assert!(view.progress.is_none() && view.pace[0] > 0.0);
    let drawing = view.drawing.unwrap();
    assert_eq!(drawing.keys.iter().map(|key| key.step).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    assert!(drawing.keys.is_sorted_by(|one, other| one.kept < other.kept));
    for key in &drawing.keys {
        assert_eq!((key.now.len(), key.clean.len()), (28 * 28, 28 * 28));
        // A picture is the sum of what is seen in it, up to the rounding to bytes.
        let at = |bytes: &[u8], reach: f32| number(bytes[400], reach);
        let noise = if key.noise.is_empty() { 0.0 } else { at(&key.noise, NOISE) };
        let sum = key.kept.sqrt() * at(&key.clean, 1.0) + (1.0 - key.kept).sqrt() * noise;
        let outside = noise.abs() >= NOISE || at(&key.now, NOISE).abs() >= NOISE;
        assert!(outside || (sum - at(&key.now, NOISE)).abs() < 0.03, "{} at step {}", sum, key.step);
    }
    let last = drawing.keys.last().unwrap();
    assert!(last.kept == 1.0 && last.noise.is_empty());
    assert!(task.view().drawing.is_none(), "the page has it already");
}

#[test]
fn a_long_way_keeps_few_steps_and_the_newest() {
    let mut task = started(settings(120));
    task.settings.pictures.weight = 1.0;
    told(&mut task, Command::Draw);
    for piece in 1..=30 {
        now(task.work()).unwrap();
        let keys = task.view().drawing.unwrap().keys;
        assert_eq!(keys.last().map(|key| key.step), Some(piece - 1));
    }
    finished(&mut task);
    let keys = task.view().drawing.unwrap().keys;
    assert_eq!((keys.len(), keys[0].step, keys[49].step), (50, 0, 120));
}

#[test]
fn cancel_is_heard_between_two_pieces_and_a_new_wish_replaces_the_old() {
    let mut task = started(settings(1000));
    told(&mut task, Command::Sheet(4));
    now(task.work()).unwrap();
    let progress = task.view().progress.unwrap();
    assert!(progress.errand == Errand::Sheet && progress.step == 0, "a step of 80 pictures takes many pieces");
    assert_eq!(progress.steps, u32::from(MOST_STEPS));
    told(&mut task, Command::Draw);
    now(task.work()).unwrap();
    let progress = task.view().progress.unwrap();
    assert!(progress.errand == Errand::Draw && progress.step == 1 && progress.steps == 1000 && progress.left > 0.0);
    told(&mut task, Command::Cancel);
    assert!(!task.has_work() && task.view().progress.is_none());
    now(task.work()).unwrap();
    assert!(task.view().drawing.is_none());
}

#[test]
fn two_classes_come_out_of_the_same_noise() {
    let mut task = started(settings(6));
    task.settings.pictures.other = Some(12);
    task.settings.rule = Rule::Ddpm;
    told(&mut task, Command::Draw);
    finished(&mut task);
    let drawing = task.view().drawing.unwrap();
    assert_eq!(drawing.classes, [3, 12]);
    let parts = |bytes: &[u8]| (bytes[..784].to_vec(), bytes[784..].to_vec());
    let (one, other) = parts(&drawing.keys[0].now);
    assert_eq!(one, other);
    let (one, other) = parts(&drawing.keys[6].clean);
    assert_ne!(one, other);
    // Alone it comes out the same.
    task.settings.pictures.other = None;
    told(&mut task, Command::Draw);
    finished(&mut task);
    assert_eq!(task.view().drawing.unwrap().keys[6].clean, one);
}

#[test]
fn guidance_asks_twice_and_only_where_it_counts() {
    let questions = |weight: f32, class: u8| {
        let mut task = started(settings(3));
        (task.settings.pictures.weight, task.settings.pictures.class) = (weight, class);
        told(&mut task, Command::Draw);
        let mut answered = 0;
        while task.has_work() {
            now(task.work()).unwrap();
            answered = task.job.as_ref().map_or(answered, Job::answered);
        }
        answered
    };
    // The last piece ends the job before it can be counted.
    assert_eq!([questions(1.0, 3), questions(0.0, 3), questions(4.0, 20)], [2; 3]);
    assert_eq!(questions(2.0, 3), 4);
}

#[test]
fn answers_are_mixed_as_the_formula_says() {
    let device = Device::flex();
    let network: UNet =
        weights::load(CONFIG.init(&device, &mut Pcg32::seed_from_u64(1)), &talkative(), &device).unwrap();
    let settings = settings(4);
    let plan = Plan { weight: 3.0, ..Plan::new(&settings, Net::Small, 4) };
    let (amounts, classes) = (plan.amounts.clone(), [7, 20, 4]);
    let mut walk = Walk::new(plan, &classes, &[5, 6, 7]);
    let before = walk.pictures().to_vec();
    let ask = |class: i32, place: usize| -> Vec<f32> {
        let x = TensorData::new(before[place * 784..(place + 1) * 784].to_vec(), [1, 1, 28, 28]);
        let time = Tensor::<1>::from_floats([network_time(amounts[0])], &device);
        let v = network.forward(Tensor::from_data(x, &device), time, Tensor::<1, Int>::from_ints([class], &device));
        v.into_data().try_into_vec().unwrap()
    };
    let wanted: Vec<f32> =
        [guided(&ask(20, 0), &ask(7, 0), 3.0), ask(20, 1), guided(&ask(20, 2), &ask(4, 2), 3.0)].concat();
    let (count, none) = now(walk.go_on(&network, &device)).unwrap();
    assert!(count == 4 && none.is_none());
    let (count, step) = now(walk.go_on(&network, &device)).unwrap();
    let step = step.unwrap();
    assert!(count == 1 && step.before == 0 && step.kept == amounts[0] && step.pictures == before);
    let (signal, spread) = (amounts[0].sqrt(), (1.0 - amounts[0]).sqrt());
    for ((x, v), clean) in before.iter().zip(&wanted).zip(&step.seen.clean) {
        // Batches of another size sum in another order.
        assert!(((signal * x - spread * v).clamp(-1.0, 1.0) - clean).abs() < 1e-4);
    }
}

#[test]
fn a_filled_hole_leaves_the_rest_as_it_was() {
    let mut task = started(settings(6));
    let picture: Vec<u8> = (0..784).map(|at| (at * 7 % 256) as u8).collect();
    told(&mut task, Command::Fill { picture: picture.clone(), hole: half_hole(), repeats: 3 });
    let course = finished(&mut task);
    assert_eq!(course.last().unwrap().steps, 5 * 3 + 1);
    let filled = task.view().filled.unwrap();
    assert_eq!(filled.pictures.len(), FILLS * 784);
    let fills: Vec<&[u8]> = filled.pictures.chunks_exact(784).collect();
    for (at, is_hole) in half_hole().into_iter().enumerate() {
        assert!(is_hole || fills.iter().all(|fill| fill[at] == picture[at]), "pixel {at}");
    }
    assert!(fills[0] != fills[1]);
}

#[test]
fn what_cannot_be_filled_is_said_in_a_sentence() {
    let mut task = started(settings(6));
    let whole = vec![9; 784];
    for (picture, hole) in [
        (whole[1..].to_vec(), half_hole()),
        (whole.clone(), vec![true; 3]),
        (whole.clone(), vec![false; 784]),
        (vec![9; 3072], vec![true; 1024]),
    ] {
        let trouble = now(task.command(Command::Fill { picture, hole, repeats: 200 })).unwrap_err();
        assert!(trouble.sentence.ends_with('.') && !task.has_work());
    }
}

#[test]
fn experiments_wait_for_their_judges_and_find_something() {
    let mut task = started(settings(6));
    task.settings.pictures.weight = 1.0;
    told(&mut task, Command::Try(7, Trial::Guidance));
    assert!(!task.has_work() && task.view().progress.unwrap().waits);
    let device = Device::flex();
    let judge = LeNetConfig { classes: CLASSES, activation: Activation::Relu, pooling: Pooling::Average };
    let judge = now(weights::read(&judge.init(&device, &mut Pcg32::seed_from_u64(2)))).unwrap();
    for set in PictureSet::ALL {
        task.pieces.put(Piece::Judge(set), &judge, &device).unwrap();
    }
    let vae = pieces::decoder_config().init(&device, &mut Pcg32::seed_from_u64(3));
    task.pieces.put(Piece::Vae, &now(weights::read(&vae)).unwrap(), &device).unwrap();
    let found = |task: &mut Pictures, run: u32| {
        finished(task);
        let (number, finding) = task.view().finding.unwrap();
        assert_eq!(number, run);
        finding
    };
    told(&mut task, Command::TakeIn);
    let Finding::Guided(guided) = found(&mut task, 7) else { panic!("another finding") };
    assert_eq!(guided.iter().map(|one| one.weight).collect::<Vec<_>>(), [1.0, 2.0, 4.0, 8.0, 16.0]);
    assert!(guided.iter().all(|one| one.judged.len() == 8 && one.unlike > 0.0));

    told(&mut task, Command::Try(8, Trial::Judge));
    let Finding::Judged(_, judged) = found(&mut task, 8) else { panic!("another finding") };
    assert_eq!(judged.len(), 40);
    for one in &judged {
        assert_eq!(one.class < 10, one.called < 10, "each is judged by its own kind");
        assert!((0.0..=1.0).contains(&one.sure) && one.picture.len() == 784);
    }
    assert!((0.0..=1.0).contains(&Judged::share(&judged)) && Judged::share(&[]) == 0.0);

    told(&mut task, Command::Try(9, Trial::Cost));
    let Finding::Cost(cost) = found(&mut task, 9) else { panic!("another finding") };
    assert!(cost.asked == 50 && cost.milliseconds > 0.0 && cost.decoder > 0.0);
    assert!(cost.multiply_adds[0] > u64::from(u32::MAX) && u64::from(u32::MAX) > cost.multiply_adds[1]);
    assert!(cost.pictures.iter().all(|one| one.len() == 784));
}

#[test]
fn weights_of_another_network_are_refused() {
    let mut task = started(settings(6));
    let device = Device::flex();
    let other = UNetConfig { channels: 3, classes: 10, ..CONFIG }.init(&device, &mut Pcg32::seed_from_u64(1));
    assert!(task.take_weights(&now(weights::read(&other)).unwrap()).is_err());
    assert!(task.take_weights(&Parameters::default()).is_err());
    assert_eq!(now(task.weights()).unwrap(), talkative());
    task.settings.pictures.net = Net::Cifar;
    assert!(now(task.weights()).is_err());
    task.take_weights(&now(weights::read(&other)).unwrap()).unwrap();
    told(&mut task, Command::Draw);
    task.settings.pictures.steps = 2;
    told(&mut task, Command::Draw);
    finished(&mut task);
    let drawing = task.view().drawing.unwrap();
    assert_eq!((drawing.net, drawing.keys[2].clean.len(), drawing.classes), (Net::Cifar, 3072, vec![3]));
}

#[test]
fn the_stages_show_what_the_network_answers() {
    let mut task = started(settings(4));
    let net = Net::Small;
    let picture: Vec<u8> = (0..net.numbers()).map(|at| (at * 7 % 256) as u8).collect();
    let asked = Question { net, step: 2, kept: 0.3, class: 3, picture: picture.clone() };
    told(&mut task, Command::Draw);
    told(&mut task, Command::Look(asked.clone()));
    assert!(task.has_work(), "Looking stopped the drawing.");
    let maps = task.view().maps.unwrap();
    assert_eq!(maps.asked, asked);
    assert_eq!(maps.stages.iter().map(|stage| &*stage.name).collect::<Vec<_>>(), STAGES);
    let device = Device::flex();
    let network = task.pieces.net(Piece::Net(net), &device).unwrap().unwrap();
    let x: Vec<f32> = picture.iter().map(|byte| number(*byte, NOISE)).collect();
    let x = Tensor::<4>::from_data(TensorData::new(x, [1, 1, 28, 28]), &device);
    let class = Tensor::<1, Int>::from_data(TensorData::new(vec![3_i32], [1]), &device);
    let v = network.forward(x, Tensor::<1>::from_floats([network_time(0.3)], &device), class);
    assert_eq!(maps.stages.last().unwrap().values, v.into_data().try_to_vec::<f32>().unwrap());
    assert!(maps.stages.iter().all(|stage| stage.values.len().is_multiple_of((stage.side * stage.side) as usize)));
    for wrong in [Question { kept: f32::NAN, ..asked.clone() }, Question { picture: vec![1; 9], ..asked.clone() }] {
        assert!(now(task.command(Command::Look(wrong))).is_err());
    }
    assert!(now(task.command(Command::Look(Question { class: 21, ..asked }))).is_err());
}
