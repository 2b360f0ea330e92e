//! The translator with its real weights: whatever is typed, it answers or says one sentence.

use futures::FutureExt;
use models::sequence::heads::{Head, Stack};

use super::*;
use crate::lessons::transformer::{Errand, annotated::SENTENCES};

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("the CPU answers at once")
}

fn translator(settings: Settings) -> Translator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../pretrained/transformer-eng-fra.safetensors");
    let bytes = std::fs::read(path).expect("the weights are part of the repository");
    Translator::of(&bytes, settings, Device::flex()).expect("the weights fit")
}

fn french(sentence: &str) -> Settings {
    Settings { sentence: sentence.into(), ..Settings::default().with_errand(Errand::Translate) }
}

fn view(snapshot: &Snapshot) -> &TranslationView {
    snapshot.translation.as_ref().expect("a translator translates")
}

#[test]
fn heads_fit_their_words() {
    let mut task = translator(french("She sees the small elephant."));
    now(task.command(Command::Walk(2))).unwrap();
    let snapshot = now(task.snapshot()).unwrap();
    assert!(!view(&snapshot).text.is_empty() && view(&snapshot).problem.is_none());
    let (read, written) = (snapshot.source.len(), snapshot.target.len());
    for map in &snapshot.heads {
        let (queries, keys) = match map.head.stack {
            Stack::Encoder => (read, read),
            Stack::Decoder => (written, written),
            Stack::Cross => (written, read),
        };
        assert_eq!((map.queries, map.keys), (queries, keys), "{:?}", map.head);
    }
    assert_eq!(view(&snapshot).likely.len(), written);
    let (head, query, walk) = snapshot.walk.as_ref().expect("a query");
    let map = snapshot.heads.iter().find(|map| map.head == *head).expect("its head");
    // The walk's plain sums against the network's: a few products of sixteen to 32 numbers.
    for (weight, of_map) in walk.weights.iter().zip(map.row(usize::from(*query))) {
        assert!((weight - of_map).abs() < 1e-4, "{weight} {of_map}");
    }
}

#[test]
fn a_head_without_a_say_changes_the_sentence_or_its_probability() {
    let mut task = translator(french("The old woman opened the door."));
    let first = now(task.snapshot()).unwrap();
    let off = vec![Head { stack: Stack::Cross, layer: 2, head: 0 }, Head { stack: Stack::Cross, layer: 1, head: 1 }];
    task.configure(Settings { off, ..task.settings.clone() });
    let second = now(task.snapshot()).unwrap();
    assert_eq!(view(&second).whole.as_ref(), Some(&view(&first).text));
    assert_ne!(view(&second).log_probability, view(&first).log_probability);
    // Looking at another head needs no new translation.
    let elsewhere = Head { stack: Stack::Encoder, layer: 0, head: 3 };
    task.configure(Settings { view: elsewhere, ..task.settings.clone() });
    assert!(task.done.is_some());
}

#[test]
fn whatever_is_typed_it_answers_or_says_one_sentence() {
    let long = "word ".repeat(10_000);
    let texts = ["", "   ", "🙂🙃", "مرحبا بالعالم", "שלום עולם", "你好", "\u{200b}", "a🙂b", "xqzw", ".", &long];
    for text in texts {
        let mut task = translator(french(text));
        let snapshot = now(task.snapshot()).unwrap();
        let view = view(&snapshot);
        assert!(view.problem.is_some() || !snapshot.target.is_empty(), "{text}");
        assert_eq!(view.problem.is_some(), snapshot.heads.is_empty(), "{text}");
        let is_readable = text.contains(|letter: char| letter.is_ascii_graphic());
        assert_eq!(view.problem.is_none(), is_readable, "{text}");
        if let Some(problem) = &view.problem {
            assert!(problem.ends_with('.'), "{problem}");
        }
    }
    let mut task = translator(french(&long));
    let snapshot = now(task.snapshot()).unwrap();
    assert!(view(&snapshot).note.as_ref().is_some_and(|note| note.contains("left out")));
}

#[test]
fn every_way_of_choosing_writes() {
    let settings = french("Where are my keys?");
    let beam = Settings { decoding: Decoding::Beam, beams: 3, ..settings.clone() };
    let snapshot = now(translator(beam).snapshot()).unwrap();
    let tree = &view(&snapshot).tree;
    assert!(tree.iter().any(|node| node.chosen) && tree.iter().any(|node| !node.kept));
    assert!(tree.iter().enumerate().all(|(place, node)| node.parent.is_none_or(|parent| (parent as usize) < place)));
    let drawn = |draw: u32| {
        let sample = Settings { decoding: Decoding::Sample, temperature: 3.0, draw, ..settings.clone() };
        view(&now(translator(sample).snapshot()).unwrap()).text.clone()
    };
    assert_eq!(drawn(4), drawn(4));
    assert!((0..5).any(|draw| drawn(draw) != drawn(9)));
}

#[test]
fn order_is_lost_without_positions() {
    let bag = |sentence: &str| {
        let mut task = translator(Settings { positions: false, ..french(sentence) });
        now(task.snapshot()).unwrap();
        view(&now(task.snapshot()).unwrap()).text.clone()
    };
    assert_eq!(bag("the dog sees the cat"), bag("the cat sees the dog"));
}

#[test]
fn heads_are_scored_and_words_laid_out() {
    let mut task = translator(french("Hello."));
    for command in [Command::Rules, Command::Words, Command::Translate(vec!["He is here.".into()])] {
        now(task.command(command)).unwrap();
    }
    let found = now(task.snapshot()).unwrap().found;
    let rules = found.rules.expect("scores");
    assert!(rules.scores.iter().all(|(_, scores)| scores.iter().all(|score| (0.0..=1.0).contains(score))));
    assert_eq!(rules.scores.iter().filter(|(head, _)| head.stack == Stack::Encoder).count(), 12);
    let objects: usize = SENTENCES.iter().map(|sentence| sentence.objects.len()).sum();
    assert_eq!(rules.pairs[1] as usize, objects);
    // Some head looks at its neighbour more than by chance.
    let best = rules.scores.iter().map(|(_, scores)| scores[0]).fold(0.0, f32::max);
    assert!(best > 2.0 * rules.even[0], "{best} {}", rules.even[0]);
    let (words, shown) = found.words.expect("words");
    assert!(words.len() >= 30, "{} words are one piece", words.len());
    assert!((0.0..=1.0).contains(&shown));
    assert!(!found.translated[0].1.is_empty());
}
