//! The names of ImageNet's 1,000 classes, one a line, synonyms parted by commas.

use crate::{
    data::{
        Source, Written,
        package::{Registry, unpack},
        put,
    },
    failure::{Failure, Outcome, fail, read_text},
};

/// The list.
pub const SOURCE: Source = Source {
    id: "imagenet-classes",
    name: "Names of ImageNet's classes",
    package: "@tensorflow-models/mobilenet 2.1.1 (npm)",
    package_sha256: "29b97f8db758d1d699c5654100fd363beaaeda1874e1488b5bceb267d13f90ff",
    licence: "Apache-2.0",
    credit: "Google LLC; the classes: Olga Russakovsky et al.: ImageNet large scale visual recognition challenge (2015)",
    made: "the names of `dist/imagenet_classes.js`, one a line, in their order",
    convert,
};

/// Classes of ImageNet's challenge.
const CLASSES: usize = 1000;

fn convert(source: &Source) -> Outcome<Vec<Written>> {
    let files = unpack(Registry::Npm, "@tensorflow-models/mobilenet", "2.1.1", source.package_sha256)?;
    let names = names(&read_text(&files.join("package/dist/imagenet_classes.js"))?)?;
    if names.len() != CLASSES {
        return fail(format!("{} class names were found, not {CLASSES}.", names.len()));
    }
    Ok(vec![put("imagenet-classes.txt", CLASSES, format!("{}\n", names.join("\n")).as_bytes())?])
}

/// Reads `… IMAGENET_CLASSES = { 0: 'a, ' + 'b', 1: 'c', … }`: each value is one or more strings added up.
fn names(script: &str) -> Outcome<Vec<String>> {
    let strange = |what: &str| Failure(format!("The class names are not written as expected: {what}."));
    let (_, table) = script.split_once("IMAGENET_CLASSES = {").ok_or_else(|| strange("no table"))?;
    let mut names = Vec::new();
    let mut characters = table.chars();
    let (mut key, mut name) = (String::new(), None::<String>);
    while let Some(character) = characters.next() {
        match character {
            '\'' => name.get_or_insert_default().push_str(&literal(&mut characters).ok_or_else(|| strange("no end"))?),
            ',' | '}' => {
                let Some(name) = name.take() else { return Err(strange("an entry without a name")) };
                if key != names.len().to_string() {
                    return Err(strange(&format!("entry {key} in place {}", names.len())));
                }
                names.push(name);
                key.clear();
                if character == '}' {
                    return Ok(names);
                }
            }
            digit if digit.is_ascii_digit() => key.push(digit),
            ':' | '+' | ' ' | '\n' => {}
            other => return Err(strange(&format!("`{other}`"))),
        }
    }
    Err(strange("the table does not end"))
}

/// The rest of a string up to its closing quotation mark; a backslash takes the next character as it is.
fn literal(characters: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut text = String::new();
    loop {
        match characters.next()? {
            '\'' => return Some(text),
            '\\' => text.push(characters.next()?),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_joined_and_unescaped() {
        let script = "x.IMAGENET_CLASSES = {\n  0: 'tench, Tinca',\n  1: 'judge\\'s ' +\n    'robe',\n 2: 'ear'\n};";
        assert_eq!(names(script).unwrap(), ["tench, Tinca", "judge's robe", "ear"]);
        for broken in
            ["{}", "IMAGENET_CLASSES = {0: 'a', 2: 'b'}", "IMAGENET_CLASSES = {0: 'a", "IMAGENET_CLASSES = {0}"]
        {
            assert!(names(broken).is_err(), "{broken}");
        }
    }
}
