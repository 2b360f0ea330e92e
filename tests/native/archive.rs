//! JPEG pictures out of a .tar.gz of the training data, which lies beside the repository and never in it.

use std::{
    fs,
    io::{Cursor, Read},
    path::Path,
};

use flate2::read::GzDecoder;
use zune_jpeg::JpegDecoder;

/// A picture and the folder it lies in, which names its class.
pub struct Picture {
    pub class: String,
    /// Red, green and blue, channel by channel and row by row, from 0 to 1.
    pub pixels: Vec<f32>,
}

/// Every `every`-th picture of the archive, at most `count` of them; `None` if the archive is not at hand.
pub fn pictures(path: &Path, every: usize, count: usize) -> Option<Vec<Picture>> {
    let mut bytes = Vec::new();
    GzDecoder::new(fs::File::open(path).ok()?).read_to_end(&mut bytes).unwrap();
    let mut names = Vec::new();
    let mut rest = bytes.as_slice();
    // A tar file is blocks of 512 bytes: a header with the name and the octal size, then the content.
    while rest.len() >= 512 && rest[0] != 0 {
        let (header, content) = rest.split_at(512);
        let field = |range: std::ops::Range<usize>| {
            let text = header[range].split(|byte| *byte == 0).next().unwrap();
            std::str::from_utf8(text).unwrap().trim().to_owned()
        };
        let size = usize::from_str_radix(&field(124..136), 8).unwrap();
        if field(0..100).ends_with(".jpg") {
            names.push((field(0..100), &content[..size]));
        }
        rest = &content[size.next_multiple_of(512).min(content.len())..];
    }
    let kept = names.into_iter().step_by(every).take(count);
    Some(kept.map(|(name, content)| picture(&name, content)).collect())
}

fn picture(name: &str, content: &[u8]) -> Picture {
    let interleaved = JpegDecoder::new(Cursor::new(content)).decode().unwrap();
    let channel = |channel: usize| interleaved.iter().skip(channel).step_by(3);
    let pixels = (0..3).flat_map(channel).map(|value| f32::from(*value) / 255.0).collect();
    let class = Path::new(name).parent().unwrap().file_name().unwrap();
    Picture { class: class.to_str().unwrap().into(), pixels }
}
