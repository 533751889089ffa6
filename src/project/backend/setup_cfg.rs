//! The sections of `setup.cfg` that select files.

use crate::project::{LARGEST, read_regular};
use std::collections::BTreeMap;
use std::path::Path;

/// Values by section and key; a value may have several lines.
#[derive(Debug, Default)]
pub(super) struct SetupCfg(BTreeMap<String, BTreeMap<String, String>>);

impl SetupCfg {
    pub(super) fn read(folder: &Path) -> Self {
        let text = read_regular(&folder.join("setup.cfg"), LARGEST).ok();
        text.map_or_else(Self::default, |bytes| Self::parse(&String::from_utf8_lossy(&bytes)))
    }

    pub(super) fn parse(text: &str) -> Self {
        let mut sections = BTreeMap::<String, BTreeMap<String, String>>::new();
        let (mut section, mut key) = (String::new(), String::new());
        for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
            if let Some(name) = line.strip_prefix('[') {
                section = name.split(']').next().unwrap_or_default().trim().to_owned();
                key.clear();
            } else if line.starts_with([' ', '\t']) {
                if let Some(value) = sections.get_mut(&section).and_then(|keys| keys.get_mut(&key)) {
                    value.push('\n');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(['=', ':']) {
                key = name.trim().to_lowercase().replace('-', "_");
                sections.entry(section.clone()).or_default().insert(key.clone(), value.trim().to_owned());
            }
        }
        Self(sections)
    }

    pub(super) fn get(&self, section: &str, key: &str) -> Option<&str> {
        Some(self.0.get(section)?.get(key)?.trim())
    }

    /// Returns a value as a list, separated by commas or line ends.
    pub(super) fn list(&self, section: &str, key: &str) -> Option<Vec<String>> {
        let items = self.get(section, key)?.split(['\n', ',']).map(str::trim);
        Some(items.filter(|item| !item.is_empty()).map(ToOwned::to_owned).collect())
    }

    /// Returns the values of all keys of a section, as [`SetupCfg::list`] does.
    pub(super) fn lists(&self, section: &str) -> BTreeMap<String, Vec<String>> {
        let keys = self.0.get(section).into_iter().flat_map(BTreeMap::keys);
        keys.filter_map(|key| Some((key.clone(), self.list(section, key)?))).collect()
    }

    /// Returns the `name = value` pairs of a value, one per line; a name may be empty.
    pub(super) fn pairs(&self, section: &str, key: &str) -> BTreeMap<String, String> {
        let items = self.list(section, key).unwrap_or_default();
        let pair = |item: &String| {
            let (name, value) = item.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        };
        items.iter().filter_map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_several_lines() {
        let text = "[options]\npackages = find:\npackage_dir =\n    =src\n# a comment\npy-modules = a, b\n\n\
                    [options.packages.find]\nexclude =\n    tests\n    tests.*\n";
        let cfg = SetupCfg::parse(text);
        assert_eq!(cfg.get("options", "packages"), Some("find:"));
        assert_eq!(cfg.pairs("options", "package_dir")[""], "src");
        assert_eq!(cfg.list("options", "py_modules").unwrap(), ["a", "b"]);
        assert_eq!(cfg.list("options.packages.find", "exclude").unwrap(), ["tests", "tests.*"]);
    }
}
