//! Boxes, their overlap, the removal of doubles, and a tiny scene to look for them in.

use super::dice::Dice;

/// A box in pixels of its scene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Box4 {
    /// Left side.
    pub left: f32,
    /// Upper side.
    pub top: f32,
    /// Right side.
    pub right: f32,
    /// Lower side.
    pub bottom: f32,
}

impl Box4 {
    /// From left to right.
    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    /// From top to bottom.
    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    fn area(&self) -> f32 {
        self.width() * self.height()
    }

    /// Intersection over union, 0 … 1.
    pub fn overlap(&self, other: &Self) -> f32 {
        let both = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        let shared = both.area();
        shared / (self.area() + other.area() - shared).max(f32::EPSILON)
    }
}

/// Non-maximum suppression: the places of the boxes that stay, best first; `boxes` come best first.
pub fn suppress(boxes: &[(Box4, f32)], limit: f32) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    for (index, (candidate, _)) in boxes.iter().enumerate() {
        if kept.iter().all(|other| boxes[*other].0.overlap(candidate) <= limit) {
            kept.push(index);
        }
    }
    kept
}

/// Three shapes, discs and squares, on a noisy ground.
pub struct Scene {
    pixels: Vec<f32>,
    #[cfg(test)]
    shapes: Vec<(Box4, bool)>,
    sums: Vec<f32>,
}

impl Scene {
    /// Columns and rows.
    pub const SIZE: (usize, usize) = (48, 30);

    /// Three shapes at places that do not touch.
    pub fn new(dice: &mut Dice) -> Self {
        let (columns, rows) = Self::SIZE;
        let mut shapes: Vec<(Box4, bool)> = Vec::new();
        while shapes.len() < 3 {
            let side = 2.0 * (4.0 + dice.below(2) as f32);
            let left = 3.0 + dice.below(columns - side as usize - 6) as f32;
            let top = 3.0 + dice.below(rows - side as usize - 8) as f32;
            let at = Box4 { left, top, right: left + side, bottom: top + side };
            let apart = |other: &Box4| {
                at.left - 4.0 > other.right
                    || at.right + 4.0 < other.left
                    || at.top - 4.0 > other.bottom
                    || at.bottom + 4.0 < other.top
            };
            if shapes.iter().all(|(other, _)| apart(other)) {
                shapes.push((at, dice.unit() < 0.5));
            } else if dice.unit() < 0.02 {
                shapes.clear();
            }
        }
        let mut pixels: Vec<f32> = (0..columns * rows).map(|_| 0.14 * dice.unit()).collect();
        for (at, round) in &shapes {
            let (middle, centre, radius) = ((at.left + at.right) / 2.0, (at.top + at.bottom) / 2.0, at.width() / 2.0);
            for row in at.top as usize..at.bottom as usize {
                for column in at.left as usize..at.right as usize {
                    let off = (column as f32 + 0.5 - middle).hypot(row as f32 + 0.5 - centre);
                    if !round || off <= radius {
                        pixels[row * columns + column] = 0.66 + 0.1 * dice.unit();
                    }
                }
            }
        }
        // Sums over everything above and to the left: the mean of any box in four look-ups.
        let mut sums = vec![0.0; (columns + 1) * (rows + 1)];
        for row in 0..rows {
            for column in 0..columns {
                let above = row * (columns + 1) + column;
                let here = above + columns + 1;
                sums[here + 1] = pixels[row * columns + column] + sums[here] + sums[above + 1] - sums[above];
            }
        }
        Self {
            pixels,
            #[cfg(test)]
            shapes,
            sums,
        }
    }

    /// The picture, 0 … 1.
    pub fn pixels(&self) -> &[f32] {
        &self.pixels
    }

    /// Boxes of two sizes at every pixel.
    pub fn anchors(&self) -> Vec<Box4> {
        let (columns, rows) = Self::SIZE;
        let mut anchors = Vec::new();
        for side in [8, 10] {
            for top in 2..rows - side - 1 {
                for left in 2..columns - side - 1 {
                    let (left, top, side) = (left as f32, top as f32, side as f32);
                    anchors.push(Box4 { left, top, right: left + side, bottom: top + side });
                }
            }
        }
        anchors
    }

    fn sum(&self, at: &Box4) -> f32 {
        let (columns, rows) = Self::SIZE;
        let corner = |x: f32, y: f32| {
            self.sums[(y.clamp(0.0, rows as f32) as usize) * (columns + 1) + x.clamp(0.0, columns as f32) as usize]
        };
        corner(at.right, at.bottom) - corner(at.left, at.bottom) - corner(at.right, at.top) + corner(at.left, at.top)
    }

    /// How much brighter the box is inside than in a rim of one pixel around it.
    pub fn objectness(&self, at: &Box4) -> f32 {
        let around = Box4 { left: at.left - 1.0, top: at.top - 1.0, right: at.right + 1.0, bottom: at.bottom + 1.0 };
        let (inside, whole) = (self.sum(at), self.sum(&around));
        inside / at.area() - (whole - inside) / (around.area() - at.area())
    }

    /// What the box holds, by how much of it is filled: a disc fills π/4 of its box.
    pub fn name(&self, at: &Box4) -> &'static str {
        if self.sum(at) / at.area() / 0.71 > 0.9 { "square" } else { "disc" }
    }

    /// Whether a box lies well on a shape and is named rightly.
    #[cfg(test)]
    pub fn is_right(&self, at: &Box4) -> bool {
        self.shapes.iter().any(|(shape, round)| shape.overlap(at) > 0.5 && (self.name(at) == "disc") == *round)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_is_symmetric_and_one_with_itself() {
        let mut dice = Dice::new(4);
        let mut any = || {
            let (left, top) = (dice.between(0.0, 10.0), dice.between(0.0, 10.0));
            Box4 { left, top, right: left + dice.between(0.5, 8.0), bottom: top + dice.between(0.5, 8.0) }
        };
        for _ in 0..200 {
            let (one, two) = (any(), any());
            assert!((one.overlap(&two) - two.overlap(&one)).abs() < 1e-6);
            assert!((0.0..=1.0).contains(&one.overlap(&two)) && (one.overlap(&one) - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn survivors_do_not_overlap() {
        let scene = Scene::new(&mut Dice::new(9));
        let scored: Vec<_> = scene.anchors().into_iter().map(|anchor| (anchor, 0.0)).collect();
        let kept = suppress(&scored, 0.3);
        for (index, one) in kept.iter().enumerate() {
            assert!(kept[index + 1..].iter().all(|two| scored[*one].0.overlap(&scored[*two].0) <= 0.3));
        }
    }
}
