//! `cargo xtask split`: cuts the page's program at its lazy functions into one file to start with and one for each lesson.
//! trunk calls it at the end of each build (`Trunk.toml`).

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use wasm_split_cli_support::{Options, transform};

use crate::{
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

/// Replaces the page's program in the folder that trunk is building, and leaves the names out of the workers.
pub fn run() -> Outcome {
    let Some(staging) = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from) else {
        return fail("`cargo xtask split` is called by trunk, at the end of each build.");
    };
    let profile = env::var(PROFILE).unwrap_or_else(|_| "ci".into());
    let mut pages = Vec::new();
    for entry in fs::read_dir(&staging)?.flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        match file.strip_suffix("_bg.wasm") {
            Some(name) if name.starts_with("page-") => pages.push(name.to_owned()),
            Some(_) => write(&entry.path(), without_names(&fs::read(entry.path())?))?,
            None => {}
        }
    }
    match &pages[..] {
        [name] => cut(&profile, &staging, name).map(|_| ()),
        _ => fail(format!("trunk wrote {} programs for the page where one is expected.", pages.len())),
    }
}

/// Cuts `page.wasm` of a profile and writes all files into a folder, under names that begin with `name`. Returns the paths
/// of the files that are fetched later.
pub fn cut(profile: &str, into: &Path, name: &str) -> Outcome<Vec<PathBuf>> {
    let target = shell::root().join("target");
    let program = fs::read(target.join("wasm32-unknown-unknown").join(profile).join("page.wasm"))?;
    let work = target.join("xtask/split");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    let (first, loader, script) = (work.join("first.wasm"), format!("./{name}-split.js"), format!("./{name}.js"));
    let mut options = Options::new(&program);
    options.output_dir = &work;
    options.main_out_path = &first;
    options.link_name = &loader;
    options.main_module = &script;
    let parts = transform(options).map_err(|error| Failure(format!("The page could not be cut: {error}")))?;
    let (first, out) = (first.to_string_lossy(), into.to_string_lossy());
    let mut bindgen =
        shell::command("wasm-bindgen", &[&first, "--out-dir", &out, "--out-name", name, "--target", "web"]);
    // The parts share the first file's table of functions and its memory, which the linker exports.
    bindgen.args(["--no-typescript", "--remove-name-section", "--keep-lld-exports"]);
    shell::output(bindgen)?;
    let mut loads = read_text(&work.join(&loader))?;
    let (mut files, mut pack) = (Vec::new(), Vec::new());
    for part in parts.split_modules {
        let own = part.file_name().unwrap_or_default().to_string_lossy().into_owned();
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
        } else {
            // The page's name holds the checksum of all of it, so a part never meets another release's page.
            let marked = format!("{name}-{own}");
            loads = loads.replace(&fetched, &format!("fetch(new URL(\"./{marked}\", import.meta.url))"));
            write(&into.join(&marked), module)?;
            files.push(into.join(marked));
        }
    }
    let packed = format!("{name}-shared.bin");
    write(&into.join(&packed), pack)?;
    write(&into.join(loader), format!("{}{loads}", UNPACK.replace("PACK", &packed)))?;
    files.push(into.join(packed));
    Ok(files)
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
