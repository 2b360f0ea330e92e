//! Experiments in the main session: both networks are there already, and the picture is the reader's.

use std::pin::Pin;

use leptos::{prelude::*, task::spawn_local};

use super::desk::{Desk, photograph};
use crate::{
    lessons::alexnet::{Command, Finding, Photograph, Trial, Which},
    photographs::PHOTOGRAPHS,
    site::{self, experiment::Progress, photos},
    widgets::{Photo, fetch_photo},
};

/// An experiment: where it stands, what it found, how it begins.
#[derive(Clone, Copy)]
pub struct Tried {
    /// Where it stands.
    pub progress: RwSignal<Progress>,
    /// What it found, once it did.
    pub found: RwSignal<Option<Finding>>,
    /// Begins (anew).
    pub on_run: Callback<()>,
}

/// A trial that is being prepared; where that fails, a sentence.
pub type Preparing = Pin<Box<dyn Future<Output = Result<Trial, String>>>>;

/// An experiment that asks `networks`; `prepare` makes the trial, `say` its verdict.
pub fn experiment(
    desk: Desk,
    networks: &'static [Which],
    prepare: impl Fn() -> Preparing + Send + Sync + 'static,
    say: impl Fn(&Finding) -> String + Send + Sync + 'static,
) -> Tried {
    let progress = RwSignal::new(Progress::default());
    let found = RwSignal::new(None);
    let mine = RwSignal::new(0_u32);
    let on_run = Callback::new(move |()| {
        let run = desk.next_run();
        mine.set(run);
        progress.set(Progress::Running(0.0));
        networks.iter().for_each(|which| desk.want(*which));
        let trial = prepare();
        spawn_local(async move {
            match trial.await {
                Ok(trial) if mine.try_get_untracked() == Some(run) => desk.session.command(Command::Try(run, trial)),
                Ok(_) => {}
                Err(sentence) => drop(progress.try_set(Progress::Done(sentence))),
            }
        });
    });
    Effect::new(move || {
        let run = mine.get();
        if !matches!(progress.get(), Progress::Running(_)) {
            return;
        }
        let (answer, share) = desk.session.snapshot.with(|snapshot| {
            let Some(snapshot) = snapshot.as_ref() else { return (None, None) };
            let answer = snapshot.finding.as_ref().filter(|(number, _)| *number == run);
            let share = snapshot.trying.filter(|(number, _)| *number == run);
            (answer.map(|(_, finding)| finding.clone()), share.map(|(_, share)| f64::from(share)))
        });
        if let Some(answer) = answer {
            progress.set(Progress::Done(untrack(|| say(&answer))));
            found.set(Some(answer));
        } else if let Some(trouble) = desk.session.bench.trouble.get() {
            progress.set(Progress::Done(trouble.sentence));
        } else if !desk.is_latest(run) {
            // The worker left it for the one that was begun after it.
            progress.set(Progress::Idle);
        } else if let Some(share) = share.filter(|share| progress.get_untracked() != Progress::Running(*share)) {
            progress.set(Progress::Running(share));
        }
    });
    Tried { progress, found, on_run }
}

/// A trial that needs no preparation.
pub fn at_once(trial: Trial) -> Preparing {
    Box::pin(async move { Ok(trial) })
}

/// The shipped photographs that `wanted` lets through, by their ids.
pub async fn photographs(wanted: impl Fn(&str) -> bool) -> Result<Vec<Photo>, String> {
    let base = site::base();
    let mut found = Vec::new();
    for photograph in PHOTOGRAPHS.iter().filter(|photograph| wanted(photos::id_of(photograph))) {
        let address = format!("{base}{}", photograph.path());
        let photo = fetch_photo(&address, photograph.title, photos::id_of(photograph)).await;
        found.push(photo.map_err(|problem| problem.sentence)?);
    }
    Ok(found)
}

/// Pictures on their way to the worker.
pub fn on_their_way(photos: &[Photo]) -> Vec<Photograph> {
    photos.iter().map(photograph).collect()
}

/// The classes of ImageNet that a photograph may be called by, as their names begin; none where the thousand lack its class.
pub fn truth(id: &str) -> &'static [&'static str] {
    match id {
        "german-shepherd" => &["German shepherd"],
        "cat" | "kitten" => &["tabby", "tiger cat", "Egyptian cat"],
        "panda" => &["giant panda"],
        "espresso" => &["espresso", "cup"],
        "scarlet-macaw" => &["macaw"],
        "cathedral" => &["church", "dome"],
        "reims" | "santiago" | "jubilee-church" | "worms" => &["church"],
        "polar-bear" => &["ice bear"],
        "lemurs" => &["Madagascar cat"],
        "koala" => &["koala"],
        "chickens" => &["hen", "cock"],
        "castle" => &["castle"],
        "bison" => &["bison"],
        "goldfish" => &["goldfish"],
        "komodo-dragon" => &["Komodo dragon"],
        "jaguars" => &["jaguar"],
        "aqueduct" => &["viaduct"],
        "gate" => &["triumphal arch"],
        "hedgehog" => &["porcupine"],
        _ => &[],
    }
}

/// The photographs whose class AlexNet knows, and that class: all of them churches, the only one of its ten things that free
/// photographs of the site show.
pub const KNOWN: [(&str, u16); 5] =
    [("cathedral", CHURCH), ("reims", CHURCH), ("santiago", CHURCH), ("jubilee-church", CHURCH), ("worms", CHURCH)];
/// AlexNet's class of churches.
pub const CHURCH: u16 = 4;

/// The class of AlexNet that a photograph belongs to; none where its ten lack it.
pub fn known(id: &str) -> Option<u16> {
    KNOWN.iter().find(|(known, _)| *known == id).map(|(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::alexnet::settings::CLASSES;

    #[test]
    fn every_truth_is_a_class_and_belongs_to_a_photograph() {
        let names: Vec<&str> = include_str!("../../../../../static/data/imagenet-classes.txt")
            .lines()
            .map(|line| line.split(',').next().unwrap_or(line))
            .collect();
        let named = PHOTOGRAPHS.iter().map(photos::id_of).filter(|id| !truth(id).is_empty());
        assert!(named.clone().count() >= 15);
        for name in named.flat_map(truth) {
            assert!(names.contains(name), "{name}");
        }
        for (id, class) in KNOWN {
            assert!(photos::find(id).is_some() && !truth(id).is_empty(), "{id}");
            assert_eq!(CLASSES[usize::from(class)], "church");
        }
    }
}
