//! Suggestions for misspelled keys and values.

use super::error::ConfigAdvice;

/// Keys by the table that they belong to.
const KEYS: [(&str, &[&str]); 6] = [
    ("source", &["root", "files", "search", "exclude", "data", "follow-links"]),
    (
        "compile",
        &[
            "python",
            "optimize",
            "invalidation-mode",
            "layout",
            "engine",
            "timeout",
            "refs",
            "on-error",
            "allow-failures",
        ],
    ),
    ("tree", &["sources"]),
    ("wheel", &["project", "dynamic", "metadata", "bytecode", "tag"]),
    ("zip", &["main", "interpreter", "compression"]),
    ("manifest", &["also"]),
];

/// Returns serde's message in the words of TOML, with advice on an unknown key or value: a similar
/// name, or the table that the key belongs to. `table` returns the name of a table in the file.
pub(super) fn in_words_of_toml(
    message: &str,
    table: impl Fn(&str) -> String,
) -> (String, Option<ConfigAdvice>) {
    let message = message.trim_end();
    let similar = suggestion(message).map(|name| ConfigAdvice::Similar(name.to_owned()));
    let advice = similar.or_else(|| home(message, table));
    let words = [
        ("unknown field", "unknown key"),
        ("unknown variant", "unknown value"),
        ("missing field", "missing key"),
    ];
    let plain = words.iter().find_map(|(own, plain)| Some(format!("{plain}{}", message.strip_prefix(own)?)));
    (plain.unwrap_or_else(|| message.to_owned()), advice)
}

/// Returns the advice on a key outside of its table.
fn home(message: &str, table: impl Fn(&str) -> String) -> Option<ConfigAdvice> {
    let (key, known) = message.strip_prefix("unknown field `")?.split_once('`')?;
    // The names of tables are known only at the top.
    let is_top = known.contains("`source`") && known.contains("`manifest`");
    let (home, _) = KEYS.iter().find(|(_, keys)| is_top && keys.contains(&key))?;
    Some(ConfigAdvice::Table { key: key.to_owned(), table: table(home) })
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
        let own = |message: &str| in_words_of_toml(message, |table| format!("[{table}]"));
        let advice = |unknown: &str| {
            let message = format!(
                "unknown field `{unknown}`, expected one of `root`, `files`, `exclude`, `follow-links`"
            );
            let (said, advice) = own(&message);
            assert_eq!(said, message.replace("field", "key"));
            advice
        };
        let similar = |name: &str| Some(ConfigAdvice::Similar(name.to_owned()));
        assert_eq!(advice("exlude"), similar("exclude"));
        assert_eq!(advice("excludes"), similar("exclude"));
        assert_eq!(advice("file"), similar("files"));
        assert_eq!(advice("follow_links"), similar("follow-links"));
        assert_eq!(advice("python"), None);
        assert_eq!(own("missing field `source`"), ("missing key `source`".to_owned(), None));
        assert_eq!(
            own("unknown field `files`, expected one of `source`, `wheel`, `manifest`"),
            (
                "unknown key `files`, expected one of `source`, `wheel`, `manifest`".to_owned(),
                Some(ConfigAdvice::Table { key: "files".to_owned(), table: "[source]".to_owned() })
            )
        );
    }
}
