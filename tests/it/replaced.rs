//! Wheels that would replace programs, the standard library or the metadata of other distributions
//! where they are installed: `verify` reports what `pack` refuses.

use crate::session::Session;
use pycompile::archive::{File, ZipOptions, write};
use pycompile::wheel::{Record, RecordRow};

const INFO: &str = "demo-1.0.dist-info";

/// A wheel of the project `name` with these files.
fn wheel(name: &str, files: &[(&str, &str)]) -> (String, Vec<u8>) {
    let info = format!("{name}-1.0.dist-info");
    let descriptor = "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let mut all: Vec<File> = files.iter().map(|(name, text)| File::new(*name, *text)).collect();
    all.push(File::new(
        format!("{info}/METADATA"),
        format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"),
    ));
    all.push(File::new(format!("{info}/WHEEL"), descriptor));
    all.sort_by(|one, other| one.path.cmp(&other.path));
    let record = format!("{info}/RECORD");
    let mut rows: Vec<RecordRow> =
        all.iter().map(|file| RecordRow::of(&file.path, &file.bytes.read())).collect();
    rows.push(RecordRow::bare(&record));
    all.push(File::new(record, Record { rows }.render()));
    (format!("{name}-1.0-py3-none-any.whl"), write(&all, &ZipOptions::default()).unwrap())
}

#[track_caller]
fn check(name: &str, files: &[(&str, &str)], finding: Option<(&str, &str)>) {
    let session = Session::new();
    let (file, bytes) = wheel(name, files);
    session.file(&file, bytes);
    let verified = session.run(&["verify", &file]);
    let packed = session.run(&["pack", &file, "--output-dir", "out"]);
    match finding {
        None => {
            assert_eq!((verified.status, packed.status), (0, 0), "{files:?}: {}{}", verified.out, packed.err);
        }
        Some((path, text)) => {
            assert_eq!(verified.status, 1, "{files:?}: {}", verified.out);
            assert!(
                verified.out.contains(&format!("{path}: wheel: it {text}")),
                "{files:?}: {}",
                verified.out
            );
            assert!(packed.status == 1 && packed.err.contains(text), "{files:?}: {}", packed.err);
        }
    }
}

#[test]
fn files_that_replace_parts_of_an_environment() {
    const PROGRAM: &str = "would replace a program of the environment";
    const LIBRARY: &str = "would be installed into the standard library";
    const METADATA: &str = "would be installed into the metadata of another distribution";
    for (name, text) in [
        ("demo-1.0.data/scripts/python3.13", PROGRAM),
        ("demo-1.0.data/scripts/python", PROGRAM),
        ("demo-1.0.data/scripts/Python3.exe", PROGRAM),
        ("demo-1.0.data/scripts/pip", PROGRAM),
        ("demo-1.0.data/scripts/activate", PROGRAM),
        ("demo-1.0.data/data/bin/pip3.14", PROGRAM),
        ("demo-1.0.data/data/Scripts/python.exe", PROGRAM),
        ("demo-1.0.data/data/lib/python3.13/os.py", LIBRARY),
        ("demo-1.0.data/data/lib64/python3.14/lib-dynload/x.so", LIBRARY),
        ("demo-1.0.data/data/lib/python314.zip", LIBRARY),
        ("demo-1.0.data/data/Lib/json/__init__.py", LIBRARY),
        ("demo-1.0.data/data/lib/python3.13/site-packages/other-1.0.dist-info/METADATA", METADATA),
        ("demo-1.0.data/data/Lib/site-packages/other.egg-info/PKG-INFO", METADATA),
        ("demo-1.0.data/purelib/other-1.0.dist-info/RECORD", METADATA),
        ("demo-1.0.data/platlib/demo-1.0.dist-info/direct_url.json", METADATA),
        ("demo-1.0.data/purelib/Other.DIST-INFO/METADATA", METADATA),
    ] {
        check("demo", &[(name, "")], Some((name, text)));
    }
    for name in [
        "demo-1.0.data/scripts/demo",
        "demo-1.0.data/scripts/python-demo",
        "demo-1.0.data/scripts/activate-demo",
        "demo-1.0.data/data/share/python3.13/x.py",
        "demo-1.0.data/data/lib/pkgconfig/demo.pc",
        "demo-1.0.data/purelib/demo/x.py",
        "demo/_vendor/other-1.0.dist-info/LICENSE",
    ] {
        check("demo", &[(name, "")], None);
    }
    check("pip", &[("pip-1.0.data/scripts/pip3", "")], None);
}

#[test]
fn entry_points_that_replace_programs() {
    let file = format!("{INFO}/entry_points.txt");
    for name in ["python3.13", "python", "pip", "../../evil", "a/b", "a\\b", "..", "activate"] {
        for group in ["console_scripts", "gui_scripts"] {
            let text = format!("[{group}]\nfine = demo:main\n{name} = demo:main\n");
            check("demo", &[(&file, &text)], Some((&file, &format!("has the script {name:?}"))));
        }
        check("demo", &[(&file, &format!("[other]\n{name} = demo:main\n"))], None);
    }
    // `importlib.metadata` removes all brackets, and ends lines where `str.splitlines` does.
    for text in [
        "[[console_scripts]]\npython3 = demo:main\n",
        "[x]\u{c}[console_scripts]\u{c}python3 = demo:main\n",
        "[x]\r[console_scripts]\rpython3 = demo:main\n",
        "[x]\u{2028}[console_scripts]\u{2028}python3 = demo:main\n",
    ] {
        check("demo", &[(&file, text)], Some((&file, "has the script \"python3\"")));
    }
    check("demo", &[(&file, "[console_scripts]\ndemo = demo:main\n# python = x\n")], None);
    check("pip", &[("pip-1.0.dist-info/entry_points.txt", "[console_scripts]\npip3 = pip:main\n")], None);
}
