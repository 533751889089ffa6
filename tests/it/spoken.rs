//! Messages of `verify` and `diff` for wrong arguments, for forms of code, and for files that were
//! left out.

use crate::audits::zip;
use crate::pair::{CORE, PYC, Pair, pycs_of, reason};
use crate::session::Session;

/// A pyc of `x = 1.5`, written by CPython 3.14.10 with `marshal.dumps(code, version)`.
const OLDER: [&str; 4] = [
    "2b0e0d0a03000000a5dc98783a7fe097630000000000000000000000000100000000000000730a000000800052007400520123\
     0028020000006603312e354e28010000007501000000782800000000730000000075040000006d2e707975080000003c6d6f64\
     756c653e75080000003c6d6f64756c653e01000000730a000000f003010101d8040782017300000000",
    "2b0e0d0a03000000a5dc98783a7fe097630000000000000000000000000100000000000000730a000000800052007400520123\
     0028020000006603312e354e28010000007501000000782800000000730000000075040000006d2e707975080000003c6d6f64\
     756c653e75080000003c6d6f64756c653e01000000730a000000f003010101d8040782017300000000",
    "2b0e0d0a03000000a5dc98783a7fe097630000000000000000000000000100000000000000730a000000800052007400520123\
     00280200000067000000000000f83f4e28010000007501000000782800000000730000000075040000006d2e70797508000000\
     3c6d6f64756c653e75080000003c6d6f64756c653e01000000730a000000f003010101d8040782017300000000",
    "2b0e0d0a03000000a5dc98783a7fe097630000000000000000000000000100000000000000f30a000000800052007400520123\
     00280200000067000000000000f83f4e2801000000f40100000078a800000000f300000000f4040000006d2e7079f408000000\
     3c6d6f64756c653e720500000001000000730a000000f003010101d8040782017203000000",
];

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

#[test]
fn an_older_version_of_marshal_is_called_that() {
    let session = Session::new();
    for side in ["a", "b"] {
        session.file(&format!("{side}/m.py"), "x = 1.5\n");
    }
    let compile = ["compile", "-q", "--python", "3.14.10", "--invalidation-mode", "checked-hash"];
    session.run(&[&compile[..], &["--strip-dir", "a", "a/m.py"]].concat()).exits(0);
    for pyc in OLDER.map(bytes) {
        let name = "b/__pycache__/m.cpython-314.pyc";
        session.file(name, pyc);
        let form = "the marshal version differs";
        let said = session.run(&["verify", "b"]).exits(1);
        assert_eq!(
            said.out,
            format!("{name}: other-form: its code is that of its source in another form: {form}\n")
        );
        session.run(&["verify", "b", "--references", "any"]).exits(0);
        let said = session.run(&["diff", "a", "b", "--details"]).exits(1).out;
        assert!(said.contains("harmless: the code is the same; the marshal version differs"), "{said}");
        assert!(
            said.contains("same code, other references: the right side is in the format of an older version of marshal\n"),
            "{said}"
        );
    }
}

/// Returns the reason for code of another source in a pyc of the right side.
fn of_poison(source: &str, poison: &str) -> (Pair, String) {
    let pair = Pair::new();
    let name = "demo/core.py";
    let [good, bad] = [source, poison].map(|text| pycs_of(&[(name.to_owned(), text.to_owned())]).remove(0));
    for side in ["a", "b"] {
        pair.write(side, name, source);
    }
    pair.write("a", PYC, &good).write("b", PYC, [&good[..16], &bad[16..]].concat());
    let document = pair.document(&[]);
    assert_eq!(document["conclusion"], "1 pyc is unexplained");
    let reason = reason(&document, PYC);
    (pair, reason)
}

/// A difference that the text does not show is not reported as one of the text.
#[test]
fn the_headline_differs_on_both_sides() {
    let same = "a".repeat(200);
    let branch = "def f(x):\n    if x:\n        return 1\n    g()\n    g()\n    return 2\n";
    let cases = [
        ("x = 'SAMEb'\n", "x = 'SAMEc'\n"),
        (branch, "def f(x):\n    if x:\n        g()\n        g()\n    return 2\n"),
        ("def f():\n    for x in y:\n        g(x)\n", "def f():\n    while y:\n        g(x)\n"),
        ("try:\n    f()\nexcept E:\n    pass\n", "try:\n    f()\nexcept E:\n    g()\n"),
        (CORE, "def f(x):\n    return x  +  1\n"),
        (CORE, "\n\ndef f(x):\n    return x + 1\n"),
    ];
    for (source, poison) in
        cases.map(|(one, other)| (one.replace("SAME", &same), other.replace("SAME", &same)))
    {
        let (_, reason) = of_poison(&source, &poison);
        let what = reason.rsplit_once(", the p").map_or(&*reason, |(_, what)| what);
        let sides =
            [" where the source compiles to ", " for "].iter().find_map(|between| what.split_once(between));
        match sides {
            Some((one, other)) => assert!(!one.ends_with(other.trim_start_matches("the ")), "{reason}"),
            None => {
                let is_of_one_side = what.starts_with("yc lacks ") || what.starts_with("yc has an extra ");
                assert!(is_of_one_side, "{reason}");
            }
        }
    }
}

#[test]
fn lines_and_columns_alone_are_called_that() {
    let (pair, reason) = of_poison(CORE, "def f(x):\n    return x  +  1\n");
    assert_eq!(
        reason,
        "the right pyc is not what demo/core.py compiles to: at demo.core, line 1, the pyc records the \
         location 1:0-2:18 for LOAD_CONST <code object f> where the source compiles to the location \
         1:0-2:16; nothing but lines and columns differs"
    );
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    let place = "its code is not that of demo/core.py: at <module>, line 1, the pyc records the location 1:0-2:18 for \
                 LOAD_CONST <code object f> where the source compiles to the location 1:0-2:16; nothing but lines and columns differs\n";
    assert!(said.out.contains(place), "{}", said.out);
    // Instructions that differ are listed without the remark.
    let (pair, _) = of_poison(CORE, "def f(x):\n    return x + 2\n");
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    let place = "at f, line 2, the pyc has LOAD_SMALL_INT 2 where the source compiles to LOAD_SMALL_INT 1\n";
    assert!(said.out.contains(place), "{}", said.out);
}

/// Returns the path of the `python3` on PATH, and its full version.
fn python_on_path(session: &Session) -> (String, String) {
    let program =
        "import platform, shutil; print(shutil.which('python3'), platform.python_version(), end='')";
    let about = session.python(program, &[]).exits(0).out;
    let (python, version) = about.rsplit_once(' ').unwrap();
    (python.to_owned(), version.to_owned())
}

#[test]
fn an_interpreter_that_cannot_be_used_is_an_error() {
    let pair = Pair::new();
    pair.poison("b");
    let (python, version) = python_on_path(&pair.0);
    let other =
        "hint: `--interpreter PATH` names one that compiles for 3.14; leave it out if none is needed\n";
    let none = "hint: `--interpreter PATH` names the program of a Python 3.8 or newer, such as /usr/bin/python3.12\n";
    for command in [&["verify", "b"][..], &["diff", "a", "b"]] {
        let run = |interpreter: &str| {
            let said = pair.run_in(".", &[command, &["--interpreter", interpreter]].concat()).exits(2);
            assert_eq!(said.out, "", "{command:?}");
            said.err
        };
        let missing = "error: cannot start /no/such/python: No such file or directory (os error 2)\n";
        assert_eq!(run("/no/such/python"), format!("{missing}{none}"));
        #[cfg(unix)]
        assert!(run("/bin/true").starts_with("error: cannot start /bin/true: it is not a Python 3.8"));
        if !version.starts_with("3.14.") {
            let minor = version.rsplit_once('.').unwrap().0;
            let no_pyc = format!("and no pyc is of Python {minor}; they are of 3.14");
            assert_eq!(run(&python), format!("error: {python} is Python {version}, {no_pyc}\n{other}"));
        }
    }
    let compile = |arguments: &[&str]| {
        let fixed = ["compile", "--interpreter", &python, "a/demo/core.py"];
        pair.run_in(".", &[&fixed, arguments].concat()).exits(2).err
    };
    let minor = version.rsplit_once('.').unwrap().0;
    let wanted = if minor == "3.9" { "3.10" } else { "3.9" };
    let hint = format!("hint: `--python {minor}` compiles with this interpreter; for {wanted}, ");
    let said = compile(&["--python", wanted]);
    assert!(said.contains(&hint), "{said}");
    // Nothing that differs needs a compilation.
    pair.run_in(".", &["diff", "a", "a", "--interpreter", &python]).exits(0);
}

#[test]
fn other_files_are_called_what_they_are() {
    let pair = Pair::new();
    let digest = "0".repeat(64);
    let files: [(&str, &[u8], &str); 9] = [
        ("empty.json", b"", "it is empty"),
        ("text.json", b"pyc\n", "it is not a JSON object"),
        ("list.json", b"[]", "it is not a JSON object"),
        (
            "sums.json",
            &[digest.as_bytes(), b"  m.pyc\n"].concat(),
            "it is a list of digests, as for sha256sum",
        ),
        ("other.json", b"{\"a\": 1}", "it is JSON without the key `schema`"),
        ("lines.json", b"{\"a\": 1}\n{\"b\": 2}\n", "it is the messages of a command"),
        ("statement.json", b"{\"_type\": \"https://in-toto.io/Statement/v1\"}", "it is an in-toto statement"),
        ("diff.json", b"{\"schema\": \"pycompile-diff/1\"}", "it is the result of a comparison"),
        ("pyc.json", &pair.read("a", PYC), "it is a pyc"),
    ];
    let hint = "hint: `pycompile manifest PATH --output FILE` writes the manifest of the existing pycs\n";
    for (name, content, what) in files {
        pair.write(".", name, content);
        let expected = format!("error: {name} is not a manifest of pycompile: {what}\n{hint}");
        for command in [&["verify", "a", "--manifest", name][..], &["diff", name, "a"]] {
            assert_eq!(pair.run_in(".", command).exits(2).err, expected);
        }
    }
    pair.write(".", "cut.json", "{\"schema\": \"pycompile-manifest/1\", \"files\": [");
    let said = pair.run_in(".", &["diff", "cut.json", "a"]).exits(2);
    assert_eq!(said.err, "error: cut.json:1:45: EOF while parsing a list\n");
}

#[test]
fn the_name_of_no_distribution_is_an_error_before_anything_runs() {
    let session = Session::new();
    let site = "v/lib/python3.12/site-packages";
    session.file("v/pyvenv.cfg", "version = 3.12.1\n");
    session.file(&format!("{site}/demo-1.0.dist-info/METADATA"), "Name: demo\nVersion: 1.0\n");
    session.record(&format!("{site}/demo-1.0.dist-info/RECORD"), "demo-1.0.dist-info/RECORD,,\n");
    session.file(&format!("{site}/__pycache__/m.cpython-312.pyc"), [0; 40]);
    session.file("v/bin/python3.12", "");
    for (name, hint) in [("dmeo", "did you mean demo?"), ("other", "there is demo")] {
        let said = session.run(&["verify", "v", "--only", name]).exits(2);
        assert_eq!(
            (said.out, said.err),
            (String::new(), format!("error: no distribution is named {name}\nhint: {hint}\n"))
        );
    }
}

#[test]
fn a_pyc_that_is_stale_once_installed_is_one_line() {
    let session = Session::new();
    session.file("demo/core.py", "x = 1\n");
    let compile = ["compile", "-q", "--python", "3.14", "--invalidation-mode", "timestamp", "demo/core.py"];
    session.run(&compile).exits(0);
    let read = |name: &str| std::fs::read(session.path(name)).unwrap();
    let files = ["demo/core.py", "demo/__pycache__/core.cpython-314.pyc"].map(|name| (name, read(name)));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    session.file("demo-1.0-py3-none-any.whl", zip(&files));
    let said = session.run(&["verify", "demo-1.0-py3-none-any.whl"]).exits(1).out;
    let line = "demo-1.0-py3-none-any.whl: demo/__pycache__/core.cpython-314.pyc: wheel: it is validated by the modification time of \
                its source, which installers change: the pyc would be stale once it is installed\n";
    assert!(said.contains(line), "{said}");
    assert!(!said.contains("x0a") && !said.contains("hint"), "{said}");
}

#[test]
fn a_page_is_written_into_a_directory_that_exists() {
    let pair = Pair::new();
    for page in ["--html", "--markdown"] {
        let said = pair.run_in(".", &["diff", "a", "b", page, "new/page"]).exits(2);
        let hint = "hint: create it, or name a file in another directory\n";
        assert_eq!(said.err, format!("error: there is no directory new to write to\n{hint}"));
        assert!(!pair.0.path("new").exists());
        pair.run_in(".", &["diff", "a", "b", page, "page"]).exits(0);
        pair.write("directory", "file", "");
        // Otherwise the result would be that they are the same.
        let said = pair.run_in(".", &["diff", "a", "b", page, "directory"]).exits(2);
        assert_eq!(
            said.err,
            "error: directory is a directory, and is not replaced\nhint: name another file; `-` is standard output\n"
        );
    }
}
