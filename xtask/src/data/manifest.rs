//! `static/data/files.toml`, which the build compiles in, and `SOURCES.md`, which people read. Both come from one list.

use std::{fmt::Write as _, path::PathBuf};

use toml::{Table, Value};

use crate::{
    data::{DATA, SOURCES, Source, Written},
    failure::{Outcome, read_text, write},
    shell::root,
};

/// A row of the manifest.
struct Row {
    source: String,
    file: Written,
}

/// Puts the files of one source in the place of those that were listed for it, and writes both lists.
pub fn update(source: &Source, written: &[Written]) -> Outcome {
    let mut rows: Vec<Row> = load()?.into_iter().filter(|row| row.source != source.id).collect();
    rows.extend(written.iter().map(|file| Row {
        source: source.id.into(),
        file: Written { folder: file.folder.clone(), name: file.name.clone(), sha256: file.sha256.clone(), ..*file },
    }));
    rows.sort_by_key(|row| SOURCES.iter().position(|source| source.id == row.source));
    write(&manifest(), toml_text(&rows))?;
    write(&root().join("static/data/SOURCES.md"), sources_text(&rows))
}

/// Path, size and checksum of every listed file.
pub fn listed() -> Outcome<Vec<(String, usize, String)>> {
    let path = |file: &Written| format!("{}/{}", file.folder, file.name);
    Ok(load()?.into_iter().map(|row| (path(&row.file), row.file.bytes, row.file.sha256)).collect())
}

fn manifest() -> PathBuf {
    root().join("static/data/files.toml")
}

fn load() -> Outcome<Vec<Row>> {
    if !manifest().exists() {
        return Ok(Vec::new());
    }
    let table: Table = read_text(&manifest())?.parse()?;
    let files = table.get("file").and_then(Value::as_array);
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
    let whole = |value: &Value, key: &str| value.get(key).and_then(Value::as_integer).unwrap_or_default() as usize;
    Ok(files
        .into_iter()
        .flatten()
        .map(|file| Row {
            source: text(file, "source"),
            file: Written {
                folder: file.get("folder").map_or(DATA.into(), |_| text(file, "folder")),
                name: text(file, "name"),
                bytes: whole(file, "bytes"),
                sha256: text(file, "sha256"),
                count: whole(file, "count"),
                raw: whole(file, "raw"),
            },
        })
        .collect())
}

fn toml_text(rows: &[Row]) -> String {
    let mut out = String::from("# Written by `cargo xtask data`; the page checks every file against this list.\n");
    for Row { source, file } in rows {
        let Written { folder, name, bytes, sha256, count, raw } = file;
        let folder = if folder == DATA { String::new() } else { format!("folder = \"{folder}\"\n") };
        let _ = write!(
            out,
            "\n[[file]]\nname = \"{name}\"\n{folder}source = \"{source}\"\ncount = {count}\nbytes = {bytes}\nraw = {raw}\n\
             sha256 = \"{sha256}\"\n"
        );
    }
    out
}

fn sources_text(rows: &[Row]) -> String {
    let mut out = String::from(
        "# Where the site's data comes from\n\nWritten by `cargo xtask data`, which downloads each package by name and \
         version, checks it, and writes these files\nfrom it, byte for byte the same every time.\n",
    );
    for source in SOURCES {
        let files: Vec<&Written> = rows.iter().filter(|row| row.source == source.id).map(|row| &row.file).collect();
        if files.is_empty() {
            continue;
        }
        let Source { id, name, package, package_sha256, licence, credit, made, .. } = source;
        let _ = write!(
            out,
            "\n## {name}\n\n- Package: {package}, sha256 `{package_sha256}`\n- Licence: {licence}\n- Credit: {credit}\n\
             - Made: {made}\n- Command: `cargo xtask data {id}`\n\n| file | items | bytes | sha256 |\n|---|--:|--:|---|\n"
        );
        for file in files {
            let folder = if file.folder == DATA { String::new() } else { format!("{}/", file.folder) };
            let _ = writeln!(out, "| {folder}{} | {} | {} | `{}` |", file.name, file.count, file.bytes, file.sha256);
        }
    }
    out
}
