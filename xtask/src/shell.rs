//! Running other programs: shown, timed, logged.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::failure::{Failure, Outcome, fail};

/// The repository's root folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// A command that runs in the repository's root.
pub fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    // What cargo tells this process about its own package would confuse the cargo that it starts.
    for (key, _) in std::env::vars() {
        if key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST") || key == "CARGO" {
            command.env_remove(key);
        }
    }
    command
}

/// Runs to the end with its output shown.
pub fn run(mut command: Command) -> Outcome {
    let shown = describe(&command);
    println!("$ {shown}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => fail(format!("`{shown}` ended with {status}.")),
        Err(error) => fail(format!("`{shown}` could not be started: {error}.")),
    }
}

/// Runs to the end and returns what it wrote to its standard output.
pub fn output(mut command: Command) -> Outcome<String> {
    let shown = describe(&command);
    let output = command.output().map_err(|error| Failure(format!("`{shown}` could not be started: {error}.")))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return fail(format!("`{shown}` ended with {}: {}", output.status, words.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program is there and answers with success.
pub fn answers(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// What a finished command left behind.
pub struct Finished {
    /// Whether it ended with success, in time.
    pub ok: bool,
    /// Everything it wrote, both streams in the order they came.
    pub log: String,
    /// How long it ran.
    pub time: Duration,
}

/// Runs with both streams in a log file, and ends it (and what it started) when the time is up.
pub fn logged(mut command: Command, name: &str, limit: Duration) -> Outcome<Finished> {
    let folder = root().join("target/xtask");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}.log"));
    let file = File::create(&path)?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let start = Instant::now();
    let mut child =
        command.spawn().map_err(|error| Failure(format!("`{}` could not be started: {error}.", describe(&command))))?;
    let mut late = false;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit && !late {
            late = true;
            // A browser driver leaves children behind, so the whole group goes.
            if !answers("kill", &["-9", "--", &format!("-{}", child.id())]) {
                child.kill()?;
            }
        }
        thread::sleep(Duration::from_millis(50));
    };
    let mut log = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
    if late {
        log.push_str(&format!("\nEnded after {} seconds, its limit.\n", limit.as_secs()));
    }
    Ok(Finished { ok: status.success() && !late, log, time: start.elapsed() })
}

fn describe(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy().into_owned()));
    words.join(" ")
}
