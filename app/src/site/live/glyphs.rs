//! A few letters and one digit, drawn by us for the little figures.

/// Three letters of 8 × 8 that have little in common.
pub const LETTERS: [[&str; 8]; 3] = [
    ["........", ".######.", "...##...", "...##...", "...##...", "...##...", "...##...", "........"],
    ["##....##", ".##..##.", "..####..", "...##...", "...##...", "..####..", ".##..##.", "##....##"],
    [".#######", ".#......", ".#......", ".######.", ".......#", ".......#", ".#.....#", "..#####."],
];

/// A 7 of 12 × 12.
pub const SEVEN: [&str; 12] = [
    "............",
    "..########..",
    "..########..",
    "........##..",
    ".......##...",
    ".......##...",
    "......##....",
    "......##....",
    ".....##.....",
    ".....##.....",
    "....##......",
    "............",
];

/// A drawing as −1 and +1.
pub fn signs(rows: &[&str]) -> Vec<f32> {
    rows.iter().flat_map(|row| row.bytes()).map(|cell| if cell == b'#' { 1.0 } else { -1.0 }).collect()
}

/// A drawing as 0 and 1.
pub fn ink(rows: &[&str]) -> Vec<f32> {
    rows.iter().flat_map(|row| row.bytes()).map(|cell| f32::from(cell == b'#')).collect()
}
