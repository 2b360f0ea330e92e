//! English sentences with their verbs, objects and pronouns marked by hand, to score heads by. Plain words parted by spaces;
//! places count words from 0.

/// One sentence.
#[derive(Clone, Copy, Debug)]
pub struct Annotated {
    /// The sentence.
    pub text: &'static str,
    /// Each verb with its object.
    pub objects: &'static [(usize, usize)],
    /// Each pronoun with the noun that it stands for.
    pub pronouns: &'static [(usize, usize)],
}

const fn of(text: &'static str, objects: &'static [(usize, usize)], pronouns: &'static [(usize, usize)]) -> Annotated {
    Annotated { text, objects, pronouns }
}

/// All of them.
pub const SENTENCES: [Annotated; 20] = [
    of("The girl reads a long letter.", &[(2, 5)], &[]),
    of("My brother bought a new car.", &[(2, 5)], &[]),
    of("The old man opened the door.", &[(3, 5)], &[]),
    of("She wrote a letter to her mother.", &[(1, 3)], &[(5, 0)]),
    of("Tom lost his book yesterday.", &[(1, 3)], &[(2, 0)]),
    of("The boy ate the apple because he was hungry.", &[(2, 4)], &[(6, 1)]),
    of("Mary said that she was tired.", &[], &[(3, 0)]),
    of("The teacher asked a very difficult question.", &[(2, 6)], &[]),
    of("We saw a white bird in the garden.", &[(1, 4)], &[]),
    of("The woman closed the window and turned off the light.", &[(2, 4), (6, 9)], &[]),
    of("My father never reads the newspaper.", &[(3, 5)], &[]),
    of("Tom took off his coat because it was wet.", &[(1, 4)], &[(3, 0), (6, 4)]),
    of("The children love their teacher.", &[(2, 4)], &[(3, 1)]),
    of("I bought this watch because it was cheap.", &[(1, 3)], &[(5, 3)]),
    of("The man who lives here knows my sister.", &[(5, 7)], &[(2, 1)]),
    of("My sister thinks that she can win.", &[], &[(4, 1)]),
    of("The dog chased the cat around the house.", &[(2, 4)], &[]),
    of("Mary found her keys under the bed.", &[(1, 3)], &[(2, 0)]),
    of("He answered all of my questions.", &[(1, 5)], &[]),
    of("The cat drank its milk.", &[(2, 4)], &[(3, 1)]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_words_of_their_sentence() {
        let pronouns = ["he", "she", "it", "her", "his", "their", "its", "who"];
        for sentence in SENTENCES {
            let words: Vec<String> =
                sentence.text.split(' ').map(|word| word.trim_end_matches('.').to_lowercase()).collect();
            assert!(sentence.objects.len() + sentence.pronouns.len() > 0, "{}", sentence.text);
            for (verb, object) in sentence.objects {
                assert!(verb < object && *object < words.len(), "{}", sentence.text);
            }
            for (pronoun, noun) in sentence.pronouns {
                assert!(pronouns.contains(&words[*pronoun].as_str()), "{}: {}", sentence.text, words[*pronoun]);
                assert!(noun < pronoun, "{}", sentence.text);
            }
        }
        assert!(SENTENCES.iter().map(|sentence| sentence.objects.len()).sum::<usize>() >= 18);
        assert!(SENTENCES.iter().map(|sentence| sentence.pronouns.len()).sum::<usize>() >= 10);
    }
}
