//! What networks learn from: generated points, pictures, letters, flowers, the reader's own table.

pub mod batches;
pub mod images;
pub mod iris;
pub mod letters;
pub mod patterns;
pub mod photograph;
pub mod points;
pub mod sequences;
pub mod table;
pub mod tokens;
pub mod transforms;
pub mod translation;
