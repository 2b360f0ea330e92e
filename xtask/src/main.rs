//! `cargo xtask …`: everything one does with this project.

mod data;
mod failure;
mod shell;

use std::process::ExitCode;

use failure::{Outcome, fail};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let Some((name, rest)) = arguments.split_first() else { return fail("usage") };
    match name.as_str() {
        "data" => data::run(rest),
        _ => fail(format!("There is no command {name}.")),
    }
}
