//! Entry points of an sdist whose backend does not include them, from the tables of
//! `pyproject.toml`.

use crate::output::inside::Inside;
use crate::wheel::project::{files, render};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// References by group and name.
type Groups = BTreeMap<String, BTreeMap<String, String>>;

/// Returns the text of `entry_points.txt` for the project in `folder`, from `[project]` (PEP 621)
/// or the tables of poetry and flit.
pub(super) fn of_project(folder: &Inside) -> Option<String> {
    let bytes = files::read(folder, "pyproject.toml").ok()?;
    let table: Table = String::from_utf8(bytes).ok()?.parse().ok()?;
    let mut groups = Groups::new();
    let tool = |name: &str| table.get("tool")?.get(name);
    let sources = [
        (table.get("project"), ["scripts", "gui-scripts", "entry-points"]),
        (tool("poetry"), ["scripts", "", "plugins"]),
        (tool("flit"), ["scripts", "", "entrypoints"]),
    ];
    for (source, [scripts, gui_scripts, others]) in sources {
        let Some(source) = source.and_then(Value::as_table) else { continue };
        add(&mut groups, "console_scripts", source.get(scripts));
        add(&mut groups, "gui_scripts", source.get(gui_scripts));
        for (group, entries) in source.get(others).and_then(Value::as_table).into_iter().flatten() {
            add(&mut groups, group, Some(entries));
        }
    }
    render::entry_points(&groups)
}

fn add(groups: &mut Groups, group: &str, entries: Option<&Value>) {
    for (name, value) in entries.and_then(Value::as_table).into_iter().flatten() {
        // poetry also accepts `{ reference = "demo:main", type = "console" }`.
        let reference = value.as_str().or_else(|| value.get("reference")?.as_str());
        if let Some(reference) = reference {
            groups.entry(group.to_owned()).or_default().insert(name.clone(), reference.to_owned());
        }
    }
}
