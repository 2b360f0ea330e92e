//! Every lesson's task, run natively: what is saved goes on bit for bit, weights come back as they went, and damaged bytes
//! are refused or harmless.

use app::session::{
    protocol::{CurvePoint, Settings, encode},
    query::Query,
    serve::{Context, SettingsOf, Task},
};
use futures::channel::mpsc;
use models::{
    device::Device,
    weights::{self, Precision},
};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::answers::now;

/// Runs that need no file: addresses of each lesson.
const RUNS: [&str; 3] = ["", "seed=7", "data=xor&seed=3&rule=storkey&noise=0.3"];

/// A run whose steps are cheap where a batch, a sequence or a walk can be short: a thousand of them are soon over.
const SMALL: &str = "seed=7&batch=4&length=3&count=40&walk=3";

fn start<T: Task>(address: &str) -> T {
    let (outbox, _) = mpsc::unbounded();
    let settings = SettingsOf::<T>::read(&mut Query::parse(address));
    now(T::start(settings, Context::new(Device::flex(), String::new(), outbox))).unwrap()
}

/// Takes steps as long as there are any; the curves of them.
fn advance<T: Task>(task: &mut T, steps: usize) -> Vec<CurvePoint> {
    let mut curves = Vec::new();
    for _ in 0..steps {
        if !matches!(task.step(), Ok(true)) {
            break;
        }
    }
    now(task.snapshot(&mut curves)).unwrap();
    curves
}

fn goes_on_bit_for_bit<T: Task>() {
    for address in RUNS {
        let mut first = start::<T>(address);
        advance(&mut first, 3);
        let saved = now(first.save()).unwrap();
        let curves = advance(&mut first, 40);
        let end = now(first.save()).unwrap();
        // In a fresh task, and in the one that has gone on: a reload and a rewind.
        for mut task in [start::<T>(address), first] {
            advance(&mut task, 1);
            now(task.restore(&saved)).unwrap();
            assert_eq!(now(task.save()).unwrap(), saved, "{address}");
            assert_eq!(advance(&mut task, 40), curves, "{address}");
            assert_eq!(now(task.save()).unwrap(), end, "{address}");
        }
    }
}

fn weights_come_back<T: Task>() {
    for address in RUNS {
        let mut learned = start::<T>(address);
        advance(&mut learned, 30);
        let bytes = weights::to_safetensors(&now(learned.weights()).unwrap(), Precision::F32);
        let mut fresh = start::<T>(address);
        now(fresh.take_weights(&weights::from_safetensors(&bytes).unwrap())).unwrap();
        assert_eq!(fresh.steps(), 0);
        let again = weights::to_safetensors(&now(fresh.weights()).unwrap(), Precision::F32);
        assert_eq!(again, bytes, "{address}");
        advance(&mut fresh, 3);
        let before = now(fresh.save()).unwrap();
        let foreign = weights::of_unit(&[1.0; 9], 0.0);
        assert!(now(fresh.take_weights(&foreign)).is_err(), "{address}: weights of nine inputs do not fit");
        assert_eq!(now(fresh.save()).unwrap(), before);
    }
}

/// Random bytes, and a good checkpoint with a few wrong bytes: nothing panics, not even when the run goes on from there.
fn bears_damaged_checkpoints<T: Task>() {
    let mut task = start::<T>(SMALL);
    advance(&mut task, 5);
    let good = now(task.save()).unwrap();
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6);
    let damaged = changes.prop_map(move |changes| {
        let mut bytes = good.clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    });
    let bytes = prop_oneof![prop::collection::vec(any::<u8>(), 0..200), damaged];
    let config = ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&bytes, |bytes| {
            let mut task = start::<T>(SMALL);
            if now(task.restore(&bytes)).is_ok() {
                let more = |task: &mut T| matches!(task.step(), Ok(true));
                (0..5).take_while(|_| more(&mut task)).for_each(drop);
                // Numbers that leave the finite range are a trouble, told in one sentence.
                let _ = now(task.snapshot(&mut Vec::new()));
                let _ = task.finished();
                prop_assert!(!now(task.save()).unwrap().is_empty());
            }
            Ok(())
        })
        .unwrap();
}

macro_rules! each {
    ($($lesson:ident: $task:ty),* $(,)?) => {
        $(mod $lesson {
            #[test]
            fn goes_on_bit_for_bit() {
                super::goes_on_bit_for_bit::<$task>();
            }

            #[test]
            fn weights_come_back() {
                super::weights_come_back::<$task>();
            }

            #[test]
            fn bears_damaged_checkpoints() {
                super::bears_damaged_checkpoints::<$task>();
            }
        })*
    };
}

each! {
    perceptron: app::lessons::perceptron::task::Task,
    adaline: app::lessons::adaline::task::Task,
    mlp: app::lessons::mlp::task::Task,
    hopfield: app::lessons::hopfield::task::Task,
    transformer: app::lessons::transformer::task::Task,
    ddpm: app::lessons::ddpm::task::Task,
}

#[test]
fn a_checkpoint_of_another_lesson_is_refused_or_harmless() {
    let mut hopfield = start::<app::lessons::hopfield::task::Task>("");
    let bytes = now(hopfield.save()).unwrap();
    let mut mlp = start::<app::lessons::mlp::task::Task>("");
    let before = now(mlp.save()).unwrap();
    assert!(now(mlp.restore(&bytes)).is_err());
    assert!(now(mlp.restore(&encode(&"no checkpoint"))).is_err());
    assert_eq!(now(mlp.save()).unwrap(), before);
}

/// AlexNet's lesson trains nothing: it looks at pictures. Here with fresh weights, which are enough to ask everything.
mod alexnet {
    use app::lessons::alexnet::{Command, Finding, Photograph, Snapshot, Trial, Which, task::Task as Alexnet};
    use models::{foundations::mlp::Activation, vision::alexnet::AlexNetConfig};
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    fn photo(width: u32, height: u32) -> Photograph {
        let rgb = (0..width * height * 3).map(|at| (at * 37 % 251) as u8).collect();
        Photograph { width, height, rgb }
    }

    fn snapshot(task: &mut Alexnet) -> Snapshot {
        now(task.snapshot(&mut Vec::new())).unwrap()
    }

    fn looking(address: &str) -> Alexnet {
        let mut task = start::<Alexnet>(address);
        let fresh = AlexNetConfig::narrowed(10, Activation::Relu).init(&Device::flex(), &mut Pcg32::seed_from_u64(1));
        let weights = now(weights::read(&fresh)).unwrap();
        now(task.take_weights(&weights)).unwrap();
        now(task.command(Command::Look { number: 1, photo: photo(120, 90), live: false })).unwrap();
        task
    }

    fn finding(task: &mut Alexnet, trial: Trial) -> Finding {
        now(task.command(Command::Try(7, trial))).unwrap();
        let (run, finding) = snapshot(task).finding.unwrap();
        assert_eq!(run, 7);
        finding
    }

    #[test]
    fn goes_on_bit_for_bit() {
        super::goes_on_bit_for_bit::<Alexnet>();
        let mut first = looking("");
        let saved = now(first.save()).unwrap();
        let mut fresh = start::<Alexnet>("");
        now(fresh.restore(&saved)).unwrap();
        assert_eq!(now(fresh.save()).unwrap(), saved);
        assert_eq!((snapshot(&mut fresh).number, snapshot(&mut fresh).square), (1, snapshot(&mut first).square));
    }

    #[test]
    fn bears_damaged_checkpoints() {
        super::bears_damaged_checkpoints::<Alexnet>();
    }

    #[test]
    fn weights_come_back() {
        let mut task = looking("");
        let bytes = weights::to_safetensors(&now(task.weights()).unwrap(), Precision::F32);
        let mut fresh = start::<Alexnet>("");
        assert!(now(fresh.weights()).is_err(), "there are none yet");
        now(fresh.take_weights(&weights::from_safetensors(&bytes).unwrap())).unwrap();
        assert_eq!(weights::to_safetensors(&now(fresh.weights()).unwrap(), Precision::F32), bytes);
        assert!(now(fresh.take_weights(&weights::of_unit(&[1.0; 9], 0.0))).is_err());
    }

    #[test]
    fn a_picture_is_answered_explained_and_changed() {
        let mut task = looking("with=3,5&layer=conv3&eps=8");
        let view = snapshot(&mut task).views[0].clone().unwrap();
        assert!((view.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        assert!(view.stale && view.explanation.is_none() && snapshot(&mut task).attack_stale);
        for command in [Command::Explain(Which::AlexNet), Command::Cover(Which::AlexNet), Command::Mislead] {
            now(task.command(command)).unwrap();
        }
        let seen = snapshot(&mut task);
        let view = seen.views[0].clone().unwrap();
        let explanation = view.explanation.unwrap();
        assert!(!view.stale && !seen.attack_stale && seen.layers.len() == 11 && seen.views[1].is_none());
        let sizes = [&explanation.saliency, &explanation.guided, &view.occlusion].map(Vec::len);
        assert_eq!(sizes, [96 * 96; 3]);
        assert!(
            explanation.heats.iter().all(|(_, heat)| heat.len() == 96 * 96 && heat.iter().all(|heat| *heat >= 0.0))
        );
        assert_eq!(explanation.heats[0].0, explanation.class);
        let attack = seen.attack.unwrap();
        let moved = attack.before.iter().zip(&attack.after).map(|(before, after)| before.abs_diff(*after)).max();
        assert_eq!(moved, Some(8));
        // While pictures follow each other, only what is quick is asked.
        now(task.command(Command::Look { number: 2, photo: photo(64, 48), live: true })).unwrap();
        let live = snapshot(&mut task);
        let view = live.views[0].clone().unwrap();
        assert!(live.live && live.number == 2 && !live.attack_stale);
        assert!(!view.stale && view.explanation.unwrap().guided.is_empty());
    }

    #[test]
    fn experiments_find_something() {
        let mut task = looking("");
        let Finding::Adversarial(found) = finding(&mut task, Trial::Adversarial) else { panic!("another finding") };
        assert!(found[0].epsilon == 0.0 && found[0].called.1 == found[0].first && found.len() > 50);
        assert!(found.last().unwrap().first < found[0].first);
        let photos = vec![photo(40, 50), photo(30, 20)];
        let Finding::Called(called) = finding(&mut task, Trial::Call { photos: photos.clone(), both: false }) else {
            panic!("another finding")
        };
        assert!(called.len() == 2 && called.iter().all(|[old, later]| old.len() == 5 && later.is_empty()));
        let Finding::Sanity(found) = finding(&mut task, Trial::Sanity(photos)) else { panic!("another finding") };
        assert_eq!((found.len(), found[0]), (9, [1.0; 3]));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let mut task = start::<Alexnet>("");
        for photo in [
            Photograph::default(),
            Photograph { width: u32::MAX, height: u32::MAX, rgb: vec![0; 3] },
            Photograph { width: 10, height: 10, rgb: vec![0; 299] },
        ] {
            assert!(now(task.command(Command::Look { number: 1, photo, live: false })).is_err());
        }
        // Without weights there is nothing to say, and nothing breaks.
        now(task.command(Command::Look { number: 1, photo: photo(20, 20), live: true })).unwrap();
        for command in
            [Command::Explain(Which::EfficientNet), Command::Cover(Which::AlexNet), Command::Mislead, Command::TakeIn]
        {
            now(task.command(command)).unwrap();
        }
        now(task.command(Command::Try(1, Trial::Texture(vec![photo(20, 20)])))).unwrap();
        let seen = snapshot(&mut task);
        assert!(seen.views == [None, None] && seen.finding.is_none() && seen.number == 1);
    }
}
