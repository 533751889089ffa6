//! The versions of Python that a project supports, as it writes them.

use super::pyproject::PyProject;
use super::setup_cfg::SetupCfg;
use std::path::Path;

/// Returns the specifier set that the `pyproject.toml` or `setup.cfg` in `folder` declares.
pub fn requires_python(folder: &Path) -> Option<String> {
    let project = PyProject::read(folder);
    let given = project.text(&["project", "requires-python"]).map(ToOwned::to_owned);
    let of_poetry = || project.text(&["tool", "poetry", "dependencies", "python"]).and_then(poetry);
    let of_cfg = || SetupCfg::read(folder).get("options", "python_requires").map(ToOwned::to_owned);
    given.or_else(of_poetry).or_else(of_cfg)
}

/// Translates poetry's `^3.9`, which ends before the next major version.
fn poetry(text: &str) -> Option<String> {
    let Some(least) = text.strip_prefix('^') else { return Some(text.to_owned()) };
    let major: u32 = least.split('.').next()?.parse().ok()?;
    Some(format!(">={least},<{}", major + 1))
}
