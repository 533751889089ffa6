//! Limits on time and memory, and signals, while the native engine compiles a long file.

use crate::session::{Said, Session};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A source that takes a debug build some ten seconds and some hundred megabytes.
fn long(session: &Session, name: &str) {
    session.file(name, "x = y.z(1, a=2) + [3, b]\n".repeat(400_000));
}

fn native<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["compile", "--engine", "native", "--python", "3.14"], arguments].concat()
}

#[test]
fn one_signal_ends_a_long_compile() {
    let session = Session::new();
    long(&session, "a.py");
    for (signal, after) in [(Signal::INT, 300), (Signal::TERM, 1500), (Signal::HUP, 3000)] {
        if crate::session::is_ignored(signal) {
            continue;
        }
        let mut command = session.command(&native(&["a.py"]));
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(after));
        let sent = Instant::now();
        kill_process(Pid::from_child(&child), signal).unwrap();
        let said = Said::from(child.wait_with_output().unwrap()).exits(2);
        // With a free core it takes half of that.
        assert!(sent.elapsed() < Duration::from_secs(2), "{signal:?}: {:?}", sent.elapsed());
        assert!(said.err.contains("error: interrupted"), "{}", said.err);
        assert_eq!(session.files(), ["a.py"]);
    }
}

/// The captures of a pattern compile to the same bytes whether they are written one by one or as a
/// row. `tests/oracle/limits.py` compares as many with CPython's.
#[test]
fn rows_of_captures_take_time_in_proportion() {
    use pycompile::target::Target;
    let target = Target::newest();
    let size = |count: usize| {
        let names = (0..count).map(|number| format!("v{number}, ")).collect::<String>();
        let source = format!("match a:\n case [{names}]: pass\n");
        pycompile::compile::compile(source.as_bytes(), "m.py", target, 0)
            .map_err(|refusal| refusal.error)
            .unwrap()
            .len()
    };
    // From the short form on, each name takes as many bytes as before.
    let (few, some, many) = (size(200), size(250), size(20_200));
    assert!((many - few) / 20_000 <= (some - few) / 50 * 2, "{few} {some} {many}");
}

#[test]
fn patterns_that_need_a_square_of_swaps_are_refused() {
    let session = Session::new();
    let names = (0..20_000).map(|number| format!("v{number}, _, ")).collect::<String>();
    session.file("a.py", format!("match a:\n case [{names}]: pass\n"));
    let said = session.run(&native(&["a.py"])).exits(1);
    assert!(said.err.starts_with("Sorry: MemoryError: patterns capture too many names"), "{}", said.err);
}

/// This took time in the square of the number of digits: 17 seconds for these.
#[test]
fn large_integers_take_time_in_proportion() {
    let target = pycompile::target::Target::newest();
    for (prefix, digit, bits) in [("0x", "f", 4), ("0o", "7", 3), ("0b", "1", 1)] {
        let source = format!("x = -{prefix}{}\n", digit.repeat(600_000));
        let code = pycompile::compile::compile(source.as_bytes(), "m.py", target, 0).unwrap();
        // `l`, the negated count of 15-bit digits, the digits: all bits are set.
        let count: i32 = 600_000 * bits / 15;
        let start = code.windows(4).position(|four| four == (-count).to_le_bytes()).unwrap();
        let digits = &code[start + 4..start + 4 + 2 * count as usize];
        assert!(matches!(code[start - 1] & 0x7f, b'l'));
        assert!(digits.chunks(2).all(|digit| digit == [0xff, 0x7f]));
    }
}

#[test]
fn a_file_that_takes_too_long_is_an_error_of_its_own() {
    let session = Session::new();
    long(&session, "long.py");
    session.file("short.py", "x = 1\n");
    let said = session.run(&native(&["--timeout", "1", "-j", "1", "long.py", "short.py"])).exits(1);
    let error = "TimeoutError: the native compiler did not finish within 1 s\n";
    assert_eq!(said.err, format!("{error}1 compiled, 0 up to date, 1 failed\n"));
    assert_eq!(session.files(), ["__pycache__/short.cpython-314.pyc", "long.py", "short.py"]);
}

#[test]
fn a_file_that_needs_too_much_memory_is_an_error_of_its_own() {
    let session = Session::new();
    long(&session, "large.py");
    session.file("small.py", "x = 1\n");
    let said = session.run(&native(&["--memory-limit", "64", "large.py", "small.py"])).exits(1);
    let error = "MemoryError: the native compiler needs more memory than the limit of 64 MB\n";
    assert_eq!(said.err, format!("{error}1 compiled, 0 up to date, 1 failed\n"));
    assert_eq!(session.files(), ["__pycache__/small.cpython-314.pyc", "large.py", "small.py"]);
}

/// Runs pycompile under `ulimit -v`, in kilobytes.
#[cfg(target_os = "linux")]
fn in_small_space(session: &Session, kilobytes: u32, arguments: &str) -> Said {
    let binary = env!("CARGO_BIN_EXE_pycompile");
    let script = format!("ulimit -v {kilobytes} && exec '{binary}' {arguments}");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &script]).current_dir(session.path(".")).env_clear().env("PATH", "/usr/bin:/bin");
    Said::from(command.output().unwrap())
}

/// CPython compiles in 30 MB.
#[test]
#[cfg(target_os = "linux")]
fn a_small_address_space_does_not_stop_small_files() {
    // With 300 MB a run fails now and then: an allocator's thread takes 32 MB and more at a time.
    for kilobytes in [1_000_000, 600_000] {
        let session = Session::new();
        let config = "[source]\nroot = \"src\"\nfiles = [\"a.py\", \"b.py\", \"c.py\"]\n\
            [compile]\npython = [\"3.13\", \"3.14\"]\nengine = \"native\"\n[tree]\noutput = \"out\"\n\
            [zip]\noutput = \"a.zip\"\npython = \"3.14\"\n";
        session.file("pycompile.toml", config);
        for name in ["a", "b", "c"] {
            session.file(&format!("src/{name}.py"), "def f(x): return [y for y in x]\n");
        }
        for jobs in ["", "-j 1", "-j 2", "-j 64"] {
            let run = |arguments: &str| {
                let said = in_small_space(&session, kilobytes, arguments);
                assert_eq!(said.status, 0, "{kilobytes} {arguments}: {}{}", said.out, said.err);
            };
            run(&format!("compile --engine native --python 3.14 {jobs} src/a.py src/b.py src/c.py"));
            run(&format!("compile -r --engine native --python 3.13 {jobs} src"));
            run(&format!("build {jobs}"));
            run(&format!("pack {jobs}"));
            run(&format!("verify {jobs} out"));
            run(&format!("verify {jobs} a.zip"));
            run("diff out out");
            run("diff a.zip a.zip");
            run("manifest out -o m.json");
        }
    }
}

/// Small files are compiled next to a file that needs a larger stack, or more memory, than is
/// available.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_does_not_fit_the_address_space_is_an_error_of_its_own() {
    let session = Session::new();
    session.file("deep.py", format!("a{}\n", ".b".repeat(20_000)));
    session.file("deeper.py", format!("x = {}1{}\n", "(".repeat(190), ")".repeat(190)));
    session.file("large.py", "x = y.z(1, a=2) + [3, b]\n".repeat(200_000));
    session.file("small.py", "x = 1\n");
    let all = "compile --engine native --python 3.14 deep.py deeper.py large.py small.py";
    let said = in_small_space(&session, 600_000, &format!("{all} -j 1")).exits(1);
    assert_eq!(said.err.matches("MemoryError: ").count(), 2, "{}", said.err);
    assert!(said.err.contains("MB of stack that the source needs: "), "{}", said.err);
    assert!(said.err.ends_with("2 compiled, 0 up to date, 2 failed\n"), "{}", said.err);
    session
        .run(&["compile", "--engine", "native", "--python", "3.14", "deep.py", "deeper.py", "small.py"])
        .exits(0);
}

/// The entries unpack to 300 MB, which would not fit into memory together.
#[test]
#[cfg(target_os = "linux")]
fn entries_of_an_archive_are_not_held_at_once() {
    archive_in_small_space(15 << 20, 20);
}

/// The same for one entry of 360 MB.
#[test]
#[cfg(target_os = "linux")]
fn a_large_entry_of_an_archive_is_not_held() {
    archive_in_small_space(360 << 20, 1);
}

/// Works on a wheel that has `count` entries of `size` bytes, which compress well.
#[cfg(target_os = "linux")]
fn archive_in_small_space(size: usize, count: usize) {
    use pycompile::archive::{Bytes, File};
    use pycompile::archive::{ZipOptions, write};
    use pycompile::wheel::{Project, TagSet, assemble};

    let mut random = 1_u64;
    let noise = std::iter::repeat_with(|| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 56) as u8
    });
    // A ratio of more than 200 is refused.
    let mut bytes = noise.take(size / 150).collect::<Vec<_>>();
    bytes.resize(size, 0);
    let bytes = Bytes::from(bytes);
    let mut files = vec![File::new("demo/__init__.py", "x = 1\n")];
    files.extend((0..count).map(|number| File::new(format!("demo/{number}.bin"), bytes.clone())));
    let project = Project::new("demo", "1.0".parse().unwrap());
    let wheel = assemble(&project, &TagSet::any_python(), files).unwrap();
    let wheel = write(&wheel.files, &ZipOptions::default()).unwrap();
    let session = Session::new();
    session.file("demo-1.0-py3-none-any.whl", &wheel);
    session.file("other/demo-1.0-py3-none-any.whl", &wheel);
    let name = "demo-1.0-py3-none-any.whl";
    for (arguments, status) in [
        (format!("pack {name} --bytecode pycache --python 3.14 --output-dir out"), 0),
        (format!("verify {name}"), 0),
        // Neither has a pyc.
        (format!("manifest {name} -o m.json"), 2),
        ("verify other".to_owned(), 0),
        (format!("diff {name} other/{name}"), 0),
    ] {
        let said = in_small_space(&session, 400_000, &arguments);
        assert_eq!(said.status, status, "{arguments}: {}", said.err);
    }
}
