//! Workflow annotations of GitHub Actions: what a run says to the place in the source that it is about.

/// `::error …::MESSAGE` for a file, or a place in it; line and column from 1.
pub(super) fn error(file: &str, place: (Option<i64>, Option<i64>), title: &str, message: &str) -> String {
    let (line, column) = place;
    let place =
        |name: &str, value: Option<i64>| value.map_or(String::new(), |value| format!(",{name}={value}"));
    format!(
        "::error file={}{}{},title={}::{}",
        property(file),
        place("line", line),
        place("col", column),
        property(&format!("pycompile {title}")),
        data(message)
    )
}

/// `%` and line ends have a meaning there.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In properties, `:` and `,` too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::error;

    #[test]
    fn nothing_of_a_name_or_message_is_taken_for_syntax() {
        assert_eq!(
            error("a:b,c%\n.py", (Some(3), None), "SyntaxError", "50%: a, b\r\nc"),
            "::error file=a%3Ab%2Cc%25%0A.py,line=3,title=pycompile SyntaxError::50%25: a, b%0D%0Ac"
        );
    }
}
