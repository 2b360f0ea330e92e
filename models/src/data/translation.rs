//! English–French pairs: which part of the data a pair belongs to, and what a translation is measured on.
//!
//! All translations of a sentence stay together: two pairs that share their English or their French sentence (in lower case,
//! letters and digits only) belong to one group, and a group is for training, validation or test as a whole. The hash of the
//! group's smallest English sentence decides, so the parts stay the same wherever and in whatever order the pairs are read.
//! tests/reference/translation.py follows the same rule.

use std::collections::{BTreeMap, HashMap};

use super::tokens::{is_letter, normalised};

/// Before the key in the hash: another text would give other parts.
const SEED: &str = "split 1: ";
/// Of so many groups one is for validation and one for the test.
const PARTS: u64 = 100;
/// Sentences with more English words are not measured.
pub const LONGEST_MEASURED: usize = 12;

/// A sentence and one translation, both normalised.
pub type Pair = (String, String);

/// What pairs are used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// To learn from.
    Train,
    /// To choose settings by.
    Validation,
    /// To be measured once.
    Test,
}

/// What two writings of one sentence share: its letters and digits in lower case, words parted by single spaces. A text
/// without letters and digits is its own key.
pub fn key(text: &str) -> String {
    let text = normalised(text);
    let kept = |c: char| if is_letter(c) || c.is_ascii_digit() { c } else { ' ' };
    let lower: String = text.chars().map(kept).flat_map(char::to_lowercase).collect();
    let words: Vec<&str> = lower.split(' ').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { text } else { words.join(" ") }
}

/// The part of a group, by its key.
pub fn part(group: &str) -> Part {
    match (fnv(&format!("{SEED}{group}")) >> 16) % PARTS {
        0 => Part::Test,
        1 => Part::Validation,
        _ => Part::Train,
    }
}

/// FNV-1a of the text's bytes, 64 bits.
pub fn fnv(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// For each pair its group's key: the smallest English key among all pairs that are joined by an English or a French sentence.
pub fn groups(pairs: &[Pair]) -> Vec<String> {
    let keys: Vec<[String; 2]> = pairs.iter().map(|(english, french)| [key(english), key(french)]).collect();
    let mut parent: Vec<usize> = (0..pairs.len()).collect();
    let mut first: HashMap<(usize, &str), usize> = HashMap::new();
    for (pair, sides) in keys.iter().enumerate() {
        for (side, key) in sides.iter().enumerate() {
            let other = *first.entry((side, key)).or_insert(pair);
            let (a, b) = (root(&mut parent, pair), root(&mut parent, other));
            parent[a] = b;
        }
    }
    let mut smallest: HashMap<usize, &str> = HashMap::new();
    for (pair, [english, _]) in keys.iter().enumerate() {
        let least = smallest.entry(root(&mut parent, pair)).or_insert(english);
        *least = (*least).min(english);
    }
    (0..pairs.len()).map(|pair| smallest[&root(&mut parent, pair)].to_owned()).collect()
}

/// The pair that stands for a pair's group, found over ever shorter ways.
fn root(parent: &mut [usize], mut pair: usize) -> usize {
    while parent[pair] != pair {
        parent[pair] = parent[parent[pair]];
        pair = parent[pair];
    }
    pair
}

/// Pairs from a table with English, French and maybe more in each line, parted by tabs. Lines without two texts are left
/// out.
pub fn read(table: &str) -> Vec<Pair> {
    let pair = |line: &str| {
        let mut sides = line.split('\t').map(normalised);
        Some((sides.next()?, sides.next()?)).filter(|(english, french)| !english.is_empty() && !french.is_empty())
    };
    table.lines().filter_map(pair).collect()
}

/// The pairs of one part, in their order.
pub fn of_part(pairs: &[Pair], wanted: Part) -> Vec<Pair> {
    let of_group = groups(pairs);
    pairs.iter().zip(of_group).filter(|(_, group)| part(group) == wanted).map(|(pair, _)| pair.clone()).collect()
}

/// The sentences that a translation is measured on: English of at most [`LONGEST_MEASURED`] words with all its French
/// translations, in alphabetical order.
pub fn measured(pairs: &[Pair]) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (english, french) in pairs.iter().filter(|(english, _)| english.split(' ').count() <= LONGEST_MEASURED) {
        let known = found.entry(english).or_default();
        if !known.contains(&french.as_str()) {
            known.push(french);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(english: &str, french: &str) -> Pair {
        (english.into(), french.into())
    }

    #[test]
    fn translations_of_a_sentence_stay_together() {
        let pairs = [
            pair("The owl sleeps.", "Le hibou dort."),
            pair("An owl is asleep.", "Le hibou dort !"),
            pair("An owl is asleep!", "Un hibou est endormi."),
            pair("Two owls fly.", "Deux hiboux volent."),
        ];
        let found = groups(&pairs);
        assert_eq!(found[..3], ["an owl is asleep"; 3]);
        assert_eq!(found[3], "two owls fly");
        let mut turned = pairs.to_vec();
        turned.reverse();
        let mut back = groups(&turned);
        back.reverse();
        assert_eq!(back, found);
    }

    #[test]
    fn english_and_french_are_not_confused() {
        let found = groups(&[pair("Table", "Tisch"), pair("Mesa", "Table")]);
        assert_ne!(found[0], found[1]);
    }

    #[test]
    fn keys_forget_case_marks_and_spaces() {
        assert_eq!(key("  L’E\u{301}te\u{301},  2 fois !"), "l été 2 fois");
        assert_eq!(key("?!"), "?!");
        assert_eq!(fnv(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv("a"), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn about_one_group_in_a_hundred_is_tested() {
        let parts: Vec<Part> = (0..20_000).map(|number| part(&format!("sentence {number}"))).collect();
        for wanted in [Part::Test, Part::Validation] {
            let count = parts.iter().filter(|&&part| part == wanted).count();
            // Four standard deviations of a hundredth of 20,000.
            assert!(count.abs_diff(200) < 57, "{count}");
        }
    }

    #[test]
    fn short_sentences_are_measured_with_all_their_translations() {
        let long = "one two three four five six seven eight nine ten eleven twelve thirteen";
        let table = format!("b\tB\tlicence\na\tA\nb\tBB\nb\tB\n{long}\tC\nalone\n\n");
        let pairs = read(&table);
        assert_eq!(pairs.len(), 5);
        let found: Vec<(&str, Vec<&str>)> = measured(&pairs).into_iter().collect();
        assert_eq!(found, [("a", vec!["A"]), ("b", vec!["B", "BB"])]);
    }
}
