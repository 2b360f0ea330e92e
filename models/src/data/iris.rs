//! Anderson's irises, which Fisher made famous: four lengths of 150 flowers of three species.
//!
//! **Paper.** R. A. Fisher: The use of multiple measurements in taxonomic problems. Annals of Eugenics 7, 179–188 (1936).

use crate::error::Error;

/// What was measured, in centimetres.
pub const FEATURES: [&str; 4] = ["sepal length", "sepal width", "petal length", "petal width"];
/// The species, in the order of [`Flower::species`].
pub const SPECIES: [&str; 3] = ["setosa", "versicolor", "virginica"];

/// One flower.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flower {
    /// Its measures in the order of [`FEATURES`].
    pub features: [f32; 4],
    /// Its species, a place in [`SPECIES`].
    pub species: u8,
}

/// Reads the site's file: a header `sepal_length,sepal_width,petal_length,petal_width,species`, then a line for each
/// flower.
pub fn parse(text: &str) -> Result<Vec<Flower>, Error> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    match lines.next() {
        Some((_, header)) if header.trim() == "sepal_length,sepal_width,petal_length,petal_width,species" => {}
        _ => return Err(Error::Table("Line 1 is not the header of the iris file.".into())),
    }
    lines.map(|(index, line)| flower(line).ok_or_else(|| trouble(index + 1))).collect()
}

fn trouble(line: usize) -> Error {
    Error::Table(format!("Line {line} of the iris file does not hold four lengths and a species."))
}

fn flower(line: &str) -> Option<Flower> {
    let mut cells = line.trim().split(',');
    let mut features = [0.0; 4];
    for feature in &mut features {
        *feature = cells.next()?.trim().parse().ok().filter(|length: &f32| length.is_finite())?;
    }
    let name = cells.next()?.trim();
    // Some copies write "Iris-setosa".
    let name = name.strip_prefix("Iris-").unwrap_or(name);
    let species = SPECIES.iter().position(|species| *species == name)? as u8;
    cells.next().is_none().then_some(Flower { features, species })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowers_are_read_and_trouble_names_its_line() {
        let header = "sepal_length,sepal_width,petal_length,petal_width,species\n";
        let flowers = parse(&format!("{header}5.1,3.5,1.4,0.2,setosa\r\n7.0,3.2,4.7,1.4,Iris-versicolor\n")).unwrap();
        assert_eq!(flowers[0], Flower { features: [5.1, 3.5, 1.4, 0.2], species: 0 });
        assert_eq!((flowers.len(), flowers[1].species), (2, 1));
        for bad in ["5.1,3.5,1.4,setosa", "5.1,3.5,1.4,NaN,setosa", "5.1,3.5,1.4,0.2,rose", "1,2,3,4,setosa,5"] {
            let error = parse(&format!("{header}5.1,3.5,1.4,0.2,setosa\n{bad}\n")).unwrap_err();
            assert!(error.to_string().contains("Line 3"), "{error}");
        }
        assert!(parse("").is_err());
    }
}
