//! Just enough of Rust's grammar to colour it. It never fails: what it does not know stays plain.

/// What a piece of source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Names, punctuation, spaces.
    Plain,
    /// A reserved word.
    Keyword,
    /// A name that begins with a capital letter: types, traits, variants.
    Type,
    /// A comment.
    Comment,
    /// A string or a character.
    Text,
    /// A number.
    Number,
    /// An attribute or the name of a macro.
    Mark,
    /// A lifetime or a label.
    Lifetime,
}

impl Kind {
    /// Its class in the stylesheet; plain text has none.
    pub const fn class(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Keyword => Some("k"),
            Self::Type => Some("t"),
            Self::Comment => Some("c"),
            Self::Text => Some("s"),
            Self::Number => Some("n"),
            Self::Mark => Some("m"),
            Self::Lifetime => Some("l"),
        }
    }
}

/// A piece of one line.
pub type Piece = (Kind, String);

const KEYWORDS: [&str; 39] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false", "fn",
    "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self",
    "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while", "union",
];

/// The lines of a file, each cut into pieces. A line's pieces put together are the line.
pub fn lines(source: &str) -> Vec<Vec<Piece>> {
    let mut lines: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut rest = source;
    while !rest.is_empty() {
        let (kind, length) = next(rest);
        let (piece, after) = rest.split_at(length);
        rest = after;
        for (index, part) in piece.split('\n').enumerate() {
            if index > 0 {
                lines.push(Vec::new());
            }
            let part = part.trim_end_matches('\r');
            if part.is_empty() {
                continue;
            }
            if let Some(line) = lines.last_mut() {
                match line.last_mut() {
                    Some((before, text)) if *before == kind => text.push_str(part),
                    _ => line.push((kind, part.to_owned())),
                }
            }
        }
    }
    if lines.len() > 1 && lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

/// The kind and the length in bytes, at least one character, of what a text begins with.
fn next(text: &str) -> (Kind, usize) {
    let first = text.chars().next().unwrap_or(' ');
    let second = text.chars().nth(1).unwrap_or(' ');
    match first {
        '/' if second == '/' => (Kind::Comment, text.find('\n').unwrap_or(text.len())),
        '/' if second == '*' => (Kind::Comment, block_comment(text)),
        '"' => (Kind::Text, 1 + quoted(&text[1..], '"')),
        '\'' => quote(text),
        '#' if second == '[' || text.starts_with("#![") => (Kind::Mark, attribute(text)),
        _ if first.is_ascii_digit() => (Kind::Number, number(text)),
        _ if first == '_' || first.is_alphabetic() => word(text),
        _ => (Kind::Plain, first.len_utf8()),
    }
}

fn word(text: &str) -> (Kind, usize) {
    let length = text.find(|letter: char| letter != '_' && !letter.is_alphanumeric()).unwrap_or(text.len());
    let (name, after) = text.split_at(length);
    if matches!(name, "r" | "br" | "b" | "c" | "cr")
        && let Some(more) = string_after_prefix(name, after)
    {
        return (Kind::Text, length + more);
    }
    let kind = if KEYWORDS.contains(&name) {
        Kind::Keyword
    } else if after.starts_with('!') && !after.starts_with("!=") {
        return (Kind::Mark, length + 1);
    } else if name.starts_with(char::is_uppercase) {
        Kind::Type
    } else {
        Kind::Plain
    };
    (kind, length)
}

/// The length of the rest of a string with a prefix such as `r#`, if it is one.
fn string_after_prefix(name: &str, after: &str) -> Option<usize> {
    let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
    if name.contains('r') && after[hashes..].starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        let body = hashes + 1;
        return Some(after[body..].find(&end).map_or(after.len(), |place| body + place + end.len()));
    }
    if let Some(rest) = after.strip_prefix('"') {
        return Some(1 + quoted(rest, '"'));
    }
    (name == "b" && after.starts_with('\'')).then(|| 1 + quoted(&after[1..], '\''))
}

/// Bytes up to and with the closing quote.
fn quoted(text: &str, end: char) -> usize {
    let mut escaped = false;
    for (place, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == end => return place + letter.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// A character or a lifetime.
fn quote(text: &str) -> (Kind, usize) {
    let mut letters = text.char_indices().skip(1);
    let (Some((_, first)), second) = (letters.next(), letters.next()) else { return (Kind::Plain, 1) };
    if first == '\\' {
        return (Kind::Text, 1 + quoted(&text[1..], '\''));
    }
    if let Some((place, '\'')) = second {
        return (Kind::Text, place + 1);
    }
    let name = text[1..].find(|letter: char| letter != '_' && !letter.is_alphanumeric()).unwrap_or(text.len() - 1);
    if name == 0 { (Kind::Plain, 1) } else { (Kind::Lifetime, 1 + name) }
}

fn number(text: &str) -> usize {
    let mut end = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        let part = match byte {
            b'.' => bytes.get(end + 1).is_some_and(u8::is_ascii_digit) && !text[..end].contains('.'),
            b'+' | b'-' => end > 0 && matches!(bytes[end - 1], b'e' | b'E') && !text.starts_with("0x"),
            other => *other == b'_' || other.is_ascii_alphanumeric(),
        };
        if !part {
            break;
        }
        end += 1;
    }
    end
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut place) = (0_usize, 0);
    let bytes = text.as_bytes();
    while place < bytes.len() {
        match &bytes[place..bytes.len().min(place + 2)] {
            b"/*" => {
                depth += 1;
                place += 2;
            }
            b"*/" => {
                depth -= 1;
                place += 2;
                if depth == 0 {
                    return place;
                }
            }
            _ => place += 1,
        }
    }
    text.len()
}

fn attribute(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut place = 0;
    while let Some(letter) = text[place..].chars().next() {
        match letter {
            '"' => {
                place += 1 + quoted(&text[place + 1..], '"');
                continue;
            }
            '[' => depth += 1,
            ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return place + 1;
                }
            }
            _ => {}
        }
        place += letter.len_utf8();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<(Kind, String)> {
        lines(source).into_iter().flatten().filter(|(kind, _)| *kind != Kind::Plain).collect()
    }

    fn piece(kind: Kind, text: &str) -> (Kind, String) {
        (kind, text.to_owned())
    }

    #[test]
    fn words_numbers_and_texts() {
        assert_eq!(
            kinds("pub fn f(x: Tensor<2>) { let a = \"b\\\"// c\"; 1..2; 1.5e-3_f32 }"),
            [
                piece(Kind::Keyword, "pub"),
                piece(Kind::Keyword, "fn"),
                piece(Kind::Type, "Tensor"),
                piece(Kind::Number, "2"),
                piece(Kind::Keyword, "let"),
                piece(Kind::Text, "\"b\\\"// c\""),
                piece(Kind::Number, "1"),
                piece(Kind::Number, "2"),
                piece(Kind::Number, "1.5e-3_f32"),
            ]
        );
    }

    #[test]
    fn characters_are_not_lifetimes() {
        assert_eq!(
            kinds("'a' '\\'' '\\n' <'a> 'static 'é'"),
            [
                piece(Kind::Text, "'a'"),
                piece(Kind::Text, "'\\''"),
                piece(Kind::Text, "'\\n'"),
                piece(Kind::Lifetime, "'a"),
                piece(Kind::Lifetime, "'static"),
                piece(Kind::Text, "'é'"),
            ]
        );
    }

    #[test]
    fn comments_and_raw_texts_span_lines() {
        let cut = lines("a /* one\n /* two */ three */ b\nr#\"x\n\"y\"# // end\n");
        assert_eq!(cut.len(), 4);
        assert_eq!(cut[1][0], piece(Kind::Comment, " /* two */ three */"));
        assert_eq!(cut[3], [piece(Kind::Text, "\"y\"#"), piece(Kind::Plain, " "), piece(Kind::Comment, "// end")]);
    }

    #[test]
    fn attributes_and_macros() {
        assert_eq!(
            kinds("#[doc = \"]\"]\nassert!(a != b)"),
            [piece(Kind::Mark, "#[doc = \"]\"]"), piece(Kind::Mark, "assert!")]
        );
    }

    #[test]
    fn nothing_is_lost_and_nothing_panics() {
        let hostile =
            ["'", "\"", "r#\"", "/*", "#[", "'\\", "é'ß\u{301}", "0x", "1.", "b'", "/**/*/", "\r\n\r\n", "*/ 'a"];
        for source in hostile.into_iter().chain([include_str!("rust_lexer.rs")]) {
            let together: Vec<String> =
                lines(source).into_iter().map(|line| line.into_iter().map(|(_, text)| text).collect()).collect();
            let plain: Vec<&str> = source.lines().collect();
            assert_eq!(together.join("\n").trim_end_matches('\n'), plain.join("\n").trim_end_matches('\n'));
        }
    }
}
