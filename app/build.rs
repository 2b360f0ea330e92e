//! Compiles the site's files (size, checksum) and the provenance of the pretrained weights into plain constants, so that
//! neither the page nor the worker carries a parser for them.

use std::{env, fmt::Write, fs, path::Path};

use toml::{Table, Value};

fn main() {
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        // Where a program is cut into files, the cutter follows the linker's relocations.
        for program in ["page", "worker", "worker-gpu"] {
            println!("cargo::rustc-link-arg-bin={program}=--emit-relocs");
        }
    }
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("..");
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).to_path_buf();
    let mut files = String::from("/// Every data and weight file of the site.\npub const FILES: &[File] = &[\n");
    let data = root.join("static/data/files.toml");
    println!("cargo::rerun-if-changed={}", data.display());
    let table = read(&data);
    for file in table.get("file").and_then(Value::as_array).into_iter().flatten() {
        // What the weights must be is told beside them; see below.
        if file.get("folder").and_then(Value::as_str) == Some("pretrained") {
            continue;
        }
        let (name, folder) = (text(file, "name"), file.get("folder").map(|_| text(file, "folder")));
        push_file(&mut files, &format!("{}/{name}", folder.as_deref().unwrap_or("static/data")), &name, file);
    }
    let credits = root.join("static/samples/photographs/CREDITS.toml");
    println!("cargo::rerun-if-changed={}", credits.display());
    let photographs = photographs(&read(&credits));
    fs::write(out.join("photographs.rs"), photographs).expect("the build folder is writable");
    let pretrained = root.join("pretrained");
    println!("cargo::rerun-if-changed={}", pretrained.display());
    let mut names: Vec<_> = fs::read_dir(&pretrained)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    names.sort();
    let mut weights =
        String::from("/// Where each set of weights comes from.\npub const PROVENANCE: &[Provenance] = &[\n");
    let mut logs = String::from("/// The log of each set of weights.\npub mod logs {\n");
    for path in names {
        println!("cargo::rerun-if-changed={}", path.display());
        let stem = path.file_stem().expect("a file name").to_string_lossy().into_owned();
        let table = read(&path);
        if let Some(file) = table.get("file") {
            push_file(&mut files, &format!("pretrained/{stem}.safetensors"), &stem, file);
        }
        push_provenance(&mut weights, &stem, &table);
        push_log(&mut logs, &stem, &table);
    }
    files.push_str("];\n");
    weights.push_str("];\n");
    logs.push_str("}\n");
    fs::write(out.join("files.rs"), files).expect("the build folder is writable");
    fs::write(out.join("provenance.rs"), weights + &logs).expect("the build folder is writable");
}

fn read(path: &Path) -> Table {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn push_file(out: &mut String, path: &str, name: &str, file: &Value) {
    let bytes = file.get("bytes").and_then(Value::as_integer).unwrap_or_default();
    writeln!(out, "File {{ path: {path:?}, name: {name:?}, bytes: {bytes}, sha256: {:?} }},", text(file, "sha256"))
        .expect("writing to a string");
}

fn photographs(table: &Table) -> String {
    let mut out = String::from(
        "/// Every photograph, in the order in which to show them.\npub const PHOTOGRAPHS: &[Photograph] = &[\n",
    );
    for photograph in table.get("photograph").and_then(Value::as_array).into_iter().flatten() {
        out.push_str("Photograph { ");
        for field in ["file", "title", "author", "licence", "source"] {
            write!(out, "{field}: {:?}, ", text(photograph, field)).expect("writing to a string");
        }
        let [width, height] = ["width", "height"].map(|field| text(photograph, field));
        writeln!(out, "width: {width}, height: {height} }},").expect("writing to a string");
    }
    out.push_str("];\n");
    out
}

fn push_provenance(out: &mut String, name: &str, table: &Table) {
    let empty = Value::Table(Table::new());
    let run = table.get("run").unwrap_or(&empty);
    let data = table.get("data").unwrap_or(&empty);
    write!(
        out,
        "Provenance {{ name: {name:?}, model: {:?}, ",
        table.get("model").and_then(Value::as_str).unwrap_or("")
    )
    .expect("writing to a string");
    for (field, from, key) in [
        ("data", data, "name"),
        ("split", data, "split"),
        ("origin", data, "origin"),
        ("licence", data, "licence"),
        ("command", run, "command"),
        ("trainer", run, "trainer"),
        ("date", run, "date"),
        ("recipe", run, "recipe"),
    ] {
        write!(out, "{field}: {:?}, ", text(from, key)).expect("writing to a string");
    }
    let whole = |key: &str| run.get(key).and_then(Value::as_integer).unwrap_or_default();
    let seconds = run.get("seconds").and_then(number).unwrap_or_default();
    write!(out, "steps: {}, seconds: {seconds:?}, metrics: &[", whole("steps")).expect("writing to a string");
    for metric in table.get("metric").and_then(Value::as_array).into_iter().flatten() {
        let value = metric.get("value").and_then(number).unwrap_or_default();
        let paper = metric.get("paper").and_then(number);
        write!(
            out,
            "Metric {{ name: {:?}, split: {:?}, value: {value:?}, paper: {paper:?} }}, ",
            text(metric, "name"),
            text(metric, "split")
        )
        .expect("writing to a string");
    }
    out.push_str("] },\n");
}

fn push_log(out: &mut String, stem: &str, table: &Table) {
    let empty = Value::Table(Table::new());
    // Whole numbers as they are; others as the shortest text that gives the same f32.
    let whole = |value: Option<&Value>| {
        let numbers = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_integer);
        format!("&{:?}", numbers.collect::<Vec<i64>>())
    };
    let measured = |value: Option<&Value>| {
        let numbers = value.and_then(Value::as_array).into_iter().flatten().filter_map(number);
        format!("&{:?}", numbers.map(|number| number as f32).collect::<Vec<f32>>())
    };
    let name = stem.to_uppercase().replace('-', "_");
    write!(out, "/// Of {stem}.\npub const {name}: super::Log = super::Log {{ curves: &[")
        .expect("writing to a string");
    for (name, curve) in table.get("curves").and_then(Value::as_table).into_iter().flatten() {
        let (steps, values) = (whole(curve.get("steps")), measured(curve.get("values")));
        write!(out, "super::Curve {{ name: {name:?}, steps: {steps}, values: {values} }}, ")
            .expect("writing to a string");
    }
    out.push_str("], runs: &[");
    for run in table.get("log").and_then(Value::as_array).into_iter().flatten() {
        let epoch = run.get("steps_an_epoch").and_then(Value::as_integer).unwrap_or_default();
        let (name, network, recipe) = (text(run, "name"), text(run, "network"), text(run, "recipe"));
        write!(
            out,
            "super::Run {{ name: {name:?}, network: {network:?}, recipe: {recipe:?}, steps_an_epoch: {epoch} }}, "
        )
        .expect("writing to a string");
    }
    let confusion = table.get("confusion").unwrap_or(&empty);
    let counts = whole(confusion.get("counts"));
    write!(out, "], confusion: {counts}, split: {:?}, classes: &[", text(confusion, "split"))
        .expect("writing to a string");
    let classes = table.get("data").and_then(|data| data.get("classes")).and_then(Value::as_array);
    for class in classes.into_iter().flatten().filter_map(Value::as_str) {
        write!(out, "{class:?}, ").expect("writing to a string");
    }
    out.push_str("] };\n");
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}
