//! `cargo xtask build`: trunk builds, then every route gets a file of its own under a strict content security policy.

use std::{fs, path::PathBuf, time::Instant};

use sha2::{Digest, Sha256};

use crate::{
    failure::{Failure, Outcome, fail, read_text, write},
    licences, missing, offline, publish, routes, shell, split, tools,
};

/// How to build.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The small, slow-to-build form for publishing, instead of the quick one.
    pub release: bool,
    /// Leave out the large WebGPU worker.
    pub cpu: bool,
}

/// Own origin only; wasm may compile; styles may be set on elements, scripts only come from files.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'self'; \
     form-action 'none'";

impl Options {
    /// Reads `--release` and `--cpu`.
    pub fn read(arguments: &[String]) -> Self {
        let has = |name: &str| arguments.iter().any(|argument| argument == name);
        Self { release: has("--release"), cpu: has("--cpu") }
    }

    fn profile(self) -> &'static str {
        if self.release { "release" } else { "ci" }
    }
}

/// Where the site is built.
pub fn dist() -> PathBuf {
    shell::root().join("dist")
}

/// Builds the site into `dist/`.
pub fn run(options: Options) -> Outcome {
    tools::for_building()?;
    let takes = match (options.release, options.cpu) {
        (false, true) => "about 5 minutes",
        (false, false) => "about 15 minutes, most of it for the WebGPU worker (--cpu leaves it out)",
        (true, true) => "about 12 minutes",
        (true, false) => "about half an hour",
    };
    println!("Building the site. The first time this takes {takes}; later only what changed is built.");
    let start = Instant::now();
    let index = index(options)?;
    let mut trunk = shell::command("trunk", &["build", &index, "--html-output", "index.html", "--public-url", "./"]);
    trunk.args(["--cargo-profile", options.profile()]);
    trunk.env(split::PROFILE, options.profile());
    // trunk reads NO_COLOR as a boolean.
    trunk.env_remove("NO_COLOR");
    let outcome = shell::run(trunk);
    if options.cpu {
        fs::remove_file(shell::root().join(&index))?;
    }
    outcome?;
    finish(options)?;
    if options.release {
        publish::compress(&dist())?;
    }
    println!("Built dist/ in {} s.", start.elapsed().as_secs());
    Ok(())
}

/// The template for trunk: the page itself, or a copy without the WebGPU worker.
fn index(options: Options) -> Outcome<String> {
    if !options.cpu {
        return Ok("index.html".into());
    }
    let page = read_text(&shell::root().join("index.html"))?;
    let kept: Vec<&str> = page.lines().filter(|line| !line.contains("data-bin=\"worker-gpu\"")).collect();
    let name = ".index-cpu.html";
    write(&shell::root().join(name), kept.join("\n"))?;
    Ok(name.into())
}

/// Turns what trunk wrote into the pages of the site.
fn finish(options: Options) -> Outcome {
    let dist = dist();
    licences::write_file(&dist, !options.cpu)?;
    let built = read_text(&dist.join("index.html"))?;
    let (before, rest) = built.split_once("<script type=\"module\"").ok_or_else(no_script)?;
    let (opening, rest) = rest.split_once('>').ok_or_else(no_script)?;
    let (script, after) = rest.split_once("</script>").ok_or_else(no_script)?;
    if !script.contains("import init") {
        return fail(format!("trunk's start script looks different from what is known: {opening}{script}"));
    }
    let name = format!("start-{}.js", &hex(script.as_bytes())[..16]);
    write(&dist.join(&name), script)?;
    let template = format!("{before}<script type=\"module\" src=\"{name}\"></script>{after}");
    let template = prepare(&template);
    let release = offline::release(&dist, &template)?;
    let styles: Vec<&str> = template.lines().filter(|line| line.contains("rel=\"stylesheet\"")).collect();
    write(&dist.join(offline::PAGE), offline::html(POLICY, &styles.join("\n")))?;
    let template = template.replace("<html ", &format!("<html data-release=\"{release}\" "));
    let routes = routes::all()?;
    for route in &routes {
        route.write(&dist, &template)?;
    }
    write(&dist.join("404.html"), missing::html())?;
    write(&dist.join("lessons.json"), routes::lessons_json()?)?;
    let paths: Vec<String> = routes.into_iter().map(|route| route.path).collect();
    offline::write_worker(&dist, &release, &split::parts()?, &paths)
}

/// Takes out what each route says itself, adds the policy, and marks style sheets and the first script with their content.
fn prepare(page: &str) -> String {
    let own = ["<base ", "<title>", "<meta name=\"description\""];
    let mut kept: Vec<String> = Vec::new();
    for line in page.lines().filter(|line| !own.iter().any(|start| line.trim_start().starts_with(start))) {
        let mut line = line.to_owned();
        let styles = ["tokens", "fonts", "site", "widgets", "lesson"].map(|name| format!("static/style/{name}.css"));
        for path in styles.into_iter().chain(["static/start.js".into()]) {
            if let Ok(content) = fs::read(shell::root().join(&path)) {
                line = line.replace(&format!("{path}\""), &format!("{path}?{}\"", &hex(&content)[..8]));
            }
        }
        let is_charset = line.contains("<meta charset");
        kept.push(line);
        if is_charset {
            kept.push(format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">"));
            kept.push("<!-- head -->".into());
        }
    }
    kept.join("\n")
}

fn no_script() -> Failure {
    Failure("trunk's page has no start script.".into())
}

/// The sha256 of bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
