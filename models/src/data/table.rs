//! A reader's own table, pasted or uploaded: delimiter, header and decimal comma are found, two columns of numbers and
//! one of labels are chosen, and every trouble is one sentence that names the line.

use std::collections::BTreeSet;

use crate::{data::points::Point, error::Error};

/// Rows read at most; [`Table::cut`] says so if there were more.
pub const MOST_ROWS: usize = 10_000;
/// Columns read at most.
pub const MOST_COLUMNS: usize = 100;
/// Different labels at most, of which two are chosen.
const MOST_LABELS: usize = 20;

/// A table of text, every row as wide as the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns, from the header or "column 1" and so on.
    pub names: Vec<String>,
    /// The cells, row by row.
    pub rows: Vec<Vec<String>>,
    /// Where the rows stood in the text, counted from 1.
    pub lines: Vec<usize>,
    /// Whether rows beyond [`MOST_ROWS`] were left out.
    pub cut: bool,
    /// Whether a comma separates the decimals.
    decimal_comma: bool,
}

/// Which columns to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The column that is drawn from left to right.
    pub x: usize,
    /// The column that is drawn from bottom to top.
    pub y: usize,
    /// The column of labels, of two different kinds.
    pub label: usize,
}

/// Points made of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Coordinates scaled so that the column's range becomes -1 to 1.
    pub points: Vec<Point>,
    /// The label of class 0 and that of class 1, in the order of the alphabet (numbers by size).
    pub labels: [String; 2],
    /// Least and largest value of the x column and of the y column.
    pub ranges: [(f32, f32); 2],
}

impl Table {
    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines =
            text.lines().enumerate().map(|(index, line)| (index + 1, line)).filter(|(_, line)| !line.trim().is_empty());
        let (first_line, first) = lines.next().ok_or_else(|| trouble("The table is empty.".into()))?;
        let delimiter = delimiter(first).ok_or_else(|| {
            trouble(format!(
                "Line {first_line} is not split by a comma, a semicolon or a tab, so there are no columns."
            ))
        })?;
        let first = cells(first, delimiter);
        if first.len() > MOST_COLUMNS {
            return Err(trouble(format!(
                "Line {first_line} has {} columns; up to {MOST_COLUMNS} are read.",
                first.len()
            )));
        }
        let width = first.len();
        let (mut rows, mut places, mut cut) = (Vec::new(), Vec::new(), false);
        let decimal_comma = delimiter != ',';
        // A header has no number; a line of numbers and a label is already an example.
        let is_header = first.iter().all(|cell| number(cell, decimal_comma).is_none());
        let names = match is_header {
            true => first,
            false => {
                places.push(first_line);
                rows.push(first);
                (1..=width).map(|column| format!("column {column}")).collect()
            }
        };
        for (line, text) in lines {
            if rows.len() == MOST_ROWS {
                cut = true;
                break;
            }
            let row = cells(text, delimiter);
            if row.len() != width {
                return Err(trouble(format!(
                    "Line {line} has {}, but the first line has {width}.",
                    count(row.len(), "column")
                )));
            }
            rows.push(row);
            places.push(line);
        }
        match rows.is_empty() {
            true => Err(trouble("The table has a header and no rows.".into())),
            false => Ok(Self { names, rows, lines: places, cut, decimal_comma }),
        }
    }

    /// The number in a cell, if there is one and it is finite.
    pub fn number(&self, row: usize, column: usize) -> Option<f32> {
        number(self.rows.get(row)?.get(column)?, self.decimal_comma)
    }

    /// Whether a column holds nothing but numbers.
    pub fn is_numeric(&self, column: usize) -> bool {
        (0..self.rows.len()).all(|row| self.number(row, column).is_some())
    }

    /// A likely choice: the last column with exactly two different entries as labels (one of words if there is one), the
    /// first two other columns of numbers as coordinates.
    pub fn suggest(&self) -> Option<Choice> {
        let two = |column: &usize| self.kinds(*column, 3).len() == 2;
        let words = (0..self.names.len()).rev().filter(two).find(|column| !self.is_numeric(*column));
        let label = words.or_else(|| (0..self.names.len()).rev().find(two))?;
        let mut numeric = (0..self.names.len()).filter(|&column| column != label && self.is_numeric(column));
        Some(Choice { x: numeric.next()?, y: numeric.next()?, label })
    }

    /// The choice that comes nearest where none is likely: what is wrong with it is what is wrong with the table. The label is
    /// a column of words, else one of two kinds, else the one with the fewest numbers, the last of several; the others are
    /// taken in order, those that hold a number first.
    pub fn nearest(&self) -> Choice {
        let columns = 0..self.names.len();
        let numbers = |column: usize| (0..self.rows.len()).filter(|&row| self.number(row, column).is_some()).count();
        let counts: Vec<usize> = columns.clone().map(numbers).collect();
        let rank = |column: &usize| (counts[*column] > 0, self.kinds(*column, 3).len() != 2, counts[*column]);
        let label = columns.clone().rev().min_by_key(rank).unwrap_or_default();
        let mut others: Vec<usize> = columns.filter(|&column| column != label).collect();
        others.sort_by_key(|&column| counts[column] == 0);
        let place = |index: usize| others.get(index).copied().unwrap_or(self.names.len());
        Choice { x: place(0), y: place(1), label }
    }

    /// The entries of a column with more than two, if it may be one of labels: there are two rows for each at least.
    pub fn several(&self, column: usize) -> Vec<String> {
        let most = MOST_LABELS.min(self.rows.len() / 2);
        match column < self.names.len() {
            true => {
                Some(self.kinds(column, most + 1)).filter(|kinds| (3..=most).contains(&kinds.len())).unwrap_or_default()
            }
            false => Vec::new(),
        }
    }

    /// Points of the chosen columns.
    pub fn points(&self, choice: Choice) -> Result<Chosen, Error> {
        self.check(choice)?;
        let label = choice.label;
        let kinds = self.kinds(label, 3);
        let [zero, one] = kinds.as_slice() else {
            return Err(trouble(match kinds.len() {
                1 => format!("\"{}\" has only one label, \"{}\"; two are needed.", self.names[label], kinds[0]),
                more => format!(
                    "\"{}\" has {} different labels; two are needed.",
                    self.names[label],
                    if more > 2 { "more than two" } else { "no" }
                ),
            }));
        };
        self.points_of(choice, [zero.clone(), one.clone()])
    }

    /// Points of the chosen columns, of the rows with one of two labels.
    pub fn points_of(&self, choice: Choice, labels: [String; 2]) -> Result<Chosen, Error> {
        self.check(choice)?;
        let Choice { x, y, label } = choice;
        if labels[0] == labels[1] {
            return Err(trouble(format!("Both are \"{}\"; two different labels are needed.", labels[0])));
        }
        let mut places = Vec::with_capacity(self.rows.len());
        for row in (0..self.rows.len()).filter(|&row| labels.contains(&self.rows[row][label])) {
            let coordinate = |column: usize| {
                self.number(row, column).ok_or_else(|| {
                    let (line, name, cell) = (self.lines[row], &self.names[column], &self.rows[row][column]);
                    trouble(match cell.is_empty() {
                        true => format!("Line {line} has nothing in \"{name}\"."),
                        false => format!("Line {line} has \"{}\" in \"{name}\", which is no number.", short(cell)),
                    })
                })
            };
            places.push((coordinate(x)?, coordinate(y)?, u8::from(self.rows[row][label] == labels[1])));
        }
        let ranges = [range(places.iter().map(|place| place.0)), range(places.iter().map(|place| place.1))];
        let points =
            places.iter().map(|&(x, y, class)| Point { x: scale(x, ranges[0]), y: scale(y, ranges[1]), class });
        Ok(Chosen { points: points.collect(), labels, ranges })
    }

    /// Whether the chosen columns are there.
    fn check(&self, Choice { x, y, label }: Choice) -> Result<(), Error> {
        match [x, y, label].iter().all(|column| *column < self.names.len()) {
            true => Ok(()),
            false => Err(trouble(format!(
                "The table has {}; two of numbers and one of labels are needed.",
                count(self.names.len(), "column")
            ))),
        }
    }

    /// The different entries of a column in order, so many at most: numbers by size, else by the alphabet.
    fn kinds(&self, column: usize, most: usize) -> Vec<String> {
        let mut kinds: BTreeSet<&str> = BTreeSet::new();
        for row in &self.rows {
            kinds.insert(&row[column]);
            if kinds.len() >= most {
                break;
            }
        }
        let mut kinds: Vec<String> = kinds.into_iter().map(str::to_owned).collect();
        let value = |kind: &String| number(kind, self.decimal_comma);
        if kinds.iter().all(|kind| value(kind).is_some()) {
            kinds.sort_by(|a, b| value(a).unwrap_or(0.0).total_cmp(&value(b).unwrap_or(0.0)));
        }
        kinds
    }
}

fn trouble(sentence: String) -> Error {
    Error::Table(sentence)
}

fn count(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// A cell as it is quoted in a sentence.
fn short(cell: &str) -> String {
    match cell.char_indices().nth(30) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.into(),
    }
}

/// A tab or a semicolon is never part of a number; a comma may be.
fn delimiter(line: &str) -> Option<char> {
    ['\t', ';', ','].into_iter().find(|&delimiter| cells(line, delimiter).len() > 1)
}

/// Splits a line; a quoted cell may hold the delimiter, and two quotes stand for one.
fn cells(line: &str, delimiter: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let cell = cells.last_mut().expect("there is always a cell");
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            _ if letter == delimiter && !quoted => cells.push(String::new()),
            _ => cell.push(letter),
        }
    }
    cells.iter_mut().for_each(|cell| *cell = cell.trim().to_owned());
    cells
}

fn number(cell: &str, decimal_comma: bool) -> Option<f32> {
    let value: f32 = match decimal_comma && cell.contains(',') && !cell.contains('.') {
        true => cell.replacen(',', ".", 1).parse().ok()?,
        false => cell.parse().ok()?,
    };
    value.is_finite().then_some(value)
}

fn range(values: impl Iterator<Item = f32>) -> (f32, f32) {
    values.fold((f32::INFINITY, f32::NEG_INFINITY), |(least, largest), value| (least.min(value), largest.max(value)))
}

/// -1 to 1 over the range; the middle where there is no range. In f64, where no finite f32 overflows.
fn scale(value: f32, (least, largest): (f32, f32)) -> f32 {
    let (value, least, largest) = (f64::from(value), f64::from(least), f64::from(largest));
    if largest > least { ((value - least) / (largest - least) * 2.0 - 1.0) as f32 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sentence(text: &str) -> String {
        let table = match Table::parse(text) {
            Ok(table) => table,
            Err(error) => return error.to_string(),
        };
        let choice = Choice { x: 0, y: 1, label: table.names.len() - 1 };
        table.points(choice).unwrap_err().to_string()
    }

    #[test]
    fn common_forms_are_read() {
        let expected = vec![Point { x: -1.0, y: 1.0, class: 0 }, Point { x: 1.0, y: -1.0, class: 1 }];
        for text in [
            "a,b,kind\n1.5,4,no\n2.5,2,yes\n",
            "1.5,4,no\r\n2.5,2,yes",
            "\u{feff}a;b;kind\n1,5;4;no\n\n2,5;2;yes",
            "a\tb\tkind\n1.5\t4e0\tno\n2.5\t2\tyes",
            "a,b,kind\n1.5,4,0\n2.5,2,1",
            "\"a, long\",b,kind\n1.5,4,\"no\"\n2.5,2,\"yes\"",
        ] {
            let table = Table::parse(text).unwrap();
            let chosen = table.points(table.suggest().unwrap()).unwrap();
            assert_eq!(chosen.points, expected, "{text}");
        }
    }

    #[test]
    fn every_trouble_is_a_sentence_that_names_its_line() {
        for (text, expected) in [
            ("", "The table is empty."),
            ("hello", "Line 1 is not split by a comma, a semicolon or a tab, so there are no columns."),
            ("a,b,c", "The table has a header and no rows."),
            ("a,b,c\n1,2,x\n1,2", "Line 3 has 2 columns, but the first line has 3."),
            ("a,b,c\n1,2,x\n1,NaN,y", "Line 3 has \"NaN\" in \"b\", which is no number."),
            ("a,b,c\n1,2,x\n,3,y", "Line 3 has nothing in \"a\"."),
            ("a,b,c\n1,2,x\n1,3,x", "\"c\" has only one label, \"x\"; two are needed."),
            ("a,b,c\n1,2,x\n1,3,y\n1,2,z", "\"c\" has more than two different labels; two are needed."),
        ] {
            assert_eq!(sentence(text), expected);
        }
    }

    #[test]
    fn what_is_wrong_with_the_nearest_choice_is_said() {
        for (text, expected) in [
            ("a,b,c,kind\n1,2,3,x\n4,5,6,y\n7,8,9,z", "\"kind\" has more than two different labels; two are needed."),
            ("a,b,kind\n1,2,0\n4,,1\n7,8,1", "Line 3 has nothing in \"b\"."),
            ("kind,a,b\nx,1,2\ny,1,NaN", "Line 3 has \"NaN\" in \"b\", which is no number."),
            ("a,b,kind\n1,2,x\n1,3,x", "\"kind\" has only one label, \"x\"; two are needed."),
            ("name,a,kind\nu,2,x\nv,3,y\nw,4,x", "Line 2 has \"u\" in \"name\", which is no number."),
            ("a,kind\n1,x\n2,y", "The table has 2 columns; two of numbers and one of labels are needed."),
        ] {
            let table = Table::parse(text).unwrap();
            assert!(table.suggest().is_none(), "{text}");
            assert_eq!(table.points(table.nearest()).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn two_of_several_labels_are_chosen() {
        let table = Table::parse("a,b,kind\n1,2,x\n5,6,y\n9,9,z\n1,8,x\n5,7,y\n,9,z").unwrap();
        let choice = table.nearest();
        assert_eq!(table.several(choice.label), ["x", "y", "z"]);
        let chosen = table.points_of(choice, ["y".into(), "x".into()]).unwrap();
        assert_eq!(chosen.points.iter().map(|point| point.class).collect::<Vec<_>>(), [1, 0, 1, 0]);
        assert_eq!((chosen.labels, chosen.ranges), (["y".into(), "x".into()], [(1.0, 5.0), (2.0, 8.0)]));
        let refused =
            |one: &str, other: &str| table.points_of(choice, [one.into(), other.into()]).unwrap_err().to_string();
        assert_eq!(refused("x", "z"), "Line 7 has nothing in \"a\".");
        assert_eq!(refused("x", "x"), "Both are \"x\"; two different labels are needed.");
        assert!(table.several(0).is_empty() && table.several(9).is_empty(), "a column of numbers, and none");
    }

    #[test]
    fn a_million_rows_are_cut_and_said_so() {
        let text = "0.5,1,yes\n0.25,2,no\n".repeat(500_000);
        let table = Table::parse(&text).unwrap();
        assert!(table.cut && table.rows.len() == MOST_ROWS);
        assert_eq!(table.points(table.suggest().unwrap()).unwrap().points.len(), MOST_ROWS);
    }

    #[test]
    fn extreme_numbers_stay_in_the_square() {
        let table = Table::parse("3e38,1,x\n-3e38,1,y\n0,1,x").unwrap();
        let points = table.points(Choice { x: 0, y: 1, label: 2 }).unwrap().points;
        assert_eq!(
            points.iter().map(|point| (point.x, point.y)).collect::<Vec<_>>(),
            [(1.0, 0.0), (-1.0, 0.0), (0.0, 0.0)]
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-c0-9,;\t\"\n. eNa\u{feff}é-]{0,80}", x in 0_usize..5, y in 0_usize..5, label in 0_usize..5) {
            if let Ok(table) = Table::parse(&text) {
                let _ = table.suggest();
                if let Ok(chosen) = table.points(Choice { x, y, label }) {
                    prop_assert!(chosen.points.iter().all(|point| point.x.abs() <= 1.0 && point.y.abs() <= 1.0 && point.class < 2));
                }
            }
        }

        #[test]
        fn no_bytes_panic(text in any::<String>()) {
            let _ = Table::parse(&text).map(|table| table.suggest());
        }
    }
}
