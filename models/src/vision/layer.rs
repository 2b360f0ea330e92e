//! A layer of a network in numbers: what a table of the paper and one of ours are made of.

/// One layer in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name in the paper.
    pub name: &'static str,
    /// Maps, or units.
    pub maps: usize,
    /// Rows and columns of a map; 1 for units.
    pub side: usize,
    /// Trainable numbers.
    pub parameters: usize,
    /// Multiplications with an addition for one picture forward; in the paper's table, its connections.
    pub multiply_adds: usize,
}

/// A layer of these numbers.
pub(super) const fn layer(
    name: &'static str,
    maps: usize,
    side: usize,
    parameters: usize,
    multiply_adds: usize,
) -> Layer {
    Layer { name, maps, side, parameters, multiply_adds }
}
