//! The photographs that one may try a network on, with the names of those who took them.

/// A photograph of `static/samples/photographs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Photograph {
    /// Its file in that folder.
    pub file: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// Who took it.
    pub author: &'static str,
    /// Its licence: Public Domain or CC0-1.0.
    pub licence: &'static str,
    /// The page that it was found on.
    pub source: &'static str,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

include!(concat!(env!("OUT_DIR"), "/photographs.rs"));

impl Photograph {
    /// Its name as [`crate::fetch::FILES`] lists it.
    pub fn name(&self) -> String {
        format!("photographs/{}", self.file)
    }

    /// Its path below the site's root.
    pub fn path(&self) -> String {
        format!("static/samples/photographs/{}", self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::FILES;

    #[test]
    fn every_photograph_is_listed_and_credited() {
        assert!(PHOTOGRAPHS.len() >= 20);
        for photograph in PHOTOGRAPHS {
            let file = FILES.iter().find(|file| file.name == photograph.name());
            assert_eq!(file.map(|file| file.path.to_string()), Some(photograph.path()));
            assert!(["Public Domain", "CC0-1.0"].contains(&photograph.licence), "{}", photograph.file);
            assert!(!photograph.author.is_empty() && photograph.source.starts_with("https://"), "{}", photograph.file);
        }
    }
}
