//! Reader of little-endian fields; every error contains the offset.

use super::error::Fault;

/// A part of the archive that is read from start to end.
pub(super) struct ArchiveFields<'a> {
    bytes: &'a [u8],
    at: usize,
    what: &'static str,
    /// Offset of the first byte in the archive.
    start: u64,
}

impl<'a> ArchiveFields<'a> {
    /// Returns a reader of `bytes`, which are a `what` at the offset `start` of the archive.
    pub(super) const fn new(bytes: &'a [u8], start: u64, what: &'static str) -> Self {
        Self { bytes, at: 0, what, start }
    }

    pub(super) const fn position(&self) -> usize {
        self.at
    }

    pub(super) fn take(&mut self, size: usize) -> Result<&'a [u8], Fault> {
        let taken = self
            .at
            .checked_add(size)
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or(Fault::Truncated { what: self.what, offset: self.start })?;
        self.at += size;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        Ok(bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Fault> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Fault> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Fault> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn signature(&mut self, expected: &[u8; 4]) -> Result<(), Fault> {
        if self.array::<4>()? == *expected {
            Ok(())
        } else {
            Err(Fault::Signature { what: self.what, offset: self.start })
        }
    }
}

/// Returns the extra fields as `(id, data)`; they must fill `bytes` exactly.
pub(super) fn extra_fields(mut bytes: &[u8]) -> Result<Vec<(u16, &[u8])>, Fault> {
    let mut fields = Vec::new();
    while let Some((header, rest)) = bytes.split_first_chunk::<4>() {
        let id = u16::from_le_bytes([header[0], header[1]]);
        let size = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let (data, rest) = rest.split_at_checked(size).ok_or(Fault::Extra)?;
        fields.push((id, data));
        bytes = rest;
    }
    if bytes.is_empty() { Ok(fields) } else { Err(Fault::Extra) }
}

/// Returns the only extra field with this ID.
pub(super) fn extra_field(bytes: &[u8], id: u16) -> Result<Option<&[u8]>, Fault> {
    let fields = extra_fields(bytes)?;
    let mut found = fields.iter().filter(|field| field.0 == id).map(|field| field.1);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(Fault::Extra),
        (first, None) => Ok(first),
    }
}
