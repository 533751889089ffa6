//! Files of earlier builds, and files that `clean` removes.

use crate::session::Session;

const SEARCH: &str = "[source]\nroot = \"src\"\nsearch = [\"**/*.py\"]\n[compile]\npython = [\"3.14\"]\n\
                      invalidation-mode = \"checked-hash\"\n";
const MIRROR: &str = "[tree]\noutput = \"build/lib\"\n";
const MANIFEST: &str = "[manifest]\noutput = \"dist/m.json\"\nalso = [\"sha256sum\", \"in-toto\"]\n";

fn session(tables: &str) -> Session {
    let session = Session::new();
    session.file("pycompile.toml", format!("{SEARCH}{tables}"));
    for file in ["p/__init__.py", "p/old.py", "gone/only.py"] {
        session.file(&format!("src/{file}"), format!("# {file}\n"));
    }
    session
}

fn below(session: &Session, folder: &str) -> Vec<String> {
    let mut files = session.files();
    files.retain(|file| file.starts_with(folder));
    files
}

fn remove(session: &Session, name: &str) {
    std::fs::remove_file(session.path(name)).unwrap();
}

#[test]
fn a_mirror_loses_what_its_manifest_lists_and_this_build_does_not_write() {
    let session = session(&format!("{MIRROR}{MANIFEST}"));
    session.run(&["build"]).exits(0);
    assert_eq!(below(&session, "build/").len(), 6);
    remove(&session, "src/p/old.py");
    remove(&session, "src/gone/only.py");
    session.run(&["build", "--check"]).exits(1).says("would remove 4 files of an earlier build\n");
    assert_eq!(below(&session, "build/").len(), 6);
    session.run(&["build"]).exits(0).says("removed 4 files of an earlier build\n");
    let left = ["build/lib/p/__init__.py", "build/lib/p/__pycache__/__init__.cpython-314.pyc"];
    assert_eq!(below(&session, "build/"), left);
    assert!(!session.path("build/lib/gone").exists());
    let said = session.run(&["build"]).exits(0);
    assert!(!said.err.contains("earlier"), "{}", said.err);
    // With another version, the pycs of the first one are those of an earlier build.
    let config = std::fs::read_to_string(session.path("pycompile.toml")).unwrap().replace("3.14", "3.13");
    session.file("pycompile.toml", config);
    session.run(&["build"]).exits(0).says("removed 1 file of an earlier build\n");
    assert_eq!(below(&session, "build/")[1], "build/lib/p/__pycache__/__init__.cpython-313.pyc");
}

#[test]
fn changed_and_unlisted_files_stay_and_are_named() {
    let session = session(&format!("{MIRROR}{MANIFEST}"));
    session.run(&["build"]).exits(0);
    session.file("build/lib/p/old.py", "mine\n");
    session.file("build/lib/p/other.py", "mine too\n");
    remove(&session, "src/p/old.py");
    let said = session.run(&["build"]).exits(0);
    let message = "removed 1 file of an earlier build\nleft build/lib/p/old.py of an earlier build: it has changed since it \
                   was written\nnote: 1 file in the tree is not from a build: build/lib/p/other.py\nwrote dist/m.json\n";
    assert!(said.err.contains(message), "{}", said.err);
    assert!(session.path("build/lib/p/old.py").exists() && session.path("build/lib/p/other.py").exists());
}

#[test]
fn in_place_only_pycs_of_the_manifest_are_removed() {
    let session = session(MANIFEST);
    session.run(&["build"]).exits(0);
    session.file("src/p/__pycache__/mine.cpython-314.pyc", "mine");
    remove(&session, "src/gone/only.py");
    session.file("src/gone/data.txt", "");
    session.run(&["build"]).exits(0).says("removed 1 file of an earlier build\n");
    assert_eq!(below(&session, "src/gone"), ["src/gone/data.txt"]);
    assert!(!session.path("src/gone/__pycache__").exists());
    assert!(
        session.path("src/p/old.py").exists()
            && session.path("src/p/__pycache__/mine.cpython-314.pyc").exists()
    );
}

#[test]
fn a_build_that_fails_removes_nothing() {
    let session = session(&format!("{MIRROR}{MANIFEST}"));
    session.run(&["build"]).exits(0);
    remove(&session, "src/p/old.py");
    session.file("src/p/__init__.py", "x = = 1\n");
    session.run(&["build"]).exits(1);
    assert!(session.path("build/lib/p/old.py").exists());
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_tree_is_removed() {
    let session = session(&format!("{MIRROR}{MANIFEST}"));
    session.run(&["build"]).exits(0);
    std::fs::rename(session.path("build/lib/gone"), session.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(session.path("elsewhere"), session.path("build/lib/gone")).unwrap();
    remove(&session, "src/gone/only.py");
    let said = session.run(&["build"]).exits(0);
    assert!(said.err.contains("is a symlink: nothing is removed through it"), "{}", said.err);
    assert_eq!(below(&session, "elsewhere").len(), 2);
    // A manifest with names that lead out of the tree.
    let manifest = std::fs::read_to_string(session.path("dist/m.json")).unwrap();
    let victim = session.file("victim.py", "# p/__init__.py\n");
    session.file("dist/m.json", manifest.replace("\"p/__init__.py\"", "\"../../victim.py\""));
    session.run(&["build"]).exits(0);
    session.file("dist/m.json", manifest.replace("\"p/__init__.py\"", "\"../../victim.py\""));
    session.run(&["clean"]);
    assert!(victim.exists());
}

const ALL: &str = "[wheel.project]\nname = \"demo\"\nversion = \"1.0\"\n[zip]\noutput = \"out/demo.zip\"\n";

#[test]
fn clean_removes_all_that_build_and_pack_wrote_and_nothing_else() {
    for commands in [&["build", "pack"][..], &["pack", "build"], &["build"], &["pack"]] {
        let session = session(&format!("data = [\"p/d.txt\"]\n{MIRROR}{MANIFEST}{ALL}"));
        let config = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
        let config = config
            .replace("data = [\"p/d.txt\"]\n", "")
            .replace("[compile]", "data = [\"p/d.txt\"]\n[compile]");
        session.file("pycompile.toml", config);
        session.file("src/p/d.txt", "data\n");
        let before = session.files();
        for command in commands {
            session.run(&[command]).exits(0);
        }
        assert!(session.files().len() > before.len());
        session.run(&["clean"]).exits(0);
        assert_eq!(session.files(), before, "{commands:?}");
        for folder in ["build", "dist", "out"] {
            assert!(!session.path(folder).exists(), "{folder} after {commands:?}");
        }
    }
}

#[test]
fn clean_leaves_what_is_not_its_own() {
    let session = session(&format!("{MIRROR}{MANIFEST}{ALL}"));
    session.run(&["build"]).exits(0);
    session.run(&["pack"]).exits(0);
    let wheel = "dist/demo-1.0-py3-none-any.whl";
    let own = std::fs::read(session.path(wheel)).unwrap();
    // A wheel of other files that pycompile made, one of another tool, and files of the user's.
    let other = Session::new();
    other.file("q.py", "");
    other.file(
        "pycompile.toml",
        "[source]\nfiles = [\"q.py\"]\n[compile]\npython = [\"3.14\"]\n[wheel.project]\nname = \"q\"\nversion = \"1\"\n",
    );
    other.run(&["pack"]).exits(0);
    session
        .file("dist/q-1-py3-none-any.whl", std::fs::read(other.path("dist/q-1-py3-none-any.whl")).unwrap());
    session.file("dist/notes.txt", "mine\n");
    session.file("build/lib/mine.py", "mine\n");
    session.file("build/lib/p/old.py", "changed\n");
    session.file("out/demo.zip", &own);
    session.file("dist/m.sha256", "changed\n");
    let said = session.run(&["clean"]).exits(0);
    for name in ["build/lib/p/old.py", "out/demo.zip", "dist/m.sha256"] {
        assert!(said.err.contains(&format!("{name}: it ")), "{name} in {}", said.err);
        assert!(session.path(name).exists(), "{name}");
    }
    let left: Vec<String> = session.files().into_iter().filter(|name| !name.starts_with("src/")).collect();
    assert_eq!(
        left,
        [
            "build/lib/mine.py",
            "build/lib/p/old.py",
            "dist/m.sha256",
            "dist/notes.txt",
            "dist/q-1-py3-none-any.whl",
            "out/demo.zip",
            "pycompile.toml"
        ]
    );
}

/// Files that equal those of the config prove nothing where no build has written.
#[test]
fn clean_keeps_equal_files_in_a_directory_that_was_not_built() {
    for tables in [MIRROR, &format!("{MIRROR}{MANIFEST}")] {
        let session = session(&format!("data = [\"p/d.txt\"]\n{tables}"));
        let config = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
        let data = "data = [\"p/d.txt\"]\n";
        session.file(
            "pycompile.toml",
            config.replace(data, "").replace("[compile]", &format!("{data}[compile]")),
        );
        session.file("src/p/d.txt", "data\n");
        session.run(&["build"]).exits(0);
        for file in ["p/__init__.py", "p/old.py", "gone/only.py", "p/d.txt"] {
            session.file(&format!("mine/{file}"), std::fs::read(session.path("src").join(file)).unwrap());
        }
        // Python's own pyc records another name.
        session.file("other.py", "# p/old.py\n");
        let own =
            ["compile", "-q", "--python", "3.14", "--invalidation-mode", "checked-hash", "other.py", "-o"];
        session.run(&[&own[..], &["mine/p/__pycache__/old.cpython-314.pyc"]].concat()).exits(0);
        std::fs::create_dir_all(session.path("mine/empty/__pycache__")).unwrap();
        let before = below(&session, "mine/");
        let said = session.run(&["clean", "--output", "mine"]).exits(0);
        assert!(
            said.err.contains("left mine: it has no pyc that `build` has written there\n"),
            "{}",
            said.err
        );
        assert!(
            said.err.contains("old.cpython-314.pyc: it is not a pyc that `build` writes"),
            "{}",
            said.err
        );
        assert_eq!(below(&session, "mine/"), before);
        assert!(session.path("mine/empty/__pycache__").is_dir());
        // Nor does a build into another directory than before remove what the manifest lists.
        session.run(&["build"]).exits(0);
        remove(&session, "src/gone/only.py");
        session.run(&["build", "--output", "mine"]).exits(0);
        assert!(session.path("mine/gone/only.py").exists());
    }
}

#[test]
fn clean_keeps_a_zip_that_pack_did_not_write() {
    let session = session("[zip]\noutput = \"out/demo.zip\"\ncompression = \"stored\"\n");
    session.run(&["pack"]).exits(0);
    let packed = std::fs::read(session.path("out/demo.zip")).unwrap();
    session.run(&["clean"]).exits(0).says("1 removed, 0 failed");
    // The first entry has another time, as in no archive of pycompile.
    let directory = packed.windows(4).position(|word| word == b"PK\x01\x02").unwrap();
    let mut other = packed;
    (other[10], other[directory + 12]) = (9, 9);
    session.file("out/demo.zip", other);
    session.run(&["clean"]).exits(0).says("out/demo.zip: it is not a zip that `pack` writes for these files");
    assert!(session.path("out/demo.zip").exists());
}

/// The manifest of a zip lists the version and level that the zip has, so it can be read again.
#[test]
fn clean_knows_the_manifest_of_a_zip_of_one_version() {
    let session = Session::new();
    session.file("src/p.py", "x = 1\n");
    session.file(
        "pycompile.toml",
        "[source]\nroot = \"src\"\nfiles = [\"p.py\"]\n[compile]\npython = [\"3.13\", \"3.14\"]\noptimize = [0, 1]\n\
         [tree]\noutput = \"out\"\n[zip]\noutput = \"p.zip\"\npython = \"3.13\"\noptimize = 1\n[manifest]\noutput = \"m.json\"\n",
    );
    session.run(&["build"]).exits(0);
    session.run(&["pack"]).exits(0);
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(session.path("m.json")).unwrap()).unwrap();
    let files: Vec<_> = manifest["files"].as_array().unwrap().iter().map(|file| &file["path"]).collect();
    assert_eq!(files, ["p.pyc"]);
    assert_eq!(
        (&manifest["files"][0]["python"], &manifest["files"][0]["optimize"]),
        (&"3.13".into(), &1.into())
    );
    assert_eq!(manifest["releases"].as_object().unwrap().len(), 1);
    session.run(&["clean"]).exits(0).says("7 removed, 0 failed");
    assert_eq!(session.files(), ["pycompile.toml", "src/p.py"]);
}

/// A `clean` that is killed keeps the files that show that a build wrote the rest.
#[test]
fn clean_goes_on_after_a_run_that_was_killed() {
    let session = session(&format!("{MIRROR}{MANIFEST}"));
    session.run(&["build"]).exits(0);
    // The first files that `clean` removes are the copies.
    remove(&session, "build/lib/p/old.py");
    session.run(&["clean"]).exits(0).says("8 removed, 0 failed");
    assert_eq!(below(&session, "build/"), Vec::<String>::new());
}

/// A `clean` that was killed before it removed the directories leaves them empty.
#[test]
fn clean_removes_the_empty_directories_of_a_run_that_was_killed() {
    for tables in ["", MIRROR] {
        let session = session(tables);
        session.run(&["build"]).exits(0);
        for name in session.files().iter().filter(|name| name.ends_with(".pyc")) {
            remove(&session, name);
        }
        if tables == MIRROR {
            below(&session, "build/").iter().for_each(|name| remove(&session, name));
        }
        session.run(&["clean"]).exits(0).says("0 removed, 0 failed");
        let caches = ["src/p/__pycache__", "src/gone/__pycache__", "build"];
        assert!(caches.iter().all(|folder| !session.path(folder).exists()), "{tables:?}");
        // Directories that no build writes to stay, and so does an empty one at the root.
        for folder in ["src/p/empty/__pycache__", "build/lib", "build/other"] {
            std::fs::create_dir_all(session.path(folder)).unwrap();
        }
        session.run(&["clean"]).exits(0);
        for folder in ["src/p/empty/__pycache__", "build/lib", "build/other"] {
            assert!(session.path(folder).is_dir(), "{folder}");
        }
    }
}

/// The manifest of the last command does not list what an earlier one with options has written.
#[test]
fn clean_removes_what_a_build_for_other_versions_and_levels_wrote() {
    for tables in ["", MIRROR] {
        let session = session(&format!("{tables}{MANIFEST}{ALL}"));
        let before = session.files();
        session.run(&["build", "--python", "3.13", "--optimize", "2"]).exits(0);
        session.run(&["pack"]).exits(0);
        let said = session.run(&["clean"]).exits(0);
        assert!(!said.err.contains("left"), "{}", said.err);
        assert_eq!(session.files(), before, "{tables:?}");
    }
}

/// Python records another name, and its pycs are left and named.
#[test]
fn clean_names_the_pycs_of_other_versions_that_it_leaves() {
    let session = session(MANIFEST);
    let compile = ["compile", "-q", "--python", "3.13", "src/p/old.py", "src/p/__init__.py"];
    session.run(&compile).exits(0);
    session.file("src/p/__pycache__/other.cpython-313.pyc", "of no source that is listed");
    std::os::unix::fs::symlink("m", session.path("src/p/__pycache__/old.cpython-312.pyc")).unwrap();
    session.run(&["build"]).exits(0);
    let pyc = "src/p/__pycache__/__init__.cpython-313.pyc";
    let said = session.run(&["clean"]).exits(0);
    let note = format!(
        "note: 2 pycs for other versions, levels or layouts are left, and may not be from `build`: {pyc}\n\
         hint: `clean` with the options of `build` removes what it wrote\n6 removed, 0 failed\n"
    );
    assert!(said.err.ends_with(&note), "{}", said.err);
    let said = session.run(&["clean", "--json"]).exits(0);
    let lines: Vec<serde_json::Value> =
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines[0]["path"].as_str(), lines[0]["status"].as_str()), (Some(pyc), Some("left")));
    assert_eq!(lines[2]["summary"]["left"], 2, "{}", said.out);
    session.run(&["clean", "--python", "3.13"]).exits(0).says("2 removed, 0 failed");
    // A pyc next to its source is of another layout.
    let legacy = ["--python", "3.13", "--layout", "legacy"];
    session.run(&[&["build"], &legacy[..]].concat()).exits(0);
    session.file("dist/m.json", "");
    session.run(&["clean"]).exits(0).says("note: 3 pycs for other versions, levels or layouts are left");
    session.run(&[&["clean"], &legacy[..]].concat()).exits(0).says("3 removed, 0 failed");
}

/// A directory in which no build has written is not a mirror.
#[test]
fn a_mirror_is_not_written_over_files_of_others() {
    for (name, content) in [
        ("p/old.py", "mine\n"),
        ("p/__pycache__/old.cpython-314.pyc", "mine\n"),
        // Python records the path by which it found the source.
        ("p/old.py", ""),
    ] {
        for tables in [MIRROR.to_owned(), format!("{MIRROR}{MANIFEST}")] {
            let session = session(&tables);
            if content.is_empty() {
                session.file("build/lib/p/old.py", "x = 1\n");
                let source = ["build/lib/p/old.py", "--engine", "native", "--python", "3.14"];
                session.run(&[&["compile", "-q"][..], &source].concat()).exits(0);
            } else {
                session.file(&format!("build/lib/{name}"), content);
            }
            let before = below(&session, "");
            let bytes = std::fs::read(session.path(&format!("build/lib/{name}"))).unwrap();
            for command in [&["build"][..], &["build", "--check"], &["clean"]] {
                let said = session.run(command);
                assert_eq!(
                    said.status,
                    if command == ["clean"] { 0 } else { 2 },
                    "{command:?}: {}",
                    said.err
                );
                assert_eq!(below(&session, ""), before, "{command:?}");
            }
            session
                .run(&["build"])
                .exits(2)
                .says(": nothing in its tree shows that `build` has written it\nhint: ");
            assert_eq!(std::fs::read(session.path(&format!("build/lib/{name}"))).unwrap(), bytes);
        }
    }
    // Other files, and equal ones, are no reason to refuse.
    let session = session(MIRROR);
    session.file("build/lib/readme", "mine\n");
    session.file("build/lib/p/old.py", "# p/old.py\n");
    session.run(&["build"]).exits(0);
    // What a build has written is replaced, also one in another mode and one that failed.
    session.file("src/p/old.py", "x = 2\n");
    session.run(&["build"]).exits(0);
    let config = std::fs::read_to_string(session.path("pycompile.toml")).unwrap();
    session.file("pycompile.toml", config.replace("checked-hash", "unchecked-hash"));
    session.file("src/p/old.py", "x = \n");
    session.run(&["build"]).exits(1);
    assert_eq!(std::fs::read_to_string(session.path("build/lib/p/old.py")).unwrap(), "x = 2\n");
    session.file("src/p/old.py", "x = 3\n");
    session.run(&["build"]).exits(0);
    assert_eq!(std::fs::read_to_string(session.path("build/lib/p/old.py")).unwrap(), "x = 3\n");
    // A source that has never compiled is not copied, so that the next build is not refused.
    let session = session_of_one("x = \n");
    session.run(&["build"]).exits(1);
    session.file("src/m.py", "x = 1\n");
    session.run(&["build"]).exits(0);
}

fn session_of_one(source: &str) -> Session {
    let session = Session::new();
    session.file("pycompile.toml", format!("{SEARCH}{MIRROR}"));
    session.file("src/m.py", source);
    session
}
