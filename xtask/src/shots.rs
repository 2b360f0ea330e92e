//! `cargo xtask shots`: a picture of every page, two widths and two themes, in `tests/browser/out`.

use crate::{
    build::{self, Options},
    failure::Outcome,
    shell, tools,
};

/// Builds the site and takes the pictures; `--keep` takes them of the `dist/` that is there, and a word that is no option
/// takes only those of pages with that word in their path.
pub fn run(arguments: &[String]) -> Outcome {
    tools::for_browsing()?;
    if !arguments.iter().any(|argument| argument == "--keep") {
        build::run(Options::read(arguments))?;
    }
    let dist = build::dist().to_string_lossy().into_owned();
    let mut pictures = shell::command("node", &["tests/browser/shots.mjs", &dist, "tests/browser/out"]);
    pictures.args(arguments.iter().find(|argument| !argument.starts_with("--")));
    shell::run(pictures)
}
