//! The reader's own picture, from a file, the clipboard, the camera, or a shelf of samples. It stays in this tab.

mod camera;
mod decode;
mod input;
mod live;

use std::sync::Arc;

pub use decode::fetch as fetch_photo;
pub use input::PhotoInput;

/// The longest side, in pixels, of a picture that is handed on.
pub const LONGEST: u32 = 384;

/// Where a picture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhotoSource {
    /// A picture of the site, by its id.
    Sample(String),
    /// A file, a drop or a paste.
    Own,
    /// A frame of the camera.
    Camera,
}

/// A picture in colour: three bytes a pixel, row by row from the top.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// Where it comes from.
    pub source: PhotoSource,
    /// Its name for readers.
    pub name: String,
    /// Pixels across; at most [`LONGEST`].
    pub width: u32,
    /// Pixels down; at most [`LONGEST`].
    pub height: u32,
    /// Red, green, blue.
    pub rgb: Arc<Vec<u8>>,
}

/// A picture of the site that can be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamplePhoto {
    /// Its id.
    pub id: String,
    /// What it shows.
    pub name: String,
    /// Where it lies.
    pub address: String,
    /// Who made it, and under which licence.
    pub credit: String,
    /// The page that it comes from.
    pub source: String,
}

/// What is wrong with a picture, in one sentence, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The sentence.
    pub sentence: String,
    remedy: Remedy,
}

/// The one thing to do about a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remedy {
    /// Choose another file.
    Choose,
    /// Ask for the camera again.
    Camera,
    /// Fetch the sample again.
    Again,
}

impl Remedy {
    const fn words(self) -> &'static str {
        match self {
            Self::Choose => "Choose another picture",
            Self::Camera => "Ask for the camera again",
            Self::Again => "Try again",
        }
    }
}

impl Problem {
    fn new(sentence: impl Into<String>, remedy: Remedy) -> Self {
        Self { sentence: sentence.into(), remedy }
    }
}
