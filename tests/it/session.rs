//! A scratch directory with the binary in it.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Engine that these tests use.
pub(crate) const ENGINE: &str = "python";

pub(crate) struct Session {
    folder: tempfile::TempDir,
}

/// Output and exit status of a run.
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Returns a pyc of 3.10 for `x = 1` with the header of another pyc but for the magic number. No
/// native compiler exists for 3.10. The code is that of CPython 3.10.13.
pub(crate) fn as_of_3_10(pyc: &[u8], recorded_name: &str) -> Vec<u8> {
    const MAGIC_NUMBER: u16 = 3439;
    let length = u8::try_from(recorded_name.len()).unwrap();
    let mut made = MAGIC_NUMBER.to_le_bytes().to_vec();
    made.extend_from_slice(&pyc[2..16]);
    made.extend_from_slice(b"c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0@\0\0\0");
    made.extend_from_slice(
        b"s\x08\0\0\0d\0Z\0d\x01S\0)\x02\xe9\x01\0\0\0N)\x01\xda\x01x\xa9\0r\x02\0\0\0r\x02\0\0\0\xda",
    );
    made.push(length);
    made.extend_from_slice(recorded_name.as_bytes());
    made.extend_from_slice(b"\xda\x08<module>\x01\0\0\0s\x02\0\0\0\x08\0");
    made
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Said {
    /// Checks the exit status, and shows the output if it is another.
    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Checks that standard error contains `text`.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "expected {text:?} in\n{}", self.err);
        self
    }
}

impl Session {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and creates the directories above it.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::File::create(&path).unwrap().write_all(content.as_ref()).unwrap();
        path
    }

    /// Writes a RECORD. A row without a digest gets that of its file, as installers write it, if
    /// the file exists and is not a pyc.
    pub(crate) fn record(&self, name: &str, rows: impl AsRef<str>) -> PathBuf {
        let base = self.path(name).parent().and_then(Path::parent).unwrap().to_path_buf();
        let filled = rows.as_ref().lines().map(|line| {
            let path = line.strip_suffix(",,").filter(|path| !path.ends_with(".pyc"))?;
            let bytes = std::fs::read(base.join(path)).ok().filter(|_| !path.ends_with("/RECORD"))?;
            let row = pycompile::wheel::RecordRow::of(path, &bytes);
            Some(format!("{path},{},{}\n", row.hash, row.size))
        });
        let rows = rows.as_ref().lines().zip(filled);
        self.file(
            name,
            rows.map(|(line, row)| row.unwrap_or_else(|| format!("{line}\n"))).collect::<String>(),
        )
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pycompile"));
        command.args(arguments).current_dir(self.folder.path()).env_remove("SOURCE_DATE_EPOCH");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.command(arguments).stdin(Stdio::null()).output().unwrap().into()
    }

    /// Returns `compile` with the engine under test.
    pub(crate) fn compile(&self, arguments: &[&str]) -> Said {
        self.run(&[&["compile", "--engine", ENGINE], arguments].concat())
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Said {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// Returns all files below the directory, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = walkdir::WalkDir::new(self.folder.path())
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| !entry.file_type().is_dir())
            .map(|entry| entry.path().strip_prefix(self.folder.path()).unwrap().to_str().unwrap().to_owned())
            .collect::<Vec<_>>();
        files.sort();
        files
    }

    /// Returns the output of the `python3` on PATH for `program`.
    pub(crate) fn python(&self, program: &str, arguments: &[&str]) -> Said {
        let mut command = Command::new("python3");
        command.args(["-I", "-S", "-c", program]).args(arguments);
        command.current_dir(self.folder.path()).env_remove("SOURCE_DATE_EPOCH");
        command.output().expect("these tests need a python3 on PATH").into()
    }
}

/// Returns the flags of a pyc, bytes 4 to 7.
pub(crate) fn flags(pyc: &Path) -> u32 {
    let bytes = std::fs::read(pyc).unwrap();
    u32::from_le_bytes(bytes[4..8].try_into().unwrap())
}

/// Reports that a test could not do its work on this machine: in the output, also of tests that
/// pass, and on a line of the file that `PYCOMPILE_SKIPPED` names, which CI counts.
#[allow(clippy::print_stderr, reason = "a test that does nothing must say so")]
pub(crate) fn skipped(why: &str) {
    let line = format!("SKIPPED: {why}\n");
    // The test harness does not capture it, as it would capture eprintln.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
    if let Some(list) = std::env::var_os("PYCOMPILE_SKIPPED") {
        let file = std::fs::File::options().append(true).create(true).open(list);
        file.and_then(|mut file| file.write_all(line.as_bytes())).unwrap();
    }
}

/// Returns whether this process ignores a signal, as every process that it starts then does;
/// reports it if so.
#[cfg(unix)]
pub(crate) fn is_ignored(signal: rustix::process::Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0");
    let is_ignored = u64::from_str_radix(ignored.trim(), 16).unwrap() >> (signal.as_raw() - 1) & 1 == 1;
    if is_ignored {
        let number = signal.as_raw();
        skipped(&format!("signal {number} is ignored here, as in a shell's background jobs"));
    }
    is_ignored
}
