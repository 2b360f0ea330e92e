//! Part III, small: down and up again, look twice, look once.

use super::boxes::{Box4, Scene, suppress};
use super::dice::Dice;
use super::drawing::{Drawing, HEIGHT, Hold, Live, Ramp, Tone, WIDTH};

const SIDE: usize = 24;
const COARSE: usize = 6;
const POOL: usize = SIDE / COARSE;

/// Down to see what is there, up to say where; with and without the bridge across.
pub struct Bridge {
    dice: Dice,
    turn: f32,
    noise: Vec<f32>,
}

/// What one pass down and up makes of the picture.
struct Passed {
    picture: Vec<f32>,
    truth: Vec<bool>,
    coarse: Vec<f32>,
    without: Vec<bool>,
    with: Vec<bool>,
}

impl Bridge {
    /// A disc among thin lines that only look like it from close by.
    pub fn new(seed: u64) -> Self {
        let mut it = Self { dice: Dice::new(seed), turn: 0.0, noise: Vec::new() };
        it.noise = (0..SIDE * SIDE).map(|_| 0.1 * it.dice.unit()).collect();
        it
    }

    fn pass(&self) -> Passed {
        let (across, up) = (13.5 + 3.5 * self.turn.cos(), 9.0 + 2.0 * (2.0 * self.turn).sin());
        let mut picture = self.noise.clone();
        let mut truth = vec![false; SIDE * SIDE];
        for (index, inside) in truth.iter_mut().enumerate() {
            let (column, row) = ((index % SIDE) as f32, (index / SIDE) as f32);
            *inside = (column - across).hypot(row - up) < 5.3;
            if *inside || index % SIDE == 1 || index / SIDE == 22 {
                picture[index] += 0.75;
            }
        }
        // Down: the mean of each 4 × 4 patch. A thin line fades there, the disc does not.
        let coarse: Vec<f32> = (0..COARSE * COARSE)
            .map(|cell| {
                let (top, left) = (cell / COARSE * POOL, cell % COARSE * POOL);
                (0..POOL * POOL).map(|at| picture[(top + at / POOL) * SIDE + left + at % POOL]).sum::<f32>()
                    / (POOL * POOL) as f32
            })
            .collect();
        let patch = |index: usize| coarse[index / SIDE / POOL * COARSE + index % SIDE / POOL];
        // Up alone: a patch is in or out. With the bridge: anything near such a patch, if the fine picture agrees.
        let without: Vec<bool> = (0..SIDE * SIDE).map(|index| patch(index) > 0.4).collect();
        let near = |index: usize| {
            let (row, column) = (index / SIDE, index % SIDE);
            (0..49).any(|at| {
                let row = row.saturating_add_signed(at / 7 - 3).min(SIDE - 1);
                let column = column.saturating_add_signed(at % 7 - 3).min(SIDE - 1);
                without[row * SIDE + column]
            })
        };
        let with = (0..SIDE * SIDE).map(|index| picture[index] > 0.5 && near(index)).collect();
        Passed { picture, truth, coarse, without, with }
    }
}

/// Intersection over union of two masks.
fn overlap(mask: &[bool], truth: &[bool]) -> f32 {
    let both = mask.iter().zip(truth).filter(|(left, right)| **left && **right).count();
    let any = mask.iter().zip(truth).filter(|(left, right)| **left || **right).count();
    both as f32 / any.max(1) as f32
}

impl Live for Bridge {
    fn step(&mut self) {
        self.turn = (self.turn + 0.03) % core::f32::consts::TAU;
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "A disc is pooled to a few coarse cells and drawn again, blocky without the bridge, exact with it.",
        );
        let passed = self.pass();
        drawing.pixels((4.0, 6.0), (80.0, 80.0), SIDE, passed.picture, Ramp::Grey);
        drawing.pixels((50.0, 104.0), (42.0, 42.0), COARSE, passed.coarse, Ramp::Grey);
        drawing.path(vec![(30.0, 90.0), (30.0, 125.0), (46.0, 125.0)], Tone::Soft, 1.6);
        drawing.path(vec![(96.0, 134.0), (168.0, 134.0)], Tone::One, 2.0);
        drawing.path(vec![(96.0, 116.0), (108.0, 116.0), (108.0, 54.0)], Tone::Zero, 2.0);
        drawing.line((88.0, 54.0), (168.0, 54.0), Tone::Zero, 2.0);
        drawing.words((26.0, 134.0), "down", 11.0, Tone::Soft, Hold::Middle);
        let masks = [(&passed.with, 6.0, "bridge", Tone::Zero), (&passed.without, 82.0, "without", Tone::One)];
        for (mask, top, name, tone) in masks {
            let sign = if tone == Tone::One { 0.9 } else { -0.9 };
            let values = mask.iter().map(|inside| if *inside { sign } else { 0.0 }).collect();
            drawing.pixels((172.0, top), (64.0, 64.0), SIDE, values, Ramp::Signed);
            drawing.frame((172.0, top), (64.0, 64.0), Tone::Line, 1.0);
            drawing.words((166.0, top + 14.0), name, 11.0, tone, Hold::Right);
            drawing.words(
                (166.0, top + 30.0),
                format!("IoU {:.2}", overlap(mask, &passed.truth)),
                11.0,
                tone,
                Hold::Right,
            );
        }
        drawing
    }
}

/// Look twice: score many boxes, keep the best, drop doubles, then name what is inside.
pub struct Proposals {
    dice: Dice,
    scene: Scene,
    candidates: Vec<(Box4, f32)>,
    kept: Vec<usize>,
    frame: usize,
}

const PROPOSED: usize = 26;

impl Proposals {
    /// A first scene of three shapes.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let scene = Scene::new(&mut dice);
        let mut it = Self { dice, scene, candidates: Vec::new(), kept: Vec::new(), frame: 0 };
        it.score();
        it
    }

    fn score(&mut self) {
        self.candidates =
            self.scene.anchors().into_iter().map(|anchor| (anchor, self.scene.objectness(&anchor))).collect();
        self.candidates.sort_by(|left, right| right.1.total_cmp(&left.1));
        self.candidates.truncate(PROPOSED);
        let sure: Vec<_> = self.candidates.iter().filter(|(_, score)| *score > 0.45).copied().collect();
        self.kept = suppress(&sure, 0.1);
    }
}

impl Live for Proposals {
    fn step(&mut self) {
        self.frame += 1;
        if self.frame > 130 {
            self.frame = 0;
            self.scene = Scene::new(&mut self.dice);
            self.score();
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing =
            Drawing::new("Many boxes are proposed, doubles are dropped, and what remains is named disc or square.");
        let (columns, rows) = Scene::SIZE;
        let scale = WIDTH / columns as f32;
        drawing.pixels((0.0, 0.0), (WIDTH, rows as f32 * scale), columns, self.scene.pixels().to_vec(), Ramp::Grey);
        let framed = |drawing: &mut Drawing, at: &Box4, tone, stroke| {
            drawing.frame((at.left * scale, at.top * scale), (at.width() * scale, at.height() * scale), tone, stroke);
        };
        let proposed = (self.frame / 2).min(self.candidates.len());
        if self.frame < 70 {
            for (anchor, _) in &self.candidates[..proposed] {
                framed(&mut drawing, anchor, Tone::Zero, 1.0);
            }
        }
        if self.frame >= 54 {
            for index in &self.kept {
                let (anchor, _) = &self.candidates[*index];
                framed(&mut drawing, anchor, Tone::One, 2.4);
                if self.frame >= 86 {
                    let (x, y) = (anchor.left * scale, (anchor.top * scale - 13.0).max(0.0));
                    let name = self.scene.name(anchor);
                    drawing.block((x, y), (6.2 * name.len() as f32 + 6.0, 13.0), Tone::One);
                    drawing.words((x + 4.0, y + 6.5), name, 10.0, Tone::Card, Hold::Left);
                }
            }
        }
        let told = match self.frame {
            0..54 => "1 where might something be?",
            54..86 => "doubles dropped",
            _ => "2 what is it?",
        };
        drawing.block((0.0, HEIGHT - 16.0), (6.2 * told.len() as f32, 16.0), Tone::Card);
        drawing.words((4.0, HEIGHT - 8.0), told, 11.0, Tone::Ink, Hold::Left);
        drawing
    }
}

const GRID: (usize, usize) = (7, 4);

/// Look once: every cell answers for one bird, and a flock has more birds than cells.
pub struct Flock {
    dice: Dice,
    birds: Vec<[f32; 3]>,
    turn: f32,
}

impl Flock {
    /// Three loners and a flock of six.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let birds = (0..9).map(|_| [dice.unit(), dice.unit(), dice.between(0.0, core::f32::consts::TAU)]).collect();
        Self { dice, birds, turn: 0.0 }
    }

    /// Where each bird is, in cells of the grid.
    fn places(&self) -> Vec<(f32, f32)> {
        // The flock gathers and scatters again.
        let spread = 0.35 + 1.0 * (0.5 - 0.5 * self.turn.cos());
        let all = self.birds.iter().enumerate();
        all.map(|(index, [across, up, phase])| {
            let (x, y) = if index < 3 {
                (
                    1.2 + 2.2 * index as f32 + 0.5 * (self.turn + phase).sin(),
                    0.6 + 0.3 * (2.0 * self.turn + phase).cos(),
                )
            } else {
                (4.0 + 2.6 * spread * (across - 0.5) * 1.8, 2.5 + 1.9 * spread * (up - 0.5))
            };
            (x.clamp(0.3, 6.7), y.clamp(0.3, 3.8))
        })
        .collect()
    }

    /// For each cell the bird nearest to its middle, the one it answers for.
    fn answers(places: &[(f32, f32)]) -> Vec<Option<usize>> {
        let mut cells = vec![None; GRID.0 * GRID.1];
        let off = |(x, y): (f32, f32)| (x.fract() - 0.5).hypot(y.fract() - 0.5);
        for (index, place) in places.iter().enumerate() {
            let cell: &mut Option<usize> = &mut cells[place.1 as usize * GRID.0 + place.0 as usize];
            if cell.is_none_or(|other| off(*place) < off(places[other])) {
                *cell = Some(index);
            }
        }
        cells
    }
}

impl Live for Flock {
    fn step(&mut self) {
        self.turn += 0.022;
        if self.turn > 2.0 * core::f32::consts::TAU {
            self.turn = 0.0;
            for bird in &mut self.birds {
                *bird = [self.dice.unit(), self.dice.unit(), self.dice.between(0.0, core::f32::consts::TAU)];
            }
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "A grid of cells over moving birds; each cell boxes one bird and the others in it are missed.",
        );
        let places = self.places();
        let cells = Self::answers(&places);
        let (wide, high) = (WIDTH / GRID.0 as f32, 132.0 / GRID.1 as f32);
        for (index, cell) in cells.iter().enumerate() {
            let at = ((index % GRID.0) as f32 * wide, (index / GRID.0) as f32 * high);
            drawing.block(at, (wide - 1.0, high - 1.0), if cell.is_some() { Tone::ZeroSoft } else { Tone::Grey(0.05) });
        }
        for (index, (x, y)) in places.iter().enumerate() {
            let (x, y) = (x * wide, y * high);
            let found = cells.contains(&Some(index));
            let flap = 3.0 * (9.0 * self.turn + index as f32).sin();
            let wings = vec![
                (x - 7.0, y - 2.0 - flap),
                (x - 2.5, y - 1.0),
                (x, y + 1.5),
                (x + 2.5, y - 1.0),
                (x + 7.0, y - 2.0 - flap),
            ];
            drawing.path(wings, if found { Tone::Ink } else { Tone::Bad }, 2.0);
            if found {
                drawing.frame((x - 9.0, y - 8.0), (18.0, 14.0), Tone::Zero, 1.6);
            }
        }
        let found = cells.iter().flatten().count();
        drawing.words(
            (4.0, 142.0),
            format!("{found} of {} found, in one look", places.len()),
            11.0,
            Tone::Ink,
            Hold::Left,
        );
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bridge_sharpens_the_mask() {
        let mut it = Bridge::new(1);
        for _ in 0..210 {
            it.step();
            let passed = it.pass();
            assert!(overlap(&passed.with, &passed.truth) > overlap(&passed.without, &passed.truth), "{}", it.turn);
            assert!(overlap(&passed.with, &passed.truth) > 0.85, "{}", overlap(&passed.with, &passed.truth));
        }
    }

    #[test]
    fn the_detector_finds_and_names_its_three_shapes() {
        let (mut right, mut told) = (0, 0);
        for seed in 0..30 {
            let it = Proposals::new(seed);
            told += it.kept.len();
            right += it.kept.iter().filter(|index| it.scene.is_right(&it.candidates[**index].0)).count();
        }
        // Three in each of thirty scenes.
        assert!(right >= 88 && told <= 92, "{right} right of {told} told");
    }

    #[test]
    fn a_flock_is_lost_when_it_gathers() {
        let mut it = Flock::new(2);
        let (mut most, mut least) = (0, usize::MAX);
        for _ in 0..280 {
            it.step();
            let found = Flock::answers(&it.places()).iter().flatten().count();
            (most, least) = (most.max(found), least.min(found));
        }
        assert!(most >= 8 && least <= 6, "{least} to {most}");
    }
}
