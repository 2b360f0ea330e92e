//! One state on its way down, and everything that is shown of it.

use std::collections::HashSet;

use models::{
    data::patterns::Pattern,
    foundations::{
        hopfield::{Hopfield, Rule},
        recall::{End, Recall},
    },
    weights::Parameters,
};
use serde::{Deserialize, Serialize};

use super::{diagram, patterns};
use crate::{
    lessons::{
        hopfield::{Command, ENERGY, OVERLAPS, SHOWN, Settings, ShownUnit, Surface, View, decided, words},
        spread,
    },
    session::{
        protocol::{CurvePoint, Remedy, Series, Trouble},
        serve::{Context, plot},
    },
};

/// The weight picture has at most this many blocks along one side.
const BLOCKS: usize = 56;
/// Values along one side of the energy surface.
const GRID: usize = 21;
/// Turns of the path that are kept.
const MOST_TURNS: usize = 4000;
/// Points of the path in a message.
const MOST_PATH: usize = 200;

/// The running recall.
pub struct Recalling {
    settings: Settings,
    network: Hopfield,
    names: Vec<String>,
    cue: Pattern,
    stable: Vec<bool>,
    ends: u32,
    majority: Vec<i32>,
    weights: (u32, Vec<f32>),
    plane: Option<Plane>,
    state: State,
    /// The unit that was asked last, and whether it turned.
    asked: Option<(usize, bool)>,
    curves: Vec<CurvePoint>,
}

/// What decides how the run goes on.
#[derive(Clone, Serialize, Deserialize)]
pub struct State {
    recall: Recall,
    updates: u64,
    turned: u64,
    wrong: u32,
    path: Vec<(f32, f32, f32)>,
}

impl Recalling {
    /// Stores the patterns and shows the damaged cue.
    pub async fn start(settings: Settings, context: &Context) -> Result<Self, Trouble> {
        let all = patterns::load(&settings, context).await?;
        Ok(Self::new(settings, all))
    }

    fn new(settings: Settings, all: Vec<Pattern>) -> Self {
        let units = settings.data.units();
        let names = settings.names();
        let stored = settings.stored();
        let patterns = stored.iter().filter_map(|index| all.get(*index).cloned()).collect();
        let network = Hopfield::store(units, patterns, settings.rule);
        let cue = all.get(settings.cue as usize).cloned().unwrap_or_else(|| vec![-1; units]);
        let shown = patterns::cue(&cue, &settings);
        let stable: Vec<bool> = network.patterns.iter().map(|pattern| network.is_stable(pattern)).collect();
        let vote = |unit: usize| network.patterns.iter().map(|pattern| i32::from(pattern[unit])).sum();
        let mut task = Self {
            names: stored.iter().filter_map(|index| names.get(*index).cloned()).collect(),
            ends: ends(&network, &stable),
            stable,
            majority: (0..units).map(vote).collect(),
            weights: blocks(&network),
            plane: Plane::new(&network, &cue),
            state: State {
                recall: Recall::new(&network, shown, settings.seed.into()),
                updates: 0,
                turned: 0,
                wrong: 0,
                path: Vec::new(),
            },
            settings,
            network,
            cue,
            asked: None,
            curves: Vec::new(),
        };
        task.state.wrong = task.wrong();
        task.mark();
        task.measure_overlaps();
        task
    }

    /// One unit is asked, or all of them at once.
    pub fn step(&mut self) -> bool {
        let state = &mut self.state;
        if state.recall.end.is_some() {
            return false;
        }
        let turned = match self.settings.synchronous {
            true => {
                self.asked = None;
                state.recall.update_all(&self.network)
            }
            false => {
                self.asked = state.recall.update_one(&self.network);
                usize::from(self.asked.is_some_and(|(_, turned)| turned))
            }
        };
        state.updates += 1;
        state.turned += turned as u64;
        plot(&mut self.curves, ENERGY, state.updates, state.recall.energy as f32);
        let over = state.recall.end.is_some();
        if turned > 0 || over {
            self.measure_overlaps();
        }
        if turned > 0 {
            self.mark();
        }
        !over
    }

    /// Takes over what needs no new start: the way of updating.
    pub fn configure(&mut self, settings: Settings) {
        if settings.synchronous != self.settings.synchronous {
            // What swings when all turn at once may settle one by one.
            self.state.recall.set_state(&self.network, self.state.recall.state.clone());
        }
        self.settings = settings;
    }

    /// The reader paints on the state, or shows another.
    pub fn command(&mut self, command: Command) {
        let mut state = self.state.recall.state.clone();
        match command {
            Command::Paint { unit, ink } => match state.get_mut(unit as usize) {
                Some(value) => *value = if ink { 1 } else { -1 },
                None => return,
            },
            Command::Show(shown) if shown.len() == state.len() => {
                state = shown.into_iter().map(|value| if value > 0 { 1 } else { -1 }).collect();
            }
            Command::Show(_) => return,
        }
        if state != self.state.recall.state {
            self.asked = None;
            self.state.recall.set_state(&self.network, state);
            plot(&mut self.curves, ENERGY, self.state.updates, self.state.recall.energy as f32);
            self.measure_overlaps();
            self.mark();
        }
    }

    /// Everything that the figures show.
    pub fn view(&mut self, curves: &mut Vec<CurvePoint>) -> View {
        curves.append(&mut self.curves);
        let recall = &self.state.recall;
        let overlaps = self.network.overlaps(&recall.state);
        let nearest = (0..overlaps.len()).max_by(|a, b| overlaps[*a].abs().total_cmp(&overlaps[*b].abs()));
        let nearest = nearest.map(|index| {
            let sign = if overlaps[index] < 0.0 { -1 } else { 1 };
            self.network.patterns[index].iter().map(|value| value * sign).collect()
        });
        let next = recall.next_unit().filter(|_| !self.settings.synchronous && recall.end.is_none());
        let row = next.and_then(|unit| self.network.weights.chunks(self.network.units).nth(unit)).unwrap_or_default();
        let agrees = |(vote, value): &(&i32, &i8)| (**vote > 0) == (**value > 0);
        let shown = diagram::around(&self.network, self.asked_unit());
        let fields = self.network.fields(&recall.state);
        let signs: Vec<f32> = fields.iter().zip(&recall.state).map(|(field, state)| decided(*field, *state)).collect();
        let agreeing = self.majority.iter().zip(&recall.state).filter(agrees).count();
        View {
            side: self.settings.data.side() as u32,
            state: recall.state.clone(),
            patterns: self.network.patterns.iter().take(SHOWN).cloned().collect(),
            names: self.names.clone(),
            stable: self.stable.clone(),
            ends: self.ends,
            diagnosis: self.network.diagnose(&recall.state),
            nearest,
            energy: recall.energy,
            end: recall.end,
            next: next.map(|unit| unit as u32),
            field: next.map_or(0.0, |unit| fields[unit]),
            row: row.to_vec(),
            fields: [spread(&fields), spread(&signs)],
            ties: diagram::ties(&self.network, &shown),
            shown: shown.into_iter().map(|unit| self.shown_unit(unit, fields[unit])).collect(),
            asked: self.asked.map(|(_, turned)| turned),
            wrong: (self.state.wrong, self.wrong()),
            turned: self.state.turned,
            majority: agreeing as f32 / recall.state.len() as f32,
            weights: self.weights.clone(),
            surface: self.plane.as_ref().map(|plane| plane.surface(&self.state.path)),
        }
    }

    /// The unit that was asked last, or is asked next; while all are asked at once, one in the middle of the picture.
    fn asked_unit(&self) -> usize {
        let next = self.state.recall.next_unit().filter(|_| !self.settings.synchronous);
        let side = self.settings.data.side();
        self.asked.map(|(unit, _)| unit).or(next).unwrap_or(side / 2 * (side + 1))
    }

    fn shown_unit(&self, unit: usize, field: f32) -> ShownUnit {
        let state = &self.state.recall.state;
        let turned = self.asked == Some((unit, true));
        ShownUnit { unit: unit as u32, state: if turned { -state[unit] } else { state[unit] }, field }
    }

    /// Updates so far.
    pub fn steps(&self) -> u64 {
        self.state.updates
    }

    /// Why it is over.
    pub fn finished(&self) -> Option<String> {
        let State { recall, updates, .. } = &self.state;
        let what = words(&self.network.diagnose(&recall.state), &self.names);
        match recall.end? {
            End::Settled if self.settings.synchronous => Some(format!("Settled after {updates} sweeps: {what}.")),
            End::Settled => Some(format!("Settled after {updates} updates: {what}.")),
            End::Swings => Some("All units at once swing between two states, for ever.".into()),
        }
    }

    /// What decides how it goes on.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Goes on from there.
    pub fn restore(&mut self, state: State) -> Result<(), Trouble> {
        if !state.recall.fits(self.network.units) {
            return Err(Trouble::new("That checkpoint belongs to other patterns.", Remedy::Dismiss));
        }
        self.state = state;
        self.asked = None;
        self.curves.clear();
        Ok(())
    }

    /// What the network has learned.
    pub fn weights(&self) -> Parameters {
        self.network.parameters()
    }

    /// Takes what another network has learned; the state stays where it is.
    pub fn take_weights(&mut self, parameters: &Parameters) -> Result<(), models::error::Error> {
        self.network.take(parameters)?;
        self.stable = self.network.patterns.iter().map(|pattern| self.network.is_stable(pattern)).collect();
        self.ends = ends(&self.network, &self.stable);
        self.weights = blocks(&self.network);
        self.plane = Plane::new(&self.network, &self.cue);
        self.state.recall.set_state(&self.network, self.state.recall.state.clone());
        self.state.path.clear();
        self.asked = None;
        self.curves.clear();
        self.mark();
        self.measure_overlaps();
        Ok(())
    }

    /// Units that differ from the undamaged cue.
    fn wrong(&self) -> u32 {
        self.state.recall.state.iter().zip(&self.cue).filter(|(value, cue)| value != cue).count() as u32
    }

    fn measure_overlaps(&mut self) {
        let State { recall, updates, .. } = &self.state;
        if *updates == 0 {
            plot(&mut self.curves, ENERGY, 0, recall.energy as f32);
        }
        for (index, overlap) in self.network.overlaps(&recall.state).into_iter().take(SHOWN).enumerate() {
            plot(&mut self.curves, Series::Own(OVERLAPS + index as u16), *updates, overlap);
        }
    }

    /// Marks the state's place on the plane.
    fn mark(&mut self) {
        let State { recall, path, .. } = &mut self.state;
        if let Some(plane) = &self.plane
            && path.len() < MOST_TURNS
        {
            let (across, up) = plane.place(&recall.state);
            path.push((across, up, recall.energy as f32));
        }
    }
}

/// The plane of states through two stored patterns and their reverses. One axis is the agreement with the first where
/// the two are alike, the other where they differ: so the four are the corners of a square, whatever they look like.
struct Plane {
    patterns: (u32, u32),
    first: Pattern,
    alike: Vec<bool>,
    values: Vec<f32>,
}

impl Plane {
    /// Through the cue, or what is most like it, and the stored pattern that is most like that one.
    fn new(network: &Hopfield, cue: &[i8]) -> Option<Self> {
        let most = |overlaps: &[f32], other: Option<usize>| {
            let differs = |index: &usize| Some(*index) != other && (other.is_none() || overlaps[*index].abs() < 1.0);
            let nearer = |a: &usize, b: &usize| overlaps[*a].abs().total_cmp(&overlaps[*b].abs());
            (0..overlaps.len()).filter(differs).max_by(nearer)
        };
        let first = most(&network.overlaps(cue), None)?;
        let second = most(&network.overlaps(&network.patterns[first]), Some(first))?;
        let (one, other) = (&network.patterns[first], &network.patterns[second]);
        let alike: Vec<bool> = one.iter().zip(other).map(|(one, other)| one == other).collect();
        let at = |up: f32, across: f32| -> f64 {
            let value = |(value, alike): (&i8, &bool)| f32::from(*value) * if *alike { up } else { across };
            network.energy_at(&one.iter().zip(&alike).map(value).collect::<Vec<f32>>())
        };
        let place = |cell: usize| cell as f64 / (GRID - 1) as f64 * 2.0 - 1.0;
        let cells = (0..GRID * GRID).map(|cell| (place(cell / GRID), place(cell % GRID)));
        let values = match network.rule {
            Rule::Dense => cells.map(|(up, across)| at(up as f32, across as f32) as f32).collect(),
            // A quadratic form: three energies tell all of it.
            _ => {
                let (up, across, both) = (at(1.0, 0.0), at(0.0, 1.0), at(1.0, 1.0));
                let form = |(u, a): (f64, f64)| u * u * up + a * a * across + u * a * (both - up - across);
                cells.map(|cell| form(cell) as f32).collect()
            }
        };
        Some(Self { patterns: (first as u32, second as u32), first: one.clone(), alike, values })
    }

    /// Across and up.
    fn place(&self, state: &[i8]) -> (f32, f32) {
        let mean = |wanted: bool| {
            let units = self.first.iter().zip(state).zip(&self.alike).filter(|(_, alike)| **alike == wanted);
            let (sum, count) =
                units.fold((0, 0), |(sum, count), ((one, value), _)| (sum + i32::from(one * value), count + 1));
            sum as f32 / count.max(1) as f32
        };
        (mean(false), mean(true))
    }

    fn surface(&self, path: &[(f32, f32, f32)]) -> Surface {
        let every = path.len().div_ceil(MOST_PATH).max(1);
        let mut thinned: Vec<(f32, f32, f32)> = path.iter().step_by(every).copied().collect();
        if let Some(last) = path.last().filter(|last| thinned.last() != Some(last)) {
            thinned.push(*last);
        }
        Surface { patterns: self.patterns, side: GRID as u32, values: self.values.clone(), path: thinned }
    }
}

/// In how many different states the first stored patterns end; those that hold end in themselves.
fn ends(network: &Hopfield, stable: &[bool]) -> u32 {
    let end = |(pattern, holds): (&Pattern, &bool)| {
        let mut recall = Recall::new(network, pattern.clone(), 0);
        if !holds {
            recall.settle(network);
        }
        recall.state
    };
    network.patterns.iter().zip(stable).take(SHOWN).map(end).collect::<HashSet<Pattern>>().len() as u32
}

/// The weights, averaged over blocks of units where they are many.
fn blocks(network: &Hopfield) -> (u32, Vec<f32>) {
    let units = network.units;
    if network.weights.is_empty() {
        return (0, Vec::new());
    }
    let width = units.div_ceil(BLOCKS);
    let side = units.div_ceil(width);
    let (mut sums, mut counts) = (vec![0.0_f32; side * side], vec![0_u32; side * side]);
    for (row, weights) in network.weights.chunks(units).enumerate() {
        for (column, weight) in weights.iter().enumerate() {
            let block = row / width * side + column / width;
            sums[block] += weight;
            counts[block] += 1;
        }
    }
    (side as u32, sums.into_iter().zip(counts).map(|(sum, count)| sum / count as f32).collect())
}

#[cfg(test)]
mod tests {
    use models::data::letters;

    use super::*;
    use crate::lessons::hopfield::{RULES, letter_bits};

    fn recalling(settings: Settings) -> Recalling {
        let all = letters::NAMES.chars().filter_map(letters::pattern).collect();
        Recalling::new(settings, all)
    }

    #[test]
    fn a_letter_comes_back_and_is_named() {
        let mut task = recalling(Settings::default());
        assert_eq!(task.finished(), None);
        while task.step() {}
        let view = task.view(&mut Vec::new());
        assert_eq!((view.wrong.0, view.wrong.1), (25, 0));
        assert!(task.finished().is_some_and(|text| text.ends_with("the stored pattern T.")));
    }

    #[test]
    fn the_diagram_shows_the_unit_that_was_asked_and_what_its_field_decided() {
        for (rule, ..) in RULES {
            let mut task = recalling(Settings { rule, noise: 0.4, ..Settings::default() });
            let next = task.view(&mut Vec::new()).next;
            for _ in 0..60 {
                let asked = task.view(&mut Vec::new()).next;
                task.step();
                let view = task.view(&mut Vec::new());
                let first = view.shown[0];
                assert_eq!((Some(first.unit), view.shown.len()), (asked, diagram::BESIDE + 1), "{rule:?}");
                let after = view.state[first.unit as usize];
                assert_eq!(view.asked, Some(first.state != after));
                // A unit has no tie to itself, so what it hears is the same before and after.
                assert!(first.field == 0.0 || f32::from(after) * first.field > 0.0 || rule == Rule::Dense);
                assert_eq!(view.ties.len(), if rule == Rule::Dense { 0 } else { view.shown.len().pow(2) });
            }
            task.command(Command::Paint { unit: 3, ink: true });
            task.command(Command::Paint { unit: 3, ink: false });
            let view = task.view(&mut Vec::new());
            assert_eq!((view.asked, Some(view.shown[0].unit)), (None, view.next));
            assert!(next.is_some());
        }
    }

    #[test]
    fn a_saved_recall_goes_on_the_same_way() {
        let mut task = recalling(Settings { noise: 0.4, ..Settings::default() });
        for _ in 0..150 {
            task.step();
        }
        let saved = task.state().clone();
        while task.step() {}
        let end = task.view(&mut Vec::new());
        let mut again = recalling(Settings { noise: 0.4, ..Settings::default() });
        again.restore(saved).unwrap();
        while again.step() {}
        assert_eq!(again.view(&mut Vec::new()), end);
    }

    #[test]
    fn corners_of_the_plane_are_the_patterns() {
        for (rule, ..) in RULES {
            let task = recalling(Settings { rule, stored: letter_bits("CFP"), cue: 7, ..Settings::default() });
            let plane = task.plane.as_ref().unwrap();
            assert_eq!(plane.patterns, (2, 1), "P, then F");
            let corner = |pattern: &Pattern| {
                let (across, up) = plane.place(pattern);
                let cell = |place: f32| ((place + 1.0) / 2.0 * (GRID - 1) as f32) as usize;
                (across, up, plane.values[cell(up) * GRID + cell(across)])
            };
            for (index, at) in [(2, (1.0, 1.0)), (1, (-1.0, 1.0))] {
                let pattern = &task.network.patterns[index];
                let (across, up, energy) = corner(pattern);
                assert_eq!((across, up), at);
                assert!((f64::from(energy) - task.network.energy(pattern)).abs() < 1e-3, "{rule:?}");
            }
        }
    }

    #[test]
    fn painting_and_empty_memories_break_nothing() {
        let mut task = recalling(Settings::default());
        while task.step() {}
        task.command(Command::Paint { unit: 50, ink: true });
        task.command(Command::Paint { unit: 9999, ink: true });
        task.command(Command::Show(vec![1; 3]));
        assert_eq!(task.finished(), None, "there is something to do again");
        while task.step() {}
        for (rule, ..) in RULES {
            let mut empty = recalling(Settings { stored: 0, rule, ..Settings::default() });
            while empty.step() {}
            let view = empty.view(&mut Vec::new());
            assert!(view.surface.is_none() && view.nearest.is_none());
            assert!(empty.finished().is_some_and(|text| text.contains("nothing is stored")));
        }
    }
}
