//! License expressions (PEP 639, SPDX 2.3 annex D).

/// Errors of a license expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an SPDX license expression: {what}")]
#[non_exhaustive]
pub struct LicenseError {
    /// Text of the expression.
    pub text: String,
    /// Description of the fault.
    pub what: &'static str,
}

/// Maximum depth of parentheses.
const MAX_DEPTH: usize = 50;

struct LicenseParser {
    tokens: std::vec::IntoIter<String>,
    next: Option<String>,
    out: String,
}

impl LicenseParser {
    fn take(&mut self) -> Option<String> {
        std::mem::replace(&mut self.next, self.tokens.next())
    }

    fn next_is(&self, token: &str) -> bool {
        self.next.as_deref().is_some_and(|next| next.eq_ignore_ascii_case(token))
    }

    fn expression(&mut self, depth: usize) -> Result<(), &'static str> {
        loop {
            self.term(depth)?;
            let Some(word) = ["AND", "OR"].into_iter().find(|word| self.next_is(word)) else {
                return Ok(());
            };
            self.take();
            self.out.push(' ');
            self.out.push_str(word);
            self.out.push(' ');
        }
    }

    fn term(&mut self, depth: usize) -> Result<(), &'static str> {
        let Some(token) = self.take() else { return Err("a license is missing at the end") };
        if token == "(" {
            if depth == MAX_DEPTH {
                return Err("too many parentheses");
            }
            self.out.push('(');
            self.expression(depth + 1)?;
            if self.take().as_deref() != Some(")") {
                return Err("a `)` is missing");
            }
            self.out.push(')');
            return Ok(());
        }
        self.identifier(&token, true)?;
        if self.next_is("WITH") {
            self.take();
            let Some(exception) = self.take() else { return Err("an exception is missing after WITH") };
            self.out.push_str(" WITH ");
            self.identifier(&exception, false)?;
        }
        Ok(())
    }

    fn identifier(&mut self, token: &str, is_license: bool) -> Result<(), &'static str> {
        if ["AND", "OR", "WITH", ")"].iter().any(|word| token.eq_ignore_ascii_case(word)) {
            return Err("a license is missing");
        }
        let plain = if is_license { token.strip_suffix('+').unwrap_or(token) } else { token };
        let is_identifier = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        if plain.is_empty() || !plain.chars().all(is_identifier) {
            return Err("an identifier has letters, digits, `-` and `.`");
        }
        // The only prefix whose spelling is defined without the list of licenses.
        const REFERENCE: &str = "licenseref-";
        match plain.get(..REFERENCE.len()) {
            Some(prefix) if prefix.eq_ignore_ascii_case(REFERENCE) => {
                self.out.push_str("LicenseRef-");
                self.out.push_str(&token[REFERENCE.len()..]);
            }
            _ => self.out.push_str(token),
        }
        Ok(())
    }
}

/// Checks the syntax of an expression, and normalizes operators to upper case with single spaces.
/// Identifiers are not checked against the list of licenses, which changes with every SPDX release.
///
/// # Errors
/// [`LicenseError`].
pub fn normalize_license(text: &str) -> Result<String, LicenseError> {
    let refuse = |what| LicenseError { text: text.to_owned(), what };
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut tokens = spaced.split_whitespace().map(str::to_owned).collect::<Vec<_>>().into_iter();
    let next = tokens.next();
    let mut parser = LicenseParser { tokens, next, out: String::new() };
    parser.expression(0).map_err(refuse)?;
    if parser.next.is_some() {
        return Err(refuse("AND, OR or WITH is missing between two licenses"));
    }
    Ok(parser.out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (text, expected) in [
            ("MIT", "MIT"),
            ("MIT or  apache-2.0", "MIT OR apache-2.0"),
            (
                "(MIT AND (GPL-2.0+ with Classpath-exception-2.0))",
                "(MIT AND (GPL-2.0+ WITH Classpath-exception-2.0))",
            ),
            ("licenseref-Special", "LicenseRef-Special"),
        ] {
            assert_eq!(normalize_license(text).unwrap(), expected);
        }
        for (text, what) in [
            ("", "a license is missing at the end"),
            ("MIT OR", "a license is missing at the end"),
            ("OR MIT", "a license is missing"),
            ("MIT Apache-2.0", "AND, OR or WITH is missing between two licenses"),
            ("(MIT", "a `)` is missing"),
            ("MIT)", "AND, OR or WITH is missing between two licenses"),
            ("MIT License!", "AND, OR or WITH is missing between two licenses"),
            ("MIT_2", "an identifier has letters, digits, `-` and `.`"),
        ] {
            assert_eq!(normalize_license(text).unwrap_err().what, what, "{text}");
        }
        assert!(normalize_license(&"(".repeat(10_000)).is_err());
    }
}
