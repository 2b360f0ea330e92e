//! What a training run left behind beside its weights: curves, runs for comparison, counts of test data that may not be
//! shipped. Fetched when it is shown; whatever shows it says that it is stored.

use std::collections::BTreeMap;

use leptos::prelude::*;

/// What the file beside a set of weights holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    /// Curves by their names: step, value.
    pub curves: BTreeMap<String, Vec<(f64, f64)>>,
    /// Runs for comparison by their names: what each was.
    pub logs: BTreeMap<String, Log>,
    /// Truth × classes + called.
    pub confusion: Vec<u32>,
    /// What was counted.
    pub split: String,
}

/// A run for comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    /// The network.
    pub network: String,
    /// How it was taught.
    pub recipe: String,
    /// Updates in one pass over the pictures; 0 if it is not told.
    pub steps_an_epoch: f64,
}

impl Stored {
    /// Reads the file that a training run has written. What is not as it writes is left out.
    pub fn parse(text: &str) -> Self {
        let mut stored = Self::default();
        let mut section = String::new();
        let mut steps = Vec::new();
        let mut log = String::new();
        for line in text.lines() {
            let line = line.trim();
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name.trim_matches(['[', ']']).to_owned();
                steps.clear();
                log.clear();
                continue;
            }
            let Some((key, value)) = line.split_once(" = ") else { continue };
            match (section.as_str(), key) {
                ("confusion", "counts") => {
                    stored.confusion = numbers(value).into_iter().map(|count| count as u32).collect();
                }
                ("confusion", "split") => stored.split = words(value),
                ("log", "name") => log = words(value),
                ("log", _) if !log.is_empty() => {
                    let known = stored.logs.entry(log.clone()).or_default();
                    match key {
                        "network" => known.network = words(value),
                        "recipe" => known.recipe = words(value),
                        "steps_an_epoch" => known.steps_an_epoch = value.parse().unwrap_or_default(),
                        _ => {}
                    }
                }
                (section, "steps") if section.starts_with("curves.") => steps = numbers(value),
                (section, "values") => {
                    if let Some(name) = section.strip_prefix("curves.") {
                        let points = steps.iter().copied().zip(numbers(value)).collect();
                        stored.curves.insert(name.to_owned(), points);
                    }
                }
                _ => {}
            }
        }
        stored
    }

    /// A curve over passes through the pictures, where its run says how many steps a pass has.
    pub fn by_epoch(&self, run: &str, curve: &str) -> Vec<(f64, f64)> {
        let points = self.curves.get(&format!("{run}-{curve}")).cloned().unwrap_or_default();
        let epoch = self.logs.get(run).map_or(1.0, |log| log.steps_an_epoch.max(1.0));
        points.into_iter().map(|(step, value)| (step / epoch, value)).collect()
    }
}

fn numbers(list: &str) -> Vec<f64> {
    let inside = list.trim().trim_start_matches('[').trim_end_matches(']');
    inside.split(',').filter_map(|number| number.trim().parse().ok()).collect()
}

fn words(value: &str) -> String {
    value.trim().trim_matches('"').to_owned()
}

/// What is stored beside these weights, once it has come.
pub fn stored(name: &'static str) -> Signal<Option<Stored>> {
    let text = LocalResource::new(move || async move {
        crate::fetch::text(&format!("{}pretrained/{name}.toml", super::base())).await
    });
    Memo::new(move |_| text.get()?.ok().map(|text| Stored::parse(&text))).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_has_written_is_read() {
        let stored = Stored::parse(include_str!("../../../pretrained/lenet-mnist.toml"));
        assert_eq!(stored.confusion.len(), 100);
        assert_eq!(stored.confusion.iter().sum::<u32>(), 10_000);
        assert_eq!(stored.split, "test 10,000");
        let losses = &stored.curves["loss"];
        assert!(losses.len() > 100 && losses.iter().all(|(step, loss)| *step > 0.0 && loss.is_finite()));
        assert!(stored.curves.contains_key("validation-accuracy"));
    }

    #[test]
    fn runs_for_comparison_are_told_apart() {
        let text = "[[log]]\nname = \"tanh\"\nnetwork = \"half\"\nsteps_an_epoch = 70\n\n[[log]]\nname = \"relu\"\n\
                    recipe = \"SGD\"\nsteps_an_epoch = 10\n\n[curves.relu-loss]\nsteps = [10, 20]\nvalues = [0.5, 0.25]\n";
        let stored = Stored::parse(text);
        assert_eq!(stored.logs["tanh"].network, "half");
        assert_eq!(stored.logs["relu"].recipe, "SGD");
        assert_eq!(stored.by_epoch("relu", "loss"), [(1.0, 0.5), (2.0, 0.25)]);
        assert!(stored.by_epoch("tanh", "loss").is_empty());
    }

    #[test]
    fn what_is_no_such_file_gives_nothing() {
        assert_eq!(
            Stored::parse("<!doctype html>\n[curves.loss]\nvalues = [what]\nx = [1\n]"),
            Stored { curves: BTreeMap::from([("loss".to_owned(), Vec::new())]), ..Stored::default() }
        );
    }
}
