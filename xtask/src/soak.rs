//! `cargo xtask soak`: whether memory and speed stay flat over a long visit.

use crate::{
    build::{self, Options},
    failure::{Outcome, fail},
    shell, tools,
};

/// What is handed on to the script, each with a whole number after it.
const OPTIONS: [&str; 2] = ["--seconds", "--seed"];

/// Builds the site and wears it: four lessons ten minutes each, twenty walks through all. `--seconds N` takes about N seconds
/// in all, `--seed N` repeats a run with the same accidents, `--keep` wears the `dist/` that is there.
pub fn run(arguments: &[String]) -> Outcome {
    let dist = build::dist().to_string_lossy().into_owned();
    let mut soak = shell::command("node", &["tests/browser/soak.mjs", &dist]);
    for option in OPTIONS {
        let Some(place) = arguments.iter().position(|argument| argument == option) else { continue };
        let Some(number) = arguments.get(place + 1).filter(|number| number.parse::<u32>().is_ok_and(|n| n > 0)) else {
            return fail(format!("{option} wants a whole number after it."));
        };
        soak.args([option, number]);
    }
    tools::for_browsing()?;
    if !arguments.iter().any(|argument| argument == "--keep") {
        build::run(Options::read(arguments))?;
    }
    shell::run(soak)
}
