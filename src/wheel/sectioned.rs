//! Entry points in `entry_points.txt`, as installers and Python read them.
//!
//! CPython: `Sectioned` of `Lib/importlib/metadata/__init__.py`, which splits lines by
//! `str.splitlines` and removes all brackets around the name of a group.

use crate::text::ends_line;

/// Entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntryPoint<'a> {
    /// Name of the group, such as `console_scripts`.
    pub(super) group: &'a str,
    /// Name of the entry point; a script's is that of its file.
    pub(super) name: &'a str,
    /// Object that it refers to, such as `demo.cli:main [extra]`.
    pub(super) reference: &'a str,
}

impl EntryPoint<'_> {
    /// Returns whether installers write a script for the entry point.
    pub(super) fn is_script(&self) -> bool {
        ["console_scripts", "gui_scripts"].contains(&self.group)
    }
}

/// Returns the entry points in the order of the text.
pub(super) fn entry_points(text: &str) -> impl Iterator<Item = EntryPoint<'_>> {
    let mut group = "";
    text.split(ends_line).map(str::trim).filter_map(move |line| {
        if line.starts_with('[') && line.ends_with(']') {
            group = line.trim_matches(['[', ']']).trim();
            return None;
        }
        let (name, reference) = line.split_once('=').filter(|_| !line.starts_with(['#', ';']))?;
        Some(EntryPoint { group, name: name.trim(), reference: reference.trim() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_lines_are_those_of_importlib() {
        let script = EntryPoint { group: "console_scripts", name: "python3", reference: "demo:main" };
        for text in [
            "[console_scripts]\npython3 = demo:main\n",
            "[[console_scripts]]\npython3=demo:main",
            "[ console_scripts ]\r\n  python3 = demo:main",
            "[x]\u{c}[console_scripts]\u{c}python3 = demo:main\n",
            "[x]\r[console_scripts]\rpython3 = demo:main\n",
            "[x]\u{2028}[console_scripts]\u{2028}python3 = demo:main\n",
            "[x]\u{1d}[console_scripts]\u{85}python3 = demo:main\n",
        ] {
            assert_eq!(entry_points(text).collect::<Vec<_>>(), [script], "{text:?}");
            assert!(entry_points(text).all(|point| point.is_script()));
        }
        assert_eq!(entry_points("[console_scripts]\n# a = b\n\nc\n").count(), 0);
    }
}
