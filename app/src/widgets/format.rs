//! Numbers as a reader wants them, and as a test wants them.

/// A short number for a reader: about three significant figures, a true minus sign, thousands set apart.
pub fn number(value: f64) -> String {
    if value.is_nan() {
        return "not a number".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    let size = value.abs();
    let text = if size == 0.0 {
        "0".to_owned()
    } else if !(1e-4..1e7).contains(&size) {
        return scientific(value);
    } else if size >= 1000.0 || value.fract() == 0.0 {
        thousands(&format!("{size:.0}"))
    } else {
        let decimals = (2 - size.log10().floor() as i32).clamp(0, 6) as usize;
        trim(&format!("{size:.decimals$}"))
    };
    if value < 0.0 && text != "0" { format!("−{text}") } else { text }
}

/// A count for a reader, thousands set apart.
pub fn grouped(count: u64) -> String {
    thousands(&count.to_string())
}

/// A sentence with measured numbers as a reader wants it: a true minus sign, and no line that begins with a per cent sign.
pub fn sentence(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(this) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        out.push(match this {
            ' ' if next == '%' => '\u{a0}',
            '-' if next.is_ascii_digit() && !before.is_alphanumeric() => '−',
            other => other,
        });
        before = this;
    }
    out
}

/// A number for a machine: ASCII minus, decimal point, no unit; `NaN`, `inf` and `-inf` where it is none.
pub fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // Rounding must not leave a negative zero behind.
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}

/// A tick's number, with as many decimals as the step between ticks needs.
pub(super) fn tick(value: f64, step: f64) -> String {
    let size = value.abs();
    if size >= 1e7 {
        return scientific(value);
    }
    let decimals = if step > 0.0 { (-(step.log10() + 1e-9).floor()).clamp(0.0, 8.0) as usize } else { 3 };
    // A step such as 2.5 or 0.25 needs one decimal more.
    let rest = step * 10f64.powi(decimals as i32);
    let decimals = if (rest - rest.round()).abs() > 1e-6 { decimals + 1 } else { decimals };
    let text = thousands(&format!("{size:.decimals$}"));
    if value < 0.0 && text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) { format!("−{text}") } else { text }
}

/// The ticks of a logarithmic axis, all written in one way: as numbers, or as powers where one would be long.
pub(super) fn log_ticks(values: &[f64]) -> Vec<String> {
    if values.iter().all(|value| (0.001..=1e5).contains(value)) {
        return values.iter().map(|value| number(*value)).collect();
    }
    let power = |value: f64| {
        let power = value.log10().round() as i32;
        let is_whole = (value / 10f64.powi(power) - 1.0).abs() < 0.01;
        if is_whole { format!("10{}", superscript(power)) } else { scientific(value) }
    };
    values.iter().map(|value| power(*value)).collect()
}

fn scientific(value: f64) -> String {
    let power = value.abs().log10().floor() as i32;
    let lead = value / 10f64.powi(power);
    let sign = if lead < 0.0 { "−" } else { "" };
    format!("{sign}{} × 10{}", trim(&format!("{:.1}", lead.abs())), superscript(power))
}

fn superscript(power: i32) -> String {
    power
        .to_string()
        .chars()
        .map(|digit| match digit {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            other => char::from_u32(0x2070 + other.to_digit(10).unwrap_or(0)).unwrap_or('⁰'),
        })
        .collect()
}

fn trim(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

fn thousands(text: &str) -> String {
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) && whole.len() > 3 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_readers() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.0834, "0.0834"),
            (12.0, "12"),
            (12.34, "12.3"),
            (-1284.0, "−1,284"),
            (4_567_890.0, "4,567,890"),
            (2.5e-7, "2.5 × 10⁻⁷"),
            (f64::NAN, "not a number"),
            (f64::NEG_INFINITY, "−∞"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn counts_for_readers() {
        assert_eq!([0, 999, 60_000, 60_965_224].map(grouped), ["0", "999", "60,000", "60,965,224"]);
    }

    #[test]
    fn sentences_for_readers() {
        assert_eq!(sentence("From -0.02 to 79 %, in 1-2 steps."), "From −0.02 to 79\u{a0}%, in 1-2 steps.");
    }

    #[test]
    fn numbers_for_machines() {
        assert_eq!(plain(-0.0004, 3), "0.000");
        assert_eq!(plain(-1.5, 2), "-1.50");
        assert_eq!(plain(f64::NAN, 2), "NaN");
    }

    #[test]
    fn ticks_show_their_step() {
        assert_eq!(tick(0.25, 0.25), "0.25");
        assert_eq!(tick(0.5, 0.25), "0.50");
        assert_eq!(tick(2.5, 2.5), "2.5");
        assert_eq!(tick(2000.0, 500.0), "2,000");
        assert_eq!(tick(-0.2, 0.1), "−0.2");
        assert_eq!(tick(-1e-17, 0.1), "0.0");
        assert_eq!(log_ticks(&[1e-5, 100.0]), ["10⁻⁵", "10²"]);
        assert_eq!(log_ticks(&[0.01, 100.0, 10_000.0]), ["0.01", "100", "10,000"]);
    }
}
