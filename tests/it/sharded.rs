//! `manifest --shard`, `manifest --merge` and `verify --shard`.

use crate::session::{Said, Session};

/// A directory with wheels, one of which has no pyc, next to a package that is compiled.
fn wheels() -> Session {
    let session = Session::new();
    for name in ["one", "two", "three", "four"] {
        session.file(&format!("src/{name}/{name}.py"), format!("name = '{name}'\n"));
        let bytecode = if name == "three" { "none" } else { "pycache" };
        let config = format!(
            "[source]\nfiles = [\"{name}.py\"]\n[compile]\npython = \"3.14\"\nengine = \"native\"\n[wheel]\n\
             project = {{ name = \"{name}\", version = \"1\" }}\nbytecode = \"{bytecode}\"\noutput = \"../../wheels\"\n"
        );
        let config = session.file(&format!("src/{name}/pycompile.toml"), config);
        session.run(&["pack", "-q", "--config", config.to_str().unwrap()]).exits(0);
    }
    session.file("wheels/loose/a.py", "a = 1\n");
    session.file("wheels/loose/b.py", "b = 1\n");
    let native = ["compile", "-q", "--engine", "native", "--python", "3.14"];
    let loose = ["--invalidation-mode", "unchecked-hash", "wheels/loose/a.py", "wheels/loose/b.py"];
    session.run(&[native.as_slice(), &loose].concat()).exits(0);
    session
}

fn shards(session: &Session, of: u32) -> Vec<String> {
    (1..=of)
        .map(|number| {
            let (shard, name) = (format!("{number}/{of}"), format!("{number}-of-{of}.json"));
            session.run(&["manifest", "wheels", "--shard", &shard, "-o", &name]).exits(0);
            name
        })
        .collect()
}

fn merge(session: &Session, names: &[String]) -> Said {
    let names = names.iter().map(String::as_str);
    session.run(&["manifest", "--merge"].into_iter().chain(names).collect::<Vec<_>>())
}

#[test]
fn merged_shards_are_the_whole_manifest() {
    let session = wheels();
    let whole = session
        .run(&["manifest", "wheels"])
        .exits(0)
        .says("2 pycs, 3 archives with pycs, 0 without an entry");
    // More shards than files leave some empty.
    for of in [1, 2, 3, 40] {
        let mut names = shards(&session, of);
        names.reverse();
        assert_eq!(merge(&session, &names).exits(0).out, whole.out, "{of}");
    }
}

#[test]
fn shards_that_do_not_belong_together_are_refused() {
    let session = wheels();
    let names = shards(&session, 3);
    merge(&session, &names[..2]).exits(2).says("shard 3/3 is missing");
    let twice = [names.as_slice(), &names[1..2]].concat();
    merge(&session, &twice).exits(2).says("shard 2/3 is also 2-of-3.json");
    let other = shards(&session, 2);
    merge(&session, &[names[0].clone(), other[1].clone()])
        .exits(2)
        .says("it is one of 2 shards, 1-of-3.json one of 3");
    session.run(&["manifest", "wheels", "-o", "whole.json"]).exits(0);
    merge(&session, &["whole.json".into()]).exits(2).says("it is not the manifest of a shard");
    session.run(&["verify", "wheels", "--manifest", &names[0]]).exits(2).says("this is shard 1/3");
    session.run(&["diff", &names[0], "whole.json"]).exits(2).says("this is shard 1/3");
    session.file("wheels/loose/new.txt", "");
    session.run(&["manifest", "wheels", "--shard", "2/3", "-o", &names[1]]).exits(0);
    merge(&session, &names)
        .exits(2)
        .says("2-of-3.json: the names of the files were not those of 1-of-3.json");
    for shard in ["0/3", "4/3", "1/0", "+1/3", "1", "a/b"] {
        session.run(&["manifest", "wheels", "--shard", shard]).exits(2).says("expected K/N");
    }
    let sums = ["manifest", "wheels", "--shard", "1/2", "--format", "sha256sum"];
    session.run(&sums).exits(2).says("the manifest of a shard is JSON");
    session.run(&["manifest", "--shard", "1/2"]).exits(2);
}

/// Sums of the counts of all shards, and the statuses.
fn verified(session: &Session, of: u32) -> (u64, u64, Vec<i32>) {
    let (mut passed, mut findings, mut statuses) = (0, 0, Vec::new());
    for number in 1..=of {
        let shard = format!("{number}/{of}");
        let said = session.run(&["verify", "wheels", "--shard", &shard, "--message-format", "json"]);
        let last: serde_json::Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
        passed += last["summary"]["verified"].as_u64().unwrap();
        findings += last["summary"]["findings"].as_u64().unwrap();
        statuses.push(said.status);
    }
    (passed, findings, statuses)
}

#[test]
fn every_pyc_is_verified_in_one_shard() {
    let session = wheels();
    session.run(&["verify", "wheels"]).exits(0).says("5 verified, 0 findings");
    for of in [1, 2, 3, 40] {
        assert_eq!(verified(&session, of), (5, 0, vec![0; of as usize]), "{of}");
    }
    // A finding in a wheel, one in the tree, and a symlink out of it.
    let wheel = session.path("wheels/two-1-py3-none-any.whl");
    let mut bytes = std::fs::read(&wheel).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&wheel, bytes).unwrap();
    session.run(&["compile", "-q", "--engine", "native", "--python", "3.14", "src/one/one.py"]).exits(0);
    let pyc = session.files().into_iter().find(|name| name.contains("loose/__pycache__/a.")).unwrap();
    std::fs::write(session.path(&pyc), "no pyc").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../../src", session.path("wheels/loose/out")).unwrap();
    let whole = verified(&session, 1);
    assert!(whole.1 >= 2 && whole.2 == [1], "{whole:?}");
    for of in [2, 3, 40] {
        let (passed, findings, statuses) = verified(&session, of);
        assert_eq!((passed, findings), (whole.0, whole.1), "{of}");
        assert!(statuses.contains(&1), "{of}");
    }
}

#[test]
fn nothing_to_verify_is_an_error_of_the_first_shard() {
    let session = Session::new();
    session.file("empty/a.txt", "");
    session.file("empty/b.txt", "");
    session.run(&["verify", "empty", "--shard", "1/2"]).exits(2).says("nothing to verify");
    session.run(&["verify", "empty", "--shard", "2/2"]).exits(0).says("0 pycs, 0 verified");
    session.run(&["verify", "empty", "--shard", "2/2", "--only", "x"]).exits(2);
}
