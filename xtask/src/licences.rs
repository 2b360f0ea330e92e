//! `licences.txt`: whose packages are compiled into the site, under which licence, and the notices that they ask to be kept.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use serde_json::Value;

use crate::{
    failure::{Outcome, fail, read, write},
    shell,
};

/// The name of the file. It stands at the root.
pub const NAME: &str = "licences.txt";

const TARGET: &str = "wasm32-unknown-unknown";

/// What the file begins with.
const OPENING: &str = "The programs of this site are compiled from its own code, from Rust's standard library (MIT OR Apache-2.0,
https://www.rust-lang.org) and from the packages below. After the list stand the texts that come with them, each text once.";

/// How the files of a package that hold its licence and its notices begin.
const FILES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// A package that is compiled in.
struct Package {
    /// Its name and its version.
    name: String,
    /// Its licence, its source and its authors, as far as it names them.
    about: Vec<String>,
    /// The texts of its licence and its notices.
    texts: Vec<String>,
}

/// Writes the file for a built site. `gpu` says whether the WebGPU worker is a part of it.
pub fn write_file(dist: &Path, gpu: bool) -> Outcome {
    let mut packages = vec![Package {
        name: "From Scratch to Scale, this site".into(),
        about: vec!["MIT OR Apache-2.0".into()],
        texts: texts(&shell::root())?,
    }];
    packages.extend(compiled(gpu)?);
    write(&dist.join(NAME), text(&packages))
}

/// The packages that are compiled in, by name.
fn compiled(gpu: bool) -> Outcome<Vec<Package>> {
    let mut names = names(gpu)?;
    let metadata =
        shell::command("cargo", &["metadata", "--quiet", "--format-version", "1", "--filter-platform", TARGET]);
    let metadata: Value = serde_json::from_str(&shell::output(metadata)?)?;
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let word = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        let name = format!("{} {}", word("name"), word("version"));
        // What has no source is this site's own.
        if !names.remove(&name) || package["source"].is_null() {
            continue;
        }
        let authors: Vec<&str> =
            package["authors"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let about = [word("license"), word("repository"), authors.join(", ")];
        let manifest = word("manifest_path");
        found.push(Package {
            name,
            about: about.into_iter().filter(|part| !part.is_empty()).collect(),
            texts: Path::new(&manifest).parent().map_or(Ok(Vec::new()), texts)?,
        });
    }
    if let Some(lost) = names.first() {
        return fail(format!("Cargo says that {lost} is compiled in, and does not know it."));
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Name and version of each package that the site's programs are linked from.
fn names(gpu: bool) -> Outcome<BTreeSet<String>> {
    let mut tree = shell::command("cargo", &["tree", "--quiet", "--package", "app", "--target", TARGET]);
    tree.args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]);
    if gpu {
        tree.args(["--features", "gpu"]);
    }
    let name = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some(format!("{name} {}", rest.split(' ').next()?))
    };
    Ok(shell::output(tree)?.lines().filter_map(name).collect())
}

/// The texts in a package's folder, by the names of their files.
fn texts(folder: &Path) -> Outcome<Vec<String>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name().to_string_lossy().to_uppercase();
        if entry.file_type()?.is_file() && FILES.iter().any(|start| name.starts_with(start)) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    paths.iter().map(|path| Ok(String::from_utf8_lossy(&read(path)?).into_owned())).collect()
}

/// The file: the list, then each text under the names of the packages that hold it. Texts that differ in their spaces
/// alone are one.
fn text(packages: &[Package]) -> String {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut once: Vec<(String, &str, Vec<&str>)> = Vec::new();
    let mut whole = format!("{OPENING}\n\n");
    for Package { name, about, texts } in packages {
        let _ = writeln!(whole, "{name}: {}", about.join("; "));
        for text in texts {
            let key = words(text);
            match once.iter_mut().find(|(known, ..)| *known == key) {
                Some((_, _, names)) if names.contains(&name.as_str()) => {}
                Some((_, _, names)) => names.push(name),
                None => once.push((key, text, vec![name])),
            }
        }
    }
    for (_, text, names) in once {
        let _ = write!(whole, "\n{}\n{}\n\n{}\n", "-".repeat(80), names.join(", "), text.trim_end());
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stands_once_under_all_that_hold_it() {
        let package = |name: &str, texts: &[&str]| Package {
            name: name.into(),
            about: vec!["MIT".into(), format!("https://{name}.example")],
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        };
        let packages = [package("a", &["Be\nkind.", "Of a."]), package("b", &["Be kind."]), package("c", &[])];
        let whole = text(&packages);
        assert!(
            whole.contains("\n\na: MIT; https://a.example\nb: MIT; https://b.example\nc: MIT; https://c.example\n")
        );
        assert_eq!(whole.matches("kind.").count(), 1);
        assert!(whole.contains("-\na, b\n\nBe\nkind.\n") && whole.ends_with("-\na\n\nOf a.\n"));
    }

    #[test]
    fn the_texts_of_the_site_itself_are_found() {
        let found = texts(&shell::root()).unwrap();
        assert!(
            found.iter().any(|text| text.contains("MIT License"))
                && found.iter().any(|text| text.contains("Apache License"))
        );
    }

    #[test]
    fn what_the_page_is_made_with_is_named() {
        let packages = compiled(false).unwrap();
        let named = |name: &str| packages.iter().any(|package| package.name.starts_with(&format!("{name} ")));
        assert!(["burn-flex", "leptos", "plotters"].into_iter().all(named), "a package is missing");
        assert!(!named("app") && !named("proptest"), "a package is named that is not compiled in");
    }
}
