//! Errors of codecs.

use std::borrow::Cow;

/// An error of a codec.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CodecFault {
    /// The bytes from `start` to `end` are not text.
    Undecodable { start: usize, end: usize, reason: Cow<'static, str> },
    /// CPython's codec fails without a position.
    Internal,
}

impl CodecFault {
    pub(super) fn undecodable(start: usize, end: usize, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Undecodable { start, end, reason: reason.into() }
    }
}
