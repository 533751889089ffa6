//! Explanations of the terms that the page uses.

use super::markup::badge;
use crate::diff::{CauseKind, Comparison, Kind};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Writes the legend, which is closed at first.
pub(super) fn legend(comparison: &Comparison, out: &mut String) {
    out.push_str("<details class=\"legend\">\n<summary>What the words say</summary>\n<dl>\n");
    let causes: BTreeSet<CauseKind> =
        comparison.files.iter().filter_map(|file| file.cause.as_ref()).map(|cause| cause.kind).collect();
    for kind in causes {
        let _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", badge(kind), cause(kind));
    }
    for (kind, _) in comparison.counts() {
        let _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", kind.words(), meaning(kind));
    }
    out.push_str("</dl>\n</details>\n");
}

const fn cause(kind: CauseKind) -> &'static str {
    match kind {
        CauseKind::Unexplained => "A pyc is not what its source compiles to. This is the alarm.",
        CauseKind::NotChecked => "No source, no compiler for the version, or a side that cannot be read.",
        CauseKind::OneSide => "Only one side has the file.",
        CauseKind::Source => "A source differs.",
        CauseKind::FollowsFromSource => {
            "Each pyc is what its own source compiles to, and the sources differ."
        }
        CauseKind::OtherRelease => "Both pycs are right for one source, by two releases, versions or levels.",
        CauseKind::OtherContent => "A file that is neither a source nor a pyc differs.",
        CauseKind::OtherPath => "A directory or a pyc has another path on each side.",
        CauseKind::Harmless => "Only the form differs: what runs is the same.",
    }
}

const fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::OnlyLeft => "The right side lacks the file.",
        Kind::OnlyRight => "The left side lacks the file.",
        Kind::Path => "Another path on each side: another version in its name, or another layout.",
        Kind::Unreadable => {
            "A file, header or code that cannot be read, or a symlink, which is not followed."
        }
        Kind::Archive => "Times, modes, owners, order and compression of entries.",
        Kind::Control => "A file for the package manager.",
        Kind::Manifest => "A manifest that says something else.",
        Kind::Content => "Lines or bytes of a file that is not a pyc.",
        Kind::Header => "The first 16 bytes of a pyc: version, mode, and time or hash of the source.",
        Kind::Code => "Code as a whole, whose parts are not compared.",
        Kind::References => "How objects of a pyc are marked and shared, which depends on what wrote it.",
        Kind::Filename => "The path that tracebacks show.",
        Kind::Structure => "Functions, classes and other code objects that one side lacks.",
        Kind::FirstLine => "The line in which a code object begins.",
        Kind::Name => "The name of a code object.",
        Kind::Size => "Numbers of arguments and locals, and the size of the stack.",
        Kind::Flags => "Generator, coroutine and other properties of a code object.",
        Kind::Constants => "Values that the code loads.",
        Kind::Names => "Attributes and globals that the code uses.",
        Kind::Variables => "Local, cell and free variables.",
        Kind::Instructions => "What the interpreter executes.",
        Kind::LineTable => "Places in the source, for tracebacks.",
        Kind::ExceptionTable => "Ranges of instructions and their handlers.",
    }
}
