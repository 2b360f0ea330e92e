//! The tables of README.md: lessons from the curriculum and the provenance files, measurements from the benchmark.

use std::{fmt::Write as _, fs};

use serde_json::Value;
use toml::Table;

use crate::{
    bench::RESULTS,
    curriculum::{CURRICULUM, Part},
    failure::{Failure, Outcome, fail, read_text, write},
    routes,
    shell::root,
};

/// Writes the tables again.
pub fn run(_arguments: &[String]) -> Outcome {
    write(&root().join("README.md"), generated()?)
}

/// Fails if the tables are not those that would be written.
pub fn check() -> Outcome {
    if read_text(&root().join("README.md"))? == generated()? {
        return Ok(());
    }
    fail("The tables of README.md are not current; run `cargo xtask readme`.")
}

fn generated() -> Outcome<String> {
    let text = read_text(&root().join("README.md"))?;
    let text = replace(&text, "lessons", &lessons()?)?;
    let results = root().join(RESULTS);
    let table = match results.exists() {
        true => measurements(&serde_json::from_str(&read_text(&results)?)?),
        false => "Not measured yet: `cargo xtask bench`.\n".into(),
    };
    replace(&text, "measurements", &table)
}

/// Puts a table between its two markers.
fn replace(text: &str, name: &str, table: &str) -> Outcome<String> {
    let (opening, closing) = (format!("<!-- {name}: written by cargo xtask -->\n"), format!("<!-- end of {name} -->"));
    let missing = || Failure(format!("README.md has no place for the table of {name}."));
    let (before, rest) = text.split_once(&opening).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&closing).ok_or_else(missing)?;
    Ok(format!("{before}{opening}\n{table}\n{closing}{after}"))
}

/// One row a network, with the measured metric of its weights.
fn lessons() -> Outcome<String> {
    let mut out = String::from("| | network | year | lesson | weights |\n|---|---|---|---|---|\n");
    for part in Part::ALL {
        for network in CURRICULUM.iter().filter(|network| network.part == part) {
            let lesson = match routes::is_built(network.slug) {
                true => format!("[{0}](app/src/lessons/{0})", network.slug.replace('-', "_")),
                false => "coming".into(),
            };
            let weights = weights(network.slug)?.join("<br>");
            let _ = writeln!(out, "| {} | {} | {} | {lesson} | {weights} |", part.title(), network.name, network.year);
        }
    }
    Ok(out)
}

/// What the weights of a lesson reach, from `pretrained/SLUG*.toml`. A network as it was after some steps of its training,
/// whose name ends in their number, is its lesson's affair.
fn weights(slug: &str) -> Outcome<Vec<String>> {
    let Ok(folder) = fs::read_dir(root().join("pretrained")) else { return Ok(Vec::new()) };
    let mut names: Vec<String> =
        folder.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let mut lines = Vec::new();
    for name in names {
        let Some(stem) = name.strip_suffix(".toml") else { continue };
        let is_early = stem.rsplit('-').next().is_some_and(|end| end.bytes().all(|byte| byte.is_ascii_digit()));
        if is_early || (stem != slug && !stem.starts_with(&format!("{slug}-"))) {
            continue;
        }
        let table: Table = read_text(&root().join("pretrained").join(&name))?.parse()?;
        let metric = table.get("metric").and_then(|metrics| metrics.get(0));
        let word = |key: &str| metric.and_then(|metric| metric.get(key)).and_then(toml::Value::as_str).unwrap_or("?");
        let value = metric.and_then(|metric| metric.get("value")).and_then(toml::Value::as_float).unwrap_or_default();
        lines.push(format!("[{stem}](pretrained/{name}): {} {value:.4} on {}", word("name"), word("split")));
    }
    Ok(lines)
}

/// Speeds, sizes, and where they were measured.
pub fn measurements(results: &Value) -> String {
    let mut out = String::from(
        "| training in the page, CPU engine | steps/s | TensorFlow.js, WebAssembly | ratio | longest task of the page |\n\
         |---|--:|--:|--:|--:|\n",
    );
    for job in results["jobs"].as_array().into_iter().flatten() {
        let ours = job["ours"].as_f64().unwrap_or_default();
        let (theirs, ratio) = match job["tensorflow"].as_f64() {
            Some(theirs) => (whole(theirs), format!("{:.1}", ours / theirs)),
            None => ("cannot".into(), String::new()),
        };
        let longest = match job["longest_task_ms"].as_u64().unwrap_or_default() {
            0 => "under 50 ms".to_owned(),
            milliseconds => format!("{milliseconds} ms"),
        };
        let name = job["name"].as_str().unwrap_or_default();
        let _ = writeln!(out, "| {name} | {} | {theirs} | {ratio} | {longest} |", whole(ours));
    }
    out.push_str(
        "\nThe two rows of points are learned by loops written out by hand, the others by burn. TensorFlow.js has no gradient of \
         a convolution in WebAssembly.\n\n| forward, CPU engine | ms | TensorFlow.js, WebAssembly | ONNX Runtime Web, WebAssembly | \
         ratio |\n|---|--:|--:|--:|--:|\n",
    );
    for job in results["forward"].as_array().into_iter().flatten() {
        let ours = job["ours"].as_f64().unwrap_or_default();
        let others = [job["tensorflow"].as_f64(), job["onnx"].as_f64()];
        let [tensorflow, onnx] = others.map(|other| other.map_or(String::new(), |time| format!("{time:.3}")));
        // Beside the quicker of those that were measured.
        let ratio = others.into_iter().flatten().reduce(f64::min).map(|quickest| format!("{:.1}", quickest / ours));
        let name = job["name"].as_str().unwrap_or_default();
        let _ = writeln!(out, "| {name} | {ours:.3} | {tensorflow} | {onnx} | {} |", ratio.unwrap_or_default());
    }
    out.push_str("\nA ratio above 1 means that ours is faster.\n\n| file | brotli | raw |\n|---|--:|--:|\n");
    for (name, size) in results["sizes"].as_object().into_iter().flatten() {
        let [brotli, raw] = ["brotli", "raw"].map(|key| match size[key].as_f64() {
            Some(bytes) => format!("{} kB", whole(bytes / 1000.0)),
            None => String::new(),
        });
        let _ = writeln!(out, "| {name} | {brotli} | {raw} |");
    }
    let word = |key: &str| results[key].as_str().unwrap_or("?").to_owned();
    let _ = writeln!(
        out,
        "\nMeasured headless in {} on {} ({} cores), profile `{}`. WebGPU: not measured (no real adapter there).",
        word("browser"),
        word("processor"),
        results["cores"],
        word("profile"),
    );
    out
}

/// A whole number with thousands separators.
fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_replaces_the_one_before() {
        let text = "a\n<!-- x: written by cargo xtask -->\nold\n<!-- end of x -->\nb";
        let once = replace(text, "x", "new\n").unwrap();
        assert!(once.contains("new") && !once.contains("old") && once.ends_with("b"));
        assert_eq!(replace(&once, "x", "new\n").unwrap(), once);
        assert!(replace("nothing", "x", "new").is_err());
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([whole(5.4), whole(1234.0), whole(1_234_567.0)], ["5", "1,234", "1,234,567"]);
    }
}
