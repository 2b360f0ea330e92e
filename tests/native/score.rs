//! What lesson `ddpm` shows on points is true: the network learns every cloud, noise ends on it, and few steps do not.

use app::lessons::ddpm::points::{Cloud, PointSettings};
use burn::tensor::Device;
use models::{
    data::points::PointKind,
    generative::{
        cloud::{Likeness, Place, Reference, exact_noise, relative_error},
        diffusion::{Rule, Schedule, Shape},
        score::{Learner, flow, noise_at},
    },
};

use crate::answers::now;

/// Points that walk from noise.
const WALKING: u64 = 400;

/// A lesson's run.
struct Run {
    learner: Learner,
    training: Vec<Place>,
    held_out: Vec<Place>,
    settings: PointSettings,
}

impl Run {
    fn new(kind: PointKind) -> Self {
        let settings = PointSettings { cloud: Cloud::Kind(kind), ..PointSettings::default() };
        let (training, held_out, _) = settings.places();
        let device = Device::flex().autodiff();
        let (batch, seed) = (settings.batch as usize, settings.seed.into());
        let learner = Learner::new(settings.network(), training.clone(), batch, settings.optimizer, seed, &device);
        Self { learner: learner.unwrap(), training, held_out, settings }
    }

    fn go(&mut self, steps: usize) {
        for _ in 0..steps {
            self.learner.step(self.settings.rate.into());
        }
    }

    fn held_out_loss(&self) -> f32 {
        let question = self.learner.held_out(&self.held_out, 512).unwrap();
        question.loss(&self.learner.trainer.valid()).into_scalar::<f32>()
    }

    fn walked(&self, steps: usize, rule: Rule) -> Likeness {
        let walk = Schedule::new(&Shape::Cosine).walk(steps);
        let seeds: Vec<u64> = (0..WALKING).collect();
        let frames = now(flow(&self.learner.trainer.valid(), walk, rule, &seeds, &Device::flex())).unwrap();
        Reference::new(&self.training).compare(frames.last().unwrap()).unwrap()
    }

    /// How far it is from the exact field where points come by.
    fn off(&self, time: f32) -> f32 {
        let kept = Schedule::new(&Shape::Cosine).kept(time);
        let places = &self.held_out;
        let shrunk: Vec<Place> = places.iter().map(|place| place.map(|it| it * kept.sqrt())).collect();
        let exact: Vec<Place> = shrunk.iter().map(|place| exact_noise(&self.training, *place, kept)).collect();
        let named = now(noise_at(&self.learner.trainer.valid(), &shrunk, kept, &Device::flex())).unwrap();
        relative_error(&named, &exact)
    }
}

#[test]
fn noise_becomes_moons_and_few_steps_are_too_few() {
    let mut run = Run::new(PointKind::Moons);
    let (loss, off) = (run.held_out_loss(), run.off(0.6));
    let before = run.walked(50, Rule::Ddim);
    run.go(2000);
    // Most of it is what nobody can know, see the lesson's caption: in the page it ends at 0.35 after 0.43.
    assert!(run.held_out_loss() < 0.9 * loss, "{} after {loss}", run.held_out_loss());
    assert!(run.off(0.6) < 0.5 * off, "{} after {off}", run.off(0.6));
    let natural = Reference::new(&run.training).compare(&run.held_out).unwrap();
    let after = run.walked(50, Rule::Ddim);
    println!("before {before:?}\nafter {after:?}\nnatural {natural:?}");
    assert!(after.on > 0.88 && after.covered > 0.85, "{after:?}");
    assert!(after.distance < 2.5 * natural.distance && after.distance < 0.4 * before.distance, "{after:?}");
    let ancestral = run.walked(50, Rule::Ddpm);
    println!("DDPM {ancestral:?}");
    assert!(ancestral.on > 0.85, "{ancestral:?}");
    let (few, one) = (run.walked(3, Rule::Ddim), run.walked(1, Rule::Ddim));
    println!("3 steps {few:?}\n1 step {one:?}");
    assert!(few.on < 0.9 * after.on && one.on < 0.5 * after.on, "{few:?} {one:?}");
}

#[test]
fn every_cloud_is_learned() {
    for kind in PointKind::ALL {
        let mut run = Run::new(kind);
        let before = run.walked(50, Rule::Ddim);
        run.go(1500);
        let after = run.walked(50, Rule::Ddim);
        println!("{kind:?}: {before:?} {after:?}");
        assert!(after.on > before.on && after.distance < before.distance, "{kind:?}: {before:?} {after:?}");
        assert!(after.on > 0.6 && after.covered > 0.6, "{kind:?}: {after:?}");
    }
}
