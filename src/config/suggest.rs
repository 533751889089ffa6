//! Suggestions for misspelled keys and values.

/// Appends a hint to serde's message about an unknown field or variant if a known name is similar.
pub(super) fn with_suggestion(message: &str) -> String {
    let message = message.trim_end();
    let hint = suggestion(message).map(|name| format!("\nhint: did you mean `{name}`?"));
    format!("{message}{}", hint.unwrap_or_default())
}

/// Returns the known name that is most similar to the unknown one.
fn suggestion(message: &str) -> Option<&str> {
    let is_unknown = message.starts_with("unknown field `") || message.starts_with("unknown variant `");
    // Every second part is in backquotes: first the unknown name, then the known ones.
    let mut names = message.split('`').skip(1).step_by(2).filter(|_| is_unknown);
    let unknown = names.next()?;
    let similar = |name: &&str| strsim::damerau_levenshtein(unknown, name);
    let closest = names.min_by_key(similar)?;
    let shorter = unknown.chars().count().min(closest.chars().count());
    (similar(&closest) <= 1 + shorter / 4).then_some(closest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_names_are_suggested() {
        let hint = |unknown: &str| {
            let message = format!(
                "unknown field `{unknown}`, expected one of `root`, `files`, `exclude`, `follow-links`"
            );
            with_suggestion(&message).strip_prefix(&message).unwrap().to_owned()
        };
        assert_eq!(hint("exlude"), "\nhint: did you mean `exclude`?");
        assert_eq!(hint("excludes"), "\nhint: did you mean `exclude`?");
        assert_eq!(hint("file"), "\nhint: did you mean `files`?");
        assert_eq!(hint("follow_links"), "\nhint: did you mean `follow-links`?");
        assert_eq!(hint("python"), "");
        assert_eq!(with_suggestion("missing field `source`"), "missing field `source`");
    }
}
