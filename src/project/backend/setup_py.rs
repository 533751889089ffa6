//! The arguments of `setup()` in a `setup.py`, as far as they can be read without running it.

use super::literals::{LiteralCall, PythonModule, PythonValue};
use crate::project::{LARGEST, read_regular};
use std::collections::BTreeMap;
use std::path::Path;

/// Suffix of classes of extension modules: `Extension`, `CMakeExtension`, `_cy_Extension`.
const EXTENSION: &str = "Extension";
/// Functions that make extension modules.
const MAKERS: [&str; 2] = ["cythonize", "mypycify"];

/// A `setup.py`; empty if the project has none.
#[derive(Debug, Default)]
pub(super) struct SetupPy {
    text: String,
    module: Option<PythonModule>,
}

impl SetupPy {
    pub(super) fn read(folder: &Path) -> Self {
        let bytes = read_regular(&folder.join("setup.py"), LARGEST).unwrap_or_default();
        let module = if bytes.is_empty() { None } else { PythonModule::parse(&bytes) };
        Self { text: String::from_utf8_lossy(&bytes).into_owned(), module }
    }

    fn call(&self) -> Option<&LiteralCall> {
        self.module.as_ref()?.calls.iter().find(|call| call.function == "setup")
    }

    /// Returns the value of an argument.
    pub(super) fn get(&self, key: &str) -> Option<&PythonValue> {
        self.call()?.keywords.get(key)
    }

    /// Returns the strings of an argument.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.get(key)?.texts()
    }

    /// Returns the patterns of an argument such as `package_data`, by package.
    pub(super) fn patterns(&self, key: &str) -> BTreeMap<String, Vec<String>> {
        let Some(PythonValue::Dict(pairs)) = self.get(key) else { return BTreeMap::new() };
        let pair = |(package, patterns): &(PythonValue, PythonValue)| {
            Some((package.text()?.to_owned(), patterns.texts()?))
        };
        pairs.iter().filter_map(pair).collect()
    }

    /// Returns whether code may give an argument a value that is not read here.
    pub(super) fn may_give(&self, key: &str) -> bool {
        let is_read = |value: &PythonValue| match value {
            PythonValue::Bool(_) | PythonValue::None => true,
            PythonValue::Dict(pairs) => {
                pairs.iter().all(|(name, value)| name.text().is_some() && value.texts().is_some())
            }
            value => value.texts().is_some(),
        };
        match self.call() {
            Some(call) => call.is_open || call.keywords.get(key).is_some_and(|value| !is_read(value)),
            None => self.text.contains(key) || self.text.contains("**"),
        }
    }

    /// Returns whether all arguments are read.
    pub(super) fn is_read(&self) -> bool {
        self.call().is_some_and(|call| !call.is_open)
    }

    /// Returns whether the code of `setup.py` decides if there are extension modules.
    pub(super) fn decides(&self) -> bool {
        match self.get("ext_modules") {
            Some(PythonValue::Call(call)) => !MAKERS.contains(&call.function.as_str()),
            value => value == Some(&PythonValue::Unknown),
        }
    }

    /// Returns the word for the extension modules that `setup.py` makes.
    pub(super) fn extensions(&self) -> Option<String> {
        let modules = self.get("ext_modules").filter(|value| {
            !matches!(value, PythonValue::None)
                && !matches!(value, PythonValue::List(items) if items.is_empty())
        });
        if modules.is_some() {
            return Some("ext_modules".into());
        }
        let is_maker = |name: &&String| name.ends_with(EXTENSION) || MAKERS.contains(&name.as_str());
        self.module.as_ref()?.called.iter().find(is_maker).cloned()
    }
}
