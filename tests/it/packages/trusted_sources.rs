//! `verify --sources` on archives with symlinks, and files of packages that move an interpreter.

use super::make::{Member, deb, file, gzip, symlink, tar};
use super::{MODULES, SOURCE, control};
use crate::session::{Said, Session};

fn verified(members: &[Member], trusted: &[&str]) -> Said {
    let session = Session::new();
    session.file("trusted/t/m.py", SOURCE);
    for name in trusted {
        session.file(&format!("trusted/t/{name}"), SOURCE);
    }
    let own = [file("t/m.py", SOURCE), file("t/notes.txt", "x = 1\n"), file("t/empty/readme.txt", "")];
    session.file("t.tar", tar(&[&own, members].concat()));
    session.run(&["verify", "t.tar", "--sources", "trusted"])
}

#[test]
fn links_to_sources() {
    verified(&[], &[]).exits(0).says("0 findings");
    for (name, target) in [
        ("t/json.py", "notes.txt"),
        ("t/json.py", "m.py"),
        ("t/json.py", "../out/m.py"),
        ("t/json.py", "/usr/share/json.py"),
        ("t/json.py", "../../../../t/m.py"),
        ("t/pkg", "../out"),
        ("t/pkg", "../../../t/empty"),
        ("t/pkg", "/opt/pkg"),
        ("t/q/pkg", "../../out"),
        ("t/lib/python3.14/site-packages", "/opt/packages"),
        ("json", "t"),
        ("t/q", "."),
    ] {
        verified(
            &[file("t/q/m/m.py", SOURCE), symlink(name, target)][usize::from(name == "t/q")..],
            &["q/m/m.py"],
        )
        .exits(1);
    }
    for (name, target) in [("t/same.py", "m.py"), ("t/data", "empty"), ("t/readme.txt", "../../readme")] {
        verified(&[symlink(name, target)], &["same.py"]).exits(0).says("0 findings");
    }
}

#[test]
fn files_that_move_an_interpreter() {
    let verify = |name: &str, bytes: &[u8]| {
        let session = Session::new();
        session.file(name, bytes);
        session.run(&["verify", name])
    };
    let module = || file(&format!("{MODULES}/m.py"), SOURCE);
    let config = |name: &str| file(name, "home = /opt\n");
    let moved = "it changes the prefix of the interpreter next to it, and with it the path of imports";
    for name in ["usr/pyvenv.cfg", "usr/bin/pyvenv.cfg", "pyvenv.cfg", "usr/local/pyvenv.cfg"] {
        let archive = tar(&[module(), config(name)]);
        let package = deb(("control.tar.gz", &control("1.0")), ("data.tar.gz", &gzip(&archive)));
        for said in [verify("a.tar", &archive), verify("a.deb", &package)] {
            let said = said.exits(1);
            assert!(said.out.contains(&format!("{name}: unreadable: {moved}")), "{name}: {}", said.out);
        }
    }
    let python = || symlink("opt/v/bin/python3", "/usr/bin/python3");
    for (members, status) in [
        // A virtual environment has an interpreter, and no standard library.
        (vec![config("opt/v/pyvenv.cfg"), python()], 0),
        (vec![config("opt/v/pyvenv.cfg"), python(), file("opt/v/lib/python3.14/os.py", "")], 1),
        (vec![config("opt/v/bin/pyvenv.cfg"), python()], 1),
        (vec![config("usr/share/doc/demo/pyvenv.cfg")], 0),
    ] {
        let archive = tar(&[vec![module()], members].concat());
        verify("a.tar", &archive).exits(status);
        verify("a.deb", &deb(("control.tar.gz", &control("1.0")), ("data.tar.gz", &gzip(&archive))))
            .exits(status);
    }
    let archive = tar(&[module(), config("opt/python/pyvenv.cfg")]);
    verify("a.deb", &deb(("control.tar.gz", &control("1.0")), ("data.tar.gz", &gzip(&archive)))).exits(1);
    // The archive of a virtual environment.
    verify("a.tar", &tar(&[module(), config("pyvenv.cfg"), symlink("bin/python3", "/usr/bin/python3")]))
        .exits(0);
}
