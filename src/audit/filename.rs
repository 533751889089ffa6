//! The file name that a code object records, which tracebacks and debuggers show.

use super::reason::{RecordedName, WrongName};
use crate::object::{CodeView, Objects, Value};

/// Returns the fault of a name that a pyc records for the source at `own`. The file name must be
/// the source's. The directories may differ, since a build may run in any directory, unless the
/// recorded name is that of another file.
pub(super) fn fault(recorded: &str, own: &str, is_file: &dyn Fn(&str) -> bool) -> Option<WrongName> {
    let is_control = |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    if recorded.chars().any(is_control) {
        return Some(WrongName::Control(recorded.to_owned()));
    }
    let (parent, name) = own.rsplit_once('/').unwrap_or(("", own));
    let folder = recorded
        .len()
        .checked_sub(name.len())
        .and_then(|at| recorded.split_at_checked(at))
        .filter(|(folder, end)| *end == name && (folder.is_empty() || folder.ends_with(['/', '\\'])));
    let Some((folder, _)) = folder else {
        return Some(WrongName::Other(name.to_owned(), recorded.to_owned()));
    };
    // Windows separates directories by backslashes; elsewhere one may be part of a name, or of the
    // form in which a byte that is not UTF-8 is shown.
    let separators: &[char] = if folder.contains('/') { &['/'] } else { &['/', '\\'] };
    let last = |path: &str, separators: &[char]| {
        let last = path.trim_end_matches(separators).rsplit(separators).next().unwrap_or_default().to_owned();
        Some(last).filter(|last| !last.is_empty() && last != ".")
    };
    let leads_elsewhere = match (last(parent, &['/']), last(folder, separators)) {
        (Some(parent), Some(folder)) => {
            parent != folder && is_file(recorded.trim_start_matches("./").trim_start_matches('/'))
        }
        _ => false,
    };
    leads_elsewhere.then(|| WrongName::OfOther(recorded.to_owned()))
}

/// Returns the fault of code objects that record different names, and the code with the name of the
/// module in all of them. CPython compiles each source under one name.
pub(super) fn mixed(
    objects: &Objects,
    own: &str,
    is_file: &dyn Fn(&str) -> bool,
) -> Option<(Objects, WrongName)> {
    let module = CodeView::at(objects, Objects::ROOT)?;
    let name = objects.text(module.code.filename)?;
    let mut uniform = objects.clone();
    let mut odd = None;
    for (id, _) in objects.nodes() {
        let Some(code) = objects.code(id) else { continue };
        let recorded = objects.text(code.filename)?;
        if recorded == name {
            continue;
        }
        odd = odd.or_else(|| {
            let view = CodeView::at(objects, id)?;
            Some(RecordedName { code: view.qualname().unwrap_or_else(|| view.name()), recorded })
        });
        if let Value::Code(code) = &mut uniform.nodes[id.0 as usize].value {
            code.filename = module.code.filename;
        }
    }
    let odd = odd?;
    let is_wrong = fault(&name, own, is_file).is_some();
    let module = RecordedName { code: module.name(), recorded: name };
    let (wrong, other) = if is_wrong { (module, odd) } else { (odd, module) };
    Some((uniform, WrongName::Mixed { wrong, other }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_builds_are_innocent_and_names_of_others_are_not() {
        let is_file = |path: &str| matches!(path, "q/m.py" | "p/m.py" | "m.py" | "u/n.py" | "\\udcff/m.py");
        let fault = |recorded: &str, own: &str| fault(recorded, own, &is_file);
        for (recorded, own) in [
            ("m.py", "p/m.py"),
            ("p/m.py", "p/m.py"),
            ("/usr/lib/python3.14/p/m.py", "p/m.py"),
            ("/build/x/src/m.py", "p/m.py"),
            ("C:\\build\\p\\m.py", "p/m.py"),
            ("./m.py", "p/m.py"),
            ("q/m.py", "m.py"),
            ("u/n.py", "p/u/n.py"),
            ("<dir>/größe.py", "p/größe.py"),
            ("p/\\udcff.py", "p/\\udcff.py"),
            ("./\\udcff/m.py", "\\udcff/m.py"),
            ("p\\m.py", "p/m.py"),
        ] {
            assert_eq!(fault(recorded, own), None, "{recorded} {own}");
        }
        for (recorded, own) in [
            ("", "m.py"),
            ("other.py", "m.py"),
            ("xm.py", "m.py"),
            ("m.py/", "m.py"),
            ("M.py", "m.py"),
            ("C:\\build\\p\\M.py", "p/m.py"),
            ("<string>", "m.py"),
            ("q/m.py", "p/m.py"),
            ("/q/m.py", "p/m.py"),
            ("./q/m.py", "p/m.py"),
            ("a\n/m.py", "m.py"),
            ("a\u{1b}[2J/m.py", "m.py"),
            ("a\u{2028}/m.py", "m.py"),
        ] {
            assert!(fault(recorded, own).is_some(), "{recorded:?} {own}");
        }
    }
}
