//! Settings in the address: short, versioned, and safe against anything a link may hold.

use std::cell::RefCell;

/// The version of the addresses this release writes.
pub const VERSION: &str = "1";

/// A parsed query that remembers what was wrong with it, and what it was asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
    /// What had to be changed, each one sentence.
    pub problems: Vec<String>,
    asked: RefCell<Vec<Asked>>,
}

/// A key that a page has looked for: what its address understands.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The key.
    pub key: String,
    /// What its value may be.
    pub kind: Kind,
}

/// What the value of a key may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Any text, read by rules of its own.
    Text,
    /// A number: smallest, largest, and what stands for no value.
    Number(f64, f64, f64),
    /// A whole number: the same three.
    Whole(f64, f64, f64),
    /// `1` or `0`, and what stands for no value.
    Flag(bool),
    /// One word out of a list.
    Word,
}

impl Query {
    /// Reads `?a=1&b=2`; at most 100 pairs of at most 4,000 characters each are looked at.
    pub fn parse(search: &str) -> Self {
        let pairs = search
            .trim_start_matches('?')
            .split('&')
            .take(100)
            .filter(|pair| pair.len() <= 4000)
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (decode(key), decode(value)))
            .collect();
        let mut query = Self { pairs, ..Self::default() };
        if let Some(version) = query.raw("v").map(str::to_owned)
            && version != VERSION
        {
            query.problems.push(format!(
                "This link was written by another version of the site ({}); what could be read was kept.",
                clip(&version)
            ));
        }
        query
    }

    /// The raw value of a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.note(key, Kind::Text);
        self.raw(key)
    }

    /// Every key that was asked for, in the order of the first question.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.borrow().clone()
    }

    fn note(&self, key: &str, kind: Kind) {
        let mut asked = self.asked.borrow_mut();
        if !asked.iter().any(|known| known.key == key) {
            asked.push(Asked { key: key.to_owned(), kind });
        }
    }

    fn raw(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// The same query with another value of a key, or without the key.
    pub fn with(mut self, key: &str, value: Option<String>) -> Self {
        self.pairs.retain(|(known, _)| known != key);
        self.pairs.extend(value.map(|value| (key.to_owned(), value)));
        self
    }

    /// All keys, in the order of the address.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(key, _)| key.as_str())
    }

    /// A number clamped to `low..=high`; anything else gives `default`, and the reader is told.
    pub fn number(&mut self, key: &str, low: f64, high: f64, default: f64) -> f64 {
        self.note(key, Kind::Number(low, high, default));
        let Some(text) = self.raw(key).map(str::to_owned) else { return default };
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => {
                let clamped = value.clamp(low, high);
                if clamped != value {
                    let [low, high, used] = [low, high, clamped].map(plain);
                    self.problems.push(format!("{key} = {} is outside {low} to {high}; {used} is used.", clip(&text)));
                }
                clamped
            }
            _ => {
                let used = plain(default);
                self.problems.push(format!("{key} = {} is not a number; {used} is used.", clip(&text)));
                default
            }
        }
    }

    /// A whole number; see [`Query::number`].
    pub fn whole(&mut self, key: &str, low: u64, high: u64, default: u64) -> u64 {
        let (low, high, default) = (low as f64, high as f64, default as f64);
        self.note(key, Kind::Whole(low, high, default));
        self.number(key, low, high, default).round() as u64
    }

    /// `1` or `0`.
    pub fn flag(&mut self, key: &str, default: bool) -> bool {
        self.note(key, Kind::Flag(default));
        self.whole(key, 0, 1, default.into()) == 1
    }

    /// One of a list of choices, found by `find`.
    pub fn choice<T>(&mut self, key: &str, find: impl Fn(&str) -> Option<T>, default: T) -> T {
        self.note(key, Kind::Word);
        let Some(text) = self.raw(key).map(str::to_owned) else { return default };
        find(&text).unwrap_or_else(|| {
            self.problems.push(format!("{key} = {} is not one of the choices; the default is used.", clip(&text)));
            default
        })
    }
}

/// Writes a query, leaving out what is not said.
#[derive(Clone, Debug, Default)]
pub struct QueryWriter(String);

impl QueryWriter {
    /// Adds `key=value` unless the value is the default.
    pub fn add<T: PartialEq + ToString>(&mut self, key: &str, value: T, default: T) {
        if value != default {
            self.put(key, &value.to_string());
        }
    }

    /// Adds `key=value`.
    pub fn put(&mut self, key: &str, value: &str) {
        self.0.push_str(if self.0.is_empty() { "v=1&" } else { "&" });
        self.0.push_str(key);
        self.0.push('=');
        self.0.push_str(&encode(value));
    }

    /// The query without its question mark; empty if all is default.
    pub fn finish(self) -> String {
        self.0
    }
}

/// A key as a reader would say it.
pub fn spelt(key: &str) -> &str {
    match key {
        "act" => "bend",
        "opt" => "optimiser",
        "pool" => "pooling",
        _ => key,
    }
}

/// The start of a text from an address, in quotation marks, fit for a sentence.
pub fn clip(text: &str) -> String {
    let short: String = text.chars().filter(|c| !c.is_control()).take(24).collect();
    if text.chars().count() > 24 { format!("“{short}…”") } else { format!("“{short}”") }
}

/// A number as short as it can be written: most are an f32 in an f64's clothes.
fn plain(value: f64) -> String {
    let single = value as f32;
    if f64::from(single) == value { single.to_string() } else { value.to_string() }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = |at: usize| bytes.get(at).and_then(|b| (*b as char).to_digit(16));
        match (bytes[i], hex(i + 1), hex(i + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                i += 3;
            }
            (byte, ..) => {
                out.push(if byte == b'+' { b' ' } else { byte });
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A text as it may stand as the value of a key.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' => (byte as char).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_clamped_and_reported() {
        let mut query = Query::parse("?v=1&rate=1e9&batch=abc&seed=7&huge=NaN");
        assert_eq!(query.number("rate", 0.0001, 40.0, 0.1), 40.0);
        assert_eq!(query.whole("batch", 1, 512, 32), 32);
        assert_eq!(query.whole("seed", 0, 9999, 0), 7);
        assert_eq!(query.number("huge", 0.0, 1.0, 0.5), 0.5);
        assert_eq!(query.problems.len(), 3);
        assert!(query.problems[0].contains("40"));
    }

    #[test]
    fn numbers_are_told_as_they_were_meant() {
        assert_eq!([f64::from(0.05_f32), 0.1, 2.0, 16_777_217.0].map(plain), ["0.05", "0.1", "2", "16777217"]);
        let mut query = Query::parse("?rate=NaN");
        query.number("rate", 0.0, 1.0, f64::from(0.05_f32));
        assert!(query.problems[0].ends_with("is not a number; 0.05 is used."), "{}", query.problems[0]);
    }

    #[test]
    fn text_survives_the_round_trip() {
        let mut writer = QueryWriter::default();
        writer.add("data", "x & y=ä".to_string(), String::new());
        let query = Query::parse(&writer.finish());
        assert_eq!(query.text("data"), Some("x & y=ä"));
    }

    #[test]
    fn one_key_can_be_exchanged() {
        let query = Query::parse("?rate=1&seed=7").with("seed", Some("8".into())).with("rate", None);
        assert_eq!((query.text("seed"), query.text("rate")), (Some("8"), None));
        assert_eq!(query.keys().collect::<Vec<_>>(), ["seed"]);
    }

    #[test]
    fn what_was_asked_for_is_known() {
        let mut query = Query::parse("?rate=2");
        assert!(query.text("own").is_none() && query.flag("shuffle", true));
        assert_eq!((query.whole("batch", 1, 512, 10), query.number("rate", 0.0, 1.0, 0.5)), (10, 1.0));
        query.choice("data", |_| Some(()), ());
        assert_eq!(query.text("rate"), Some("2"));
        let known: Vec<_> = query.asked().into_iter().map(|asked| (asked.key, asked.kind)).collect();
        let expected = [
            ("own", Kind::Text),
            ("shuffle", Kind::Flag(true)),
            ("batch", Kind::Whole(1.0, 512.0, 10.0)),
            ("rate", Kind::Number(0.0, 1.0, 0.5)),
            ("data", Kind::Word),
        ];
        assert_eq!(known, expected.map(|(key, kind)| (key.to_owned(), kind)));
    }

    #[test]
    fn a_hostile_link_is_only_text() {
        let mut query = Query::parse(&format!("?data=%zz%<script>&rate={}&v=99", "9".repeat(5000)));
        assert_eq!(query.choice("data", |id| (id == "xor").then_some(1), 0), 0);
        assert_eq!(query.number("rate", 0.0, 1.0, 0.5), 0.5);
        assert_eq!(query.problems.len(), 2);
    }
}
