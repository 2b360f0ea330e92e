//! Where a number of a query's walk comes from: which others it was made of, and the sum written out.

use super::{attention::share, format::number, query::QueryWalk};

/// A number that is traced back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trace {
    /// None.
    #[default]
    Nothing,
    /// One entry of a key, and the query's entry above it: key, entry.
    Entry(usize, usize),
    /// The product of the query with a key.
    Score(usize),
    /// That product made smaller.
    Scaled(usize),
    /// A key's share.
    Weight(usize),
    /// One entry of a value: key, entry.
    Value(usize, usize),
    /// One entry of what comes out.
    Output(usize),
}

impl Trace {
    /// The trace that an arrow key leads to, among so many keys and entries.
    pub fn step(self, key: &str, keys: usize, entries: usize) -> Self {
        if keys == 0 || entries == 0 {
            return Self::Nothing;
        }
        let (last, end) = (keys - 1, entries - 1);
        match (self, key) {
            (_, "Escape") => Self::Nothing,
            (Self::Nothing, _) => Self::Score(0),
            (Self::Entry(at, entry), "ArrowUp") => Self::Entry(at.saturating_sub(1), entry),
            (Self::Entry(at, entry), "ArrowDown") => Self::Entry((at + 1).min(last), entry),
            (Self::Entry(at, entry), "ArrowLeft") => Self::Entry(at, entry.saturating_sub(1)),
            (Self::Entry(at, entry), "ArrowRight") if entry == end => Self::Score(at),
            (Self::Entry(at, entry), "ArrowRight") => Self::Entry(at, entry + 1),
            (Self::Score(at), "ArrowUp") => Self::Score(at.saturating_sub(1)),
            (Self::Score(at), "ArrowDown") => Self::Score((at + 1).min(last)),
            (Self::Score(at), "ArrowLeft") => Self::Entry(at, end),
            (Self::Score(at), "ArrowRight") => Self::Scaled(at),
            (Self::Scaled(at), "ArrowUp") => Self::Scaled(at.saturating_sub(1)),
            (Self::Scaled(at), "ArrowDown") => Self::Scaled((at + 1).min(last)),
            (Self::Scaled(at), "ArrowLeft") => Self::Score(at),
            (Self::Scaled(at), "ArrowRight") => Self::Weight(at),
            (Self::Weight(at), "ArrowUp") => Self::Weight(at.saturating_sub(1)),
            (Self::Weight(at), "ArrowDown") => Self::Weight((at + 1).min(last)),
            (Self::Weight(at), "ArrowLeft") => Self::Scaled(at),
            (Self::Weight(at), "ArrowRight") => Self::Value(at, 0),
            (Self::Value(at, entry), "ArrowUp") => Self::Value(at.saturating_sub(1), entry),
            (Self::Value(at, entry), "ArrowDown") if at == last => Self::Output(entry),
            (Self::Value(at, entry), "ArrowDown") => Self::Value(at + 1, entry),
            (Self::Value(at, 0), "ArrowLeft") => Self::Weight(at),
            (Self::Value(at, entry), "ArrowLeft") => Self::Value(at, entry - 1),
            (Self::Value(at, entry), "ArrowRight") => Self::Value(at, (entry + 1).min(end)),
            (Self::Output(entry), "ArrowUp") => Self::Value(last, entry),
            (Self::Output(entry), "ArrowLeft") => Self::Output(entry.saturating_sub(1)),
            (Self::Output(entry), "ArrowRight") => Self::Output((entry + 1).min(end)),
            (other, _) => other,
        }
    }
}

/// Terms that are written out before the dots.
const WRITTEN: usize = 3;

impl QueryWalk {
    /// The sum behind a number, written out: one or two short lines.
    pub fn tell(&self, trace: Trace) -> Vec<String> {
        let n = |value: f32| number(value.into());
        let key = |at: usize| self.keys.get(at).map_or("", String::as_str);
        let (query, entries) = (&self.query, self.entries());
        let products = |at: usize| {
            let terms = (0..entries).map(|entry| (entry, self.q[entry], self.k(at, entry)));
            largest(terms, "×")
        };
        match trace {
            Trace::Nothing => vec!["Point at a number: what it was made of lights up.".into()],
            Trace::Entry(at, entry) => vec![
                format!(
                    "Entry {}: {query} asks {}, {} answers {}.",
                    entry + 1,
                    n(self.q[entry]),
                    key(at),
                    n(self.k(at, entry))
                ),
                format!(
                    "{} × {} = {}, one of {entries} products that add up to {}.",
                    n(self.q[entry]),
                    n(self.k(at, entry)),
                    n(self.q[entry] * self.k(at, entry)),
                    n(self.scores[at])
                ),
            ],
            Trace::Score(at) => vec![
                format!("{query} · {}: {entries} products, added up.", key(at)),
                format!("{} = {}", n(self.scores[at]), products(at)),
            ],
            Trace::Scaled(at) => vec![
                format!("Long vectors give large products; √{entries} takes that out."),
                format!("{} = {} ÷ √{entries}", n(self.scaled[at]), n(self.scores[at])),
            ],
            Trace::Weight(at) => {
                // Relative to the largest, as it is computed.
                let most = self.scaled.iter().copied().filter(|score| score.is_finite()).fold(f32::MIN, f32::max);
                let power = |score: f32| if score.is_finite() { (score - most).exp() } else { 0.0 };
                let sum: f32 = self.scaled.iter().map(|score| power(*score)).sum();
                vec![
                    format!("Every score becomes a power of e; {} gets its share of their sum.", key(at)),
                    format!(
                        "{} ÷ {} = {} (both after taking off the largest score, {})",
                        n(power(self.scaled[at])),
                        n(sum),
                        share(self.weights[at]),
                        n(most)
                    ),
                ]
            }
            Trace::Value(at, entry) => vec![
                format!("Entry {} of what {} has to say, times its share.", entry + 1, key(at)),
                format!(
                    "{} × {} = {}, one of {} terms of {}.",
                    share(self.weights[at]),
                    n(self.v(at, entry)),
                    n(self.weights[at] * self.v(at, entry)),
                    self.keys.len(),
                    n(self.output[entry])
                ),
            ],
            Trace::Output(entry) => {
                let terms = (0..self.keys.len()).map(|at| (at, self.weights[at], self.v(at, entry)));
                vec![
                    format!("Entry {} of the result: the values, each times its share, added up.", entry + 1),
                    format!("{} = {}", n(self.output[entry]), largest(terms, "×")),
                ]
            }
        }
    }
}

/// The largest products of a sum, in their order, then dots.
fn largest(terms: impl Iterator<Item = (usize, f32, f32)>, sign: &str) -> String {
    let mut terms: Vec<(usize, f32, f32)> = terms.collect();
    let count = terms.len();
    terms.sort_by(|one, other| (other.1 * other.2).abs().total_cmp(&(one.1 * one.2).abs()));
    terms.truncate(WRITTEN);
    terms.sort_by_key(|term| term.0);
    let written = terms.iter().map(|(_, a, b)| format!("{} {sign} {}", number((*a).into()), number((*b).into())));
    let written = written.collect::<Vec<_>>().join(" + ");
    if count > WRITTEN { format!("{written} + … {} more", count - WRITTEN) } else { written }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_reach_every_number_and_stay_inside() {
        let mut trace = Trace::Nothing;
        for key in ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight"] {
            trace = trace.step(key, 3, 8);
        }
        assert_eq!(trace, Trace::Value(0, 0));
        for _ in 0..9 {
            trace = trace.step("ArrowDown", 3, 8).step("ArrowRight", 3, 8);
        }
        assert_eq!(trace, Trace::Output(7));
        assert_eq!(trace.step("ArrowUp", 3, 8), Trace::Value(2, 7));
        assert_eq!(Trace::Score(0).step("ArrowLeft", 3, 8), Trace::Entry(0, 7));
        assert_eq!(trace.step("Escape", 3, 8), Trace::Nothing);
        assert_eq!(Trace::Nothing.step("ArrowDown", 0, 0), Trace::Nothing);
    }

    #[test]
    fn the_largest_products_are_written() {
        let terms = [(0, 1.0, 0.1), (1, 2.0, -3.0), (2, 0.5, 0.5), (3, 4.0, 1.0)];
        assert_eq!(largest(terms.into_iter(), "×"), "2 × −3 + 0.5 × 0.5 + 4 × 1 + … 1 more");
    }
}
