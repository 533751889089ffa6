//! No file outside of the directories that a user names is read, written or touched.

use crate::session::Session;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

const NATIVE: [&str; 4] = ["--engine", "native", "--python", "3.14"];

fn compile(session: &Session, arguments: &[&str]) -> crate::session::Said {
    session.run(&[&["compile"], &NATIVE[..], arguments].concat())
}

fn pycs(session: &Session) -> Vec<String> {
    session.files().into_iter().filter(|name| name.ends_with(".pyc")).collect()
}

fn time_of(path: &Path) -> SystemTime {
    path.metadata().unwrap().modified().unwrap()
}

#[test]
fn an_output_directory_is_not_left_by_symlinks() {
    let session = Session::new();
    session.file("t/pkg/m.py", "x = 1\n");
    std::fs::create_dir_all(session.path("outside")).unwrap();
    std::fs::create_dir_all(session.path("one")).unwrap();
    std::fs::create_dir_all(session.path("two/pkg")).unwrap();
    symlink("../outside", session.path("one/pkg")).unwrap();
    symlink("../../outside", session.path("two/pkg/__pycache__")).unwrap();
    for (folder, link) in [("one", "one/pkg"), ("two", "two/pkg/__pycache__")] {
        let words = format!("{link} is a symlink: nothing is written through it");
        for source in [&["-r", "t"][..], &["t/pkg/m.py"]] {
            let arguments = [&["--strip-dir", "t", "--output-dir", folder], source].concat();
            compile(&session, &arguments).exits(1).says(&words);
        }
    }
    assert_eq!(pycs(&session), [""; 0]);
    // The user has chosen the directory itself, and it is created.
    symlink("outside", session.path("three")).unwrap();
    for (folder, pyc) in [("three", "outside"), ("new/four", "new/four")] {
        compile(&session, &["--strip-dir", "t", "--output-dir", folder, "-r", "t"]).exits(0);
        assert!(session.path(&format!("{pyc}/pkg/__pycache__/m.cpython-314.pyc")).exists());
    }
}

#[test]
fn a_source_that_leads_out_of_a_searched_directory_is_not_read() {
    let session = Session::new();
    session.file("secret.py", "password = (\n");
    session.file("t/pkg/m.py", "x = 1\n");
    symlink("../../secret.py", session.path("t/pkg/out.py")).unwrap();
    symlink("m.py", session.path("t/pkg/inside.py")).unwrap();
    let words = "t/pkg/out.py is a symlink that leads out of t: it is not followed";
    let said = compile(&session, &["-r", "t"]).exits(1).says(words).says("hint: `--follow-links`");
    assert!(!said.err.contains("password"), "{}", said.err);
    assert_eq!(pycs(&session).len(), 2);
    let said = session.run(&["compileall", "-f", "--python", "3.14", "t"]).exits(1);
    assert!(said.out.contains(words) && said.out.contains("hint: `-e DIR`"), "{}", said.out);
    assert!(!said.out.contains("password"), "{}", said.out);
    compile(&session, &["-r", "--follow-links", "t"]).exits(1).says("password");
    let said = session.run(&["compileall", "-f", "--python", "3.14", "-e", ".", "t"]).exits(1);
    assert!(said.out.contains("password"), "{}", said.out);
    // A file that the user names is read wherever it leads, as py_compile reads it.
    compile(&session, &["t/pkg/out.py"]).exits(1).says("password");
}

#[test]
fn clamping_touches_no_file_outside() {
    let session = Session::new();
    let outside = session.file("outside/m.py", "x = 1\n");
    session.file("t/pkg/m.py", "x = 1\n");
    symlink("../../outside/m.py", session.path("t/pkg/link.py")).unwrap();
    let late = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    std::fs::File::open(&outside).unwrap().set_modified(late).unwrap();
    for command in [
        &["compileall", "-e", ".", "--python", "3.14"][..],
        &["compile", "--follow-links", "-r", "--python", "3.14"],
    ] {
        let mut command = session.command(&[command, &["-f", "--clamp-mtime", "t"]].concat());
        let said = command.env("SOURCE_DATE_EPOCH", "1000000000").output().unwrap();
        assert!(said.status.success(), "{said:?}");
        assert_eq!(time_of(&outside), late);
        assert_eq!(
            time_of(&session.path("t/pkg/m.py")),
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)
        );
    }
}

#[test]
fn a_list_of_files_stays_below_the_directory_that_is_named() {
    let session = Session::new();
    session.file("outside/m.py", "password = (\n");
    for name in ["good", "cache", "out"] {
        session.file(&format!("t/{name}/m.py"), "x = 1\n");
    }
    symlink("../../outside", session.path("t/cache/__pycache__")).unwrap();
    symlink("../outside", session.path("t/folder")).unwrap();
    symlink("../../outside/m.py", session.path("t/out/n.py")).unwrap();
    let absolute = session.path("t/good/m.py");
    let absolute = absolute.to_str().unwrap();
    let whole = session.path("outside/m.py");
    let whole = whole.to_str().unwrap();
    for (file, words) in [
        ("t/cache/m.py", "t/cache/__pycache__ is a symlink: nothing is written through it"),
        ("t/folder/m.py", "t/folder is a symlink that leads out of t: it is not followed"),
        ("t/out/n.py", "t/out/n.py is a symlink that leads out of t: it is not followed"),
        ("t/../outside/m.py", "t/../outside/m.py is not below t"),
        ("outside/m.py", "outside/m.py is not below t"),
        (whole, "m.py is not below t"),
        ("tt/m.py", "tt/m.py is not below t"),
    ] {
        let list = format!("{file}\0t/good/m.py\0");
        let arguments = [&["compile", "-0f"], &NATIVE[..], &["--below", "t", "-"]].concat();
        let said = session.run_with_input(&arguments, list.as_bytes()).exits(1).says(words);
        assert!(!said.err.contains("password"), "{}", said.err);
        assert_eq!(pycs(&session), ["t/good/__pycache__/m.cpython-314.pyc"], "{file}");
    }
    for (file, below) in
        [("./t/good/m.py", "t"), (absolute, "t"), ("t/good/m.py", "."), ("t/good/m.py", "t/good/")]
    {
        compile(&session, &["-f", "--below", below, file]).exits(0);
    }
    compile(&session, &["-f", "--below", "t", "-r", "outside"]).exits(1).says("outside/m.py is not below t");
    assert_eq!(pycs(&session).len(), 1);
}

#[test]
fn compileall_stays_below_the_directory_that_is_named() {
    let session = Session::new();
    session.file("outside/python3.14/m.py", "x = 1\n");
    session.file("root/opt/m.py", "x = 1\n");
    std::fs::create_dir_all(session.path("root/usr")).unwrap();
    symlink("../../outside", session.path("root/usr/lib")).unwrap();
    let run = |arguments: &[&str]| {
        session.run(
            &[&["compileall", "-f", "--python", "3.14", "-e", "root", "--below", "root"], arguments].concat(),
        )
    };
    let said = run(&["root/opt", "root/usr/lib/python3.14"]).exits(1);
    let words = "root/usr/lib is a symlink that leads out of root: it is not followed";
    assert!(said.out.contains(words), "{}", said.out);
    assert_eq!(pycs(&session), ["root/opt/__pycache__/m.cpython-314.pyc"]);
    let said = run(&["outside"]).exits(1);
    assert!(said.out.contains("outside/python3.14/m.py is not below root"), "{}", said.out);
}

#[test]
fn in_a_list_no_cache_that_is_a_symlink_is_followed() {
    let session = Session::new();
    session.file("t/m.py", "x = 1\n");
    std::fs::create_dir(session.path("outside")).unwrap();
    symlink("../outside", session.path("t/__pycache__")).unwrap();
    for command in [&["compile", "-"][..], &["compileall", "-q", "-i", "-"]] {
        let said = session.run_with_input(&[command, &["--python", "3.14"]].concat(), b"t/m.py\n").exits(1);
        let words = "t/__pycache__ is a symlink: nothing is written through it";
        assert!(said.err.contains(words) || said.out.contains(words), "{} {}", said.out, said.err);
    }
    assert_eq!(pycs(&session), [""; 0]);
}

/// A project in which each kind of file that a config names is a symlink to a secret, directly or
/// by a directory.
fn project_with_links() -> Session {
    let session = Session::new();
    for name in ["secret.py", "secret.txt", "secret.md"] {
        session.file(&format!("outside/{name}"), "hunter2 = 1\n");
    }
    session.file("p/src/a.py", "x = 1\n");
    session.file("p/src/kept.txt", "text\n");
    session.file("p/README.md", "Read me\n");
    session.file("p/LICENSE", "Do\n");
    for (target, link) in [
        ("../../outside/secret.py", "p/src/m.py"),
        ("../../outside/secret.txt", "p/src/d.txt"),
        ("../../outside", "p/src/dir"),
        ("../outside/secret.md", "p/SECRET.md"),
        ("../outside", "p/licenses"),
    ] {
        symlink(target, session.path(link)).unwrap();
    }
    session
}

fn config(session: &Session, source: &str, project: &str) {
    let project = format!("[project]\nname = \"demo\"\nversion = \"1.0\"\n{project}");
    session.file("p/pyproject.toml", project);
    let config = format!(
        "[source]\nroot = \"src\"\n{source}\n[compile]\npython = [\"3.14\"]\n[tree]\noutput = \"out\"\n[wheel]\n\
         project = \"pyproject.toml\"\nbytecode = \"pycache\"\n[zip]\noutput = \"a.zip\"\n[manifest]\noutput = \"m.json\"\n"
    );
    session.file("p/pycompile.toml", config);
}

#[test]
fn a_config_publishes_no_file_from_outside_of_its_root() {
    let session = project_with_links();
    let plain = "readme = \"README.md\"\nlicense-files = [\"LICENSE\"]\n";
    let hint = "hint: `follow-links = true` under [source], or `--follow-links`";
    for (source, link) in [
        ("files = [\"a.py\", \"m.py\"]", "p/src/m.py"),
        ("files = [\"a.py\", \"dir/secret.py\"]", "p/src/dir"),
        ("files = [\"a.py\"]\ndata = [\"d.txt\"]", "p/src/d.txt"),
        ("files = [\"a.py\"]\ndata = [\"dir/secret.txt\"]", "p/src/dir"),
    ] {
        config(&session, source, plain);
        let words = format!("{link} is a symlink that leads out of p/src: it is not followed\n{hint}");
        for command in ["build", "pack"] {
            let said = session.run(&[command, "--config", "p/pycompile.toml"]).exits(1).says(&words);
            assert!(!said.err.contains("hunter2"), "{}", said.err);
        }
        assert!(!session.path("p/dist").exists() && !session.path("p/a.zip").exists());
        assert!(!session.path("p/out/m.py").exists() && !session.path("p/out/dir").exists());
        let of_data = source.contains("data");
        session.run(&["manifest", "--config", "p/pycompile.toml"]).exits(i32::from(!of_data));
    }
    let own = "files = [\"a.py\"]\n";
    for (project, link) in [
        ("readme = \"SECRET.md\"", "p/SECRET.md"),
        ("readme = \"licenses/secret.md\"", "p/licenses"),
        ("license-files = [\"SECRET.md\"]", "p/SECRET.md"),
        ("license-files = [\"licenses/*.txt\"]", "p/licenses"),
        ("license-files = [\"licenses/**/none\"]", "p/licenses"),
        ("license-files = [\"licenses/secret.txt\"]", "p/licenses"),
        ("license = {file = \"SECRET.md\"}", "p/SECRET.md"),
    ] {
        config(&session, own, project);
        let words = format!("{link} is a symlink that leads out of p: it is not followed\n{hint}");
        session.run(&["pack", "--config", "p/pycompile.toml"]).exits(2).says(&words);
        assert!(!session.path("p/dist").exists() && !session.path("p/a.zip").exists());
    }
}

#[test]
fn nothing_outside_is_searched() {
    let session = project_with_links();
    symlink("../outside", session.path("p/link")).unwrap();
    let config = "[source]\nroot = \"link\"\nsearch = [\"*.py\"]\n[compile]\npython = [\"3.14\"]\n";
    session.file("p/pycompile.toml", config);
    let words = "p/link is a symlink that leads out of p: it is not followed\nhint: `follow-links = true`";
    for command in ["build", "clean", "manifest"] {
        session.run(&[command, "--config", "p/pycompile.toml"]).exits(2).says(words);
    }
    assert_eq!(pycs(&session), [""; 0]);
}

#[test]
fn symlink_farms_are_followed_on_request() {
    let session = project_with_links();
    let project = "readme = \"SECRET.md\"\nlicense-files = [\"licenses/*.txt\"]\n";
    let source = "files = [\"a.py\", \"m.py\"]\nsearch = [\"dir/*.py\"]\ndata = [\"d.txt\"]\n";
    config(&session, &format!("{source}follow-links = true\n"), project);
    session.run(&["build", "--config", "p/pycompile.toml"]).exits(0);
    session.run(&["pack", "--config", "p/pycompile.toml"]).exits(0);
    assert!(session.path("p/out/dir/secret.py").exists() && session.path("p/a.zip").exists());
    let manifest = std::fs::read(session.path("p/m.json")).unwrap();
    config(&session, source, project);
    session.run(&["pack", "--config", "p/pycompile.toml"]).exits(2);
    session.run(&["pack", "--follow-links", "--config", "p/pycompile.toml"]).exits(0);
    assert_eq!(std::fs::read(session.path("p/m.json")).unwrap(), manifest);
}

#[test]
fn links_within_the_root_need_no_permission() {
    let session = Session::new();
    session.file("p/src/a.py", "x = 1\n");
    session.file("p/docs/README.md", "Read me\n");
    symlink("docs/README.md", session.path("p/README.md")).unwrap();
    symlink(".", session.path("p/src/again")).unwrap();
    symlink(session.path("p/src/a.py"), session.path("p/src/b.py")).unwrap();
    config(&session, "files = [\"a.py\", \"b.py\", \"again/a.py\"]", "readme = \"README.md\"");
    session.run(&["pack", "--config", "p/pycompile.toml"]).exits(0);
}

#[test]
fn outputs_of_a_config_follow_no_symlink() {
    let session = Session::new();
    session.file("p/src/a.py", "x = 1\n");
    std::fs::create_dir(session.path("outside")).unwrap();
    for (link, table) in [
        ("build", "[tree]\noutput = \"build/lib\"\n"),
        ("dist", "[wheel]\nproject = {name = \"demo\", version = \"1\"}\n"),
        ("z", "[zip]\noutput = \"z/a.zip\"\n"),
        ("m", "[manifest]\noutput = \"m/m.json\"\nalso = [\"sha256sum\"]\n"),
    ] {
        symlink("../outside", session.path(&format!("p/{link}"))).unwrap();
        let head = "[source]\nroot = \"src\"\nfiles = [\"a.py\"]\n[compile]\npython = [\"3.14\"]\n";
        session.file("p/pycompile.toml", format!("{head}{table}"));
        let command =
            if table.starts_with("[wheel]") || table.starts_with("[zip]") { "pack" } else { "build" };
        let said = session.run(&[command, "--config", "p/pycompile.toml"]);
        assert!(said.status > 0, "{table}");
        said.says(&format!("p/{link} is a symlink: nothing is written through it"));
        assert_eq!(std::fs::read_dir(session.path("outside")).unwrap().count(), 0, "{table}");
        // The user has chosen an absolute path.
        let outside = session.path("outside");
        let absolute = table.replace(&format!("\"{link}/"), &format!("\"{}/", outside.display()));
        if absolute != table {
            session.file("p/pycompile.toml", format!("{head}{absolute}"));
            session.run(&[command, "--config", "p/pycompile.toml"]).exits(0);
            assert!(std::fs::read_dir(&outside).unwrap().count() > 0, "{absolute}");
            std::fs::remove_dir_all(&outside).unwrap();
            std::fs::create_dir(&outside).unwrap();
        }
    }
}
