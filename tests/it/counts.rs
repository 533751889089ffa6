//! The numbers of `verify` and `env --check` add up, in text and in JSON, and every format shows
//! excluded findings.

use crate::audits::zip;
use crate::session::{Said, Session};
use serde_json::Value;

const SITE: &str = "v/lib/python3.14/site-packages";

/// Two distributions of an environment, `one` with two modules, and their pycs, which `env` wrote.
fn environment() -> Session {
    let session = Session::new();
    for (project, modules) in [("one", &["__init__", "more"][..]), ("two", &["__init__"])] {
        let info = format!("{project}-1.0.dist-info");
        let mut rows = format!("{info}/METADATA,,\n{info}/RECORD,,\n");
        for module in modules {
            let source = format!("{project}/{module}.py");
            session.file(&format!("{SITE}/{source}"), format!("def f():\n    return {source:?}\n"));
            rows += &format!("{source},,\n");
        }
        session.file(&format!("{SITE}/{info}/METADATA"), format!("Name: {project}\nVersion: 1.0\n"));
        session.record(&format!("{SITE}/{info}/RECORD"), rows);
    }
    session.run(&["env", "v", "-q", "--python", "3.14.10"]).exits(0);
    session
}

fn pyc(module: &str, tag: &str) -> String {
    format!("{SITE}/one/__pycache__/{module}.{tag}.pyc")
}

fn read(session: &Session, name: &str) -> Vec<u8> {
    std::fs::read(session.path(name)).unwrap()
}

/// Returns the number before each of the words in the line with the result.
fn number(line: &str, before: &str) -> Option<usize> {
    let head = line.split(before).next().filter(|head| head.len() < line.len())?;
    head.rsplit(' ').next()?.parse().ok()
}

/// Returns the number of pycs according to the text.
fn told(said: &Said) -> usize {
    let line = said.err.lines().find(|line| line.contains(" verified, ")).unwrap();
    let verified = number(line, " verified").unwrap();
    let findings = number(line, " finding").unwrap();
    let with_findings = match line.split_once(" in ") {
        None => findings,
        Some((_, rest)) if rest.starts_with("other files") => 0,
        Some((_, rest)) => rest.split(' ').next().unwrap().parse().unwrap(),
    };
    let others = ["with excluded", "not checked", "not reached"];
    let others = others.map(|words| {
        let words = [format!(" pyc {words}"), format!(" pycs {words}")];
        words.iter().find_map(|words| number(line, words)).unwrap_or(0)
    });
    verified + with_findings + others.iter().sum::<usize>()
}

/// Checks that the numbers of a command add up to the number of all pycs, and returns the summary.
#[track_caller]
fn add_up(session: &Session, arguments: &[&str], pycs: usize) -> Value {
    let people = session.run(arguments);
    let said = session.run(&[arguments, &["--message-format", "json"]].concat()).exits(people.status);
    let lines: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("schema/messages/{}-1.schema.json", arguments[0]));
    let schema = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for line in &lines {
        let errors: Vec<String> = schema.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{line}");
    }
    let summary = lines.last().unwrap()["summary"].clone();
    let count = |name: &str| usize::try_from(summary[name].as_u64().unwrap()).unwrap();
    let parts = ["verified", "with_findings", "excluded", "not_checked", "not_reached"];
    assert_eq!(parts.map(count).iter().sum::<usize>(), pycs, "{arguments:?}: {summary}");
    assert_eq!(count("pycs"), pycs, "{arguments:?}: {summary}");
    assert_eq!(told(&people), pycs, "{arguments:?}: {}", people.err);
    let with = |name: &str| lines.iter().filter(|line| line.get(name).is_some()).count();
    let numbers = (count("findings"), count("excluded_findings"));
    assert_eq!(numbers, (with("kind"), with("excluded")));
    let format =
        |name| session.run(&[arguments, &["--message-format", name]].concat()).exits(people.status).out;
    let github = format("github");
    let annotations = |is_excluded: bool| {
        // Errors in sources are not findings.
        let of_files = github.lines().filter(|line| line.contains(" file=") && !line.contains(",line="));
        of_files.filter(|line| line.contains("--exclude leaves out: ") == is_excluded).count()
    };
    assert_eq!(numbers, (annotations(false), annotations(true)), "{arguments:?}: {github}");
    if arguments[0] == "verify" {
        let sarif: Value = serde_json::from_str(&format("sarif")).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        let suppressed = results
            .iter()
            .filter(|result| result["suppressions"].as_array().is_some_and(|all| !all.is_empty()));
        let suppressed = suppressed.count();
        assert_eq!(numbers, (results.len() - suppressed, suppressed), "{arguments:?}: {sarif:#}");
    }
    summary
}

#[test]
fn every_pyc_of_an_environment_counts_once() {
    type Change = fn(&Session);
    let changes: [(&str, Change, usize); 10] = [
        ("nothing", |_| {}, 3),
        ("a damaged pyc", |it| drop(it.file(&pyc("more", "cpython-314"), "no pyc")), 3),
        ("a stale source", |it| drop(it.file(&format!("{SITE}/one/more.py"), "x = 1\n")), 3),
        (
            "a source that is gone",
            |it| std::fs::remove_file(it.path(&format!("{SITE}/one/more.py"))).unwrap(),
            3,
        ),
        (
            "another level",
            |it| {
                let bytes = read(it, &pyc("more", "cpython-314"));
                it.file(&pyc("more", "cpython-314.opt-1"), bytes);
            },
            4,
        ),
        (
            "other code, of one version that nothing compiles",
            |it| {
                let mut bytes = read(it, &pyc("more", "cpython-314"));
                bytes[..2].copy_from_slice(&3531_u16.to_le_bytes());
                bytes[4..8].copy_from_slice(&[1, 0, 0, 0]);
                for module in ["more", "__init__"] {
                    it.file(&pyc(module, "cpython-312"), &bytes);
                }
            },
            5,
        ),
        ("a module that nobody lists", |it| drop(it.file(&format!("{SITE}/stray.py"), "")), 3),
        ("a module that does not compile", |it| drop(it.file(&format!("{SITE}/one/more.py"), "x = (\n")), 3),
        (
            "an egg of another time",
            |it| {
                let files: &[(&str, &[u8])] = &[("a.py", b""), ("__pycache__/a.cpython-31.pyc", &[0; 99])];
                it.file(&format!("{SITE}/old.egg"), zip(files));
            },
            4,
        ),
        (
            "two faults of one pyc",
            |it| {
                let other = read(it, &pyc("__init__", "cpython-314"));
                it.file(&pyc("more", "cpython-314"), [&other, b"x".as_slice()].concat());
            },
            3,
        ),
    ];
    for (what, change, pycs) in changes {
        let session = environment();
        change(&session);
        let native = ["--engine", "native"];
        for options in [&[][..], &["--exclude", "one/more.py"], &["--exclude", "*"], &["--limit", "1"]] {
            add_up(&session, &[&["verify", "v"], &native[..], options].concat(), pycs);
            let own = pycs - usize::from(what.starts_with("an egg"));
            add_up(&session, &[&["env", "v", "--check"], &native[..], options].concat(), own);
        }
        // A place that is given twice counts once.
        for paths in [["v", SITE], [SITE, "v"], ["v", "v"]] {
            let summary = add_up(&session, &[&["verify"][..], &paths[..], &native[..]].concat(), pycs);
            let alone = add_up(&session, &["verify", "v", "--engine", "native"], pycs);
            assert_eq!(summary["findings"], alone["findings"], "{what}: {paths:?}");
        }
        let only = add_up(&session, &["verify", "v", "--only", "two", "--engine", "native"], 1);
        assert_eq!(only["verified"], 1, "{what}");
    }
    // A pyc that `env` would write counts too, although it does not exist.
    let session = environment();
    std::fs::remove_file(session.path(&pyc("more", "cpython-314"))).unwrap();
    add_up(&session, &["verify", "v"], 2);
    add_up(&session, &["env", "v", "--check"], 3);
}

#[test]
fn a_manifest_of_another_release() {
    let session = Session::new();
    let compile = |release: &str, tree: &str| {
        session.run(&["compile", "-qr", "--force", "--python", release, "--strip-dir", tree, tree]).exits(0);
        let manifest = format!("{tree}.json");
        session.run(&["manifest", tree, "--output", &manifest]).exits(0);
    };
    for tree in ["a", "b", "c"] {
        for module in ["x", "y", "z"] {
            session.file(&format!("{tree}/{module}.py"), "def f(a):\n    with a as b:\n        return b\n");
        }
    }
    compile("3.15.2", "a");
    compile("3.15.0", "b");
    compile("3.13", "c");
    let summary = add_up(&session, &["verify", "a", "--manifest", "b.json"], 3);
    assert_eq!((&summary["verified"], &summary["with_findings"]), (&0.into(), &3.into()));
    let said = session.run(&["verify", "a", "--manifest", "b.json"]).exits(1);
    let words = "manifest: it differs from the pyc that the manifest lists: its code was compiled by CPython 3.15.2, and \
                 the listed code by CPython 3.15.0\n";
    assert_eq!(said.out.matches(words).count(), 3, "{}", said.out);
    assert!(said.err.starts_with("0 verified, 3 findings\n"), "{}", said.err);
    // Built below another directory.
    let path = session.path("a");
    session.run(&["compile", "-qr", "--force", "--python", "3.15.2", path.to_str().unwrap()]).exits(0);
    session.run(&["manifest", "a", "--output", "elsewhere.json"]).exits(0);
    compile("3.15.2", "a");
    let said = session.run(&["verify", "a", "--manifest", "elsewhere.json"]).exits(1);
    let words = "manifest: it differs from the pyc that the manifest lists: its code records the file name \"x.py\" \
                 instead of \"";
    assert!(said.out.contains(words), "{}", said.out);
    // Pycs that the manifest does not list, and others that do not exist.
    let summary = add_up(&session, &["verify", "a", "--manifest", "c.json"], 3);
    assert_eq!((&summary["with_findings"], &summary["findings"]), (&3.into(), &6.into()));
    let said = session.run(&["verify", "a", "--manifest", "c.json"]).exits(1);
    assert!(said.err.starts_with("0 verified, 6 findings in 3 pycs and in other files\n"), "{}", said.err);
}

/// The levels of equality are those of a pyc and its source.
#[test]
fn a_pyc_that_the_manifest_does_not_list_is_compared_with_the_listed_code() {
    let session = Session::new();
    // CPython 3.13.0 and 3.13.18 write other code for it.
    session.file("t/m.py", "def f(a):\n    return (y for y in a)\n\n\nx = 'text'\n");
    let pyc = "t/__pycache__/m.cpython-313.pyc";
    let compile = |options: &[&str]| {
        let fixed = ["compile", "-qf", "--strip-dir", "t", "--invalidation-mode", "checked-hash"];
        session.run(&[&fixed[..], options, &["t/m.py"]].concat()).exits(0);
    };
    let verify = || session.run(&["verify", "t", "--manifest", "m.json"]).exits(1).out;
    compile(&["--python", "3.13.0"]);
    session.run(&["manifest", "t", "-o", "m.json"]).exits(0);
    let other = format!("{pyc}: manifest: it differs from the pyc that the manifest lists: ");
    compile(&["--python", "3.13.0", "--refs", "minimal"]);
    let form = "it has the same code in another form: references (FLAG_REF) differ";
    assert_eq!(verify(), format!("{other}{form}\n"));
    compile(&["--python", "3.13.18"]);
    let release = "its code was compiled by CPython 3.13.18, and the listed code by CPython 3.13.0";
    assert_eq!(verify(), format!("{other}{release}\n"));
    let good = read(&session, pyc);
    let at = good.windows(4).position(|text| text == b"text").unwrap();
    let mut changed = good.clone();
    changed[at] = b'h';
    session.file(pyc, changed);
    let said = verify();
    assert!(said.contains(&format!("{pyc}: code: its code is not that of m.py: ")), "{said}");
    assert!(
        said.contains(&format!("{other}its code differs, although the source is the listed one\n")),
        "{said}"
    );
    // Without the source, only the digest is known.
    session.file(pyc, good);
    std::fs::remove_file(session.path("t/m.py")).unwrap();
    assert!(verify().contains(&format!("{other}the digest of its code differs\n")), "{}", verify());
}

#[test]
fn archives_and_single_files() {
    let session = environment();
    let (source, own) = ("one/more.py", pyc("more", "cpython-314"));
    let files: &[(&str, &[u8])] = &[
        (source, b"x = 1\n"),
        ("one/more.pyc", &read(&session, &own)),
        ("__pycache__/old.cpython-99.pyc", b"of no known version"),
    ];
    session.file("d/a.zip", zip(files));
    session.file("d/b.zip", zip(&files[..2]));
    add_up(&session, &["verify", "d"], 3);
    add_up(&session, &["verify", "d", "--exclude", "a.zip!*"], 3);
    add_up(&session, &["verify", "d/a.zip", "d/b.zip", &own], 4);
    add_up(&session, &["verify", "d", "v", "--shard", "1/2"], 4);
    add_up(&session, &["verify", "v", "--sources", "d/b.zip"], 3);
}

#[test]
fn excluded_findings_are_in_every_format() {
    let session = environment();
    session.file(&pyc("more", "cpython-314"), "no pyc");
    session.file(&format!("{SITE}/stray.py"), "");
    let more = pyc("more", "cpython-314");
    // The path below PATH and that below its site-packages mean the same, and so does the source.
    for (path, patterns) in [
        ("v", ["one/more.py", "stray.py"]),
        ("v", ["lib/python3.14/site-packages/one/*more*.pyc", "lib/*/stray.py"]),
        (SITE, ["one/more.py", "stray.py"]),
        (SITE, ["one/__pycache__/more.*", "stray*"]),
    ] {
        let exclude = ["--exclude", patterns[0], "--exclude", patterns[1]];
        let commands = [&["verify", path][..], &["env", "v", "--check"]];
        // `env` is given the environment, whose names begin elsewhere.
        for command in commands.iter().take(if path == "v" { 2 } else { 1 }) {
            let command = [command, &exclude[..]].concat();
            let said = session.run(&command).exits(0);
            let note = format!(
                "note: --exclude leaves out 3 findings (1 header, 2 record): {more}, {SITE}/stray.py\n"
            );
            assert!(said.err.contains(&note), "{command:?}: {}", said.err);
            assert!(
                said.err.contains("2 verified, 0 findings, 1 pyc with excluded findings\n"),
                "{}",
                said.err
            );
            assert!(!said.err.contains("matches nothing"), "{command:?}: {}", said.err);
            let summary = add_up(&session, &command, 3);
            assert_eq!((&summary["excluded"], &summary["excluded_findings"]), (&1.into(), &3.into()));
            let said = session.run(&[&command[..], &["--message-format", "github"]].concat()).exits(0);
            assert_eq!(said.out.matches("::notice file=").count(), 3, "{}", said.out);
            assert!(said.out.contains("::--exclude leaves out: "), "{}", said.out);
            let said = session.run(&[&command[..], &["--verbose"]].concat()).exits(0);
            assert!(said.err.contains(&format!("excluded: {more}: header: ")), "{}", said.err);
        }
    }
    for command in [&["verify", "v"][..], &["env", "v", "--check"]] {
        let said = session.run(&[command, &["--exclude", "nothing.py"]].concat()).exits(1);
        assert!(said.err.contains("note: --exclude \"nothing.py\" matches nothing\n"), "{}", said.err);
    }
}

/// pip lists the pycs of the level that it compiles, and `python -O` writes its own.
#[test]
fn pycs_that_python_writes_are_a_note_and_missing_ones_a_finding() {
    let session = environment();
    let compile = ["compile", "-q", "--python", "3.14.10", "--optimize", "1", "--strip-dir", SITE];
    session.run(&[&compile[..], &[&format!("{SITE}/one/more.py")]].concat()).exits(0);
    let own = pyc("more", "cpython-314.opt-1");
    let note = format!(
        "note: 1 verified pyc is in no RECORD, like those that Python writes when it imports modules: {own}\n"
    );
    for command in [&["verify", "v"][..], &["env", "v", "--check"]] {
        let said = session.run(command).exits(0);
        assert!(said.err.contains(&note) && said.err.contains("4 verified, 0 findings\n"), "{}", said.err);
        assert_eq!(add_up(&session, command, 4)["unlisted"], 1);
    }
    // With other code it is a finding.
    session.file(&own, read(&session, &pyc("__init__", "cpython-314")));
    for command in [&["verify", "v"][..], &["env", "v", "--check"]] {
        let said = session.run(command).exits(1);
        let both = format!("{}{}", said.out, said.err);
        assert!(both.contains(&format!("{own}: code: ")) && !both.contains("in no RECORD"), "{both}");
        assert_eq!(add_up(&session, command, 4)["unlisted"], 0);
    }
    std::fs::remove_file(session.path(&own)).unwrap();
    std::fs::remove_file(session.path(&pyc("more", "cpython-314"))).unwrap();
    let words = "one-1.0.dist-info/RECORD lists it, but it does not exist\n";
    let site = "lib/python3.14/site-packages/";
    let said = session.run(&["verify", "v"]).exits(1);
    assert_eq!(said.out, format!("{}: record: {site}{words}", pyc("more", "cpython-314")));
    session.run(&["env", "v", "--check"]).exits(1).says(&format!("record: {words}"));
}
