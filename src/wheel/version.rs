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

/// Cursor over lower-case ASCII. Each method returns a segment in normal form, and consumes nothing
/// if the segment is absent.
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
        let after_word = self.rest;
        self.eat_any(&["-", "_", "."]);
        let number = self.digits().unwrap_or_else(|| {
            self.rest = after_word;
            "0"
        });
        Some((word, number))
    }

    /// Consumes an epoch, which ends in `!`, and the release. An epoch of zero has no normal form.
    fn release(&mut self) -> Option<String> {
        let mut normal = String::new();
        let mut first = self.digits()?;
        if self.eat("!") {
            if first != "0" {
                normal = format!("{first}!");
            }
            first = self.digits()?;
        }
        normal.push_str(first);
        loop {
            let before = self.rest;
            let number = if self.eat(".") { self.digits() } else { None };
            let Some(number) = number else {
                self.rest = before;
                return Some(normal);
            };
            normal.push('.');
            normal.push_str(number);
        }
    }

    fn pre_release(&mut self) -> Option<String> {
        let (word, number) = self.word(&["alpha", "a", "beta", "b", "preview", "pre", "rc", "c"])?;
        let letter = match word {
            "alpha" | "a" => "a",
            "beta" | "b" => "b",
            _ => "rc",
        };
        Some(format!("{letter}{number}"))
    }

    /// Consumes `-N` or `.postN`.
    fn post_release(&mut self) -> Option<String> {
        let before = self.rest;
        let implicit = if self.eat("-") { self.digits() } else { None };
        let number = implicit.or_else(|| {
            self.rest = before;
            self.word(&["post", "rev", "r"]).map(|(_, number)| number)
        })?;
        Some(format!(".post{number}"))
    }

    fn development_release(&mut self) -> Option<String> {
        self.word(&["dev"]).map(|(_, number)| format!(".dev{number}"))
    }
}

/// Returns the normal form of the part after the `+`; `None` if it is not valid.
fn local_version(text: &str) -> Option<String> {
    let is_part = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let normal = |part| if is_number(part) { without_zeros(part) } else { part };
    let parts = text.split(['-', '_', '.']).map(|part| Some(part).filter(is_part).map(normal));
    Some(parts.collect::<Option<Vec<_>>>()?.join("."))
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
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

/// Returns the normal form of a version in lower case; `None` if it is not valid.
fn parse(lower: &str) -> Option<String> {
    let (public, local) = match lower.split_once('+') {
        Some((public, local)) => (public, Some(local)),
        None => (lower, None),
    };
    let mut reader = VersionReader { rest: public };
    reader.eat("v");
    let mut normal = reader.release()?;
    normal.extend(reader.pre_release());
    normal.extend(reader.post_release());
    normal.extend(reader.development_release());
    if !reader.rest.is_empty() {
        return None;
    }
    if let Some(local) = local {
        normal.push('+');
        normal.push_str(&local_version(local)?);
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
