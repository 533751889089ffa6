//! Files whose names are not UTF-8 or control a terminal are compiled, verified and reported like
//! all others.

use crate::session::{Said, Session};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::process::Stdio;

fn file(session: &Session, name: &[u8], content: &str) -> PathBuf {
    let path = session.path("").join(OsStr::from_bytes(name));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path
}

fn run(session: &Session, arguments: &[&[u8]]) -> std::process::Output {
    let mut command = session.command(&[]);
    command.args(arguments.iter().map(|argument| OsStr::from_bytes(argument)));
    command.stdin(Stdio::null()).output().unwrap()
}

const NATIVE: [&[u8]; 5] = [b"compile", b"--engine", b"native", b"--python", b"3.14"];

fn compile(session: &Session, arguments: &[&[u8]]) -> Said {
    run(session, &[&NATIVE[..], arguments].concat()).into()
}

#[test]
fn names_are_recorded_as_python_has_them() {
    let session = Session::new();
    file(&session, b"t/\xff\xe2\x82.py", "x = 1\n");
    compile(&session, &[b"-o", b"out.pyc", b"t/\xff\xe2\x82.py"]).exits(0);
    let pyc = std::fs::read(session.path("out.pyc")).unwrap();
    // marshal has lone surrogates as `surrogatepass` has them: U+DCFF, U+DCE2, U+DC82.
    let name = b"t/\xed\xb3\xbf\xed\xb3\xa2\xed\xb2\x82.py";
    // CPython 3.14 has the name interned and shared: `t` with FLAG_REF.
    let recorded = [b"\xf4\x0e\0\0\0", &name[..]].concat();
    let has = |text: &[u8]| pyc.windows(text.len()).any(|window| window == text);
    assert!(has(&recorded));
}

#[test]
fn trees_verify() {
    let session = Session::new();
    for name in [&b"t/\xff.py"[..], b"t/\xfe.py", b"t/d\xff/a.py", b"t/plain.py"] {
        file(&session, name, &format!("x = {name:?}\n"));
    }
    compile(&session, &[b"-vr", b"t"]).exits(0).says("4 compiled");
    compile(&session, &[b"-vr", b"t"]).exits(0).says("0 compiled, 4 up to date");
    session.run(&["verify", "t"]).exits(0).says("4 verified, 0 findings");
    let said: Said = run(&session, &[b"verify", b"t/d\xff"]).into();
    said.exits(0).says("1 verified, 0 findings");
    let cache = b"t/d\xff/__pycache__/a.cpython-314.pyc";
    Said::from(run(&session, &[b"verify", cache])).exits(0).says("1 verified, 0 findings");
    let cache = b"t/__pycache__/\xff.cpython-314.pyc";
    Said::from(run(&session, &[b"verify", cache])).exits(0).says("1 verified, 0 findings");
    // Every other command that reads a pyc reads it by that name.
    for command in [&[b"inspect", &cache[..]][..], &[b"diff", cache, cache], &[b"normalize", cache]] {
        assert_eq!(run(&session, command).status.code(), Some(0), "{command:?}");
    }
    Said::from(run(&session, &[b"verify", b"--references", b"any", cache]))
        .exits(0)
        .says("1 verified, 0 findings");
    compile(&session, &[b"--force", b"t/\xff.py"]).exits(0);
    // Each against its own source.
    let other = session.path("t/__pycache__").join(OsStr::from_bytes(b"\xfe.cpython-314.pyc"));
    std::fs::copy(session.path("").join(OsStr::from_bytes(cache)), other).unwrap();
    let said = session.run(&["verify", "t"]).exits(1);
    assert!(said.out.contains("t/__pycache__/\\udcfe.cpython-314.pyc: code: "), "{}", said.out);
    assert_eq!(said.out.lines().count(), 1, "{}", said.out);
}

/// Messages of the commands about a file with this name; each shows the name.
fn messages(session: &Session, name: &[u8]) -> Vec<(&'static str, std::process::Output)> {
    let source = [b"t/", name, b".py"].concat();
    let missing = [b"t/", name, b".missing"].concat();
    file(session, &source, "x = (\n");
    let cache = [b"t/__pycache__/", name, b".cpython-314.pyc"].concat();
    let cache = file(session, &cache, "no pyc");
    let folder: Vec<u8> = [b"t/f", name].concat();
    file(
        session,
        &[&folder, &b"/lib/python3.14/site-packages/p-1.dist-info/RECORD"[..]].concat(),
        "gone.py,,\n",
    );
    let run = |arguments: &[&[u8]]| run(session, arguments);
    let with_cache = |command: &[u8]| run(&[command, cache.as_os_str().as_bytes()]);
    vec![
        ("compile", run(&[&NATIVE[..], &[&source]].concat())),
        ("compile -v", run(&[&NATIVE[..], &[b"-v", b"-r", b"t"]].concat())),
        ("compile of nothing", run(&[&NATIVE[..], &[&missing]].concat())),
        ("compileall", run(&[b"compileall", b"--python", b"3.14", &source])),
        ("compileall of nothing", run(&[b"compileall", b"--python", b"3.14", &missing])),
        ("compileall -s", run(&[b"compileall", b"--python", b"3.14", b"-s", b"elsewhere", &source])),
        ("verify", run(&[b"verify", b"t"])),
        ("verify of nothing", run(&[b"verify", &missing])),
        ("verify of a pyc", with_cache(b"verify")),
        ("inspect", with_cache(b"inspect")),
        ("normalize", with_cache(b"normalize")),
        ("manifest", run(&[b"manifest", b"t"])),
        ("diff", run(&[b"diff", b"t/__pycache__", b"t/empty"])),
        ("diff of nothing", run(&[b"diff", &missing, b"t"])),
        ("verify for GitHub", run(&[b"verify", b"t", b"--message-format", b"github"])),
        ("verify as SARIF", run(&[b"verify", b"t", b"--message-format", b"sarif"])),
        ("verify as JSON", run(&[b"verify", b"t", b"--message-format", b"json"])),
        ("diff as JSON", run(&[b"diff", b"t/__pycache__", b"t/empty", b"--json"])),
        ("diff as Markdown", run(&[b"diff", b"t/__pycache__", b"t/empty", b"--markdown", b"-"])),
        ("diff as HTML", run(&[b"diff", b"t/__pycache__", b"t/empty", b"--html", b"-"])),
        ("env", run(&[b"env", &folder])),
        ("env --check", run(&[b"env", &folder, b"--check"])),
        ("env of nothing", run(&[b"env", &missing])),
        ("pack of nothing", run(&[b"pack", &missing])),
        ("usage", run(&[b"verify", &source, &missing])),
        ("build of nothing", run(&[b"build", b"--config", &missing])),
    ]
}

#[test]
fn no_message_steers_a_terminal() {
    let session = Session::new();
    std::fs::create_dir_all(session.path("t/empty")).unwrap();
    for name in ["a\x1b]0;owned\x07b", "a\nerror: b", "a\u{9b}31m\u{202e}b"] {
        for (what, output) in messages(&session, name.as_bytes()) {
            let said: Said = output.into();
            let said = said.out + &said.err;
            assert!(!said.contains(name), "{what} says {said:?}");
            let control =
                |character: char| character.is_control() && character != '\n' || character == '\u{202e}';
            assert!(!said.contains(control), "{what} says {said:?}");
            assert!(!said.lines().any(|line| line.starts_with("error: b")), "{what} says {said}");
            let escaped = said.contains("\\x1b]0")
                || said.contains("\\x0ae")
                || said.contains("\\x9b31m\\u202e")
                || said.contains("\\u{1b}]0")
                || said.contains("\\ne")
                || said.contains("\\u{9b}31m")
                || said.contains("\\u001b]0")
                || said.contains("\\u009b31m\\u202e")
                || said.contains("\\\\x1b\\]0")
                || said.contains("\\\\x0ae")
                || said.contains("\\\\x9b31m")
                || said.contains("%1B")
                || said.contains("%0Ae")
                || said.contains("%C2%9B31m%E2%80%AE");
            assert!(escaped, "{what} says {said}");
        }
        std::fs::remove_dir_all(session.path("t")).unwrap();
        std::fs::create_dir_all(session.path("t/empty")).unwrap();
    }
}

#[test]
fn programs_get_the_name_itself() {
    let session = Session::new();
    for name in [&b"a\x1b[31mred.py"[..], b"a\xff.py", b"a\n,:%.py"] {
        file(&session, name, "x = (\n");
        let output = run(&session, &[&NATIVE[..], &[b"--message-format", b"github", name]].concat());
        let escaped = name.iter().flat_map(|byte| match byte {
            b'\n' | b',' | b':' | b'%' | b'\x1b' | b'\xff' => format!("%{byte:02X}").into_bytes(),
            byte => vec![*byte],
        });
        let line = [b"::error file=".to_vec(), escaped.collect(), b",line=1,col=5,".to_vec()].concat();
        assert!(output.stdout.starts_with(&line), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let name = "a\x1b[31m\u{9b}\u{202e}\n.py";
    file(&session, name.as_bytes(), "x = (\n");
    let said =
        session.run(&["compile", "--engine", "native", "--python", "3.14", "--message-format", "json", name]);
    assert!(said.out.contains(r"a\u001b[31m\u009b\u202e\n.py"), "{}", said.out);
    let message: serde_json::Value = serde_json::from_str(said.out.lines().next().unwrap()).unwrap();
    assert_eq!(message["path"], name);
}
