//! Dumps syntax trees for `tests/oracle/syntax_tree.py`, which compares them with CPython's.
//!
//! Reads paths from standard input, one a line, and writes for each `ok LENGTH`, or
//! `error TYPE LINE COLUMN MESSAGE`, and the dump. The first argument may name another target than
//! 3.14.

use std::io::{BufRead, Write};

use bumpalo::Bump;
use pycompile::decode::decode;
use pycompile::syntax::{dump, parse};
use pycompile::target::{Release, Target};
use pycompile::text::Names;

fn main() -> std::io::Result<()> {
    let release = std::env::args().nth(1).unwrap_or_else(|| "3.14".to_owned());
    let release: Release = release.parse().map_err(std::io::Error::other)?;
    let Some(target) = Target::find(release) else {
        return Err(std::io::Error::other(format!("no target {release}")));
    };
    // Deep trees are among the trees that are compared.
    let worker = std::thread::Builder::new().stack_size(512 << 20).spawn(move || dumps(target))?;
    worker.join().map_err(|_| std::io::Error::other("the dump failed"))?
}

fn dumps(target: &Target) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for path in std::io::stdin().lock().lines() {
        let source = std::fs::read(path?)?;
        let arena = Bump::new();
        let mut names = Names::default();
        let text = decode(&source, target);
        let result = text.and_then(|text| {
            let module = parse(&text, target, &arena, &mut names)?;
            Ok(dump(&module, &names))
        });
        match result {
            Ok(tree) => writeln!(out, "ok {}\n{tree}", tree.len())?,
            Err(error) => {
                let (kind, at) = (error.kind.name(), error.location);
                writeln!(
                    out,
                    "error {kind} {} {} {}",
                    at.line(),
                    at.column(),
                    error.message.replace('\n', " ")
                )?;
            }
        }
        out.flush()?;
    }
    Ok(())
}
