//! Versions in their normal form (PEP 440).

use std::fmt;

/// Version in normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// Returns whether both are the same version: zeros at the end of the release are ignored.
    pub fn is_equal(&self, other: &Self) -> bool {
        fn parts(text: &str) -> (&str, &str) {
            let end =
                text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '!')).unwrap_or(text.len());
            let (mut release, rest) = text.split_at(end);
            release = release.trim_end_matches('.');
            while let Some(shorter) = release.strip_suffix(".0") {
                release = shorter;
            }
            (release, rest)
        }
        parts(&self.0) == parts(&other.0)
    }
}

/// Error of an invalid version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a valid version (PEP 440)")]
#[non_exhaustive]
pub struct WheelVersionError(pub String);

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Cursor over lower-case ASCII.
struct VersionReader<'a> {
    rest: &'a str,
}

impl<'a> VersionReader<'a> {
    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn eat_any(&mut self, texts: &[&'static str]) -> Option<&'static str> {
        texts.iter().copied().find(|text| self.eat(text))
    }

    fn digits(&mut self) -> Option<&'a str> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        if digits.is_empty() {
            return None;
        }
        self.rest = rest;
        Some(without_zeros(digits))
    }

    /// Consumes `[-_.]? word [-_.]? N?`, or nothing if there is no such word.
    fn word(&mut self, words: &[&'static str]) -> Option<(&'static str, &'a str)> {
        let before = self.rest;
        self.eat_any(&["-", "_", "."]);
        let Some(word) = self.eat_any(words) else {
            self.rest = before;
            return None;
        };
        let behind_word = self.rest;
        self.eat_any(&["-", "_", "."]);
        let number = self.digits().unwrap_or_else(|| {
            self.rest = behind_word;
            "0"
        });
        Some((word, number))
    }
}

fn without_zeros(digits: &str) -> &str {
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() { "0" } else { trimmed }
}

impl std::str::FromStr for Version {
    type Err = WheelVersionError;

    fn from_str(text: &str) -> Result<Self, WheelVersionError> {
        let lower = text.trim().to_ascii_lowercase();
        parse(&lower).map(Self).ok_or_else(|| WheelVersionError(text.to_owned()))
    }
}

fn parse(lower: &str) -> Option<String> {
    let (public, local) = match lower.split_once('+') {
        Some((public, local)) => (public, Some(local)),
        None => (lower, None),
    };
    let mut reader = VersionReader { rest: public };
    reader.eat("v");
    let mut first = reader.digits()?;
    let mut normal = String::new();
    if reader.eat("!") {
        if first != "0" {
            normal.push_str(first);
            normal.push('!');
        }
        first = reader.digits()?;
    }
    normal.push_str(first);
    loop {
        let before = reader.rest;
        let number = if reader.eat(".") { reader.digits() } else { None };
        let Some(number) = number else {
            reader.rest = before;
            break;
        };
        normal.push('.');
        normal.push_str(number);
    }
    if let Some((word, number)) = reader.word(&["alpha", "a", "beta", "b", "preview", "pre", "rc", "c"]) {
        let letter = match word {
            "alpha" | "a" => "a",
            "beta" | "b" => "b",
            _ => "rc",
        };
        normal.push_str(letter);
        normal.push_str(number);
    }
    let before = reader.rest;
    let implicit = if reader.eat("-") { reader.digits() } else { None };
    let post = match implicit {
        Some(number) => Some(number),
        None => {
            reader.rest = before;
            reader.word(&["post", "rev", "r"]).map(|(_, number)| number)
        }
    };
    if let Some(number) = post {
        normal.push_str(".post");
        normal.push_str(number);
    }
    if let Some((_, number)) = reader.word(&["dev"]) {
        normal.push_str(".dev");
        normal.push_str(number);
    }
    if !reader.rest.is_empty() {
        return None;
    }
    if let Some(local) = local {
        let mut separator = '+';
        for part in local.split(['-', '_', '.']) {
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return None;
            }
            let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
            normal.push(separator);
            normal.push_str(if is_number { without_zeros(part) } else { part });
            separator = '.';
        }
    }
    Some(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_forms() {
        for (text, normal) in [
            ("1.0", "1.0"),
            ("v1.0", "1.0"),
            (" 01.002.3 ", "1.2.3"),
            ("0!1.0", "1.0"),
            ("2!1.0", "2!1.0"),
            ("1.1RC1", "1.1rc1"),
            ("1.0-alpha.1", "1.0a1"),
            ("1.0_beta", "1.0b0"),
            ("1.0c2", "1.0rc2"),
            ("1.0pre3", "1.0rc3"),
            ("1.0preview3", "1.0rc3"),
            ("1.0-1", "1.0.post1"),
            ("1.0rev3", "1.0.post3"),
            ("1.0-r4", "1.0.post4"),
            ("1.0post", "1.0.post0"),
            ("1.0.DEV", "1.0.dev0"),
            ("1.0a1.post2.dev3", "1.0a1.post2.dev3"),
            ("1.0+Ubuntu-1_02", "1.0+ubuntu.1.2"),
        ] {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), normal, "{text}");
        }
        for text in ["", "x", "1.0.", "1..0", "1.0+", "1.0+a..b", "1.0 1", "1.0*", "1.0a1b1", "1.0--1", "!1"]
        {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
