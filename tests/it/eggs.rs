//! Files that the metadata of distributions without a RECORD excuses. Code that runs when Python
//! starts is excused only if setuptools is known to write it.

use crate::session::Session;

const SITE: &str = "v/lib/python3.14/site-packages";
const METADATA: &str = "Metadata-Version: 2.1\nName: old\nVersion: 1.0\n";
const MODULE: &str = "record: Python can import it";
const STARTUP: &str = "record: Python reads it when it starts";
const STARTUP_MODULE: &str = "record: Python imports it when it starts";

/// The line that setuptools writes for the namespace package `zope`.
const NAMESPACE: &str = "import sys, types, os;p = os.path.join(sys._getframe(1).f_locals['sitedir'], \
    *('zope',));importlib = __import__('importlib.util');__import__('importlib.machinery');m = \
    sys.modules.setdefault('zope', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('zope', \
    [os.path.dirname(p)])));m = m or sys.modules.setdefault('zope', types.ModuleType('zope'));mp = (m or []) and \
    m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)\n";
const PRECEDENCE: &str = "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == \
    'local'; enabled and __import__('_distutils_hack').add_shim(); ";

/// An environment with a recorded distribution `demo` and these files in `site-packages`.
fn environment(is_virtual: bool, files: &[(&str, &str)]) -> Session {
    let session = Session::new();
    let at = |name: &str| format!("{SITE}/{name}");
    session.file(&at("demo/__init__.py"), "x = 1\n");
    session.file(&at("demo-1.0.dist-info/METADATA"), "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n");
    session.record(
        &at("demo-1.0.dist-info/RECORD"),
        "demo/__init__.py,,\ndemo-1.0.dist-info/METADATA,,\ndemo-1.0.dist-info/RECORD,,\n",
    );
    session.run(&["env", "-q", "v"]).exits(0);
    if is_virtual {
        session.file("v/pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\n");
    }
    for (name, content) in files {
        session.file(&at(name), content);
    }
    session
}

#[track_caller]
fn check(is_virtual: bool, files: &[(&str, &str)], finding: Option<(&str, &str)>) {
    let session = environment(is_virtual, files);
    let said = session.run(&["verify", "v"]);
    let all = said.out.clone() + &said.err;
    match finding {
        None => assert_eq!(said.status, 0, "{files:?}: {all}"),
        Some((name, text)) => {
            assert!(said.status == 1 && all.contains(&format!("{name}: {text}")), "{files:?}: {all}");
        }
    }
}

#[test]
fn metadata_excuses_only_the_modules_that_it_names() {
    let info = ("old-1.0.egg-info/PKG-INFO", METADATA);
    let tops = ("old-1.0.egg-info/top_level.txt", "old\nx.pth\nsitecustomize\n_distutils_hack\n");
    let list = (
        "old-1.0.egg-info/installed-files.txt",
        "../old.py\n../x.pth\n../../../y.py\n../sitecustomize.py\n../_distutils_hack/__init__.py\nPKG-INFO\n",
    );
    for is_virtual in [false, true] {
        let named = is_virtual.then_some(("old.py", MODULE));
        check(is_virtual, &[info, tops, ("old.py", "")], named);
        let named = is_virtual.then_some(("old/part.py", MODULE));
        check(is_virtual, &[info, tops, ("old/part.py", "")], named);
        let named = is_virtual.then_some(("old.abi3.so", MODULE));
        check(is_virtual, &[info, tops, ("old.abi3.so", "")], named);
        check(is_virtual, &[info, list, ("old.py", "")], None);
        check(is_virtual, &[info, list, tops, ("old/part.py", "")], Some(("old/part.py", MODULE)));
        // Lines with paths run nothing.
        check(is_virtual, &[info, list, ("x.pth", "old\n")], None);
        for (files, finding) in [
            (&[info, tops, ("older.py", "")][..], ("older.py", MODULE)),
            (&[info, tops, ("old.odd.so", "")], ("old.odd.so", MODULE)),
            (&[info, tops, ("x.pth", "import sys\n")], ("x.pth", STARTUP)),
            (&[info, list, ("x.pth", "import sys\n")], ("x.pth", STARTUP)),
            (&[info, list, ("x.pth", "x\n\timport sys\n")], ("x.pth", STARTUP)),
            (&[info, tops, ("sitecustomize.py", "")], ("sitecustomize.py", STARTUP_MODULE)),
            (&[info, list, ("sitecustomize.py", "")], ("sitecustomize.py", STARTUP_MODULE)),
            (
                &[info, list, ("_distutils_hack/__init__.py", "x()\n")],
                ("_distutils_hack/__init__.py", STARTUP_MODULE),
            ),
            (
                &[info, tops, ("_distutils_hack/__init__.py", "x()\n")],
                ("_distutils_hack/__init__.py", STARTUP_MODULE),
            ),
            // A directory that importlib.metadata does not search.
            (
                &[
                    ("demo/old.egg-info/PKG-INFO", METADATA),
                    ("demo/old.egg-info/top_level.txt", "old"),
                    ("demo/old.py", ""),
                ],
                ("demo/old.py", MODULE),
            ),
            (
                &[
                    ("demo/site-packages/old.egg-info/PKG-INFO", METADATA),
                    ("demo/site-packages/old.egg-info/installed-files.txt", "../old.py"),
                    ("demo/site-packages/old.py", ""),
                ],
                ("demo/site-packages/old.py", MODULE),
            ),
        ] {
            check(is_virtual, files, Some(finding));
        }
    }
    // In a virtual environment, all installers list what they install.
    for (files, name) in [
        (&[("old-1.0.egg-info", METADATA), ("evil.py", "")][..], "evil.py"),
        (&[("old-1.0.egg/EGG-INFO/PKG-INFO", METADATA), ("old-1.0.egg/evil.py", "")], "old-1.0.egg/evil.py"),
    ] {
        check(true, files, Some((name, MODULE)));
        check(false, files, None);
    }
}

#[test]
fn path_files_of_eggs() {
    let info = ("zope-1.0.egg-info/PKG-INFO", METADATA);
    let list = ("zope-1.0.egg-info/top_level.txt", "zope\n");
    let link = ("old.egg-link", "/src/old\n.");
    let moved = "import sys; sys.__plen = len(sys.path)\n/src/old\nimport sys; new=sys.path[sys.__plen:]; del \
                 sys.path[sys.__plen:]; p=getattr(sys,'__egginsert',0); sys.path[p:p]=new; sys.__egginsert = p+len(new)\n";
    for is_virtual in [false, true] {
        for (files, finding) in [
            (&[info, list, ("zope-1.0-nspkg.pth", NAMESPACE)][..], None),
            (&[info, list, ("zope-2.0-nspkg.pth", NAMESPACE)], Some("zope-2.0-nspkg.pth")),
            (&[info, list, ("zope-1.0-nspkg.pth", "import evil\n")], Some("zope-1.0-nspkg.pth")),
            (&[link, ("easy-install.pth", "/src/old\n")], None),
            (&[link, ("easy-install.pth", moved)], None),
            (&[link, ("easy-install.pth", "/src/old\n/src/evil\n")], Some("easy-install.pth")),
            (&[link, ("easy-install.pth", "/src/old\nimport evil\n")], Some("easy-install.pth")),
            (&[link, ("x.pth", "/src/old\n")], Some("x.pth")),
            (&[("easy-install.pth", "/src/old\n")], Some("easy-install.pth")),
        ] {
            check(is_virtual, files, finding.map(|name| (name, STARTUP)));
        }
        let hostile = NAMESPACE.replace("(p not in mp)", "evil() or (p not in mp)");
        let files = [info, list, ("zope-1.0-nspkg.pth", hostile.as_str())];
        check(is_virtual, &files, Some(("zope-1.0-nspkg.pth", STARTUP)));
    }
}

/// The line of setuptools imports `_distutils_hack`, which must be that of setuptools too.
#[test]
fn the_module_that_setuptools_imports_is_one_that_runs_at_start_up() {
    let any = ("old-1.0.egg-info", METADATA);
    let line = ("distutils-precedence.pth", PRECEDENCE);
    check(false, &[any, line], None);
    for name in [
        "_distutils_hack.py",
        "_distutils_hack/__init__.py",
        "_distutils_hack/override.py",
        "_distutils_hack.so",
    ] {
        check(false, &[any, line, (name, "x()\n")], Some((name, STARTUP_MODULE)));
    }
    // The file of all releases of setuptools.
    let own = ("_distutils_hack/override.py", "__import__('_distutils_hack').do_override()\n");
    check(false, &[any, line, own], None);
    let session = environment(false, &[any, line]);
    session.file("v/lib/python3.14/_distutils_hack.py", "x()\n");
    let said = session.run(&["verify", "v"]).exits(1);
    assert!(
        said.out.contains(&format!("v/lib/python3.14/_distutils_hack.py: {STARTUP_MODULE}")),
        "{}",
        said.out
    );
}
