//! Paths in the config: relative, with `/`, and never above the root.

/// Reasons to refuse a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PathError {
    #[error("it is empty")]
    Empty,
    #[error("it is absolute; paths are relative to the config file")]
    Absolute,
    #[error("it leaves the root")]
    Escapes,
    #[error("it has a backslash; use `/`")]
    Backslash,
    #[error("it has a NUL")]
    Nul,
}

/// Returns the path without `.`, `..` and doubled `/`.
pub(super) fn normalized(path: &str) -> Result<String, PathError> {
    if path.is_empty() {
        return Err(PathError::Empty);
    }
    if path.contains('\0') {
        return Err(PathError::Nul);
    }
    if path.contains('\\') {
        return Err(PathError::Backslash);
    }
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if path.starts_with('/') || drive {
        return Err(PathError::Absolute);
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(PathError::Escapes)?;
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        return Err(PathError::Empty);
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_below_the_root() {
        assert_eq!(normalized("a/./b//c.py").as_deref(), Ok("a/b/c.py"));
        assert_eq!(normalized("a/../b.py").as_deref(), Ok("b.py"));
        assert_eq!(normalized("../b.py"), Err(PathError::Escapes));
        assert_eq!(normalized("a/../../b.py"), Err(PathError::Escapes));
        assert_eq!(normalized("/b.py"), Err(PathError::Absolute));
        assert_eq!(normalized("c:/b.py"), Err(PathError::Absolute));
        assert_eq!(normalized("a\\b.py"), Err(PathError::Backslash));
        assert_eq!(normalized("./"), Err(PathError::Empty));
    }
}
