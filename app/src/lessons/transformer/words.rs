//! Words whose vectors are laid out on a plane.

/// Groups of words whose vectors are laid out: name, words in English and in French.
pub const GROUPS: [(&str, &[&str]); 5] = [
    ("people", &["he", "she", "we", "they", "il", "elle", "nous", "ils"]),
    ("numbers", &["two", "three", "five", "ten", "deux", "trois", "cinq", "dix"]),
    ("time", &["today", "tomorrow", "night", "year", "demain", "nuit", "an", "hier"]),
    ("doing", &["go", "come", "eat", "sleep", "aller", "venir", "manger", "dormir"]),
    ("family", &["mother", "father", "brother", "sister", "mère", "père", "frère", "sœur"]),
];
