//! Decodes sources for `tests/oracle/encodings.py`: `oracle_decode RELEASE` reads sources from its
//! standard input, each after its length in four bytes, and answers in the same way with a byte 1
//! and the text, or a byte 0 and the message.

#![allow(clippy::unwrap_used, reason = "a tool for developers")]

use pycompile::decode::decode;
use pycompile::target::{Release, Target};
use std::io::{Read, Write};

fn main() {
    let release: Release = std::env::args().nth(1).expect("RELEASE").parse().expect("a release");
    let target = Target::find(release).expect("a release that the native compiler supports");
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input).unwrap();
    let mut output = Vec::with_capacity(input.len() * 2);
    let mut rest = input.as_slice();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (source, after) = after.split_at(usize::try_from(u32::from_le_bytes(*length)).unwrap());
        rest = after;
        let (done, text) = match decode(source, target) {
            Ok(text) => (1, text.into_owned()),
            Err(error) => (0, error.message),
        };
        output.extend(u32::try_from(text.len() + 1).unwrap().to_le_bytes());
        output.push(done);
        output.extend(text.as_bytes());
    }
    std::io::stdout().lock().write_all(&output).unwrap();
}
