//! Ten capital letters of 10 × 10 pixels, drawn for this site: patterns for a memory, and pictures for a network that
//! knows only digits.

use super::transforms::Old;

/// Their names, in alphabetical order.
pub const NAMES: &str = "ACEFHJLPTX";
/// Pixels along one side.
pub const SIDE: usize = 10;
/// Pixels of a letter.
pub const UNITS: usize = SIDE * SIDE;

/// Strokes are two pixels wide; `#` is ink.
const DRAWN: [[&str; SIDE]; 10] = [
    [
        "...####...",
        "..######..",
        ".###..###.",
        ".##....##.",
        ".##....##.",
        ".########.",
        ".########.",
        ".##....##.",
        ".##....##.",
        ".##....##.",
    ],
    [
        "..######..",
        ".########.",
        ".###...##.",
        ".##.......",
        ".##.......",
        ".##.......",
        ".##.......",
        ".###...##.",
        ".########.",
        "..######..",
    ],
    [
        ".########.",
        ".########.",
        ".##.......",
        ".##.......",
        ".######...",
        ".######...",
        ".##.......",
        ".##.......",
        ".########.",
        ".########.",
    ],
    [
        ".########.",
        ".########.",
        ".##.......",
        ".##.......",
        ".######...",
        ".######...",
        ".##.......",
        ".##.......",
        ".##.......",
        ".##.......",
    ],
    [
        ".##....##.",
        ".##....##.",
        ".##....##.",
        ".##....##.",
        ".########.",
        ".########.",
        ".##....##.",
        ".##....##.",
        ".##....##.",
        ".##....##.",
    ],
    [
        "......##..",
        "......##..",
        "......##..",
        "......##..",
        "......##..",
        "......##..",
        ".##...##..",
        ".##...##..",
        ".#######..",
        "..#####...",
    ],
    [
        ".##.......",
        ".##.......",
        ".##.......",
        ".##.......",
        ".##.......",
        ".##.......",
        ".##.......",
        ".##.......",
        ".########.",
        ".########.",
    ],
    [
        ".#######..",
        ".########.",
        ".##....##.",
        ".##....##.",
        ".########.",
        ".#######..",
        ".##.......",
        ".##.......",
        ".##.......",
        ".##.......",
    ],
    [
        ".########.",
        ".########.",
        "....##....",
        "....##....",
        "....##....",
        "....##....",
        "....##....",
        "....##....",
        "....##....",
        "....##....",
    ],
    [
        "##......##",
        "###....###",
        ".###..###.",
        "..######..",
        "...####...",
        "...####...",
        "..######..",
        ".###..###.",
        "###....###",
        "##......##",
    ],
];

/// A letter as a pattern: 1 is ink, -1 paper, row by row. `None` for what is not one of [`NAMES`].
pub fn pattern(name: char) -> Option<Vec<i8>> {
    let index = NAMES.chars().position(|known| known == name)?;
    Some(DRAWN[index].iter().flat_map(|row| row.bytes()).map(|pixel| if pixel == b'#' { 1 } else { -1 }).collect())
}

/// Pixels along one side of a letter's picture.
pub const PICTURE_SIDE: usize = 28;

/// A letter as a picture of 28 × 28 pixels from 0 (paper) to 255 (ink), laid out as a digit of MNIST: 20 × 20 pixels in
/// the middle, edges soft. `None` for what is not one of [`NAMES`].
pub fn picture(name: char) -> Option<Vec<u8>> {
    let pixels: Vec<u8> = pattern(name)?.into_iter().map(|unit| if unit > 0 { 255 } else { 0 }).collect();
    let letter = Old { pixels: &pixels, rows: SIDE, columns: SIDE };
    // Two pixels for one; four are left free on each side.
    let place = |pixel: f32| (pixel - 4.0 + 0.5) / 2.0 - 0.5;
    Some(letter.resampled(PICTURE_SIDE, PICTURE_SIDE, 1, |row, column| [place(row), place(column)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_whole_and_differ() {
        let all: Vec<Vec<i8>> = NAMES.chars().map(|name| pattern(name).unwrap()).collect();
        for (index, letter) in all.iter().enumerate() {
            assert_eq!(letter.len(), UNITS);
            assert!(all[..index].iter().all(|other| other != letter));
        }
        assert_eq!(pattern('?'), None);
    }

    #[test]
    fn pictures_sit_in_the_middle() {
        for name in NAMES.chars() {
            let picture = picture(name).unwrap();
            assert_eq!(picture.len(), PICTURE_SIDE * PICTURE_SIDE);
            let inked = |row: usize, column: usize| picture[row * PICTURE_SIDE + column] > 0;
            for edge in 0..PICTURE_SIDE {
                assert!((0..3).all(|depth| !inked(depth, edge) && !inked(edge, depth)), "{name}");
                assert!((25..28).all(|depth| !inked(depth, edge) && !inked(edge, depth)), "{name}");
            }
            let inked = picture.iter().filter(|pixel| **pixel > 127).count();
            let drawn = pattern(name).unwrap().iter().filter(|unit| **unit > 0).count();
            assert!(inked.abs_diff(4 * drawn) < 4 * drawn / 3, "{name}: {inked} pixels for {drawn}");
        }
        assert_eq!(picture('?'), None);
    }
}
