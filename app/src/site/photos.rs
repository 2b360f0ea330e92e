//! The shipped photographs as pictures to pick from.

use crate::{
    photographs::{PHOTOGRAPHS, Photograph},
    widgets::SamplePhoto,
};

/// The id of a photograph: its file's name without the ending.
pub fn id_of(photograph: &Photograph) -> &'static str {
    photograph.file.split('.').next().unwrap_or(photograph.file)
}

/// The photograph with this id.
pub fn find(id: &str) -> Option<&'static Photograph> {
    PHOTOGRAPHS.iter().find(|photograph| id_of(photograph) == id)
}

/// Every photograph, as the input shows it.
pub fn samples() -> Vec<SamplePhoto> {
    let base = super::base();
    PHOTOGRAPHS.iter().map(|photograph| sample(photograph, &base)).collect()
}

fn sample(photograph: &Photograph, base: &str) -> SamplePhoto {
    SamplePhoto {
        id: id_of(photograph).into(),
        name: photograph.title.into(),
        address: format!("{base}{}", photograph.path()),
        credit: format!("{}, {}", photograph.author, photograph.licence),
        source: photograph.source.into(),
    }
}
