//! Two trees to compare, compiled by the native compiler only.

use crate::session::{Said, Session};
use crate::verdicts::adds_up;
use serde_json::Value;
use std::process::Stdio;

/// Two trees that are compared, `a` and `b`.
pub(crate) struct Pair(pub(crate) Session);

pub(crate) const CORE: &str = "def f(x):\n    return x + 1\n";
pub(crate) const OTHER: &str = "class A:\n    def g(self):\n        return 'hi'\n";
pub(crate) const PYC: &str = "demo/__pycache__/core.cpython-314.pyc";

impl Pair {
    /// Both trees with the same two modules, compiled for 3.14.
    pub(crate) fn new() -> Self {
        let pair = Self(Session::new());
        for side in ["a", "b"] {
            pair.write(side, "demo/core.py", CORE).write(side, "demo/other.py", OTHER);
            pair.compile(side, &["--python", "3.14"]);
        }
        pair
    }

    pub(crate) fn write(&self, side: &str, name: &str, text: impl AsRef<[u8]>) -> &Self {
        self.0.file(&format!("{side}/{name}"), text);
        self
    }

    /// Sets the modification time of a file, in seconds since 1970.
    pub(crate) fn touch(&self, side: &str, name: &str, seconds: u64) -> &Self {
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        let file = std::fs::File::options().append(true).open(self.0.path(side).join(name)).unwrap();
        file.set_modified(time).unwrap();
        self
    }

    pub(crate) fn remove(&self, side: &str, name: &str) -> &Self {
        std::fs::remove_file(self.0.path(side).join(name)).unwrap();
        self
    }

    pub(crate) fn read(&self, side: &str, name: &str) -> Vec<u8> {
        std::fs::read(self.0.path(side).join(name)).unwrap()
    }

    /// Runs in the directory of a side, with no interpreter on PATH.
    pub(crate) fn run_in(&self, side: &str, arguments: &[&str]) -> Said {
        let mut command = self.0.command(arguments);
        command
            .env("PATH", "")
            .env("HOME", self.0.path("home"))
            .stdin(Stdio::null())
            .current_dir(self.0.path(side));
        for name in ["PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"] {
            command.env_remove(name);
        }
        command.output().unwrap().into()
    }

    /// Compiles the existing modules of a side.
    pub(crate) fn compile(&self, side: &str, options: &[&str]) -> &Self {
        let sources = ["demo/core.py", "demo/other.py"];
        let sources = sources.iter().filter(|source| self.0.path(side).join(source).exists());
        let mode = ["--invalidation-mode", "checked-hash"];
        let mode: &[&str] = if options.contains(&mode[0]) { &[] } else { &mode };
        let fixed = ["compile", "-q", "-f", "--engine", "native"];
        let arguments: Vec<&str> = fixed.iter().chain(mode).chain(options).chain(sources).copied().collect();
        self.run_in(side, &arguments).exits(0);
        self
    }

    /// Puts the code of another source after the header of the pyc of `core.py`.
    pub(crate) fn poison(&self, side: &str) -> &Self {
        let session = Self(Session::new());
        session.write("a", "demo/core.py", "def f(x):\n    return x + 666\n");
        session.compile("a", &["--python", "3.14"]);
        let mut pyc = self.read(side, PYC)[..16].to_vec();
        pyc.extend_from_slice(&session.read("a", PYC)[16..]);
        self.write(side, PYC, pyc)
    }

    pub(crate) fn diff(&self, options: &[&str]) -> Said {
        let mut arguments = vec!["diff", "a", "b"];
        arguments.extend_from_slice(options);
        self.run_in(".", &arguments)
    }

    pub(crate) fn document(&self, options: &[&str]) -> Value {
        let document = serde_json::from_str(&self.diff(&[&["--json"], options].concat()).out).unwrap();
        adds_up(&document);
        document
    }

    /// Checks the causes by path, and the sentence.
    #[track_caller]
    pub(crate) fn expect(&self, options: &[&str], causes: &[(&str, &str)], sentence: &str) -> Value {
        let document = self.document(options);
        let found: Vec<(&str, &str)> = document["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| (file["path"].as_str().unwrap(), file["cause"]["kind"].as_str().unwrap()))
            .collect();
        assert_eq!(found, causes, "{document:#}");
        assert_eq!(document["conclusion"], sentence);
        document
    }
}

/// Compiles sources for 3.14 under their names, and returns the pycs.
pub(crate) fn pycs_of(sources: &[(String, String)]) -> Vec<Vec<u8>> {
    let session = Session::new();
    let mut arguments = vec!["compile", "-q", "--engine", "native", "--python", "3.14"];
    arguments.extend(["--invalidation-mode", "checked-hash"]);
    for (name, text) in sources {
        session.file(name, text);
        arguments.push(name);
    }
    session.run(&arguments).exits(0);
    let pyc = |name: &str| {
        let (folder, file) = name.rsplit_once('/').unwrap();
        format!("{folder}/__pycache__/{}.cpython-314.pyc", file.strip_suffix(".py").unwrap())
    };
    sources.iter().map(|(name, _)| std::fs::read(session.path(&pyc(name))).unwrap()).collect()
}

pub(crate) fn reason(document: &Value, path: &str) -> String {
    let files = document["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["path"] == path).unwrap();
    file["cause"]["reason"].as_str().unwrap().to_owned()
}

/// Checks that standard output has a text.
#[track_caller]
pub(crate) fn prints(said: &Said, text: &str) {
    let out = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains(text), "expected {text:?} in\n{}", said.out);
}
