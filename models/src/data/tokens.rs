//! From a text to tokens and back: normalise, cut into words and marks, and cut those into the pieces that a vocabulary knows.
//!
//! The vocabulary is learnt by joining, again and again, the two neighbours that occur together most often: frequent words
//! become one token, rare ones several, and a character that the vocabulary never saw becomes [`UNKNOWN`]. Learning it is the
//! trainer's affair (tests/reference/translation.py); this file reads and applies it, by the same rules.
//!
//! **Paper.** R. Sennrich, B. Haddow, A. Birch: Neural machine translation of rare words with subword units (2016). That a
//! token carries the space before it is due to T. Kudo, J. Richardson: SentencePiece (2018).

use std::collections::HashMap;

use crate::{error::Error, weights};

/// Fills up short rows.
pub const PAD: usize = 0;
/// Before the first word.
pub const START: usize = 1;
/// After the last word.
pub const END: usize = 2;
/// A character that is not in the vocabulary.
pub const UNKNOWN: usize = 3;
/// The mark of a token with a space before it.
pub const WORD: char = '\u{2581}';

/// Names of the tokens that stand for no text.
const SPECIAL: [&str; 4] = ["<pad>", "<start>", "<end>", "<unknown>"];
/// What an English apostrophe may open.
const ENDINGS: [&str; 7] = ["s", "m", "t", "re", "ve", "ll", "d"];
/// Marks that follow their letter in decomposed text, with the letters before and after joining.
const MARKS: [(char, &str, &str); 6] = [
    ('\u{300}', "AEIOUaeiou", "ÀÈÌÒÙàèìòù"),
    ('\u{301}', "AEIOUYaeiouy", "ÁÉÍÓÚÝáéíóúý"),
    ('\u{302}', "AEIOUaeiou", "ÂÊÎÔÛâêîôû"),
    ('\u{303}', "ANOano", "ÃÑÕãñõ"),
    ('\u{308}', "AEIOUYaeiouy", "ÄËÏÖÜŸäëïöüÿ"),
    ('\u{327}', "Cc", "Çç"),
];

fn is_space(c: char) -> bool {
    matches!(c, '\0'..='\u{20}' | '\u{7f}'..='\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Soft hyphens, joiners and direction marks, which nobody sees.
fn is_dropped(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{2060}' | '\u{feff}' | '\u{200b}'..='\u{200f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A Latin letter.
pub(crate) fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (('\u{c0}'..='\u{24f}').contains(&c) && c != '×' && c != '÷')
}

fn composed(letter: char, mark: char) -> Option<char> {
    let (_, plain, marked) = MARKS.iter().find(|(of, _, _)| *of == mark)?;
    plain.chars().zip(marked.chars()).find(|(plain, _)| *plain == letter).map(|(_, marked)| marked)
}

/// Composed letters, one kind of space, apostrophe, quote and dash, no doubled or outer spaces.
pub fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| !is_dropped(c)) {
        let last = out.chars().next_back();
        if is_space(c) {
            if last.is_some_and(|last| last != ' ') {
                out.push(' ');
            }
            continue;
        }
        if let Some(whole) = last.and_then(|last| composed(last, c)) {
            out.pop();
            out.push(whole);
            continue;
        }
        match c {
            '‘' | '’' | 'ʼ' => out.push('\''),
            '“' | '”' => out.push('"'),
            '‐' | '\u{2011}' | '–' | '—' => out.push('-'),
            '…' => out.push_str("..."),
            WORD => out.push('_'),
            other => out.push(other),
        }
    }
    out.truncate(out.trim_end_matches(' ').len());
    out
}

/// Words, single digits and marks of a normalised text; a piece after a space, and the first, starts with the word mark. An
/// English ending keeps the apostrophe before it, a word that lost its vowel keeps the one after it, and what follows a hyphen
/// keeps the hyphen: `don|'t`, `l'|ami`, `est|-ce`.
pub fn pieces(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let word: Vec<char> = word.chars().collect();
        let letter = |i: usize| word.get(i).is_some_and(|&c| is_letter(c));
        let mut i = 0;
        while i < word.len() {
            let first = i;
            if matches!(word[i], '\'' | '-') && i > 0 && letter(i - 1) && letter(i + 1) {
                i += 1;
            }
            if letter(i) {
                while letter(i) {
                    i += 1;
                }
                if word.get(i) == Some(&'\'') && !opens_ending(&word, i) {
                    i += 1;
                }
            } else if word[i] > '\u{24f}' {
                while word.get(i).is_some_and(|&c| c > '\u{24f}') {
                    i += 1;
                }
            } else {
                i += 1;
            }
            let mark = (first == 0).then_some(WORD);
            out.push(mark.into_iter().chain(word[first..i].iter().copied()).collect());
        }
    }
    out
}

/// Whether the apostrophe at `place` opens an English ending.
fn opens_ending(word: &[char], place: usize) -> bool {
    let ending: String = word[place + 1..].iter().take_while(|&&c| is_letter(c)).collect();
    let end = place + 1 + ending.chars().count();
    ENDINGS.contains(&ending.as_str()) && word.get(end) != Some(&'\'')
}

/// The tokens that a network knows.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    tokens: Vec<String>,
    characters: HashMap<char, usize>,
    /// Which two neighbours become which token; the smaller the token, the earlier they are joined.
    joins: HashMap<(usize, usize), usize>,
}

impl Vocabulary {
    /// Reads a vocabulary: its characters in the first line, then a pair a line, in the order of joining.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let trouble = |line: usize| Error::Table(format!("Line {line} of the vocabulary joins no two known tokens."));
        let mut lines = text.lines();
        let alphabet = lines.next().unwrap_or_default();
        let mut tokens: Vec<String> = SPECIAL.iter().map(|&name| name.to_owned()).collect();
        tokens.extend(alphabet.chars().map(String::from));
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for (number, token) in tokens.iter().enumerate().skip(SPECIAL.len()) {
            numbers.insert(token.clone(), number);
        }
        let characters = numbers.iter().filter_map(|(token, &number)| Some((token.chars().next()?, number))).collect();
        let mut joins = HashMap::new();
        for (line, pair) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
            let (first, second) = pair.split_once(' ').ok_or_else(|| trouble(line + 2))?;
            let (&a, &b) = numbers.get(first).zip(numbers.get(second)).ok_or_else(|| trouble(line + 2))?;
            let whole = format!("{first}{second}");
            if numbers.insert(whole.clone(), tokens.len()).is_some() {
                return Err(trouble(line + 2));
            }
            joins.insert((a, b), tokens.len());
            tokens.push(whole);
        }
        Ok(Self { tokens, characters, joins })
    }

    /// The vocabulary that travels with the weights, in the metadata of their file.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, Error> {
        let text = weights::metadata(bytes, "vocabulary")?;
        Self::parse(&text.ok_or_else(|| Error::WeightFile("it holds no vocabulary".into()))?)
    }

    /// Tokens of a text, without start and end. No text is refused: what is not known becomes [`UNKNOWN`], once for a run of
    /// unknown characters within a piece.
    pub fn encode(&self, text: &str) -> Vec<usize> {
        pieces(&normalised(text)).iter().flat_map(|piece| self.split(piece)).collect()
    }

    fn split(&self, piece: &str) -> Vec<usize> {
        let number = |c| self.characters.get(&c).copied().unwrap_or(UNKNOWN);
        let mut tokens: Vec<usize> = piece.chars().map(number).collect();
        tokens.dedup_by(|a, b| *a == UNKNOWN && *b == UNKNOWN);
        loop {
            let joined =
                |place: usize| self.joins.get(&(tokens[place], tokens[place + 1])).map(|&whole| (whole, place));
            let Some((whole, place)) = (0..tokens.len().saturating_sub(1)).filter_map(joined).min() else {
                return tokens;
            };
            tokens.splice(place..place + 2, [whole]);
        }
    }

    /// The text of tokens; unknown ones show as the replacement character.
    pub fn decode(&self, tokens: &[usize]) -> String {
        let shown = tokens.iter().filter(|&&token| token >= UNKNOWN);
        let text: String = shown.map(|&token| if token == UNKNOWN { "\u{fffd}" } else { self.token(token) }).collect();
        text.replace(WORD, " ").trim_matches(' ').to_owned()
    }

    /// A token as it is kept: the word mark `▁` stands for a space before it. Numbers beyond the vocabulary show as unknown.
    pub fn token(&self, token: usize) -> &str {
        self.tokens.get(token).map_or(SPECIAL[UNKNOWN], String::as_str)
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether it knows no text at all.
    pub fn is_empty(&self) -> bool {
        self.tokens.len() <= SPECIAL.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "'-aehlnt▁\nl a\n▁ h\n▁h a\n▁ha t\n' t\n";

    #[test]
    fn texts_are_made_alike() {
        assert_eq!(normalised("  Ou\u{301}i\u{202f}!\u{a0} «\u{2009}E\u{300} l’a…\u{200b} »  "), "Oúi ! « È l'a... »");
        assert_eq!(normalised("\t \n"), "");
        assert_eq!(normalised("a▁b – “c”"), "a_b - \"c\"");
    }

    #[test]
    fn words_and_marks_part() {
        let cut = |text: &str| pieces(text).join("|");
        assert_eq!(cut("I don't see l'ami, est-ce 42?"), "▁I|▁don|'t|▁see|▁l'|ami|,|▁est|-ce|▁4|2|?");
        assert_eq!(cut("aujourd'hui qu'il s'y dogs' 'tis"), "▁aujourd'|hui|▁qu'|il|▁s'|y|▁dogs'|▁'|tis");
        assert_eq!(cut("She's 're- -a"), "▁She|'s|▁'|re|-|▁-|a");
        assert_eq!(cut("ok日本語!"), "▁ok|日本語|!");
        assert_eq!(cut(""), "");
    }

    #[test]
    fn the_earliest_pair_is_joined_first() {
        let vocabulary = Vocabulary::parse(TEXT).unwrap();
        assert_eq!(vocabulary.len(), 4 + 9 + 5);
        let shown = |text: &str| -> Vec<String> {
            vocabulary.encode(text).into_iter().map(|token| vocabulary.token(token).to_owned()).collect()
        };
        assert_eq!(shown("hat"), ["▁hat"]);
        assert_eq!(shown("lahat la"), ["▁", "la", "h", "a", "t", "▁", "la"]);
        assert_eq!(shown("hat't"), ["▁hat", "'t"]);
        assert_eq!(shown("hzzzt"), ["▁h", "<unknown>", "t"]);
        assert_eq!(vocabulary.decode(&vocabulary.encode("hat la  hazt")), "hat la ha\u{fffd}t");
        assert_eq!(vocabulary.decode(&[START, 999, END]), "<unknown>");
    }

    #[test]
    fn a_damaged_vocabulary_is_refused_by_line() {
        for (text, line) in [("ab\nab", 2), ("ab\na b\na c", 3), ("ab\na b\na b", 3)] {
            let message = Vocabulary::parse(text).unwrap_err().to_string();
            assert!(message.contains(&format!("Line {line} ")), "{message}");
        }
        assert!(Vocabulary::parse("").unwrap().is_empty());
        assert!(Vocabulary::from_safetensors(b"no file").is_err());
    }

    proptest! {
        #[test]
        fn any_text_becomes_known_tokens(text in "\\PC*") {
            let vocabulary = Vocabulary::parse(TEXT).unwrap();
            let tokens = vocabulary.encode(&text);
            prop_assert!(tokens.iter().all(|&token| (UNKNOWN..vocabulary.len()).contains(&token)));
            vocabulary.decode(&tokens);
        }

        #[test]
        fn known_text_comes_back(text in "[hatel]{1,9}( [hatel]{1,5}('t)?){0,3}") {
            let vocabulary = Vocabulary::parse(TEXT).unwrap();
            prop_assert_eq!(vocabulary.decode(&vocabulary.encode(&text)), text);
        }
    }
}
