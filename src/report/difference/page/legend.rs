//! Explanations of the terms that the page uses.

use super::markup::badge;
use crate::diff::{CauseKind, Comparison, DifferenceKind};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Writes the legend, which is closed at first.
pub(super) fn legend(comparison: &Comparison, out: &mut String) {
    out.push_str("<details class=\"legend\">\n<summary>Legend</summary>\n<dl>\n");
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
        CauseKind::OtherRelease => "Both pycs are right for one source, by two releases or versions.",
        CauseKind::OtherLevel => "Both pycs are right for one source, at two optimization levels.",
        CauseKind::OtherContent => "A file that is neither a source nor a pyc differs.",
        CauseKind::OtherPath => "A directory, an archive or a pyc has another path on each side.",
        CauseKind::Harmless => "Only the form differs: the code that runs is the same.",
    }
}

const fn meaning(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::OnlyLeft => "The right side lacks the file.",
        DifferenceKind::OnlyRight => "The left side lacks the file.",
        DifferenceKind::Path => "Another path on each side: another version in its name, or another layout.",
        DifferenceKind::Unreadable => {
            "A file, header or code that cannot be read, or a symlink, which is not followed."
        }
        DifferenceKind::Archive => "Times, modes, owners, order and compression of entries.",
        DifferenceKind::Control => "A file for the package manager.",
        DifferenceKind::Manifest => "A manifest with other facts.",
        DifferenceKind::Content => "Lines or bytes of a file that is not a pyc.",
        DifferenceKind::Header => {
            "The first 16 bytes of a pyc: version, mode, and time or hash of the source."
        }
        DifferenceKind::Level => "The code of another optimization level than its name says.",
        DifferenceKind::Code => "Code as a whole, whose parts are not compared.",
        DifferenceKind::References => "Which objects of a pyc are marked with FLAG_REF, shared or interned.",
        DifferenceKind::Filename => "The path that tracebacks show.",
        DifferenceKind::Structure => "Functions, classes and other code objects that one side lacks.",
        DifferenceKind::FirstLine => "The line in which a code object begins.",
        DifferenceKind::Name => "The name of a code object.",
        DifferenceKind::Size => "Numbers of arguments and locals, and the size of the stack.",
        DifferenceKind::Flags => "Generator, coroutine and other properties of a code object.",
        DifferenceKind::Constants => "Values that the code loads.",
        DifferenceKind::Names => "Attributes and globals that the code uses.",
        DifferenceKind::Variables => "Local, cell and free variables.",
        DifferenceKind::Instructions => "Instructions that the interpreter executes.",
        DifferenceKind::LineTable => "Places in the source, for tracebacks.",
        DifferenceKind::ExceptionTable => "Ranges of instructions and their handlers.",
    }
}
