//! `cargo xtask bench`: speeds beside TensorFlow.js and ONNX Runtime Web, sizes, longest task; kept in `tests/bench/results.json`.

use serde_json::{Value, json};

use crate::{
    build::{self, Options},
    failure::{Outcome, write},
    readme, shell,
    test::brotli_size,
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
    let mut sizes = serde_json::Map::new();
    let (mut parts, mut raw) = (0, 0);
    for entry in std::fs::read_dir(&dist)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(bundle) = name.strip_suffix("_bg.wasm") {
            // The page's name carries a hash of its content.
            let bundle = if bundle.starts_with("page") { "page" } else { bundle };
            let file = format!("{bundle}.wasm");
            sizes.insert(file, json!({ "brotli": brotli_size(&path)?, "raw": path.metadata()?.len() }));
        } else if name.ends_with(".wasm") {
            parts += brotli_size(&path)?;
            raw += path.metadata()?.len();
        }
    }
    sizes.insert("parts of the page that come with a lesson, together".into(), json!({ "brotli": parts, "raw": raw }));
    results["profile"] = json!(if options.release { "release" } else { "ci" });
    results["sizes"] = Value::Object(sizes);
    write(&shell::root().join(RESULTS), format!("{}\n", serde_json::to_string_pretty(&results)?))?;
    println!("{}", readme::measurements(&results));
    readme::run(&[])
}
