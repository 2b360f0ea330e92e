//! What a little figure hands to the canvas: a short list of marks in a box of its own units. One picture type for all of
//! them keeps the page small.

/// Width of a little figure's box.
pub const WIDTH: f32 = 240.0;
/// Height of a little figure's box.
pub const HEIGHT: f32 = 150.0;

/// A colour by its meaning; the theme decides what it looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tone {
    /// Class 0, blue.
    Zero,
    /// Class 1, vermilion.
    One,
    /// The ground of class 0.
    ZeroSoft,
    /// The ground of class 1.
    OneSoft,
    /// Text and strong marks.
    Ink,
    /// Secondary text and marks.
    Soft,
    /// Hairlines.
    Line,
    /// The figure's ground.
    Card,
    /// Something wrong or missed.
    Bad,
    /// From blue (−1) over paper (0) to vermilion (+1).
    Signed(f32),
    /// From paper (0) to ink (1).
    Grey(f32),
}

/// How the numbers of a bitmap become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ramp {
    /// −1 … 1.
    Signed,
    /// 0 … 1, paper to ink.
    Grey,
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// At its left end.
    Left,
    /// In its middle.
    Middle,
    /// At its right end.
    Right,
}

/// One mark, in the box's units.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are what their names say")]
pub enum Mark {
    /// A filled circle.
    Disc { x: f32, y: f32, radius: f32, tone: Tone },
    /// The rim of a circle.
    Ring { x: f32, y: f32, radius: f32, tone: Tone, width: f32 },
    /// An open line.
    Path { points: Vec<(f32, f32)>, tone: Tone, width: f32 },
    /// A filled polygon.
    Area { points: Vec<(f32, f32)>, tone: Tone },
    /// A filled rectangle.
    Block { x: f32, y: f32, width: f32, height: f32, tone: Tone },
    /// A small bitmap.
    Pixels { x: f32, y: f32, width: f32, height: f32, columns: usize, values: Vec<f32>, ramp: Ramp, smooth: bool },
    /// Words; `y` is their middle.
    Words { x: f32, y: f32, text: String, size: f32, tone: Tone, hold: Hold },
}

/// A list of marks in a box.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Width of the box.
    pub width: f32,
    /// Height of the box.
    pub height: f32,
    /// The marks, from the back to the front.
    pub marks: Vec<Mark>,
    /// What is to be seen, for those who do not see it.
    pub summary: &'static str,
    /// What there is to say of this moment, in a few words; may be empty.
    pub told: String,
}

impl Drawing {
    /// An empty box of the usual size.
    pub fn new(summary: &'static str) -> Self {
        Self { width: WIDTH, height: HEIGHT, marks: Vec::new(), summary, told: String::new() }
    }

    /// Adds a filled circle.
    pub fn disc(&mut self, (x, y): (f32, f32), radius: f32, tone: Tone) {
        self.marks.push(Mark::Disc { x, y, radius, tone });
    }

    /// Adds a data point: a disc with a rim of the ground's colour.
    pub fn point(&mut self, at: (f32, f32), radius: f32, tone: Tone) {
        self.disc(at, radius + 1.0, Tone::Card);
        self.disc(at, radius, tone);
    }

    /// Adds the rim of a circle.
    pub fn ring(&mut self, (x, y): (f32, f32), radius: f32, tone: Tone, width: f32) {
        self.marks.push(Mark::Ring { x, y, radius, tone, width });
    }

    /// Adds an open line.
    pub fn path(&mut self, points: Vec<(f32, f32)>, tone: Tone, width: f32) {
        self.marks.push(Mark::Path { points, tone, width });
    }

    /// Adds a straight line.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), tone: Tone, width: f32) {
        self.path(vec![from, to], tone, width);
    }

    /// Adds a filled polygon.
    pub fn area(&mut self, points: Vec<(f32, f32)>, tone: Tone) {
        self.marks.push(Mark::Area { points, tone });
    }

    /// Adds a filled rectangle.
    pub fn block(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), tone: Tone) {
        self.marks.push(Mark::Block { x, y, width, height, tone });
    }

    /// Adds the outline of a rectangle.
    pub fn frame(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), tone: Tone, stroke: f32) {
        let (right, bottom) = (x + width, y + height);
        self.path(vec![(x, y), (right, y), (right, bottom), (x, bottom), (x, y)], tone, stroke);
    }

    /// Adds a small bitmap, row 0 on top.
    pub fn pixels(
        &mut self,
        (x, y): (f32, f32),
        (width, height): (f32, f32),
        columns: usize,
        values: Vec<f32>,
        ramp: Ramp,
    ) {
        self.marks.push(Mark::Pixels { x, y, width, height, columns, values, ramp, smooth: false });
    }

    /// Adds a small bitmap whose colours flow into each other.
    pub fn field(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), columns: usize, values: Vec<f32>) {
        self.marks.push(Mark::Pixels { x, y, width, height, columns, values, ramp: Ramp::Signed, smooth: true });
    }

    /// Adds words.
    pub fn words(&mut self, (x, y): (f32, f32), text: impl Into<String>, size: f32, tone: Tone, hold: Hold) {
        self.marks.push(Mark::Words { x, y, text: text.into(), size, tone, hold });
    }
}

/// A little computation that can be watched.
pub trait Live {
    /// Goes on by one frame (a twentieth of a second).
    fn step(&mut self);
    /// What is to be seen now.
    fn draw(&self) -> Drawing;
}
