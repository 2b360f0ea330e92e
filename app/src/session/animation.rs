//! An animation as a file: pictures that the page has drawn become a GIF, in the worker.

use gif::{Encoder, Frame, Repeat};

use crate::session::Still;

/// How thoroughly colours are chosen: 1 is best, 30 is quickest. Drawings have few colours, so quick is good enough.
const SPEED: i32 = 15;

/// The animation that is being made.
#[derive(Default)]
pub struct Animation {
    /// The size of its first picture.
    size: (u16, u16),
    encoder: Option<Encoder<Vec<u8>>>,
}

impl Animation {
    /// Adds a picture; with the last one the file is done, and comes back with its name. A picture of another size than
    /// the first, or with too few pixels, is left out.
    pub fn add(&mut self, mut still: Still) -> Option<(String, Vec<u8>)> {
        let size = (still.width, still.height);
        let fits = still.pixels.len() == usize::from(size.0) * usize::from(size.1) * 4 && !still.pixels.is_empty();
        if self.encoder.is_none() && fits {
            self.size = size;
            self.encoder = begin(size);
        }
        if let Some(encoder) = self.encoder.as_mut().filter(|_| fits && size == self.size) {
            let mut frame = Frame::from_rgba_speed(size.0, size.1, &mut still.pixels, SPEED);
            frame.delay = still.hundredths;
            // Writing to memory cannot fail.
            let _ = encoder.write_frame(&frame);
        }
        if !still.last {
            return None;
        }
        let bytes = self.encoder.take()?.into_inner().ok()?;
        Some((still.name, bytes))
    }
}

fn begin((width, height): (u16, u16)) -> Option<Encoder<Vec<u8>>> {
    let mut encoder = Encoder::new(Vec::new(), width, height, &[]).ok()?;
    encoder.set_repeat(Repeat::Infinite).ok()?;
    Some(encoder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn still(shade: u8, last: bool) -> Still {
        let pixels = [shade, 10, 200, 255].repeat(6);
        Still { name: "state.gif".into(), width: 3, height: 2, pixels, hundredths: 20, last }
    }

    #[test]
    fn pictures_become_a_file_that_plays_them() {
        let mut animation = Animation::default();
        assert!(animation.add(still(0, false)).is_none());
        assert!(animation.add(Still { width: 2, ..still(9, false) }).is_none());
        let (name, bytes) = animation.add(still(255, true)).unwrap();
        assert_eq!(name, "state.gif");
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(bytes.as_slice()).unwrap();
        let mut shades = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            assert_eq!((frame.width, frame.height, frame.delay), (3, 2, 20));
            shades.push(frame.buffer[0]);
        }
        assert_eq!(shades, [0, 255]);
    }

    #[test]
    fn the_next_file_begins_anew() {
        let mut animation = Animation::default();
        assert!(animation.add(Still { pixels: Vec::new(), ..still(0, true) }).is_none());
        assert!(animation.add(still(0, true)).is_some());
        assert!(animation.add(still(0, true)).is_some());
    }
}
