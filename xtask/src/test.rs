//! `cargo xtask test`: every check there is. CI runs this and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    build::{self, Options},
    data,
    failure::{Outcome, fail},
    offline, readme, shell,
    shell::command,
    split, tools,
};

/// Budget of `page.wasm`, brotli.
const PAGE_BUDGET: u64 = 350_000;
/// Budget of the CPU worker with all that any one lesson needs of it, brotli.
const WORKER_BUDGET: u64 = 900_000;

/// What has been counted so far.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
}

/// Runs every check, in the order in which failures are cheapest to find.
pub fn run() -> Outcome {
    tools::for_testing()?;
    let start = Instant::now();
    let mut tally = Tally::default();
    let cargo = |arguments: &[&str]| command("cargo", arguments);
    let wasm = "wasm32-unknown-unknown";
    tally.step("format", cargo(&["fmt", "--all", "--check"]), 5);
    tally.step("typos", command("typos", &[]), 5);
    tally.step("licences", cargo(&["deny", "--log-level", "error", "check", "licenses", "bans", "sources"]), 5);
    tally.check("README tables", readme::check());
    tally.check("site data", data::check());
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--exclude", "app"];
    tally.step("clippy", cargo(&[&clippy[..], &["--", "-D", "warnings"]].concat()), 30);
    let clippy = ["clippy", "--quiet", "-p", "app", "--features", "gpu", "--target", wasm];
    tally.step("clippy for wasm", cargo(&[&clippy[..], &["--", "-D", "warnings"]].concat()), 30);
    let mut documentation = cargo(&["doc", "--quiet", "--no-deps", "-p", "models", "-p", "app", "-p", "xtask"]);
    documentation.env("RUSTDOCFLAGS", "-D warnings");
    tally.step("documentation", documentation, 30);
    tally.step("native tests", cargo(&["test", "--workspace", "--no-fail-fast"]), 40);
    let options = Options { release: false, cpu: false };
    tally.check("site", build::run(options));
    tally.step("page in full release", page_in_release(), 30);
    tally.check("sizes", sizes());
    tally.step("wasm tests", wasm_tests()?, 30);
    let dist = build::dist().to_string_lossy().into_owned();
    tally.step("browser tests", command("node", &["tests/browser/run.mjs", &dist]), 25);
    println!("\nAll of it took {} minutes.", start.elapsed().as_secs().div_ceil(60));
    println!("{} passed, {} failed", tally.passed, tally.failed);
    // The counts are the last line, whatever they are.
    if tally.failed > 0 { fail("") } else { Ok(()) }
}

impl Tally {
    /// Runs a command. Its own tests are counted; if it has none, it counts as one check itself.
    fn step(&mut self, name: &str, command: Command, minutes: u64) {
        println!("— {name} …");
        let file = name.replace(' ', "-");
        match shell::logged(command, &file, Duration::from_secs(minutes * 60)) {
            Ok(finished) => {
                let (passed, failed) = count(&finished.log);
                let failed = if finished.ok { failed } else { failed.max(1) };
                let passed = if finished.ok && passed == 0 { 1 } else { passed };
                println!("  {passed} passed, {failed} failed, {} s", finished.time.as_secs());
                if failed > 0 {
                    println!("{}", last_lines(&finished.log, 150));
                }
                self.passed += passed;
                self.failed += failed;
            }
            Err(failure) => self.check(name, Err(failure)),
        }
    }

    /// Counts a check that has been made here.
    fn check(&mut self, name: &str, outcome: Outcome) {
        match outcome {
            Ok(()) => {
                println!("— {name}: passed");
                self.passed += 1;
            }
            Err(failure) => {
                println!("— {name}: FAILED\n{failure}");
                self.failed += 1;
            }
        }
    }
}

/// Sums the closing lines of cargo's test runner (`test result: ok. 3 passed; 0 failed; …`) and of our own
/// (`3 passed, 0 failed`).
fn count(log: &str) -> (u64, u64) {
    let mut sums = (0, 0);
    for line in log.lines().filter(|line| line.starts_with("test result: ") || is_closing(line)) {
        let words: Vec<&str> = line.split([' ', ';', ',']).filter(|word| !word.is_empty()).collect();
        let before = |word: &str| {
            let place = words.iter().position(|found| *found == word)?;
            words.get(place.checked_sub(1)?)?.parse::<u64>().ok()
        };
        sums.0 += before("passed").unwrap_or_default();
        sums.1 += before("failed").unwrap_or_default();
    }
    sums
}

fn is_closing(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_digit()) && line.contains(" passed, ") && line.ends_with(" failed")
}

fn last_lines(log: &str, most: usize) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(most)..].join("\n")
}

/// The page alone as it is published: its size is what the budget is about.
fn page_in_release() -> Command {
    let mut build = command("cargo", &["build", "--quiet", "--release", "-p", "app", "--bin", "page"]);
    build.args(["--target", "wasm32-unknown-unknown"]);
    build
}

/// Tests in a browser, run by wasm-bindgen's own runner with the profile and features of the WebGPU worker.
fn wasm_tests() -> Outcome<Command> {
    let mut tests = command("cargo", &["test", "--profile", "ci", "--target", "wasm32-unknown-unknown"]);
    // With the app beside it, every crate has the features that the WebGPU worker needs, so burn is compiled once for both.
    tests.args(["-p", "app", "-p", "from-scratch-to-scale", "--features", "app/gpu", "--test", "browser"]);
    tests.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    tests.env("CHROMEDRIVER", tools::chromedriver()?);
    tests.env("WASM_BINDGEN_TEST_TIMEOUT", "150").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "120");
    Ok(tests)
}

/// Brotli sizes against the budgets. The release page is cut first, as it is after each build.
fn sizes() -> Outcome {
    let folder = shell::root().join("target/xtask/page");
    fs::create_dir_all(&folder)?;
    let parts = split::cut("release", "page", &folder, "page")?;
    let page = brotli_size(&folder.join("page_bg.wasm"))?;
    println!("  page.wasm {page} bytes brotli (full release, budget {PAGE_BUDGET})");
    for (part, size) in sizes_of_parts(&folder, &parts)?.by_part {
        println!("  page.wasm for {part}: {size} bytes brotli more (full release)");
    }
    let (worker, sizes) = worker_sizes()?;
    println!("  worker.wasm {worker} bytes brotli (ci profile), {} more for all lessons together", sizes.together);
    let mut largest = 0;
    for (lesson, size) in sizes.by_part {
        println!("  worker.wasm for {lesson}: {} bytes brotli in all (budget {WORKER_BUDGET})", worker + size);
        largest = largest.max(worker + size);
    }
    match (page <= PAGE_BUDGET, largest <= WORKER_BUDGET) {
        (true, true) => Ok(()),
        (false, _) => fail(format!("page.wasm has {page} bytes brotli, more than {PAGE_BUDGET}.")),
        (_, false) => fail(format!("A lesson needs {largest} bytes brotli of worker.wasm, more than {WORKER_BUDGET}.")),
    }
}

/// What the parts of a program add to its first file, brotli.
pub struct PartSizes {
    /// For each part, what it needs.
    pub by_part: BTreeMap<String, u64>,
    /// All files once.
    pub together: u64,
}

/// The first file of the built CPU worker, brotli, and what lessons add to it.
pub fn worker_sizes() -> Outcome<(u64, PartSizes)> {
    let dist = build::dist();
    let files = offline::files(&dist)?;
    let is_first = |file: &&String| file.ends_with("_bg.wasm") && split::program_of(file) == Some("worker");
    let Some(first) = files.iter().find(is_first) else { return fail("The built site has no worker.") };
    let parts = split::parts()?.remove("worker").unwrap_or_default();
    Ok((brotli_size(&dist.join(first))?, sizes_of_parts(&dist, &parts)?))
}

fn sizes_of_parts(folder: &Path, parts: &BTreeMap<String, BTreeSet<String>>) -> Outcome<PartSizes> {
    let files: BTreeSet<&String> = parts.values().flatten().collect();
    let sizes = files.into_iter().map(|file| Ok((file, brotli_size(&folder.join(file))?)));
    let sizes = sizes.collect::<Outcome<BTreeMap<_, _>>>()?;
    let by_part = parts.iter().map(|(part, files)| (part.clone(), files.iter().map(|file| sizes[file]).sum()));
    Ok(PartSizes { by_part: by_part.collect(), together: sizes.values().sum() })
}

/// The size of a file as a host would send it: brotli at its highest quality.
pub fn brotli_size(file: &Path) -> Outcome<u64> {
    let bytes = fs::read(file)?;
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    let mut counted = std::io::sink();
    Ok(brotli::BrotliCompress(&mut bytes.as_slice(), &mut counted, &parameters)? as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_summed() {
        let log = "test result: ok. 3 passed; 1 failed; 0 ignored\nnoise 9 passed, 9 failed\n12 passed, 2 failed\n";
        assert_eq!(count(log), (15, 3));
    }
}
