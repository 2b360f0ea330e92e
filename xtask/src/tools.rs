//! The pinned tools: what is missing is installed, and the reader is told what and for how long.

use std::{env, path::Path, time::Instant};

use crate::{
    failure::{Outcome, fail, read_text},
    shell::{self, command},
};

/// Must be the version of the wasm-bindgen library in Cargo.toml.
const WASM_BINDGEN: &str = "0.2.130";
const TRUNK: &str = "0.21.14";
const CARGO_DENY: &str = "0.20.2";
const TYPOS: &str = "1.52.0";

/// What `serve` and `build` need: the wasm target, wasm-bindgen, trunk.
pub fn for_building() -> Outcome {
    let targets = shell::output(command("rustup", &["target", "list", "--installed"])).unwrap_or_default();
    if !targets.lines().any(|line| line == "wasm32-unknown-unknown") {
        install("the wasm target of Rust", "a few seconds", "rustup", &["target", "add", "wasm32-unknown-unknown"])?;
    }
    // Without --locked: its lock file names a crate that the registry no longer has.
    let wasm_bindgen = ["install", "wasm-bindgen-cli", "--version", WASM_BINDGEN];
    cargo_tool("wasm-bindgen", WASM_BINDGEN, "3 to 10 minutes", &wasm_bindgen)?;
    cargo_tool("trunk", TRUNK, "about 7 minutes", &["install", "--locked", "trunk", "--version", TRUNK])
}

/// What the tests need besides: licences, spelling, a browser and its driver, Node's packages.
pub fn for_testing() -> Outcome {
    for_building()?;
    let deny = ["install", "--locked", "cargo-deny", "--version", CARGO_DENY];
    cargo_tool("cargo-deny", CARGO_DENY, "about 5 minutes", &deny)?;
    if version("typos").as_deref() != Some(TYPOS) {
        let pip = install("typos", "a few seconds", "pip", &["install", "--quiet", &format!("typos=={TYPOS}")]);
        if pip.is_err() {
            // A system's own Python may refuse; cargo builds the same program.
            let cargo = ["install", "--locked", "typos-cli", "--version", TYPOS];
            install("typos", "about 5 minutes", "cargo", &cargo)?;
        }
    }
    for_browsing()
}

/// A browser, its driver and the packages that drive it.
pub fn for_browsing() -> Outcome {
    if version("chromium").is_none() || version("chromedriver").is_none() {
        debian("Chromium and its driver", &["chromium", "chromium-driver"])?;
    }
    node_packages("tests/browser")
}

/// The Node packages of a folder, at the versions its package.json pins.
pub fn node_packages(folder: &str) -> Outcome {
    if version("node").is_none() || version("npm").is_none() {
        debian("Node.js", &["nodejs", "npm"])?;
    }
    let folder_here = shell::root().join(folder);
    let package: serde_json::Value = serde_json::from_str(&read_text(&folder_here.join("package.json"))?)?;
    let mut wanted = package["dependencies"].as_object().into_iter().flatten();
    if !wanted.all(|(name, _)| folder_here.join("node_modules").join(name).is_dir()) {
        let arguments = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--no-package-lock", "--silent"];
        install(&format!("the Node packages of {folder}"), "half a minute", "npm", &arguments)?;
    }
    Ok(())
}

/// Packages of Debian and its relatives; elsewhere the reader is asked to install the same by hand.
fn debian(what: &str, packages: &[&str]) -> Outcome {
    if version("apt-get").is_none() {
        return fail(format!("{what} is needed and could not be installed here; please install it and try again."));
    }
    let is_root = shell::output(command("id", &["-u"])).is_ok_and(|id| id.trim() == "0");
    let (program, before): (&str, &[&str]) = if is_root { ("apt-get", &[]) } else { ("sudo", &["apt-get"]) };
    install("the list of Debian's packages", "half a minute", program, &[before, &["update", "-qq"]].concat())?;
    let quiet = ["install", "-y", "-qq", "--no-install-recommends"];
    install(what, "about a minute", program, &[before, &quiet, packages].concat())
}

fn cargo_tool(name: &str, wanted: &str, takes: &str, arguments: &[&str]) -> Outcome {
    match version(name) {
        Some(found) if found == wanted => Ok(()),
        _ => install(&format!("{name} {wanted}"), takes, "cargo", arguments),
    }
}

fn install(what: &str, takes: &str, program: &str, arguments: &[&str]) -> Outcome {
    println!("Installing {what}; this takes {takes}.");
    let start = Instant::now();
    let mut install = command(program, arguments);
    install.env("DEBIAN_FRONTEND", "noninteractive");
    // Tools share what they build with each other, not with the project.
    install.env("CARGO_TARGET_DIR", env::temp_dir().join("from-scratch-to-scale-tools"));
    // Some tools ask for the slowest link there is, which here would take longer than all that they are used for.
    install.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    shell::run(install)?;
    println!("Installed {what} in {} s.", start.elapsed().as_secs());
    Ok(())
}

/// The version that a program reports: the first word of its answer that begins with a digit.
fn version(program: &str) -> Option<String> {
    let answer = shell::output(command(program, &["--version"])).ok()?;
    let word = answer
        .split_whitespace()
        .map(|word| word.trim_start_matches('v'))
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    Some(word.to_owned())
}

/// Where the browser's driver is.
pub fn chromedriver() -> Outcome<String> {
    for path in ["/usr/bin/chromedriver", "/usr/local/bin/chromedriver"] {
        if Path::new(path).exists() {
            return Ok(path.to_owned());
        }
    }
    fail("chromedriver was not found.")
}
