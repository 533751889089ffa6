//! Prints the syntax tree of a file as one version of CPython builds it:
//! `cargo run --example tree -- FILE [VERSION]`.

use bumpalo::Bump;
use pycompile::syntax::{Names, decode, dump, parse};
use pycompile::target::{Release, Target};
use std::error::Error;
use std::io::Write as _;

/// Enough for the deepest tree in an unoptimized program.
const STACK: usize = 1 << 30;

fn main() -> Result<(), Box<dyn Error>> {
    let thread = std::thread::Builder::new().stack_size(STACK);
    let done = thread.spawn(|| run().map_err(|error| error.to_string()))?.join();
    done.map_err(|_| "the thread panicked")?.map_err(Into::into)
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("a file is needed")?;
    let release: Release = arguments.next().as_deref().unwrap_or("3.14").parse()?;
    let target = Target::find(release).ok_or("no such target")?;
    let source = std::fs::read(path)?;
    let text = decode(&source, target)?;
    // The tree stands in the arena, and its identifiers are numbers of `names`.
    let arena = Bump::new();
    let mut names = Names::default();
    let module = parse(&text, target, &arena, &mut names)?;
    writeln!(std::io::stdout(), "{}", dump(&module, &names))?;
    Ok(())
}
