//! Features of `compile` that `py_compile` lacks: up-to-date checks, messages, many files.

use crate::session::Session;
use std::io::Read as _;

fn statuses(out: &str) -> Vec<String> {
    let json = |line| serde_json::from_str::<serde_json::Value>(line).unwrap();
    let messages = out.lines().map(json).filter(|message| message.get("summary").is_none());
    messages.map(|message| message["status"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn json_messages_have_the_keys_of_the_contract() {
    let session = Session::new();
    session.file("good.py", "x = 1\n");
    session.file("bad.py", "x = 1\nx = = 2\n");
    let out = session.compile(&["--message-format", "json", "good.py", "bad.py"]).exits(1).out;
    let lines = out.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 3);
    assert!(lines[2].starts_with(r#"{"summary":{"#), "{}", lines[2]);
    assert!(lines[0].starts_with(r#"{"path":"good.py","status":"compiled","output":"#), "{}", lines[0]);
    assert!(lines[0].ends_with(r#""optimize":0,"warnings":[],"error":null}"#), "{}", lines[0]);
    let message: serde_json::Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!(message["status"], "failed");
    let error = message["error"].as_object().unwrap();
    assert_eq!(error["type"], "SyntaxError");
    assert_eq!(error["message"], "invalid syntax");
    assert_eq!((error["line"].as_i64(), error["column"].as_i64()), (Some(2), Some(5)));
    for key in ["end_line", "end_column", "text", "rendered"] {
        assert!(error.contains_key(key), "{key}");
    }
    assert!(error["rendered"].as_str().unwrap().starts_with("  File \"bad.py\", line 2\n"));
}

#[test]
fn current_pycs_are_left_alone_and_no_others() {
    let session = Session::new();
    let source = session.file("a.py", "x = 1\n");
    let run = |options: &[&str]| {
        let arguments = [&["--message-format", "json", "-q", "a.py", "-o", "a.pyc"], options].concat();
        statuses(&session.compile(&arguments).exits(0).out).remove(0)
    };
    assert_eq!(run(&[]), "compiled");
    assert_eq!(run(&[]), "up-to-date");
    assert_eq!(run(&["--force"]), "compiled");
    assert_eq!(run(&["--invalidation-mode", "checked-hash"]), "compiled", "another mode");
    assert_eq!(run(&["--invalidation-mode", "checked-hash"]), "up-to-date");
    assert_eq!(run(&["--invalidation-mode", "unchecked-hash"]), "compiled", "another flag");
    std::fs::write(&source, "x = 2\n").unwrap();
    assert_eq!(
        run(&["--invalidation-mode", "unchecked-hash"]),
        "compiled",
        "another source of the same size"
    );
    assert_eq!(run(&[]), "compiled");
    let time = source.metadata().unwrap().modified().unwrap();
    session.file("a.py", "x = 10\n");
    std::fs::File::options().write(true).open(&source).unwrap().set_modified(time).unwrap();
    assert_eq!(run(&[]), "compiled", "another size at the same time");
    let later = time + std::time::Duration::from_secs(5);
    std::fs::File::options().write(true).open(&source).unwrap().set_modified(later).unwrap();
    assert_eq!(run(&[]), "compiled", "another time at the same size");
    session.file("a.pyc", "short");
    assert_eq!(run(&[]), "compiled", "a pyc that is none");
    let mut other = std::fs::read(session.path("a.pyc")).unwrap();
    other[0] ^= 1;
    session.file("a.pyc", &other);
    assert_eq!(run(&[]), "compiled", "another magic");
}

#[test]
fn quiet_is_quiet_and_the_summary_counts() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    session.file("b.py", "x = \n");
    let said = session.compile(&["a.py", "b.py"]).exits(1);
    assert!(said.out.is_empty());
    assert!(said.err.ends_with("1 compiled, 0 up to date, 1 failed\n"), "{}", said.err);
    let said = session.compile(&["-q", "a.py", "b.py"]).exits(1);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    // As `python -m py_compile`, which prints nothing on success.
    let said = session.compile(&["a.py"]).exits(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    session.compile(&["-v", "a.py"]).exits(0).says("0 compiled, 1 up to date, 0 failed");
}

#[test]
fn order_and_number_of_jobs_change_no_byte() {
    let session = Session::new();
    let names = (0..40).map(|at| format!("src/m{at}.py")).collect::<Vec<_>>();
    for (at, name) in names.iter().enumerate() {
        session.file(
            name,
            format!(
                "def f{at}(x): return {{'all', 'always', 'x{at}'}} if x in {{'all', 'always'}} else f{at}\n"
            ),
        );
    }
    let reversed = names.iter().rev().cloned().collect::<Vec<_>>();
    for (jobs, list, out) in [("1", &names, "one"), ("8", &names, "eight"), ("3", &reversed, "reversed")] {
        let options =
            ["--invalidation-mode", "checked-hash", "--strip-dir", "src", "-j", jobs, "--output-dir", out];
        let list = list.iter().map(String::as_str).collect::<Vec<_>>();
        session.compile(&[&options[..], &list[..]].concat()).exits(0);
    }
    let of = |folder: &str| {
        let prefix = format!("{folder}/");
        let files = session.files().into_iter().filter(|name| name.starts_with(&prefix));
        files
            .map(|name| (name[prefix.len()..].to_owned(), std::fs::read(session.path(&name)).unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("one").len(), 40);
    assert!(of("one") == of("eight") && of("one") == of("reversed"));
}

#[test]
fn nothing_is_executed_or_imported() {
    let session = Session::new();
    session.file("a.py", "open('touched', 'w')\nimport b\n");
    session.file("b.py", "open('touched', 'w')\n");
    session.file("json.py", "open('touched', 'w')\n");
    session.compile(&["a.py", "b.py", "json.py"]).exits(0);
    assert!(!session.path("touched").exists());
}

#[test]
fn one_output_takes_one_file() {
    let session = Session::new();
    session.file("a.py", "");
    session.file("b.py", "");
    session.compile(&["a.py", "b.py", "-o", "x.pyc"]).exits(2).says("--output");
    assert_eq!(session.files(), ["a.py", "b.py"]);
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let session = Session::new();
    let names = (0..30).map(|at| format!("m{at}.py")).collect::<Vec<_>>();
    for name in &names {
        session.file(name, "x = 1\n");
    }
    let mut command =
        session.command(&["compile", "--engine", crate::session::ENGINE, "--message-format", "json"]);
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut child = command.args(&names).stdout(writer).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(command);
    reader.read_exact(&mut [0; 10]).unwrap();
    drop(reader);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
}

#[test]
fn several_versions_in_one_run() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    let found = session.run(&["targets"]).exits(0).out;
    let series = |line: &str| {
        let mut parts = line.split_whitespace();
        let version = parts.next()?.to_owned();
        line.contains(" python ").then_some(version)
    };
    let versions = found.lines().filter_map(series).collect::<Vec<_>>();
    if versions.len() < 2 {
        return crate::session::skipped(
            "only one Python on PATH: several versions were not compiled in one run",
        );
    }
    let mut arguments = vec!["-v", "a.py"];
    arguments.extend(versions.iter().flat_map(|version| ["--python", version]));
    session.compile(&arguments).exits(0).says(&format!("{} compiled", versions.len()));
    assert_eq!(session.files().len(), 1 + versions.len());
    arguments.extend(["--layout", "legacy"]);
    let said = session.compile(&arguments).exits(2);
    said.says("error: the legacy layout has one pyc per source: name a single version of Python\n");
}

#[test]
fn standard_input_is_compiled_under_a_name() {
    let session = Session::new();
    let arguments =
        ["compile", "--engine", crate::session::ENGINE, "--stdin-filename", "pkg/m.py", "-o", "m.pyc"];
    let run =
        |more: &[&str], input: &str| session.run_with_input(&[&arguments, more].concat(), input.as_bytes());
    run(&[], "x = 1\n").exits(2).says("standard input has no modification time");
    run(&["--invalidation-mode", "checked-hash"], "x = 1\n").exits(0);
    let program = "import marshal; print(marshal.loads(open('m.pyc', 'rb').read()[16:]).co_filename, end='')";
    assert_eq!(session.python(program, &[]).exits(0).out, "pkg/m.py");
    run(&["--invalidation-mode", "checked-hash"], "x = = 1\n").exits(1).says("  File \"pkg/m.py\", line 1\n");
}

#[test]
fn check_writes_nothing() {
    let session = Session::new();
    session.file("good.py", "x = 1\n");
    session.file("bad.py", "x = 1\nx = = 2\n");
    let said = session.compile(&["--check", "good.py"]).exits(0);
    assert_eq!(said.err, "");
    session.compile(&["--check", "good.py", "bad.py"]).exits(1).says("  File \"bad.py\", line 2\n");
    assert_eq!(session.files(), ["bad.py", "good.py"]);
}

#[test]
fn errors_as_annotations_of_a_workflow() {
    let session = Session::new();
    session.file("good.py", "x = 1\n");
    session.file("a,b.py", "x = 1\nx = = 2\n");
    let said = session.compile(&["--check", "--message-format", "github", "good.py", "a,b.py"]).exits(1);
    assert_eq!(said.out, "::error file=a%2Cb.py,line=2,col=5,title=pycompile SyntaxError::invalid syntax\n");
}

#[test]
fn existing_hardlinks_leave_no_temporary_files() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    let arguments = ["-v", "a.py", "--optimize", "0", "--optimize", "1", "--hardlink-dupes"];
    session.compile(&arguments).exits(0);
    let files = session.files();
    session.compile(&arguments).exits(0).says("0 compiled, 2 up to date");
    assert_eq!(session.files(), files);
}

#[test]
fn the_source_is_not_written_over() {
    let session = Session::new();
    session.file("a.py", "x = 1\n");
    session.file("b/c.py", "");
    for output in ["a.py", "./a.py", "b/../a.py"] {
        let words = format!("FileExistsError: refusing to overwrite {output}: it is the source");
        session.compile(&["a.py", "-o", output]).exits(1).says(&words);
    }
    assert_eq!(std::fs::read(session.path("a.py")).unwrap(), b"x = 1\n");
}

#[cfg(unix)]
#[test]
fn below_a_searched_directory_nothing_is_written_through_a_symlink() {
    let session = Session::new();
    session.file("tree/p/m.py", "x = 1\n");
    session.file("tree/other.py", "x = 1\n");
    session.file("outside/kept", "");
    std::os::unix::fs::symlink(session.path("outside"), session.path("tree/p/__pycache__")).unwrap();
    let words = "tree/p/__pycache__ is a symlink: nothing is written through it";
    session.compile(&["-r", "tree"]).exits(1).says(words);
    let said = session.run(&["compileall", "-qf", "tree"]).exits(1);
    assert!(said.out.contains(words), "{}", said.out);
    assert_eq!(std::fs::read_dir(session.path("outside")).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(session.path("tree/__pycache__")).unwrap().count(), 1);
    // A file that is named goes where py_compile puts it.
    session.compile(&["tree/p/m.py"]).exits(0);
    assert_eq!(std::fs::read_dir(session.path("outside")).unwrap().count(), 2);
}
