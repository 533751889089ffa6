//! `tests/golden/*.py` against the pycs that real CPythons wrote (`tests/golden/write.py`), byte
//! for byte: one trial for each source, release and optimization level, called
//! `NAME::RELEASE::opt-LEVEL`.
//!
//! ```console
//! $ cargo test --test goldens -- match_statements
//! $ cargo test --test goldens -- 3.13.5
//! ```

#![allow(clippy::disallowed_methods, reason = "the rule is for what the program does")]

use libtest_mimic::{Arguments, Failed, Trial};
use pycompile::engine::Engine;
use pycompile::pyc::HEADER_SIZE;
use pycompile::target::{ALL, Target};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Releases, the folder of each below `tests/golden`, and the folder with what is as in the newest
/// of its series.
const RELEASES: [(&str, &str, &str); 12] = [
    ("3.11.2", "311.2", "311"),
    ("3.11.7", "311", "311"),
    ("3.12.1", "312", "312"),
    ("3.12.7", "312.7", "312"),
    ("3.13.0", "313.0", "313.0"),
    ("3.13.5", "313.5", "313"),
    ("3.13.15", "313.15", "313"),
    ("3.13.18", "313", "313"),
    ("3.14.8", "314.8", ""),
    ("3.14.10", "", ""),
    ("3.15.0", "315.0", "315"),
    ("3.15.2", "315", "315"),
];
/// Releases without goldens: their only builds are for WebAssembly, which `tests/oracle/wasm.py`
/// compares.
const WITHOUT: [&str; 1] = ["3.14.2"];
/// The only release whose goldens a WebAssembly build wrote, and the sources whose values depend on
/// the processor or the C library.
const WEB_ASSEMBLY: (&str, [&str; 3]) = ("3.12.7", ["complex_powers", "nan_operands", "nan_quotients"]);
const LEVELS: [u8; 3] = [0, 1, 2];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Thousands of lines say nothing.
    arguments.quiet |= arguments.filter.is_none() && arguments.format.is_none();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut trials = Vec::new();
    for target in ALL {
        let release = target.release().to_string();
        let is_listed = RELEASES.iter().any(|(listed, ..)| *listed == release);
        assert!(is_listed || WITHOUT.contains(&release.as_str()), "{release} has no goldens");
    }
    for source in sources(&folder) {
        for (release, own, series) in RELEASES {
            let is_it = |target: &&Target| target.release().to_string() == release;
            let target = ALL.into_iter().find(is_it).expect("a target");
            let stem = source.file_stem().and_then(|stem| stem.to_str()).expect("a name");
            if release == WEB_ASSEMBLY.0 && WEB_ASSEMBLY.1.contains(&stem) {
                continue;
            }
            for optimize in LEVELS {
                let golden = Golden { source: source.clone(), release, target, optimize };
                let beside = golden.expected_in(&folder, own, series);
                let name = format!("{}::{release}::opt-{optimize}", golden.name());
                trials.push(Trial::test(name, move || golden.check(&beside)));
            }
        }
    }
    assert!(trials.len() >= 10 * 3 * 100, "only {} trials: files are missing", trials.len());
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut sources: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("the entry can be read").path())
        .filter(|path| path.extension().is_some_and(|end| end == "py") && !path.ends_with("write.py"))
        .collect();
    sources.sort();
    sources
}

struct Golden {
    source: PathBuf,
    release: &'static str,
    target: &'static Target,
    optimize: u8,
}

impl Golden {
    fn name(&self) -> String {
        self.source.file_stem().expect("a name").to_string_lossy().into_owned()
    }

    /// Returns the path of what CPython wrote, without the ending. An older release has only what
    /// differs from the newest of its series.
    fn expected_in(&self, folder: &Path, own: &str, series: &str) -> PathBuf {
        let beside = folder.join(own).join(self.name());
        let is_own = ["pyc", "refused"].iter().any(|end| beside.with_extension(end).exists());
        if is_own { beside } else { folder.join(series).join(self.name()) }
    }

    fn check(&self, beside: &Path) -> Result<(), Failed> {
        let text = std::fs::read(&self.source)?;
        let filename = self.source.file_name().expect("a name").to_owned();
        let engine = Engine::native(self.target);
        let compiled = Engine::open(&text).compile(&engine, &filename, self.optimize).code;
        let of_level = beside.with_extension(format!("opt-{}.pyc", self.optimize));
        let is_of_level = self.optimize > 0 && of_level.exists();
        if !is_of_level && beside.with_extension("refused").exists() {
            return compiled.map_or(Ok(()), |_| Err(self.failed("CPython refuses it, and it was compiled.")));
        }
        let path = if is_of_level { of_level } else { beside.with_extension("pyc") };
        let expected =
            std::fs::read(&path).map_err(|error| self.failed(&format!("{}: {error}", path.display())))?;
        match compiled {
            Ok(code) if code == expected[HEADER_SIZE..] => Ok(()),
            Ok(code) => Err(self.failed(&self.difference(&path, &expected[..HEADER_SIZE], &code)?)),
            Err(error) => Err(self.failed(&format!("It was refused:\n{}", error.rendered))),
        }
    }

    /// Returns what `pycompile diff` says of CPython's pyc and ours.
    fn difference(&self, expected: &Path, header: &[u8], code: &[u8]) -> Result<String, Failed> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("goldens").join(self.release);
        std::fs::create_dir_all(&folder)?;
        let ours = folder.join(format!("{}.opt-{}.pyc", self.name(), self.optimize));
        std::fs::write(&ours, [header, code].concat())?;
        let output = Command::new(env!("CARGO_BIN_EXE_pycompile"))
            .args(["diff", "--color", "never", "--details"])
            .args([expected, &ours])
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        let lines: Vec<&str> = said.lines().take(40).collect();
        Ok(format!("The bytes differ (CPython's first):\n{}", lines.join("\n")))
    }

    fn failed(&self, why: &str) -> Failed {
        let (name, release, optimize) = (self.name(), self.release, self.optimize);
        Failed::from(format!(
            "{why}\n\n\
             To run it again:\n    cargo test --test goldens -- --exact {name}::{release}::opt-{optimize}\n\
             To write what CPython compiles:\n    \
             P=$(tools/reference-pythons | awk '$1 == \"{release}\" {{print $2}}') && \
             $P -I -S tests/golden/write.py --only {name} $P\n",
        ))
    }
}
