//! `pycompile bazel-worker`: requests and answers. The expected pycs are CPython's.

use crate::session::{Said, Session};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

const GOLDEN: &str = "bool_operands";

fn golden(file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    std::fs::read(folder.join(file)).unwrap()
}

fn session() -> Session {
    let session = Session::new();
    session.file("pkg/a.py", golden(&format!("{GOLDEN}.py")));
    session
}

fn arguments(python: &str, level: &str, source: &str, pyc: &str) -> Vec<String> {
    let name = format!("{GOLDEN}.py");
    let arguments = [
        "--invalidation_mode",
        "unchecked_hash",
        "--src",
        source,
        "--src_name",
        &name,
        "--pyc",
        pyc,
        "--optimize",
        level,
        "--python_version",
        python,
    ];
    arguments.map(str::to_owned).to_vec()
}

/// A persistent worker.
struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Worker {
    fn start(session: &Session, options: &[&str]) -> Self {
        let mut command = session.command(&[&["bazel-worker", "--persistent_worker"], options].concat());
        // No interpreter can be found.
        command.env_clear().stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { input: child.stdin.take(), output, child }
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes.as_ref()).unwrap();
        input.flush().unwrap();
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let answer = serde_json::from_str(&line);
        assert!(answer.is_ok(), "{line:?}");
        answer.unwrap()
    }

    /// Sends a request and reads its answer.
    fn ask(&mut self, request: &Value) -> Value {
        self.send(format!("{request}\n"));
        self.answer()
    }

    /// Ends the input, and returns the remaining output.
    #[track_caller]
    fn end(mut self, status: i32) -> Said {
        drop(self.input.take());
        let mut rest = Vec::new();
        self.output.read_to_end(&mut rest).unwrap();
        let said = Said::from(self.child.wait_with_output().unwrap());
        Said { out: String::from_utf8_lossy(&rest).into_owned(), ..said }.exits(status)
    }
}

#[test]
fn one_shot_with_a_file_of_arguments() {
    for (python, level, expected) in
        [("3.14", "0", ""), ("3.14", "2", ""), ("3.13", "0", "313/"), ("3.15", "-1", "315/")]
    {
        let session = session();
        let file = arguments(python, level, "pkg/a.py", "out/__pycache__/a.pyc").join("\n");
        session.file("a.params", format!("{file}\n"));
        session.run(&["bazel-worker", "@a.params"]).exits(0).says_nothing();
        // Like argparse, which splits a file of arguments by `splitlines`.
        let windows = std::fs::read_to_string(session.path("a.params")).unwrap().replace('\n', "\r\n");
        session.file("crlf.params", windows);
        session.file("empty.params", "");
        session.run(&["bazel-worker", "@empty.params", "@crlf.params"]).exits(0).says_nothing();
        let pyc = std::fs::read(session.path("out/__pycache__/a.pyc")).unwrap();
        let leveled = golden_of_level(expected, level);
        assert!(pyc == leveled, "{python} {level}");
        let direct: Vec<&str> = file.split('\n').collect();
        std::fs::remove_dir_all(session.path("out")).unwrap();
        session.run(&[&["bazel-worker"], direct.as_slice()].concat()).exits(0).says_nothing();
        assert_eq!(std::fs::read(session.path("out/__pycache__/a.pyc")).unwrap(), pyc);
    }
}

fn golden_of_level(folder: &str, level: &str) -> Vec<u8> {
    let own = format!("{folder}{GOLDEN}.opt-{level}.pyc");
    let exists = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(&own).exists();
    if exists { golden(&own) } else { golden(&format!("{folder}{GOLDEN}.pyc")) }
}

impl Said {
    #[track_caller]
    fn says_nothing(self) {
        assert_eq!((self.out.as_str(), self.err.as_str()), ("", ""));
    }
}

#[test]
fn a_worker_starts_without_a_request() {
    let session = session();
    for argument in ["--python_version=3.14", "--optimize=2", "--src=pkg/a.py", "@a.params"] {
        let said = session.run(&["bazel-worker", "--persistent_worker", argument]).exits(2);
        said.says("come with the requests");
    }
}

/// Bazel's toolchain for precompilers does not allow arguments before the request.
#[cfg(unix)]
#[test]
fn the_name_of_the_program_stands_for_the_command() {
    let session = session();
    let program = session.path("pycompile-bazel-worker");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pycompile"), &program).unwrap();
    session.file("a.params", arguments("3.14", "0", "pkg/a.py", "a.pyc").join("\n"));
    let mut command = std::process::Command::new(program);
    let status = command.arg("@a.params").current_dir(session.path("")).status().unwrap();
    assert!(status.success());
    assert!(std::fs::read(session.path("a.pyc")).unwrap() == golden(&format!("{GOLDEN}.pyc")));
}

#[test]
fn requests_in_json() {
    let session = session();
    let mut worker = Worker::start(&session, &[]);
    for (number, between) in ["\n", "", " \r\n\t"].iter().enumerate() {
        let pyc = format!("{number}.pyc");
        let request = json!({
            "arguments": arguments("3.14", "0", "pkg/a.py", &pyc),
            "inputs": [{"path": "pkg/{\"a\\.py", "digest": "]}"}],
            "requestId": number,
        });
        worker.send(format!("{request}{between}"));
        assert_eq!(worker.answer(), json!({"exitCode": 0, "output": "", "requestId": number}));
        assert!(std::fs::read(session.path(&pyc)).unwrap() == golden(&format!("{GOLDEN}.pyc")));
    }
    // Several at once, with the keys in another order, the number as text and names of the original.
    let request = |pyc: &str, id: &str| {
        format!(
            "{{ \"request_id\": \"{id}\", \"inputs\":[ ], \"sandbox_dir\": \"\", \"arguments\" :{} }}",
            json!(arguments("3.13", "0", "pkg/a.py", pyc))
        )
    };
    worker.send([request("x.pyc", "7"), request("y.pyc", "8")].concat());
    let mut ids = [worker.answer(), worker.answer()].map(|answer| answer["requestId"].as_i64().unwrap());
    ids.sort_unstable();
    assert_eq!(ids, [7, 8]);
    for pyc in ["x.pyc", "y.pyc"] {
        assert!(std::fs::read(session.path(pyc)).unwrap() == golden(&format!("313/{GOLDEN}.pyc")));
    }
    worker.end(0).says_nothing();
}

/// The messages of `worker_protocol.proto`.
mod proto {
    fn varint(mut number: u64, out: &mut Vec<u8>) {
        while number >= 0x80 {
            out.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        out.push(number as u8);
    }

    fn bytes(field: u64, value: &[u8], out: &mut Vec<u8>) {
        varint(field << 3 | 2, out);
        varint(value.len() as u64, out);
        out.extend_from_slice(value);
    }

    pub(super) fn framed(message: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        varint(message.len() as u64, &mut out);
        out.extend_from_slice(message);
        out
    }

    pub(super) fn request(arguments: &[String], id: i64, cancel: bool, sandbox: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for argument in arguments {
            bytes(1, argument.as_bytes(), &mut out);
        }
        bytes(2, b"\x0a\x08pkg/a.py\x12\x02xx", &mut out);
        for (field, number) in [(3, id), (4, cancel.into()), (5, 0)] {
            varint(field << 3, &mut out);
            varint(number as u64, &mut out);
        }
        bytes(6, sandbox.as_bytes(), &mut out);
        // A field that a later version may have.
        bytes(99, b"later", &mut out);
        framed(&out)
    }
}

/// Reads an answer: its fields in their order, each with its number.
fn proto_answer(worker: &mut Worker) -> Vec<u8> {
    let mut length = [0];
    worker.output.read_exact(&mut length).unwrap();
    assert!(length[0] < 0x80);
    let mut message = vec![0; length[0].into()];
    worker.output.read_exact(&mut message).unwrap();
    message
}

#[test]
fn requests_in_protocol_buffers() {
    let session = session();
    let mut worker = Worker::start(&session, &[]);
    worker.send(proto::request(&arguments("3.14", "0", "pkg/a.py", "a.pyc"), 0, false, ""));
    assert_eq!(proto_answer(&mut worker), b"");
    assert!(std::fs::read(session.path("a.pyc")).unwrap() == golden(&format!("{GOLDEN}.pyc")));
    worker.send(proto::request(&arguments("3.15", "0", "pkg/a.py", "b.pyc"), 300, false, ""));
    assert_eq!(proto_answer(&mut worker), b"\x18\xac\x02");
    assert!(std::fs::read(session.path("b.pyc")).unwrap() == golden(&format!("315/{GOLDEN}.pyc")));
    // Negative numbers take ten bytes.
    worker.send(proto::request(&arguments("3.14", "0", "pkg/a.py", "c.pyc"), -1, false, ""));
    assert_eq!(proto_answer(&mut worker), b"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    worker.send(proto::request(&["--python_version".into()], 5, false, ""));
    let answer = proto_answer(&mut worker);
    assert!(answer.starts_with(b"\x08\x02\x18\x05\x12"), "{}", answer.escape_ascii());
    // A field that is longer than its message, an unknown encoding, and a request after them.
    for message in [&b"\x18\x07\x0a\x7fabc"[..], b"\x18\x07\x0f", b"\x18\x07\x0a\x02a", b"\x18\x07\x80"] {
        worker.send(proto::framed(message));
        let answer = proto_answer(&mut worker);
        assert!(answer.starts_with(b"\x08\x02\x18\x07\x12"), "{}", answer.escape_ascii());
    }
    worker.send(proto::request(&arguments("3.14", "0", "pkg/a.py", "d.pyc"), 9, false, ""));
    assert_eq!(proto_answer(&mut worker), b"\x18\x09");
    worker.send(proto::request(&[], 77, true, ""));
    worker.end(0).says_nothing();
    for (input, said) in [
        (&b"\x80\x80\x80\x80\x08\x0a"[..], "it is more than 2 GB"),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "64 bits"),
        (b"\x80", "end in the middle of one"),
    ] {
        let mut worker = Worker::start(&session, &["--worker_protocol", "proto"]);
        worker.send(input);
        worker.end(2).says(said);
    }
}

#[cfg(unix)]
#[test]
fn a_sandbox_holds_all_paths() {
    use std::os::unix::fs::symlink;
    let session = session();
    std::fs::create_dir_all(session.path("box/1/pkg")).unwrap();
    symlink(session.path("pkg/a.py"), session.path("box/1/pkg/a.py")).unwrap();
    std::fs::create_dir_all(session.path("elsewhere")).unwrap();
    symlink("../../elsewhere", session.path("box/1/link")).unwrap();
    symlink("../../elsewhere/b.pyc", session.path("box/1/b.pyc")).unwrap();
    session.file("box/1/a.params", arguments("3.14", "0", "pkg/a.py", "out/p.pyc").join("\n"));
    let mut worker = Worker::start(&session, &[]);
    let mut ask = |arguments: Vec<String>| {
        worker.ask(&json!({"arguments": arguments, "requestId": 4, "sandboxDir": "box/1"}))
    };
    let done = json!({"exitCode": 0, "output": "", "requestId": 4});
    assert_eq!(ask(arguments("3.14", "0", "pkg/a.py", "out/a.pyc")), done);
    assert_eq!(ask(vec!["@a.params".into()]), done);
    for pyc in ["out/a.pyc", "out/p.pyc"] {
        let pyc = std::fs::read(session.path("box/1").join(pyc)).unwrap();
        assert!(pyc == golden(&format!("{GOLDEN}.pyc")));
    }
    let absolute = session.path("elsewhere/b.pyc").to_str().unwrap().to_owned();
    for pyc in ["../b.pyc", "link/b.pyc", "b.pyc", &absolute] {
        let answer = ask(arguments("3.14", "0", "pkg/a.py", pyc));
        assert_eq!((&answer["exitCode"], &answer["requestId"]), (&json!(1), &json!(4)), "{pyc}: {answer}");
    }
    for file in ["../1/a.params", session.path("box/1/a.params").to_str().unwrap()] {
        let answer = ask(vec![format!("@{file}")]);
        assert!(answer["output"].as_str().unwrap().contains("not in the sandbox"), "{answer}");
    }
    let answer = ask(arguments("3.14", "0", "../../pkg/a.py", "out/c.pyc"));
    assert!(answer["output"].as_str().unwrap().contains("is not below"), "{answer}");
    assert_eq!(std::fs::read_dir(session.path("elsewhere")).unwrap().count(), 0);
    assert!(!session.path("box/b.pyc").exists());
    worker.end(0).says_nothing();
}

#[test]
fn wrong_arguments_are_answered() {
    let session = session();
    session.file("bad.py", "def f(:\n    pass\n");
    session.file("self.params", "@self.params\n");
    let mut worker = Worker::start(&session, &[]);
    let good = arguments("3.14", "0", "pkg/a.py", "a.pyc");
    let with = |old: &str, new: &[&str]| -> Vec<String> {
        let at = good.iter().position(|argument| argument == old).unwrap();
        let mut arguments = good.clone();
        arguments.splice(at..=at, new.iter().map(|&argument| argument.to_owned()));
        arguments
    };
    for (arguments, status, said) in [
        (vec![], 2, "nothing to compile"),
        (with("--optimize", &["--bogus"]), 2, "unexpected argument '--bogus'"),
        (with("0", &["3"]), 2, "expected a number from -1 to 2"),
        (with("unchecked_hash", &["timestamp"]), 2, "differs between builds"),
        (with("unchecked_hash", &["x"]), 2, "expected checked_hash or unchecked_hash"),
        (with("3.14", &["3.14", "--pyc", "b.pyc"]), 2, "1 --src, 1 --src_name and 2 --pyc"),
        (with("3.14", &["3"]), 2, "--python_version"),
        (with("3.14", &["2.7"]), 2, "Python 2.7 is not supported"),
        (
            with("3.14", &["3.9"]),
            2,
            "without an interpreter, 3.11, 3.12, 3.13, 3.14, 3.15 can be compiled for",
        ),
        (with("3.14", &["3.14.1"]), 2, "can be compiled for"),
        (with("--python_version", &[]), 2, "unexpected argument"),
        (with("a.pyc", &["pkg/a.py"]), 2, "refusing to overwrite pkg/a.py: it is a source"),
        (with("a.pyc", &["./pkg/a.py"]), 1, "it is the source"),
        (with("3.14", &["3.14", "@missing.params"]), 2, "missing.params"),
        (with("3.14", &["3.14", "@self.params"]), 2, "more than 64 files"),
        (with("3.14", &["3.14", "stray"]), 2, "unexpected argument `stray`"),
        (with("pkg/a.py", &["missing.py"]), 1, "No such file or directory: 'missing.py'"),
        (with("pkg/a.py", &["bad.py"]), 1, "SyntaxError: invalid syntax"),
        (with("pkg/a.py", &["pkg"]), 1, "Is a directory: 'pkg'"),
    ] {
        let answer = worker.ask(&json!({"arguments": arguments, "requestId": 3}));
        assert_eq!((&answer["exitCode"], &answer["requestId"]), (&json!(status), &json!(3)), "{answer}");
        let output = answer["output"].as_str().unwrap();
        assert!(output.contains(said) && !output.contains("--interpreter"), "{said}: {answer}");
    }
    for (request, id) in [
        (r#"{"arguments": 5, "requestId": 6}"#, 6),
        (r#"{"arguments": ["--src", 5], "requestId": 6}"#, 6),
        (r#"{"requestId": 6, "sandboxDir": []}"#, 6),
        (r#"{"requestId": 6, "cancel": 1}"#, 6),
        (r#"{"requestId": 4294967296}"#, 0),
        (r#"{"requestId": {}}"#, 0),
        (r#"{"arguments"}"#, 0),
        (r#"{"arguments": [}}"#, 0),
        ("[]", 0),
        ("null {", 0),
    ] {
        worker.send(format!("{request}\n"));
        let answer = worker.answer();
        assert_eq!(
            (&answer["exitCode"], &answer["requestId"]),
            (&json!(2), &json!(id)),
            "{request}: {answer}"
        );
    }
    assert!(!session.path("a.pyc").exists());
    assert_eq!(worker.ask(&json!({"arguments": good}))["exitCode"], 0);
    worker.end(0).says_nothing();
}

#[test]
fn warnings_and_details_are_asked_for() {
    let session = Session::new();
    session.file("a.py", "x = 1 is 1\n");
    let mut worker = Worker::start(&session, &[]);
    let request = |verbosity: i32| json!({"arguments": arguments("3.14", "0", "a.py", "a.pyc"), "verbosity": verbosity});
    assert_eq!(worker.ask(&request(0))["output"], "");
    let answer = worker.ask(&request(10));
    let output = answer["output"].as_str().unwrap();
    for said in ["native engine", "SyntaxWarning: \"is\" with 'int' literal", "compiled: a.pyc\n"] {
        assert!(output.contains(said), "{output}");
    }
    worker.end(0).says_nothing();
    let mut worker = Worker::start(&session, &["--log_level", "warning"]);
    let answer = worker.ask(&request(0));
    assert!(answer["output"].as_str().unwrap().starts_with("bool_operands.py:1: SyntaxWarning"), "{answer}");
    worker.end(0).says_nothing();
}

/// A source that takes seconds.
fn slow(session: &Session) -> PathBuf {
    session.file("slow.py", "x = [a.b(c, d=1) for e in f if g]\n".repeat(400_000))
}

#[test]
fn cancellation() {
    let session = session();
    slow(&session);
    let mut worker = Worker::start(&session, &["--jobs", "1"]);
    let request = |source: &str, pyc: &str, id: i32| json!({"arguments": arguments("3.14", "0", source, pyc), "requestId": id});
    let cancel = |id: i32| json!({"requestId": id, "cancel": true});
    worker.send(format!("{}\n{}\n", request("slow.py", "slow.pyc", 1), request("pkg/a.py", "a.pyc", 2)));
    // A request that waits, one that does not exist, and one that runs.
    worker.send(format!("{}{}", cancel(2), cancel(9)));
    assert_eq!(worker.answer(), json!({"requestId": 2, "wasCancelled": true}));
    worker.send(cancel(1).to_string());
    assert_eq!(worker.answer(), json!({"requestId": 1, "wasCancelled": true}));
    // Its number is free again, and a request with an answer gets no second one.
    worker.send(cancel(1).to_string());
    assert_eq!(worker.ask(&request("pkg/a.py", "b.pyc", 1))["exitCode"], 0);
    worker.end(0).says_nothing();
    assert!(!session.path("slow.pyc").exists() && !session.path("a.pyc").exists());
    assert!(std::fs::read(session.path("b.pyc")).unwrap() == golden(&format!("{GOLDEN}.pyc")));
}

#[test]
fn cancellation_with_one_request_at_a_time() {
    let session = session();
    slow(&session);
    let mut worker = Worker::start(&session, &[]);
    worker.send(proto::request(&arguments("3.14", "0", "slow.py", "slow.pyc"), 0, false, ""));
    worker.send(proto::request(&[], 0, true, ""));
    assert_eq!(proto_answer(&mut worker), b"\x20\x01");
    worker.end(0).says_nothing();
    assert!(!session.path("slow.pyc").exists());
}

/// A multiplex worker answers in any order, but answers requests with one number in their order.
#[test]
fn several_at_a_time() {
    let session = session();
    slow(&session);
    let mut worker = Worker::start(&session, &["--jobs", "3"]);
    let request = |source: &str, pyc: &str, id: i32| {
        json!({"arguments": arguments("3.14", "0", source, pyc), "requestId": id}).to_string()
    };
    worker.send(request("slow.py", "slow.pyc", 1) + &request("pkg/a.py", "a.pyc", 2));
    assert_eq!(worker.answer()["requestId"], 2);
    worker.send(r#"{"requestId": 1, "cancel": true}"#);
    assert_eq!(worker.answer(), json!({"requestId": 1, "wasCancelled": true}));
    let requests: String = (0..40)
        .map(|number| {
            request(if number % 2 == 0 { "pkg/a.py" } else { "missing.py" }, &format!("{number}.pyc"), 0)
        })
        .collect();
    worker.send(requests);
    for number in 0..40 {
        assert_eq!(worker.answer()["exitCode"], number % 2, "{number}");
    }
    worker.send((3..60).map(|id| request("pkg/a.py", &format!("m{id}.pyc"), id)).collect::<String>());
    let mut ids: Vec<_> = (3..60).map(|_| worker.answer()["requestId"].as_i64().unwrap()).collect();
    ids.sort_unstable();
    assert!(ids.into_iter().eq(3..60));
    worker.end(0).says_nothing();
}

#[test]
fn ends_of_input() {
    let session = session();
    let request =
        json!({"arguments": arguments("3.14", "0", "pkg/a.py", "a.pyc"), "requestId": 1}).to_string();
    for (input, answers, status) in [
        (String::new(), 0, 0),
        ("\n".into(), 0, 0),
        (request.clone(), 1, 0),
        (format!("{request}\n\n"), 1, 0),
        ("{".into(), 0, 2),
        (request[..request.len() - 1].to_owned(), 0, 2),
        (format!("{request}{{\"arguments\": [\"x"), 1, 2),
        (format!("{request}null"), 2, 0),
    ] {
        let mut worker = Worker::start(&session, &[]);
        worker.send(&input);
        let said = worker.end(status);
        assert_eq!(said.out.lines().count(), answers, "{input}");
        assert_eq!(said.err.contains("end in the middle of one"), status == 2, "{input}: {}", said.err);
    }
    let framed = proto::request(&arguments("3.14", "0", "pkg/a.py", "a.pyc"), 1, false, "");
    for length in [1, 2, 40, framed.len() - 1] {
        let mut worker = Worker::start(&session, &[]);
        worker.send(&framed[..length]);
        worker.end(2).says("end in the middle of one");
    }
}

/// Inputs are not kept, and an input that is too large is refused with the number of its request.
#[test]
fn long_requests() {
    let session = session();
    let mut worker = Worker::start(&session, &[]);
    let inputs = r#"{"path": "external/a/b/c.py", "digest": "MTIzNDU2Nzg5MA=="}, "#.repeat(1 << 20);
    let good = json!(arguments("3.14", "0", "pkg/a.py", "a.pyc"));
    worker.send(format!(r#"{{"inputs": [{inputs} null], "arguments": {good}, "requestId": 1}}"#));
    assert_eq!(worker.answer(), json!({"exitCode": 0, "output": "", "requestId": 1}));
    for request in [
        format!(r#"{{"arguments": ["{}"], "requestId": 2}}"#, "x".repeat(17 << 20)),
        format!(r#"{{"requestId": 2, "arguments": [{}""]}}"#, r#""","#.repeat(6 << 20)),
    ] {
        worker.send(request);
        let answer = worker.answer();
        assert_eq!((&answer["exitCode"], &answer["requestId"]), (&json!(2), &json!(2)), "{answer}");
        assert!(answer["output"].as_str().unwrap().contains("larger than 16 MB"), "{answer}");
    }
    worker.send(format!(r#"{{"{}": 1}}{{"{0}":{0}}}"#, "x".repeat(40 << 20)));
    for _ in 0..2 {
        assert_eq!(worker.answer()["exitCode"], 2);
    }
    let deep = "[".repeat(1 << 20) + &"]".repeat(1 << 20);
    worker.send(format!(r#"{{"inputs": {deep}, "requestId": 3, "arguments": {deep}}}"#));
    assert_eq!(worker.answer()["exitCode"], 2);
    worker.send(format!(r#"{{"inputs": {deep}, "requestId": 3, "arguments": {good}}}"#));
    assert_eq!(worker.answer()["exitCode"], 0);
    worker.end(0).says_nothing();
    let mut worker = Worker::start(&session, &[]);
    worker.send(proto::request(&["x".repeat(17 << 20)], 2, false, ""));
    let answer = proto_answer(&mut worker);
    assert!(answer.starts_with(b"\x08\x02\x18\x02\x12"), "{}", answer.escape_ascii());
    worker.end(0).says_nothing();
}

/// A worker without a request ends at once, and a running request is completed.
#[cfg(unix)]
#[test]
fn signals_end_a_worker() {
    use rustix::process::{Pid, Signal, kill_process};
    if crate::session::is_ignored(Signal::TERM) {
        return;
    }
    let session = session();
    slow(&session);
    for source in ["pkg/a.py", "slow.py"] {
        let mut worker = Worker::start(&session, &[]);
        let request = |source: &str, pyc: &str| json!({"arguments": arguments("3.14", "0", source, pyc)});
        assert_eq!(worker.ask(&request("pkg/a.py", "a.pyc"))["exitCode"], 0);
        if source == "slow.py" {
            worker.send(request(source, "slow.pyc").to_string());
        }
        kill_process(Pid::from_child(&worker.child), Signal::TERM).unwrap();
        let status = worker.child.wait().unwrap();
        assert_eq!(status.code(), Some(2));
        assert!(!session.path("slow.pyc").exists());
    }
}
