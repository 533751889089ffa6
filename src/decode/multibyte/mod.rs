//! The CJK codecs of CPython (`Modules/cjkcodecs`), whole texts at a time.

mod hz;
mod iso2022;
mod stateless;
mod table;
mod tables;

use super::fault::CodecFault;

const ILLEGAL: &str = "illegal multibyte sequence";
const INCOMPLETE: &str = "incomplete multibyte sequence";

/// Decodes `bytes` with the codec that CPython calls `name`, or returns `None` for an unknown
/// codec.
pub(super) fn decode(name: &str, bytes: &[u8]) -> Option<Result<String, CodecFault>> {
    if let Some(codec) = table::find(name) {
        return Some(stateless::decode(codec, bytes));
    }
    if let Some(variant) = iso2022::find(name) {
        return Some(iso2022::decode(variant, bytes));
    }
    (name == "hz").then(|| hz::decode(bytes))
}

/// Returns the texts that `bytes` stand for in the codecs without a state.
pub(super) fn stateless_texts(bytes: &[u8]) -> impl Iterator<Item = String> {
    (0..tables::CODECS.len()).filter_map(|codec| stateless::decode(codec, bytes).ok())
}

/// Returns the names of the codecs without a state.
#[cfg(test)]
pub(super) fn stateless_names() -> impl Iterator<Item = &'static str> {
    tables::CODECS.iter().map(|codec| codec.name)
}

/// Returns the error of an invalid sequence at `start`; `length` of its bytes are reported.
fn illegal(start: usize, length: usize) -> CodecFault {
    CodecFault::undecodable(start, start + length, ILLEGAL)
}

/// Returns the error of a text that ends within the sequence at `start`.
fn incomplete(start: usize, bytes: &[u8]) -> CodecFault {
    CodecFault::undecodable(start, bytes.len(), INCOMPLETE)
}
