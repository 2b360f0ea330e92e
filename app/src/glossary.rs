//! The words of the field, one exact sentence each. Plain data without any dependency.

mod names;
mod words;

pub use self::{names::also, words::GLOSSARY};

/// A word of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word.
    pub word: &'static str,
    /// What it means, in one sentence.
    pub says: &'static str,
    /// The slug of the lesson that shows it.
    pub lesson: &'static str,
    /// The figure of that lesson in which it is seen; empty where the lesson is not there yet.
    pub figure: &'static str,
    /// The settings under which the figure is there and shows it, as the lesson's address holds them.
    pub settings: &'static str,
}

impl Term {
    /// Its place on the page: the word in small letters, with hyphens.
    pub fn id(&self) -> String {
        self.word.to_lowercase().replace(' ', "-")
    }

    /// The letter that it stands under.
    pub fn letter(&self) -> Option<char> {
        self.word.chars().next().map(|letter| letter.to_ascii_uppercase())
    }
}

const fn term(word: &'static str, says: &'static str, lesson: &'static str, figure: &'static str) -> Term {
    Term { word, says, lesson, figure, settings: "" }
}

/// A word that is seen under these settings of its lesson.
const fn under(settings: &'static str, term: Term) -> Term {
    Term { settings, ..term }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{curriculum, lessons::LESSONS};

    #[test]
    fn words_go_from_a_to_z_in_one_sentence_each() {
        let words: Vec<String> = GLOSSARY.iter().map(|term| term.word.to_lowercase()).collect();
        assert!(words.windows(2).all(|pair| pair[0] < pair[1]));
        for term in &GLOSSARY {
            let inner = &term.says[..term.says.len() - 1];
            assert!(term.says.ends_with('.') && !inner.contains(". "), "{}", term.word);
        }
    }

    #[test]
    fn other_names_belong_to_a_word_or_a_lesson() {
        for (index, (name, others)) in names::OTHER_NAMES.iter().enumerate() {
            let known = GLOSSARY.iter().any(|term| term.word == *name) || curriculum::find(name).is_some();
            assert!(known && others.split(", ").all(|other| !other.trim().is_empty()), "{name}");
            assert!(
                names::OTHER_NAMES[index + 1..].iter().all(|(later, _)| later != name),
                "{name} stands there twice"
            );
        }
    }

    #[test]
    fn settings_are_those_of_a_figure() {
        assert!(GLOSSARY.iter().all(|term| term.settings.is_empty() || !term.figure.is_empty()));
    }

    #[test]
    fn each_word_is_seen_in_a_lesson_and_its_figure() {
        for term in &GLOSSARY {
            assert!(curriculum::find(term.lesson).is_some(), "{}: no lesson {}", term.word, term.lesson);
            if let Some(lesson) = LESSONS.iter().find(|lesson| lesson.slug == term.lesson) {
                let shown = lesson.figures.iter().any(|figure| figure.id == term.figure);
                assert!(shown, "{}: {} has no figure {}", term.word, term.lesson, term.figure);
            }
        }
    }
}
