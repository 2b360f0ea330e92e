//! Iris: 150 flowers, four lengths each.

use std::io::Read as _;

use flate2::read::GzDecoder;

use crate::{
    data::{
        Source, Written,
        package::{Registry, unpack},
        put,
    },
    failure::{Failure, Outcome, fail, read},
};

/// The data set.
pub const SOURCE: Source = Source {
    id: "iris",
    name: "Iris",
    package: "linfa-datasets 0.8.1 (crates.io)",
    package_sha256: "84ee65c17bcdd784ce5c094d4e383409e2e6e6d9f83c73cb38285ae79a11b26b",
    licence: "MIT OR Apache-2.0",
    credit: "Ronald A. Fisher: The use of multiple measurements in taxonomic problems (1936); data by Edgar Anderson",
    made: "unpacked; the species' numbers became names",
    convert,
};

const SPECIES: [&str; 3] = ["setosa", "versicolor", "virginica"];

fn convert(source: &Source) -> Outcome<Vec<Written>> {
    let files = unpack(Registry::Crates, "linfa-datasets", "0.8.1", source.package_sha256)?;
    let mut text = String::new();
    GzDecoder::new(&read(&files.join("linfa-datasets-0.8.1/data/iris.csv.gz"))?[..]).read_to_string(&mut text)?;
    let named = name_species(&text)?;
    Ok(vec![put("iris.csv", named.lines().count() - 1, named.as_bytes())?])
}

fn name_species(text: &str) -> Outcome<String> {
    let mut lines = text.lines();
    let Some(header) = lines.next() else { return fail("The Iris file is empty.") };
    let mut out = format!("{header}\n");
    for line in lines.filter(|line| !line.is_empty()) {
        let unknown = || Failure(format!("`{line}` names no species."));
        let (lengths, number) = line.rsplit_once(',').ok_or_else(unknown)?;
        let species = number.parse().ok().and_then(|number: usize| SPECIES.get(number)).ok_or_else(unknown)?;
        out.push_str(&format!("{lengths},{species}\n"));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_names() {
        assert_eq!(name_species("a,species\n5.1,0\n6,2\n").unwrap(), "a,species\n5.1,setosa\n6,virginica\n");
        assert!(name_species("a,species\n5.1,3\n").is_err());
    }
}
