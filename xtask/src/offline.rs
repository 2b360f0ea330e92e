//! What the site needs without a network: the service worker with the release's list of files, and a page that says that an
//! address cannot be shown now.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    build::hex,
    failure::{Failure, Outcome, read, write},
    split::{self, Parts},
};

const SCRIPT: &str = include_str!("service_worker.js");
/// The name of the service worker. It stands at the root, which is its scope.
pub const NAME: &str = "service-worker.js";
/// The page that is shown where nothing else can be.
pub const PAGE: &str = "offline.html";

/// The files of a built site below its root, in order, with slashes.
pub fn files(dist: &Path) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(dist.join(&folder))?.flatten() {
            let path = folder.join(entry.file_name());
            match entry.file_type()?.is_dir() {
                true => folders.push(path),
                false => found.push(path.to_string_lossy().replace('\\', "/")),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The first digits of the checksum of everything in a built site: the name of the release.
pub fn release(dist: &Path, template: &str) -> Outcome<String> {
    let mut all = template.to_owned();
    for file in files(dist)? {
        all.push_str(&file);
        all.push_str(&hex(&read(&dist.join(&file))?));
    }
    Ok(hex(all.as_bytes())[..16].to_owned())
}

/// How a file is asked for: some addresses carry a mark of the content, because the name stays from release to release.
fn address(file: &str, release: &str, sum: &str) -> String {
    if file.starts_with("static/style/") || file == "static/start.js" {
        format!("{file}?{}", &sum[..8])
    } else if file.ends_with("_loader.js") || file.starts_with("source/") {
        format!("{file}?{release}")
    } else {
        file.to_owned()
    }
}

/// Whether the worker of a lesson keeps a file itself.
fn is_data(file: &str) -> bool {
    file.starts_with("static/data/") || file.starts_with("pretrained/")
}

/// Whether a file is fetched at once, so that the site starts without a network: page, CPU worker, looks, search.
fn is_shell(file: &str) -> bool {
    let first = matches!(split::program_of(file), Some("page" | "worker"))
        && [".js", "-shared.bin", "_bg.wasm", "-split_reference.wasm"].iter().any(|end| file.ends_with(end));
    let script = file.starts_with("start-") && file.ends_with(".js");
    let looks =
        ["static/style/", "static/icons/", "static/fonts/", "static/favicon", "static/start.js", "static/manifest"];
    first
        || script
        || file.starts_with("snippets/")
        || ["index.html", PAGE, "worker_loader.js"].contains(&file)
        || (looks.iter().any(|start| file.starts_with(start)) && !file.ends_with(".txt"))
}

/// Writes the service worker for a finished site. `parts` tells what the lessons' workers need for each lesson.
pub fn write_worker(dist: &Path, release: &str, parts: &Parts, routes: &[String]) -> Outcome {
    let (mut known, mut shell, mut data) = (BTreeMap::new(), Vec::new(), Vec::new());
    for file in files(dist)? {
        let is_page = file.ends_with(".html") && file != "index.html" && file != PAGE;
        if is_page || file == NAME {
            continue;
        }
        let sum = hex(&read(&dist.join(&file))?);
        if is_data(&file) {
            data.push(format!("{file}?{}", &sum[..8]));
            continue;
        }
        let address = address(&file, release, &sum);
        if is_shell(&file) {
            shell.push(address.clone());
        }
        known.insert(address, sum[..16].to_owned());
    }
    let constants =
        [("RELEASE", json!(release)), ("FILES", json!(known)), ("SHELL", json!(shell)), ("DATA", json!(data))];
    let mut script = SCRIPT.to_owned();
    for (name, value) in constants.into_iter().chain([("PARTS", json!(parts)), ("ROUTES", json!(routes))]) {
        script = put(&script, name, &value)?;
    }
    write(&dist.join(NAME), script)
}

/// Gives one of the script's constants its value.
fn put(script: &str, name: &str, value: &Value) -> Outcome<String> {
    let opening = format!("\nconst {name} = ");
    let missing = || Failure(format!("The service worker has no constant {name}."));
    let (before, rest) = script.split_once(&opening).ok_or_else(missing)?;
    let (_, after) = rest.split_once(";\n").ok_or_else(missing)?;
    Ok(format!("{before}{opening}{value};\n{after}"))
}

/// The page for an address that was never opened here, while there is no network. `styles` are the lines that link the
/// style sheets.
pub fn html(policy: &str, styles: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<base href=\"./\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>No connection · From Scratch to Scale</title>\n\
         {styles}\n</head>\n<body>\n<main class=\"prose-page\">\n<h1>No connection</h1>\n\
         <p class=\"lede\">There is no connection, and this address was never opened here before.</p>\n\
         <p><a href=\"./\">All lessons</a>: those that you have opened before work without one.</p>\n</main>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("xtask-offline-{name}-{}", std::process::id()));
        for (file, text) in [
            ("index.html", "home"),
            ("about/index.html", "about"),
            ("404.html", "none"),
            (PAGE, "offline"),
            ("page-0123.js", "page"),
            ("page-0123_bg.wasm", "program"),
            ("page-0123-split_mlp.wasm", "lesson"),
            ("worker-0123.js", "worker"),
            ("worker-0123-split_mlp.wasm", "its lesson"),
            ("worker-gpu-0123.js", "the other worker"),
            ("worker_loader.js", "loader"),
            ("static/style/site.css", "style"),
            ("static/data/iris.csv", "flowers"),
            ("source/models/src/lib.rs", "source"),
        ] {
            write(&folder.join(file), text).unwrap();
        }
        folder
    }

    #[test]
    fn the_worker_knows_each_file_by_the_address_that_is_asked_for() {
        let folder = site("files");
        let release = release(&folder, "template").unwrap();
        let part = "worker-0123-split_mlp.wasm".to_owned();
        let parts = Parts::from([("worker".into(), [("mlp".into(), [part].into())].into())]);
        write_worker(&folder, &release, &parts, &[String::new(), "about".to_owned()]).unwrap();
        let script = fs::read_to_string(folder.join(NAME)).unwrap();
        let constant = |name: &str| -> Value {
            let rest = script.split(&format!("\nconst {name} = ")).nth(1).unwrap();
            serde_json::from_str(rest.split(";\n").next().unwrap()).unwrap()
        };
        let style = format!("static/style/site.css?{}", &hex(b"style")[..8]);
        let source = format!("source/models/src/lib.rs?{release}");
        let files = constant("FILES");
        let known: Vec<&str> = files.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = ["index.html", PAGE, "page-0123-split_mlp.wasm", "page-0123.js", "page-0123_bg.wasm"];
        let loader = format!("worker_loader.js?{release}");
        let workers = ["worker-0123-split_mlp.wasm", "worker-0123.js", "worker-gpu-0123.js", &loader];
        assert_eq!(known, [&expected[..], &[&source, &style], &workers].concat());
        assert_eq!(files["page-0123.js"], hex(b"page")[..16]);
        assert_eq!(constant("SHELL").as_array().unwrap().len(), 7, "all but the lesson, the source and WebGPU");
        assert_eq!(constant("PARTS"), json!({ "worker": { "mlp": ["worker-0123-split_mlp.wasm"] } }));
        assert_eq!(constant("DATA"), json!([format!("static/data/iris.csv?{}", &hex(b"flowers")[..8])]));
        assert_eq!((constant("RELEASE"), constant("ROUTES")), (json!(release), json!(["", "about"])));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn any_change_is_another_release() {
        let folder = site("release");
        let before = release(&folder, "template").unwrap();
        assert_eq!(before, release(&folder, "template").unwrap());
        assert_ne!(before, release(&folder, "other").unwrap());
        write(&folder.join("page-0123-split_mlp.wasm"), "another lesson").unwrap();
        assert_ne!(before, release(&folder, "template").unwrap());
        fs::remove_dir_all(folder).unwrap();
    }
}
