//! `cargo xtask split`: cuts the programs of the page and of the workers at their lazy functions, each into one file to start
//! with and files that lessons need. trunk calls it at the end of each build (`Trunk.toml`).

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use wasm_split_cli_support::{Options, transform};

use crate::{
    build::hex,
    failure::{Failure, Outcome, fail, read_text, write},
    shell,
};

/// Tells the command which cargo profile trunk builds with; without it, it is trunk's own default in `Trunk.toml`.
pub const PROFILE: &str = "SITE_CARGO_PROFILE";

/// The cutter makes a module of each set of lessons that share code, most of them tiny. Those below this many bytes come
/// in one file.
const PACKED: usize = 16_384;

/// Reads a module out of that file, which is fetched once and asked for again after a failure.
const UNPACK: &str = r#"let pack;
async function packed(start, end) {
    pack ??= fetch(new URL("./PACK", import.meta.url)).then(async (response) => {
        if (!response.ok) throw new Error(`the server answers ${response.status}`);
        return response.arrayBuffer();
    });
    try {
        return new Response((await pack).slice(start, end), { headers: { "content-type": "application/wasm" } });
    } catch (failure) {
        pack = undefined;
        throw failure;
    }
}
"#;

/// The programs of the workers.
pub const WORKERS: [&str; 2] = ["worker", "worker-gpu"];

/// Replaces the programs in the folder that trunk is building.
pub fn run() -> Outcome {
    let Some(staging) = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from) else {
        return fail("`cargo xtask split` is called by trunk, at the end of each build.");
    };
    let profile = env::var(PROFILE).unwrap_or_else(|_| "ci".into());
    let written = fs::read_dir(&staging)?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let pages: Vec<String> = written
        .filter_map(|file| Some(file.strip_suffix("_bg.wasm")?.to_owned()))
        .filter(|name| name.starts_with("page-"))
        .collect();
    let [page] = &pages[..] else {
        return fail(format!("trunk wrote {} programs for the page where one is expected.", pages.len()));
    };
    cut(&profile, "page", &staging, page)?;
    let mut parts = Parts::new();
    for worker in WORKERS {
        let loader = staging.join(format!("{worker}_loader.js"));
        if !loader.exists() {
            continue;
        }
        // trunk gives workers no checksum in their names, and a browser's cache could pair files of two releases.
        let name = format!("{worker}-{}", &hex(&fs::read(program(&profile, worker))?)[..16]);
        let needed = cut(&profile, worker, &staging, &name)?;
        parts.insert(worker.to_owned(), needed);
        write(&loader, format!("import init from \"./{name}.js\";\nawait init();\n"))?;
        for file in [format!("{worker}.js"), format!("{worker}_bg.wasm")] {
            fs::remove_file(staging.join(file))?;
        }
    }
    write(&parts_file(), serde_json::to_string(&parts)?)
}

/// Of each worker: the files that it needs for a lesson besides those it starts with.
pub type Parts = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// What the last build cut.
pub fn parts() -> Outcome<Parts> {
    Ok(serde_json::from_str(&read_text(&parts_file())?)?)
}

fn parts_file() -> PathBuf {
    shell::root().join("target/xtask/parts.json")
}

/// The program that a file of the built site belongs to.
pub fn program_of(file: &str) -> Option<&'static str> {
    // After the program's name comes its checksum.
    let follows =
        |rest: &str| rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit()));
    ["page"].into_iter().chain(WORKERS).find(|program| file.strip_prefix(program).is_some_and(follows))
}

/// A program as the linker left it.
fn program(profile: &str, program: &str) -> PathBuf {
    shell::root().join(format!("target/wasm32-unknown-unknown/{profile}/{program}.wasm"))
}

/// Cuts a program of a profile and writes all files into a folder, under names that begin with `name`. Returns for each
/// lazy part the names of the files that it needs besides those that the program starts with.
pub fn cut(profile: &str, cut: &str, into: &Path, name: &str) -> Outcome<BTreeMap<String, BTreeSet<String>>> {
    let program = fs::read(program(profile, cut))?;
    let work = shell::root().join("target/xtask/split");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    let (first, loader, script) = (work.join("first.wasm"), format!("./{name}-split.js"), format!("./{name}.js"));
    let mut options = Options::new(&program);
    options.output_dir = &work;
    options.main_out_path = &first;
    options.link_name = &loader;
    options.main_module = &script;
    let parts = transform(options).map_err(|error| Failure(format!("{cut}.wasm could not be cut: {error}")))?;
    let (first, out) = (first.to_string_lossy(), into.to_string_lossy());
    let mut bindgen =
        shell::command("wasm-bindgen", &[&first, "--out-dir", &out, "--out-name", name, "--target", "web"]);
    // The parts share the first file's table of functions and its memory, which the linker exports.
    bindgen.args(["--no-typescript", "--remove-name-section", "--keep-lld-exports"]);
    shell::output(bindgen)?;
    let mut loads = read_text(&work.join(&loader))?;
    let packed = format!("{name}-shared.bin");
    let (mut files, mut pack) = (BTreeMap::new(), Vec::new());
    for part in parts.split_modules {
        let stem = part.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let own = format!("{stem}.wasm");
        let module = without_names(&fs::read(&part)?);
        let fetched = format!("fetch(new URL(\"./{own}\", import.meta.url))");
        if !loads.contains(&fetched) {
            return fail(format!(
                "The loader does not fetch {own} in the way that is expected; has the cutter changed?"
            ));
        }
        if own.starts_with("chunk_") && module.len() < PACKED {
            let start = pack.len();
            pack.extend(module);
            loads = loads.replace(&fetched, &format!("packed({start}, {})", pack.len()));
            files.insert(stem, packed.clone());
        } else {
            // The program's name holds the checksum of all of it, so a part never meets another release's program.
            let marked = format!("{name}-{own}");
            loads = loads.replace(&fetched, &format!("fetch(new URL(\"./{marked}\", import.meta.url))"));
            write(&into.join(&marked), module)?;
            files.insert(stem, marked);
        }
    }
    write(&into.join(&packed), pack)?;
    write(&into.join(loader), format!("{}{loads}", UNPACK.replace("PACK", &packed)))?;
    let needed = |stems: Vec<String>| stems.iter().filter_map(|stem| files.get(stem).cloned()).collect();
    Ok(parts.prefetch_map.into_iter().map(|(part, stems)| (part, needed(stems))).collect())
}

/// A wasm module without its custom sections: the names of functions, which only a debugger would read.
fn without_names(module: &[u8]) -> Vec<u8> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    let (mut kept, mut place) = (module[..HEADER].to_vec(), HEADER);
    while place < module.len() {
        let start = place;
        let (mut length, mut shift) = (0_usize, 0);
        // A section is its kind, its length in base 128, lowest digits first, and its bytes.
        loop {
            place += 1;
            length |= usize::from(module[place] & 0x7f) << shift;
            shift += 7;
            if module[place] & 0x80 == 0 {
                break;
            }
        }
        place += 1 + length;
        if module[start] != CUSTOM {
            kept.extend(&module[start..place]);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_sections_are_left_out() {
        let header = *b"\0asm\x01\0\0\0";
        let long = [[0, 0x80, 0x01].as_slice(), &[7; 128]].concat();
        let module = [&header[..], &[1, 2, 9, 9], &long, &[3, 1, 5], &[0, 0]].concat();
        assert_eq!(without_names(&module), [&header[..], &[1, 2, 9, 9, 3, 1, 5]].concat());
    }
}
