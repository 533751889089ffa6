//! Schemas of `schema/`: the output of every command with `--message-format json` conforms to the
//! schema of the command, and the schema of the config accepts the configs that the program
//! accepts.

use crate::session::{Session, as_of_3_10};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::path::Path;

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn validator(name: &str) -> Validator {
    jsonschema::validator_for(&schema(name)).unwrap()
}

#[track_caller]
fn holds(validator: &Validator, value: &Value) {
    let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{value}");
}

/// Returns the lines of a run, each checked against the schema of the command; the last one is its
/// summary.
#[track_caller]
fn lines(session: &Session, arguments: &[&str], status: i32) -> Vec<Value> {
    let said = session.run(&[arguments, &["--message-format", "json"]].concat()).exits(status);
    let lines: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let validator = validator(&format!("messages/{}-1.schema.json", arguments[0]));
    for line in &lines {
        holds(&validator, line);
        let mut other = line.clone();
        other["no_such_key"] = json!(1);
        let is_open = line.get("schema").is_some();
        assert!(is_open || !validator.is_valid(&other), "the schema takes a key that is not in it: {line}");
    }
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!((&summary["command"], &summary["exit_status"]), (&json!(arguments[0]), &json!(status)));
    let earlier = &lines[..lines.len() - 1];
    assert!(earlier.iter().all(|line| line.get("summary").is_none()), "{}", said.out);
    lines
}

/// Checks the digest of every artifact and pyc against the file.
#[track_caller]
fn digests(session: &Session, lines: &[Value]) -> usize {
    use sha2::Digest as _;
    let named = lines.iter().filter(|line| line.get("sha256").is_some());
    named
        .map(|line| {
            let path = line.get("artifact").or(line.get("output")).or(line.get("path")).unwrap();
            let bytes = std::fs::read(session.path(path.as_str().unwrap())).unwrap();
            let digest: String =
                sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!((&line["sha256"], &line["size"]), (&json!(digest), &json!(bytes.len())), "{line}");
        })
        .count()
}

const CONFIG: &str = "[source]\nroot = \"src\"\nfiles = [\"p/__init__.py\", \"p/a.py\"]\ndata = [\"p/d.txt\"]\n\
                      [compile]\npython = \"3.14\"\ninvalidation-mode = \"checked-hash\"\n[tree]\noutput = \"out\"\n\
                      [wheel]\nproject = { name = \"p\", version = \"1\" }\n[zip]\noutput = \"dist/p.zip\"\n\
                      [manifest]\noutput = \"dist/m.json\"\nalso = [\"sha256sum\", \"in-toto\"]\n";

fn project() -> Session {
    let session = Session::new();
    session.file("pycompile.toml", CONFIG);
    session.file("src/p/__init__.py", "print(\"\\d\")\n");
    session.file("src/p/a.py", "x = 1\n");
    session.file("src/p/d.txt", "d");
    session.file("bad.py", "x = (\n");
    session
}

#[test]
fn compile_and_compileall() {
    let session = project();
    let said = lines(&session, &["compile", "--python", "3.14", "src/p/a.py", "bad.py", "no.py"], 1);
    assert_eq!(said.len(), 4);
    assert_eq!(digests(&session, &said), 1);
    assert_eq!(said[3]["summary"]["failed"], 2);
    let said = lines(&session, &["compile", "--python", "3.14", "src/p/a.py", "src/p/__init__.py"], 0);
    assert_eq!((&said[0]["status"], digests(&session, &said)), (&json!("up-to-date"), 2));
    assert_eq!(said[1]["warnings"][0]["type"], "SyntaxWarning");
    lines(&session, &["compile", "--python", "3.14", "--check", "src/p/a.py", "bad.py"], 1);
    let said = lines(&session, &["compile", "--python", "3.99", "src/p/a.py"], 2);
    assert!(said[0]["error"]["message"].as_str().unwrap().contains("3.99"));
    let said = lines(&session, &["compileall", "--python", "3.14", "src", "bad.py", "nowhere"], 1);
    assert_eq!((digests(&session, &said), &said.last().unwrap()["summary"]["failures"]), (2, &json!(1)));
}

#[test]
fn build_and_pack() {
    let session = project();
    let said = lines(&session, &["build"], 0);
    // Two pycs, three copies, three forms of the manifest.
    assert_eq!(digests(&session, &said), 8);
    lines(&session, &["build", "--check"], 0);
    session.file("src/p/a.py", "x = 2\n");
    let said = lines(&session, &["build", "--check"], 1);
    assert!(said.iter().any(|line| line["status"] == "would-change" && line["kind"] == "manifest"));
    let said = lines(&session, &["pack"], 0);
    let archives: Vec<Value> = said.iter().filter(|line| line.get("artifact").is_some()).cloned().collect();
    assert_eq!(archives.len(), 5);
    digests(&session, &archives);
    lines(&session, &["pack", "--check"], 0);
    let wheel = "dist/p-1-py3-none-any.whl";
    let repack = ["pack", wheel, "--bytecode", "pycache", "--python", "3.14", "--output-dir", "new"];
    let said = lines(&session, &[&repack[..], &["--manifest", "n.json"]].concat(), 0);
    assert_eq!(said.iter().filter(|line| line.get("artifact").is_some()).count(), 2);
    let fewer = CONFIG.replace(", \"p/a.py\"", "");
    session.file("out/p/other.py", "");
    let pyc = "out/p/__pycache__/a.cpython-314.pyc";
    let is = |line: &Value, path: &str, status: &str| line["path"] == path && line["status"] == status;
    session.file("pycompile.toml", CONFIG);
    session.run(&["build"]).exits(0);
    session.file("pycompile.toml", &fewer);
    let said = lines(&session, &["build", "--check"], 1);
    assert!(said.iter().any(|line| is(line, pyc, "would-remove")), "{said:?}");
    assert!(session.path(pyc).exists());
    let said = lines(&session, &["build"], 0);
    assert!(said.iter().any(|line| is(line, pyc, "removed")), "{said:?}");
    assert!(said.iter().any(|line| is(line, "out/p/other.py", "unknown")), "{said:?}");
    session.file("pycompile.toml", CONFIG);
    session.file("src/p/a.py", "x = (\n");
    let said = lines(&session, &["build"], 1);
    assert!(said.iter().any(|line| line["error"]["type"] == "SyntaxError"));
    session.file("pycompile.toml", "[source]\nfiles = [\"a.py\"]\nexlude = []\n");
    let said = lines(&session, &["build"], 2);
    let place = (&said[0]["error"]["path"], &said[0]["error"]["line"], &said[0]["error"]["column"]);
    assert_eq!(place, (&json!("pycompile.toml"), &json!(3), &json!(1)));
}

#[test]
fn commands_that_read_pycs() {
    let session = project();
    session.run(&["build"]).exits(0);
    let pyc = "out/p/__pycache__/a.cpython-314.pyc";
    let said = lines(&session, &["manifest", "out", "--output", "n.json"], 0);
    assert_eq!(digests(&session, &said), 1);
    lines(&session, &["verify", "out"], 0);
    lines(&session, &["inspect", pyc], 0);
    lines(&session, &["inspect", pyc, "bad.py"], 2);
    session.file("out/p/lost.pyc", "no pyc");
    lines(&session, &["verify", "out"], 1);
    lines(&session, &["manifest", "out", "--output", "n.json"], 1);
    lines(&session, &["verify", "nowhere"], 2);
    lines(&session, &["verify", "out", "src", "--limit", "1"], 1);
    // Pycs of a version without an engine.
    for module in ["a", "b"] {
        session.file(&format!("other/{module}.py"), "");
        let options = ["compile", "-q", "--python", "3.14", "--invalidation-mode", "timestamp"];
        session.run(&[&options[..], &[&format!("other/{module}.py")]].concat()).exits(0);
        let known = session.path(&format!("other/__pycache__/{module}.cpython-314.pyc"));
        let pyc = as_of_3_10(&std::fs::read(&known).unwrap(), &format!("other/{module}.py"));
        session.file(&format!("other/__pycache__/{module}.cpython-310.pyc"), pyc);
    }
    let said = lines(&session, &["verify", "other", "--engine", "native"], 1);
    assert!(said.iter().any(|line| line["pycs"] == 2 && line["kind"] == "version"), "{said:?}");
    let said = lines(&session, &["normalize", pyc, "bad.py"], 1);
    assert_eq!(digests(&session, &said), 1);
    let said = lines(&session, &["diff", "out", "src"], 1);
    assert_eq!(said.len(), 1);
    let mut document = said[0].clone();
    document.as_object_mut().unwrap().remove("summary");
    holds(&validator("pycompile-diff-1.schema.json"), &document);
    holds(&validator("pycompile-diff-1.schema.json"), &said[0]);
    let said = session.run(&["diff", "out", "src", "--message-format", "json", "--html", "d.html"]).exits(1);
    let said: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((said.len(), digests(&session, &said)), (2, 1));
    said.iter().for_each(|line| holds(&validator("messages/diff-1.schema.json"), line));
    lines(&session, &["diff", "out", "nowhere"], 2);
    // `--json` prints the same, and for diff and inspect only the documents.
    for (arguments, summaries) in [
        (&["verify", "src", "--json"][..], 1),
        (&["compile", "--python", "3.14", "src/p/a.py", "--json"], 1),
        (&["inspect", pyc, "--json"], 0),
        (&["diff", "out", "out", "--json"], 0),
    ] {
        let out = session.run(arguments).out;
        assert_eq!(out.matches("\"summary\"").count(), summaries, "{arguments:?}: {out}");
    }
}

#[test]
fn init_clean_targets_and_env() {
    let session = project();
    session.run(&["build"]).exits(0);
    lines(&session, &["clean"], 0);
    lines(&session, &["targets"], 0);
    lines(&session, &["env", "nowhere"], 2);
    session.file("v/lib/python3.14/site-packages/m.py", "x = 1\n");
    session.record("v/lib/python3.14/site-packages/m-1.dist-info/RECORD", "m.py,,\nm-1.dist-info/RECORD,,\n");
    session.file("v/lib/python3.14/site-packages/m-1.dist-info/METADATA", "Name: m\nVersion: 1\n");
    let said = lines(&session, &["env", "v", "--check"], 1);
    assert!(said.iter().any(|line| line["kind"] == "missing"), "{said:?}");
    let said = lines(&session, &["env", "v", "--manifest", "v.json"], 0);
    assert_eq!(digests(&session, &said), 3);
    assert!(said.iter().any(|line| line["kind"] == "record"), "{said:?}");
    let said = lines(&session, &["env", "v", "--manifest", "v.json"], 0);
    assert_eq!(digests(&session, &said), 2);
    session.file("q/q/__init__.py", "");
    session.file("q/setup.py", "");
    let said = lines(&session, &["init", "q"], 0);
    assert_eq!(digests(&session, &said), 1);
    session.file("q/q/new.py", "");
    lines(&session, &["init", "q", "--check"], 1);
    lines(&session, &["init", "q", "--update"], 0);
}

#[test]
fn every_command_that_reports_has_a_schema() {
    let help = Session::new().run(&["--help"]).exits(0).out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    // Lines that continue a description are indented further.
    let commands = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let commands = commands.filter(|command| !command.is_empty());
    // These commands print scripts and pages, and the worker speaks Bazel's protocol.
    let others = ["completions", "man", "help", "bazel-worker"];
    for command in commands.filter(|command| !others.contains(command)) {
        let schema = schema(&format!("messages/{command}-1.schema.json"));
        assert_eq!(schema["$id"], format!("urn:pycompile:messages:{command}:1"));
        let help = Session::new().run(&[command, "--help"]).exits(0).out;
        assert!(help.contains("--message-format <FORMAT>") && help.contains("--json"), "{command}");
    }
}

fn config(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

/// Returns whether the program accepts a config.
fn is_read(text: &str) -> bool {
    let session = Session::new();
    session.file("pycompile.toml", text);
    session.file("a.py", "");
    session.run(&["clean"]).status == 0
}

#[test]
fn the_schema_of_the_config_has_every_key() {
    let schema = schema("pycompile.schema.json");
    for (table, needed) in [
        ("source", ""),
        ("compile", ""),
        ("tree", ""),
        ("wheel", ""),
        ("zip", "output = \"z\"\n"),
        ("manifest", "output = \"m\"\n"),
    ] {
        let session = Session::new();
        session.file("pycompile.toml", format!("[{table}]\n{needed}no-such-key = 1\n"));
        let said = session.run(&["clean"]).exits(2).err;
        let keys = said.split_once("expected ").unwrap().1.lines().next().unwrap().to_owned();
        let mut keys: Vec<&str> = keys.split('`').skip(1).step_by(2).collect();
        keys.sort_unstable();
        let mut known: Vec<&String> =
            schema["properties"][table]["properties"].as_object().unwrap().keys().collect();
        known.sort_unstable();
        assert_eq!(known, keys, "[{table}]");
    }
}

/// The same schema below `[tool.pycompile]`: editors do not follow a `$ref` into another file.
#[test]
fn the_schema_of_a_pyproject_has_the_config() {
    let (mut own, whole) = (schema("pycompile.schema.json"), schema("pyproject.schema.json"));
    for key in ["$schema", "$id"] {
        assert!(own.as_object_mut().unwrap().remove(key).is_some());
    }
    // A pyproject.toml may have the table of the build backend too.
    let mut shared = whole["properties"]["tool"]["properties"]["pycompile"].clone();
    assert!(shared["properties"].as_object_mut().unwrap().remove("backend").is_some());
    assert!(shared.as_object_mut().unwrap().remove("anyOf").is_some());
    assert_eq!(own.as_object_mut().unwrap().remove("required"), Some(json!(["source"])));
    assert_eq!(shared, own);
    assert_eq!(whole["$id"], "urn:pycompile:pyproject:1");
    let validator = validator("pyproject.schema.json");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("pycompile.toml.example");
    let example = config(&std::fs::read_to_string(example).unwrap());
    holds(&validator, &json!({"project": {"name": "demo"}, "tool": {"other": {}, "pycompile": example}}));
    assert!(
        !validator.is_valid(&json!({"tool": {"pycompile": {"source": {"files": ["a.py"], "exlude": []}}}}))
    );
    holds(&validator, &json!({"project": {"name": "demo"}}));
    let backend = json!({"wraps": "hatchling.build", "bytecode": "pycache", "python": "3.14"});
    holds(&validator, &json!({"tool": {"pycompile": {"backend": backend}}}));
    holds(&validator, &json!({"tool": {"pycompile": {"backend": backend, "source": {"files": ["a.py"]}}}}));
    assert!(
        !validator.is_valid(&json!({"tool": {"pycompile": {"backend": {"wraps": "a", "bytcode": "none"}}}}))
    );
    assert!(!validator.is_valid(&json!({"tool": {"pycompile": {"backend": backend, "compile": {}}}})));
}

#[test]
fn the_schema_of_the_config_takes_what_the_program_takes() {
    let validator = validator("pycompile.schema.json");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("pycompile.toml.example");
    holds(&validator, &config(&std::fs::read_to_string(example).unwrap()));
    holds(&validator, &config(CONFIG));
    let good = "[source]\nfiles = [\"a.py\"]\n[compile]\npython = \"3.14\"\n";
    let right = [
        "",
        "optimize = 1\n",
        "optimize = [0, 2]\n",
        "refs = \"minimal\"\nengine = \"native\"\n",
        "timeout = 1\nmemory-limit = 64\n",
        "interpreters = { \"3.13\" = \"/usr/bin/python3.13\" }\n",
        "[wheel]\nmetadata = \"PKG-INFO\"\n",
        "[wheel]\nproject = \"pyproject.toml\"\ndynamic = { version = \"1\" }\n",
        "[manifest]\noutput = \"m.json\"\nalso = \"in-toto\"\n",
        "[zip]\noutput = \"z.zip\"\nmain = \"a:b\"\n",
    ];
    for more in right {
        let text = format!("{good}{more}");
        assert!(is_read(&text), "{text}");
        holds(&validator, &config(&text));
    }
    let wrong = [
        "optimize = 3\n",
        "optimize = \"0\"\n",
        "optimise = 0\n",
        "layout = \"flat\"\n",
        "timeout = 0\n",
        "memory-limit = 1\n",
        "on-error = \"ignore\"\n",
        "allow-failures = \"a.py\"\n",
        "interpreters = { \"three\" = \"python3\" }\n",
        "[tree]\nsources = \"yes\"\n",
        "[wheel]\nbytecode = \"all\"\n",
        "[zip]\nmain = \"a:b\"\n",
        "[zip]\noutput = \"z\"\ncompression = \"best\"\n",
        "[manifest]\nalso = [\"sha256sum\"]\n",
        "[manifest]\noutput = \"m\"\nalso = [\"sha512sum\"]\n",
        "[deploy]\n",
    ];
    let wrong = wrong.map(|more| format!("{good}{more}"));
    let whole = [
        "[compile]\n",
        "[source]\nfiles = []\n",
        "[source]\nfiles = \"a.py\"\n",
        "[source]\nfiles = [1]\n",
        "[source]\nfiles = [\"a.py\"]\n[compile]\npython = 3.14\n",
        "[source]\nfiles = [\"a.py\"]\n[compile]\npython = \"three\"\n",
    ];
    for text in wrong.into_iter().chain(whole.map(str::to_owned)) {
        assert!(!is_read(&text), "{text}");
        assert!(!validator.is_valid(&config(&text)), "the schema takes\n{text}");
    }
}
