//! The reader's own picture, from a file, the clipboard, the camera, or a shelf of samples. It stays in this tab.

mod camera;
mod decode;
mod input;
mod live;

use std::sync::Arc;

use super::palette::Rgb;

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

impl Photo {
    /// The middle of the picture as a small square: the mean colour under each pixel. Black where there is no picture.
    pub fn square(&self, side: usize) -> Vec<Rgb> {
        let (across, down) = (self.width as usize, self.height as usize);
        let edge = across.min(down);
        let (left, top) = ((across - edge) / 2, (down - edge) / 2);
        let range = |at: usize| {
            let first = at * edge / side;
            first..((at + 1) * edge / side).max(first + 1)
        };
        let color = |at: usize| {
            let mut sums = [0_u32; 3];
            let mut count = 0;
            for row in range(at / side) {
                for column in range(at % side) {
                    let pixel = ((top + row) * across + left + column) * 3;
                    for (channel, sum) in sums.iter_mut().enumerate() {
                        *sum += self.rgb.get(pixel + channel).copied().map_or(0, u32::from);
                    }
                    count += 1;
                }
            }
            let mean = |sum: u32| (sum / count.max(1)) as u8;
            Rgb(mean(sums[0]), mean(sums[1]), mean(sums[2]))
        };
        (0..side * side).map(color).collect()
    }
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
