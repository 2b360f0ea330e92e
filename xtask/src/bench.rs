//! `cargo xtask bench`: speeds beside TensorFlow.js and ONNX Runtime Web, sizes, longest task; kept in `tests/bench/results.json`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    build::{self, Options},
    failure::{Outcome, write},
    offline, readme, shell, split,
    test::{brotli_size, worker_sizes},
    tools,
};

/// The measured numbers, from which the README's table is written.
pub const RESULTS: &str = "tests/bench/results.json";

/// Builds the forward passes that are timed alone; the folder they are in.
fn forward_passes() -> Outcome<String> {
    let target = "wasm32-unknown-unknown";
    let build = ["build", "--quiet", "--profile", "ci", "-p", "app", "--bin", "bench", "--features", "bench"];
    shell::run(shell::command("cargo", &[&build[..], &["--target", target]].concat()))?;
    let folder = shell::root().join("target/xtask/bench").to_string_lossy().into_owned();
    let wasm = shell::root().join(format!("target/{target}/ci/bench.wasm"));
    let bind = ["--target", "web", "--no-typescript", "--out-dir", &folder, &wasm.to_string_lossy()];
    shell::run(shell::command("wasm-bindgen", &bind))?;
    Ok(folder)
}

/// Builds the site as it is published, measures it, keeps and prints the numbers; `--keep` measures the `dist/` that is
/// there.
pub fn run(arguments: &[String]) -> Outcome {
    tools::for_browsing()?;
    tools::node_packages("tests/bench")?;
    let mut options = Options::read(arguments);
    options.cpu = true;
    if !arguments.iter().any(|argument| argument == "--keep") {
        build::run(options)?;
    }
    let kernels = forward_passes()?;
    println!("Measuring; this takes about two minutes. Leave the machine alone meanwhile.");
    let dist = build::dist();
    let folder = dist.to_string_lossy().into_owned();
    let mut results: Value =
        serde_json::from_str(&shell::output(shell::command("node", &["tests/bench/run.mjs", &folder, &kernels]))?)?;
    let mut sizes = BTreeMap::new();
    for file in offline::files(&dist)? {
        let Some(program) = split::program_of(&file) else { continue };
        let name = if file.ends_with("_bg.wasm") {
            format!("{program}.wasm, to start with")
        } else if file.ends_with(".wasm") || file.ends_with(".bin") {
            format!("{program}.wasm, what lessons add, together")
        } else {
            continue;
        };
        let path = dist.join(&file);
        let size: &mut (u64, u64) = sizes.entry(name).or_default();
        *size = (size.0 + brotli_size(&path)?, size.1 + path.metadata()?.len());
    }
    let (first, lessons) = worker_sizes()?;
    let largest = lessons.by_part.values().max().copied().unwrap_or_default();
    let sizes = sizes.into_iter().map(|(name, (brotli, raw))| (name, json!({ "brotli": brotli, "raw": raw })));
    let sizes = sizes.chain([("worker.wasm for its largest lesson".into(), json!({ "brotli": first + largest }))]);
    results["profile"] = json!(if options.release { "release" } else { "ci" });
    results["sizes"] = Value::Object(sizes.collect());
    write(&shell::root().join(RESULTS), format!("{}\n", serde_json::to_string_pretty(&results)?))?;
    println!("{}", readme::measurements(&results));
    readme::run(&[])
}
